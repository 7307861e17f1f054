"""What the agent removes or writes anew on a disk keeps nothing else of it waiting."""

from pathlib import Path

from agent.mirror_embedding import bench
from agent.service import end_letting_go
from agent.witnessing import witnessed
from photofs.assembly import HOME_VARIABLE, House
from photofs.wishing.recognising import HOME, home_word
from tests.support.disk_calls import disk_calls
from tests.support.last_copies import LastCopies
from tests.support.mirrored import add_mirror, run_once
from tests.support.stocked import stock


async def test_last_copies_are_removed_beside_the_loop(tmp_path: Path) -> None:
    """What a killed command let go; so is what goes back to Kept."""
    made = LastCopies(tmp_path)
    made.wish("a")
    made.house.store().leaving.take(made.keep(b"of no journal"))
    kept = made.house.paths.kept
    with disk_calls(kept) as calls:
        await end_letting_go(made.house, made.catalog)
    assert (made.rooms("a"), made.states()) == ([None], ["done"])
    assert list(made.house.store().leaving.names()) == []
    assert len(calls.aside) > 1
    assert calls.here == []
    made.catalog.close()


async def test_another_word_is_written_beside_the_loop(tmp_path: Path) -> None:
    """At both ends of the agent's work; it is the one that the catalog has."""
    house = House({HOME_VARIABLE: str(tmp_path)})
    house.make_folders()
    words = []
    with house.catalog() as catalog, disk_calls(house.paths.data) as calls:
        async with witnessed(house, catalog):
            words.append(home_word(house.paths.data))
        words.append(home_word(house.paths.data))
        noted = catalog.witness(HOME)
    assert noted is not None
    assert noted.token == words[1] != words[0] is not None
    assert len(calls.aside) == 2
    assert calls.here == []


async def test_a_batch_of_copies_is_cleared_away_beside_the_loop(tmp_path: Path) -> None:
    """What a killed run left there, and what was made."""
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "left").write_bytes(b"behind")
    with disk_calls(tmp_path) as calls:
        async with bench(tmp_path, 1) as folder:
            assert list(folder.iterdir()) == []
            (folder / "made").write_bytes(b"a copy")
    assert not folder.exists()
    assert len(calls.aside) >= 2
    assert calls.here == []


async def test_what_was_fetched_for_a_mirror_leaves_the_cache_beside_the_loop(
    tmp_path: Path,
) -> None:
    """An original may be a film, whose blocks take a disk long to free."""
    made = stock(tmp_path / "home", {"a.bin": b"some bytes"})
    row = add_mirror(made, tmp_path / "nas")
    with disk_calls(made.store().workshop.parent) as calls:
        ran = await run_once(made, row)
    assert ran.tally.written == 1
    assert calls.aside
    assert calls.here == []
