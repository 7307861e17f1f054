"""The trash of a mount as file managers see it: what lies there, and moving it back."""

import os
import re
from pathlib import Path
from urllib.parse import unquote


class DesktopTrash:
    """Our own trash in a mount (freedesktop.org trash specification 1.0)."""

    def __init__(self, point: Path) -> None:
        """`point` is where the mount is."""
        self._point = point
        self.folder = point / f".Trash-{os.getuid()}"
        self.files = self.folder / "files"
        self.info = self.folder / "info"

    def restore(self, name: str) -> Path:
        """Move it back to where `info` says that it was, and forget that; the path."""
        told = self.info / f"{name}.trashinfo"
        (path,) = re.findall(r"^Path=(.*)$", told.read_text(), re.MULTILINE)
        target: Path = self._point / unquote(path, errors="surrogateescape")
        (self.files / name).rename(target)
        told.unlink()
        return target

    def lying(self) -> set[str]:
        """All paths below `files` and `info`."""
        return below(self.folder) - {"files", "info"}


def below(folder: Path) -> set[str]:
    """All paths below a folder."""
    return {str(each.relative_to(folder)) for each in folder.rglob("*")}
