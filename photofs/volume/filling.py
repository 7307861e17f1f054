"""Fills a fetch's draft from one origin: asks for stretches, takes the bytes, goes on after a drop.

A stream is trusted only as far as it agrees with what is known: a web page instead of a photo is
refused; another length or version than before must be told twice in a row before what had arrived
is thrown away; bytes of two versions are never joined.
"""

import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

import trio

from photofs.model.errors import Corrupt, NotAttached, Temporary, Unreachable
from photofs.model.span import Span
from photofs.providers.port import Abilities, OriginalStream
from photofs.volume.chunks import chunks_of
from photofs.volume.fetch import Fetch
from photofs.volume.plan import ENDLESS, next_span, stays

log = logging.getLogger(__name__)

TRIES = 5
"""Tries in a row without one new byte before those who wait are told of the failure."""

FIRST_DELAY = 0.25
LAST_DELAY = 8.0
"""Seconds before the second and before the last try, doubling between them."""

PATIENCE = 30.0
"""A service that says "not before so many seconds" ends the fetch if it asks for more."""

IN_VAIN = 45.0
"""Seconds without one new byte after which no further try is begun: who waits is told why, before
its own deadline (60 s) only says that nothing came."""

IN_VAIN_UNREACHABLE = 10.0
"""The same where there is no line at all: one connection in vain takes as long as that."""

IDLE = 5.0
"""Seconds for which a stream that ran ahead of its reader is kept open."""

WRITE_STEP = 512 * 1024
"""Bytes that are written at a time if nobody waits for fewer (a write costs about 60 us)."""

RESTARTS = 2
"""How often in one fetch what has arrived is thrown away for another version."""

ROOM_STEP = 64 * 1024 * 1024
"""Room in the cache is made for so many bytes at a time."""

AGAIN = "try again; if it stays so, the line or the host is at fault"


class Version(NamedTuple):
    """Which version of the original a stream's bytes are of, as the host tells it."""

    total: int | None
    validator: str | None


class Background(NamedTuple):
    """What goes on around a fetch: while nobody waits for it, may it go on, and a wait for others.

    `met` is told of each trouble of the line, for who waits may go before the last try; it raises
    the trouble if no further try is worth it. `answered` is told that bytes come, and `coming` is
    so before any of them is told to who waits.
    """

    may_go_on: Callable[[], bool]
    step_aside: Callable[[], Awaitable[None]]
    met: Callable[[Temporary], Awaitable[None]]
    answered: Callable[[], None]
    coming: Callable[[], Awaitable[None]]


class Bytes(Protocol):
    """The part of a provider that bytes come from; a mirror's file has it, too."""

    @property
    def abilities(self) -> Abilities:
        """What it can do."""
        ...

    def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AbstractAsyncContextManager[OriginalStream]:
        """The bytes of an original, or a stretch of them."""
        ...


