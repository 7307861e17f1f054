"""Emblems and menu entries for photos in a mount of photofs, in Nautilus and Nemo.

Written here by `photofs desktop install`; `photofs desktop remove` takes it away. It imports
nothing of photofs: it reads one extended attribute of files in a mount, and runs the command.
"""

import importlib
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gi.repository import GObject

# python3-nautilus and nemo-python load it from folders of their own, and either may be installed
Files: Any = importlib.import_module(
    f"gi.repository.{'Nemo' if 'nemo-python' in __file__ else 'Nautilus'}"
)

PHOTOFS: tuple[str, ...] = ("photofs",)
"""The command; `photofs desktop install` writes that of its installation here."""

MOUNTINFO = Path("/proc/self/mountinfo")
LOOKED_FOR_S = 2.0
"""Seconds for which the list of mounts counts."""

STATE = "user.photofs.state"

EMBLEMS = {
    "cached": "emblem-downloads",
    "pinned": "emblem-default",
    "pending": "emblem-synchronizing",
    "held": "emblem-readonly",
    "failed": "emblem-important",
    "missing": "emblem-unreadable",
}
"""By the first word of a photo's state; "remote" has none, for most photos are that."""

DEEDS = (
    ("pin", "Keep on this disk", "Fetches the originals, and keeps them here"),
    ("unpin", "Keep no longer", "They may go from this disk when its room is needed"),
    ("free", "Free up space", "Removes cached originals from this disk; the photos stay"),
    ("web", "Open on the web", "Opens the photo's page at its service"),
)


class Mounts:
    """Where photofs is mounted, by the kernel's list."""

    def __init__(self) -> None:
        self._points: tuple[str, ...] = ()
        self._until = 0.0

    def holds(self, path: str) -> bool:
        """Whether a path lies in a mount of photofs."""
        if time.monotonic() >= self._until:
            self._points = tuple(self._read())
            self._until = time.monotonic() + LOOKED_FOR_S
        return any(path.startswith(f"{point}/") for point in self._points)

    def _read(self) -> Iterator[str]:
        with MOUNTINFO.open("rb") as table:
            for line in table:
                before, _, after = line.partition(b" - ")
                if after.split(b" ")[0] == b"fuse.photofs":
                    yield os.fsdecode(re.sub(rb"\\([0-7]{3})", _byte, before.split(b" ")[4]))


def _byte(found: re.Match[bytes]) -> bytes:
    """What an escape of the kernel's list stands for."""
    return bytes([int(found[1], 8)])


class Photofs(GObject.GObject, Files.InfoProvider, Files.MenuProvider):  # type: ignore[misc]  # gi makes its classes as it is imported
    """What the file manager asks."""

    def __init__(self) -> None:
        super().__init__()
        self._mounts = Mounts()
        self.running: list[subprocess.Popen[bytes]] = []

    def update_file_info(self, file: Any) -> None:  # noqa: ANN401 - gi tells no types
        """Mark a photo by its state."""
        path = self._path(file)
        if path is None or file.is_directory():
            return
        try:
            state = os.getxattr(path, STATE).decode("utf-8", "replace")
        except OSError:  # what no photo is has none
            return
        emblem = EMBLEMS.get(state.partition(":")[0])
        if emblem:
            file.add_emblem(emblem)

    def get_file_items(self, *given: Any) -> list[Any]:  # noqa: ANN401 - as above
        """The menu of what is selected; Nemo and old versions of Nautilus give the window, too."""
        paths = [self._path(file) for file in given[-1]]
        if not paths or None in paths:
            return []
        top = Files.MenuItem(name="Photofs::menu", label="photofs", tip="What to do with it")
        menu = Files.Menu()
        top.set_submenu(menu)
        for deed, label, tip in DEEDS:
            item = Files.MenuItem(name=f"Photofs::{deed}", label=label, tip=tip)
            item.connect("activate", self._do, deed, paths)
            menu.append_item(item)
        return [top]

    def _path(self, file: Any) -> str | None:  # noqa: ANN401 - as above
        """The path of a file in a mount of photofs; None of any other."""
        path: str | None = file.get_location().get_path()
        return path if path is not None and self._mounts.holds(path) else None

    def _do(self, _item: object, deed: str, paths: list[str]) -> None:
        """Have it done by a process of its own, which tells what came of it."""
        self.running = [each for each in self.running if each.poll() is None]  # no zombies stay
        command = [*PHOTOFS, "desktop", "do", deed, "--", *paths]
        self.running.append(
            subprocess.Popen(command, start_new_session=True)  # noqa: S603 - photofs, of paths
        )
