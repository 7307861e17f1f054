"""Re-reads the further copies in albums' folders (`mirror add --albums copies`).

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


class Reading:
    """What re-reading the copies of one mirror has found; sentences begin with the path."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.files = self.size = 0
        self.absent: list[str] = []
        self.damaged: list[str] = []

    async def read_all(
        self,
        catalog: Catalog,
        mirror_id: int,
        folder: LocalMirror,
        disk: Disk,
        pause: Pause,
    ) -> None:
        """All of them, an album at a time; what is found is noted. NotAttached, StoreError.

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


class _Album:
    """What was read in one album's folder; `notes` as they are to be, of wrong files marked so."""

    def __init__(self, notes: Mapping[str, Any]) -> None:
        """Nothing is read yet."""
        self.notes = dict(notes)
        self.files = self.size = 0
        self.absent: list[str] = []
        self.damaged: list[str] = []


def _read(folder: LocalMirror, album: AlbumFolder, pause: Pause) -> _Album:
    """In a thread: all copies there."""
    found = _Album(album.files)
    for name, note in album.files.items():
        if not isinstance(note, list):
            continue  # a link
        path = f"{album.path}/{name}"
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
    folder.check()
    return found
