"""A library of several sources, each scanned as often and in whatever order a test likes."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from photofs.catalog.photo_writes import PhotoFacts
from photofs.filing.merging import Merging
from photofs.model.node import photo_ino
from photofs.model.observation import ContentHash, HashKind, Observation
from tests.support.filed import ALL_FOLDERS, Filed

Told = frozenset[tuple[int, str]]
"""A photo, known by who tells of it: the source's place, and the id that it has there."""


class Shown(NamedTuple):
    """What the library shows of a photo, but for what depends on when it was first told."""

    facts: PhotoFacts
    folders: frozenset[str]


class Several(Filed):
    """One library "L" with as many sources; the first is source 0."""

    def __init__(self, path: Path, sources: int = 2) -> None:
        """`path`: the catalog's file."""
        super().__init__(path, apart_ns=0)
        library = self.catalog.library("L").library_id
        while len(self.catalog.sources(library)) < sources:
            self.catalog.add_source(library, "service", {}, folders=ALL_FOLDERS)
        self.ids = [each.source_id for each in self.catalog.sources(library)]

    def tell(self, source: int, *observations: Observation, full: bool = True) -> None:
        """A complete scan of one source."""
        self.source_id = self.ids[source]
        self.scan(*observations, full=full, accept_removals=True)

    def photo_of(self, source: int, remote_id: str) -> int:
        """The photo of which a source tells under an id."""
        row = self.catalog.observation(self.ids[source], remote_id)
        assert row is not None
        return row.photo_id

    def ino_of(self, source: int, remote_id: str) -> int:
        """Its inode."""
        return photo_ino(self.photo_of(source, remote_id))

    def split(self, source: int, remote_id: str) -> None:
        """As `photofs library split` does."""
        with self.merging() as merging:
            merging.split(self.photo_of(source, remote_id))
        assert self.problems() == []

    def unsplit(self, source: int, remote_id: str) -> None:
        """As `photofs library split --undo` does."""
        with self.merging() as merging:
            merging.unsplit(self.photo_of(source, remote_id))
        assert self.problems() == []

    def merging(self) -> AbstractContextManager[Merging]:
        """What a user says of one photo."""
        return self.filing.merging(self.catalog.library("L").library_id)

    def groups(self) -> set[Told]:
        """All photos that are shown, by who tells of them."""
        return set(self.shown())

    def shown(self) -> dict[Told, Shown]:
        """The same with what is shown of each."""
        tellers: dict[int, set[tuple[int, str]]] = {}
        for place, source in enumerate(self.ids):
            for known in self.catalog.known_ids(source):
                tellers.setdefault(known.photo_id, set()).add((place, known.remote_id))
        folders: dict[int, set[str]] = {}
        for path, ino in self.tree().items():
            folders.setdefault(ino, set()).add(path.rpartition("/")[0])
        return {
            frozenset(told): Shown(
                self.catalog.photo_facts(photo)._replace(ctime_ns=0),
                frozenset(folders[photo_ino(photo)]),
            )
            for photo, told in tellers.items()
        }


def crc(digest: str) -> ContentHash:
    """A checksum as archives tell it."""
    return ContentHash(HashKind.CRC32, digest)


def sha(digest: str) -> ContentHash:
    """A hash as a service may tell it."""
    return ContentHash(HashKind.SHA256, digest)
