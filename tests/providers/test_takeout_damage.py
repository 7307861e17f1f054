"""Sidecars that are lost and found again: each photo is shown once, and stays the file it was."""

import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photofs.emulators.takeout import Account, Album, Shape, write_export
from photofs.emulators.takeout.languages import GERMAN
from photofs.model.observation import FindingKind, ScanEnd, Superseded
from tests.support.damage import Rescanned, as_missing, spoil
from tests.support.takeout_worlds import (
    LATER,
    MADE,
    account,
    findings,
    item,
    photos,
    read_photo,
    scan_folder,
)

OTHER_YEAR = datetime(2018, 2, 3, tzinfo=UTC)
ITEMS = (
    item("a.jpg", 1, description="words", favorite=True, edited=b"edited bytes"),
    item("b.HEIC", 2, motion=(".MP4", b"moving bytes" * 9)),
    item("c.jpg", 3, url="old"),
    item("same.jpg", 4, data=b"the same" * 9),
    item("same.jpg", 5, data=b"the same" * 9, taken=OTHER_YEAR),
    item("name.jpg", 6),
    item("name.jpg", 7, taken=OTHER_YEAR),
    item("bare.jpg", 8, sidecar=False),
)
WORLD = account(
    *ITEMS, albums=(Album(title="Trip", item_ids=("AF1QipItem0001", "AF1QipItem0006")),)
)
BYTES = 10
"""Photos in it: eight items, an edited one, a moving one."""


@pytest.fixture
def rescanned(tmp_path: Path) -> Iterator[Rescanned]:
    """A folder without an export yet, and a catalog."""
    made = Rescanned(tmp_path / "export", tmp_path / "catalog.db")
    yield made
    made.filed.catalog.close()


def whole(rescanned: Rescanned, kind: str = "zip", world: Account = WORLD) -> list[Path]:
    """The export as it should be."""
    return write_export(rescanned.folder, world, MADE, Shape(kind=kind))  # type: ignore[arg-type] # one of them


def damaged(rescanned: Rescanned, kind: str = "zip") -> None:
    """The export without a readable sidecar."""
    for path in whole(rescanned, kind):
        if path.is_dir():
            for sidecar in path.rglob("*.json"):
                sidecar.write_bytes(b"{")
        else:
            spoil(path)


async def fresh(folder: Path) -> set[str]:
    """The ids that a library has that is scanned for the first time."""
    return set(photos(await scan_folder(folder)))


@pytest.mark.parametrize("kind", ["zip", "tree"])
async def test_whole_then_damaged(rescanned: Rescanned, kind: str) -> None:
    """Nothing changes in the tree; the report says which sidecars are lost."""
    whole(rescanned, kind)
    before = photos(await rescanned.scan())
    tree, mark = rescanned.filed.tree(), rescanned.filed.catalog.last_change()
    damaged(rescanned, kind)
    for _scan in range(2):
        seen = await rescanned.scan()
        assert {key: replace(one, ref="") for key, one in photos(seen).items()} == {
            key: replace(one, ref="") for key, one in before.items()
        }
        assert rescanned.filed.tree() == tree
        assert rescanned.filed.catalog.last_change() == mark
        lost = findings(seen, FindingKind.NO_SIDECAR)
        assert sum("earlier scan" in one.why for one in lost) >= BYTES - 1
    whole(rescanned, kind)
    await rescanned.scan()
    assert rescanned.filed.tree() == tree
    assert rescanned.filed.catalog.last_change() == mark


@pytest.mark.parametrize("kind", ["zip", "tree"])
async def test_damaged_then_whole(rescanned: Rescanned, kind: str) -> None:
    """Every file stays the inode that it was, and gets what its sidecar tells."""
    damaged(rescanned, kind)
    await rescanned.scan()
    before = set(rescanned.shown().values())
    whole(rescanned, kind)
    seen = await rescanned.scan()
    assert set(photos(seen)) == await fresh(rescanned.folder)
    after = set(rescanned.shown().values())
    assert before <= after
    assert len(after) == BYTES
    assert rescanned.missing() == 0
    photo = rescanned.filed.catalog.photo(rescanned.filed.photo_id("AF1QipItem0001"))
    assert photo.description == "words"
    assert photo.albums == ("Trip",)
    assert photo.taken_local == "2019-07-20T12:31:00"


