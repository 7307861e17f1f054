"""Keeps the desktop's thumbnails filled and right, for as long as the agent works.

Each second one look whether anybody has committed to the catalog: that takes some microseconds.
If so, folders that were opened just now come first. What else changed is found out by comparing
the ledger with the whole tree, rarely enough that it takes a fiftieth of the time at the most.
Work is done in rounds, which leave room for `photofs thumbnails fill`; each part of a round is
short, so that a folder that is opened meanwhile comes next.
"""

import logging
import math
import os
import shutil
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Final, NamedTuple

import trio

from agent.due import own_share
from agent.redrawing import Redrawing
from agent.thumbnail_rounds import SETTLED_S, was_refused_lately, working
from agent.thumbnailing import Filled, Thumbnailing
from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.kernel.mount_table import is_private
from photofs.kernel.service_manager import of_the_machine
from photofs.metadata.guarded_child import program
from photofs.metadata.shrinking import CHILD
from photofs.model.errors import Busy, found_in
from photofs.model.thumbnail import ThumbnailSize
from photofs.model.wording import counted
from photofs.thumbnails.round_note import RoundNote, write_note

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
"""Between two looks whether a folder was opened."""

ROUND_SECONDS: Final = 20.0
"""After which a round ends, and a command may have its turn."""

PART: Final = 30
"""Thumbnails between two looks at what was opened meanwhile: half a second of what is on this disk,
some seconds of small pictures, which Flickr gives two a second."""

QUIET_SECONDS: Final = 10.0
SHARE: Final = 50
LONGEST_SECONDS: Final = 1800.0
"""Between two comparisons of the whole tree: so many seconds at least, and so many times as long
as the last one took, and what was looked for in vain; the latter counts up to the longest."""

RETRY_SECONDS: Final = 300.0
"""Before what could not be done is tried again."""

AGAIN_SECONDS: Final = 3660.0
"""Before photos of which nothing was to be had are looked for again though nothing has changed: by
then a service may be asked once more (rendition_notes.py), or a disk is attached."""

CROWDED_SECONDS: Final = 86_400.0
"""Before what nobody opened is made again after it had to go for want of room."""

LATELY: Final = 50
"""Folders that are known as opened last; more at once are found by comparing."""

OFF: Final = "off"
ALL: Final = "all"

SYSTEM: Final = "this agent is the machine's own service, and belongs to nobody's desktop"


class _Part(NamedTuple):
    """A folder at a mount point that has its turn, from behind a cookie on; opened ones first."""

    point: bytes
    folder: int
    after: int = 0
    opened: bool = True


class _Compared(NamedTuple):
    """What differs from the tree: whether anything is stale, and where something is wanted."""

    stale: bool
    lacking: list[_Part]


async def keep_filled(house: House, catalog: Catalog) -> None:
    """For ever; what goes wrong is told, and tried again later."""
    keeping = ThumbnailKeeping(house, catalog)
    while True:
        await keeping.look()
        await trio.sleep(LOOK_SECONDS)


