"""A mounter that listens, and confined mounts that ask it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.household import PATIENCE, Household
from tests.support.notified import Notified, notified

CONFINED = ("setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--")
"""What NoNewPrivileges= and CapabilityBoundingSet= do; such a process mounts nothing itself."""


def why_no_confinement() -> str:
    """Why nothing can be confined here; "" if it can."""
    if shutil.which("setpriv") is None or shutil.which("fusermount3") is None:
        return "setpriv or fusermount3 is not here"
    tried = subprocess.run([*CONFINED, "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "setpriv may not do that here"


class Mounts:
    """One mount point, its mounter, and the mounts that ask it."""

    def __init__(self, household: Household, heard: Notified, runtime: Path) -> None:
        """The mounter is ready once this returns."""
        self.household, self.heard = household, heard
        self.point = household.folder / "photos"
        with suppress(FileExistsError):  # a dead mount may lie on it
            self.point.mkdir()
        self.log = household.folder / "mounter.log"
        household.environ |= {"XDG_RUNTIME_DIR": str(runtime), "PHOTOFS_SERVICE": "1"}
        self._started: list[subprocess.Popen[str]] = []
        with self.log.open("a") as log:
            self.mounter = subprocess.Popen(
                [sys.executable, "-m", "photofs.fuse.mounter", self.point],
                env={**household.environ, **heard.environ},
                stderr=log,
                text=True,
            )
        self._started.append(self.mounter)
        assert heard.hear() == ["READY=1"]

    def start(self, *flags: str) -> "subprocess.Popen[str]":
        """`photofs mount`, confined as its unit confines it; READY is not waited for."""
        command = [sys.executable, "-m", "photofs", "mount", "--mounter", "--no-agent", *flags]
        mount = subprocess.Popen(
            [*CONFINED, *command, str(self.point)],
            env={**self.household.environ, **self.heard.environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.append(mount)
        return mount

    def mount(self, *flags: str) -> "subprocess.Popen[str]":
        """The same, which is ready."""
        mount = self.start(*flags)
        assert self.heard.hear() == ["READY=1", f"STATUS=mounted at {self.point}"]
        return mount

    def end(self) -> None:
        """Whatever is left."""
        for process in reversed(self._started):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
        if os.fspath(self.point) in os.fsdecode(Path("/proc/self/mounts").read_bytes()):
            subprocess.run(["fusermount3", "-uz", self.point], check=False)


@contextmanager
def mounts_of(household: Household) -> Iterator[Mounts]:
    """Them, ended afterwards."""
    with tempfile.TemporaryDirectory(prefix="mounter-") as runtime, notified() as heard:
        mounts = Mounts(household, heard, Path(runtime))
        try:
            yield mounts
        finally:
            mounts.end()
