"""Who serves which mount: what each mount notes of itself, beside the kernel's list.

The kernel's list is the truth; a note only adds which home and process belong to a mount point.
"""

import hashlib
import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from photofs.kernel.mount_table import our_mount_points
from photofs.kernel.process import Process

log = logging.getLogger(__name__)


class Mount(NamedTuple):
    """A mount of ours: where, the process that serves it (0 if unknown), and its home variable.

    `started` tells that process from a later one of its number; 0 if that was not noted.
    """

    point: str
    pid: int
    home: str | None
    started: int = 0


class MountNotes:
    """The notes in one folder; there is one for a user."""

    def __init__(self, folder: Path) -> None:
        """Made with the first note."""
        self._folder = folder

    def note(self, point: str, home: str | None) -> None:
        """Note that this process serves the mount point; where no note can be written, none is."""
        note = self._path(point)
        text = json.dumps({"point": point, **Process.this()._asdict(), "home": home})
        try:
            note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            note.write_text(text, encoding="utf-8")
        except OSError as error:  # such as a full disk: what is here can be read for all that
            log.warning(
                "that %s is mounted cannot be noted: %s; `photofs status` shows it without its"
                " process",
                point,
                error.strerror,
            )

    def read(self, point: str) -> Mount:
        """What is noted of a mount point; a note that cannot be read tells nothing."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            note = json.loads(self._path(point).read_text(encoding="utf-8"))
            return Mount(point, int(note["pid"]), note["home"], int(note.get("started", 0)))
        return Mount(point, 0, None)

    def forget(self, point: str) -> None:
        """Take a note away."""
        self._path(point).unlink(missing_ok=True)

    def mounts(self) -> list[Mount]:
        """All mounts of ours on this machine that this process can see."""
        return [self.read(point) for point in our_mount_points()]

    def _path(self, point: str) -> Path:
        """The note's file: a name that fits any path, of whatever bytes."""
        return self._folder / f"{hashlib.sha256(os.fsencode(point)).hexdigest()[:16]}.json"
