"""What one reader waits for, and how it is told."""

import copy
from collections.abc import Callable

import trio

from photofs.model.errors import PhotofsError
from photofs.model.span import Span
from photofs.volume.fetching import Arrival


class Want:
    """One wish: a span (`Span(0, 0)` asks for the size only), or the sealed original.

    `draft` is the inode that the reader has open, None if it has none. `person`: somebody waits;
    else its requests are paced behind those of whom somebody does.
    """

    __slots__ = (
        "_arrival",
        "_error",
        "_settled",
        "draft",
        "person",
        "sealed",
        "span",
        "when_settled",
    )

    def __init__(
        self,
        span: Span,
        *,
        draft: int | None = None,
        sealed: bool = False,
        person: bool = True,
        when_settled: Callable[["Arrival | PhotofsError"], None] | None = None,
    ) -> None:
        """Not settled yet; `when_settled` is told at once, for whoever has no task that waits."""
        self.span = span
        self.draft = draft
        self.sealed = sealed
        self.person = person
        self.when_settled = when_settled
        self._settled = trio.Event()
        self._arrival: Arrival | None = None
        self._error: PhotofsError | None = None

    def fulfil(self, arrival: Arrival) -> None:
        """It is there."""
        self._arrival = arrival
        self._settled.set()
        if self.when_settled is not None:
            self.when_settled(arrival)

    def fail(self, error: PhotofsError) -> None:
        """It will not come."""
        self._error = error
        self._settled.set()
        if self.when_settled is not None:
            self.when_settled(error)

    async def outcome(self) -> Arrival:
        """Wait; each waiter gets an error object of its own, for tracebacks grow on them."""
        await self._settled.wait()
        if self._error is not None:
            raise copy.copy(self._error) from self._error
        if self._arrival is None:
            raise AssertionError("a want is settled with an arrival or an error")
        return self._arrival
