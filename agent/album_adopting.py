"""Albums' folders that are there and that this catalog knows nothing of: which album's they are.

A catalog that is new, or an older one, meets the folders that another one made. Two albums of one
title have one each, `Lima` and `Lima (2)`, and which is whose only what lies in them tells: an
album takes the one that shows most of its photos, and none that shows another's.
"""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from agent.beside_look import read_beside
from agent.mirror_sums import list_of
from photofs.mirrors.claims import read_sums
from photofs.mirrors.folder import LocalMirror
from photofs.model.mirror import AlbumFolders

LOOKED: Final = 10
"""So many numbers are looked at, though one before is free: its album may be gone by now."""

_NAME: Final = re.compile(r"\d{4,} (.+)", re.DOTALL)


class Place(NamedTuple):
    """A folder for an album, and the links in it that are ours by their form: names, targets."""

    path: str
    links: Mapping[str, str]


def find_place(
    folder: LocalMirror, paths: Iterator[str], manner: AlbumFolders, wanted: set[str]
) -> Place:
    """In a thread: where an album is to be shown; `wanted` are its files, or their hashes.

    `paths` are free as far as rows tell, the best first, without end.
    """
    best: tuple[float, Place] | None = None
    free = None
    for number, path in enumerate(paths, 1):
        if folder.is_free(path):
            free = free or path
            if number >= LOOKED:
                break
            continue
        links = dict(_links(folder, path))
        shown = _copies(folder, path) if manner is AlbumFolders.COPIES else set(links.values())
        if not shown:  # a person's, or an empty one: what is in it stays, and ours goes there
            free = free or path
        alike = _alike(wanted, shown)
        if alike and (best is None or alike > best[0]):
            targets = {name: os.path.relpath(file, path) for name, file in links.items()}
            best = alike, Place(path, targets)
    return best[1] if best else Place(free or "", {})


def _alike(wanted: set[str], shown: set[str]) -> float:
    """How much of two albums is one; 0 where less than half of either is in the other."""
    both = len(wanted & shown)
    if not both or both * 2 < min(len(wanted), len(shown)):
        return 0.0
    return both / len(wanted | shown)


def _links(folder: LocalMirror, path: str) -> Iterator[tuple[str, str]]:
    """Names of links as we make them, each with the file of the mirror to which it points."""
    for name in folder.names(path):
        form = _NAME.fullmatch(name)
        target = folder.link_target(f"{path}/{name}") if form else None
        if form is None or target is None:
            continue
        file = os.path.normpath(f"{path}/{target}")
        inside = not file.startswith(("../", "/")) and os.path.relpath(file, path) == target
        if inside and file.rpartition("/")[2] == form[1]:
            yield name, file


def _copies(folder: LocalMirror, path: str) -> set[str]:
    """The hashes of an album's copies, as their own list claims: who is alike is told by that."""
    seen = read_beside(folder, list_of(path))
    data = seen.data if seen is not None else None
    return {sha256 for _name, sha256 in read_sums(data or b"")}
