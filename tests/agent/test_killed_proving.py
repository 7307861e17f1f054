"""Kill -9 of verifying and repairing between any two calls: the next ones mend all."""

import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
import trio

from photofs.catalog.check import check
from photofs.model.mirror import MARKER_NAME, CopyState
from photofs.wishing.recognising import MIRROR_NAME
from tests.support.jpegs import jpeg
from tests.support.killed_program import killed_at
from tests.support.mirrored import add_mirror, check_sums, files_of, mirror_row, run_once
from tests.support.proven import edit, flip, repaired, verified
from tests.support.stocked import Stock, stock

ROOT: Final = Path(__file__).parents[2]
SEED: Final = 20261122
SAMPLE: Final = 10
MONTH: Final = "2019/2019-07"
ORIGINALS: Final = {f"{name}.jpg": jpeg(seed, 2000 + seed) for seed, name in enumerate("abcde")}


def world(folder: Path) -> tuple[Stock, Counter[bytes]]:
    """A mirror with a turned bit, a cut file, a lost one and a replaced one; all bytes wanted."""
    made = stock(folder / "home", ORIGINALS)
    row = add_mirror(made, folder / "nas")
    trio.run(run_once, made, row)
    month = folder / "nas" / MONTH
    flip(month / "a.jpg")
    edit(month / "b.jpg", ORIGINALS["b.jpg"][:900])
    (month / "c.jpg").unlink()
    edit(month / "d.jpg", b"a person's work")
    (month / "theirs.txt").write_bytes(b"theirs")
    there = files_of(folder / "nas")
    wanted = Counter([*there.values(), *(ORIGINALS[f"{name}.jpg"] for name in "abcd")])
    return made, wanted


def check_world(made: Stock, root: Path, wanted: Counter[bytes]) -> None:
    """Each original in its place, each wrong file kept once, nothing of a person's touched."""
    found = files_of(root)
    assert {name: found[f"{MONTH}/{name}"] for name in ORIGINALS} == ORIGINALS
    assert Counter(found.values()) == wanted
    assert check_sums(root) == len(ORIGINALS)
    assert {path.name for path in root.rglob(".photofs-*")} <= {MARKER_NAME, MIRROR_NAME}
    with made.open_catalog() as catalog:
        rows = catalog.copies(1, 0, 99)
        assert {row.state for row in rows} == {CopyState.GOOD}
        assert all(row.read_ns for row in rows)
        assert list(check(catalog)) == []


def survives(folder: Path, nth: int) -> None:
    """One death; the next verifying and repairing make all of it right."""
    made, wanted = world(folder)
    killed_at("proof_program", made, nth)
    with made.open_catalog() as catalog:
        row = mirror_row(catalog)

    async def again() -> None:
        await verified(made, row)
        await repaired(made, row)

    trio.run(again)
    check_world(made, folder / "nas", wanted)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The calls that the program makes when nobody kills it."""
    folder = tmp_path_factory.mktemp("counted")
    made, wanted = world(folder)
    counted = killed_at("proof_program", made, 0)
    check_world(made, folder / "nas", wanted)
    return counted


@pytest.mark.timeout(500)
def test_proving_survives_kill_9(calls: list[str], tmp_path: Path) -> None:
    """A seeded sample of moments, among them the renames of wrong files and of right ones."""
    assert {"renameat2", "fsync"} & set(calls)
    for nth in sorted(random.Random(SEED).sample(range(1, len(calls) + 1), SAMPLE)):
        survives(tmp_path / str(nth), nth)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_proving_survives_kill_9_at_every_call(calls: list[str], tmp_path: Path) -> None:
    """Each call once."""
    for nth in range(1, len(calls) + 1):
        survives(tmp_path / str(nth), nth)
