"""A home with a library of an emulated account, and files that were copied into it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import trio

from agent.scanning import scan
from photofs.assembly import HOME_VARIABLE, House
from photofs.catalog.check import check
from photofs.emulators.flickr import Account, Habits, flickr_in_thread
from photofs.emulators.flickr.account import API_KEY, API_SECRET
from photofs.emulators.flickr.state import Perms, Token
from photofs.emulators.hosting import faults as net
from photofs.emulators.pictures import make_jpeg
from photofs.model.operation import State
from photofs.model.spot import Spot
from photofs.model.wish import Asker
from photofs.providers.flickr.account import Stored, keep
from tests.support.sends import Sends

ROOT = Path(__file__).parents[2]
SEED = 20261121
SHELL = Asker(4711, "cp")
FILES = {f"{number}.jpg": make_jpeg(number, width=64, height=48) for number in range(2)}
SUMMER_NS = 1_500_000_000 * 10**9


class Emulated(Protocol):
    """An emulated account, in this process or in another one."""

    @property
    def url(self) -> str:
        """Where it is served."""
        ...

    @property
    def account(self) -> Account:
        """As it is now."""
        ...

    @property
    def calls(self) -> Mapping[str, int]:
        """How often each method was asked for; nothing where that is not known."""
        ...


class Home(Sends):
    """A home with a library of the emulated account: two files copied into a new album."""

    def __init__(self, folder: Path, emulator: Emulated, token: Token | None = None) -> None:
        """The files are accepted, and nothing is judged or sent; `token`: the login to keep."""
        self.folder, self.emulator = folder, emulator
        (folder / "config").mkdir(parents=True)
        settings = "[network]\nread_timeout = 1.0\n[writing]\ngrace = 0.0\nquiet = 0.0\n"
        (folder / "config" / "config.toml").write_text(settings)
        self.house = House({**os.environ, HOME_VARIABLE: str(folder)})
        self.log_in("delete", token)
        self._accept()

    def log_in(self, perms: Perms, token: Token | None = None) -> None:
        """Log in anew, with that permission."""
        token = token or self.emulator.account.grant(perms)
        login = Stored(
            key=API_KEY,
            secret=API_SECRET,
            token=token.token,
            token_secret=token.secret,
            permissions=perms,
            username="ada",
        )
        keep(self.house.secrets(), self.emulator.account.nsid, login)

    def _accept(self) -> None:
        user = self.emulator.account.nsid
        config = {"user": user, "endpoint": self.emulator.url, "settle": 0, "settle_later": 0}
        with self.house.catalog() as catalog:
            catalog.add_library("flickr", "flickr", config, account=user)
            (source,) = catalog.sources()
            trio.run(scan, self.house, catalog, source, lambda _progress: None)
            wishing, store = self.house.wishing(catalog), self.house.store()
            top = catalog.library("flickr").folder_id
            albums = catalog.entry_named(top, "Albums")
            assert albums is not None
            album = wishing.mkdir(Spot((albums.subfolder or 0) * 2, "Trip"), SHELL)
            for name, data in FILES.items():
                written = wishing.create(Spot(album, name), SHELL)
                fd = store.written.open_for_writing(written.draft, fresh=True)
                os.write(fd, data)
                store.written.sync(fd, name_too=True)
                os.close(fd)
                wishing.written(written.ino, len(data), SUMMER_NS)
                wishing.set_mtime(written.ino, SUMMER_NS, SHELL)

    @property
    def trouble(self) -> str:
        """What `photofs status` says of the source."""
        with self.house.catalog() as catalog:
            return catalog.sources()[0].trouble

    def check(self) -> None:
        """Each file is there exactly once, in its album, with its date; the catalog is sound."""
        account = self.emulator.account
        there = account.stream()
        assert sorted(photo.title for photo in there) == sorted(Path(name).stem for name in FILES)
        (album,) = account.state.albums
        assert album.title == "Trip"
        assert sorted(album.photos) == sorted(photo.id for photo in there)
        assert {photo.taken for photo in there} == {"2017-07-14 02:40:00"}
        with self.house.catalog() as catalog:
            assert [str(each) for each in check(catalog)] == []
            assert catalog.in_state(State.GAVE_UP) == []
            assert len(catalog.in_state(State.DONE)) == 2 * len(FILES) + 1
        assert self.house.store().verify_all() == []


@contextmanager
def home(folder: Path, *, lose: bool, plan: net.Faults | None = None) -> Iterator[Home]:
    """A home and its account; `lose`: the answers of some uploads are lost after they came.

    `plan`: what else goes wrong.
    """
    account = Account()
    plan = plan or net.Faults(seed=SEED)
    if lose:
        plan.add(net.lose_answer(), "upload", times=1)
        plan.add(net.done_and_denied(502), "upload", times=1, skip=1)
    with flickr_in_thread(account, faults=plan, habits=Habits(dedup=False)) as emulator:
        yield Home(folder, emulator)
