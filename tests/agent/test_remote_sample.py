"""A sample of a mirror compared with what the services give now."""

import random
from pathlib import Path

from agent.remote_sample import Sampled, choose, sample_remote
from photofs.catalog.mirrors import MirrorRow
from tests.support.fake_source import Faults, open_fake_source, set_faults
from tests.support.jpegs import jpeg
from tests.support.mirrored import add_mirror, run_once, tell_nobody
from tests.support.stocked import Stock, stock

ORIGINALS = {f"{name}.jpg": jpeg(seed, 3000 + seed) for seed, name in enumerate("abcd")}
MONTH = "2019/2019-07"


async def sampled(made: Stock, row: MirrorRow) -> Sampled:
    """All of it asked for."""
    with made.open_catalog() as catalog:
        return await sample_remote(catalog, row, open_fake_source, 100.0, tell_nobody)


def test_a_sample_is_of_the_size_that_is_asked_for() -> None:
    """Percent of all, rounded up, each once; none of nothing."""
    dice = random.Random(1)
    assert len(choose(range(1000), 2.5, dice)) == 25
    assert len(set(choose(range(10), 1.0, dice))) == 1
    assert choose(range(10), 100.0, dice) == list(range(10))
    assert choose([], 50.0, dice) == []


async def test_other_bytes_at_the_service_are_told(tmp_path: Path) -> None:
    """What is the same is counted, what is not is named, and neither is written anywhere."""
    made = stock(tmp_path / "home", ORIGINALS)
    row = add_mirror(made, tmp_path / "nas")
    await run_once(made, row)
    before = {path: path.read_bytes() for path in (tmp_path / "nas").rglob("*.jpg")}
    (made.source / "originals" / "b.jpg").write_bytes(jpeg(9, 4000))
    found = await sampled(made, row)
    assert (found.asked, found.same, found.failed) == (4, 3, [])
    (sentence,) = found.different
    assert sentence.startswith(f"{MONTH}/b.jpg: the service gives 4,000 other bytes")
    assert {path: path.read_bytes() for path in (tmp_path / "nas").rglob("*.jpg")} == before


async def test_what_cannot_be_asked_is_told(tmp_path: Path) -> None:
    """A line that is down proves nothing, neither way."""
    made = stock(tmp_path / "home", ORIGINALS)
    row = add_mirror(made, tmp_path / "nas")
    await run_once(made, row)
    set_faults(made.source, Faults(down=True))
    found = await sampled(made, row)
    assert (found.same, found.different, len(found.failed)) == (0, [], 4)
