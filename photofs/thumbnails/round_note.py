"""What the agent notes of its filling for `photofs thumbnails status`, in a small file.

For people alone, and not synced: a crash loses it, and harms nothing.
"""

import os
from contextlib import suppress
from pathlib import Path

import msgspec


class RoundNote(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the last round.

    `trouble`: why nothing can be made just now; `off`: why nothing is made at all; `away`: photos
    of the folders that were gone through of which nothing could be had to make a thumbnail of.
    """

    trouble: str = ""
    off: str = ""
    away: int = 0


def write_note(path: Path, note: RoundNote) -> None:
    """Put it there; where the disk takes no notes, there is none."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        beside.write_bytes(msgspec.json.encode(note))
        beside.rename(path)


def read_note(path: Path) -> RoundNote:
    """What was noted last; nothing if that cannot be read."""
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(path.read_bytes(), type=RoundNote)
    return RoundNote()
