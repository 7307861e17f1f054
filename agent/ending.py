"""How the agent ends in time, whatever it is at.

What copies or hashes is asked to end between two pieces (model/pieces.py). A call into the kernel
that does not come back, as of a disk that is gone, cannot be ended: the process goes without it,
which costs no more than a kill -9 would.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import trio

from photofs.model.exit_codes import INTERRUPTED

log = logging.getLogger(__name__)

GRACE: Final = 8.0
"""Seconds for all to end by itself: less than a unit's TimeoutStopSec=20, and than the mount's
patience with its agent (cli/companion.py)."""


def thread_may_go_on() -> None:
    """Raises Cancelled in a thread whose task is to end; elsewhere nothing."""
    with suppress(RuntimeError):  # no thread of trio's
        trio.from_thread.check_cancelled()


def be_gone_soon(code: int, grace: float = GRACE) -> None:
    """End the process with that status after so many seconds, unless it has ended before."""
    timer = threading.Timer(grace, _go, [code, grace])
    timer.daemon = True  # the process does not wait for it
    timer.start()


def _go(code: int, grace: float) -> None:
    """In a thread."""
    log.warning(
        "something did not end within %.0f s, such as a call to a disk that does not answer;"
        " it is left alone, and the next start goes on from what was noted",
        grace,
    )
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def end_when_closed(pipe: int) -> None:
    """Have this process told to end, as by SIGTERM, once its parent is gone, however that ended.

    `pipe`: what only the parent has the other end of. A signal at the parent's death (prctl(2))
    would come when its thread ends, and not at all if it was dead before it was asked for.
    """
    threading.Thread(target=_end_after, args=[pipe], name="parent-watcher", daemon=True).start()


def _end_after(pipe: int) -> None:
    """In a thread: a scan's loop may be in the middle of what it does not wait for."""
    os.read(pipe, 1)
    os.kill(os.getpid(), signal.SIGTERM)


async def until_told(work: Callable[[], Awaitable[int]]) -> int:
    """The work's status; KeyboardInterrupt at SIGINT or SIGTERM, though a thread hang."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_interrupt)
        code = await work()
        nursery.cancel_scope.cancel()
    return code


async def _interrupt() -> None:
    """Wait for a signal."""
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        await anext(signals)
    be_gone_soon(INTERRUPTED)
    raise KeyboardInterrupt
