"""Runs `photofs` as a process of its own that need not import anything: forked when it is wanted.

A story runs some ten commands, and the start of each takes 0.1 to 0.3 s of processor time, its work
a tenth of that. So one process for each of pytest's imports all commands, does nothing else, and
forks: the child is given arguments, environment, folder and standard streams, and is what `python
-m photofs` is once it has imported its modules (0.02 s). What photofs itself starts, such as agent,
mount and fetcher, starts as ever; and with COLD_STARTS set, as in `make soak`, everything does.
"""

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

LARGEST: Final = 1 << 17
"""Bytes of a request; the kernel takes 200 KiB (net.core.wmem_max)."""

ROOT: Final = Path(__file__).parents[2]

READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC_", "TZ")
"""What begins so counts when an interpreter starts: who wants that otherwise starts one."""


def can_warm(environ: Mapping[str, str]) -> bool:
    """Whether a forked process is the same as one that is started with this environment."""
    return "COLD_STARTS" not in environ and _early(environ) == _early(os.environ)


def _early(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith(READ_AT_START)}


class _Warm:
    """The process that forks, ended with this one: it watches a line that closes then."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind("")  # a name of the kernel's choice, no file
        listener.listen(16)
        self._address: bytes = listener.getsockname()
        fds = (listener.fileno(), theirs.fileno())
        command = [sys.executable, "-m", "tests.support.warm_start", *map(str, fds)]
        nothing = subprocess.DEVNULL
        self._process = subprocess.Popen(
            command, pass_fds=fds, stdin=nothing, stdout=nothing, cwd=ROOT
        )
        listener.close()
        theirs.close()

    def run(
        self, arguments: Sequence[str], environ: Mapping[str, str], timeout: float
    ) -> "subprocess.CompletedProcess[str]":
        """As subprocess.run with capture_output, text and that timeout in seconds."""
        request = {
            "arguments": list(arguments),
            "environ": dict(environ),
            "folder": str(Path.cwd()),
        }
        streams = [os.open(os.devnull, os.O_RDONLY), os.memfd_create("out"), os.memfd_create("err")]
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
                line.settimeout(timeout)
                line.connect(self._address)
                socket.send_fds(line, [json.dumps(request).encode()], streams)
                status = _await(line, arguments, timeout)
            return subprocess.CompletedProcess(
                arguments, status, *(_written(stream) for stream in streams[1:])
            )
        finally:
            for stream in streams:
                os.close(stream)


_WARM: dict[int, _Warm] = {}
"""Ours, by our process: one that was forked from us has none yet."""


def run_warm(
    arguments: Sequence[str], environ: Mapping[str, str], timeout: float
) -> "subprocess.CompletedProcess[str]":
    """`photofs` with these arguments, run to its end; TimeoutExpired after so many seconds."""
    if os.getpid() not in _WARM:
        _WARM[os.getpid()] = _Warm()
    return _WARM[os.getpid()].run(arguments, environ, timeout)


def _await(line: socket.socket, arguments: Sequence[str], timeout: float) -> int:
    """The exit status; what has not ended in time is killed."""
    pid = 0
    try:
        pid = int(line.recv(32))
        return os.waitstatus_to_exitcode(int(line.recv(32)))
    except TimeoutError:
        if pid:
            os.kill(pid, signal.SIGKILL)
        raise subprocess.TimeoutExpired(list(arguments), timeout) from None


def _written(stream: int) -> str:
    """What a process has written there."""
    return os.pread(stream, os.fstat(stream).st_size, 0).decode().replace("\r\n", "\n")


def _import_all() -> None:
    from photofs.cli.main import COMMANDS

    modules = {module for module, _ in COMMANDS.values()}
    for module in sorted(modules | {"photofs.cli.login_flickr", "photofs.cli.login_google"}):
        importlib.import_module(module)


def _until_wanted(listener: socket.socket, parent: int) -> None:
    """Wait for requests; return in a process that was forked to be one, once it is that."""
    while True:
        lines: list[socket.socket | int] = [listener, parent]
        ready, _, _ = select.select(lines, [], [])
        if parent in ready:
            os._exit(0)
        line, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            os.close(parent)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _supervise(line)
            return
        line.close()


def _supervise(line: socket.socket) -> None:
    """Fork once more, and tell of it; return in that process."""
    data, streams, _, _ = socket.recv_fds(line, LARGEST, 3)
    pid = os.fork()
    if pid != 0:
        with suppress(OSError):  # who asked may have given up, and killed it
            line.send(str(pid).encode())
            line.send(str(os.waitpid(pid, 0)[1]).encode())
        os._exit(0)
    line.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    request = json.loads(data)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environ"])
    time.tzset()
    sys.argv = [str(ROOT / "photofs" / "__main__.py"), *request["arguments"]]


def main() -> None:
    """Be the process that forks; in what it forks: be `photofs`."""
    import photofs.__main__

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that supervise
    _import_all()
    gc.freeze()  # what is shared stays so: the collector would write on all of it
    _until_wanted(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
    try:
        photofs.__main__.main()
    except SystemExit as ending:
        if isinstance(ending.code, str):
            raise
        _leave(ending.code or 0)
    _leave(0)


def _leave(code: int) -> NoReturn:
    """As the interpreter ends, without taking its modules apart: that would copy all of them."""
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
