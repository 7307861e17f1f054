"""Random changes at a service and in a mirror: nothing that was there is lost, and it settles."""

import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from photofs.catalog.sqlite import Catalog
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.mirror import CopyState, Role
from photofs.model.observation import PhotoSeen
from tests.support.mirrored import add_mirror, check_sums, files_of, run_once
from tests.support.stocked import Stock, file_photos, picture, seen_photo, stock

PHOTOS: Final = ("p0.jpg", "p1.jpg", "p2.jpg", "p3.jpg")
NAMES: Final = ("p0.jpg", "P0.JPG", "p1.jpg", "x.jpg", "x.jpeg")
DAYS: Final = ("2019-07-21", "2019-08-01", "2020-01-02")

Act = tuple[str, int, int]
acts = st.lists(
    st.tuples(
        st.sampled_from(("rename", "redate", "rebyte", "vanish", "come back", "foreign", "run")),
        st.integers(0, len(PHOTOS) - 1),
        st.integers(0, 4),
    ),
    max_size=14,
)


@dataclass
class World:
    """The truth about a library, its mirror, and what a person put into that."""

    made: Stock
    root: Path
    told: dict[str, PhotoSeen]
    gone: set[str] = field(default_factory=set)
    foreign: dict[str, bytes] = field(default_factory=dict)
    ever: set[bytes] = field(default_factory=set)
    versions: int = 0

    def act(self, what: str, which: int, how: int) -> None:
        """One change."""
        name = PHOTOS[which]
        seen = self.told[name]
        match what:
            case "rename":
                self.told[name] = replace(seen, file_name=NAMES[how])
            case "redate":
                local = datetime.fromisoformat(f"{DAYS[how % 3]}T12:30:15")
                self.told[name] = replace(seen, taken=TakenFact(by=TakenBy.SERVICE, local=local))
            case "rebyte":
                self.versions += 1
                data = picture(100 + self.versions, 700 + self.versions)
                (self.made.source / "originals" / name).write_bytes(data)
                self.told[name] = replace(seen, content_key=f"v{self.versions}", size=len(data))
            case "vanish":
                self.gone.add(name)
            case "come back":
                self.gone.discard(name)
            case "foreign":
                self._put(f"2019/2019-07/{NAMES[how]}")
            case _:
                self.run()

    def _put(self, path: str) -> None:
        """A person's own file, where nothing is yet."""
        there = self.root / path
        there.parent.mkdir(parents=True, exist_ok=True)
        if not there.exists():
            there.write_bytes(b"foreign " + path.encode())
            self.foreign[path] = there.read_bytes()

    def run(self) -> None:
        """The service tells, the mirror is run, and all that has to hold is looked at."""
        with self.made.open_catalog() as catalog:
            (source,) = catalog.sources()
            alive = [seen for name, seen in self.told.items() if name not in self.gone]
            file_photos(catalog, source.source_id, alive)
            with catalog.database.transaction():
                for name in self.gone:
                    self._bury(catalog, name)
            (row,) = catalog.mirrors()
        ran = trio.run(run_once, self.made, row)
        assert (ran.trouble, ran.tally.failed) == (None, [])
        self._check()

    def _bury(self, catalog: Catalog, name: str) -> None:
        catalog.database.run(
            "UPDATE photo SET gone = 1 WHERE id ="
            " (SELECT photo FROM observation WHERE remote_id = ?)",
            (name,),
        )
        catalog.database.run("UPDATE observation SET gone = 1 WHERE remote_id = ?", (name,))

    def _check(self) -> None:
        """Nothing lost, nothing of a person's touched, every photo where it can be found."""
        found = files_of(self.root)
        for path, data in self.foreign.items():
            assert found.pop(path) == data
        present = {
            name: (self.made.source / "originals" / name).read_bytes()
            for name in PHOTOS
            if name not in self.gone
        }
        self.ever |= set(present.values())
        assert self.ever <= set(found.values())
        assert max(Counter(found.values()).values(), default=1) == 1
        with self.made.open_catalog() as catalog:
            rows = catalog.copies(1, 0, 999)
        assert {each.path for each in rows} == found.keys()
        assert {each.state for each in rows} <= {CopyState.GOOD}
        current = [found[each.path] for each in rows if each.role is Role.CURRENT]
        assert sorted(current) == sorted(present.values())
        assert check_sums(self.root) == len(found)
        assert len({path.lower() for path in found}) == len(found)


def new_world(folder: Path) -> World:
    """Four photos and an empty mirror."""
    originals = {name: picture(seed, 600 + seed) for seed, name in enumerate(PHOTOS)}
    made = stock(folder / "home", originals)
    add_mirror(made, folder / "nas")
    told = {name: seen_photo(name, len(data)) for name, data in originals.items()}
    return World(made, folder / "nas", told)


@pytest.mark.timeout(500)
@settings(max_examples=20)
@given(acts)
def test_no_run_loses_anything(walk: list[Act]) -> None:
    """Whatever changes in whatever order: former bytes, foreign files and photos are all there."""
    with tempfile.TemporaryDirectory(prefix="photofs-mirror-") as folder:
        world = new_world(Path(folder))
        for what, which, how in walk:
            world.act(what, which, how)
        world.run()


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_no_long_walk_loses_anything() -> None:
    """The same by seeded walks of a hundred changes each."""
    kinds = ("rename", "redate", "rebyte", "vanish", "come back", "foreign", "run")
    for seed in range(40):
        dice = random.Random(seed)
        with tempfile.TemporaryDirectory(prefix="photofs-mirror-") as folder:
            world = new_world(Path(folder))
            for _ in range(100):
                world.act(dice.choice(kinds), dice.randrange(len(PHOTOS)), dice.randrange(5))
            world.run()
