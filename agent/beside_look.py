"""One look at a file that photofs keeps beside a mirror's photos: a sidecar, or the list of albums.

A disk that turns bits changes no time, and a file that was cut short is no XMP any more: such a
file is damaged. One that another program wrote, or a person, is theirs, and stays (decisions/0027).
"""

import hashlib
import os
from enum import Enum
from typing import Final, NamedTuple

from photofs.catalog.beside_rows import Written
from photofs.metadata.xmp import is_ours, read_xmp
from photofs.mirrors.disk_words import mirror_errors
from photofs.mirrors.folder import LocalMirror
from photofs.model.album_list import LARGEST, NAME, UnknownList, read_album_list
from photofs.model.errors import NotFolder, NotFound

_HEAD: Final = 4096
"""Bytes in which an XMP file of any program names its form."""


class Sight(Enum):
    """What stands there.

    OURS: as it was written. UNKNOWN: of ours, and nobody knows when it was written, or what.
    DOUBTED: of ours, or a list, written by another catalog since, or changed by somebody.
    """

    OURS = "ours"
    UNKNOWN = "unknown"
    DOUBTED = "another catalog wrote it, or somebody has changed it"
    ABSENT = "it is not there any more"
    DAMAGED = "it is not as it was written: its disk or a program damaged it"
    CHANGED = "somebody has changed it"
    THEIRS = "another program wrote it"


KEPT: Final = frozenset({Sight.CHANGED, Sight.THEIRS})
"""These stay as they are, whatever their photo is told to be."""


class Seen(NamedTuple):
    """A small file: all its bytes, and the time that its disk tells. None: no plain file at all."""

    data: bytes | None
    mtime_ns: int = 0

    @property
    def written(self) -> Written:
        """What is noted of it, if it is as it should be."""
        return Written(hashlib.sha256(self.data or b"").hexdigest(), self.mtime_ns)


def read_beside(folder: LocalMirror, path: str) -> Seen | None:
    """In a thread: what stands there; None if nothing does, nor in the way to it. NotAttached."""
    try:
        fd = folder.open(path)
    except NotFound:
        return None if folder.is_free(path) else Seen(None)
    except NotFolder:
        return Seen(None)
    with os.fdopen(fd, "rb") as file, mirror_errors(f"reading {path}"):
        return Seen(file.read(LARGEST), folder.stamp_of(fd).mtime_ns)


def judge(
    path: str, seen: Seen | None, known: Written | None, step_ns: int, *, doubted: bool = False
) -> Sight:
    """What that file is; `known` as it was last written, `step_ns` as its disk keeps times.

    `doubted`: the catalog came from a backup, or took the mirror over, so what it knows may not be
    what was written last, by another catalog or by a person.
    """
    sight = _judge(path, seen, known, step_ns)
    if doubted and path == NAME and sight in {Sight.UNKNOWN, Sight.DAMAGED} and seen is not None:
        return Sight.DOUBTED if _is_list(seen.data) else Sight.DAMAGED
    return Sight.DOUBTED if doubted and sight in {Sight.CHANGED, Sight.UNKNOWN} else sight


def _is_list(data: bytes | None) -> bool:
    """Whether anybody can read albums by it."""
    try:
        read_album_list(data or b"")
    except UnknownList:
        return False
    return True


def _judge(path: str, seen: Seen | None, known: Written | None, step_ns: int) -> Sight:
    if seen is None:
        return Sight.ABSENT
    if seen.data is None:
        return Sight.THEIRS if path != NAME else Sight.DAMAGED
    if known is not None and seen.written.sha256 == known.sha256:
        return Sight.OURS
    if path == NAME:
        return Sight.UNKNOWN if known is None else Sight.DAMAGED
    return _judge_sidecar(seen, seen.data, known, step_ns)


def _judge_sidecar(seen: Seen, data: bytes, known: Written | None, step_ns: int) -> Sight:
    """One that is not, byte by byte, as it was written."""
    if not is_ours(data) and (known is None or _is_xmp(data)):
        return Sight.THEIRS
    if known is None:
        return Sight.UNKNOWN
    touched = abs(seen.mtime_ns - known.mtime_ns) >= step_ns
    return Sight.CHANGED if touched and read_xmp(data) is not None else Sight.DAMAGED


def _is_xmp(data: bytes) -> bool:
    """Whether it begins as such a file does, whoever wrote it, and however it ends."""
    return b"xmpmeta" in data[:_HEAD] or b"rdf:RDF" in data[:_HEAD]
