"""A zip's central directory: one small tuple a member, refused or damaged members told one by one.

Python's zipfile refuses the whole archive for one bad entry, and keeps an object of some 600 bytes
for each member; a million members are to fit.

Layout by PKWARE's APPNOTE 6.3.10: 4.3.16 end record, 4.3.14 and 4.3.15 zip64, 4.3.12 directory
headers, 4.5.3 zip64 extra field. Only the directory is read; member data stays where it is.
"""

import os
import stat
import struct
from collections.abc import Iterator
from typing import NamedTuple

from photofs.model.errors import Corrupt
from photofs.providers.archives.member import Member, Packing, Trouble
from photofs.providers.archives.pread import read_at
from photofs.providers.archives.safety import name_trouble, size_trouble

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_HEADER = struct.Struct("<4sxB2x2H4x3L3H4x2L")
_LONGEST_COMMENT = 0xFFFF
_MAX32 = 0xFFFFFFFF
_MAX16 = 0xFFFF
_LARGEST_DIRECTORY = 512 << 20
_ENCRYPTED = 0x1 | 0x40
_UTF8 = 0x800
_UNIX = 3
_METHODS = frozenset({Packing.STORED, Packing.DEFLATED})


class _Directory(NamedTuple):
    start: int
    length: int
    entries: int
    shift: int


class _Header(NamedTuple):
    mark: bytes
    system: int
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    name_length: int
    extra_length: int
    comment_length: int
    attributes: int
    at: int


def read_directory(descriptor: int, part: str) -> Iterator[Member | Trouble]:
    """All members by the order of the directory; folders are left out.

    Raises Corrupt where the zip is cut short or its directory is damaged; what was yielded before
    that can still be read.
    """
    length = os.fstat(descriptor).st_size
    directory = _find_directory(descriptor, length)
    data = read_at(descriptor, directory.length, directory.start)
    if len(data) != directory.length:
        raise Corrupt(
            "the zip's directory is cut short",
            safe="nothing was changed",
            remedy="download this part again",
        )
    folders: dict[str, str] = {}
    position = 0
    for _number in range(directory.entries):
        if position + _HEADER.size > len(data):
            raise Corrupt(
                "the zip's directory ends before its last entry",
                safe="nothing was changed",
                remedy="download this part again",
            )
        header = _Header._make(_HEADER.unpack_from(data, position))
        if header.mark != b"PK\1\2":
            raise Corrupt(
                "the zip's directory is damaged",
                safe="nothing was changed",
                remedy="download this part again",
            )
        after = position + _HEADER.size
        end_of_name = after + header.name_length
        end_of_extra = end_of_name + header.extra_length
        position = end_of_extra + header.comment_length
        name = data[after:end_of_name]
        if name[-1:] == b"/":
            continue
        header = _zip64(header, data[end_of_name:end_of_extra])
        yield _member(part, name, header, folders, directory)


def _member(
    part: str, raw_name: bytes, header: _Header, folders: dict[str, str], directory: _Directory
) -> Member | Trouble:
    path = _decoded(raw_name, utf8=bool(header.flags & _UTF8))
    at = header.at + directory.shift
    why = name_trouble(path) or _kind_trouble(header) or size_trouble(header.size, header.packed)
    if why is not None:
        return Trouble(f"{part}/{path}", why, refused=True)
    if at < 0 or at + header.packed > directory.start:
        return Trouble(f"{part}/{path}", "it lies beyond the end of the zip", refused=False)
    folder, _, name = path.rpartition("/")
    folder = folders.setdefault(folder, folder)
    packing = Packing.STORED if header.method == 0 else Packing.DEFLATED
    return Member(part, folder, name, header.size, header.packed, header.crc, packing, at)


def _kind_trouble(header: _Header) -> str | None:
    if header.flags & _ENCRYPTED:
        return "it is encrypted"
    if header.method not in _METHODS:
        return f"it is packed by a method ({header.method}) that cannot be read here"
    mode = stat.S_IFMT(header.attributes >> 16)
    if header.system == _UNIX and mode not in {0, stat.S_IFREG}:
        return "it is a link or a device, no file"
    return None


def _decoded(name: bytes, *, utf8: bool) -> str:
    """By the flag (APPNOTE D.1); unflagged names are UTF-8 from many packers, else cp437.

    Bytes that are no UTF-8 in spite of the flag stay as they are, as those of file names do.
    """
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("utf-8", "surrogateescape") if utf8 else name.decode("cp437")


def _zip64(header: _Header, extra: bytes) -> _Header:
    """With the 64-bit values of those fields that are all ones, in this order (4.5.3)."""
    if _MAX32 not in {header.size, header.packed, header.at}:
        return header
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind == 1:
            body = extra[position + 4 : position + 4 + length]
            values = iter(struct.unpack_from(f"<{len(body) // 8}Q", body))
            size, packed, at = (
                next(values, _MAX32) if field == _MAX32 else field
                for field in (header.size, header.packed, header.at)
            )
            return header._replace(size=size, packed=packed, at=at)
        position += 4 + length
    return header


def _find_directory(descriptor: int, length: int) -> _Directory:
    """Where the directory lies; Corrupt if there is none."""
    tail_length = min(length, _LONGEST_COMMENT + _END.size)
    tail_start = length - tail_length
    tail = read_at(descriptor, tail_length, tail_start)
    found = tail.rfind(b"PK\5\6")
    if found < 0 or len(tail) - found < _END.size:
        raise Corrupt(
            "the zip has no directory at its end: it is cut short or no zip",
            remedy="download this part again",
        )
    _mark, disk, _disk, _here, count, size, start, _comment = _END.unpack_from(tail, found)
    end = tail_start + found
    if disk not in {0, _MAX16}:
        raise Corrupt(
            "the zip is one volume of several",
            safe="nothing was changed",
            remedy="put a zip in one volume there",
        )
    big = _find_zip64(descriptor, end)
    if big is not None:
        end, count, size, start = big
    shift = end - size - start
    if size > _LARGEST_DIRECTORY or size > end or start + shift < 0 or count > size // 46:
        raise Corrupt(
            "the zip's directory does not lie where its end says",
            safe="nothing was changed",
            remedy="download this part again",
        )
    return _Directory(start + shift, size, count, shift)


def _find_zip64(descriptor: int, end: int) -> tuple[int, int, int, int] | None:
    """Where the zip64 end record lies, and its count, size and start; None if there is none."""
    if end < _LOCATOR.size:
        return None
    raw = read_at(descriptor, _LOCATOR.size, end - _LOCATOR.size)
    mark, _disk, _told_at, _disks = _LOCATOR.unpack(raw)
    if mark != b"PK\6\7":
        return None
    at = end - _LOCATOR.size - _END64.size
    raw = read_at(descriptor, _END64.size, at) if at >= 0 else b""
    if len(raw) != _END64.size or raw[:4] != b"PK\6\6":
        raise Corrupt(
            "the zip's 64-bit end record is damaged",
            safe="nothing was changed",
            remedy="download this part again",
        )
    fields = _END64.unpack(raw)
    return at, fields[7], fields[8], fields[9]
