"""A process of its own for bytes that nobody checked, begun anew when it dies or hangs.

What it may use is limited by the program itself (`limit_process`); how long it may take, here.
"""

import array
import resource
import select
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from photofs.model.pieces import between_pieces

PIECE: Final = 0.5
"""Seconds after which waiting for a child looks whether it is to end."""

MEMORY: Final = 512 << 20
"""Bytes of address space (reliability.md 5.4: a PNG of 17 kB took 844 MB)."""

ANSWER: Final = 4096
"""Bytes of the longest answer."""


class GuardedChild:
    """Answers one question at a time; for one thread. `close` ends it."""

    def __init__(self, command: Sequence[str], patience: float) -> None:
        """`command` gets the number of its socket as last argument, once there is a question.

        `patience`: seconds that one answer may take.
        """
        self._command = tuple(command)
        self._patience = patience
        self._child: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def ask(self, question: bytes, fds: Sequence[int]) -> str | None:
        """What it answers about open files; None if it died or hung over them, and was ended."""
        line = self._begun()
        rights = array.array("i", fds)
        with suppress(BrokenPipeError, ConnectionResetError):
            line.sendmsg([question], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            if self._answers(line) and (said := line.recv(ANSWER)):
                return said.decode("utf-8", "replace")
        self.close()
        return None

    def close(self) -> None:
        """End it; the next question begins another one."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def _answers(self, line: socket.socket) -> bool:
        """Whether something comes in time; by pieces of that, for it may be to end."""
        until = time.monotonic() + self._patience
        while (left := until - time.monotonic()) > 0:
            between_pieces()
            if select.select([line], [], [], min(left, PIECE))[0]:
                return True
        return False

    def _begun(self) -> socket.socket:
        """The line to it; it is begun if there is none."""
        if self._line is None:
            ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with its:
                self._child = subprocess.Popen(  # noqa: S603 - our own program
                    [*self._command, str(its.fileno())],
                    pass_fds=[its.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is ours to answer
                )
            self._line = ours
        return self._line


def program(module: str) -> tuple[str, ...]:
    """The command that runs a module of ours as such a child."""
    return (sys.executable, "-m", module)


def limit_process(written: int) -> None:
    """Leave this process little memory, no core file, and `written` bytes for any file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))


def limit_seconds(seconds: int) -> None:
    """Leave this process so many seconds of processor time from now on."""
    used = int(time.process_time()) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, resource.RLIM_INFINITY))
