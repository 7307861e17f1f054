"""Base URLs: under which address a photo's bytes are to be had within this hour (google.md 2.5).

A day has 10,000 calls and 75,000 downloads, so that a call for each photo would be the bottleneck.
Whoever asks while others wait is asked for with them, up to 50 by one batchGet; and who asks for a
second photo of a day has a search name all of that day, up to 100: they are mostly read together.
Addresses are kept in memory alone, and not for long.
"""

import contextlib
from collections.abc import Iterable
from typing import NamedTuple

import trio

from photofs.providers.google.answers import Failure, Record
from photofs.providers.google.api import Api
from photofs.providers.google.pages import first_page, of_day
from photofs.providers.google.place import BATCH, items
from photofs.providers.google.records import Ref, item_id, status_of, text

HOLDS = 3000.0
"""Seconds for which an address is used; it is good for 3600."""

REMEMBERED = 4096
"""Addresses, and days, at most."""


class Address(NamedTuple):
    """A photo's base URL, of no use without a suffix; `status` is a video's."""

    url: str
    status: str
    at: float


class _Day(NamedTuple):
    """The photo of a day that was asked for first, and when all of that day were, if ever."""

    first: str
    searched: float = -HOLDS


class Addresses:
    """The addresses of one account's photos."""

    def __init__(self, api: Api) -> None:
        """Nothing is asked yet."""
        self._api = api
        self._known: dict[str, Address] = {}
        self._days: dict[str, _Day] = {}
        self._wanted: dict[str, None] = {}
        # a person never waits for a background call, which has minutes
        self._turns = {True: trio.Lock(), False: trio.Lock()}

    async def of(self, ref: Ref, *, person: bool) -> Address | None:
        """The photo's address; None if the service says that it has no such photo.

        Raises Temporary, Unauthorised, Quota, Failure.
        """
        if (known := self._fresh(ref.item)) is not None:
            return known
        self._wanted[ref.item] = None
        try:
            async with self._turns[person]:
                if (known := self._fresh(ref.item)) is None and self._is_second(ref):
                    await self._ask_day(ref.day, person=person)
                    known = self._fresh(ref.item)
                return known or await self._ask(ref.item, person=person)
        finally:
            self._wanted.pop(ref.item, None)

    async def expect(self, items_to_come: Iterable[str]) -> None:
        """These will be asked for, up to 50: those without an address are, by one call."""
        unknown = [item for item in items_to_come if self._fresh(item) is None]
        if unknown:
            async with self._turns[False]:
                found = await items(self._api, unknown[:BATCH], person=False)
                self._note(record for record in found.values() if record is not None)

    def forget(self, item: str, used: Address) -> None:
        """An address was refused: the next one is another."""
        if self._known.get(item) == used:
            del self._known[item]

    def _fresh(self, item: str) -> Address | None:
        known = self._known.get(item)
        return known if known and trio.current_time() - known.at < HOLDS else None

    def _is_second(self, ref: Ref) -> bool:
        """Whether another photo of that day was asked for before, and the day not just now."""
        if not ref.day:
            return False
        day = self._days.setdefault(ref.day, _Day(ref.item))
        if len(self._days) > REMEMBERED:
            del self._days[next(iter(self._days))]
        return day.first != ref.item and trio.current_time() - day.searched >= HOLDS

    async def _ask_day(self, day: str, *, person: bool) -> None:
        """Ask for the photos of a day: a help, and no answer about one that is not among them."""
        self._days[day] = self._days[day]._replace(searched=trio.current_time())
        with contextlib.suppress(Failure):
            self._note(await first_page(self._api, of_day(day), person=person))

    async def _ask(self, item: str, *, person: bool) -> Address | None:
        """Ask for it, and for others that are wanted."""
        others = [one for one in self._wanted if one != item and self._fresh(one) is None]
        found = await items(self._api, [item, *others][:BATCH], person=person)
        self._note(record for record in found.values() if record is not None)
        return self._known.get(item) if found.get(item) is not None else None

    def _note(self, records: Iterable[Record]) -> None:
        for record in records:
            item, url = item_id(record), text(record, "baseUrl")
            if item is None or url is None:
                continue
            self._known.pop(item, None)
            self._known[item] = Address(url, status_of(record), trio.current_time())
            if len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]
