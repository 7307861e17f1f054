"""A filed library that a source can change, and the wishes of programs for it."""

import dataclasses
from pathlib import Path
from zlib import crc32

from photofs.catalog.journal import OperationRow
from photofs.model.incoming import Stage
from photofs.model.judgement import Judgement, Whole
from photofs.model.node import row_id
from photofs.model.operation import Event
from photofs.model.spot import Renamed, Spot
from photofs.model.wish import Asker
from photofs.providers.port import FACTS, Writes
from photofs.wishing.planning import Policy
from photofs.wishing.wishing import Wishing
from tests.support.filed import Filed, photo

EVERYTHING = tuple(field.name for field in dataclasses.fields(Writes) if field.name not in FACTS)
SHELL = Asker(4711, "bash")


def whole(digest: str, size: int = 10, **facts: object) -> Whole:
    """A whole picture with that hash (a word stands for one)."""
    seen = photo("", file_name=None, extension="jpg", **facts)
    return Whole(digest.ljust(64, "0"), size, seen, f"{crc32(digest.encode()):08x}")


class Wished:
    """Paths below the library "L" instead of inode numbers; `check` finds nothing after a verb."""

    def __init__(self, path: Path, *, can: tuple[str, ...] = EVERYTHING) -> None:
        """`can`: what the source can change."""
        self.filed = Filed(path)
        self.catalog = self.filed.catalog
        self.catalog.set_writes(self.filed.source_id, can)
        self.wishing = Wishing(self.catalog, self.filed.filing, Policy(), lambda: self.filed.now_ns)

    def spot(self, path: str) -> Spot:
        """Where a path leads."""
        folder, _, name = path.rpartition("/")
        return Spot(self.filed.ino(f"{folder}/") if folder else self._top(), name)

    def link(self, path: str, new: str, asker: Asker = SHELL) -> None:
        """`ln path new`."""
        self.wishing.link(self.filed.ino(path), self.spot(new), asker)
        assert self.filed.problems() == []

    def unlink(self, path: str, asker: Asker = SHELL) -> None:
        """`rm path`."""
        self.wishing.unlink(self.spot(path), asker)
        assert self.filed.problems() == []

    def rename(self, path: str, new: str, asker: Asker = SHELL) -> Renamed:
        """`mv path new`."""
        done = self.wishing.rename(self.spot(path), self.spot(new), asker)
        assert self.filed.problems() == []
        return done

    def mkdir(self, path: str, asker: Asker = SHELL) -> int:
        """`mkdir path`."""
        made = self.wishing.mkdir(self.spot(path), asker)
        assert self.filed.problems() == []
        return made

    def rmdir(self, path: str, asker: Asker = SHELL) -> None:
        """`rmdir path`."""
        self.wishing.rmdir(self.spot(path), asker)
        assert self.filed.problems() == []

    def write(self, path: str, size: int = 10, asker: Asker = SHELL) -> int:
        """`cp x path`: created if need be, written, closed; its inode."""
        here = self.filed.tree().get(path)
        if here is None:
            ino = self.wishing.create(self.spot(path), asker).ino
        else:
            ino = self.wishing.overwrite(here, asker).written.ino
        self.wishing.written(ino, size, self.filed.now_ns)
        assert self.filed.problems() == []
        return ino

    def judge(self, judgement: Judgement, path: str) -> bool:
        """What the file at the path turned out to be."""
        photo_id = row_id(self.filed.ino(path))
        row = self.catalog.incoming(photo_id)
        assert row is not None
        done = self.wishing.judged(photo_id, row.changed_ns, judgement)
        assert self.filed.problems() == []
        return done

    def stage(self, path: str) -> Stage | None:
        """How far the file at a path is."""
        row = self.catalog.incoming(row_id(self.filed.ino(path)))
        return row.stage if row else None

    def uploaded(self, row: OperationRow, remote_id: str, **facts: object) -> int:
        """As if the service had taken it, and shown it under this id."""
        with self.wishing.change():
            for event in (Event.CLAIM, Event.SEND):
                self.catalog.happen(row.operation_id, event, self.filed.now_ns)
            usual = {"file_name": None, "extension": "jpg", "title": row.wish.details["title"]}
            seen = photo(remote_id, **{**usual, **facts})
            done = self.wishing.outcomes(row.wish.library).uploaded(row, remote_id, seen)
        assert self.filed.problems() == []
        return done

    def open_verbs(self) -> list[str]:
        """The verbs of what is to be sent, in order."""
        return [row.wish.verb for row in self.catalog.open_operations()]

    def send_all(self) -> None:
        """As if the service had done all that is planned."""
        for row in self.catalog.open_operations():
            self.send(row)

    def send(self, row: OperationRow) -> None:
        """As if the service had done this one."""
        with self.wishing.change():
            for event in (Event.CLAIM, Event.SEND):
                self.catalog.happen(row.operation_id, event, self.filed.now_ns)
            self.wishing.outcomes(row.wish.library).confirm(row)
        assert self.filed.problems() == []

    def files(self) -> set[str]:
        """The paths of all photos."""
        return self.filed.files()

    def links(self, path: str) -> int:
        """The link count of a photo, and that it is the number of its paths."""
        ino = self.filed.ino(path)
        node = self.catalog.node(ino)
        assert node is not None
        assert node.links == sum(each == ino for each in self.filed.tree().values())
        return node.links

    def _top(self) -> int:
        return row_id(self.catalog.library("L").folder_id * 2) * 2
