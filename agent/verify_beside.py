"""Looks at what photofs keeps beside a mirror's files: sidecars, lists of hashes, the albums' list.

They prove nothing of photos, but a mirror is read back by them. What is wrong is noted, so that
the next run, or repairing, makes it anew without looking for it. What another program or a person
has made of a sidecar is told, and no fault. What a run has yet to write is not judged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import trio

from agent.beside_look import KEPT, Sight, judge, read_beside
from agent.mirror_disk import Disk
from agent.mirror_sums import list_of
from photofs.catalog.beside_rows import Written
from photofs.catalog.mirrors import AlbumFolder, MirrorRow
from photofs.catalog.sqlite import Catalog
from photofs.mirrors.claims import read_sums
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.rereading import Pause
from photofs.model.album_list import NAME
from photofs.model.mirror import CopyState
from photofs.model.sidecar import ENDING

PORTION: Final = 64
"""Sidecars that are read before the catalog is asked again."""

AT_ONCE: Final = 1000
"""Paths that are noted as right in one transaction: some 10 ms."""

NOT_ALL = "it does not name all files of its folder with their hashes"

Hashes = Mapping[str, str]
"""What a list of hashes is to name: hashes by name."""


@dataclass
class BesideFound:
    """What was found. `wrong`: why, by path; `kept`: sidecars that are somebody else's by now."""

    looked: int = 0
    size: int = 0
    wrong: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        """Those that are wrong; sentences begin with the path."""
        return [f"{path}: {why}" for path, why in self.wrong.items()]


@dataclass
class Beside:
    """One look at all of it. The catalog is used on the loop alone, the folder in threads."""

    catalog: Catalog
    row: MirrorRow
    folder: LocalMirror
    disk: Disk
    pause: Pause
    found: BesideFound = field(default_factory=BesideFound)

    async def look(self) -> BesideFound:
        """All of it; what is found is noted. NotAttached, StoreError."""
        before = set(self.catalog.wrong_beside(self.row.mirror_id))
        await self._look_at_list()
        await self._look_at_sums()
        await self._look_at_sidecars()
        await self.disk.ask(self.folder.check)
        right = sorted(before - self.found.wrong.keys())
        for start in range(0, len(right), AT_ONCE):
            self.catalog.note_right_beside(self.row.mirror_id, right[start : start + AT_ONCE])
            await trio.lowlevel.checkpoint()
        return self.found

    # lists of hashes: what is to stand there follows from the rows

    async def _look_at_sums(self) -> None:
        """Those of originals, then those of albums' copies."""
        for folder in self.catalog.mirror_folders(self.row.mirror_id):
            wanted = self._hashes_in(folder)
            right = not wanted or await self._has_all(list_of(folder), wanted)
            if not right and self._hashes_in(folder) == wanted:  # no run has changed it meanwhile
                self._note({list_of(folder): NOT_ALL})
        for album in self.catalog.album_folders(self.row.mirror_id).values():
            if album.hashes and not await self._has_all(list_of(album.path), album.hashes):
                self._note_album(album)

    def _hashes_in(self, folder: str) -> Hashes:
        """What a folder's list is to name; nothing where a run has yet to write it.

        Of files that are right alone: where one is not, an older catalog may be wrong of it.
        """
        if folder in self.catalog.stale_folders(self.row.mirror_id):
            return {}
        copies = self.catalog.copies_in(self.row.mirror_id, folder)
        right = [copy for copy in copies if copy.state is CopyState.GOOD]
        return {copy.path.rpartition("/")[2]: copy.sha256 for copy in right}

    async def _has_all(self, path: str, wanted: Hashes) -> bool:
        """Whether a list names these so; what else it names is no harm."""
        seen = await self.disk.ask(read_beside, self.folder, path)
        self.found.looked += 1
        if seen is None or seen.data is None:
            return False
        return wanted.items() <= dict(read_sums(seen.data)).items()

    def _note_album(self, album: AlbumFolder) -> None:
        """The list is made anew with its folder."""
        mirror_id = self.row.mirror_id
        if self.catalog.album_folders(mirror_id).get(album.album_id) == album:
            self.catalog.set_album_folder(mirror_id, album._replace(shown=""))
            self._note({list_of(album.path): NOT_ALL})

    # what is noted as it was written

    async def _look_at_list(self) -> None:
        """albums.json."""
        known = self.catalog.written_beside(self.row.mirror_id, [NAME])
        doubted = self.catalog.is_beside_doubted(self.row.mirror_id)
        sights = await self.disk.ask(partial(self._sights, known, known, doubted=doubted))
        if sights and self.catalog.written_beside(self.row.mirror_id, [NAME]) == known:
            told = {path: _why(sight) for path, sight in sights.items()}
            self._note({path: why for path, why in told.items() if why})

    async def _look_at_sidecars(self) -> None:
        """All of photos that are there."""
        files = self.catalog.files_beside(self.row.mirror_id)
        pending = self._pending(files)
        photos = sorted(files)
        for start in range(0, len(photos), PORTION):
            portion = {files[each] + ENDING: each for each in photos[start : start + PORTION]}
            known = self.catalog.written_beside(self.row.mirror_id, portion)
            doubted = self.catalog.is_beside_doubted(self.row.mirror_id)
            sights = await self.disk.ask(partial(self._sights, portion, known, doubted=doubted))
            unwritten = {path for path, photo in portion.items() if photo in pending}
            self._note_sidecars(sights, known, unwritten)

    def _note_sidecars(
        self, sights: Mapping[str, Sight], known: Mapping[str, Written], unwritten: set[str]
    ) -> None:
        """What was seen of some, where a run has not written or moved them meanwhile."""
        now = self.catalog.written_beside(self.row.mirror_id, sights)
        wrong = {}
        for path, sight in sights.items():
            if sight is Sight.ABSENT and path not in known and path in unwritten:
                continue
            same = now.get(path) == known.get(path) and self._is_there(path.removesuffix(ENDING))
            if sight in KEPT and same:
                self.found.kept.append(f"{path}: {sight.value}")
            elif (why := _why(sight)) and same:
                wrong[path] = why
        self._note(wrong)  # at once: each transaction is synced

    def _is_there(self, path: str) -> bool:
        """Whether a photo's file still has that path."""
        copy = self.catalog.copy_at(self.row.mirror_id, path)
        return copy is not None and copy.path == path and not copy.moving

    def _pending(self, files: Mapping[int, str]) -> set[int]:
        """The photos whose sidecars a run has yet to write."""
        told = self.catalog.beside(self.row.mirror_id)
        changed = self.catalog.photos_changed(told.change)
        if changed is None:
            return set(files)
        return changed | self.catalog.photos_written(self.row.mirror_id, told.written_ns)

    def _note(self, wrong: Mapping[str, str]) -> None:
        if not wrong:
            return
        self.catalog.note_wrong_beside(self.row.mirror_id, wrong)
        self.found.wrong |= wrong

    def _sights(
        self, paths: Iterable[str], known: Mapping[str, Written], *, doubted: bool = False
    ) -> dict[str, Sight]:
        """In a thread: look at these."""
        sights, step_ns = {}, self.folder.traits.mtime_step_ns
        for path in paths:
            seen = read_beside(self.folder, path)
            size = len(seen.data or b"") if seen else 0
            self.pause(size)
            self.found.looked += 1
            self.found.size += size
            sights[path] = judge(path, seen, known.get(path), step_ns, doubted=doubted)
        return sights


def _why(sight: Sight) -> str:
    """What is wrong with it, "" if nothing is that a run would mend."""
    return sight.value if sight in {Sight.ABSENT, Sight.DAMAGED} else ""
