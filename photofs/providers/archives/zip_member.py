"""The bytes of one member of a zip, in order, from its place in the archive."""

import os
import struct
import zlib

from photofs.model.errors import Corrupt, Gone
from photofs.providers.archives.file_version import changed, version_of
from photofs.providers.archives.member import Member, Packing
from photofs.providers.archives.pread import read_at

_LOCAL = struct.Struct("<4s5H3L2H")
_SIZES_FOLLOW = 8
"""The flag of a local header whose checksum stands behind the data (APPNOTE 4.4.4)."""
_NAME_ROOM = 512
_PACKED_CHUNK = 256 << 10


def small_file(descriptor: int, member: Member) -> bytes:
    """All bytes of a small member, checked by length and CRC; one read in the common case."""
    guess = _LOCAL.size + _NAME_ROOM + member.packed
    raw = read_at(descriptor, guess, member.at)
    begin = _data_begin(raw)
    data = raw[begin : begin + member.packed]
    if len(data) < member.packed:
        data = read_at(descriptor, member.packed, member.at + begin)
    if member.packing is Packing.DEFLATED:
        data = _inflated(data, member.size)
    if len(data) != member.size or zlib.crc32(data) != member.crc:
        raise Corrupt(
            "its bytes are not those that were packed",
            safe="nothing of it was kept",
            remedy="download this part again",
        )
    return data


def _inflated(data: bytes, size: int) -> bytes:
    try:
        return zlib.decompressobj(-15).decompress(data, size + 1)
    except zlib.error as error:
        raise Corrupt(
            "its bytes cannot be decompressed",
            safe="nothing of it was kept",
            remedy="download this part again",
        ) from error


def _data_begin(raw: bytes) -> int:
    """How far the data lies behind the local header's begin (APPNOTE 4.3.7)."""
    if len(raw) < _LOCAL.size or raw[:4] != b"PK\3\4":
        raise Corrupt(
            "the zip has no such member at its place any more",
            safe="nothing of it was kept",
            remedy="download this part again",
        )
    fields = _LOCAL.unpack_from(raw)
    return int(_LOCAL.size + fields[9] + fields[10])


def same_member(descriptor: int, member: Member) -> bool:
    """Whether the zip still has a member of that name, and checksum if told, at that place."""
    raw = read_at(descriptor, _LOCAL.size, member.at) if member.at >= 0 else b""
    if len(raw) < _LOCAL.size or raw[:4] != b"PK\3\4":
        return False
    fields = _LOCAL.unpack(raw)
    if not fields[2] & _SIZES_FOLLOW and fields[6] not in {0, member.crc}:
        return False
    name = read_at(descriptor, fields[9], member.at + _LOCAL.size)
    return member.path in {name.decode("utf-8", "surrogateescape"), name.decode("cp437")}


class ZipMemberReader:
    """A MemberReader; takes over the descriptor if it is made. Stops at the declared size.

    The checksum tells at the end whether a whole member was right; that parts of two versions of
    the zip never come together, the version sees to: by length and mtime, for who links or backs
    up a part of 50 GB must not break off what is read from it.
    """

    def __init__(self, descriptor: int, member: Member) -> None:
        """Stand at the member's first byte; Gone if the zip has no such member there."""
        self._descriptor = descriptor
        self._opened = version_of(descriptor)[:2]
        self.validator: str | None = "zip:{}:{}:{}".format(*self._opened, member.crc)
        if not same_member(descriptor, member):
            raise Gone("the zip does not hold this file any more", remedy="run photofs scan")
        head = read_at(descriptor, _LOCAL.size, member.at)
        self._next = member.at + _data_begin(head)
        self._packed_left = member.packed
        self._left = member.size
        deflated = member.packing is Packing.DEFLATED
        self._inflater = zlib.decompressobj(-15) if deflated else None

    def read(self, limit: int) -> bytes:
        """The next bytes; Corrupt if they end before the declared size or cannot be unpacked.

        Gone if the zip was written to since.
        """
        want = min(limit, self._left)
        if want == 0:
            return b""
        data = self._packed(want) if self._inflater is None else self._inflate(want)
        if version_of(self._descriptor)[:2] != self._opened:
            raise changed()
        if not data:
            raise Corrupt("the file ends before its declared size", remedy="fetch this part again")
        self._left -= len(data)
        return data

    def _packed(self, limit: int) -> bytes:
        data = read_at(self._descriptor, min(limit, self._packed_left), self._next)
        self._next += len(data)
        self._packed_left -= len(data)
        return data

    def _inflate(self, limit: int) -> bytes:
        inflater = self._inflater
        assert inflater is not None  # noqa: S101 - read() asked
        try:
            while not inflater.eof:
                source = inflater.unconsumed_tail or self._packed(_PACKED_CHUNK)
                data = inflater.decompress(source, limit)
                if data or not source:
                    return data
        except zlib.error as error:
            raise Corrupt(
                "its bytes cannot be decompressed",
                safe="nothing of it was kept",
                remedy="download this part again",
            ) from error
        return b""

    def skip(self, count: int) -> None:
        """Stored members are stepped over; deflated ones have to be unpacked up to there."""
        if self._inflater is None:
            step = min(count, self._left)
            self._next += step
            self._packed_left -= step
            self._left -= step
            return
        while count > 0 and (data := self.read(min(count, _PACKED_CHUNK))):
            count -= len(data)

    def close(self) -> None:
        """Close the zip."""
        os.close(self._descriptor)
