"""Verifying finds what is wrong in a mirror, changes nothing there, and proves the rest."""

import shutil
from pathlib import Path

import pytest

from agent.verifying import PORTION, Checking, Wanted, verify
from photofs.catalog.mirrors import MirrorRow
from photofs.model.errors import NotAttached
from photofs.model.mirror import CopyState
from photofs.model.observation import Progress
from tests.support.jpegs import jpeg
from tests.support.mirrored import add_mirror, files_of, run_once, swap, tell_nobody, working
from tests.support.proven import copies, edit, flip, verified
from tests.support.stocked import Stock, stock

ORIGINALS = {f"{name}.jpg": jpeg(seed, 3000 + seed) for seed, name in enumerate("abcdefg")}
MONTH = "2019/2019-07"


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Seven photos of July 2019."""
    return stock(tmp_path / "home", ORIGINALS)


@pytest.fixture
async def row(made: Stock, tmp_path: Path) -> MirrorRow:
    """Their mirror, complete."""
    added = add_mirror(made, tmp_path / "nas")
    await run_once(made, added)
    return added


async def test_what_is_right_is_proven(made: Stock, row: MirrorRow) -> None:
    """Each file has the moment at which it was re-read; before, none was proven."""
    assert {copy.read_ns for copy in copies(made).values()} == {None}
    found = await verified(made, row)
    assert (found.files, found.good, found.wrong, found.whole) == (7, 7, [], True)
    assert found.size == sum(map(len, ORIGINALS.values()))
    assert all(copy.read_ns for copy in copies(made).values())
    with made.open_catalog() as catalog:
        assert catalog.mirror(row.mirror_id).verified_ns


async def test_p17_each_kind_of_harm_is_found(made: Stock, row: MirrorRow) -> None:
    """A bit turned, a file cut short, removed, replaced by others or by a folder or link."""
    await verified(made, row)
    month = Path(row.root) / MONTH
    flip(month / "a.jpg")
    edit(month / "b.jpg", ORIGINALS["b.jpg"][:1000])
    (month / "c.jpg").unlink()
    edit(month / "d.jpg", jpeg(99, 5000))
    (month / "e.jpg").unlink()
    (month / "e.jpg").symlink_to("f.jpg")
    before = files_of(Path(row.root))
    found = await verified(made, row)
    assert [each.partition(": ")[0] for each in found.damaged] == [
        f"{MONTH}/{name}.jpg" for name in "abd"
    ]
    assert "cut short: 1,000 bytes" in found.damaged[1]
    assert sorted(each.partition(": ")[0] for each in found.absent) == [
        f"{MONTH}/c.jpg",
        f"{MONTH}/e.jpg",
    ]
    assert found.good == 2
    assert files_of(Path(row.root)) == before
    now = copies(made)
    assert {now[f"{MONTH}/{name}.jpg"].state for name in "abd"} == {CopyState.DAMAGED}
    assert {now[f"{MONTH}/{name}.jpg"].state for name in "ce"} == {CopyState.ABSENT}
    assert {now[f"{MONTH}/{name}.jpg"].read_ns for name in "abcde"} == {None}
    again = await verified(made, row)
    assert again.wrong == found.wrong


async def test_a_turned_bit_is_called_one(made: Stock, row: MirrorRow) -> None:
    """Where the disk tells that nobody wrote the file, the sentence says so."""
    path = Path(row.root) / MONTH / "a.jpg"
    flip(path)
    with made.open_catalog() as catalog, catalog.database.transaction():
        status = path.stat()
        number = copies(made)[f"{MONTH}/a.jpg"].copy_id
        catalog.database.run(
            "UPDATE mirrored SET ctime_ns = ? WHERE id = ?", (status.st_ctime_ns, number)
        )
    found = await verified(made, row)
    assert "bits have turned" in found.damaged[0]


async def test_a_touched_file_is_right_after_all(made: Stock, row: MirrorRow) -> None:
    """Another time with the same bytes is proven, and reads are served from it again."""
    (Path(row.root) / MONTH / "a.jpg").touch()
    found = await verified(made, row)
    assert found.wrong == []
    async with working(made, row) as work:
        copy = copies(made)[f"{MONTH}/a.jpg"]
        assert work.folder.stamp(copy.path) == copy.stamp


async def test_a_picture_that_cannot_be_decoded_proves_nothing(tmp_path: Path) -> None:
    """Half a download with the hash of half a download is found at its first proof, and told."""
    half = jpeg(1, 9000)[:-3000]
    made = stock(tmp_path / "home", {"half.jpg": half, "whole.jpg": jpeg(2, 900)})
    row = add_mirror(made, tmp_path / "nas")
    await run_once(made, row)
    found = await verified(made, row)
    assert found.good == 1
    (sentence,) = found.undecodable
    assert sentence.startswith(f"{MONTH}/half.jpg: its bytes are as they came")
    copy = copies(made)[f"{MONTH}/half.jpg"]
    assert (copy.state, copy.read_ns) == (CopyState.SUSPECT, None)
    assert (await verified(made, row)).undecodable == found.undecodable


async def test_what_nothing_decodes_counts_and_is_told(tmp_path: Path) -> None:
    """Bytes of a kind that no decoder here knows are proven by their hash alone."""
    made = stock(tmp_path / "home", {"a.jpg": b"of no kind at all"})
    row = add_mirror(made, tmp_path / "nas")
    await run_once(made, row)
    found = await verified(made, row)
    assert (found.good, found.unchecked, found.wrong) == (1, 1, [])


async def test_strangers_and_moved_files_are_told_and_left(made: Stock, row: MirrorRow) -> None:
    """What a person put there, and a photo that he gave another name; nothing is touched."""
    root = Path(row.root)
    (root / "notes.txt").write_text("mine", encoding="utf-8")
    (root / MONTH / "a.jpg").rename(root / MONTH / "Grandma.jpg")
    (root / MONTH / "b.jpg.xmp").write_text("a sidecar", encoding="utf-8")
    before = files_of(root)
    found = await verified(made, row)
    assert found.strays.moved == [(f"{MONTH}/a.jpg", f"{MONTH}/Grandma.jpg")]
    assert (found.strays.unknown, found.strays.such_as) == (1, ["notes.txt"])
    assert files_of(root) == before


async def test_the_longest_unread_come_first(made: Stock, row: MirrorRow) -> None:
    """`--oldest` goes round: what was never read, then what was read longest ago."""
    for _ in range(4):
        await verified(made, row, Wanted(oldest=2, threads=1))
    read = sorted((copy.read_ns or 0, path) for path, copy in copies(made).items())
    assert all(moment for moment, _ in read)
    assert read[-1][1] == f"{MONTH}/a.jpg"


async def test_only_what_is_due_is_read(made: Stock, row: MirrorRow) -> None:
    """The agent re-reads what is older than it is told, and what a wrong clock read later."""
    await verified(made, row)
    moments = [copy.read_ns or 0 for copy in copies(made).values()]
    none = await verified(made, row, Wanted(before_ns=min(moments)))
    assert none.files == 0
    with made.open_catalog() as catalog, catalog.database.transaction():
        catalog.database.run("UPDATE mirrored SET read_ns = read_ns + ? WHERE id = 1", (10**18,))
    assert (await verified(made, row, Wanted(before_ns=min(moments)))).files == 1


def interrupt(_progress: Progress) -> None:
    """Ctrl-C, right after the first portion was noted."""
    raise KeyboardInterrupt


async def test_one_that_was_broken_off_goes_on(tmp_path: Path) -> None:
    """Ctrl-C within: what was noted is not read again, and the end counts as one verifying."""
    many = {f"{number:03}.jpg": jpeg(number, 1000) for number in range(PORTION + 20)}
    made = stock(tmp_path / "home", many)
    row = add_mirror(made, tmp_path / "nas")
    await run_once(made, row)
    with pytest.RaisesGroup(KeyboardInterrupt):
        await verified(made, row, Wanted(threads=1), interrupt)
    first = {path for path, copy in copies(made).items() if copy.read_ns}
    assert len(first) == PORTION
    found = await verified(made, row)
    assert (found.files, found.whole) == (len(many) - len(first), True)
    assert (await verified(made, row)).files == len(many)


async def test_begun_anew_reads_all(made: Stock, row: MirrorRow) -> None:
    """`--all` reads what a broken off one had read, too."""
    await verified(made, row)
    with made.open_catalog() as catalog:
        catalog.set_verifying(row.mirror_id, 1)
    assert (await verified(made, row)).files == 0
    with made.open_catalog() as catalog:
        catalog.set_verifying(row.mirror_id, 1)
    assert (await verified(made, row, Wanted(anew=True))).files == 7


async def test_nothing_is_concluded_from_a_disk_that_goes(made: Stock, row: MirrorRow) -> None:
    """An empty folder in the mirror's place before, or in the middle: no file is called missing."""
    await verified(made, row)
    before = copies(made)
    root = Path(row.root)
    async with working(made, row) as work:
        swap(root)
        shutil.rmtree(root.with_name("unplugged") / MONTH)
        checking = Checking(work.catalog, work.folder, row, Wanted(), work.disk)
        with pytest.RaisesGroup(NotAttached):
            await verify(checking, tell_nobody)
    with pytest.raises(NotAttached):
        await verified(made, row)
    assert copies(made) == before


async def test_a_run_in_between_is_not_undone(made: Stock, row: MirrorRow) -> None:
    """A file that was renewed while it was looked at keeps what the run noted."""
    assert row.root
    path = f"{MONTH}/a.jpg"
    seen = copies(made)[path]
    with made.open_catalog() as catalog:
        with catalog.database.transaction():
            catalog.note_written(seen.copy_id, seen.stamp, 77)
        assert not catalog.note_proven(seen, seen.stamp, 88)
        assert not catalog.note_not_proven(seen, CopyState.DAMAGED, "old news")
    assert (copies(made)[path].state, copies(made)[path].read_ns) == (CopyState.GOOD, None)
