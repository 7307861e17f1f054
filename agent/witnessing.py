"""Has it known which catalog the agent works with, and sees at its start whether it still is that.

See photofs/wishing/recognising.py (P18).
"""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import trio

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import PhotofsError
from photofs.wishing.recognising import (
    HOME,
    ROLL_NS,
    compare_home,
    home_word,
    next_word,
    put_home_word,
)
from photofs.wishing.recognising_mirrors import MirrorWords

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 600.0
"""Between two looks whether another word is due."""


@asynccontextmanager
async def witnessed(house: House, catalog: Catalog) -> AsyncIterator[None]:
    """Recognise the catalog, for the length of a block; another word at both its ends.

    So a copy of the catalog that was made while the agent worked is told from the one it left.
    """
    await recognise(house, catalog)
    await roll(house, catalog, 0)
    try:
        yield
    finally:
        with trio.CancelScope(shield=True):  # `be_gone_soon` does not wait for a disk that hangs
            await roll(house, catalog, 0)


async def recognise(house: House, catalog: Catalog) -> None:
    """Compare the word in the folder of the data; StoreError."""
    data, before = house.paths.data, catalog.witness(HOME)
    there = await trio.to_thread.run_sync(home_word, data)
    compare_home(catalog, data, before, there, time.time_ns())


async def recognise_by_mirrors(catalog: Catalog) -> None:
    """Ask the mirrors whose disks are there, before anything is sent; one may hang, or be away."""
    asked = MirrorWords(catalog)
    await trio.to_thread.run_sync(asked.read, abandon_on_cancel=True)
    asked.compare(time.time_ns())


async def witness_for_ever(house: House, catalog: Catalog) -> None:
    """Another word once an hour."""
    while True:
        await trio.sleep(LOOK_SECONDS)
        await roll(house, catalog, ROLL_NS)


async def roll(house: House, catalog: Catalog, every_ns: int) -> None:
    """Another word, if it is time; only the agent does, of which there is one.

    Nothing waits for it: where it fails, an older catalog is known by an older word.
    """
    try:
        if word := next_word(catalog, HOME, every_ns, time.time_ns()):
            await trio.to_thread.run_sync(put_home_word, house.paths.data, word)
            catalog.end_witness(HOME, word)
    except PhotofsError as error:
        log.info("which catalog this is could not be noted: %s", error)
