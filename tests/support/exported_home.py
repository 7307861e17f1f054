"""A home that has sent photos to an emulated Google, and a Takeout of that account beside it."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import trio

from agent.releasing import Releasing
from agent.scanning import scan
from photofs.catalog.sqlite import Catalog
from photofs.emulators.takeout.account import Account, Item
from photofs.emulators.takeout.export import write_export
from photofs.originals.port import Room
from tests.support.clocked_house import AtOnce
from tests.support.google_home import SUMMER_NS, GoogleHome, google_home

MADE = datetime(2024, 1, 1, tzinfo=UTC)
TAKEN = datetime.fromtimestamp(SUMMER_NS / 1e9, UTC)


def sha256_of(data: bytes) -> str:
    """As the store names it."""
    return hashlib.sha256(data).hexdigest()


def write_takeout(folder: Path, files: Mapping[str, bytes]) -> None:
    """A Takeout of these pictures, all taken when those of the home were."""
    items = [
        Item(item_id=f"AF1Qip{name}", title=name, data=data, taken=TAKEN)
        for name, data in files.items()
    ]
    write_export(folder, Account(items=items), MADE)


class ExportedHome:
    """Photos that were sent and are confirmed; the Takeout is a second source of the library."""

    def __init__(self, made: GoogleHome, takeout: Path) -> None:
        """The Takeout is not scanned yet."""
        self.made, self.takeout = made, takeout
        self.house = AtOnce(made.house.environ)
        with self.house.catalog() as catalog:
            library = catalog.library("google").library_id
            catalog.add_source(library, "takeout", {"path": str(takeout)})

    def scan(self, provider: str = "takeout") -> None:
        """One full scan of a source."""
        with self.house.catalog() as catalog:
            (source,) = (each for each in catalog.sources() if each.provider == provider)
            trio.run(lambda: scan(self.house, catalog, source, lambda _: None, full=True))

    def release(self) -> int:
        """One round of the agent's; how many originals left Kept."""
        with self.house.catalog() as catalog:
            return trio.run(Releasing(catalog, self.house.store(), self.house.open_provider).take)

    def rooms(self) -> dict[str, Room | None]:
        """Where each file that was sent lies."""
        store = self.house.store()
        return {name: store.has_sealed(sha256_of(data)) for name, data in self.made.files.items()}

    def photo_of(self, catalog: Catalog, name: str) -> int:
        """The photo in the album of that name."""
        entry = catalog.entry_named(self.made.album >> 1, name)
        assert entry is not None
        assert entry.photo is not None
        return entry.photo


@contextmanager
def exported_home(
    folder: Path, number: int = 2, exported: Mapping[str, bytes] | None = None
) -> Iterator[ExportedHome]:
    """So many photos sent; `exported`: what the Takeout has, else the very same."""
    with google_home(folder / "home", number) as made:
        made.finish()
        write_takeout(folder / "takeout", made.files if exported is None else exported)
        home = ExportedHome(made, folder / "takeout")
        home.scan()
        yield home
