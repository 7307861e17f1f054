"""Whose photos are looked at, and through what."""

from collections.abc import Iterable
from dataclasses import dataclass

from photofs.model.errors import Temporary
from photofs.providers.google.answers import KEPT, Record
from photofs.providers.google.api import Api
from photofs.providers.google.records import number, part, parts
from photofs.providers.port import SmallState, Tools

BATCH = 50
"""Items that one batchGet takes (google.md 2.2)."""

NO_SUCH_ITEM = frozenset({3, 5})
"""The codes of a batchGet's result for an id that the service does not know (any more):
INVALID_ARGUMENT and NOT_FOUND. All others are the service's own trouble."""


@dataclass(frozen=True, slots=True)
class Place:
    """One account by one OAuth client; `login` names both. `sweep_seconds` between two sweeps."""

    api: Api
    login: str
    tools: Tools
    sweep_seconds: int

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.tools.now_ns() // 10**9

    @property
    def notes(self) -> SmallState:
        """The source's own, on this machine."""
        return self.tools.small_state


async def items(api: Api, ids: Iterable[str], *, person: bool = False) -> dict[str, Record | None]:
    """The items of those ids as they are now, None for what the service says it does not have.

    Raises Temporary where it can say neither.
    """
    wanted, found = list(dict.fromkeys(ids)), dict[str, Record | None]()
    for first in range(0, len(wanted), BATCH):
        some = wanted[first : first + BATCH]
        found.update(await _batch(api, some, person=person))
    return found


async def _batch(api: Api, ids: list[str], *, person: bool) -> dict[str, Record | None]:
    answer = await api.call("mediaItems.batchGet", {"mediaItemIds": ids}, person=person)
    results = parts(answer, "mediaItemResults")
    if len(results) != len(ids):
        raise Temporary("Google told of fewer photos than it was asked for", safe=KEPT)
    return {each: _item(each, result) for each, result in zip(ids, results, strict=True)}


def _item(asked: str, result: Record) -> Record | None:
    item = part(result, "mediaItem")
    if item is not None and item.get("id") == asked:
        return item
    status = part(result, "status") or {}
    if item is None and number(status.get("code")) in NO_SUCH_ITEM:
        return None
    raise Temporary("Google cannot tell of a photo just now", safe=KEPT)
