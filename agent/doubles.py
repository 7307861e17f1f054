"""Asks whether a photo is still there before a copy of its bytes is taken for it.

Deleted on the service's own pages a photo is shown until two scans have missed it. A file with the
same bytes that a program brings in meanwhile would be handed to it, and go with it; so the service
is asked first, where it answers for many photos in one call (port.Writes.lost).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager

from photofs.catalog.port import SourceRow
from photofs.providers.port import Provider
from photofs.wishing.known_bytes import KnownThere

OpenProvider = Callable[[SourceRow], AbstractAsyncContextManager[Provider]]


class Doubles:
    """For all libraries of one catalog."""

    def __init__(self, sources: Callable[[], list[SourceRow]], open_provider: OpenProvider) -> None:
        """`sources` are those that there are by now."""
        self._sources = sources
        self._open = open_provider

    async def lost(self, known: Iterable[KnownThere]) -> frozenset[KnownThere]:
        """Those of which their service says that it has them no more. RemoteError if it cannot."""
        by_source: dict[int, set[str]] = defaultdict(set)
        for each in known:
            by_source[each.source_id].add(each.remote_id)
        gone: set[KnownThere] = set()
        for source in self._sources():
            ids = by_source.get(source.source_id)
            if ids:
                async with self._open(source) as provider:
                    writes = provider.abilities.writes
                    if writes is not None and writes.lost is not None:
                        lost = await writes.lost(sorted(ids))
                        gone |= {KnownThere(source.source_id, each) for each in lost}
        return frozenset(gone)
