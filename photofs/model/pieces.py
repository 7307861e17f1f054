"""Long work is done by pieces, and between two of them whoever wants it may be asked.

A thread cannot be ended from without. So what copies or hashes calls `between_pieces` for each
piece, and who started it decides what that does (`asking`): nothing at all, or raising once the
work is to end. Threads of trio take it over from the task that starts them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_asked: ContextVar[Callable[[], None] | None] = ContextVar("between_pieces", default=None)


def between_pieces() -> None:
    """A place where the work may end: raises what is to end it."""
    ask = _asked.get()
    if ask is not None:
        ask()


@contextmanager
def asking(ask: Callable[[], None]) -> Iterator[None]:
    """All work of the block, and of threads and tasks begun in it, calls that."""
    token = _asked.set(ask)
    try:
        yield
    finally:
        _asked.reset(token)
