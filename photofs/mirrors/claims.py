"""What a mirror's own lists of hashes claim: so a new catalog knows its files again.

They are claims, not proofs: each file is taken for suspect until it was re-read.
"""

import os
import re
from collections.abc import Iterator
from typing import Final

from photofs.mirrors.disk_words import mirror_errors
from photofs.mirrors.folder import LocalMirror
from photofs.model.mirror import ALBUMS_FOLDER, SUMS_NAME, Stamp

_LINE: Final = re.compile(r"(\\?)([0-9a-f]{64}) [ *]([^/\n]+)")
_MOST: Final = 64 << 20
"""Bytes of a list: 100 for each of 600,000 files in one folder."""


def claimed_files(mirror: LocalMirror) -> Iterator[tuple[str, str, Stamp]]:
    """Path, hash and stamp of each file that a list names and that is there."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        names = mirror.names(folder)
        waiting += [
            path
            for path in _below(folder, names)
            if mirror.is_folder(path) and path != ALBUMS_FOLDER
        ]
        if SUMS_NAME in names:
            for name, sha256 in _list(mirror, _joined(folder, SUMS_NAME)):
                stamp = mirror.stamp(_joined(folder, name))
                if stamp is not None:
                    yield _joined(folder, name), sha256, stamp


def _list(mirror: LocalMirror, path: str) -> Iterator[tuple[str, str]]:
    """Name and hash by each line that can be read."""
    fd = mirror.open(path)
    with os.fdopen(fd, "rb") as file, mirror_errors(f"reading {path}"):
        yield from read_sums(file.read(_MOST))


def read_sums(data: bytes) -> Iterator[tuple[str, str]]:
    """Name and hash by each line of a list that can be read."""
    for line in data.decode("utf-8", "replace").splitlines():
        found = _LINE.fullmatch(line)
        if found and found[3] not in {".", ".."}:
            name = found[3].replace("\\\\", "\\") if found[1] else found[3]
            yield name, found[2]


def _below(folder: str, names: list[str]) -> list[str]:
    return [_joined(folder, name) for name in names if not name.startswith(".")]


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
