"""What a file manager hears of a folder that it shows: inotify(7), as GLib asks for it."""

import ctypes
import os
import struct
from pathlib import Path
from typing import Final

IN_ATTRIB: Final = 0x4
_EVENT: Final = struct.Struct("iIII")
_ROOM: Final = 1 << 16


class WatchedFolder:
    """Names of files in a folder whose attributes were set since the last look."""

    def __init__(self, folder: Path) -> None:
        """Begin to watch."""
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd: int = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if libc.inotify_add_watch(self._fd, os.fsencode(folder), IN_ATTRIB) < 0:
            raise OSError(ctypes.get_errno(), "inotify_add_watch")

    def heard(self) -> list[str]:
        """In the order in which they were."""
        names = []
        try:
            told = os.read(self._fd, _ROOM)
        except BlockingIOError:
            return []
        while told:
            *_, length = _EVENT.unpack_from(told)
            end = _EVENT.size + length
            names.append(os.fsdecode(told[_EVENT.size : end].rstrip(b"\0")))
            told = told[end:]
        return names

    def close(self) -> None:
        """End it."""
        os.close(self._fd)
