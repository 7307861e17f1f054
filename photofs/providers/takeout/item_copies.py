"""The copies of all items, by id, on the disk: all that a scan knows, but a folder at a time."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from photofs.model.pile import Pile, Row
from photofs.providers.takeout.copies import Copy
from photofs.providers.takeout.rows import member_from, member_row, sidecar_from, sidecar_row
from photofs.providers.takeout.variants import Role

if TYPE_CHECKING:
    from photofs.providers.takeout.gathering import Folder


class ItemCopies(Mapping[str, list[Copy]]):
    """Each item's, in the order in which they were added; items in that of their first copies.

    Folders stay in memory. A list that was given out is no part of what is kept.
    """

    def __init__(self, pile: Pile) -> None:
        """Filled through `add`, all of it in this pile, which is empty."""
        self._pile = pile
        self._folders: list[Folder] = []
        self._numbers: dict[Folder, int] = {}

    def add(self, item_id: str, copy: Copy) -> None:
        """One copy more; not while items are gone through."""
        number = self._numbers.setdefault(copy.folder, len(self._folders))
        if number == len(self._folders):
            self._folders.append(copy.folder)
        member = None if copy.member is None else member_row(copy.member)
        sidecar = None if copy.sidecar is None else sidecar_row(copy.sidecar)
        self._pile.add(item_id, (copy.role.value, number, member, sidecar))

    def join(self, stays: str, goes: str) -> None:
        """The copies of the one item are the other one's, after its own."""
        copies = self[goes]
        self._pile.remove(goes)
        for copy in copies:
            self.add(stays, copy)

    def __getitem__(self, item_id: str) -> list[Copy]:
        found = [self._copy(row) for row in self._pile.rows(item_id)]
        if not found:
            raise KeyError(item_id)
        return found

    def __iter__(self) -> Iterator[str]:
        return self._pile.keys()

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._pile

    def __len__(self) -> int:
        return len(self._pile)

    def _copy(self, row: Row) -> Copy:
        role, number, member, sidecar = row
        return Copy(
            Role(cast("str", role)),
            self._folders[cast("int", number)],
            None if member is None else member_from(cast("Row", member)),
            None if sidecar is None else sidecar_from(cast("Row", sidecar)),
        )