async def test_a_part_with_sidecars_that_comes_later(rescanned: Rescanned) -> None:
    """Parts that are added one after the other: no photo is listed twice in between or after."""
    parts = write_export(rescanned.folder, WORLD, MADE, Shape(kind="tgz", parts=3))
    away = [(part, part.read_bytes()) for part in parts]
    for part in parts:
        part.unlink()
    for part, data in away:
        part.write_bytes(data)
        await rescanned.scan()
        assert rescanned.missing() == 0
    assert len(set(rescanned.shown().values())) == BYTES
    assert set(photos(await rescanned.told())) == await fresh(rescanned.folder)


async def test_a_damaged_export_that_another_one_replaces(rescanned: Rescanned) -> None:
    """The folders of an export in another language have other names; the files are the same."""
    damaged(rescanned)
    await rescanned.scan()
    before = set(rescanned.shown().values())
    for part in rescanned.folder.iterdir():
        part.unlink()
    write_export(rescanned.folder, WORLD, LATER, Shape(language=GERMAN))
    await rescanned.scan()
    assert before <= set(rescanned.shown().values())
    assert len(set(rescanned.shown().values())) == BYTES
    assert rescanned.missing() == 0


async def test_libraries_of_older_versions_are_read_anew(rescanned: Rescanned) -> None:
    """With the same parts, but noted by rules that did not heal doubles, a scan is a full one."""
    whole(rescanned)
    end = (await rescanned.scan())[-1]
    assert isinstance(end, ScanEnd)
    assert end.cursor is not None
    assert [end.cursor] == [one.cursor for one in await rescanned.told(end.cursor)]  # type: ignore[union-attr] # it is the end
    older = json.dumps({**json.loads(end.cursor), "rules": 2})
    assert len(await rescanned.told(older)) > BYTES


@pytest.mark.parametrize("now", ["damaged", "whole"])
@pytest.mark.parametrize("first", ["damaged", "whole"])
async def test_libraries_that_list_photos_twice(rescanned: Rescanned, first: str, now: str) -> None:
    """The next scan takes out the double, whichever came first, and keeps the true photo."""
    whole(rescanned)
    good = photos(await scan_folder(rescanned.folder))
    damaged(rescanned)
    makeshift = photos(await scan_folder(rescanned.folder))
    doubles = {key: one for key, one in makeshift.items() if key not in good}
    assert len(doubles) >= BYTES - 2
    once = good if first == "whole" else makeshift
    rescanned.filed.scan(*once.values())
    told = [*as_missing(good.values()), *makeshift.values()]
    if first == "damaged":
        told = [*good.values(), *as_missing(doubles.values())]
    rescanned.filed.scan(*told)
    rescanned.note(told)
    assert len(set(rescanned.shown().values())) > BYTES
    if now == "whole":
        whole(rescanned)
    seen = await rescanned.scan()
    assert set(photos(seen)) == set(good)
    assert len(set(rescanned.shown().values())) == BYTES
    assert rescanned.missing() == 0
    await rescanned.scan()
    assert len(set(rescanned.shown().values())) == BYTES


class Guessable:
    """An export in which one sidecar fits another medium, too, once things are missing."""

    def __init__(self, folder: Path) -> None:
        """Nothing is written yet."""
        self.year = folder / "Takeout/Google Photos/Photos from 2019"
        self.year.mkdir(parents=True)

    def write(self, *, sidecar: bool, other: bool) -> None:
        """Two media, with or without the first one's sidecar, with or without the second one."""
        for number, name in enumerate(("photo_n.jpg", "photo_.jpg"), 1):
            told = {
                "title": name,
                "photoTakenTime": {"timestamp": f"156390000{number}"},
                "url": f"https://photos.google.com/photo/AF1QipItem000{number}",
            }
            (self.year / name).write_bytes(name.encode() * 9 * number)
            (self.year / f"{name}.json").write_text(json.dumps(told))
        os.utime(self.year / "photo_n.jpg", (0, 0))
        if not sidecar:
            (self.year / "photo_n.jpg.json").write_text("{")
        if not other:
            (self.year / "photo_.jpg").unlink()


