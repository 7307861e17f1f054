"""Re-reads the further copies in albums' folders (`mirror add --albums copies`).

They are made from the mirror's own files, and prove nothing of the service's: what is wrong there
is told, and made anew from the mirror by the next run, or by repairing.
"""

from collections.abc import Mapping
from functools import partial
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
        """All of them, an album at a time; what is found is noted. NotAttached, StoreError."""
        for album in catalog.album_folders(mirror_id).values():
            looking = partial(self._look, folder, album, pause)
            notes = await disk.ask(looking)
            if (
                notes != album.files
                and catalog.album_folders(mirror_id).get(album.album_id) == album
            ):  # else a run has made it anew meanwhile
                catalog.set_album_folder(mirror_id, album._replace(shown="", files=notes))

    def _look(self, folder: LocalMirror, album: AlbumFolder, pause: Pause) -> Mapping[str, Any]:
        """In a thread: the notes of an album's folder, those of wrong files marked so."""
        notes = dict(album.files)
        for name, note in album.files.items():
            if not isinstance(note, list):
                continue  # a link
            path = f"{album.path}/{name}"
            wanted = str(note[0]).removeprefix(WRONG)
            read = reread(folder, path, pause)
            self.files += 1
            self.size += read.stamp.size if read else 0
            right = read is not None and read.steady and read.sha256 == wanted
            notes[name] = [wanted if right else f"{WRONG}{wanted}", *note[1:]]
            if read is None:
                self.absent.append(f"{path}: {ABSENT}")
            elif not right:
                self.damaged.append(f"{path}: {OTHER}")
        folder.check()
        return notes
