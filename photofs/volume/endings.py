"""Whether a file ends as a whole one of its format does. Pure: bytes in, no I/O."""

LOOKED_AT = 64
"""Bytes of the beginning and of the end that are enough to tell."""

_ENDINGS = (
    (b"\xff\xd8\xff", b"\xff\xd9"),
    (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    (b"GIF8", b"\x3b"),
)


def ends_well(head: bytes, tail: bytes, size: int) -> bool:
    """True only if the file is certainly not cut short; False where its bytes do not tell."""
    if head[:4] == b"RIFF":
        return int.from_bytes(head[4:8], "little") + 8 == size
    return any(head.startswith(first) and tail.endswith(last) for first, last in _ENDINGS)
