"""Questions for single items, asked together: each call is one of 10,000 a day, and takes fifty.

After a death of the agent up to a hundred uploads are asked for at about the same time.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from photofs.providers.google.answers import Record
from photofs.providers.google.api import Api
from photofs.providers.google.batches import Batches, Patience
from photofs.providers.google.place import items

_PATIENCE: Final = Patience(lull=0.05)
"""What is asked for in the same moment comes together; a question alone hardly waits."""


class _Asked(NamedTuple):
    item_id: str

    @property
    def same(self) -> str:
        return self.item_id


class Questions:
    """Of one account."""

    def __init__(self, api: Api) -> None:
        """Nothing is asked yet."""
        self._api = api
        self._batches = Batches[_Asked, list[Record]](self._ask, _PATIENCE)

    async def item(self, item_id: str) -> Record | None:
        """The item as it is now, None if the service says that it has none; raises as `items`."""
        return next(iter(await self._batches.join(_Asked(item_id))), None)

    async def _ask(self, some: Sequence[_Asked]) -> list[list[Record]]:
        found = await items(self._api, [each.item_id for each in some])
        told = (found[each.item_id] for each in some)
        return [[] if record is None else [record] for record in told]