class Filling:
    """One origin's bytes on their way into one draft."""

    def __init__(self, fetch: Fetch, provider: Bytes, ref: str, background: Background) -> None:
        """`background` says what to do while nobody waits."""
        self._fetch = fetch
        self._provider = provider
        self._ref = ref
        self._background = background
        self._ranges = provider.abilities.supports_ranges
        self._doubt: Version | None = None
        self._room = 0
        self._unwritten: list[bytes] = []
        self._unwritten_bytes = 0
        self._position = 0
        fetch.flush = self._write
        self._restarts = 0

    async def run(self) -> None:
        """Until all that is wanted has arrived; raises what keeps it from arriving."""
        failures, began = 0, trio.current_time()
        while self._has_work():
            before = self._fetch.arrived.total
            began = began if failures else trio.current_time()
            try:
                if self._fetch.is_whole:
                    await self._confirm()
                else:
                    await self._stream(self._next())
                failures = 0
            except NotAttached:  # a folder does not come back within seconds, and is asked quickly
                raise
            except Temporary as error:
                failures = 0 if self._fetch.arrived.total > before else failures + 1
                delay = _delay(failures, error.retry_after)
                longest = IN_VAIN_UNREACHABLE if isinstance(error, Unreachable) else IN_VAIN
                in_vain = failures and trio.current_time() + delay - began > longest
                if failures >= TRIES or (error.retry_after or 0) > PATIENCE or in_vain:
                    raise
                log.info("%s: trying again: %s", self._fetch.name(), error)
                if failures:
                    await self._background.met(error)
                await trio.sleep(delay)

    def _has_work(self) -> bool:
        """Whether something is missing that somebody wants."""
        if self._fetch.is_whole:
            return self._fetch.unsure
        return bool(self._fetch.wants) or (self._fetch.complete and self._background.may_go_on())

    def _next(self) -> Span:
        """What to ask for now."""
        fetch = self._fetch
        return next_span(
            fetch.wanted, fetch.arrived, fetch.size, complete=fetch.complete, ranges=self._ranges
        )

    async def _stream(self, span: Span) -> None:
        """Ask for a stretch and take what comes, as long as it serves who waits."""
        size = self._fetch.size
        whole = span.start == 0 and span.stop >= (ENDLESS if size is None else size)
        person = any(want.person for want in self._fetch.wants)
        opened = self._provider.open_original(self._ref, None if whole else span, person=person)
        async with opened as stream, chunks_of(stream) as chunks:
            if stream.start not in {0, span.start}:
                raise Temporary("the host sent other bytes than it was asked for", remedy=AGAIN)
            self._position = stream.start
            try:
                async for chunk in chunks:
                    if self._position == stream.start:
                        await self._accept(stream, span, chunk)
                        self._background.answered()
                    if self._take(chunk):
                        # answers go out before the next bytes are taken off the line
                        await trio.lowlevel.checkpoint()
                    if not await self._goes_on(span.stop):
                        return
            finally:
                self._write()
            await self._end(stream, span)

    async def _accept(self, stream: OriginalStream, span: Span, first: bytes) -> None:
        """Hold the stream against what is known before one byte of it is written."""
        if stream.start == 0 and first.lstrip()[:1] in {b"<", b"{"}:
            raise Temporary(
                "the host sent a text instead of the photo",
                safe="nothing of it was kept",
                remedy="a network's login page does that; open any web page in a browser",
            )
        if stream.start < span.start:
            self._ranges = False
        await self._agree(Version(stream.total, stream.validator))
        await self._background.coming()
        fetch = self._fetch
        fetch.hash = fetch.hash or stream.hash
        if stream.total is not None:
            await fetch.learn_size(stream.total)
        if stream.validator is not None and fetch.draft is not None:
            fetch.draft.set_validator(stream.validator)

    async def _agree(self, told: Version) -> None:
        """Throw away what is here if the source has told twice that it has another version."""
        draft = self._fetch.draft
        if draft is None:
            return
        other_size = None not in {told.total, draft.size} and told.total != draft.size
        begun = bool(self._fetch.arrived)
        other_version = begun and draft.validator != told.validator and draft.validator is not None
        if not other_size and not other_version:
            self._doubt = None
            return
        if self._doubt != told:
            self._doubt = told
            raise Temporary(
                "the host tells of another version of the original than before", remedy=AGAIN
            )
        log.warning("%s: its original was replaced at the source", self._fetch.name())
        self._doubt = None
        self._start_over()

    def _take(self, chunk: bytes) -> bool:
        """Keep a chunk, and write what is kept once it is wanted or enough.

        True if somebody was told.
        """
        fetch = self._fetch
        waiting = len(fetch.wants)
        stop = self._position + len(chunk)
        if fetch.size is not None and stop > fetch.size:
            raise Temporary("the host sent more bytes than the original has", remedy=AGAIN)
        self._unwritten.append(chunk)
        self._unwritten_bytes += len(chunk)
        self._position = stop
        if self._unwritten_bytes >= WRITE_STEP or fetch.is_awaited_by(stop):
            self._write()
        return len(fetch.wants) < waiting

    def _write(self) -> None:
        """Write the chunks that are kept, the last of which ends where we are; tell who waits."""
        if not self._unwritten:
            return
        data = b"".join(self._unwritten) if len(self._unwritten) > 1 else self._unwritten[0]
        self._unwritten.clear()
        self._unwritten_bytes = 0
        start = self._position - len(data)
        if self._room < len(data):
            self._make_room(start)
        self._room -= len(data)
        self._fetch.write(start, data)
        self._fetch.settle()

    def _make_room(self, position: int) -> None:
        """Evict older originals for the next bytes; Full if there is no room to be had."""
        size = self._fetch.size
        wanted = ROOM_STEP if size is None else max(min(size - position, ROOM_STEP), 1)
        pieces = self._fetch.pieces
        pieces.store.make_room(wanted, pieces.library.pinned_hashes())
        self._room = max(wanted, ROOM_STEP)

    async def _goes_on(self, stop: int) -> bool:
        """Whether to read on; a stream far ahead of a video's reader waits for it here."""
        fetch = self._fetch
        while True:
            wanted = fetch.wanted
            if wanted is not None:
                here = not self._ranges or fetch.size is None
                written = self._position - self._unwritten_bytes
                return here or stays(wanted, fetch.arrived, written, stop)
            if fetch.wants:
                return True
            if fetch.complete:
                await self._background.step_aside()
                return bool(fetch.wants) or self._background.may_go_on()
            if self._position <= fetch.furthest + fetch.window:
                return True
            self._write()
            if not await fetch.stir(IDLE):
                return False

    async def _end(self, stream: OriginalStream, span: Span) -> None:
        """The stream has ended by itself: all must have come that was announced."""
        position = self._position
        if position == stream.start:
            await self._accept_nothing(stream, span)
            return
        fetch = self._fetch
        if fetch.size is None and span.stop >= ENDLESS:
            await fetch.learn_size(position)
        elif position < min(span.stop, fetch.size or span.stop):
            raise Temporary("the line broke before all bytes had come", remedy=AGAIN)

    async def _confirm(self) -> None:
        """All has come that one answer announced; make sure that this was all there is."""
        fetch = self._fetch
        size = fetch.size
        if size is None or fetch.hash is not None or fetch.ends_well():
            fetch.sure()
            return
        end = Span(max(size - 1, 0), size + 1)
        async with self._provider.open_original(self._ref, end, person=False) as stream:
            told = stream.total
        if told is None:
            told = await self._count()
        if told == size:
            fetch.sure()
            return
        self._start_over()
        raise Temporary(
            f"the host told two lengths of the same original: {size} and {told}", remedy=AGAIN
        )

    async def _count(self) -> int:
        """The length that a second whole answer has, of a host that tells none beforehand."""
        opened = self._provider.open_original(self._ref, None, person=False)
        async with opened as stream, chunks_of(stream) as chunks:
            count = stream.start
            async for chunk in chunks:
                count += len(chunk)
        return count if stream.total is None else stream.total

    def _start_over(self) -> None:
        """Throw away what has arrived; Corrupt if the host goes on contradicting itself."""
        self._fetch.start_over()
        self._restarts += 1
        if self._restarts > RESTARTS:
            raise Corrupt(
                "the host tells another length or version each time",
                safe="nothing of it was kept",
                remedy="try again later",
            )

    async def _accept_nothing(self, stream: OriginalStream, span: Span) -> None:
        """No byte came: right only for an empty original."""
        if stream.total == 0 or (
            stream.total is None and span.start == 0 and self._fetch.size == 0
        ):
            await self._fetch.learn_size(0)
            return
        raise Temporary("the host sent no bytes", remedy=AGAIN)


def _delay(failures: int, retry_after: float | None) -> float:
    """Seconds before the next try: none after progress."""
    if failures == 0:
        return retry_after or 0.0
    delay: float = FIRST_DELAY * 2 ** (failures - 1)
    return max(min(delay, LAST_DELAY), retry_after or 0.0)
