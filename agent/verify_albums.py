"""Looks at albums' folders: re-reads the further copies, asks each link where it points.

They are made from the mirror's own files, and prove nothing of the service's: what is wrong there
is told, and made anew from the mirror by the next run, or by repairing.
"""

from collections.abc import Mapping
from typing import Any

from agent.mirror_disk import Disk
from photofs.catalog.mirrors import WRONG, AlbumFolder
from photofs.catalog.sqlite import Catalog
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.rereading import Pause, reread

ABSENT = "it is not there any more"
OTHER = "its bytes are not those of the photo that it stands for"
ELSEWHERE = "it points elsewhere than to the photo that it stands for"
NO_LINK = "something else stands in place of the link to a photo"


class Reading:
    """What looking at the albums of one mirror has found; sentences begin with the path.

    `files`, `size`: of copies, which are re-read; `links`: why those that are wrong are, by path.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.files = self.size = 0
        self.absent: list[str] = []
        self.damaged: list[str] = []
        self.links: dict[str, str] = {}

    async def read_all(
        self,
        catalog: Catalog,
        mirror_id: int,
        folder: LocalMirror,
        disk: Disk,
        pause: Pause,
    ) -> None:
        """All albums, one at a time; what is found is noted. NotAttached, StoreError.

        An album that a run has made anew meanwhile is left to the next time: what was read of it
        says nothing of what is there now.
        """
        for album in catalog.album_folders(mirror_id).values():
            read = await disk.ask(_read, folder, album, pause)
            with catalog.database.transaction():
                if catalog.album_folders(mirror_id).get(album.album_id) != album:
                    continue
                if read.notes != album.files:
                    catalog.set_album_folder(mirror_id, album._replace(shown="", files=read.notes))
            self.files += read.files
            self.size += read.size
            self.absent += read.absent
            self.damaged += read.damaged
            self.links |= read.links


class _Album:
    """What was read in one album's folder; `notes` as they are to be, of wrong files marked so."""

    def __init__(self, notes: Mapping[str, Any]) -> None:
        """Nothing is read yet."""
        self.notes = dict(notes)
        self.files = self.size = 0
        self.absent: list[str] = []
        self.damaged: list[str] = []
        self.links: dict[str, str] = {}


def _read(folder: LocalMirror, album: AlbumFolder, pause: Pause) -> _Album:
    """In a thread: all copies and links there."""
    found = _Album(album.files)
    for name, note in album.files.items():
        if isinstance(note, list):
            _read_copy(folder, album, name, found, pause)
        elif folder.traits.symlinks:  # a mirror that was moved to a disk without them has none
            _ask_link(folder, album, name, found)
    folder.check()
    return found


def _read_copy(
    folder: LocalMirror, album: AlbumFolder, name: str, found: _Album, pause: Pause
) -> None:
    path, note = f"{album.path}/{name}", album.files[name]
    wanted = str(note[0]).removeprefix(WRONG)
    read = reread(folder, path, pause)
    found.files += 1
    found.size += read.stamp.size if read else 0
    right = read is not None and read.steady and read.sha256 == wanted
    found.notes[name] = [wanted if right else f"{WRONG}{wanted}", *note[1:]]
    if read is None:
        found.absent.append(f"{path}: {ABSENT}")
    elif not right:
        found.damaged.append(f"{path}: {OTHER}")


def _ask_link(folder: LocalMirror, album: AlbumFolder, name: str, found: _Album) -> None:
    path, wanted = f"{album.path}/{name}", str(album.files[name]).removeprefix(WRONG)
    there = folder.link_target(path)
    found.notes[name] = wanted if there == wanted else f"{WRONG}{wanted}"
    if there is None and folder.is_free(path):
        found.links[path] = ABSENT
    elif there != wanted:
        found.links[path] = NO_LINK if there is None else ELSEWHERE
