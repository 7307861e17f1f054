"""Errands as they are wished: one that takes another back needs no hand, if none has begun it."""

from typing import Final

from photofs.catalog.journal import OperationRow
from photofs.model.errand import OPPOSITE
from photofs.model.operation import FINAL, NOT_SENT, Event
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

    def opposed(self, row: OperationRow) -> list[OperationRow]:
        """The later wishes for the opposite of an errand that are not over; mostly none."""
        other = OPPOSITE.get(WishVerb(row.wish.verb))
        return [
            each
            for each in self._catalog.errands_of_photo(row.wish.photo or 0)
            if each.operation_id > row.operation_id
            and each.wish.verb == other
            and each.state not in FINAL
        ]

    def call_off(self, row: OperationRow) -> bool:
        """Whether an errand that is planned is wished otherwise by now: neither is then to be done.

        For it was begun when that was wished (else the wish would have taken it back), and is known
        by now not to have been done. Both are cancelled, as far as no hand has begun the other one.
        """
        later = self.opposed(row)
        if not later:
            return False
        if all(each.state in NOT_SENT for each in later):
            rows, now = [row, *later], self._desk.desk.now_ns()
            for each in rows:
                self._catalog.happen(each.operation_id, Event.CANCEL, now, OTHERWISE)
            self._desk.show_without(row.wish.photo or 0, rows)
        return True

    def _unbegun(self, photo: int) -> list[OperationRow]:
        rows = self._catalog.errands_of_photo(photo)
        return [row for row in rows if row.state in NOT_SENT]
