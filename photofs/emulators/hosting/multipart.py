"""multipart/form-data as uploads send it (RFC 7578), read strictly."""

import re
from dataclasses import dataclass
from email.message import Message

_NAME = re.compile(r'(?:^|;)\s*name="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FILE = re.compile(r'(?:^|;)\s*filename="', re.IGNORECASE)


@dataclass(frozen=True)
class Parts:
    """The fields in order, and the files by field name."""

    fields: list[tuple[str, str]]
    files: dict[str, bytes]


def read_multipart(content_type: str, body: bytes) -> Parts | None:
    """The parts, None if this is no multipart body or it is broken off."""
    boundary = _boundary(content_type)
    if boundary is None:
        return None
    mark = b"--" + boundary
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if not pieces[1:] or not pieces[-1].startswith(b"--"):
        return None
    parts = Parts([], {})
    for piece in pieces[1:-1]:
        if not _add(parts, piece):
            return None
    return parts


def _boundary(content_type: str) -> bytes | None:
    message = Message()
    message["Content-Type"] = content_type
    if message.get_content_type() != "multipart/form-data":
        return None
    boundary = message.get_boundary()
    return boundary.encode() if boundary else None


def _add(parts: Parts, piece: bytes) -> bool:
    head, blank, data = piece.partition(b"\r\n\r\n")
    found = re.search(rb"content-disposition:\s*form-data([^\r\n]*)", head, re.IGNORECASE)
    if not blank or not found:
        return False
    disposition = found.group(1).decode("utf-8", "replace")
    name = _NAME.search(disposition)
    if not name:
        return False
    if _FILE.search(disposition) or name.group(1) == "photo":
        parts.files[name.group(1)] = data
    else:
        parts.fields.append((name.group(1), data.decode("utf-8", "replace")))
    return True
