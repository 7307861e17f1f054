"""Running a command on in the background, once it has said that it is ready."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from photofs.model.errors import Misconfigured

READY_VARIABLE = "PHOTOFS_READY_FD"
"""Tells the process in the background on which descriptor to say so."""


def start_daemon(arguments: Sequence[str]) -> int:
    """Start `photofs ARGUMENTS` in a session of its own; 0 once it is ready, else its exit status.

    Until it is ready it prints on our terminal; what it has to say later goes to its log.
    """
    reading, writing = os.pipe()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "photofs", *arguments],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=[writing],
        env={**os.environ, READY_VARIABLE: str(writing)},
    )
    os.close(writing)
    try:
        with open(reading, "rb") as pipe:  # noqa: PTH123 - a descriptor
            if pipe.read(1):
                return 0
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def go_behind(log_file: Path) -> None:
    """In the background: descriptors 1 and 2 lead to the log from now on, for all children too.

    What this process prints still goes to the terminal, until `tell_ready`; whoever waits for the
    terminal's other end is not kept waiting by a child. Misconfigured if the log cannot be written.
    """
    if READY_VARIABLE not in os.environ:
        return
    try:
        log_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Misconfigured(
            f"the log {log_file} cannot be written: {error.strerror}",
            safe="nothing was mounted",
            remedy="name another file with --log-file",
        ) from error
    sys.stdout.flush()
    sys.stderr.flush()
    sys.stdout = os.fdopen(os.dup(1), "w", buffering=1)
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def tell_ready() -> bool:
    """In the background: let go of the terminal, and say that we are ready. False in front."""
    writing = os.environ.pop(READY_VARIABLE, None)
    if writing is None:
        return False
    for terminal in (sys.stdout, sys.stderr):
        terminal.close()
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    os.write(int(writing), b"r")
    os.close(int(writing))
    return True
