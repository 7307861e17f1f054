"""The agent beside a mount: it ends with the mount, and is begun anew if it dies before.

Whatever it was at is in the journal, so a new one goes on where the old one was (P20).
"""

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

_log = logging.getLogger(__name__)

PATIENCE: Final = 10.0
"""Seconds that the agent has to end after its standard input was closed."""

PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 300.0
"""Seconds before a dead agent is begun anew; doubled each time, so that no fault spins."""


@contextmanager
def agent_beside(
    environ: Mapping[str, str], *, wanted: bool, patience: float = PATIENCE
) -> Iterator[int | None]:
    """The agent for the length of a block; one that works already for this catalog goes on.

    The first one's process id, if it is wanted. One that has not ended after so many seconds is
    killed, which costs what it had not filed yet: the mount must not wait for whatever it hangs on.
    """
    if not wanted:
        yield None
        return
    companion = _Companion(environ)
    try:
        yield companion.process.pid
    finally:
        companion.end(patience)


class _Companion:
    """The agent's process, and a thread that waits for its end."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Begin it."""
        self._environ = dict(environ)
        self._ending = threading.Event()
        self._turn = threading.Lock()
        self.process = self._begin()
        self._watcher = threading.Thread(target=self._watch, name="agent-watcher", daemon=True)
        self._watcher.start()

    def end(self, patience: float) -> None:
        """Have it end, by force if need be."""
        with self._turn:
            self._ending.set()
        process = self.process
        try:
            process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._watcher.join()

    def _begin(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "agent", "serve"],
            stdin=subprocess.PIPE,
            env=self._environ,
            start_new_session=True,
        )

    def _watch(self) -> None:
        pause = PAUSE
        while True:
            status = self.process.wait()
            if self._ending.is_set():
                return
            if self.process.stdin:
                self.process.stdin.close()
            _log.warning("the agent ended (status %d); the next one goes on with its work", status)
            if self._ending.wait(pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE)
            with self._turn:
                if self._ending.is_set():
                    return
                self.process = self._begin()
