"""Which kind of export a folder holds, by the names in it; asked before a library is added.

Names are enough: both kinds have parts, folders or files that nothing else is called like. A part
that is damaged still has its name. Both kinds are known here, so that whoever names the wrong one
can be told the right one.
"""

import re
import shlex
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from photofs.model.errors import PhotofsError, Refused
from photofs.providers.archives.member import Content
from photofs.providers.archives.ours import our_folders
from photofs.providers.archives.parts import TGZ, ZIP, Parts, find_parts
from photofs.providers.archives.reading import read_part
from photofs.providers.archives.tgz import TgzParts

MOST_OF_A_ZIP: Final = 5_000
MOST_OF_A_TGZ: Final = 300
"""Steps into a part: a real export shows itself by the first ones. Those of a .tgz are its files,
and each megabyte of them, for it has to be decompressed."""

MOST_PARTS: Final = 100
"""Parts that are opened; the names of the others are looked at, too."""


class Kind(StrEnum):
    """The kinds of export, as `photofs library add` has them."""

    TAKEOUT = "takeout"
    FLICKR_EXPORT = "flickr-export"


class _Signs(NamedTuple):
    """What a kind is called and comes in, and which paths only it has."""

    name: str
    parts: str
    path: re.Pattern[str]


_MEDIA = "jpe?g|png|gif|webp|tiff?|heic|heif|avif|bmp|dng|cr2|nef|arw|mp4|m4v|mov|avi|mpe?g|mkv|3gp"
_SIGNS: Final = {
    Kind.TAKEOUT: _Signs(
        "Google Takeout",
        ".zip or .tgz parts, or an unpacked folder Takeout",
        re.compile(
            r"takeout-\d{8}T\d{6}Z"
            r"|(?:^|/)(?:Takeout|Google (?:Photos|Fotos|Foto)|Photos from \d{4})/"
            rf"|\.(?:{_MEDIA})(?:\.[a-z-]{{0,22}})?(?:\(\d+\))?\.json$",
            re.IGNORECASE,
        ),
    ),
    Kind.FLICKR_EXPORT: _Signs(
        "Flickr export",
        ".zip files of the export, or an unpacked one with its photo_....json files",
        re.compile(
            r"(?:^|/)(?:\d+_[0-9a-f]+_part\d+|data-download-\d+|data_\d+_[0-9a-f]+_\d+)\.zip$"
            r"|(?:^|/)photo_\d+\.json$"
            rf"|(?:^|/|_)\d{{6,}}(?:_[0-9a-f]{{10}})?_o\.(?:{_MEDIA})$",
            re.IGNORECASE,
        ),
    ),
}


def check_kind(path: Path, kind: Kind, own_folders: tuple[Path, ...] = ()) -> None:
    """Refused unless the folder or archive holds such an export; nothing is written.

    `own_folders` are photofs's own, in which no export lies.
    """
    signs = _SIGNS[kind]
    other: Kind | None = None
    paths: list[str] = []
    parts = _parts_of(path, signs, own_folders)
    for found in _paths_in(parts):
        if signs.path.search(found):
            return
        if other is None:
            other = next((one for one, has in _SIGNS.items() if has.path.search(found)), None)
        if not paths:
            paths.append(found)
    if other is not None:
        raise _refused(
            f"{path} holds a {_SIGNS[other].name}, no {signs.name}",
            f"photofs library add {other} {shlex.quote(str(path))}",
        )
    raise _refused(
        f"{path} holds {_found(parts, paths)}, no {signs.name}",
        f"name the folder that holds the {signs.parts}"
        + (f", or: photofs library add folder {shlex.quote(str(path))}" if parts.tree else ""),
    )


def _parts_of(path: Path, signs: _Signs, own_folders: tuple[Path, ...]) -> Parts:
    """What lies there, if it can be an export at all."""
    if path.is_file() and not path.name.lower().endswith(ZIP + TGZ):
        raise _refused(
            f"{path} is a file, and no .zip or .tgz",
            f"name the folder that holds the {signs.parts}",
        )
    try:
        parts = find_parts(path, ours=our_folders(own_folders))
    except PhotofsError as error:
        remedy = error.remedy or "see who may read it: ls -ld, and the folders above it"
        raise _refused(error.what, remedy) from error
    if not parts.archives and not parts.tree and not parts.troubles:
        raise _refused(
            f"{path} is empty, where a {signs.name} was expected",
            f"put the {signs.parts} there, or attach the disk that holds them",
        )
    return parts


def _paths_in(parts: Parts) -> Iterator[str]:
    """All paths: of the parts, of the unpacked tree, then within the parts."""
    yield from (part.path for part in parts.archives)
    yield from (member.path for member in parts.tree)
    tgz_parts = TgzParts()
    try:
        for part in parts.archives[:MOST_PARTS]:
            most = MOST_OF_A_TGZ if part.path.lower().endswith(TGZ) else MOST_OF_A_ZIP
            for one in islice(read_part(parts, part, tgz_parts, largest=0), most):
                if one is not None:
                    yield one.member.path if isinstance(one, Content) else one.path
    finally:
        tgz_parts.close()


def _found(parts: Parts, paths: list[str]) -> str:
    """What is there instead, in a few words."""
    count = len(parts.archives) + len(parts.tree)
    if not count:
        trouble = parts.troubles[0]
        return f"only what cannot be read ({trouble.path}: {trouble.why})"
    return f"{count:,} {'file' if count == 1 else 'files'} such as {paths[0]}"


def _refused(what: str, remedy: str) -> Refused:
    return Refused(what, safe="nothing was added", remedy=remedy)
