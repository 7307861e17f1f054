"""Originals on their way out of Kept for good: plain files in kept/leaving, named by their hash.

Whoever lets one go moves it there first, asks then whether anybody needs it, and only then removes
it: who seals the same bytes from that moment on finds nothing in Kept, and brings a file of their
own. What lies there is a last copy that somebody may yet need, so it is either removed or put back.
"""

import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from photofs.originals.disk_errors import disk_errors
from photofs.originals.port import Room
from photofs.originals.rooms import Rooms, make_folder, sync_folder

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class LeavingFiles:
    """All originals that are just leaving Kept. Raises StoreError."""

    def __init__(self, rooms: Rooms, folder: Path) -> None:
        """`folder` is made when needed."""
        self._rooms = rooms
        self._folder = folder

    def names(self) -> frozenset[str]:
        """The hashes of all files here."""
        with disk_errors("looking through leaving originals"), suppress(FileNotFoundError):
            return frozenset(
                each.name for each in self._folder.iterdir() if _SHA256.fullmatch(each.name)
            )
        return frozenset()

    def take(self, sha256: str) -> bool:
        """Move it out of Kept to here; False if it is not in Kept."""
        with disk_errors("moving an original out of Kept"):
            make_folder(self._folder, lasting=True)
            try:
                self._rooms.path(Room.KEPT, sha256).rename(self._folder / sha256)
            except FileNotFoundError:
                return False
        return True

    def put_back(self, sha256: str) -> None:
        """Into Kept again, durably, if it is here."""
        with disk_errors("moving an original back to Kept"), suppress(FileNotFoundError):
            self._rooms.move_in(self._folder / sha256, Room.KEPT, sha256)

    def remove(self, sha256: str) -> bool:
        """Remove it for good; False if it is not here. Once this returns no power cut undoes it."""
        with disk_errors("removing an original"):
            there = self._folder / sha256
            found = there.is_file()
            there.unlink(missing_ok=True)
            for folder in (self._rooms.path(Room.KEPT, sha256).parent, self._folder):
                with suppress(FileNotFoundError):
                    sync_folder(folder)
        return found
