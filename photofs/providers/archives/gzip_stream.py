"""The decompressed bytes of a .tgz, forward only, with marks to come back to.

Reaching a byte costs decompressing all before it, from the nearest mark that this process has
passed: about 300 MB a second. A mark is a copy of the decompressor (some 50 KB); there are at most
64 a part, so a 50 GB part is entered at most 800 MB too early once it was read through.
"""

import os
import zlib
from typing import NamedTuple

from photofs.model.errors import Corrupt
from photofs.providers.archives.pread import read_at

_CHUNK = 256 << 10
_MOST_MARKS = 64
_FIRST_SPACING = 8 << 20
_GZIP = 31
"""zlib's window bits for a gzip member with its header and trailer."""


class Spoiled(Corrupt):
    """Damage within an archive that has one checksum for all: no file in it can be trusted.

    Unlike an archive that is merely cut short: what came before the cut is right.
    """


class Mark(NamedTuple):
    """A place to begin anew: positions in the plain and the packed bytes, and the state there."""

    position: int
    packed: int
    state: "zlib._Decompress"


class Marks:
    """The marks of one part, shared by its streams; spread evenly as the part is read on."""

    def __init__(self) -> None:
        """None yet."""
        self._marks: list[Mark] = []
        self._spacing = _FIRST_SPACING

    def due(self, position: int) -> bool:
        """Whether a stream at that position should leave a mark."""
        return position - (self._marks[-1].position if self._marks else 0) >= self._spacing

    def add(self, mark: Mark) -> None:
        """Keep a mark; when there are too many, every second one goes."""
        self._marks.append(mark)
        if len(self._marks) > _MOST_MARKS:
            self._marks = self._marks[1::2]
            self._spacing *= 2

    def before(self, position: int) -> Mark | None:
        """The last mark at or before that position."""
        fitting = [mark for mark in self._marks if mark.position <= position]
        return fitting[-1] if fitting else None


class GzipStream:
    """Decompressed bytes from `position` on; takes over the descriptor."""

    def __init__(self, descriptor: int, marks: Marks, near: int = 0) -> None:
        """Begin at the last mark before `near`, or at the beginning."""
        self._descriptor = descriptor
        self._marks = marks
        mark = marks.before(near)
        self.position = mark.position if mark else 0
        self._packed = mark.packed if mark else 0
        self._state = mark.state.copy() if mark else zlib.decompressobj(_GZIP)
        self._pending = b""

    def read(self, limit: int) -> bytes:
        """Up to `limit` bytes, none only at the end; Corrupt where the part is cut or damaged."""
        try:
            data = self._more(limit)
        except zlib.error as error:
            raise Spoiled(
                "the archive is damaged, so that none of its files can be trusted",
                remedy="download this part again",
            ) from error
        self.position += len(data)
        return data

    def _more(self, limit: int) -> bytes:
        while True:
            if self._state.eof and not self._next_gzip():
                return b""
            source = self._state.unconsumed_tail or self._source()
            data = self._state.decompress(source, limit)
            if data:
                return data
            if not source and not self._state.eof:
                raise Corrupt("the archive is cut short", remedy="download this part again")

    def _source(self) -> bytes:
        """The next packed bytes; before that, with nothing half-used, a mark where one is due."""
        if self._pending:
            data, self._pending = self._pending, b""
            return data
        if self._marks.due(self.position):
            self._marks.add(Mark(self.position, self._packed, self._state.copy()))
        data = read_at(self._descriptor, _CHUNK, self._packed)
        self._packed += len(data)
        return data

    def _next_gzip(self) -> bool:
        """Step to the gzip member that follows; False at the end (padding zeros are no member)."""
        rest = self._state.unused_data.lstrip(b"\0")
        if not rest:
            rest = read_at(self._descriptor, _CHUNK, self._packed)
            self._packed += len(rest)
            rest = rest.lstrip(b"\0")
        if not rest:
            return False
        self._state = zlib.decompressobj(_GZIP)
        self._pending = rest
        return True

    def skip(self, count: int) -> None:
        """Decompress that many bytes and drop them."""
        while count > 0 and (data := self.read(min(count, _CHUNK))):
            count -= len(data)

    def close(self) -> None:
        """Close the part."""
        os.close(self._descriptor)
