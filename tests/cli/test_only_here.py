"""An original that no service has any more is never thrown away with what can be fetched again."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from agent.scanning import keep_only_here
from photofs.assembly import HOME_VARIABLE, House
from photofs.originals.port import Room
from tests.support.filed import photo
from tests.support.household import Household
from tests.support.wished import Wished

DATA = {"a": b"the bytes of a", "b": b"the bytes of b"}
HASHES = {name: hashlib.sha256(data).hexdigest() for name, data in DATA.items()}


class Deleted:
    """Originals of a and b in the cache; a lies in Trash here, and is deleted at its service."""

    def __init__(self, folder: Path) -> None:
        self.household = Household(folder)
        self.house = House({**os.environ, HOME_VARIABLE: str(self.household.home)})
        self.house.make_folders()
        self.wished = Wished(self.house.paths.catalog)
        self.wished.filed.scan(photo("a"), photo("b"))
        for name, data in DATA.items():
            number = self.wished.filed.photo_id(name)
            self.wished.catalog.sealed(number, "1", HASHES[name], len(data))
            path = self.house.paths.originals / HASHES[name][:2] / HASHES[name]
            path.parent.mkdir(parents=True)
            path.write_bytes(data)
            path.chmod(0o400)
        self.wished.unlink("Dates/2019/2019-07/a.jpg")
        for _ in range(2):
            self.wished.filed.scan(inventory=["b"], full=False)

    def rooms(self) -> list[Room | None]:
        """Where the originals of a and b are."""
        return [self.house.store().has_sealed(sha256) for sha256 in HASHES.values()]


@pytest.fixture
def deleted(tmp_path: Path) -> Iterator[Deleted]:
    """A photo in Trash here that its service has no more."""
    made = Deleted(tmp_path)
    yield made
    made.wished.catalog.close()


def test_clearing_the_cache_spares_what_no_service_has(deleted: Deleted) -> None:
    """`cache clear` takes the original that can be fetched again, and no other."""
    assert deleted.rooms() == [Room.CACHE, Room.CACHE]
    deleted.household.run("cache", "clear", "--yes")
    assert deleted.rooms() == [Room.CACHE, None]


def test_freeing_spares_what_no_service_has(deleted: Deleted) -> None:
    """`free` of the photo in Trash frees nothing."""
    deleted.household.run("free", "L/Trash/a.jpg")
    deleted.household.run("free", "L/Dates/2019/2019-07/b.jpg")
    assert deleted.rooms() == [Room.CACHE, None]


def test_after_a_scan_it_lies_in_kept(deleted: Deleted) -> None:
    """Once found gone at its service, it is moved; the other one stays in the cache."""
    trio.run(keep_only_here, deleted.house, deleted.wished.catalog)
    assert deleted.rooms() == [Room.KEPT, Room.CACHE]
