"""Errands as they are wished: one that takes another back needs no hand, if none has begun it."""

from typing import Final

from photofs.catalog.journal import OperationRow
from photofs.model.errand import OPPOSITE
from photofs.model.operation import NOT_SENT
from photofs.model.wish import WishVerb
from photofs.wishing.wish_desk import WishDesk

OTHERWISE: Final = "wished otherwise before a hand had done it"
_TRASH: Final = frozenset({WishVerb.TRASH, WishVerb.RESTORE})


class Errands:
    """For one library; within a transaction."""

    def __init__(self, desk: WishDesk) -> None:
        """`desk` is the library's."""
        self._desk = desk
        self._catalog = desk.catalog

    def take_back(self, photo: int, verb: WishVerb) -> list[OperationRow]:
        """Take back the errand that this wish is the opposite of, or replaces; what was.

        The caller shows the photo without it.
        """
        wanted = {verb} if verb is WishVerb.DATE else {OPPOSITE[verb]}
        mine = [row for row in self._unbegun(photo) if row.wish.verb in wanted]
        return [row for row in mine[-1:] if self._desk.planning.cancel(row, OTHERWISE)]

    def is_trashed_there(self, photo: int) -> bool:
        """Whether it lies in the service's own trash, by the latest that anybody says of it.

        Asked when no errand that nobody has begun is left to be taken back.
        """
        errands = self._catalog.errands_of_photo(photo)
        rows = [row for row in errands if row.wish.verb in _TRASH]
        if rows:
            return rows[-1].wish.verb == WishVerb.TRASH
        seen = self._catalog.told(photo)
        return seen is not None and seen.trashed is True

    def _unbegun(self, photo: int) -> list[OperationRow]:
        rows = self._catalog.errands_of_photo(photo)
        return [row for row in rows if row.state in NOT_SENT]