class ThumbnailKeeping:
    """The thumbnails of one catalog; for one task. `catalog` is for looking alone."""

    def __init__(
        self,
        house: House,
        catalog: Catalog,
        points: Callable[[], list[bytes]] | None = None,
        part: int = PART,
        redrawing: Redrawing | None = None,
    ) -> None:
        """Nothing is known yet: the first look compares. `points` tells what is to be filled."""
        self._redrawing = redrawing or Redrawing()
        self._tell_points, self._part = points or self._private_points, part
        self._house, self._catalog = house, catalog
        settings = house.settings.thumbnails
        self._sizes = [ThumbnailSize.of_folder(name) for name in settings.sizes]
        self._everywhere = settings.fill == ALL
        self._off = settings.fill == OFF or of_the_machine(house.environ)
        self._points: list[bytes] = []
        self._version = -1
        self._opened: dict[int, int] | None = None
        self._line: deque[_Part] = deque()
        self._changed = True
        self._compare_at = self._rest_until = self._crowded_until = -math.inf
        self._away = 0
        self._again_at = math.inf
        self._swept = False
        self._barren = 0.0
        self._share = own_share()
        self._told: RoundNote | None = None
        # less than what somebody waits for; where units forbid it, it goes on as it is
        gently = ["nice", "-n", "10"] if shutil.which("nice") else []
        self._child = [*gently, *program(CHILD)]

    async def look(self) -> None:
        """One look, and a round if there is anything to do."""
        try:
            if trio.current_time() >= self._rest_until:
                await self._look()
        except Exception as raised:
            error = found_in(raised)
            if isinstance(error, Busy):  # a command is at it, or the catalog is held
                log.debug("%s", error)
                self._begin_anew(QUIET_SECONDS)
            elif error is not None:
                self._rest(str(error))
            else:
                log.exception("filling thumbnails met what nobody foresaw")
                self._rest("it met what nobody foresaw; the agent's log tells more")

    async def _look(self) -> None:
        self._take_notice()
        if trio.current_time() >= self._again_at:
            self._again_at, self._changed = math.inf, True
        if self._changed and trio.current_time() >= self._compare_at:
            await self._compare()
        if self._line:
            await self._round()
        self._note(trouble="")

    def _take_notice(self) -> None:
        """Whether anybody has committed, or mounted; what was opened since comes first."""
        points = [] if self._off else self._tell_points()
        version = self._catalog.data_version()
        if (points, version) == (self._points, self._version):
            return
        self._points, self._version, self._changed = points, version, True
        lately = self._catalog.lately_opened(LATELY)
        before, self._opened = self._opened, {each.folder: each.opened_ns for each in lately}
        if before is None:  # comparing finds them
            return
        fresh = [each.folder for each in lately if before.get(each.folder) != each.opened_ns]
        parts = [_Part(point, folder) for folder in fresh for point in points]
        places = {part[:2] for part in parts}
        self._line = deque([*parts, *(part for part in self._line if part[:2] not in places)])

    def _private_points(self) -> list[bytes]:
        """Where this catalog is mounted by this user, for this user alone."""
        return [os.fsencode(point) for point in self._house.own_points() if is_private(point)]

    async def _compare(self) -> None:
        """Find out all that is stale or lacking, and remove what is stale."""
        began = trio.current_time()
        self._changed = False
        crowded = began < self._crowded_until
        stale, lacking = await trio.to_thread.run_sync(partial(self._compared, crowded=crowded))
        took = trio.current_time() - began
        waits = {part[:2] for part in self._line if not part.after}
        self._line.extend(part for part in lacking if part[:2] not in waits)
        if stale:
            with self._working() as thumbnailing:
                removed = await thumbnailing.tidy()
            log.info("thumbnails: %d were of nothing that there is now", removed)
            self._changed = True  # what stood in their places is lacking now
        wait = LOOK_SECONDS if stale else max(QUIET_SECONDS, took * SHARE)
        self._compare_at = trio.current_time() + wait * self._share

    def _compared(self, *, crowded: bool) -> _Compared:
        """In a thread, for it takes up to a second for 100,000 photos; nobody else reads then."""
        everywhere = self._everywhere and not crowded
        lacking = [
            _Part(point, folder, opened=opened)
            for point in self._points
            for folder, opened in self._catalog.folders_lacking(
                point, self._sizes, everywhere=everywhere
            )
        ]
        return _Compared(
            bool(self._catalog.stale_thumbnails(1)),
            sorted(lacking, key=lambda part: not part.opened),
        )

    async def _round(self) -> None:
        """Fill what stands in line, until that is done or the round has lasted long enough."""
        until = trio.current_time() + ROUND_SECONDS
        filled, self._away = Filled(), 0
        with self._working() as thumbnailing:
            await self._sweep(thumbnailing)
            await thumbnailing.trim(self._points)  # the limit may be lower than it was
            while self._line and trio.current_time() < until:
                filled = filled.plus(await self._fill_first(thumbnailing))
                self._take_notice()
            if filled.made and was_refused_lately(self._house.paths.guard_told):
                await self._look_again(thumbnailing)
        self._away = filled.away
        if filled.away:
            self._again_at = min(self._again_at, trio.current_time() + AGAIN_SECONDS)
        pause = min(self._barren * SHARE, LONGEST_SECONDS) * self._share
        self._compare_at = max(self._compare_at, trio.current_time() + pause)
        self._barren = 0.0
        if filled.made or filled.without:
            log.info(
                "thumbnails: %d made, %d cannot be made; for %s nothing was to be had",
                filled.made,
                filled.without,
                counted(filled.away, "photo"),
            )

    async def _sweep(self, thumbnailing: Thumbnailing) -> None:
        """Once, for it lists folders of other programs' thumbnails, too."""
        if not self._swept:
            self._swept = True
            await thumbnailing.sweep()

    async def _look_again(self, thumbnailing: Thumbnailing) -> None:
        """What a refused program has removed by now is lacking, and is made once more."""
        await trio.sleep(SETTLED_S)
        if await thumbnailing.look_again():
            self._changed, self._compare_at = True, -math.inf

    async def _fill_first(self, thumbnailing: Thumbnailing) -> Filled:
        """The next part of the first folder in line."""
        began = trio.current_time()
        point, folder, after, opened = part = self._line.popleft()
        if point not in self._points or not (opened or thumbnailing.has_room):
            return Filled()
        if opened and not after:
            await thumbnailing.look_at(point, folder)
        filled, behind = await thumbnailing.fill_part(point, folder, after, self._part)
        if behind is not None:
            self._line.appendleft(part._replace(after=behind))
        if filled.made and await thumbnailing.trim(self._points):
            self._line.clear()  # the room is used up; what comes is colder
            if not opened:
                self._crowded_until = trio.current_time() + CROWDED_SECONDS
        await self._pause(filled, trio.current_time() - began, opened=opened)
        return filled

    async def _pause(self, filled: Filled, took: float, *, opened: bool) -> None:
        """Nobody looks at what was not opened: others have the disk as often."""
        if not filled.made:
            self._barren += took
        if not opened:
            await trio.sleep(min(took, 1.0))

    def _working(self) -> AbstractContextManager[Thumbnailing]:
        return working(
            self._house,
            everywhere=self._everywhere,
            child=self._child,
            redrawing=self._redrawing,
        )

    def _rest(self, trouble: str) -> None:
        """Told once, for the same again is no news."""
        known = self._told is not None and self._told.trouble == trouble
        log.log(
            logging.INFO if known else logging.WARNING,
            "no thumbnails are made just now: %s",
            trouble,
        )
        self._begin_anew(RETRY_SECONDS)
        self._note(trouble=trouble)

    def _begin_anew(self, seconds: float) -> None:
        """With comparing, after so many seconds: what stood in line may have been done by then."""
        self._line.clear()
        self._changed = True
        self._compare_at = -math.inf
        self._rest_until = trio.current_time() + seconds * self._share

    def _note(self, *, trouble: str) -> None:
        """For `photofs thumbnails status`, when it is something else than before."""
        off = SYSTEM if of_the_machine(self._house.environ) else ""
        note = RoundNote(trouble=trouble, off=off, away=self._away)
        if note != self._told:
            self._told = note
            write_note(self._house.paths.thumbnails_told, note)
