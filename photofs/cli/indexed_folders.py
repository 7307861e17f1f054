"""Which folders desktops index and import from by themselves: a mount does not belong there.

`~/.config/user-dirs.dirs` names them (xdg-user-dirs). GNOME's indexer crosses no mount below one of
them, but indexes a mount that is one; KDE's goes into all that is below the home folder and not
hidden; photo managers import what is in Pictures.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from photofs.cli.output import safe_text

KINDS: Final = {
    "XDG_PICTURES_DIR": "Pictures",
    "XDG_VIDEOS_DIR": "Videos",
    "XDG_DOCUMENTS_DIR": "Documents",
    "XDG_MUSIC_DIR": "Music",
    "XDG_DOWNLOAD_DIR": "Downloads",
    "XDG_DESKTOP_DIR": "Desktop",
}
"""What the file calls each folder, and its name below the home folder where there is no file."""

_LINE: Final = re.compile(r'^\s*(XDG_[A-Z]+_DIR)="((?:\\.|[^"\\])*)"', re.MULTILINE)


def indexed_around(point: Path, environ: Mapping[str, str]) -> Path | None:
    """The folder of the desktop's that a mount point is, or lies in; None if it is in none.

    Links are not followed: the mount point may hang. A folder that is the home folder itself is
    none (xdg-user-dirs means "there is none" by that).
    """
    home = home_folder(environ)
    if home is None:  # no desktop is there
        return None
    for each in indexed_folders(home, environ):
        if each != home and point.is_relative_to(each):
            return each
    return None


def indexing_words(point: Path, environ: Mapping[str, str]) -> str | None:
    """Why a mount point is a bad one, if it is; it can be mounted on all the same."""
    around = indexed_around(point, environ)
    if around is None:
        return None
    return (
        f"desktops index {safe_text(str(around))} by themselves, and photo managers import from it:"
        " the mount does not belong there"
    )


def home_folder(environ: Mapping[str, str]) -> Path | None:
    """The user's home; None of a user that no list names, as in containers."""
    try:
        return Path(environ.get("HOME") or Path.home())
    except RuntimeError:
        return None


def indexed_folders(home: Path, environ: Mapping[str, str]) -> list[Path]:
    """Those that the file names, and the usual ones of those that it does not name."""
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    try:
        text = (config / "user-dirs.dirs").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # no desktop has ever been here, or it cannot be read
        text = ""
    told = {kind: re.sub(r"\\(.)", r"\1", value) for kind, value in _LINE.findall(text)}
    paths = [told.get(kind, f"$HOME/{usual}") for kind, usual in KINDS.items()]
    return [
        Path(os.path.normpath(re.sub(r"^\$HOME(?=/|$)", lambda _: str(home), path)))
        for path in paths
    ]
