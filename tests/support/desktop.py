"""A desktop of a test's own: a display, a session bus, and programs of desktops on them.

Nothing of the user's is touched: home, settings and thumbnails lie below one folder, the display
has a number that nobody had. Every process of it, also one that its bus has started, bears the
folder's name in its environment, and is ended by its number.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.support.waiting import wait_until

PROGRAMS: Final = (
    "Xvfb",
    "dbus-daemon",
    "dbus-monitor",
    "thunar",
    "xdotool",
    "import",
    "gdbus",
    "gio",
)
"""What `make desktop` installs; a test that wants a desktop is skipped where one is missing."""

TUMBLER: Final = Path("/usr/lib/x86_64-linux-gnu/tumbler-1/tumblerd")
GVFS: Final = Path("/usr/libexec/gvfsd-trash")
"""Without it there is no trash:/// for any file manager of GLib's."""

SCREEN: Final = "1280x1024x24"
ENDING_S: Final = 20.0
CALL_S: Final = "100"
"""Seconds for an answer on the bus: its own 25 are too few for a Thunar on a busy machine."""

LOOK_EVERY: Final = 0.05


def why_not(programs: Sequence[str | Path] = (*PROGRAMS, GVFS, TUMBLER)) -> str:
    """Why a test that wants these programs of a desktop is skipped; empty if it is not.

    Minutes of windows that wait for keys, and of indexers that wait for a quiet machine, are no
    part of `make test`.
    """
    if not os.environ.get("WITH_DESKTOP"):
        return "`make desktop` does these: real programs of desktops, in a session of their own"
    absent = [str(each) for each in programs if shutil.which(each) is None]
    return f"not here: {absent}" if absent else ""


class Desktop:
    """A session; `environ` is what its programs are given."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        """`desktop` makes it; all of its files lie below `folder`."""
        self.folder = folder
        self.home = folder / "desk"
        runtime = folder / "desk" / "run"
        runtime.mkdir(parents=True)
        runtime.chmod(0o700)
        self.thumbnails = self.home / "cache" / "thumbnails"
        self.environ = {
            **environ,
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_DATA_HOME": str(self.home / "data"),
            "NO_AT_BRIDGE": "1",  # no accessibility bus: it would outlive the session's own
            "GTK_A11Y": "none",
            "LC_ALL": "C.UTF-8",
        }
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "SESSION_MANAGER"):
            self.environ.pop(name, None)

    def start(self, *command: str, **options: object) -> subprocess.Popen[bytes]:
        """Start a program of the session, which ends with it; what it says goes into a log."""
        log = (self.home / f"{Path(command[0]).name}.log").open("ab")
        with log:
            return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
                command, env=self.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **options,
            )  # fmt: skip

    def run(self, *command: str | Path, code: int | None = 0) -> str:
        """Run a program in the session to its end; what it printed."""
        done = subprocess.run(
            [str(part) for part in command],
            env=self.environ, capture_output=True, text=True, timeout=ENDING_S * 6, check=False,
        )  # fmt: skip
        if code is not None:
            assert done.returncode == code, (command, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def call(self, name: str, path: str, method: str, *arguments: str) -> str:
        """Call a method on the session's bus; arguments and answer as GVariant texts."""
        return self.run(
            "gdbus", "call", "--session", "--timeout", CALL_S, "--dest", name,
            "--object-path", path, "--method", method, *arguments,
        ).strip()  # fmt: skip

    def processes(self) -> list[int]:
        """The processes of this session, but for those that are ending."""
        mark = f"XDG_RUNTIME_DIR={self.environ['XDG_RUNTIME_DIR']}".encode()
        found = []
        for each in Path("/proc").iterdir():
            if each.name.isdecimal():
                with suppress(OSError):
                    if mark in (each / "environ").read_bytes().split(b"\0"):
                        found.append(int(each.name))
        return found

    def end(self) -> None:
        """End every process of the session."""
        until = time.monotonic() + ENDING_S
        ended: set[int] = set()
        while left := self.processes():
            late = time.monotonic() > until
            ended.update(left)
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
            time.sleep(LOOK_EVERY)
        # the environment goes first, open files of the mount after it
        wait_until(lambda: not any(map(_has_files, ended)))


def _has_files(pid: int) -> bool:
    """Whether a process may still have files open."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] not in {"Z", "X"}


@contextmanager
def desktop(folder: Path, environ: Mapping[str, str], *, display: bool = True) -> Iterator[Desktop]:
    """A session for the length of a block; without a display it has a bus alone."""
    session = Desktop(folder, environ)
    with ExitStack() as stack:
        stack.callback(session.end)
        if display:
            session.environ["DISPLAY"] = f":{_told(session, 'Xvfb', '-displayfd', stack)}"
        session.environ["DBUS_SESSION_BUS_ADDRESS"] = _told(
            session, "dbus-daemon", "--print-address", stack
        )
        yield session


def _told(session: Desktop, program: str, flag: str, stack: ExitStack) -> str:
    """Start a program that tells, on a descriptor, how it is reached."""
    telling, told = os.pipe()
    more = ["-screen", "0", SCREEN, "-nolisten", "tcp"] if program == "Xvfb" else []
    more += ["--session", "--nofork", "--nopidfile"] if program == "dbus-daemon" else []
    value = [f"{flag}={told}"] if flag.startswith("--") else [flag, str(told)]
    started = session.start(program, *more, *value, pass_fds=[told])
    stack.callback(started.wait)
    stack.callback(session.end)  # before it is waited for
    os.close(told)
    with os.fdopen(telling) as lines:
        line = lines.readline().strip()
    assert line, (program, "did not say how it is reached")
    return line
