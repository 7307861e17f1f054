"""Kill -9 of a mirror's run between any two calls: the next run ends it, and nothing is lost."""

import hashlib
import random
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
import trio

from photofs.catalog.check import check
from photofs.model.mirror import MARKER_NAME, CopyState
from photofs.wishing.recognising import MIRROR_NAME
from tests.support.fake_source import requests_of
from tests.support.killed_program import killed_at
from tests.support.mirrored import add_mirror, check_sums, files_of, mirror_row, run_once
from tests.support.stocked import Stock, file_photos, picture, seen_photo, stock

ROOT: Final = Path(__file__).parents[2]
SEED: Final = 20261121
SAMPLE: Final = 12
MONTH: Final = "2019/2019-07"
OLD: Final = {f"{name}.jpg": picture(seed, 4000 + seed) for seed, name in enumerate("abcd")}
NEW: Final = {"b.jpg": picture(50, 6000), "e.jpg": picture(51, 200_000), "f.jpg": picture(52, 900)}


WAYS: Final = ("moved", "copied")
"""How bytes come from the cache, which is on the mirror's disk: pinned ones are copied."""


def world(folder: Path, way: str) -> Stock:
    """A mirror that was complete until a was renamed, b changed, c vanished; e and f are new.

    A person has put a file there under the name that f is to have.
    """
    made = stock(folder / "home", OLD)
    row = add_mirror(made, folder / "nas")
    trio.run(run_once, made, row)
    for name, data in NEW.items():
        (made.source / "originals" / name).write_bytes(data)
    with made.open_catalog() as catalog:
        with catalog.database.transaction():
            catalog.database.run("UPDATE observation SET gone = 1 WHERE remote_id = 'c.jpg'")
            catalog.database.run("UPDATE photo SET gone = 1 WHERE name = 'c.jpg'")
        (source,) = catalog.sources()
        told = [
            replace(seen_photo("a.jpg", 4000), file_name="z.jpg"),
            seen_photo("b.jpg", 6000, key="2"),
            seen_photo("d.jpg", 4003),
            seen_photo("e.jpg", 200_000),
            seen_photo("f.jpg", 900),
        ]
        file_photos(catalog, source.source_id, told)
        for number in range(1, 7):
            catalog.set_pinned(number, pinned=way == "copied")
    (folder / "nas" / MONTH / "f.jpg").write_bytes(b"theirs")
    return made


def check_world(made: Stock, root: Path) -> None:
    """Every file that there ever was is there once, in its place, and known."""
    found = files_of(root)
    assert found[f"{MONTH}/z.jpg"] == OLD["a.jpg"]
    assert found[f"{MONTH}/b.jpg"] == NEW["b.jpg"]
    assert found[f"{MONTH}/d.jpg"] == OLD["d.jpg"]
    assert found[f"{MONTH}/e.jpg"] == NEW["e.jpg"]
    assert found[f"{MONTH}/f.jpg"] == b"theirs"
    wanted = Counter([*OLD.values(), *NEW.values(), b"theirs"])
    assert Counter(found.values()) == wanted
    (vanished,) = [path for path in found if path.startswith("Vanished/")]
    assert found[vanished] == OLD["c.jpg"]
    assert (vanished.count("Vanished"), vanished.endswith(f"/{MONTH}/c.jpg")) == (1, True)
    assert [path.count("(until ") for path in found if "until" in path] == [1]
    assert check_sums(root) == len(wanted) - 1
    assert {path.name for path in root.rglob(".photofs-*")} <= {MARKER_NAME, MIRROR_NAME}
    with made.open_catalog() as catalog:
        rows = catalog.copies(1, 0, 99)
        assert {row.state for row in rows} == {CopyState.GOOD}
        assert {row.path for row in rows} == found.keys() - {f"{MONTH}/f.jpg"}
        assert list(check(catalog)) == []
    for path in (root / "Albums").rglob("0*"):
        assert path.exists(), path


def arrived(made: Stock, root: Path) -> set[str]:
    """The photos whose present bytes are whole in the store or in the mirror, and known to be.

    What was sealed in the last moment and not noted any more counts as in flight.
    """
    store = made.store()
    here = {hashlib.sha256(data).hexdigest() for data in files_of(root).values()}
    here |= {each.sha256 for each in store.sealed()}
    with made.open_catalog() as catalog:
        rows = catalog.database.all(
            "SELECT o.remote_id, p.sha256 FROM photo p JOIN observation o ON o.photo = p.id"
        )
    return {name for name, sha256 in rows if sha256 in here}


def survives(folder: Path, way: str, nth: int) -> None:
    """One death; the next run ends it, and fetches nothing that had arrived."""
    made = world(folder, way)
    killed_at("mirror_program", made, nth)
    here, before = arrived(made, folder / "nas"), requests_of(made.source)
    with made.open_catalog() as catalog:
        row = mirror_row(catalog)
    trio.run(run_once, made, row)
    check_world(made, folder / "nas")
    assert {each.ref for each in requests_of(made.source)[len(before) :]} & here == set()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The calls that a run makes when nobody kills it."""
    counted = {}
    for way in WAYS:
        folder = tmp_path_factory.mktemp("counted")
        made = world(folder, way)
        counted[way] = killed_at("mirror_program", made, 0)
        check_world(made, folder / "nas")
    return counted


@pytest.mark.timeout(500)
@pytest.mark.parametrize("way", WAYS)
def test_a_mirrors_run_survives_kill_9(
    calls: dict[str, list[str]], tmp_path: Path, way: str
) -> None:
    """A seeded sample of moments, before files get their names, and after they are moved."""
    made = calls[way]
    telling = [at for at, name in enumerate(made, 1) if name == "renameat2"]
    assert len(telling) >= len(NEW)
    dice = random.Random(SEED)
    moved = {at + 1 for at in telling[:4]}
    for nth in sorted({*moved, *telling[-4:], *dice.sample(range(1, len(made) + 1), SAMPLE)}):
        survives(tmp_path / str(nth), way, nth)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("way", WAYS)
def test_a_mirrors_run_survives_kill_9_at_every_call(
    calls: dict[str, list[str]], tmp_path: Path, way: str
) -> None:
    """Each call once."""
    for nth in range(1, len(calls[way]) + 1):
        survives(tmp_path / str(nth), way, nth)
