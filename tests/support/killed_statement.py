"""Work on a catalog in a process that is killed by -9 right before one of its statements."""

import os
import signal
from collections.abc import Callable
from typing import Protocol, TypeVar

from photofs.catalog.sqlite import Catalog


class HasCatalog(Protocol):
    """What works on a catalog of its own."""

    catalog: Catalog


Worker = TypeVar("Worker", bound=HasCatalog)


def count_statements(worker: Worker, work: Callable[[Worker], object]) -> int:
    """How many statements that work takes when nobody disturbs it."""
    count = 0

    def note(*_: object) -> bool:
        nonlocal count
        count += 1
        return True

    worker.catalog.database.connection.set_exec_trace(note)
    work(worker)
    worker.catalog.database.connection.set_exec_trace(None)
    return count


def killed_at(
    statement: int, start: Callable[[], Worker], work: Callable[[Worker], object]
) -> bool:
    """In a child process: the work, killed at that statement (from 1); False if it ended before.

    `start` opens the catalog in the child: no connection may cross a fork.
    """
    child = os.fork()
    if child == 0:
        try:
            worker = start()
            left = statement

            def maybe_die(*_: object) -> bool:
                nonlocal left
                left -= 1
                if left <= 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return True

            worker.catalog.database.connection.set_exec_trace(maybe_die)
            work(worker)
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
