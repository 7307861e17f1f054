"""A stock on a real mount, in a process of its own (pyfuse3 has one session a process)."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.stocked import Stock

PATIENCE = 60
"""Seconds that a mount may take to come or to go on a busy machine."""


class Mount:
    """A mount that is being served; `home` is the library's folder in it."""

    def __init__(self, process: "subprocess.Popen[str]", point: Path, log: Path) -> None:
        self.process = process
        self.point = point
        self._log = log
        self.was_ready = False

    @property
    def home(self) -> Path:
        """The library "home"."""
        return self.point / "home"

    @property
    def lake(self) -> Path:
        """The album that holds every photo."""
        return self.home / "Albums" / "Lake"

    @property
    def scratch(self) -> Path:
        """The library's Scratch."""
        return self.home / "Scratch"

    @property
    def log(self) -> str:
        """What the server has said on standard error."""
        return self._log.read_text()

    @property
    def warnings(self) -> list[str]:
        """The warnings in it, but for refusals, which tests bring about on purpose."""
        lines = [line for line in self.log.splitlines() if line.startswith("WARNING ")]
        return [line for line in lines if not line.startswith("WARNING photofs.fuse.refusals:")]

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def mounted(
    made: Stock, *flags: str, point: Path | None = None, under: Sequence[str] = ()
) -> Iterator[Mount]:
    """The stock, mounted for the length of the block; gone afterwards whatever happened.

    `under`: a command that runs the server as its child (strace).
    """
    point = point or made.root / "photos"
    if not is_in_table(point):
        point.mkdir(exist_ok=True)
    log = made.root / "mount.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*under, sys.executable, "-m", "tests.support.mount_server", made.root, point, *flags],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    mount = Mount(process, point, log)
    try:
        assert process.stdout is not None
        mount.was_ready = process.stdout.readline() == "ready\n"
        assert mount.was_ready, mount.log
        yield mount
    finally:
        _end(mount)


def _end(mount: Mount) -> None:
    """Stop the server, and clear what it left."""
    if mount.process.poll() is None:
        mount.process.send_signal(signal.SIGTERM)
        try:
            mount.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            mount.kill()
    if mount.process.stdout is not None:
        mount.process.stdout.close()
    if mount.was_ready and is_in_table(mount.point):
        subprocess.run(["fusermount3", "-uz", mount.point], check=False)


def is_in_table(point: Path) -> bool:
    """Whether something is mounted there, dead or alive."""
    table = os.fsdecode(Path("/proc/self/mounts").read_bytes())
    return any(line.split(" ")[1] == os.fspath(point) for line in table.splitlines())
