"""The desktop's thumbnails for a command: filled until nothing is wanted any more, or cleared."""

import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Final

import trio

from agent.pictures_here import pictures_here
from agent.redrawing import Redrawing
from agent.rendering import open_rendering
from agent.thumbnailing import Filled, Filling, Thumbnailing
from photofs.assembly import House
from photofs.kernel.lock import hold
from photofs.kernel.mount_table import our_mount_points
from photofs.metadata.shrinking import Shrinker
from photofs.model.errors import Busy
from photofs.model.size import parse_size
from photofs.model.thumbnail import ThumbnailSize
from photofs.thumbnails.folder import ThumbnailFolder, thumbnails_root

ROUND: Final = 2000
"""Thumbnails between two looks at what is wanted: that takes up to a second for 100,000 photos."""

SETTLED_S: Final = 4.0
"""Seconds after which tumbler has given up a photo that it was refused; seen were up to two."""

LATELY_S: Final = 60.0
LOOKS: Final = 3
"""Seconds for which a refusal counts as a late one, and how often what was made is looked at."""

PATIENCE: Final = 120.0
BETWEEN: Final = 0.1
"""Seconds that a command waits for the agent's round to end, and between two looks."""


async def fill_thumbnails(house: House, points: Sequence[str], *, everywhere: bool) -> Filled:
    """Make what is wanted at these mount points; what was done. Busy if another process does."""
    mounted = [os.fsencode(point) for point in points]
    async with _in_turn(house, everywhere=everywhere) as thumbnailing:
        await thumbnailing.tidy()
        await thumbnailing.sweep()
        await thumbnailing.trim(mounted)  # the limit may be lower than it was
        filled = await _fill_all(thumbnailing, mounted)
        for _ in range(LOOKS):
            if not filled.made or not was_refused_lately(house.paths.guard_told):
                break
            await trio.sleep(SETTLED_S)
            if not await thumbnailing.look_again():
                break
            await _fill_all(thumbnailing, mounted)
    return filled


async def _fill_all(thumbnailing: Thumbnailing, mounted: Sequence[bytes]) -> Filled:
    """At each of these mount points, until nothing is wanted or the room is used up."""
    filled = Filled()
    for point in mounted:
        while (made := await thumbnailing.fill(point, ROUND)) != Filled():
            filled = filled.plus(made)
            if await thumbnailing.trim(mounted):  # what comes is colder
                break
    return filled


def was_refused_lately(told: Path) -> bool:
    """Whether a program that draws may still be about to fail: mounts have noted a refusal."""
    since = time.time() - LATELY_S
    with suppress(OSError):
        return any(each.stat().st_mtime > since for each in told.iterdir())
    return False


async def clear_thumbnails(house: House) -> int:
    """Remove all of ours; how many. Busy if another process works on them."""
    async with _in_turn(house, everywhere=False) as thumbnailing:
        return await thumbnailing.clear()


@asynccontextmanager
async def _in_turn(house: House, *, everywhere: bool) -> AsyncIterator[Thumbnailing]:
    """As `working`; the agent ends its round first."""
    until = trio.current_time() + PATIENCE
    with ExitStack() as stack:
        while True:
            try:
                thumbnailing = stack.enter_context(working(house, everywhere=everywhere))
                break
            except Busy:
                if trio.current_time() >= until:
                    raise
                await trio.sleep(BETWEEN)
        yield thumbnailing


@contextmanager
def working(
    house: House,
    *,
    everywhere: bool,
    child: Sequence[str] | None = None,
    redrawing: Redrawing | None = None,
) -> Iterator[Thumbnailing]:
    """What works on this user's thumbnails, for one process at a time; Busy, Refused, StoreError.

    `child`: the command that decodes pictures. `redrawing`: see Thumbnailing.
    """
    settings = house.settings.thumbnails
    sizes = [ThumbnailSize.of_folder(name) for name in settings.sizes]
    filling = Filling(sizes, everywhere, parse_size(settings.limit))
    folder = ThumbnailFolder(thumbnails_root(house.environ))
    with (
        hold(house.paths.state / "locks" / "thumbnails", "thumbnails are being made"),
        house.catalog() as catalog,
        closing(Shrinker(child)) as shrinker,
        house.rendition_notes() as notes,
    ):
        folder.check(our_mount_points())
        pictures = pictures_here(catalog, house.store())
        rendering = open_rendering(house, catalog, notes)
        yield Thumbnailing(catalog, folder, shrinker, pictures, filling, rendering, redrawing)
