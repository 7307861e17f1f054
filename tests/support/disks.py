"""Small file systems of their own, for tests that fill a disk or cut its power. Root only."""

import errno
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN: _IOR('X', 125, __u32), linux/fs.h
_WITHOUT_FLUSHING_THE_LOG = 2


def why_no_mounts() -> str:
    """Why this process cannot mount a file system; empty if it can."""
    if os.geteuid() != 0:
        return "only root can mount a file system"
    if shutil.which("mount") is None or shutil.which("mkfs.ext4") is None:
        return "mount or mkfs.ext4 is not installed"
    return ""


def _run(*command: str | Path) -> None:
    """Run a program that must succeed."""
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """A tmpfs of that many bytes."""
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", folder)
    try:
        yield folder
    finally:
        if subprocess.run(["umount", folder], capture_output=True, check=False).returncode:
            # a test that failed may have files open there still; that is not to hide its failure
            _run("umount", "--lazy", folder)


def fill(disk: Path, *, left: int = 0) -> Path:
    """Write a file until no more than about `left` bytes are free; that file, for deletion."""
    filler = disk / "filler"
    with suppress_full(), filler.open("ab", buffering=0) as file:
        while (free := os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - left) > 0:
            file.write(bytes(min(free, 1 << 20)))
    return filler


@contextmanager
def suppress_full() -> Iterator[None]:
    """The end of the block, as soon as the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


class PowerDisk:
    """An ext4 on a loop device whose power can be cut."""

    def __init__(self, folder: Path, *, size: int = 64 << 20) -> None:
        """Make it in a folder of its own; not mounted yet."""
        folder.mkdir()
        self._folder = folder
        self._image = folder / "image"
        self.root = folder / "disk"
        self.root.mkdir()
        with self._image.open("wb") as file:
            file.truncate(size)
        _run("mkfs.ext4", "-q", self._image)

    def mount(self) -> None:
        """Plug it in; where there are no loop devices the test is skipped."""
        try:
            _run("mount", "-o", "loop", self._image, self.root)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no loop devices here: {error.stderr.decode().strip()}")

    def unmount(self) -> None:
        """Take it out."""
        _run("umount", self.root)

    def sync(self) -> None:
        """Bring all that was written there to the disk."""
        _run("sync", "-f", self.root)

    def replug(self) -> None:
        """The power is back: what had reached the disk is there, for whom opens it from now on.

        As a copy, for the old one is there until the last program has closed its files.
        """
        again = self._folder / "again"
        _run("umount", "--lazy", self.root)
        _run("sync", self._image)  # the loop device may write past the cache that cp reads
        _run("cp", "--sparse=never", self._image, again)
        again.rename(self._image)
        self.mount()

    def pull(self) -> None:
        """Take it out for good, whoever has files open there."""
        _run("umount", "--lazy", self.root)

    def cut_power(self) -> None:
        """From now on nothing reaches the disk, not even what is in the kernel's memory."""
        fd = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, _SHUTDOWN, _WITHOUT_FLUSHING_THE_LOG.to_bytes(4, "little"))
        finally:
            os.close(fd)
