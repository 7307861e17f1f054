"""How far long work is: a live line on a terminal, a plain line now and then in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from photofs.model.observation import Progress

EVERY = 10.0
"""Seconds between two plain lines: six a minute tell enough and fill no log."""


class PlainProgress:
    """Lines for a log."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._began = clock()
        self._next = self._began + EVERY

    def tell(self, progress: Progress) -> None:
        """Print a line if it is time for one."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + EVERY
        rate = progress.done / max(now - self._began, 0.001)
        of_total = "" if progress.total is None else f" of {progress.total:,}"
        left = ""
        if progress.total is not None and rate > 0:
            left = f", {(progress.total - progress.done) / rate:.0f} s left"
        print(
            f"{self._name}: {progress.done:,}{of_total} {progress.unit}, {rate:,.0f}/s{left}",
            file=sys.stderr,
            flush=True,
        )


class LiveProgress:
    """One line on a terminal that is drawn anew."""

    def __init__(self, name: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        self.bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}", style="dim"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self.bars.add_task(name, total=None, unit="")

    def tell(self, progress: Progress) -> None:
        """Draw the line anew."""
        self.bars.update(
            self._task, completed=progress.done, total=progress.total, unit=progress.unit
        )


@contextmanager
def show_progress(name: str) -> Iterator[PlainProgress | LiveProgress]:
    """Progress of the work called `name`, live if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield PlainProgress(name)
        return
    live = LiveProgress(name)
    with live.bars:
        yield live
