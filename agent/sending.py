"""Sends what is wished to one source, in lanes: files in some, all else in one of its own.

So that a film of a gigabyte keeps no title waiting, and while one file is proven, noted and looked
for at the service, the bytes of another are on the line. How often the service is asked is the
pacer's affair. A lane ends when there is nothing more to send in any. What concerns the whole
source stops all: no login, no line. Where there is no room, files alone are left for a while: each
try would send a whole one in vain.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

import trio

from agent.changing import Changing
from agent.outbox import Outbox
from agent.uploading import Uploading
from agent.waiting import CLOSED_S, SOURCE_LONGEST_S, back_off
from photofs.catalog.journal import OperationRow
from photofs.model.errors import Busy, Corrupt, PhotofsError, Quota, Temporary, Unauthorised
from photofs.model.wish import WishVerb

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
"""Wishes looked at together; as many joins or leaves of one album go in one request."""

LOOKED_AT: Final = 5_000
"""Wishes among which they are found: what is to join an album first may have been wished last."""

LOOK_EVERY: Final = 0.5
"""Seconds between two looks while another lane is busy."""

LANES_OF_BYTES: Final = 3
"""Lanes of files that look for work all the time; others are opened while a service wants more
uploads under way together (`Writes.together`), and end when there is nothing for them."""

CHANGES: Final = 0
"""The lane of all else."""

_OF_BYTES: Final = frozenset({WishVerb.UPLOAD, WishVerb.REPLACE})


class Sender:
    """One source's, for as long as its provider is open."""

    def __init__(self, box: Outbox, *, full: bool = False) -> None:
        """Nothing is sent yet. `full`: the service had no room for a file a moment ago."""
        self._box = box
        self._uploading = Uploading(box)
        self._changing = Changing(box)
        self._busy: set[int] = set()
        self._lanes = {*range(1, 1 + LANES_OF_BYTES)}
        self._asking: set[int] = set()
        self._over = trio.Event()
        self._news = trio.Event()
        self._opened = LANES_OF_BYTES
        self._nursery: trio.Nursery | None = None
        self._full = full
        self._failures = 0
        self._waits = False
        self.rest_s = 0.0
        self.full_s = 0.0

    async def run(self) -> None:
        """Send what there is. For how long to leave the source alone after it, `rest_s` says.

        `full_s`: for how long no file is to be sent there.
        """
        self._box.recover()
        self._ask_anew()
        self._busy = {*range(1 + LANES_OF_BYTES)}
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            nursery.start_soon(self._lane, CHANGES, self._send_change)
            for lane in range(1, 1 + LANES_OF_BYTES):
                nursery.start_soon(self._lane, lane, self._send_bytes)
        if self._waits:  # for an upload that is tried again later; until then nothing is to be done
            self.rest_s = max(self.rest_s, back_off(1))

    def _open_lane(self) -> None:
        """One more lane of files, if the service wants more under way than there are lanes."""
        if self._nursery is None or len(self._lanes) >= self._box.writes.together:
            return
        self._opened += 1
        self._lanes.add(self._opened)
        self._busy.add(self._opened)
        self._nursery.start_soon(self._lane, self._opened, self._send_bytes)

    def _ask_anew(self) -> None:
        """What may be sent twice without harm need not be asked for."""
        for row in self._unsure():
            if row.wish.verb not in _OF_BYTES and not self._changing.making.asks_for(row):
                self._box.not_found(row, "nothing: it may be done twice")

    async def _lane(self, lane: int, step: Callable[[], Awaitable[bool]]) -> None:
        """Step after step until no lane has anything to do, or the source has to rest."""
        while self.rest_s == 0 and not self._over.is_set():
            self._busy.add(lane)
            try:
                worked = await step()
            except PhotofsError as error:
                if self._stops(error, of_bytes=lane > 0):
                    break
                continue
            if worked:
                self._went_well()
                self._busy.add(CHANGES)  # what was uploaded may join its albums now: look again
                continue
            if lane > LANES_OF_BYTES:
                break
            self._rests(lane)
            with trio.move_on_after(LOOK_EVERY):
                await self._news.wait()
        self._lanes.discard(lane)
        self._rests(lane)

    def _rests(self, lane: int) -> None:
        """A lane has nothing to do; the last one to say so ends all."""
        self._busy.discard(lane)
        if not self._busy:
            self._over.set()
        if self._busy <= {CHANGES}:
            self._wake()

    def _wake(self) -> None:
        """Lanes that have nothing to do look again."""
        self._news.set()
        self._news = trio.Event()

    async def _send_bytes(self) -> bool:
        """One upload, or one question for what became of an unsure one."""
        now = self._box.now_ns()
        for row in self._unsure():
            due = row.wish.verb in _OF_BYTES and row.wish.not_before_ns <= now
            if due and row.operation_id not in self._asking:
                self._asking.add(row.operation_id)
                self._open_lane()
                try:
                    with self._box.writes.coming():
                        await self._guarded([row], self._uploading.reconcile(row))
                finally:
                    self._asking.discard(row.operation_id)
                return True
        if self._full:
            return False
        rows = self._box.catalog.claimable(self._box.source.source_id, now, bytes_too=True)
        taken = self._box.claim(rows)
        if taken:
            self._open_lane()
            with self._box.writes.coming():
                await self._guarded(taken, self._uploading.send(taken[0]))
        return bool(rows)

    async def _send_change(self) -> bool:
        """One request of the other kind."""
        box, making = self._box, self._changing.making
        if asked := making.due(self._unsure()):
            await self._guarded(asked, making.reconcile(asked))
            return True
        rows = self._next_changes()
        taken = box.claim(self._changing.group(rows)) if rows else []
        if taken:
            await self._guarded(taken, self._changing.send(taken))
        return bool(rows)

    def _next_changes(self) -> list[OperationRow]:
        """The first wishes that need not wait for others; what waits stands in nobody's way."""
        box, after, self._waits = self._box, 0, False
        while True:
            rows = box.catalog.claimable(
                box.source.source_id,
                box.now_ns(),
                LOOKED_AT,
                bytes_too=False,
                empty_albums=box.writes.empty_albums,
                after=after,
            )
            in_order = self._changing.in_order(rows)
            self._waits = self._waits or len(in_order) < len(rows)
            if in_order or len(rows) < LOOKED_AT:
                return in_order[:AT_ONCE]
            after = rows[-1].operation_id

    async def _guarded(self, rows: list[OperationRow], sending: Awaitable[None]) -> None:
        """Nothing that goes wrong with one wish keeps the others from being sent."""
        try:
            await sending
        except (Temporary, Unauthorised, Quota):
            raise
        except (Busy, Corrupt) as error:
            # others write the catalog for long, or touched the file while it went out: no more of
            # it was sent, and it is proven anew before the next try
            log.info("sending %s waits: %s", rows[0].operation_id, error)
            for row in rows:
                self._box.broke_off(row, str(error))
        except Exception:
            log.exception("sending %s met what nobody foresaw", rows[0].operation_id)
            for row in rows:
                self._box.broke_off(row)

    def _unsure(self) -> list[OperationRow]:
        return self._box.catalog.left_by_crash(self._box.source.source_id, unsure=True)

    def _went_well(self) -> None:
        self._failures = 0
        if not self._full:
            self._box.goes_on()

    def _stops(self, error: PhotofsError, *, of_bytes: bool) -> bool:
        """Whether the lane ends for now; if so it is noted for `status`."""
        if self.rest_s == 0:  # what fails together, as the uploads of a batch, has failed once
            self._failures += 1
        if isinstance(error, Unauthorised | Quota):
            if self.rest_s == 0 and not self._full:  # once, however many lanes meet it
                log.warning("sending to %s stops: %s", self._box.source.provider, error)
            self._box.stopped(error)
            if isinstance(error, Quota) and of_bytes:
                self._full, self.full_s = True, max(CLOSED_S, error.retry_after or 0.0)
            else:
                self.rest_s = max(CLOSED_S, error.retry_after or 0.0)
            return True
        wait = error.retry_after if isinstance(error, Temporary) else None
        if self._failures > 1 or wait:
            self.rest_s = max(wait or 0.0, back_off(self._failures, SOURCE_LONGEST_S))
        log.info("sending to %s: %s", self._box.source.provider, error)
        return self.rest_s > 0
