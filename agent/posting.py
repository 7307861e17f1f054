"""The agent's round of writing: judges what programs wrote, and sends what is wished, for ever.

One sender a source at a time, which lasts as long as it has something to send; one source never
waits for another.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

import trio

from agent.doubles import Doubles
from agent.judging import AHEAD_NS, Judge
from agent.outbox import NOT_SENT, Outbox
from agent.sending import Sender
from agent.waiting import CLOSED_S
from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.catalog.under_way import UnderWay
from photofs.model.errors import PhotofsError, Unauthorised
from photofs.model.operation import State
from photofs.wishing.wishing import Wishing

log = logging.getLogger(__name__)

ROUND_SECONDS: Final = 1.0
"""Between two looks at what was written and wished; each costs less than a millisecond."""


async def judge_and_send(house: House, catalog: Catalog) -> None:
    """For ever; the catalog is used by nobody else in this process."""
    wishing = house.wishing(catalog)
    doubles = Doubles(catalog.sources, house.open_provider)
    quiet_s = house.settings.writing.quiet
    judge = Judge(catalog, wishing, house.store(), quiet_s=quiet_s, lost=doubles.lost)
    await judge.sweep()
    UnderWay(house.paths.under_way).forget()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_again_and_again, judge.look_at_quiet)
        nursery.start_soon(_again_and_again, judge.ask_for_known)
        nursery.start_soon(Posts(house, catalog, wishing, nursery).run)


async def _again_and_again(step: Callable[[], Awaitable[int]]) -> None:
    """Round after round; one that fails is tried again."""
    while True:
        try:
            await step()
        except Exception:
            log.exception("judging written files met what nobody foresaw")
        await trio.sleep(ROUND_SECONDS)


class Posts:
    """Starts a sender for each source that has something to send."""

    def __init__(
        self, house: House, catalog: Catalog, wishing: Wishing, nursery: trio.Nursery
    ) -> None:
        """Senders run in the nursery."""
        self._house = house
        self._catalog = catalog
        self._wishing = wishing
        self._nursery = nursery
        self._sending: set[int] = set()
        self._not_before: dict[int, float] = {}
        self._full_until: dict[int, float] = {}
        self._empty_albums: dict[int, bool] = {}
        self._clock_ns = 2**63
        self._letting_go = trio.Lock()

    async def run(self) -> None:
        """Look for something to send, for ever."""
        while True:
            began = trio.current_time()
            self._heed_the_clock()
            for source in self._catalog.sources():
                if self._is_wanted(source):
                    self._sending.add(source.source_id)
                    self._nursery.start_soon(self._send, source)
            # a long journal takes its time to look through: never more than a twentieth of it
            await trio.sleep(max(ROUND_SECONDS, 20 * (trio.current_time() - began)))

    def _heed_the_clock(self) -> None:
        """At the start, and where the clock was set back: no wish waits for a year far ahead."""
        clock_ns = time.time_ns() - time.monotonic_ns()
        if clock_ns < self._clock_ns - AHEAD_NS:
            with self._wishing.change():
                self._catalog.clock_was_ahead(time.time_ns(), AHEAD_NS)
        self._clock_ns = clock_ns

    def _is_wanted(self, source: SourceRow) -> bool:
        """Whether there is something to send to a source that is not resting."""
        number, now = source.source_id, time.time_ns()
        if number in self._sending or trio.current_time() < self._not_before.get(number, 0.0):
            return False
        left = self._catalog.left_by_crash(number)
        if any(row.state is not State.UNSURE or row.wish.not_before_ns <= now for row in left):
            return True
        if not self._is_full(number) and self._catalog.claimable(number, now, bytes_too=True):
            return True
        empty = self._empty_albums.get(number, True)
        return bool(self._catalog.claimable(number, now, bytes_too=False, empty_albums=empty))

    def _is_full(self, number: int) -> bool:
        """Whether the service had no room for files, and it is too soon to try again."""
        return trio.current_time() < self._full_until.get(number, 0.0)

    async def _send(self, source: SourceRow) -> None:
        """All that there is to send to one source; why that failed is noted for `status`."""
        number = source.source_id
        try:
            sender = await self._run(source)
            self._not_before[number] = trio.current_time() + sender.rest_s
            if sender.full_s:
                self._full_until[number] = trio.current_time() + sender.full_s
        except PhotofsError as error:
            log.warning("source %d (%s): %s", number, source.provider, error)
            self._catalog.source_trouble(number, f"{NOT_SENT}{error}")
            self._not_before[number] = trio.current_time() + CLOSED_S
        except Exception:
            log.exception("sending to source %d met what nobody foresaw", number)
            self._not_before[number] = trio.current_time() + CLOSED_S
        finally:
            self._sending.discard(number)

    async def _run(self, source: SourceRow) -> Sender:
        """With the provider open; the sender, which tells for how long to leave it alone."""
        async with self._house.open_provider(source) as provider:
            writes, unwritable = provider.abilities.writes, provider.abilities.unwritable
            if writes is None:
                raise Unauthorised(
                    unwritable.why, safe="all of it is kept, and shown", remedy=unwritable.remedy
                )
            self._empty_albums[source.source_id] = writes.empty_albums
            box = Outbox(
                catalog=self._catalog,
                wishing=self._wishing,
                store=self._house.store(),
                source=source,
                provider=provider,
                writes=writes,
                under_way=UnderWay(self._house.paths.under_way),
                visibility=self._house.settings.writing.visibility,
                letting_go=self._letting_go,
            )
            sender = Sender(box, full=self._is_full(source.source_id))
            await sender.run()
        return sender
