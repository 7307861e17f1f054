"""Files in a mirror that photofs did not put there, or that a person has moved: told, and left."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from photofs.catalog.mirrored import CopyRow
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.opening import OF_THE_DISK
from photofs.model.errors import PhotofsError
from photofs.model.mirror import ALBUMS_FOLDER, DAMAGED_FOLDER, SUMS_NAME, CopyState
from photofs.model.naming import fold

TOLD: Final = 20
"""So many are told by name."""

_OURS: Final = frozenset({SUMS_NAME, "albums.json"})
_SIDECAR: Final = ".xmp"


@dataclass
class Strays:
    """`moved`: where a file was, and where its bytes are now. `set_aside`: files in Damaged."""

    unknown: int = 0
    such_as: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    set_aside: int = 0


def find_strays(
    folder: LocalMirror, known: set[str], lost: Mapping[str, tuple[int, str]]
) -> Strays:
    """In a thread: walk the mirror. `known`: paths folded; `lost`: by hash, size and path."""
    strays = Strays()
    sizes = {size for size, _path in lost.values()}
    for path in files_below(folder):
        if path.startswith(f"{DAMAGED_FOLDER}/"):
            strays.set_aside += 1
            continue
        if _is_ours(path, known):
            continue
        stamp = folder.stamp(path)
        if stamp is None or _goes_along(folder, path):
            continue
        sha256 = hash_if_readable(folder, path) if stamp.size in sizes else ""
        if sha256 in lost:
            strays.moved.append((lost[sha256][1], path))
            continue
        strays.unknown += 1
        if len(strays.such_as) < TOLD:
            strays.such_as.append(path)
    return strays


def lost_of(bad: Sequence[CopyRow]) -> dict[str, tuple[int, str]]:
    """What to look for: by hash, size and path of files that are missing or wrong."""
    return {
        copy.sha256: (copy.stamp.size, copy.path)
        for copy in bad
        if copy.state in {CopyState.ABSENT, CopyState.DAMAGED}
    }


def hash_if_readable(folder: LocalMirror, path: str) -> str:
    """A file's hash; none if it cannot be read, which is no matter of ours."""
    try:
        return folder.hash(path)
    except PhotofsError:
        return ""


def _is_ours(path: str, known: set[str]) -> bool:
    """Whether photofs has a row of it, or makes it beside photos."""
    name = path.rpartition("/")[2]
    own = path.removesuffix(_SIDECAR) if path.endswith(_SIDECAR) else path
    return fold(path) in known or path in known or fold(own) in known or name in _OURS


def _goes_along(folder: LocalMirror, path: str) -> bool:
    """Whether it is the sidecar of a picture beside it, which is told of."""
    return path.endswith(_SIDECAR) and folder.stamp(path.removesuffix(_SIDECAR)) is not None


def files_below(folder: LocalMirror, begin: str = "") -> Iterator[str]:
    """All files that show, in the mirror but for albums' folders, or below one folder of it."""
    waiting = [begin]
    while waiting:
        above = waiting.pop()
        for name in folder.names(above):
            path = f"{above}/{name}" if above else name
            if name.startswith(".") or (not above and name in OF_THE_DISK | {ALBUMS_FOLDER}):
                continue
            if folder.is_folder(path):
                waiting.append(path)
            else:
                yield path
