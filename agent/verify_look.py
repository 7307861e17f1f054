"""One look at a file of a mirror: what it is now, against what its row says that it was."""

import os
from enum import Enum
from typing import Final, NamedTuple

from photofs.catalog.mirrored import CopyRow
from photofs.metadata.decoding import Decoded, Decoder, Verdict
from photofs.mirrors.disk_words import mirror_errors
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.rereading import Pause, Reread, reread
from photofs.model.errors import NotAttached, PhotofsError
from photofs.model.mirror import Stamp, agrees
from photofs.model.wording import counted

UNDECODABLE: Final = "its bytes are as they came, but it cannot be decoded: "
"""How the reason of such a file begins: its download, or the original itself, is broken."""


class Sight(Enum):
    """What was seen."""

    RIGHT = "right"
    DAMAGED = "damaged"
    ABSENT = "absent"
    UNREADABLE = "unreadable"
    UNDECODABLE = "undecodable"
    UNSTEADY = "unsteady"


class Look(NamedTuple):
    """What was seen, and why it is not RIGHT. `unchecked`: nothing here could decode it."""

    sight: Sight
    why: str = ""
    stamp: Stamp | None = None
    size: int = 0
    unchecked: bool = False


def look_at(folder: LocalMirror, copy: CopyRow, pause: Pause, decoder: Decoder) -> Look:
    """Re-read a file; decode it, if that was not done yet. NotAttached."""
    try:
        read = reread(folder, copy.path, pause)
        if read is None:
            return Look(Sight.ABSENT, "it is not there any more")
        if not read.steady:
            why = "it was being written to while it was read"
            return Look(Sight.UNSTEADY, why, size=read.stamp.size)
        if read.sha256 != copy.sha256:
            return Look(Sight.DAMAGED, _difference(copy, read.stamp), size=read.stamp.size)
        return _decoded(folder, copy, read, decoder)
    except NotAttached:
        raise
    except PhotofsError as error:
        return Look(Sight.UNREADABLE, f"it cannot be read: {error.what}")


def _difference(copy: CopyRow, seen: Stamp) -> str:
    """In which way other bytes came there, as far as the disk tells."""
    if agrees(copy.stamp, seen):
        return "bits have turned on its disk: its bytes are others, and nobody wrote them"
    if seen.size < copy.stamp.size:
        return f"it was cut short: {counted(seen.size, 'byte')} of {copy.stamp.size:,}"
    return "it was replaced or changed"


def _decoded(folder: LocalMirror, copy: CopyRow, read: Reread, decoder: Decoder) -> Look:
    """A file with the right bytes: is it a picture at all? Asked until its first proof."""
    right = Look(Sight.RIGHT, stamp=read.stamp, size=read.stamp.size)
    if copy.read_ns is not None:
        return right
    fd = folder.open(copy.path)
    try:
        with mirror_errors(f"decoding {copy.path}"):
            told: Decoded = decoder.decode(fd)
    finally:
        os.close(fd)
    if told.verdict is Verdict.BROKEN:
        return right._replace(sight=Sight.UNDECODABLE, why=UNDECODABLE + told.why)
    return right._replace(unchecked=told.verdict is Verdict.UNCHECKED)
