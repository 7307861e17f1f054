"""Whether a service has a file already, as a photo whose bytes nobody here has read.

Right after a login nothing is known of an account but what it lists. What is like a file (by id,
second or name: model/likeness.py) is asked for its length first, and where that is the file's,
fetched and compared, before the file is sent as a new photo (docs/decisions/0028).
"""

import copy
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import trio

from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import (
    Corrupt,
    Full,
    Gone,
    PhotofsError,
    Quota,
    Rationed,
    Temporary,
    Unauthorised,
)
from photofs.model.likeness import Sought, UnreadPhoto, UnreadPhotos
from photofs.volume.engine import Engine, open_engine
from photofs.volume.fetch import Pieces
from photofs.volume.sources import OpenProvider

OTHER_BYTES: Final = "its service gives back other bytes than were sent"

IN_VAIN: Final = 3
REST_S: Final = 60.0
"""After so many photos in a row that could not be had the service is let be for so many seconds:
each may take a minute and more, and a library has thousands."""


class Compared(NamedTuple):
    """The photo that has a file's bytes, None if none is known to.

    `unsure`: as which photo the service may have them, and why nobody can tell; "" if that is sure.
    """

    photo: int | None
    unsure: str = ""


class Comparing:
    """For one source of one library."""

    def __init__(
        self,
        catalog: Catalog,
        source: SourceRow,
        engine: Engine,
        open_provider: OpenProvider,
        *,
        takes_once: bool,
    ) -> None:
        """`takes_once`: the service knows the same bytes by itself, so nothing is compared."""
        self._catalog, self._engine, self._source = catalog, engine, source
        self._open = open_provider
        self._in_vain, self._rest_until = 0, 0.0
        self._why: PhotofsError | None = None
        self.takes_once = takes_once
        self._unread = UnreadPhotos(catalog.unread(source.library_id, source.source_id))
        self.number = self._unread.number
        """Photos of the source whose bytes are unknown here, to begin with."""

    def is_worth_a_look(self, sought: Sought) -> bool:
        """Whether any of them is like the file."""
        return not self.takes_once and bool(self._unread.like(sought))

    async def find(self, sought: Sought, sha256: str) -> Compared:
        """Which photo has these bytes; Full."""
        if self.takes_once:
            return Compared(None)
        unsure = ""
        for photo in self._unread.like(sought):
            why = await self._differs(photo, sought, sha256)
            if why is None:
                return Compared(photo.photo_id)
            if why and not unsure:
                unsure = f"as {self._name(photo)}: {why}"
        return Compared(None, unsure)

    async def _differs(self, photo: UnreadPhoto, sought: Sought, sha256: str) -> str | None:
        """None if it is the photo of these bytes, "" if it is not, else why that is not known."""
        if sought.original and not photo.original:
            return OTHER_BYTES
        try:
            known = await self._hash_of(photo.photo_id, sought.size)
        except (Full, Rationed):
            raise
        except PhotofsError as error:
            return error.what
        if known == sha256:
            return None
        return "" if photo.original else OTHER_BYTES

    async def _hash_of(self, photo_id: int, size: int) -> str | None:
        """A photo's hash, fetched if need be; None if it is of another length."""
        known = self._catalog.photo_facts(photo_id).sha256
        if known is None and await self._has_size(photo_id, size):
            known = self._catalog.photo_facts(photo_id).sha256
        return known

    async def _has_size(self, photo_id: int, size: int) -> bool:
        """Whether a photo is of that length, and has been fetched therefore.

        Raises as before, and asks nothing, while a service that gave nothing is let be.
        """
        if self._why is not None and trio.current_time() < self._rest_until:
            raise copy.copy(self._why)
        try:
            same = await self._engine.size(photo_id) == size
            if same:
                await self._engine.whole(photo_id)
        except (Temporary, Unauthorised, Quota) as error:
            self._in_vain += 1
            if self._in_vain >= IN_VAIN:
                # a copy, for an error holds on to all that went on
                self._why, self._rest_until = copy.copy(error), trio.current_time() + REST_S
            raise
        except (Gone, Corrupt):  # the photo's own fault: its service has answered
            self._in_vain, self._why = 0, None
            raise
        self._in_vain, self._why = 0, None
        return same

    def _name(self, photo: UnreadPhoto) -> str:
        return self._catalog.path_of(photo.photo_id) or photo.names[0]


@asynccontextmanager
async def open_comparing(
    house: House, catalog: Catalog, source: SourceRow
) -> AsyncIterator[Comparing]:
    """For the length of a block."""
    # what could not be fetched is told of by the command, with the file's name
    logging.getLogger("photofs.volume.engine").setLevel(logging.ERROR)
    takes_once = await _takes_once(house, source)
    pieces = Pieces(catalog, catalog, house.store(), house.open_provider)
    async with open_engine(pieces) as engine:
        yield Comparing(catalog, source, engine, house.open_provider, takes_once=takes_once)


async def _takes_once(house: House, source: SourceRow) -> bool:
    """Whether its service makes no second photo of the same bytes; False if it is logged out."""
    try:
        async with house.open_provider(source) as provider:
            return provider.abilities.takes_once
    except PhotofsError:
        return False
