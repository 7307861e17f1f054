"""Trying again, because a person says so: what waits for its time, and files that were refused."""

from typing import Final

from photofs.catalog.incoming import IncomingRow
from photofs.catalog.journal import OperationRow
from photofs.model.errors import Refused
from photofs.model.incoming import Stage
from photofs.model.operation import State
from photofs.model.wish import GUARDED, Asker, WishVerb
from photofs.wishing.photo_wishes import PhotoWishes
from photofs.wishing.wish_desk import WishDesk

RETRY: Final = Asker(0, "photofs queue retry")


class Retrying:
    """For one library; each method within a transaction, and says how many are tried again."""

    def __init__(self, desk: WishDesk) -> None:
        """`desk` is the library's."""
        self._desk = desk
        self._catalog = desk.catalog

    def operation(self, row: OperationRow) -> int:
        """One wish that waits after a refusal; Refused where that is not what it waits for."""
        if row.state is State.PLANNED:
            return self._now(row)
        if row.wish.photo is not None and row.state is State.GAVE_UP:
            return self.photo(row.wish.photo)
        raise Refused(
            f"operation {row.operation_id} is {row.state.value}: there is nothing to try again",
            safe="nothing was changed",
            remedy="`photofs queue` lists what waits",
        )

    def photo(self, photo: int) -> int:
        """All of one photo: its wishes that wait, and its file if that was refused."""
        count = sum(
            self._now(row)
            for row in self._catalog.unsettled_of_photo(photo)
            if row.state is State.PLANNED
        )
        file = self._catalog.incoming(photo)
        if file is not None and file.stage is Stage.FAILED:
            count += self._file(file)
        return count

    def _now(self, row: OperationRow) -> int:
        """Its next try is now, but for the grace, in which it can be undone."""
        in_grace = not row.tries and WishVerb(row.wish.verb) in GUARDED
        if in_grace or row.wish.not_before_ns <= self._desk.desk.now_ns():
            return 0
        self._catalog.try_at(row.operation_id, self._desk.desk.now_ns())
        return 1

    def _file(self, file: IncomingRow) -> int:
        """Looked at again, if it was not sealed; else sent again, with all that goes with it."""
        photo, now = file.photo_id, self._desk.desk.now_ns()
        if file.draft:
            self._catalog.set_incoming(photo, Stage.OPEN, file.draft, now)
            return 1
        verb = WishVerb.REPLACE if file.told else WishVerb.UPLOAD
        last = self._catalog.last_of_photo(photo, verb)
        if last is None or last.state is not State.GAVE_UP:
            return 0
        by = self._catalog.act(self._desk.library_id, RETRY, now)
        self._catalog.set_incoming(photo, Stage.WAITING, "", now)
        self._desk.wish(verb, by, last.wish.details, photo=photo)
        if verb is WishVerb.UPLOAD:
            PhotoWishes(self._desk).wish_where_it_stands(photo, by)
            self._desk.show_places(photo)
        return 1
