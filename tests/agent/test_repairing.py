"""Repairing mends what is wrong in a mirror, keeps the wrong files, and hides nothing it cannot."""

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from agent.repair_held import Held
from agent.repairing import NOWHERE, UNSEARCHED, repair
from photofs.catalog.mirrors import MirrorRow, NewMirror
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.opening import begin_mirror
from photofs.model.errors import StoreError
from photofs.model.mirror import CopyState, Role
from photofs.originals.port import Room
from tests.support.fake_source import Faults, requests_of, set_faults
from tests.support.jpegs import jpeg
from tests.support.log_guard import ExpectLog
from tests.support.mirrored import add_mirror, check_sums, files_of, run_once, tell_nobody, working
from tests.support.proven import copies, edit, flip, repaired, verified
from tests.support.stocked import Stock, file_photos, seen_photo, stock

ORIGINALS = {f"{name}.jpg": jpeg(seed, 3000 + seed) for seed, name in enumerate("abcde")}
MONTH = "2019/2019-07"


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Five photos of July 2019."""
    return stock(tmp_path / "home", ORIGINALS)


@pytest.fixture
async def row(made: Stock, tmp_path: Path) -> MirrorRow:
    """Their mirror, complete and verified."""
    added = add_mirror(made, tmp_path / "nas")
    await run_once(made, added)
    await verified(made, added)
    return added


def kept_aside(root: Path) -> dict[str, bytes]:
    """What lies in Damaged, by the path that it had."""
    found = files_of(root)
    return {
        path.split("/", 2)[2]: data for path, data in found.items() if path.startswith("Damaged/")
    }


async def test_p17_all_harm_is_mended_from_the_service(made: Stock, row: MirrorRow) -> None:
    """Flipped, cut, removed, replaced: each original is there again, and what was there is kept."""
    root = Path(row.root)
    flip(root / MONTH / "a.jpg")
    edit(root / MONTH / "b.jpg", b"cut")
    (root / MONTH / "c.jpg").unlink()
    edit(root / MONTH / "d.jpg", b"a person's work")
    wrong = files_of(root)
    found = await verified(made, row)
    assert len(found.wrong) == 4
    done = await repaired(made, row)
    assert (len(done.mended), done.left) == (4, [])
    now = files_of(root)
    assert {name: now[f"{MONTH}/{name}"] for name in ORIGINALS} == ORIGINALS
    assert kept_aside(root) == {
        f"{MONTH}/{name}.jpg": wrong[f"{MONTH}/{name}.jpg"] for name in "abd"
    }
    assert check_sums(root) == 5
    assert {copy.state for copy in copies(made).values()} == {CopyState.GOOD}
    assert all(copy.read_ns for copy in copies(made).values())
    assert (await verified(made, row)).wrong == []
    assert (root / MONTH / "a.jpg").stat().st_mtime == 1_563_712_215


async def test_files_that_changed_places_are_mended_from_each_other(
    made: Stock, row: MirrorRow
) -> None:
    """Three of them in a round; nothing is fetched, also where one was mended before a kill."""
    root = Path(row.root) / MONTH
    for name, other in zip("abc", "bca", strict=True):
        edit(root / f"{name}.jpg", ORIGINALS[f"{other}.jpg"])
    aside = Path(row.root) / "Damaged" / "d.jpg"
    aside.parent.mkdir()
    aside.write_bytes(ORIGINALS["d.jpg"])
    edit(root / "d.jpg", b"another")
    assert len((await verified(made, row)).wrong) == 4
    asked = len(requests_of(made.source))
    done = await repaired(made, row)
    assert (len(done.mended), done.left) == (4, [])
    now = files_of(Path(row.root))
    assert {name: now[f"{MONTH}/{name}"] for name in ORIGINALS} == ORIGINALS
    assert len(requests_of(made.source)) == asked
    assert (await verified(made, row)).wrong == []


async def test_the_store_is_asked_before_the_service(made: Stock, row: MirrorRow) -> None:
    """What is kept on this disk mends without a request; a damaged one there is no help."""
    store = made.store()
    root = Path(row.root)
    for name in "ab":
        sha256 = copies(made)[f"{MONTH}/{name}.jpg"].sha256
        path = store.kept_path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(ORIGINALS[f"{name}.jpg"])
        assert store.has_sealed(sha256) is Room.KEPT
        flip(root / MONTH / f"{name}.jpg")
    flip(store.kept_path(copies(made)[f"{MONTH}/b.jpg"].sha256))
    await verified(made, row)
    before = len(requests_of(made.source))
    done = await repaired(made, row)
    assert "kept on this disk" in done.mended[0]
    assert all("b.jpg" in each for each in done.left)
    assert {each.ref for each in requests_of(made.source)[before:]} <= {"b.jpg"}
    assert files_of(root)[f"{MONTH}/a.jpg"] == ORIGINALS["a.jpg"]


def second_mirror(made: Stock, root: Path) -> MirrorRow:
    """Another mirror of the same library."""
    root.mkdir()
    with made.open_catalog() as catalog:
        (library,) = catalog.libraries()
        folder = begin_mirror(root, "home", "2026")
        new = NewMirror(
            library.library_id,
            str(root),
            folder.marker.mirror,
            folder.disk,
            "{year}/{year}-{month}",
            catalog.mirrors()[0].albums,
            {},
            folder.traits,
        )
        folder.close()
        return catalog.mirror(catalog.add_mirror(new, 1))


async def test_another_mirror_helps_where_the_service_has_gone(
    made: Stock, row: MirrorRow, tmp_path: Path, expect_log: ExpectLog
) -> None:
    """Its file is compared first; from the mended one both are complete again."""
    await run_once(made, second_mirror(made, tmp_path / "usb"))
    for name in ("a.jpg", "b.jpg"):
        flip(Path(row.root) / MONTH / name)
    set_faults(made.source, Faults(error="Gone"))
    expect_log("the source says Gone")
    flip(tmp_path / "usb" / MONTH / "b.jpg")
    await verified(made, row)
    done = await repaired(made, row)
    assert done.mended == [f"{MONTH}/a.jpg: mended from another mirror"]
    assert [each.partition(":")[0] for each in done.left] == [f"{MONTH}/b.jpg"]
    assert files_of(Path(row.root))[f"{MONTH}/a.jpg"] == ORIGINALS["a.jpg"]


async def test_p17_what_cannot_be_mended_is_never_hidden(
    made: Stock, row: MirrorRow, expect_log: ExpectLog
) -> None:
    """The file stays where it is, and verify, repair and status tell of it each time."""
    root = Path(row.root)
    set_faults(made.source, Faults(error="Gone"))
    expect_log("the source says Gone")
    flip(root / MONTH / "a.jpg")
    wrong = files_of(root)
    await verified(made, row)
    for _ in range(2):
        done = await repaired(made, row)
        assert (done.mended, len(done.left)) == ([], 1)
        assert files_of(root) == wrong
        await run_once(made, row)
        assert len((await verified(made, row)).damaged) == 1
        with made.open_catalog() as catalog:
            counts = catalog.mirror_counts(row)
        assert (counts.damaged, counts.lacking) == (1, 1)


async def test_other_bytes_at_the_service_do_not_hide_the_loss(made: Stock, row: MirrorRow) -> None:
    """The damaged file is a former version from then on, still told; the new one is fetched."""
    root = Path(row.root)
    flip(root / MONTH / "a.jpg")
    await verified(made, row)
    new = jpeg(77, 4000)
    (made.source / "originals" / "a.jpg").write_bytes(new)
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        others = [seen_photo(name, len(data)) for name, data in list(ORIGINALS.items())[1:]]
        file_photos(catalog, source.source_id, [seen_photo("a.jpg", 4000, key="2"), *others])
    done = await repaired(made, row)
    assert "other bytes by now" in done.left[0]
    await run_once(made, row)
    assert files_of(root)[f"{MONTH}/a.jpg"] == new
    roles = {(copy.role, copy.state) for copy in copies(made).values()}
    assert roles == {(Role.CURRENT, CopyState.GOOD), (Role.FORMER, CopyState.DAMAGED)}


async def test_what_came_back_is_right_after_all(made: Stock, row: MirrorRow) -> None:
    """A file that was away, and put back by hand, needs no mending."""
    path = Path(row.root) / MONTH / "a.jpg"
    aside = path.rename(path.with_name("aside"))
    await verified(made, row)
    aside.rename(path)
    done = await repaired(made, row)
    assert (done.mended, done.right, done.left) == ([], 1, [])
    assert copies(made)[f"{MONTH}/a.jpg"].state is CopyState.GOOD


def exchange(root: Path, *names: str) -> None:
    """Each file gets the name of the next, the last one that of the first: no byte is touched."""
    held = [(root / MONTH / name).rename(root / f"{name}.moving") for name in names]
    for file, name in zip(held, [*names[1:], names[0]], strict=True):
        file.rename(root / MONTH / name)


@pytest.mark.parametrize("names", [("a.jpg", "b.jpg"), ("c.jpg", "a.jpg", "e.jpg")])
async def test_files_exchanged_by_name_are_mended_from_each_other(
    made: Stock, row: MirrorRow, names: tuple[str, ...]
) -> None:
    """Their photos are gone at the service, which is not asked; what stood there is kept."""
    root = Path(row.root)
    exchange(root, *names)
    wrong = files_of(root)
    set_faults(made.source, Faults(error="Gone"))
    assert len((await verified(made, row)).damaged) == len(names)
    before = len(requests_of(made.source))
    done = await repaired(made, row)
    assert (len(done.mended), done.left) == (len(names), [])
    assert len(requests_of(made.source)) == before
    now = files_of(root)
    assert {name: now[f"{MONTH}/{name}"] for name in ORIGINALS} == ORIGINALS
    assert kept_aside(root) == {f"{MONTH}/{name}": wrong[f"{MONTH}/{name}"] for name in names}
    assert (await verified(made, row)).wrong == []


@pytest.mark.parametrize(
    "where",
    [
        "Damaged/2020-01-01/2019/2019-07/b.jpg",
        "Vanished/2020-01-01/a.jpg",
        "Albums/Mine/a.jpg",
        "elsewhere/a.jpg",
        f"{MONTH}/e.jpg",
    ],
)
async def test_right_bytes_are_found_wherever_they_lie_in_the_mirror(
    made: Stock, row: MirrorRow, where: str
) -> None:
    """Set aside, vanished, in an album, or under a name that nobody has found wrong yet."""
    root = Path(row.root)
    flip(root / MONTH / "a.jpg")
    await verified(made, row)
    (root / where).parent.mkdir(parents=True, exist_ok=True)
    (root / where).unlink(missing_ok=True)
    (root / where).write_bytes(ORIGINALS["a.jpg"])
    set_faults(made.source, Faults(error="Gone"))
    done = await repaired(made, row)
    assert done.mended == [f"{MONTH}/a.jpg: mended from {where}, which has its bytes"]
    assert files_of(root)[f"{MONTH}/a.jpg"] == ORIGINALS["a.jpg"]
    assert files_of(root)[where] == ORIGINALS["a.jpg"]


async def test_a_file_that_becomes_a_former_version_still_mends_its_neighbour(
    made: Stock, row: MirrorRow
) -> None:
    """It was renamed in the same repair, after its bytes had been found under its old name."""
    root = Path(row.root)
    edit(root / MONTH / "a.jpg", ORIGINALS["b.jpg"])
    flip(root / MONTH / "b.jpg")
    await verified(made, row)
    (made.source / "originals" / "a.jpg").write_bytes(jpeg(77, 4000))
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        others = [seen_photo(name, len(data)) for name, data in list(ORIGINALS.items())[1:]]
        file_photos(catalog, source.source_id, [seen_photo("a.jpg", 4000, key="2"), *others])
    done = await repaired(made, row)
    (former,) = (path for path, copy in copies(made).items() if copy.role is Role.FORMER)
    assert done.mended == [f"{MONTH}/b.jpg: mended from {former}, which has its bytes"]
    assert files_of(root)[f"{MONTH}/b.jpg"] == ORIGINALS["b.jpg"]


async def test_a_file_that_changed_since_it_was_found_is_no_help(
    made: Stock, row: MirrorRow
) -> None:
    """Disks that share blocks compare nothing when they write, so it is read again before."""
    root = Path(row.root)
    (root / MONTH / "a.jpg").rename(root / "aside.jpg")
    await verified(made, row)
    sha256 = copies(made)[f"{MONTH}/a.jpg"].sha256
    async with working(made, row) as work:
        held = Held(work)
        found = await held.open(sha256)
        assert found is not None
        os.close(found[0])
        assert found[1] == "aside.jpg"
        flip(root / "aside.jpg")
        assert await held.open(sha256) is None


class Unlistable(LocalMirror):
    """A mirror on a disk that fails in one folder."""

    def names(self, folder: str) -> list[str]:
        """As the disk tells."""
        if folder == "failing":
            raise StoreError("listing failing: Input/output error")
        return super().names(folder)


async def test_a_folder_that_cannot_be_listed_is_told_and_keeps_no_service_away(
    made: Stock, row: MirrorRow
) -> None:
    """What the service has is mended; of what it has not nobody says that it is nowhere."""
    root = Path(row.root)
    (root / "failing").mkdir()
    flip(root / MONTH / "a.jpg")
    flip(root / MONTH / "b.jpg")
    await verified(made, row)
    async with working(made, row) as work:
        with work.catalog.database.transaction():
            copy = copies(made)[f"{MONTH}/a.jpg"]
            work.catalog.set_role(copy.copy_id, Role.FORMER, copy.photo_id)
        fd = os.open(root, os.O_RDONLY)
        with closing(Unlistable(root, fd, work.folder.marker, work.folder.traits)) as folder:
            done = await repair(replace(work, folder=folder), tell_nobody)
    assert done.mended == [f"{MONTH}/b.jpg: mended from the service"]
    assert [UNSEARCHED in each for each in done.left] == [True]
    assert NOWHERE not in done.left[0]
