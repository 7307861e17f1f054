"""What was done by hand, held against what the sources tell of it later (docs/decisions/0017).

An errand that is told to be done, by a claim of the user's or by what a program saw, has a time as
every fact has one. An older word of a source says nothing of it. A later one that agrees settles
it. One that does not, at least a day later (an export takes hours to make, and nobody knows when it
looked at which photo), overrules it: the photo is shown as it is told, and that is noted. For the
same reason a word settles no later wish about the same within a day of what was done.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from photofs.catalog.journal import OperationRow
from photofs.filing.desk import Desk
from photofs.filing.overlay import without
from photofs.model.errand import DEED_OF, OPPOSITE
from photofs.model.fusing import Word, teller
from photofs.model.operation import BACK, BEGUN, FINAL, NOT_SENT, Event, State
from photofs.model.wish import WishVerb

LATER_NS: Final = 86_400 * 10**9
"""How much later than a claim a word must be that overrules it."""

SO_ALREADY: Final = "a source tells that it is so already"

_FACT: Final = {
    WishVerb.TRASH: ("trashed", True),
    WishVerb.RESTORE: ("trashed", False),
    WishVerb.FAVORITE: ("favorite", True),
    WishVerb.UNFAVORITE: ("favorite", False),
    WishVerb.ARCHIVE: ("archived", True),
    WishVerb.UNARCHIVE: ("archived", False),
}


class Claims:
    """For one library, at the end of a scan of one of its sources."""

    def __init__(self, desk: Desk) -> None:
        """`desk` holds what all filing of a scan shares."""
        self._desk = desk
        self._catalog = desk.catalog

    def hear(self) -> None:
        """Hold every errand that is laid over the sources' words against those words."""
        library = self._desk.library.library_id
        for number in self._catalog.errands_unsettled(library):
            self._desk.slices.begin()
            row = self._catalog.operation(number)
            if row.wish.photo is not None and not self._catalog.photo_facts(row.wish.photo).gone:
                self._hear_of(row, row.wish.photo)
            self._desk.slices.breathe()
        self._desk.slices.end()

    def _hear_of(self, row: OperationRow, photo: int) -> None:
        done = row.state is State.DONE
        since_ns = row.changed_ns if done else row.planned_ns
        word = _later_word(row, self._catalog.words(photo), since_ns)
        if word is None:
            return
        is_sure = word.seen.as_of_ns >= since_ns + LATER_NS
        if done and self._is_superseded(row, photo):
            if is_sure:  # else it is what is so again, if the later wish is taken back
                self._catalog.settle(row.operation_id)
        elif self._may_be_before(row, photo, word):
            return
        elif _is_so(row, word):
            self._agree(row, photo, word)
        elif done and is_sure:
            self._overrule(row, photo, word)

    def _may_be_before(self, row: OperationRow, photo: int, word: Word) -> bool:
        """Whether a word may tell how it was before an earlier errand of that deed was done.

        Then it says nothing of this one: trashed by hand and wished out of the trash again, an
        export of that hour that had looked before tells that it is not in the trash.
        """
        deed = DEED_OF[WishVerb(row.wish.verb)]
        return any(
            each.operation_id < row.operation_id
            and each.state is State.DONE
            and DEED_OF[WishVerb(each.wish.verb)] is deed
            and word.seen.as_of_ns < each.changed_ns + LATER_NS
            for each in self._catalog.errands_of_photo(photo)
        )

    def _agree(self, row: OperationRow, photo: int, word: Word) -> None:
        """It is told as wished. If the opposite was begun before, that must not be done any more.

        A word of the same day may be from before that was done: whoever looks there will know.
        """
        before = self._begun_otherwise(row, photo)
        if before and word.seen.as_of_ns < row.planned_ns + LATER_NS:
            return
        now = self._desk.now_ns()
        for each in before:
            if each.state in BACK:
                self._catalog.happen(each.operation_id, BACK[each.state], now)
            self._catalog.happen(each.operation_id, Event.CANCEL, now, SO_ALREADY)
        self._settle(row, photo)

    def _begun_otherwise(self, row: OperationRow, photo: int) -> list[OperationRow]:
        """Earlier errands for the opposite that are not over."""
        other = OPPOSITE.get(WishVerb(row.wish.verb))
        return [
            each
            for each in self._catalog.errands_of_photo(photo)
            if each.operation_id < row.operation_id
            and each.wish.verb == other
            and each.state not in FINAL
        ]

    def _settle(self, row: OperationRow, photo: int) -> None:
        """It is told as wished: nothing needs to be laid over that any more, nor to be done."""
        now = self._desk.now_ns()
        if row.state in NOT_SENT:
            self._catalog.happen(row.operation_id, Event.CANCEL, now, SO_ALREADY)
        elif row.state in BEGUN:
            self._catalog.note_exchange(row.operation_id, now, "", SO_ALREADY)
            self._catalog.happen(row.operation_id, Event.CONFIRM, now)
        elif row.state is not State.DONE:
            return
        self._catalog.settle(row.operation_id)
        self._show(row, photo)

    def _overrule(self, row: OperationRow, photo: int, word: Word) -> None:
        """It is not so: the photo comes back to where it is."""
        now, told = self._desk.now_ns(), row.wish.details.get("done_by")
        hand = told.get("hand") if isinstance(told, dict) else None
        said = "you said" if hand == "list" else "was seen"
        provider = self._catalog.source(word.source).provider
        why = f"{row.wish.verb}: not so, as {said}; {provider} tells otherwise since"
        self._catalog.note_exchange(row.operation_id, now, "", why)
        self._catalog.overrule(row.operation_id, why, now)
        self._show(row, photo)

    def _show(self, row: OperationRow, photo: int) -> None:
        """A photo as it is told, with one errand laid over it no more."""
        if row.wish.verb == WishVerb.TRASH and not self._is_wished_again(row, photo):
            self._catalog.set_binned(photo, None)
        old = self._catalog.photo_facts(photo)
        facts = without(self._catalog, photo, old, [row], self._desk.resolve)
        if facts == old:
            return
        ctime = max(self._desk.now_ns(), old.ctime_ns + 1)
        self._catalog.set_photo_facts(photo, facts._replace(ctime_ns=ctime))
        self._desk.placing.replace(photo)

    def _is_superseded(self, row: OperationRow, photo: int) -> bool:
        """Whether a later errand is about the same: then a word says nothing of this one."""
        deed = DEED_OF[WishVerb(row.wish.verb)]
        return any(
            each.operation_id > row.operation_id and DEED_OF[WishVerb(each.wish.verb)] is deed
            for each in self._catalog.errands_of_photo(photo)
        )

    def _is_wished_again(self, row: OperationRow, photo: int) -> bool:
        """Whether a later wish puts it into Trash, too."""
        return any(
            each.wish.verb == WishVerb.TRASH and each.operation_id > row.operation_id
            for each in self._catalog.unsettled_of_photo(photo)
        )


def _later_word(row: OperationRow, words: Sequence[Word], since_ns: int) -> Word | None:
    """The word that is believed in what an errand changes, if it is later than that."""
    word = teller(words, _fact_of(row))
    return word if word is not None and word.seen.as_of_ns > since_ns else None


def _fact_of(row: OperationRow) -> str:
    return "taken" if row.wish.verb == WishVerb.DATE else _FACT[WishVerb(row.wish.verb)][0]


def _is_so(row: OperationRow, word: Word) -> bool:
    """Whether a word tells what was wished."""
    told = getattr(word.seen, _fact_of(row))
    if row.wish.verb == WishVerb.DATE:
        return _is_dated(row, msgspec.to_builtins(told))
    return told is _FACT[WishVerb(row.wish.verb)][1]


def _is_dated(row: OperationRow, told: object) -> bool:
    """Whether a date is the one that is wished; once it is done, that it is no more that of before.

    A service files it by a zone that nobody else knows: what it tells then need not be equal.
    """
    if row.state is not State.DONE:
        return told == row.wish.details["taken"]
    before = row.wish.details.get("before")
    return not isinstance(before, dict) or told != before.get("taken")
