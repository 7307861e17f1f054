"""What sending to one source shares: its journal, its bytes, its service; and each step's note.

Every step is durable before the next begins: `claim`, then `begin` before the first byte goes out,
then one of `later`, `unsure`, `put_back`, `give_up`, or an outcome. See model/operation.py.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import trio

from agent.waiting import next_try_ns
from photofs.catalog.journal import OperationRow
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.catalog.under_way import UnderWay
from photofs.model.errors import PhotofsError, Temporary
from photofs.model.observation import PhotoSeen
from photofs.model.operation import Event, State
from photofs.model.wish import WishVerb
from photofs.originals.local_disk import LocalDisk
from photofs.providers.port import Provider, Writes
from photofs.wishing.deleting import proof_of
from photofs.wishing.outcomes import Outcomes
from photofs.wishing.recognising import waits_in_doubt
from photofs.wishing.wishing import Wishing

Each = TypeVar("Each")

AT_A_TIME: Final = 25
"""Wishes in one transaction: 25 that join an album of 10,000 take some 20 ms to confirm."""

NOT_SENT: Final = "changes are not sent: "
UNFORESEEN: Final = "photofs met what nobody foresaw while it sent this; its own log tells more"
UNDER_WAY: Final = frozenset({State.CLAIMED, State.SENT, State.UNSURE})


@dataclass(slots=True, kw_only=True)
class Outbox:
    """One source's.

    `visibility` is that of uploads. `under_way`: where the bytes sent are told. `letting_go`: held
    while bytes leave Kept; one for all that share a store.
    """

    catalog: Catalog
    wishing: Wishing
    store: LocalDisk
    source: SourceRow
    provider: Provider
    writes: Writes
    under_way: UnderWay
    visibility: str = "private"
    letting_go: trio.Lock = field(default_factory=trio.Lock)
    now_ns: Callable[[], int] = time.time_ns

    @property
    def outcomes(self) -> Outcomes:
        """How outcomes are noted; used within `wishing.change()`."""
        return self.wishing.outcomes(self.source.library_id)

    def recover(self) -> None:
        """What the last worker left: what it only had is planned again, what it sent is unsure."""
        left = self.catalog.left_by_crash(self.source.source_id)
        for some in parts_of([row for row in left if row.state is not State.UNSURE]):
            with self.wishing.change():
                for row in some:
                    self._happen(row, Event.CRASH, "the agent was stopped while it sent this")

    def claim(self, rows: Sequence[OperationRow]) -> list[OperationRow]:
        """Take wishes, but for those that were taken back meanwhile, or wait in doubt."""
        taken: list[OperationRow] = []
        for some in parts_of(rows):
            with self.wishing.change():
                now = [self.catalog.operation(row.operation_id) for row in some]
                planned = [row for row in now if row.state is State.PLANNED]
                at = self.now_ns()
                mine = [row for row in planned if not waits_in_doubt(self.catalog, row, at)]
                for row in mine:
                    self._happen(row, Event.CLAIM)
            taken += mine
        return taken

    def begin(self, rows: Sequence[OperationRow], more: Mapping[str, object] | None = None) -> None:
        """From now on a request may have reached the service; `more`: details of how it is sent."""
        for some in parts_of(rows):
            with self.wishing.change():
                for row in some:
                    self._happen(row, Event.SEND)
                    if more is not None:
                        self.catalog.amend(row.operation_id, {**row.wish.details, **more})

    def begin_deletion(self, row: OperationRow) -> str:
        """The same, if its proof holds at that very moment; else why not, and nothing has begun."""
        with self.wishing.change():
            proof = proof_of(self.catalog, row)
            if isinstance(proof, str):
                return proof
            self._happen(row, Event.SEND)
        return ""

    def unclaim(self, row: OperationRow, error: PhotofsError | None) -> None:
        """It could not even be begun: once more, later if there was an error."""
        now = self.now_ns()
        with self.wishing.change():
            not_before = None if error is None else next_try_ns(now, row.tries + 1, None)
            self.catalog.happen(row.operation_id, Event.CRASH, now, str(error or ""), not_before)

    def put_back(self, rows: Sequence[OperationRow], error: PhotofsError, sent: str) -> None:
        """It was not done, or may be done again without harm: once more, later."""
        for some in parts_of(rows):
            with self.wishing.change():
                for row in some:
                    self._put_back(row, error, sent)

    def _put_back(self, row: OperationRow, error: PhotofsError, sent: str) -> None:
        now = self.now_ns()
        self.catalog.note_exchange(row.operation_id, now, sent, str(error))
        not_before = next_try_ns(now, row.tries + 1, _wished(error))
        event = Event.CRASH if isinstance(error, Temporary) else Event.REFUSED
        self.catalog.happen(row.operation_id, event, now, str(error), not_before)
        if event is Event.CRASH:
            self._happen(row, Event.NOT_FOUND, str(error))

    def unsure(self, row: OperationRow, error: PhotofsError, sent: str) -> None:
        """Nobody knows whether it was done: the service is asked before anything else."""
        now = self.now_ns()
        with self.wishing.change():
            self.catalog.note_exchange(row.operation_id, now, sent, str(error))
            not_before = next_try_ns(now, row.tries, _wished(error))
            self.catalog.happen(row.operation_id, Event.CRASH, now, str(error), not_before)

    def broke_off(self, row: OperationRow, why: str = UNFORESEEN) -> None:
        """It ended half-way: whatever state it is in, it is safe, and waits."""
        now = self.now_ns()
        with self.wishing.change():
            if self.catalog.operation(row.operation_id).state in UNDER_WAY:
                not_before = next_try_ns(now, row.tries + 1, None)
                self.catalog.happen(row.operation_id, Event.CRASH, now, why, not_before)

    def not_found(self, row: OperationRow, sent: str) -> None:
        """It was certainly not done: it may be sent."""
        now = self.now_ns()
        with self.wishing.change():
            self.catalog.note_exchange(row.operation_id, now, sent, "it is not there")
            self._happen(row, Event.NOT_FOUND, row.reason)

    def refused(self, row: OperationRow, error: PhotofsError, sent: str) -> None:
        """The service did not do it, and would later: planned again at once."""
        with self.wishing.change():
            self.catalog.note_exchange(row.operation_id, self.now_ns(), sent, str(error))
            self._happen(row, Event.REFUSED, str(error))

    def give_up(self, row: OperationRow, why: str, sent: str) -> None:
        """It will not be done: the tree shows what is there, and the log says why."""
        with self.wishing.change():
            self.catalog.note_exchange(row.operation_id, self.now_ns(), sent, why)
            self.outcomes.give_up(row, why)
        if row.wish.album is not None:
            self.wishing.place(self.source.library_id)

    def album_gone(self, row: OperationRow, why: str, sent: str) -> None:
        """What was to be renamed is no more there: given up, and called as wished while it stands.

        Under that title it is made anew if it went because it was emptied here.
        """
        with self.wishing.change():
            self.catalog.note_exchange(row.operation_id, self.now_ns(), sent, why)
            self.catalog.happen(row.operation_id, Event.GIVE_UP, self.now_ns(), why)

    def photo_gone(self, row: OperationRow, sent: str) -> None:
        """What new bytes were for is no more at the service: they become a new photo."""
        with self.wishing.change():
            self.note([row], sent, "the photo is no longer there: it is uploaded as a new one")
            self.outcomes.photo_gone(row)

    def has_new_bytes(self, row: OperationRow) -> bool:
        """Whether other bytes for the wish's photo wait to be sent, which outlive it."""
        return any(
            each.wish.verb == WishVerb.REPLACE and each.state in {State.PLANNED, State.HELD}
            for each in self.catalog.unsettled_of_photo(row.wish.photo or 0)
        )

    def make_anew(self, rows: Sequence[OperationRow]) -> bool:
        """Photos were to join an album that went when it was emptied here; False if it was not."""
        with self.wishing.change():
            done = self.outcomes.album_emptied(rows)
            if done:
                self.note(rows, "nothing", "the album went when it was emptied: it is made anew")
        return done

    def stopped(self, error: PhotofsError) -> None:
        """Nothing can be sent now: why, and what to do, for `status`."""
        self.catalog.source_trouble(self.source.source_id, f"{NOT_SENT}{error}")

    def goes_on(self) -> None:
        """Something was sent: what kept it from being sent is over."""
        trouble = self.catalog.source(self.source.source_id).trouble
        if trouble and trouble.startswith(NOT_SENT):
            self.catalog.source_trouble(self.source.source_id, "")

    def origin(self, row: OperationRow) -> tuple[str, PhotoSeen] | None:
        """The id that this source has for the wish's photo, and what it tells of it."""
        found = self.catalog.first_observation(row.wish.photo or 0, self.source.source_id)
        if found is None or found[0] != self.source.source_id:
            return None
        return found[1], found[2]

    def note(self, rows: Sequence[OperationRow], sent: str, answer: str) -> None:
        """What was sent and what came back; within `wishing.change()`."""
        for row in rows:
            self.catalog.note_exchange(row.operation_id, self.now_ns(), sent, answer)

    def _happen(self, row: OperationRow, event: Event, reason: str = "") -> None:
        self.catalog.happen(row.operation_id, event, self.now_ns(), reason)


def parts_of(some: Sequence[Each]) -> Iterator[Sequence[Each]]:
    """So many at a time as a transaction may hold."""
    for begin in range(0, len(some), AT_A_TIME):
        yield some[begin : begin + AT_A_TIME]


def _wished(error: PhotofsError) -> float | None:
    """For how many seconds the service wants to be left alone."""
    return error.retry_after if isinstance(error, Temporary) else None