async def check_both(rescanned: Rescanned) -> None:
    """A scan tells both media, each with its own bytes; nothing is missing, nothing twice."""
    seen = photos(await rescanned.scan())
    assert len(seen) == len(set(rescanned.shown().values())) == 2
    assert not any(one.missing for one in seen.values())
    got = {key: await read_photo(rescanned.folder, one) for key, one in seen.items()}
    assert set(got.values()) == {b"photo_n.jpg" * 9, b"photo_.jpg" * 18}
    assert got["AF1QipItem0002"] == b"photo_.jpg" * 18


async def test_a_guess_that_would_be_wrong(rescanned: Rescanned) -> None:
    """What an earlier scan told outweighs a guess: the medium stays the photo that it was."""
    export = Guessable(rescanned.folder)
    export.write(sidecar=True, other=True)
    await check_both(rescanned)
    export.write(sidecar=False, other=False)
    seen = photos(await rescanned.scan())
    assert seen["AF1QipItem0002"].missing
    assert not seen["AF1QipItem0001"].missing
    assert await read_photo(rescanned.folder, seen["AF1QipItem0001"]) == b"photo_n.jpg" * 9
    export.write(sidecar=True, other=True)
    await check_both(rescanned)


@pytest.mark.parametrize("sidecar_last", [False, True])
async def test_a_guess_that_was_wrong(rescanned: Rescanned, *, sidecar_last: bool) -> None:
    """A medium told as another one gives that up as soon as the other one itself is there."""
    export = Guessable(rescanned.folder)
    export.write(sidecar=False, other=False)
    assert set(photos(await rescanned.scan())) == {"AF1QipItem0002"}
    if sidecar_last:
        export.write(sidecar=False, other=True)
        await check_both(rescanned)
    export.write(sidecar=True, other=True)
    await check_both(rescanned)


async def test_other_bytes_are_another_photo(rescanned: Rescanned) -> None:
    """A file of the same name, folder and length, but other bytes, is not taken for the old one."""
    whole(rescanned, world=account(item("a.jpg", 1, data=b"one" * 9)))
    await rescanned.scan()
    for path in whole(rescanned, world=account(item("a.jpg", 1, data=b"two" * 9))):
        spoil(path)
    seen = photos(await rescanned.scan())
    assert len(seen) == 2
    assert seen["AF1QipItem0001"].missing
    (other,) = (one for one in seen.values() if not one.missing)
    assert await read_photo(rescanned.folder, other) == b"two" * 9


async def test_the_double_of_a_photo_is_not_its_successor(rescanned: Rescanned) -> None:
    """Of two photos with the same bytes one may lose its part: it is missing, not superseded."""
    one, two = item("same.jpg", 4, data=b"x" * 99), item("same.jpg", 5, data=b"x" * 99)
    (gone,) = write_export(rescanned.folder, account(one), MADE)
    write_export(rescanned.folder, account(two), LATER)
    assert len(photos(await rescanned.scan())) == 2
    gone.unlink()
    seen = await rescanned.scan()
    assert photos(seen)["AF1QipItem0004"].missing
    assert not [one for one in seen if isinstance(one, Superseded)]


async def test_versions_of_one_item_stay(rescanned: Rescanned) -> None:
    """A file with other bytes that a newer export repeats no more is missing, never taken out."""
    twice = Account(items=[item("a.jpg", 1), item("a.jpg", 1, data=b"different" * 99)])
    write_export(rescanned.folder, twice, MADE)
    await rescanned.scan()
    write_export(rescanned.folder, account(item("a.jpg", 1)), LATER)
    seen = await rescanned.scan()
    assert not [one for one in seen if isinstance(one, Superseded)]
    assert len(set(rescanned.shown().values())) == 2


