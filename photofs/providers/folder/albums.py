"""Albums of a folder: a mirror's as its list tells them, else folders of links or of pictures.

In a plain folder each folder that holds pictures is an album, but for the root and for folders that
only sort by date; "Peru/Lima" becomes "Peru / Lima", which the tree shows as Lima in Peru.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Final

from photofs.model.mirror import VANISHED_FOLDER
from photofs.model.observation import AlbumSeen, CollectionSeen
from photofs.providers.archives.plain import clean
from photofs.providers.folder.mirror_list import ALBUM_FOLDER, MirrorList
from photofs.providers.folder.telling import id_of
from photofs.providers.folder.tree import Tree

_DATE: Final = re.compile(
    rf"\d{{4}}(?:[-_. ]?\d{{2}}){{0,2}}|\d{{1,2}}|Unknown|{VANISHED_FOLDER}", re.IGNORECASE
)
"""Names of folders that sort by date, or of those where a mirror puts what has none."""


def albums_of(
    tree: Tree, listed: MirrorList, told: Collection[str], now_ns: int, *, is_mirror: bool
) -> Iterator[AlbumSeen | CollectionSeen]:
    """The albums; `told` are the paths of all photos, in order."""
    if listed.told is not None:
        yield from _listed(listed, set(told))
        return
    known = set(told)
    members: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for folder, links in tree.links.items():
        members[folder] += [(name, led) for name, led in links if led in known]
    if not is_mirror:
        for path in told:
            folder, _, name = path.rpartition("/")
            if folder and not _DATE.fullmatch(folder.rpartition("/")[2]):
                members[folder].append((name, path))
    filled = sorted(folder for folder, each in members.items() if each and folder)
    for position, folder in enumerate(filled):
        shown = folder.removeprefix(ALBUM_FOLDER)
        yield AlbumSeen(
            remote_id=id_of(folder),
            title=" / ".join(clean(shown).split("/")),
            members=tuple(dict.fromkeys(id_of(path) for _name, path in sorted(members[folder]))),
            as_of_ns=now_ns,
            position=position,
            members_complete=tree.whole,
        )


def _listed(listed: MirrorList, known: set[str]) -> Iterator[AlbumSeen | CollectionSeen]:
    """As the mirror's list has them."""
    if listed.told is None:
        return
    ids: set[str] = set()
    for position, album in enumerate(listed.told.albums):
        remote_id = f"album {album.id or album.title}"
        if remote_id in ids:
            remote_id = f"{remote_id} {position}"
        ids.add(remote_id)
        paths = [listed.path(file) for file in album.files]
        here = [path for path in paths if path is not None and path in known]
        yield AlbumSeen(
            remote_id=remote_id,
            title=clean(album.title),
            members=tuple(dict.fromkeys(map(id_of, here))),
            as_of_ns=listed.at_ns,
            description=clean(album.description) or None,
            position=position,
            members_complete=len(here) == len(paths),
        )
    shelves = {shelf.id for shelf in listed.told.collections}
    for position, shelf in enumerate(listed.told.collections):
        if shelf.id not in shelves:
            continue
        shelves.discard(shelf.id)  # a second one of the same id is none
        yield CollectionSeen(
            remote_id=shelf.id,
            title=clean(shelf.title),
            parent=shelf.parent or None,
            albums=tuple(f"album {each}" for each in shelf.albums if f"album {each}" in ids),
            position=position,
        )
