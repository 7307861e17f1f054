"""Which mounts of ours there are, for commands: by the kernel's list and the mounts' own notes."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from photofs.assembly import HOME_VARIABLE, mount_notes
from photofs.kernel.connection import connection_at, end
from photofs.kernel.mount_notes import Mount, MountNotes
from photofs.kernel.mount_table import without_links
from photofs.kernel.process import Process


def home_of(environ: Mapping[str, str]) -> str | None:
    """The home that the environment names; None, too, where the variable is empty."""
    return environ.get(HOME_VARIABLE) or None


def _notes(environ: Mapping[str, str]) -> MountNotes:
    return MountNotes(mount_notes(environ))


def note_mount(point: str, environ: Mapping[str, str]) -> None:
    """Note that this process serves the mount point; where no note can be written, none is."""
    _notes(environ).note(point, home_of(environ))


def forget_mount(point: str, environ: Mapping[str, str]) -> None:
    """Take this process's note away.

    Another's stays: whoever is refused because the folder is mounted already comes by here, too.
    """
    if _notes(environ).read(point).pid == os.getpid():
        _notes(environ).forget(point)


def list_mounts(environ: Mapping[str, str]) -> list[Mount]:
    """All mounts of ours on this machine that this process can see."""
    return _notes(environ).mounts()


def mount_at(point: str, environ: Mapping[str, str]) -> Mount | None:
    """The mount at that path, as the kernel's list has it; nothing is asked of it."""
    return next((each for each in list_mounts(environ) if each.point == point), None)


class Inside(NamedTuple):
    """A mount, and a path in it: below its root, "." for that."""

    mount: Mount
    path: str


def find_inside(path: Path, environ: Mapping[str, str]) -> Inside | None:
    """The mount that holds a path, and where in it; nothing is asked of the mount, for it may hang.

    By the path's text; where that is in no mount, links on the way are followed.
    """
    mounts = list_mounts(environ)
    for text in (os.path.abspath, _without_links):
        at = text(path)
        inside = [
            each
            for each in mounts
            if at == each.point or at.startswith(each.point.rstrip("/") + "/")
        ]
        if inside:
            mount = max(inside, key=lambda each: len(each.point))
            return Inside(mount, os.path.relpath(at, mount.point))
    return None


def _without_links(path: Path) -> str:
    return str(without_links(path))


def mount_of(path: Path, environ: Mapping[str, str]) -> Mount | None:
    """The mount that holds a path."""
    inside = find_inside(path, environ)
    return inside.mount if inside else None


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
    mount = mount_at(point, environ)
    connection = connection_at(point)
    if mount is not None and mount.pid and connection is not None and not serves(mount):
        end(connection)
