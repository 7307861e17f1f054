"""A .tgz part: one pass lists its members, and a stream is kept near where the last read ended.

The tar format is read block by block (POSIX pax, ustar, GNU long names) with Python's own header
parser, so that the lengths of all that goes to memory are capped.
"""

import os
import tarfile
import zlib
from collections.abc import Generator, Iterator
from typing import NamedTuple

from photofs.model.errors import Corrupt
from photofs.providers.archives.gzip_stream import GzipStream, Marks, Spoiled
from photofs.providers.archives.member import SMALL_FILE, Content, Member, Packing, Trouble, wanted
from photofs.providers.archives.safety import name_trouble, size_trouble

_BLOCK = 512
_CHUNK = 1 << 20
_DIGITS = 18
"""Of a number in a pax header; int() refuses more than 4,300 with a ValueError."""
_FILES = frozenset({tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE})
_WITHOUT_DATA = frozenset(
    {tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE}
)
_LONG_NAME = tarfile.GNUTYPE_LONGNAME
_NAME_TYPES = frozenset({_LONG_NAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE})


def read_tgz(
    stream: GzipStream, part: str, largest: int = SMALL_FILE
) -> Iterator[Content | Trouble | None]:
    """All files of the archive in one pass, each with its CRC; None now and then, to breathe.

    Raises Corrupt where the archive is cut short: what was yielded before that stands; and Spoiled
    where it is damaged: then none of it does.
    """
    long_name: str | None = None
    long_size: int | None = None
    while (header := _header(stream)) is not None:
        if header.type in _NAME_TYPES:
            name, size = _names(stream, header)
            long_name, long_size = name or long_name, size if size is not None else long_size
            continue
        path = long_name or header.name
        size = header.size if long_size is None else long_size
        long_name = long_size = None
        yield from _member(stream, _Place(part, path, largest), header, size)
    _check_end(stream)


class _Place(NamedTuple):
    part: str
    path: str
    largest: int


def _member(
    stream: GzipStream, place: _Place, header: tarfile.TarInfo, size: int
) -> Iterator[Content | Trouble | None]:
    at = stream.position
    part, path = place.part, place.path
    if header.type == tarfile.DIRTYPE:
        return
    why = name_trouble(path) or size_trouble(size, size)
    if why is None and header.type not in _FILES:
        why = "it is a link or a device, no file"
    if why is not None:
        yield Trouble(f"{part}/{path}", why, refused=True)
        if header.type not in _WITHOUT_DATA:
            yield from _passed(stream, size)
            stream.skip(-max(size, 0) % _BLOCK)
        return
    folder, _, name = path.rpartition("/")
    data = None
    if wanted(name) and size <= place.largest:
        data = _exactly(stream, size)
        crc = zlib.crc32(data)
    else:
        crc = yield from _passed(stream, size)
    stream.skip(-size % _BLOCK)
    yield Content(Member(part, folder, name, size, size, crc, Packing.TAR, at), data)


def _passed(stream: GzipStream, size: int) -> Generator[None, None, int]:
    """Read over a member's bytes; their CRC is returned."""
    crc = 0
    while size > 0:
        data = stream.read(min(size, _CHUNK))
        if not data:
            raise Corrupt("the archive is cut short", remedy="download this part again")
        crc = zlib.crc32(data, crc)
        size -= len(data)
        yield None
    return crc


def _header(stream: GzipStream) -> tarfile.TarInfo | None:
    """The next header; None at the archive's end (a block of zeros, or no more bytes)."""
    block = _exactly(stream, _BLOCK, or_none=True)
    if not block.strip(b"\0"):
        return None
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "replace")
    except tarfile.HeaderError as error:
        raise Spoiled(
            "the archive is damaged: no file header where one should be",
            remedy="download this part again",
        ) from error


def _names(stream: GzipStream, header: tarfile.TarInfo) -> tuple[str | None, int | None]:
    """A long path, and a size, that hold for the next file; (None, None) for other headers."""
    if not 0 <= header.size <= SMALL_FILE:
        raise Spoiled(
            "the archive is damaged: a file name of no possible length",
            safe="nothing was changed",
            remedy="download this part again",
        )
    data = _exactly(stream, header.size)
    stream.skip(-header.size % _BLOCK)
    if header.type == _LONG_NAME:
        return data.rstrip(b"\0").decode("utf-8", "replace"), None
    if header.type != tarfile.XHDTYPE:
        return None, None
    records = _pax(data)
    size = records.get("size", "")
    return records.get("path"), int(size) if size.isdecimal() and len(size) <= _DIGITS else None


