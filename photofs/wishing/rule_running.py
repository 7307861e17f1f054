"""Carries out what a rule was planned to do, photo by photo, each looked at once more before.

Its proof is read again to its end; then its service is asked for the very record that would go,
where it shows single photos: a scan may be hours old, and whoever marked, edited or replaced the
photo since has said so there alone.
"""

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Final, NamedTuple

from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import PhotofsError, found_in
from photofs.model.observation import PhotoSeen
from photofs.model.rule import Rule
from photofs.model.rule_plan import Plan, Would
from photofs.providers.port import Provider
from photofs.wishing.ruling import Ruling

OpenProvider = Callable[[SourceRow], AbstractAsyncContextManager[Provider]]

UNPROVEN: Final = "its copy in the mirror was read again, and is not what it was, or not there"

_ASKED: Final = ("favorite", "archived", "trashed", "title", "description", "tags", "taken")
"""Facts by which a photo is kept, or by which somebody has shown that it is in use."""


class Outcome(NamedTuple):
    """How many were wished, and why others were left, by how many."""

    wished: int
    left: Counter[str]


async def carry_out(
    catalog: Catalog,
    ruling: Ruling,
    open_provider: OpenProvider,
    rule: Rule,
    found: Plan,
    now_ns: int,
) -> Outcome:
    """Wish what was planned, as far as it is still so. `now_ns`: see `rule_plan.trusted`."""
    left: Counter[str] = Counter()
    async with _Service.opened(catalog, open_provider) as service:
        for would in found.would:
            try:
                why = await _carry_out_one(ruling, service, rule, would, now_ns)
            except PhotofsError as error:
                why = error.what
            left[why] += 1
    wished = left.pop("", 0)
    return Outcome(wished, left)


async def _carry_out_one(
    ruling: Ruling, service: "_Service", rule: Rule, would: Would, now_ns: int
) -> str:
    """Why one was left, "" if it was wished."""
    copy = ruling.reread(would)
    if would.proof is not None and copy is None:
        return UNPROVEN  # another copy may prove it, but was not read just now
    if copy is not None:
        right = await ruling.is_still_right(copy)
        ruling.note(copy, time.time_ns(), right=right)
        if not right:
            return UNPROVEN
    if rule.removes and (record := ruling.record(rule, would)) is not None:
        why = await service.differs(*record)
        if why:
            return why
    return ruling.wish(rule, would, now_ns)


class _Service:
    """The account of a library, opened when it is first asked."""

    def __init__(
        self, catalog: Catalog, open_provider: OpenProvider, stack: AsyncExitStack
    ) -> None:
        """Nothing is open; `stack` closes what will be."""
        self._catalog, self._open, self._stack = catalog, open_provider, stack
        self._providers: dict[int, Provider] = {}

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, catalog: Catalog, open_provider: OpenProvider
    ) -> AsyncIterator["_Service"]:
        """For the length of a block."""
        async with AsyncExitStack() as stack:
            yield cls(catalog, open_provider, stack)

    async def differs(self, source_id: int, before: PhotoSeen) -> str:
        """What the service tells otherwise than was noted, a sentence; "" if nothing, or no word.

        "" also where it shows no single photo: then the last scan's word has to do.
        """
        try:
            provider = await self._provider(source_id)
            writes = provider.abilities.writes
            look = writes.look if writes is not None else None
            if look is None:
                return ""
            now = await look(before.remote_id)
        except Exception as raised:
            error = found_in(raised)
            if error is None:
                raise
            return f"its service could not be asked for it right before: {error.what}"
        return difference(before, now)

    async def _provider(self, source_id: int) -> Provider:
        if source_id not in self._providers:
            opened = self._open(self._catalog.source(source_id))
            self._providers[source_id] = await self._stack.enter_async_context(opened)
        return self._providers[source_id]


def difference(before: PhotoSeen, now: PhotoSeen | None) -> str:
    """What a service tells otherwise of a photo by now; "" if nothing. None is no word."""
    if now is None:
        return "its service says that it has no such photo any more"
    if now.content_key != before.content_key:
        return "its service has other bytes of it by now"
    for fact in _ASKED:
        old, new = getattr(before, fact), getattr(now, fact)
        if new is not None and _plain(new) != _plain(old):
            return f"its service tells its {fact} otherwise by now: the next scan takes it in"
    return ""


def _plain(value: object) -> object:
    """Without an order that means nothing; empty is as good as not told."""
    return frozenset(value) if isinstance(value, tuple) else value or None
