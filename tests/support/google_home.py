"""A home with a library of an emulated Google account, and files that were copied into an album."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import trio

from agent.scanning import scan
from photofs.assembly import HOME_VARIABLE, House
from photofs.catalog.check import check
from photofs.emulators.google import Account, Emulator, Habits, google_in_thread
from photofs.emulators.google.state import Item
from photofs.emulators.hosting import faults as net
from photofs.emulators.pictures import make_jpeg
from photofs.model.node import photo_ino, row_id
from photofs.model.operation import State
from photofs.model.spot import Spot
from photofs.model.wish import Asker
from tests.support.google_library import config_of, log_in
from tests.support.sends import Sends

SHELL = Asker(4711, "cp")
SUMMER_NS = 1_500_000_000 * 10**9
SETTINGS = """
[network]
read_timeout = {timeout}
[tree]
timezone = "UTC"
[writing]
grace = 0.0
quiet = 0.0
"""


def files(number: int) -> dict[str, bytes]:
    """So many pictures by name, in order; none of them tells its date."""
    return {f"IMG_{each:04}.jpg": make_jpeg(each, width=64, height=48) for each in range(number)}


class GoogleHome(Sends):
    """The files are accepted in a new album, and nothing is judged or sent."""

    def __init__(
        self,
        folder: Path,
        emulator: Emulator,
        number: int,
        config: Mapping[str, object],
        timeout: float,
    ) -> None:
        """`config`: how uploads go out (writing.SendingManner). The account may hold something."""
        self.folder, self.emulator, self.files = folder, emulator, files(number)
        (folder / "config").mkdir(parents=True)
        (folder / "config" / "config.toml").write_text(SETTINGS.format(timeout=timeout))
        self.house = House({**os.environ, HOME_VARIABLE: str(folder)})
        log_in(self.house.secrets(), emulator.account)
        self._accept({"lull": 0, **config})

    def _accept(self, config: Mapping[str, object]) -> None:
        with self.house.catalog() as catalog:
            config = {**config_of(self.emulator), **config}
            catalog.add_library(
                "google", "google", config, account=self.emulator.account.state.email
            )
            (source,) = catalog.sources()
            trio.run(scan, self.house, catalog, source, lambda _progress: None)
            wishing = self.house.wishing(catalog)
            albums = catalog.entry_named(catalog.library("google").folder_id, "Albums")
            assert albums is not None
            self.album = wishing.mkdir(Spot((albums.subfolder or 0) * 2, "Trip"), SHELL)
        for name, data in self.files.items():
            self.copy(name, data)

    def copy(self, name: str, data: bytes) -> int:
        """`cp -p` of a file into the album: accepted, and not judged yet. Its inode."""
        with self.house.catalog() as catalog:
            wishing, store = self.house.wishing(catalog), self.house.store()
            written = wishing.create(Spot(self.album, name), SHELL)
            fd = store.written.open_for_writing(written.draft, fresh=True)
            os.write(fd, data)
            store.written.sync(fd, name_too=True)
            os.close(fd)
            wishing.written(written.ino, len(data), SUMMER_NS)
            wishing.set_mtime(written.ino, SUMMER_NS, SHELL)
        return written.ino

    def overwrite(self, name: str, data: bytes) -> None:
        """`cp` of other bytes over a photo in the album: accepted, and not judged yet."""
        with self.house.catalog() as catalog:
            wishing, store = self.house.wishing(catalog), self.house.store()
            entry = catalog.entry_named(row_id(self.album), name)
            assert entry is not None
            ino = photo_ino(entry.photo or 0)
            draft = wishing.overwrite(ino, SHELL).written.draft
            fd = store.written.open_for_writing(draft, fresh=True)
            os.write(fd, data)
            store.written.sync(fd, name_too=True)
            os.close(fd)
            wishing.written(ino, len(data), time.time_ns())

    @property
    def trouble(self) -> str:
        """What `status` says of the account."""
        with self.house.catalog() as catalog:
            return catalog.sources()[0].trouble

    @property
    def items(self) -> list[Item]:
        """What is at the service of ours, in the order of the only album."""
        account = self.emulator.account
        (album,) = account.state.albums.values()
        assert album.title == "Trip"
        members = account.members(album)
        assert sorted(item.id for item in members) == sorted(account.state.items)
        return members

    def check(self, *, ordered: bool = True) -> None:
        """Each file is there exactly once, in its album, with its date; the catalog is sound."""
        names = [item.filename for item in self.items]
        assert (names if ordered else sorted(names)) == list(self.files)
        assert {item.created for item in self.items} == {"2017-07-14T02:40:00Z"}
        with self.house.catalog() as catalog:
            assert [str(each) for each in check(catalog)] == []
            assert catalog.in_state(State.GAVE_UP) == []
            assert len(catalog.in_state(State.DONE)) == 2 * len(self.files) + 1
        assert self.house.store().verify_all() == []


@contextmanager
def google_home(
    folder: Path,
    number: int = 2,
    *,
    plan: net.Faults | None = None,
    habits: Habits | None = None,
    account: Account | None = None,
    timeout: float = 30.0,
    **config: object,
) -> Iterator[GoogleHome]:
    """A home and its account. `plan`: what goes wrong; `timeout` (s): how long silence is borne."""
    plan = plan or net.Faults()
    with google_in_thread(account or Account(), faults=plan, habits=habits) as emulator:
        yield GoogleHome(folder, emulator, number, config, timeout)
