"""The files for file managers that photofs brings, made fit for this installation.

They are data of the package (photofs/desktop) and run the command alone. A file of ours is known by
its first line: one without it is somebody else's, and is never written over or removed.
"""

import os
import shutil
import stat
import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

from photofs.model.errors import Refused, StoreError

MARK: Final = "# Written by `photofs desktop install`; the next one writes over it\n"
BROUGHT: Final = Path(__file__).parents[1] / "desktop"
COMMAND: Final = (sys.executable, "-P", "-m", "photofs")
"""-P: what lies in the folder in which a file manager starts it is never taken for a module."""


class Standing(Enum):
    """How an extra is."""

    ABSENT = "not installed"
    CURRENT = "installed"
    OTHER = "installed by another version: install it anew"
    FOREIGN = "a file of somebody else's is there"


class Extra(NamedTuple):
    """A file for a file manager; `place` and `libraries` are where it and its loader lie."""

    name: str
    title: str
    brought: str
    place: str
    libraries: tuple[str, ...]
    package: str
    restart: str

    def path(self, environ: Mapping[str, str]) -> Path:
        """Where it belongs; StoreError if the environment tells no place."""
        data = environ.get("XDG_DATA_HOME", "")
        if data.startswith("/"):  # what is not absolute is to be ignored (base directory standard)
            return Path(data, self.place)
        try:
            return Path(environ.get("HOME") or Path.home(), ".local/share", self.place)
        except RuntimeError as error:
            raise StoreError(
                "nobody knows where this user's file managers look", remedy="set HOME"
            ) from error

    def is_wanted(self, environ: Mapping[str, str]) -> bool:
        """Whether the file manager is on this machine."""
        return shutil.which(self.name, path=environ.get("PATH")) is not None

    def needs_package(self) -> bool:
        """Whether what loads the extra is not here."""
        found = [found for each in self.libraries for found in Path("/usr").glob(each)]
        return bool(self.libraries) and not found

    def text(self) -> str:
        """What is written: the brought file with the command of this installation."""
        text = (BROUGHT / self.brought).read_text(encoding="utf-8")
        if self.brought.endswith(".py"):
            return MARK + text.replace('= ("photofs",)', f"= {COMMAND!r}", 1)
        command = " ".join(map(_exec_word, COMMAND))
        return MARK + text.replace("Exec=photofs ", f"Exec={command} ")

    def standing(self, environ: Mapping[str, str]) -> Standing:
        """What stands at its place."""
        there = _read(self.path(environ))
        if there is None:
            return Standing.ABSENT
        if not there.startswith(MARK):
            return Standing.FOREIGN
        return Standing.CURRENT if there == self.text() else Standing.OTHER


EXTRAS: Final = {
    each.name: each
    for each in (
        Extra(
            "nautilus",
            "Nautilus",
            "photofs_files.py",
            "nautilus-python/extensions/photofs_files.py",
            ("lib*/**/nautilus/extensions-*/libnautilus-python.so",),
            "python3-nautilus",
            "nautilus -q",
        ),
        Extra(
            "nemo",
            "Nemo",
            "photofs_files.py",
            "nemo-python/extensions/photofs_files.py",
            ("lib*/**/nemo/extensions-*/libnemo-python.so",),
            "nemo-python",
            "nemo -q",
        ),
        Extra(
            "dolphin",
            "Dolphin",
            "photofs.desktop",
            "kio/servicemenus/photofs.desktop",
            (),
            "",
            "close its windows",
        ),
    )
}


def install_extra(extra: Extra, environ: Mapping[str, str]) -> Path:
    """Write it, by a rename; Refused over somebody else's file, StoreError."""
    path = extra.path(environ)
    _check_ours(extra, path, environ)
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_synced(fresh, extra.text())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}",
            safe="what stood there is as it was",
            remedy="make room on its disk, or see whose folder it is",
        ) from error
    return path


def _write_synced(path: Path, text: str) -> None:
    """On the disk before it has its name: an empty one would be taken for somebody else's."""
    path.unlink(missing_ok=True)  # what was left there may be a link to a file of the user's
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(file.fileno(), 0o755)  # or KIO does not run a service menu of the home folder
        file.flush()
        os.fsync(file.fileno())


def remove_extra(extra: Extra, environ: Mapping[str, str]) -> Path | None:
    """Take it away; where it was, or None if it was not there. Refused of somebody else's."""
    path = extra.path(environ)
    if extra.standing(environ) is Standing.ABSENT:
        return None
    _check_ours(extra, path, environ)
    try:
        path.unlink()
    except OSError as error:
        raise StoreError(
            f"{path} cannot be removed: {error.strerror}", remedy="see whose folder it lies in"
        ) from error
    return path


def _check_ours(extra: Extra, path: Path, environ: Mapping[str, str]) -> None:
    if extra.standing(environ) is Standing.FOREIGN:
        raise Refused(
            f"{path} is no file of `photofs desktop install`",
            safe="it was left as it is",
            remedy="move it away first",
        )


def _read(path: Path) -> str | None:
    """What stands there; None if nothing does, "" for what is no file, or a link to none."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe would never end
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return "" if path.is_symlink() else None
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror}", remedy="see whose file it is"
        ) from error


def _exec_word(word: str) -> str:
    """A word of a desktop file's Exec: quoted, escaped for the string, "%" doubled (spec. 7)."""
    quoted = word
    for each in ("\\", '"', "`", "$"):
        quoted = quoted.replace(each, f"\\{each}")
    if not word.replace("/", "").replace("-", "").replace("_", "").replace(".", "").isalnum():
        quoted = f'"{quoted}"'
    return quoted.replace("\\", "\\\\").replace("%", "%%")
