"""Which mounts of ours there are: the kernel's list, and our notes of who serves them.

The kernel's list is the truth; a note only adds which home and process belong to a mount point.
"""

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from photofs.assembly import HOME_VARIABLE, find_paths
from photofs.kernel.connection import connection_at, end
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


def home_of(environ: Mapping[str, str]) -> str | None:
    """The home that the environment names; None, too, where the variable is empty."""
    return environ.get(HOME_VARIABLE) or None


def _notes(environ: Mapping[str, str]) -> Path:
    """The folder of the notes: one for a user, whatever PHOTOFS_HOME says."""
    plain = {key: value for key, value in environ.items() if key != HOME_VARIABLE}
    return find_paths(plain).state / "mounts"


def _note_of(point: str, environ: Mapping[str, str]) -> Path:
    """The note's file: a name that fits any path."""
    return _notes(environ) / f"{hashlib.sha256(point.encode()).hexdigest()[:16]}.json"


def note_mount(point: str, environ: Mapping[str, str]) -> None:
    """Note that this process serves the mount point; where no note can be written, none is."""
    note = _note_of(point, environ)
    told = {"point": point, **Process.this()._asdict(), "home": home_of(environ)}
    text = json.dumps(told)
    try:
        note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        note.write_text(text, encoding="utf-8")
    except OSError as error:  # such as a full disk: what is here can be read for all that
        log.warning(
            "that %s is mounted cannot be noted: %s; `photofs status` shows it without its process",
            point,
            error.strerror,
        )


def forget_mount(point: str, environ: Mapping[str, str]) -> None:
    """Take this process's note away.

    Another's stays: whoever is refused because the folder is mounted already comes by here, too.
    """
    if _read_note(point, environ).pid == os.getpid():
        _note_of(point, environ).unlink(missing_ok=True)


def _read_note(point: str, environ: Mapping[str, str]) -> Mount:
    """What is noted of a mount point; a note that cannot be read tells nothing."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        note = json.loads(_note_of(point, environ).read_text(encoding="utf-8"))
        return Mount(point, int(note["pid"]), note["home"], int(note.get("started", 0)))
    return Mount(point, 0, None)


def list_mounts(environ: Mapping[str, str]) -> list[Mount]:
    """All mounts of ours on this machine that this process can see."""
    return [_read_note(point, environ) for point in our_mount_points()]


def mount_of(path: Path, environ: Mapping[str, str]) -> Mount | None:
    """The mount that holds a path, by the path's text alone (nothing is asked of the mount)."""
    text = os.path.abspath(path)  # noqa: PTH100 - resolve() would ask the mount, which may hang
    inside = [
        mount
        for mount in list_mounts(environ)
        if text == mount.point or text.startswith(mount.point.rstrip("/") + "/")
    ]
    return max(inside, key=lambda mount: len(mount.point), default=None)


def serves(mount: Mount) -> bool:
    """Whether the process that is noted for a mount still runs, and is a photofs at all.

    A process id may be in use by another program after a restart of the machine.
    """
    if mount.started:
        return Process(mount.pid, mount.started).lives
    try:
        command = Path(f"/proc/{mount.pid}/cmdline").read_bytes()
        state = Path(f"/proc/{mount.pid}/stat").read_text(encoding="latin-1")
    except OSError:
        return False
    return b"photofs" in command and state.rpartition(")")[2].split()[0] != "Z"


def end_if_dead(point: str, environ: Mapping[str, str]) -> None:
    """Have a mount there whose process is gone answer at last: it may hang, and all who ask it.

    Only where a process was noted for it: nothing is known of others. The mount stays. Refused if
    it hangs, and this user cannot end that.
    """
    mount = next((each for each in list_mounts(environ) if each.point == point), None)
    connection = connection_at(point)
    if mount is not None and mount.pid and connection is not None and not serves(mount):
        end(connection)