def _pax(data: bytes) -> dict[str, str]:
    """The records of a pax header: length, space, key=value, line feed."""
    records = {}
    while data:
        length, space, _rest = data.partition(b" ")
        honest = space and length.isdigit() and len(length) <= _DIGITS
        if not honest or not len(length) < int(length) <= len(data):
            raise Spoiled(
                "the archive is damaged: a broken extended header",
                safe="nothing was changed",
                remedy="download this part again",
            )
        record = data[len(length) + 1 : int(length) - 1]
        key, _, value = record.partition(b"=")
        records[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        data = data[int(length) :]
    return records


def _exactly(stream: GzipStream, size: int, *, or_none: bool = False) -> bytes:
    data = b""
    while len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            break
        data += more
    if len(data) != size and not (or_none and not data):
        raise Corrupt("the archive is cut short", remedy="download this part again")
    return data


def _check_end(stream: GzipStream) -> None:
    """Nothing but zeros may follow the end mark: else a damaged header hid the rest."""
    while data := stream.read(_CHUNK):
        if data.strip(b"\0"):
            raise Spoiled(
                "the archive is damaged: it has more data behind its end mark",
                safe="nothing was changed",
                remedy="download this part again",
            )


class TgzParts:
    """Streams into tgz parts, handed from one reader to the next where that saves work."""

    def __init__(self) -> None:
        """Nothing read yet."""
        self._marks: dict[tuple[str, int, int], Marks] = {}
        self._idle: dict[tuple[str, int, int], GzipStream] = {}

    def marks(self, key: tuple[str, int, int]) -> Marks:
        """The marks of a part as it is now (path, size, mtime)."""
        return self._marks.setdefault(key, Marks())

    def open(self, descriptor: int, path: str, at: int) -> "TarMemberStream":
        """A stream standing at `at`; takes over the descriptor."""
        status = os.fstat(descriptor)
        key = (path, status.st_size, status.st_mtime_ns)
        mark = self.marks(key).before(at)
        idle = self._idle.pop(key, None)
        if idle and (mark.position if mark else 0) <= idle.position <= at:
            os.close(descriptor)
            return TarMemberStream(self, key, idle, at)
        if idle:
            idle.close()
        return TarMemberStream(self, key, GzipStream(descriptor, self.marks(key), near=at), at)

    def give_back(self, key: tuple[str, int, int], stream: GzipStream) -> None:
        """Keep the stream for whoever reads on; one a part."""
        former = self._idle.pop(key, None)
        if former is not None:
            former.close()
        self._idle[key] = stream

    def close(self) -> None:
        """Close all idle streams."""
        for stream in self._idle.values():
            stream.close()
        self._idle.clear()


class TarMemberStream:
    """A stream in use, and the way back for it."""

    def __init__(
        self, home: TgzParts, key: tuple[str, int, int], stream: GzipStream, at: int
    ) -> None:
        """The stream may still stand before `at`; reading goes there first."""
        self._home = home
        self._key = key
        self.version = f"tgz:{key[1]}:{key[2]}:{at}"
        self._at = at
        self.stream = stream

    def advance(self) -> None:
        """Go to the member's first byte."""
        self.stream.skip(self._at - self.stream.position)

    def close(self) -> None:
        """Give the stream back."""
        self._home.give_back(self._key, self.stream)


class TarMemberReader:
    """A MemberReader over a tgz part's stream."""

    def __init__(self, source: TarMemberStream, member: Member) -> None:
        """The member's bytes begin where the source will stand after `advance`."""
        self._source = source
        self.validator: str | None = source.version
        self._left = member.size
        self._there = False

    def read(self, limit: int) -> bytes:
        """The next bytes; Corrupt where the part is damaged."""
        self._go()
        want = min(limit, self._left)
        if want == 0:
            return b""
        data = self._source.stream.read(want)
        if not data:
            raise Corrupt("the archive is cut short", remedy="download this part again")
        self._left -= len(data)
        return data

    def _go(self) -> None:
        if not self._there:
            self._source.advance()
            self._there = True

    def skip(self, count: int) -> None:
        """Decompress that many bytes and drop them."""
        self._go()
        step = min(count, self._left)
        self._source.stream.skip(step)
        self._left -= step

    def close(self) -> None:
        """Give the stream back, wherever it stands."""
        self._source.close()