@pytest.mark.parametrize("unfiled", [3, 999])
@pytest.mark.parametrize("after", [*range(8, 40, 4), 1000])
async def test_a_scan_that_dies_meanwhile(rescanned: Rescanned, after: int, unfiled: int) -> None:
    """Wherever it stopped, and though notes and catalog then disagree: the next one heals all."""
    damaged(rescanned)
    await rescanned.scan()
    before = set(rescanned.shown().values())
    whole(rescanned)
    await rescanned.scan_and_stop(after, unfiled)
    assert before <= set(rescanned.shown().values())
    seen = await rescanned.scan()
    assert set(photos(seen)) == await fresh(rescanned.folder)
    assert before <= set(rescanned.shown().values())
    assert len(set(rescanned.shown().values())) == BYTES
    assert rescanned.missing() == 0


@pytest.mark.parametrize("after", [20, 30, 1000])
async def test_damage_again_after_a_scan_that_died(rescanned: Rescanned, after: int) -> None:
    """An id that was found out in a scan that died is told from then on, sidecar or not."""
    damaged(rescanned)
    await rescanned.scan()
    before = set(rescanned.shown().values())
    whole(rescanned)
    await rescanned.scan_and_stop(after)
    died = set(rescanned.shown().values())
    damaged(rescanned)
    await rescanned.scan()
    assert before <= set(rescanned.shown().values()) == died
    whole(rescanned)
    assert set(photos(await rescanned.scan())) == await fresh(rescanned.folder)
    assert len(set(rescanned.shown().values())) == BYTES


@pytest.mark.parametrize("unfiled", [5, 8])
async def test_a_first_scan_that_dies(rescanned: Rescanned, unfiled: int) -> None:
    """What it had filed under ids of last resort is healed, too, though no scan of it ended."""
    damaged(rescanned)
    await rescanned.scan_and_stop(len(await scan_folder(rescanned.folder)) - 2, unfiled)
    before = set(rescanned.shown().values())
    assert before
    await rescanned.scan_and_stop(5)
    whole(rescanned)
    await rescanned.scan()
    assert before <= set(rescanned.shown().values())
    assert len(set(rescanned.shown().values())) == BYTES
    assert rescanned.tools.small_state.get("begun") == {}


async def test_what_is_told_is_not_superseded(rescanned: Rescanned) -> None:
    """A former id that a file has after all is told as a photo, and nothing else."""
    whole(rescanned, world=account(item("a.jpg", 1, sidecar=False, edited=b"edited bytes")))
    (edited,) = (key for key in photos(await rescanned.told()) if key.endswith("#edited"))
    rescanned.tools.small_state.put("superseded", {edited: "AF1QipItem0009#edited"})
    seen = await rescanned.scan()
    assert edited in photos(seen)
    assert not [one for one in seen if isinstance(one, Superseded)]


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_is_lost_and_found(rescanned: Rescanned, seed: int) -> None:
    """Sidecars lost at random, scans cut short at random: no file ever vanishes, all ends well."""
    dice = random.Random(seed)
    for _round in range(4):
        parts = write_export(rescanned.folder, WORLD, MADE, Shape(parts=3))
        for part in parts:
            if dice.random() < 0.6:
                spoil(part)
        if dice.random() < 0.3:
            await rescanned.scan_and_stop(dice.randrange(5, 60))
            continue
        told = photos(await rescanned.scan()).values()
        got = [await read_photo(rescanned.folder, one) for one in told if not one.missing]
        assert set(got) == {one.data for one in ITEMS} | {b"edited bytes", b"moving bytes" * 9}
    write_export(rescanned.folder, WORLD, MADE, Shape(parts=3))
    seen = photos(await rescanned.scan())
    assert set(seen) == await fresh(rescanned.folder)
    assert not any(one.missing for one in seen.values())
    assert len(set(rescanned.shown().values())) == BYTES
    assert rescanned.missing() == 0
