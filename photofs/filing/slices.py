"""Cuts a long write into transactions of at most 50 ms, so that nobody else waits long.

A slice may be cut wherever `breathe` is called; what was written up to there must stand by itself,
for the process may be killed right after.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from photofs.catalog.sqlite import Catalog

LIMIT_S = 0.025
"""When a slice is due to end; its last step and the commit's fsync stay within the other 25 ms."""


class Slices:
    """The transactions of one scan on one connection."""

    def __init__(
        self,
        catalog: Catalog,
        now_ns: Callable[[], int],
        fresh: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        check: Callable[[], object] = lambda: None,
    ) -> None:
        """`fresh` is called when what was read in an earlier slice may not hold any more.

        `clock` tells seconds. `check` raises then if there is nothing to be written any more.
        """
        self._catalog = catalog
        self._clock = clock
        self._now_ns = now_ns
        self._fresh = fresh
        self._check = check
        self._until: float | None = None
        self._version = 0

    def begin(self) -> None:
        """Begin to write, if that was not begun yet."""
        if self._until is not None:
            return
        self._catalog.database.begin()
        self._until = self._clock() + LIMIT_S
        version = self._catalog.data_version()
        if version != self._version:
            self._version = version
            self._fresh()
            try:
                self._check()
            except BaseException:
                self.abandon()
                raise

    def breathe(self) -> None:
        """Cut here if the slice has lasted long enough."""
        if self._until is not None and self._clock() >= self._until:
            self.end()
            self.begin()

    def end(self) -> None:
        """Make durable what was written."""
        if self._until is None:
            return
        try:
            self._catalog.note_touched(self._now_ns())
            self._catalog.trim_changes()
            self._catalog.database.commit()
        except BaseException:
            self.abandon()
            raise
        self._until = None

    @contextmanager
    def whole(self) -> Iterator[None]:
        """A slice for the length of a block, which is short: all of it, or nothing."""
        self.begin()
        try:
            yield
            self.end()
        except BaseException:
            self.abandon()
            raise

    def abandon(self) -> None:
        """Undo the slice that is open, if one is."""
        self._until = None
        self._catalog.database.rollback()
        self._catalog.forget_touched()
        self._fresh()
