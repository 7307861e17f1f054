"""Calls that take many things at once, filled as far as can be, and strictly one after the other.

Google asks for that (google.md 2.9), and each call is one of 10,000 a day. Who has something to
send waits here; whoever has waited longest sends for all. A batch goes when it is full; or when
nothing else is on its way and nothing has come for a moment; or when its first has waited long
enough behind something slow. One agent sends for a library, so that nobody else makes such calls.
"""

import copy
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, NamedTuple, Protocol, TypeAlias, TypeVar

import trio

from photofs.model.errors import PhotofsError

MOST = 50
"""Things that one call takes (google.md 2.2)."""


class Patience(NamedTuple):
    """For how long a batch that is not full waits, in seconds.

    `lull`: once nothing else is on its way: as long as a copying program may take from one file to
    the next. `longest`: behind something slow; 50 photos of 5 MB take 250 s at 1 MB/s.
    """

    lull: float = 3.0
    longest: float = 300.0


class Item(Protocol):
    """Of two that are the `same`, one waits for the next batch."""

    @property
    def same(self) -> str:
        """What makes it the same."""
        ...


Thing = TypeVar("Thing", bound=Item)
Outcome = TypeVar("Outcome")


class Again(Exception):
    """The service was in trouble with this one alone: it goes with the next batch."""

    def __init__(self, instead: PhotofsError) -> None:
        """`instead` is raised where that does not help either."""
        super().__init__(str(instead))
        self.instead = instead


TRIES = 3
"""Batches that one thing goes with."""

Told: TypeAlias = Outcome | PhotofsError | Again
Work: TypeAlias = Callable[[Sequence[Thing]], Awaitable[Sequence[Told[Outcome]]]]


class _Waiting(Generic[Thing, Outcome]):
    """One thing until its outcome is known."""

    def __init__(self, thing: Thing) -> None:
        self.thing = thing
        self.since = trio.current_time()
        self.tries = 0
        self.outcome: Outcome | None = None
        self.error: PhotofsError | None = None

    @property
    def is_over(self) -> bool:
        return self.outcome is not None or self.error is not None

    def end(self, told: Told[Outcome]) -> bool:
        """Take the outcome; False if it is to go again."""
        self.tries += 1
        if isinstance(told, Again):
            if self.tries < TRIES:
                return False
            told = told.instead
        if isinstance(told, PhotofsError):
            self.error = told
        else:
            self.outcome = told
        return True


class Batches(Generic[Thing, Outcome]):
    """For one kind of call; `work` makes it, and tells an outcome for each thing, in order."""

    def __init__(self, work: "Work[Thing, Outcome]", patience: Patience) -> None:
        """Nothing waits yet."""
        self._work = work
        self._patience = patience
        self._waiting: list[_Waiting[Thing, Outcome]] = []
        self._turn = trio.Lock()
        self._coming = 0
        self._changed = trio.Event()
        self._moved_at = 0.0

    @contextmanager
    def coming(self) -> Iterator[None]:
        """While something is got ready, until its outcome is known."""
        self._coming += 1
        self._stir()
        try:
            yield
        finally:
            self._coming -= 1
            self._stir()

    async def join(self, thing: Thing) -> Outcome:
        """What came of it; raises what `work` raised or told for it."""
        mine: _Waiting[Thing, Outcome] = _Waiting(thing)
        self._waiting.append(mine)
        self._stir()
        try:
            while not mine.is_over:
                async with self._turn:
                    if not mine.is_over:
                        await self._until_ripe()
                        await self._send()
        finally:
            if mine in self._waiting:
                self._waiting.remove(mine)
                self._stir()
        if mine.error is not None:
            raise copy.copy(mine.error) from mine.error
        assert mine.outcome is not None  # noqa: S101 - for the type: it is over
        return mine.outcome

    def _stir(self) -> None:
        """Something has come or gone: whoever waits for a full batch looks again."""
        self._moved_at = trio.current_time()
        self._changed.set()
        self._changed = trio.Event()

    async def _until_ripe(self) -> None:
        while len(self._next()) < MOST:
            until = self._waiting[0].since + self._patience.longest
            if self._coming <= len(self._waiting):
                until = min(until, self._moved_at + self._patience.lull)
            if trio.current_time() >= until:
                return
            changed = self._changed
            with trio.move_on_at(until):
                await changed.wait()

    def _next(self) -> list[_Waiting[Thing, Outcome]]:
        """What goes next, the oldest first, and none twice."""
        some: dict[str, _Waiting[Thing, Outcome]] = {}
        for each in self._waiting:
            if len(some) == MOST:
                break
            some.setdefault(each.thing.same, each)
        return list(some.values())

    async def _send(self) -> None:
        """One call. What it was cancelled over, or is to go again, waits as before."""
        some = self._next()
        try:
            told = await self._work([each.thing for each in some])
        except PhotofsError as error:
            told = [error] * len(some)
        over = {id(each) for each, one in zip(some, told, strict=True) if each.end(one)}
        self._waiting = [each for each in self._waiting if id(each) not in over]
        self._stir()
