"""Albums of a mirror: a folder each, with links (or copies) named so that they sort in album order.

What a folder was last made to show is in the catalog, so an album that did not change costs no look
at the disk. Only what was made here is ever removed: a link that points elsewhere by now, or a copy
that was changed, stays.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Final

import trio

from agent.album_adopting import find_place
from agent.mirror_aside import clear_way, set_aside_damaged
from agent.mirror_plan import fit_windows
from agent.mirror_removing import Removing
from agent.mirror_sums import list_of, listed
from agent.mirror_work import Work, numbered
from photofs.catalog.mirrors import WRONG, AlbumFolder, is_wrong_note
from photofs.model.errors import BadName, Corrupt, Exists, NotFolder, NotFound
from photofs.model.mirror import ALBUMS_FOLDER, AlbumFolders, Stamp
from photofs.model.naming import album_path, fold

WIDTH: Final = 4
"""Digits before a name, at least: 0001 to 9999 sort as text."""

NOTHING: Final = Stamp(0, 0, 0, 0)
"""What the disk tells of no file."""

Placed = Mapping[int, tuple[str, str]]
"""Where each photo lies in the mirror, and its SHA-256."""


async def show_albums(work: Work) -> None:
    """Bring all album folders up to date."""
    linked = work.row.albums is AlbumFolders.LINKS
    if work.row.albums is AlbumFolders.NONE or (linked and not work.folder.traits.symlinks):
        return  # a mirror that was moved to a disk without links does without
    placed = work.catalog.current_paths(work.mirror_id)
    wanted = work.catalog.albums_to_show(work.row.library_id)
    folders = work.catalog.album_folders(work.mirror_id)
    for album, folder in folders.items():
        if album not in wanted and not await _clear(work, folder):
            work.catalog.forget_album_folder(work.mirror_id, album)
    left = work.catalog.album_folders(work.mirror_id)
    taken = {fold(folder.path): album for album, folder in left.items()}
    for album, (title, photos) in wanted.items():
        known = folders.get(album)
        if known is None:
            files = [placed[photo] for photo in photos if photo in placed]
            known = await _adopted(work, title, album, taken, files)
        path = _path_for(work, title, album, taken, known)
        shown = _key(path, [(photo, placed[photo]) for photo in photos if photo in placed])
        if known.shown == shown:
            await trio.lowlevel.checkpoint()
            continue
        links = dict(_links(photos, placed))
        try:
            await _show(work, known, AlbumFolder(album, path, shown, {}), links)
        except NotFolder as error:
            work.tally.failed.append(f"{path}: {error.what}")


async def _adopted(
    work: Work, title: str, album: int, taken: dict[str, int], files: list[tuple[str, str]]
) -> AlbumFolder:
    """A folder for an album that had none: one that another catalog made for it, if there is."""
    copies = work.row.albums is AlbumFolders.COPIES
    wanted = {sha256 if copies else path for path, sha256 in files}
    paths = (path for path in _paths(work, title) if taken.get(fold(path), album) == album)
    finding = partial(find_place, work.folder, paths, work.row.albums, wanted)
    place = await work.disk.ask(finding)
    taken[fold(place.path)] = album
    return AlbumFolder(album, place.path, "", place.links)


def _paths(work: Work, title: str) -> Iterator[str]:
    """Where an album of that title may be shown, the best first."""
    names = album_path(title)
    if work.folder.traits.windows_names:
        names = tuple(fit_windows(name) for name in names)
    return numbered("/".join((ALBUMS_FOLDER, *names)))


def _path_for(work: Work, title: str, album: int, taken: dict[str, int], known: AlbumFolder) -> str:
    """The folder of an album: what it has, while its title stays; else one that no other has."""
    paths = _paths(work, title)
    wished = next(paths)
    if _is_numbered(known.path, wished):
        return known.path
    for path in chain([wished], paths):
        if taken.get(fold(path), album) == album:
            taken[fold(path)] = album
            return path
    raise AssertionError("there is always another number")


def _is_numbered(path: str, wished: str) -> bool:
    """Whether a path is the wished one, perhaps with a number."""
    return path == wished or (path.startswith(f"{wished} (") and path.endswith(")"))


def _links(photos: list[int], placed: Placed) -> Iterator[tuple[str, tuple[str, str]]]:
    """The names in an album's folder, each with the file that it stands for and its hash."""
    width = max(WIDTH, len(str(len(photos))))
    for number, photo in enumerate(photos, 1):
        if photo in placed:
            path, sha256 = placed[photo]
            yield f"{number:0{width}} {path.rpartition('/')[2]}", (path, sha256)


def _key(path: str, shown: list[tuple[int, tuple[str, str]]]) -> str:
    """Stands for all that a folder shows: 80,000 members in a tenth of a second."""
    return hashlib.blake2b(repr((path, shown)).encode(), digest_size=16).hexdigest()


