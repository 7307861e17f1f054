"""Undo: takes back what was not sent, and wishes the opposite of what was done.

docs/SEMANTICS.md "Undo" tells what that is for each kind of wish.

Ten thousand removals are taken back in transactions of at most 50 ms each, the latest first. What
was taken back stays so if the process is killed in between; another undo of the same action goes on
from there, for each wish back notes under "undoes" which one it takes back.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from photofs.catalog.errand_rows import is_errand
from photofs.catalog.incoming import IncomingRow
from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import Refused
from photofs.model.operation import NOT_SENT, State
from photofs.model.wish import Asker, WishVerb
from photofs.wishing.incoming import IncomingFiles
from photofs.wishing.outcomes import Outcomes
from photofs.wishing.replacing import Replacing
from photofs.wishing.wish_desk import WishDesk
from photofs.wishing.wishing_back import WishingBack

SLICE_S: Final = 0.025
"""When a transaction is due to end; its last step and the commit stay within the other 25 ms."""

PAGE: Final = 100
_EVERYTHING: Final = 2**63 - 1
_CAME_TO_NOTHING: Final = frozenset({State.CANCELLED, State.GAVE_UP})


class Undone(NamedTuple):
    """How many wishes were taken back, wished back, and cannot be undone, each with its reason.

    `action`: the action that they were wished back by; None if nothing was to be undone.
    """

    cancelled: int
    wished_back: int
    left: tuple[str, ...]
    action: int | None = None


@dataclass(slots=True)
class UndoRun:
    """How far the undoing of an action is, from one transaction to the next.

    `below`, `files_after`: what was undone already: operations down to that id, and files that are
    not judged yet up to that photo.
    `backed`: operation and photo of what was wished back by an earlier undo of the same action.
    `albums`: which album was made anew instead of a removed one.
    """

    action: int
    asker: Asker
    by: int | None = None
    below: int = _EVERYTHING
    files_after: int = 0
    cancelled: int = 0
    wished: int = 0
    left: dict[str, int] = field(default_factory=dict)
    backed: set[tuple[int, int]] = field(default_factory=set)
    albums: dict[int, int] = field(default_factory=dict)

    def outcome(self) -> Undone:
        """What came of it; Refused if all of it was undone before."""
        if not self.cancelled and not self.wished and self.by is not None:
            raise Refused(
                f"action {self.action} was undone before, by action {self.by}",
                safe="nothing was changed",
                remedy=f"`photofs log {self.by}` shows what was wished back",
            )
        left = [f"{why} ({n:,} times)" if n > 1 else why for why, n in self.left.items()]
        return Undone(self.cancelled, self.wished, tuple(left), self.by)


def begin(catalog: Catalog, action: int, asker: Asker) -> UndoRun:
    """The run that undoes an action, or goes on with undoing it; NotFound."""
    run = UndoRun(action, asker, by=catalog.action(action).undone_by)
    if run.by is not None:
        run.backed = catalog.undone_parts(run.by)
        run.albums = catalog.albums_instead(run.by)
    return run


class Undoing:
    """One transaction's part of a run, for one library."""

    def __init__(self, desk: WishDesk, run: UndoRun, *, slice_s: float = SLICE_S) -> None:
        """`desk` is the library's; the transaction is due to end after `slice_s` seconds."""
        self._desk = desk
        self._catalog = desk.catalog
        self._run = run
        self._until = time.monotonic() + slice_s

    def step(self) -> bool:
        """Undo as much as a transaction may hold; whether more is left."""
        run = self._run
        while rows := self._catalog.latest_of_action(run.action, run.below, PAGE):
            for row in rows:
                for _ in self._undo(row):
                    if time.monotonic() >= self._until:
                        return True
                run.below = row.operation_id
                if time.monotonic() >= self._until:
                    return True
        return self._take_files_back() or self._desk.desk.placing.drain_until(self._until)

    def _take_files_back(self) -> bool:
        """What was written and is not judged yet: in Trash now; whether more such files are left.

        Bytes for a photo that its source has: that shows its own again, and they stand aside.
        """
        desk = replace(self._desk, undoes=0)
        run = self._run
        while files := self._catalog.files_of_action(run.action, run.files_after, PAGE):
            for file in files:
                self._take_file_back(desk, file)
                run.files_after = file.photo_id
                if time.monotonic() >= self._until:
                    return True
        return False

    def _take_file_back(self, desk: WishDesk, file: IncomingRow) -> None:
        """One of them; what lies in Trash already stays there."""
        if file.told:
            self._by()
            Replacing(desk).take_file_back(file)
        elif self._catalog.marks(file.photo_id)[0] is None:
            IncomingFiles(desk).take_back(file, self._by())
        else:
            return
        self._run.cancelled += 1

    def _undo(self, row: OperationRow) -> Iterator[None]:
        """Undo one wish; yields where it may be cut, and is then begun anew later."""
        run = self._run
        if row.state in NOT_SENT:
            self._by()
            run.cancelled += len(Outcomes(self._desk).cancel([row], "undone"))
        elif row.state is State.DONE:
            yield from self._wish_back(row)
        elif row.state not in _CAME_TO_NOTHING:
            self._leave(_begun(row))

    def _wish_back(self, row: OperationRow) -> Iterator[None]:
        """Wish the opposite of what was done."""
        run = self._run
        back = WishingBack(self._desk, row, run.albums)
        try:
            parts = list(back.parts())
            left = [part for part in parts if (row.operation_id, part) not in run.backed]
            # what was begun before it was cut is not as it was done any more, by our own doing
            why = back.objection() if len(left) == len(parts) else ""
            if why:
                self._leave(f"{row.wish.verb}: {why}")
                return
            for part in left:
                run.wished += back.wish(part, self._by())
                run.backed.add((row.operation_id, part))
                yield
        except Refused as error:
            self._leave(f"{row.wish.verb}: {error.what}")

    def _by(self) -> int:
        """The action that undoes; noted with the first thing that it takes back."""
        run = self._run
        if run.by is None:
            now = self._desk.desk.now_ns()
            run.by = self._catalog.act(self._desk.library_id, run.asker._replace(process=0), now)
            self._catalog.undone(run.action, run.by)
        return run.by

    def _leave(self, why: str) -> None:
        self._run.left[why] = self._run.left.get(why, 0) + 1


def _begun(row: OperationRow) -> str:
    """Why what was begun is left alone, and when it can be undone."""
    if row.wish.verb == WishVerb.LET_GO:
        return f"{row.wish.verb}: it is leaving this disk for good"
    if is_errand(row):
        return f"{row.wish.verb}: a hand has begun it; undo it again after `photofs hand back`"
    return f"{row.wish.verb}: it is being sent; undo it again once it is done"
