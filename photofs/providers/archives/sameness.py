"""Which files of an unpacked tree have the same bytes, where name and length are the same.

Cameras begin their numbers anew and write raw files of one length, so that two photos of two years
can agree in both. An archive tells a checksum of each file; here such files, and they alone, are
read for theirs, which is noted for the next scan.
"""

import os
import zlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from photofs.model.errors import PhotofsError
from photofs.providers.archives.member import Member
from photofs.providers.archives.parts import open_below
from photofs.providers.archives.pread import read_at
from photofs.providers.archives.told import Note

NOTED: Final = "checksums"
"""The key in SmallState: by path, the length, the mtime in nanoseconds, and the CRC-32."""

_CHUNK = 1 << 20


class Sameness:
    """Tells members of an unpacked tree apart."""

    def __init__(self, root: Path, tree: Iterable[Member], noted: object) -> None:
        """`noted` is what the last scan's note says; whatever else it is counts as nothing."""
        self._root = root
        self._noted = noted if isinstance(noted, dict) else {}
        self._known: dict[str, list[int]] = {}
        alike: dict[tuple[str, int], list[Member]] = defaultdict(list)
        for member in tree:
            if member.size:
                alike[member.name, member.size].append(member)
        self._alike = {key: min(found) for key, found in alike.items() if len(found) > 1}

    def mark(self, member: Member) -> str:
        """Equal for equal bytes, among members of one name and length.

        "" for the first of them by path, and so for nearly all: their ids stay what they were
        when another file of that name and length comes. A file that cannot be read is like none.
        """
        if member.crc is not None:
            return f"{member.crc:08x}"
        first = self._alike.get((member.name, member.size))
        if first is None or first == member:
            return ""
        crc, other = self.crc(member), self.crc(first)
        if crc is None:
            return member.path
        return "" if crc == other else f"{crc:08x}"

    def note(self) -> Note:
        """What was found out, for the next scan."""
        return Note(NOTED, self._known)

    def crc(self, member: Member) -> int | None:
        """As the archive tells it, else by reading; None where the file cannot be read."""
        if member.crc is not None:
            return member.crc
        key = member.path.encode("utf-8", "surrogateescape").hex()
        known = self._known.get(key) or self._noted.get(key)
        told = [member.size, member.at]
        if not isinstance(known, list) or known[:2] != told or not isinstance(known[-1], int):
            try:
                known = [*told, self._read(member)]
            except (PhotofsError, OSError):
                return None
        self._known[key] = known
        return int(known[-1])

    def _read(self, member: Member) -> int:
        descriptor = open_below(self._root, member.path)
        crc = at = 0
        try:
            while data := read_at(descriptor, _CHUNK, at):
                crc = zlib.crc32(data, crc)
                at += len(data)
        finally:
            os.close(descriptor)
        return crc
