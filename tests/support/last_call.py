"""Has a program end before its n-th call that changes something: by kill -9, or by a power cut."""

import mmap
import os
import struct
from pathlib import Path

from tests.support.preloaded import preloaded

HEAD = struct.Struct("qqq1000s")
NAMES, NAME = 32768, 16
FIRST_TO_COME = -1


class LastCall:
    """Watches one process that is started with `environ`; see last_call.c for what it counts."""

    def __init__(self, path: Path) -> None:
        """Nobody is watched yet; `path` is made, for what both sides say."""
        with path.open("wb") as file:
            file.truncate(HEAD.size + NAMES * NAME)
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 0)
        self.environ = {"LD_PRELOAD": preloaded("last_call"), "LAST_CALL": os.fspath(path)}

    def watch(self, pid: int = FIRST_TO_COME, *, last: int = 0, disk: Path | None = None) -> None:
        """Count from now on, and let the process end before call number `last`; 0: not at all.

        By default it is the first program that is started with `environ`, from its start. `disk`: a
        file system whose power is cut in the same moment.
        """
        self._shared[16 : HEAD.size] = bytes(HEAD.size - 16)
        name = b"" if disk is None else os.fsencode(disk)
        self._shared[24 : 24 + len(name)] = name
        self._shared[8:16] = struct.pack("q", last)
        self._shared[0:8] = struct.pack("q", pid)

    def unwatch(self) -> None:
        """Count no more."""
        self._shared[0:8] = bytes(8)

    @property
    def made(self) -> list[str]:
        """The names of the calls that were made, in order; the last one was not, if it ended."""
        _, _, count, _ = HEAD.unpack_from(self._shared)
        names = [
            self._shared[HEAD.size + NAME * at : HEAD.size + NAME * (at + 1)]
            for at in range(min(count, NAMES))
        ]
        return [name.rstrip(b"\0").decode() for name in names]

    def close(self) -> None:
        """Forget what both sides said."""
        self._shared.close()
