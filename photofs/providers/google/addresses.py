"""Base URLs: under which address a photo's bytes are to be had within this hour (google.md 2.5).

They come from batchGet, up to 50 a call: whoever asks while others wait is asked for with them, for
a day has 10,000 calls and 75,000 downloads. They are kept in memory alone, and not for long.
"""

from typing import NamedTuple

import trio

from photofs.providers.google.answers import Record
from photofs.providers.google.api import Api
from photofs.providers.google.place import BATCH, items
from photofs.providers.google.records import status_of, text

HOLDS = 3000.0
"""Seconds for which an address is used; it is good for 3600."""

REMEMBERED = 4096


class Address(NamedTuple):
    """A photo's base URL, of no use without a suffix; `status` is a video's."""

    url: str
    status: str
    at: float


class Addresses:
    """The addresses of one account's photos."""

    def __init__(self, api: Api) -> None:
        """Nothing is asked yet."""
        self._api = api
        self._known: dict[str, Address] = {}
        self._wanted: dict[str, None] = {}
        # a person never waits for a background call, which has minutes
        self._turns = {True: trio.Lock(), False: trio.Lock()}

    async def of(self, item: str, *, person: bool) -> Address | None:
        """The photo's address; None if the service says that it has no such photo.

        Raises Temporary, Unauthorised, Quota, Failure.
        """
        if (known := self._fresh(item)) is not None:
            return known
        self._wanted[item] = None
        try:
            async with self._turns[person]:
                if (known := self._fresh(item)) is not None:
                    return known
                return await self._ask(item, person=person)
        finally:
            self._wanted.pop(item, None)

    def forget(self, item: str, used: Address) -> None:
        """An address was refused: the next one is another."""
        if self._known.get(item) == used:
            del self._known[item]

    def _fresh(self, item: str) -> Address | None:
        known = self._known.get(item)
        return known if known and trio.current_time() - known.at < HOLDS else None

    async def _ask(self, item: str, *, person: bool) -> Address | None:
        """Ask for it, and for others that are wanted."""
        others = [one for one in self._wanted if one != item and self._fresh(one) is None]
        found = await items(self._api, [item, *others][:BATCH], person=person)
        for one, record in found.items():
            if record is not None:
                self._note(one, record)
        return self._known.get(item) if found.get(item) is not None else None

    def _note(self, item: str, record: Record) -> None:
        self._known.pop(item, None)
        # a video that is still worked on is asked for again each time
        url, status = text(record, "baseUrl") or "", status_of(record)
        self._known[item] = Address(url, status, trio.current_time())
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
