"""The texts in front of a PNG's pixels (PNG 11.3.4.3 `tEXt`); the rest of it is not looked at.

The folder is shared with other programs: nothing there is believed to be a PNG, or short.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
HEAD: Final = 64 << 10
"""So many first bytes are looked at: a URI has 12 kB at the most."""

_HEADER: Final = len(SIGNATURE) + 25
"""Bytes up to the end of the first chunk, IHDR (PNG 11.2.2)."""

_FRAME: Final = struct.Struct(">I4s")
_CHECKSUM: Final = 4


def texts_in(head: bytes) -> dict[str, str]:
    """The keywords with their texts (Latin-1); none if it is no PNG."""
    found = {}
    for kind, body in _chunks(head):
        if kind == b"tEXt":
            keyword, _, text = body.partition(b"\0")
            found[keyword.decode("latin-1")] = text.decode("latin-1")
    return found


def labelled(png: bytes, texts: Mapping[str, str]) -> bytes:
    """A PNG with these texts in front of its pixels; ASCII alone, as URIs and numbers are."""
    chunks = [
        _chunk(b"tEXt", f"{keyword}\0{text}".encode("ascii")) for keyword, text in texts.items()
    ]
    return b"".join((png[:_HEADER], *chunks, png[_HEADER:]))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return _FRAME.pack(len(body), kind) + body + zlib.crc32(kind + body).to_bytes(4, "big")


def _chunks(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk that is whole in these bytes, before the pixels."""
    if not head.startswith(SIGNATURE):
        return
    at = len(SIGNATURE)
    while at + _FRAME.size <= len(head):
        length, kind = _FRAME.unpack_from(head, at)
        at += _FRAME.size
        if kind == b"IDAT" or at + length > len(head):
            return
        yield kind, head[at : at + length]
        at += length + _CHECKSUM
