"""Has it known which catalog the agent works with, and sees at its start whether it still is that.

See photofs/wishing/recognising.py (P18).
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import trio

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import PhotofsError
from photofs.wishing.recognising import ROLL_NS, recognise_home, roll_home
from photofs.wishing.recognising_mirrors import MirrorWords

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 600.0
"""Between two looks whether another word is due."""


@contextmanager
def witnessed(house: House, catalog: Catalog) -> Iterator[None]:
    """Recognise the catalog, for the length of a block; another word at both its ends.

    So a copy of the catalog that was made while the agent worked is told from the one it left.
    """
    recognise_home(catalog, house.paths.data, time.time_ns())
    _roll(house, catalog, 0)
    try:
        yield
    finally:
        _roll(house, catalog, 0)


async def recognise_by_mirrors(catalog: Catalog) -> None:
    """Ask the mirrors whose disks are there, before anything is sent; one may hang, or be away."""
    asked = MirrorWords(catalog)
    await trio.to_thread.run_sync(asked.read, abandon_on_cancel=True)
    asked.compare(time.time_ns())


async def witness_for_ever(house: House, catalog: Catalog) -> None:
    """Another word once an hour."""
    while True:
        await trio.sleep(LOOK_SECONDS)
        _roll(house, catalog, ROLL_NS)


def _roll(house: House, catalog: Catalog, every_ns: int) -> None:
    """Nothing waits for it: where it fails, an older catalog is known by an older word."""
    try:
        roll_home(catalog, house.paths.data, every_ns, time.time_ns())
    except PhotofsError as error:
        log.info("which catalog this is could not be noted: %s", error)
