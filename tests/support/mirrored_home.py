"""A home that has sent photos to an emulated Google, and a verified mirror of that library."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trio

from agent.mirror_disk import Disk
from agent.mirror_releasing import release_to_mirror
from agent.releasing import Releasing
from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.originals.port import Room
from photofs.volume.engine import open_engine
from photofs.volume.fetch import Pieces
from photofs.volume.mirror_copies import MirrorCopies
from tests.support.google_home import GoogleHome, google_home
from tests.support.household import Household


class MirroredHome:
    """Its photos are confirmed; `root` is the mirror."""

    def __init__(self, made: GoogleHome, root: Path, *, keep_sent: bool) -> None:
        """The mirror is filled, and not verified yet."""
        self.made, self.root = made, root
        self.household = Household(made.folder.parent)
        assert self.household.home == made.folder
        self.set_keeping(keep_sent=keep_sent)
        root.mkdir()
        self.household.run("mirror", "add", "google", root)
        self.household.run("mirror", "run")

    def set_keeping(self, *, keep_sent: bool) -> None:
        """Change the setting."""
        config = self.made.folder / "config" / "config.toml"
        text = config.read_text().partition("[google]")[0]
        config.write_text(f"{text}[google]\nkeep_sent = {str(keep_sent).lower()}\n")
        self.house = House(self.made.house.environ)

    def verify(self) -> None:
        """Its files are proven, or found wrong."""
        self.household.run("mirror", "verify", code=None)

    def release(self) -> int:
        """One look at the mirror by the agent; how many originals left Kept."""
        with self.house.catalog() as catalog:
            (row,) = catalog.mirrors()
            return trio.run(release_to_mirror, self.house, catalog, row, Disk(row.root))

    def round(self) -> int:
        """What the agent does about archives, which undoes what does not hold any more."""
        keeps = self.house.settings.google.keep_sent
        with self.house.catalog() as catalog:
            store, opening = self.house.store(), self.house.open_provider
            return trio.run(Releasing(catalog, store, opening, by_mirrors=not keeps).take)

    def rooms(self) -> list[Room | None]:
        """Where the files that were sent lie, in order."""
        store = self.house.store()
        return [store.has_sealed(hash_of(data)) for data in self.made.files.values()]

    def file(self, name: str) -> Path:
        """A photo's file in the mirror."""
        return self.root / "2017" / "2017-07" / name

    def photo_of(self, catalog: Catalog, name: str) -> int:
        """The photo in the album of that name."""
        entry = catalog.entry_named(self.made.album >> 1, name)
        assert entry is not None
        assert entry.photo is not None
        return entry.photo

    def read(self, name: str) -> bytes:
        """A photo's bytes as fetching brings them, whole."""
        with self.house.catalog() as catalog:
            number = self.photo_of(catalog, name)
            store = self.house.store()

            async def fetch() -> str | None:
                opening = self.house.open_provider
                pieces = Pieces(catalog, catalog, store, opening, MirrorCopies(catalog))
                async with open_engine(pieces) as engine:
                    return (await engine.whole(number)).sha256

            fd = store.open_sealed(trio.run(fetch) or "")
        assert fd is not None
        with os.fdopen(fd, "rb") as file:
            return file.read()


def hash_of(data: bytes) -> str:
    """As the store names it."""
    return hashlib.sha256(data).hexdigest()


@contextmanager
def mirrored_home(
    folder: Path, *, keep_sent: bool = False, verified: bool = True
) -> Iterator[MirroredHome]:
    """Two photos that were sent, and lie in Kept and in the mirror."""
    with google_home(folder / "home", 2) as made:
        made.finish()
        home = MirroredHome(made, folder / "nas", keep_sent=keep_sent)
        if verified:
            home.verify()
        yield home