async def _show(
    work: Work, known: AlbumFolder, new: AlbumFolder, links: Mapping[str, tuple[str, str]]
) -> None:
    """Make a folder show an album; what a killed run made of it is known, and made use of."""
    files = dict(known.files)
    if known.path != new.path:
        files = await _clear(work, known)
        new = new._replace(path=known.path if files else new.path)
    begun: dict[str, object] = {}
    if work.row.albums is AlbumFolders.LINKS:
        begun = {name: _target(new.path, path) for name, (path, _) in links.items()}
    work.catalog.set_album_folder(work.mirror_id, new._replace(shown="", files={**begun, **files}))
    removing = Removing(work, files.values())
    made = await work.disk.ask(partial(_make, work, removing, new.path, files, links))
    removing.tell()
    whole = not removing.kept and not any(map(is_wrong_note, made.values()))
    shown = new.shown if whole else ""  # else the next run tries again
    work.catalog.set_album_folder(work.mirror_id, new._replace(shown=shown, files=made))
    work.catalog.note_right_beside(work.mirror_id, [list_of(new.path)])


def _target(folder: str, path: str) -> str:
    """A file as seen from a folder, both below the root."""
    return os.path.relpath(path, folder)


def _make(
    work: Work,
    removing: Removing,
    folder: str,
    files: Mapping[str, object],
    links: Mapping[str, tuple[str, str]],
) -> dict[str, object]:
    """In a thread: what is wrong goes, what lacks comes; what is there of ours now."""
    made: dict[str, object] = {}
    for name, told in files.items():
        path = f"{folder}/{name}"
        note = _without_wrong(work, path, told)
        fits = name in links and _fits(work, folder, note, links[name])
        free = work.folder.is_free(path) if fits or is_wrong_note(note) else False
        if is_wrong_note(note):
            if not free:
                set_aside_damaged(work, path)
        elif (fits and not free) or not removing.remove(path, note):
            made[name] = note
    for name, link in links.items():
        if name not in made:
            try:
                note = _add(work, f"{folder}/{name}", link)
            except Corrupt:  # of the mirror's own file: verifying tells of it, and repairing mends
                note = [WRONG + link[1], *NOTHING]
            if note is not None:
                made[name] = note
    _list(work, folder, made)
    if made:
        work.folder.sync(folder)
    else:
        work.folder.tidy(folder)
    return made


def _without_wrong(work: Work, path: str, note: object) -> object:
    """What is noted, of a link that was found wrong and is right by now without that."""
    if isinstance(note, str) and work.folder.link_target(path) == note.removeprefix(WRONG):
        return note.removeprefix(WRONG)
    return note


def _list(work: Work, folder: str, made: Mapping[str, object]) -> None:
    """The folder's list of hashes, if it holds copies."""
    path = list_of(folder)
    hashes = AlbumFolder(0, folder, "", made).hashes
    if hashes:
        clear_way(work, path)
        work.folder.put(path, listed(hashes).encode())
    elif work.row.albums is AlbumFolders.COPIES:
        clear_way(work, path)
        work.folder.remove_own(path)


def _fits(work: Work, folder: str, note: object, link: tuple[str, str]) -> bool:
    """Whether what is noted stands for that file."""
    if work.row.albums is AlbumFolders.LINKS:
        return note == _target(folder, link[0])
    return isinstance(note, list) and note[0] == link[1]


def _add(work: Work, path: str, link: tuple[str, str]) -> object:
    """A link, or a copy; its note. None if something of a person's stands there."""
    try:
        if work.row.albums is AlbumFolders.COPIES:
            return _add_copy(work, path, link)
        target = _target(path.rpartition("/")[0], link[0])
        if work.folder.link_target(path) != target:
            work.folder.link(path, target)
    except Exists:
        return None
    except BadName as error:
        work.tally.failed.append(error.what)
        return None
    return target


def _add_copy(work: Work, path: str, link: tuple[str, str]) -> object:
    """A copy of a file of the mirror; where a killed run made it already, that one."""
    source, sha256 = link
    try:
        fd = work.folder.open(source)
    except (NotFound, NotFolder):  # verifying will tell of it
        return None
    try:
        stamp = work.folder.write(path, fd, sha256, work.folder.stamp_of(fd).mtime_ns)
    except Exists:
        there = work.folder.stamp(path)
        if there is None or work.folder.hash(path) != sha256:
            return None
        stamp = there
    finally:
        os.close(fd)
    return [sha256, *stamp]


async def _clear(work: Work, folder: AlbumFolder) -> dict[str, object]:
    """An album's folder goes, as far as nothing is in it that must stay; what is left of ours."""
    removing = Removing(work, folder.files.values())
    left = await work.disk.ask(partial(_empty, work, removing, folder))
    removing.tell()
    if left:
        work.catalog.set_album_folder(work.mirror_id, folder._replace(shown="", files=left))
    return left


def _empty(work: Work, removing: Removing, folder: AlbumFolder) -> dict[str, object]:
    """In a thread."""
    left = {
        name: note
        for name, note in folder.files.items()
        if not removing.remove(f"{folder.path}/{name}", note)
    }
    _list(work, folder.path, left)
    work.folder.tidy(folder.path)
    return left
