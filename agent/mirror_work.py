"""What all steps of one run of a mirror share: its pieces, and the names that are free there."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Final

from agent.mirror_disk import Disk
from agent.mirror_plan import MirrorManner, clashing_name, former_name
from photofs.catalog.mirrored import CopyRow
from photofs.catalog.mirrors import MirrorRow
from photofs.catalog.sqlite import Catalog
from photofs.mirrors.folder import LocalMirror
from photofs.model.errors import Exists, NotFolder, NotFound
from photofs.model.mirror import Fact, Role
from photofs.model.naming import short_id
from photofs.model.sidecar import ENDING
from photofs.originals.local_disk import LocalDisk
from photofs.volume.engine import Engine

MOST_NAMES: Final = 1000
"""So many names are tried before a folder is taken for one that nobody can write to."""


@dataclass
class Tally:
    """What a run has done. `fresh`: the photos whose files it wrote, and not their sidecars yet.

    `claimed`: files of a mirror that was taken over, each in its place, that are a photo's now.
    `plain`: those into which facts were to be written, and could not be, and why.
    """

    written: int = 0
    size: int = 0
    moved: int = 0
    claimed: int = 0
    versions: int = 0
    vanished: int = 0
    plain: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    fresh: set[int] = field(default_factory=set)

    @property
    def changed(self) -> int:
        """How much, all in all."""
        return self.written + self.moved + self.claimed + self.versions + self.vanished


@dataclass
class Work:
    """One run's pieces. The catalog is used on the loop alone, the folder in threads alone."""

    catalog: Catalog
    store: LocalDisk
    folder: LocalMirror
    row: MirrorRow
    fetching: Engine
    disk: Disk
    now_ns: Callable[[], int]
    tally: Tally = field(default_factory=Tally)

    @property
    def mirror_id(self) -> int:
        """The mirror's number."""
        return self.row.mirror_id

    @property
    def manner(self) -> MirrorManner:
        """How it places photos."""
        doubted = bool(self.catalog.doubt())
        return MirrorManner(self.row.layout, self.folder.traits.windows_names, doubted)

    @property
    def today(self) -> str:
        """The date for names; by UTC, so that one run in two zones gives one name."""
        return datetime.fromtimestamp(self.now_ns() / 1e9, tz=UTC).date().isoformat()

    def names(self, fact: Fact, wished: str) -> Iterator[str]:
        """The paths under which a photo's file may stand, the best first, none taken by a row."""
        remote = short_id(self.catalog.remote_id_of(fact.photo_id))
        for attempt in range(MOST_NAMES):
            path = clashing_name(wished, remote, attempt)
            held = self.catalog.copy_at(self.mirror_id, path)
            if held is None or held.copy_id == fact.copy_id:
                yield path

    def former_names(self, path: str) -> Iterator[str]:
        """The same for a file that is former from now on."""
        for attempt in range(MOST_NAMES):
            name = former_name(path, self.today, attempt)
            if self.catalog.copy_at(self.mirror_id, name) is None:
                yield name

    def count_claimed(self, old: CopyRow) -> None:
        """A file that was there is a photo's now: where it was, or it has moved since."""
        now = self.catalog.copy(old.copy_id)
        stays = now is not None and now.path == old.path
        self.tally.claimed += stays
        self.tally.moved += not stays

    async def move(self, copy: CopyRow, paths: Iterator[str], role: Role | None = None) -> bool:
        """Move a file to the first of the paths that is free; False if the file is not there.

        NotFolder: something else stands where its folder, or the new one, was; it stays as it is.

        Noted before it is done, so that a killed run loses track of no file.
        """
        for path in paths:
            if path == copy.path:
                break
            with self.catalog.database.transaction():
                self.catalog.begin_move(copy.copy_id, path)
                self.catalog.mark_stale(self.mirror_id, {folder_of(copy.path), folder_of(path)})
            try:
                await self.disk.ask(self._move, copy.path, path, role)
            except Exists:
                self._stay(copy)
                continue
            except NotFound:
                self._stay(copy)
                return False
            except NotFolder:
                self._stay(copy)
                raise
            await self._arrive(copy, path, role)
            return True
        return True

    def _move(self, old: str, new: str, role: Role | None) -> None:
        self.folder.move(old, new)
        if role is not Role.FORMER:  # what stands beside a photo goes along; a former file has none
            self.move_sidecar(old, new)
        for folder in {folder_of(new), folder_of(old)}:
            self.folder.sync(folder)

    def move_sidecar(self, old: str, new: str) -> None:
        """In a thread: a photo's sidecar goes where the photo went, whoever wrote it."""
        with suppress(NotFound, NotFolder, Exists):
            self.folder.move(old + ENDING, new + ENDING)

    def _stay(self, copy: CopyRow) -> None:
        with self.catalog.database.transaction():
            self.catalog.end_move(copy.copy_id, copy.path, None)

    async def _arrive(self, copy: CopyRow, path: str, role: Role | None) -> None:
        """Note that it is there. What the disk told of it before must still be so."""
        stamp = await self.disk.ask(self.folder.stamp, path)
        with self.catalog.database.transaction():
            if role is not Role.FORMER:
                self.catalog.move_beside(self.mirror_id, copy.path + ENDING, path + ENDING)
            same = stamp is not None and stamp[:3] == copy.stamp[:3]
            self.catalog.end_move(copy.copy_id, path, stamp if same else None)
            if role is not None:
                self.catalog.set_role(copy.copy_id, role, copy.photo_id)


def folder_of(path: str) -> str:
    """The folder that a path is in."""
    return path.rpartition("/")[0]


def numbered(path: str) -> Iterator[str]:
    """The path, then with (2) and so on behind it."""
    yield path
    for number in count(2):
        yield f"{path} ({number})"
