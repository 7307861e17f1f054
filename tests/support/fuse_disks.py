"""Disks of other systems (NTFS, exFAT) by drivers in processes: no kernel module is needed.

Each is an image in a folder; its driver may be stopped (the disk hangs) or killed (it is pulled).
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.waiting import PATIENCE


class Kind(NamedTuple):
    """How a kind of disk is made, and mounted; `block`: its driver takes no plain file."""

    name: str
    maker: tuple[str, ...]
    driver: tuple[str, ...]
    block: bool = False


NTFS = Kind("NTFS", ("mkntfs", "-F", "-Q", "-q"), ("ntfs-3g",))
EXFAT = Kind("exFAT", ("mkfs.exfat",), ("mount.exfat-fuse",), block=True)


def why_none(kind: Kind) -> str:
    """Why there can be no such disk here; "" if it can."""
    if os.geteuid() != 0:
        return "only root can mount such a disk"
    lacking = [each[0] for each in (kind.maker, kind.driver) if shutil.which(each[0]) is None]
    return f"{' and '.join(lacking)} not installed" if lacking else ""


class FuseDisk:
    """One disk; `root` is where it is mounted."""

    def __init__(self, kind: Kind, folder: Path, size: int = 64 << 20) -> None:
        """Made, and not mounted yet."""
        self.kind = kind
        self.image, self.root = folder / "image", folder / "disk"
        self.root.mkdir(parents=True)
        with self.image.open("wb") as file:
            file.truncate(size)
        subprocess.run([*kind.maker, self.image], check=True, capture_output=True)
        self._device = str(self.image)

    def mount(self) -> None:
        """Plug it in."""
        if self.kind.block:
            self._device = _loop_device(self.image)
        command = [*self.kind.driver, self._device, str(self.root)]
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
        end = time.monotonic() + PATIENCE
        while not os.path.ismount(self.root):
            assert time.monotonic() < end, self.kind
            time.sleep(0.05)

    def unmount(self) -> None:
        """Take it out as one should: all of it is on the image once its driver has ended."""
        driver = self.driver()
        subprocess.run(["umount", self.root], check=True, capture_output=True)
        end = time.monotonic() + PATIENCE
        while Path(f"/proc/{driver}").exists():
            assert time.monotonic() < end, self.kind
            time.sleep(0.05)
        self.detach()

    def detach(self) -> None:
        """The loop device, if there is one, is free again once nobody has it open."""
        if self._device != str(self.image):
            subprocess.run(["losetup", "--detach", self._device], check=False, capture_output=True)
            self._device = str(self.image)

    def driver(self) -> int:
        """Its driver's process id."""
        for each in Path("/proc").iterdir():
            if each.name.isdecimal():
                with suppress(OSError):
                    words = (each / "cmdline").read_bytes().split(b"\0")
                    if os.fsencode(self._device) in words:
                        return int(each.name)
        raise ProcessLookupError(f"no driver of {self._device}")

    def hang(self) -> None:
        """It does not answer any more."""
        os.kill(self.driver(), signal.SIGSTOP)

    def answer(self) -> None:
        """It does again."""
        os.kill(self.driver(), signal.SIGCONT)

    def pull(self) -> None:
        """Pull it out for good: what is open there fails, and its mount point is empty."""
        os.kill(self.driver(), signal.SIGKILL)
        subprocess.run(["umount", "--lazy", self.root], check=True, capture_output=True)
        self.detach()


def _loop_device(image: Path) -> str:
    """A block device of an image; where there are none the test is skipped."""
    made = subprocess.run(
        ["losetup", "--find", "--show", image], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"no loop devices here: {made.stderr.strip()}")
    return made.stdout.strip()


@contextmanager
def fuse_disk(kind: Kind, folder: Path, size: int = 64 << 20) -> Iterator[FuseDisk]:
    """It, mounted; gone afterwards, whatever happened to it."""
    disk = FuseDisk(kind, folder, size)
    disk.mount()
    try:
        yield disk
    finally:
        with suppress(ProcessLookupError):
            disk.answer()
        subprocess.run(["umount", "--lazy", disk.root], check=False, capture_output=True)
        disk.detach()
