"""A catalog with one library and its filing, driven by observations written in a line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from photofs.catalog.check import check
from photofs.catalog.sqlite import Catalog, open_catalog
from photofs.filing.filing import Filing, ScanRun
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.moment import Moment
from photofs.model.node import row_id
from photofs.model.observation import AlbumSeen, Inventory, Observation, PhotoSeen
from photofs.model.photo import Media

HOUR_NS = 3600 * 10**9
ALL_FOLDERS = ("Collections", "Favorites", "Archive", "Videos", "Trash")
SUMMER = TakenFact(by=TakenBy.SERVICE, local=datetime(2019, 7, 21, 12, 30, 15))  # noqa: DTZ001 - naive wall time


def photo(remote_id: str, **facts: object) -> PhotoSeen:
    """What a service says of a photo; what is not given is usual."""
    usual: dict[str, object] = {
        "remote_id": remote_id,
        "media": Media.PICTURE,
        "content_key": "1",
        "ref": "{}",
        "as_of_ns": 1,
        "file_name": f"{remote_id}.jpg",
        "taken": SUMMER,
    }
    return PhotoSeen(**{**usual, **facts})  # type: ignore[arg-type]


def album(remote_id: str, title: str, *members: str, **facts: object) -> AlbumSeen:
    """What a service says of an album."""
    usual: dict[str, object] = {"as_of_ns": 1}
    return AlbumSeen(
        remote_id=remote_id,
        title=title,
        members=members,
        **{**usual, **facts},  # type: ignore[arg-type]
    )


class Filed:
    """One library "L" with one source, scanned as often as a test likes, by the test's clock."""

    def __init__(
        self,
        path: Path,
        *,
        apart_ns: int = HOUR_NS,
        dates: str = "{year}/{year}-{month}",
        zone: str = "UTC",
    ) -> None:
        """`path`: the catalog's file. `zone`: "UTC", or any other that is 9 hours ahead of it."""
        self.path = path
        self.now_ns = 10**18
        self.boot, self.boot_ns = "first", 10**9
        self.live = True
        self.catalog: Catalog = open_catalog(path)
        self.filing = Filing(
            self.catalog,
            dates_template=dates,
            default_zone=zone,
            zone_of_position=lambda _position: None,
            offset_of_zone=lambda zone, _moment, _local: timedelta(hours=9 * (zone != "UTC")),
            now=lambda: Moment(self.now_ns, self.boot, self.boot_ns),
            apart_ns=apart_ns,
        )
        if not self.catalog.libraries():
            self.catalog.add_library("L", "service", {}, folders=ALL_FOLDERS)
        self.source_id = self.catalog.sources()[0].source_id

    def wait(self, ns: int) -> None:
        """Let time pass, by all clocks."""
        self.now_ns += ns
        self.boot_ns += ns

    @contextmanager
    def run(self, *, accept_removals: bool = False) -> Iterator[ScanRun]:
        """One run, a day after the one before; `check` finds nothing after it."""
        self.wait(24 * HOUR_NS)
        try:
            with self.filing.scan(
                self.source_id, lists_everything=self.live, accept_removals=accept_removals
            ) as run:
                yield run
        finally:
            assert self.problems() == []

    def scan(
        self,
        *observations: Observation,
        inventory: Sequence[str] | None = None,
        counted: bool = True,
        full: bool = True,
        accept_removals: bool = False,
    ) -> None:
        """One complete run; `inventory`: the ids that a listing held; `counted`: and no others."""
        with self.run(accept_removals=accept_removals) as run:
            run.file(observations)
            if inventory is not None:
                run.file([Inventory(remote_ids=frozenset(inventory), counted=counted)])
            run.finish(None, full=full)

    def problems(self) -> list[str]:
        """What `photofs check` would say."""
        return [str(problem) for problem in check(self.catalog)]

    def tree(self) -> dict[str, int]:
        """Every path below the library with its inode number; folders end with a slash."""
        return dict(self._below(self.catalog.library("L").folder_id, ""))

    def files(self) -> set[str]:
        """The paths of all photos."""
        return {path for path in self.tree() if not path.endswith("/")}

    def ino(self, path: str) -> int:
        """The inode number at a path."""
        return self.tree()[path]

    def photo_id(self, remote_id: str) -> int:
        """The row id of the photo that was seen under the id."""
        row = self.catalog.observation(self.source_id, remote_id)
        assert row is not None
        return row.photo_id

    def _below(self, folder_id: int, path: str) -> Iterator[tuple[str, int]]:
        for entry in self.catalog.entries(folder_id, 0, 10**6):
            if entry.folder:
                yield f"{path}{entry.name}/", entry.ino
                yield from self._below(row_id(entry.ino), f"{path}{entry.name}/")
            else:
                yield f"{path}{entry.name}", entry.ino
