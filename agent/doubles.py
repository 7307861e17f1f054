"""Asks whether a photo is still there before a copy of its bytes is taken for it.

Deleted on the service's own pages a photo is shown until two scans have missed it. A file with the
same bytes that a program brings in meanwhile would be handed to it, and go with it; so the service
is asked first (port.Writes.lost), and what it has no more is no photo to be handed to.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

from photofs.catalog.port import SourceRow
from photofs.model.errors import PhotofsError, Unauthorised
from photofs.providers.port import Provider
from photofs.wishing.known_bytes import KnownThere


class Answers(NamedTuple):
    """What services said: which photos they have no more, and why some could not be asked."""

    lost: frozenset[KnownThere]
    unasked: dict[int, PhotofsError]
    """By the number of the source."""


OpenProvider = Callable[[SourceRow], AbstractAsyncContextManager[Provider]]


class Doubles:
    """For all libraries of one catalog."""

    def __init__(self, sources: Callable[[], list[SourceRow]], open_provider: OpenProvider) -> None:
        """`sources` are those that there are by now."""
        self._sources = sources
        self._open = open_provider

    async def lost(self, known: Iterable[KnownThere]) -> Answers:
        """Ask each service for its own; one that cannot be asked keeps no other's answer back."""
        by_source: dict[int, set[str]] = defaultdict(set)
        for each in known:
            by_source[each.source_id].add(each.remote_id)
        gone: set[KnownThere] = set()
        unasked: dict[int, PhotofsError] = {}
        for source in self._sources():
            ids = by_source.get(source.source_id)
            if ids:
                try:
                    gone |= await self._lost_at(source, sorted(ids))
                except PhotofsError as error:
                    unasked[source.source_id] = error
        return Answers(frozenset(gone), unasked)

    async def _lost_at(self, source: SourceRow, ids: list[str]) -> set[KnownThere]:
        async with self._open(source) as provider:
            writes, unwritable = provider.abilities.writes, provider.abilities.unwritable
            if writes is None:  # nothing could be sent either, so the file waits as all do
                raise Unauthorised(
                    unwritable.why, safe="all of it is kept, and shown", remedy=unwritable.remedy
                )
            if writes.lost is None:
                return set()
            return {KnownThere(source.source_id, each) for each in await writes.lost(ids)}
