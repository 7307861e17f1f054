"""Fetching many originals for a command, a few at a time."""

import logging
import sys
from collections.abc import Sequence
from typing import NamedTuple

import trio

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.cli.output import safe_text
from photofs.model.errors import PhotofsError
from photofs.volume.engine import Engine, open_engine
from photofs.volume.fetch import Pieces
from photofs.volume.mirror_copies import MirrorCopies

AT_A_TIME = 4
"""Fetches at once: enough to fill a home line, few enough for a static host's patience."""


class Fetched(NamedTuple):
    """How many photos are whole on this disk now, and how many could not be had."""

    whole: int
    failed: int


async def fetch_all(house: House, catalog: Catalog, photo_ids: Sequence[int]) -> Fetched:
    """Bring the photos' originals here; each failure is told in a line, and the others go on."""
    # each failure is told below, with the photo's name
    logging.getLogger("photofs.volume.engine").setLevel(logging.ERROR)
    pieces = Pieces(catalog, catalog, house.store(), house.open_provider, MirrorCopies(catalog))
    outcomes: list[bool] = []
    waiting = iter(photo_ids)

    async def work(engine: Engine) -> None:
        for photo_id in waiting:
            whole = await _fetch_one(engine, catalog, photo_id)
            outcomes.append(whole)

    async with open_engine(pieces) as engine, trio.open_nursery() as nursery:
        for _ in range(AT_A_TIME):
            nursery.start_soon(work, engine)
    return Fetched(outcomes.count(True), outcomes.count(False))


async def _fetch_one(engine: Engine, catalog: Catalog, photo_id: int) -> bool:
    """Whether one photo is whole here now."""
    try:
        await engine.whole(photo_id)
    except PhotofsError as error:
        photo = catalog.photo(photo_id)
        name = safe_text(photo.file_name or photo.title or str(photo_id))
        print(f"{name}: {error}", file=sys.stderr)
        return False
    return True
