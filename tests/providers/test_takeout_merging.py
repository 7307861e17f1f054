"""Several exports over time, parts that come and go, and what of that is told."""

import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio

from photofs.emulators.takeout import Account, Album, Item, Shape, demo_takeout, write_export
from photofs.emulators.takeout.export import write_tree, write_zip
from photofs.emulators.takeout.languages import ENGLISH
from photofs.emulators.takeout.layout import Layout
from photofs.model.errors import Gone, NotFound, Refused
from photofs.model.observation import (
    AlbumGone,
    FindingKind,
    Inventory,
    Observation,
    PhotoGone,
    ScanEnd,
)
from photofs.providers.port import Tools
from photofs.providers.takeout.exports import lacking_parts, moment_ns, part_name
from photofs.providers.takeout.provider import open_provider
from tests.providers.contract import begun_scan
from tests.support.provider_tools import make_tools
from tests.support.takeout_worlds import (
    LATER,
    MADE,
    account,
    albums,
    export,
    findings,
    item,
    photos,
    read_photo,
    scan_folder,
)


async def scan_on(folder: Path, tools: Tools, cursor: str | None) -> list[Observation]:
    """A scan from a cursor, with notes that live on."""
    async with open_provider({"path": str(folder)}, tools) as provider:
        return [one async for one in provider.changes(cursor)]


def cursor_of(seen: list[Observation]) -> str | None:
    """Where the next scan begins."""
    end = seen[-1]
    assert isinstance(end, ScanEnd)
    return end.cursor


async def test_the_latest_facts_win(tmp_path: Path) -> None:
    """An incremental export's facts replace the full one's; what it lacks stays."""
    first = item("a.jpg", 1, description="old words")
    write_export(tmp_path, account(first, item("b.jpg", 2)), MADE, Shape(parts=2))
    newer = replace(first, description="new words", favorite=True)
    write_export(tmp_path, account(newer), LATER)
    told = photos(await scan_folder(tmp_path))
    assert set(told) == {"AF1QipItem0001", "AF1QipItem0002"}
    assert told["AF1QipItem0001"].description == "new words"
    assert told["AF1QipItem0001"].favorite
    assert told["AF1QipItem0001"].as_of_ns == int(LATER.timestamp()) * 10**9
    assert told["AF1QipItem0002"].as_of_ns == int(MADE.timestamp()) * 10**9


async def test_the_latest_bytes_win(tmp_path: Path) -> None:
    """Where exports differ in an item's bytes, the newest export's count, under another key."""
    first = item("a.jpg", 1)
    write_export(tmp_path, account(first), MADE)
    before = photos(await scan_folder(tmp_path))["AF1QipItem0001"]
    write_export(tmp_path, account(replace(first, data=b"rewritten")), LATER)
    told = photos(await scan_folder(tmp_path))
    assert set(told) == {"AF1QipItem0001"}
    assert told["AF1QipItem0001"].content_key != before.content_key
    assert await read_photo(tmp_path, told["AF1QipItem0001"]) == b"rewritten"


async def test_facts_without_bytes(tmp_path: Path) -> None:
    """An export that tells only the sidecar gives facts; the bytes come from the older one."""
    first = item("a.jpg", 1)
    write_export(tmp_path, account(first), MADE)
    write_export(tmp_path, account(replace(first, exported=False, trashed=True)), LATER)
    seen = await scan_folder(tmp_path)
    assert photos(seen)["AF1QipItem0001"].trashed
    assert not findings(seen, FindingKind.NO_MEDIUM)


async def test_memberships_add_up(tmp_path: Path) -> None:
    """An album's members are those that any export tells; a new export takes none away."""
    one, two = item("a.jpg", 1), item("b.jpg", 2)
    old = Album(title="Trip", item_ids=(one.item_id,), description="was")
    new = Album(title="Trip", item_ids=(two.item_id,), description="is", shape="flat")
    write_export(tmp_path, account(one, albums=(old,)), MADE)
    write_export(tmp_path, account(two, albums=(new,)), LATER)
    trip = albums(await scan_folder(tmp_path))["Trip"]
    assert trip.members == (one.item_id, two.item_id)
    assert trip.description == "is"
    assert not trip.members_complete


async def test_items_without_a_link_join_those_with_one(tmp_path: Path) -> None:
    """An export from before the links and one from after tell one photo, under one stable id."""
    old, new = item("a.jpg", 1, url="old"), item("a.jpg", 1)
    write_export(tmp_path / "both", account(old), MADE)
    write_export(tmp_path / "both", account(new), LATER)
    assert set(photos(await scan_folder(tmp_path / "both"))) == {new.item_id}

    tools = make_tools()
    write_export(tmp_path / "grown", account(old), MADE)
    (first,) = photos(await scan_on(tmp_path / "grown", tools, None))
    write_export(tmp_path / "grown", account(new), LATER)
    assert set(photos(await scan_on(tmp_path / "grown", tools, None))) == {first}


@pytest.mark.parametrize("before", [{"DSC_1.jpg"}, {"DSC_1.NEF"}, {"DSC_1.jpg", "DSC_1.NEF"}])
async def test_files_of_one_shot_stay_a_set_whatever_ids_they_have(
    tmp_path: Path, before: set[str]
) -> None:
    """Where an item keeps the id of an export from before the links, the others name that one."""
    shot = [item("DSC_1.jpg", 1), item("DSC_1.NEF", 2)]
    tools = make_tools()
    old = [replace(one, url="old") for one in shot if one.title in before]
    write_export(tmp_path, account(*old), MADE)
    first = set(photos(await scan_on(tmp_path, tools, None)))
    write_export(tmp_path, account(*shot), LATER)
    told = photos(await scan_on(tmp_path, tools, None))
    assert len(told) == 2
    assert first < set(told) or first == set(told)
    main, raw = sorted(told.values(), key=lambda one: one.set_role or "")
    assert (main.set_role, raw.set_role) == ("main", "raw")
    assert main.set_key == raw.set_key == main.remote_id


async def test_copies_in_one_export_with_other_bytes_are_kept(tmp_path: Path) -> None:
    """Two files of one item whose bytes differ are both shown: nothing is lost."""
    world = Account(items=[item("a.jpg", 1), item("a.jpg", 1, data=b"different")])
    write_export(tmp_path, world, MADE)
    told = photos(await scan_folder(tmp_path))
    assert len(told) == 2
    assert {await read_photo(tmp_path, one) for one in told.values()} == {
        item("a.jpg", 1).data,
        b"different",
    }


async def test_nothing_new(tmp_path: Path) -> None:
    """With unchanged parts an incremental scan yields its end alone, under the same cursor."""
    export(tmp_path, item("a.jpg"))
    tools = make_tools()
    cursor = cursor_of(await scan_on(tmp_path, tools, None))
    assert await scan_on(tmp_path, tools, cursor) == [ScanEnd(cursor=cursor, full=False)]


async def test_a_new_part(tmp_path: Path) -> None:
    """A part of an export that was read already is told with the next scan, beside the others."""
    tools = make_tools()
    first, second = write_export(
        tmp_path, account(item("a.jpg", 1), item("b.jpg", 2)), MADE, Shape(parts=2)
    )
    aside = tmp_path.parent / "aside.zip"
    second.rename(aside)
    cursor = cursor_of(await scan_on(tmp_path, tools, None))
    aside.rename(second)
    assert first.exists()
    seen = await scan_on(tmp_path, tools, cursor)
    assert set(photos(seen)) == {"AF1QipItem0001", "AF1QipItem0002"}
    assert cursor_of(seen) != cursor


@pytest.mark.parametrize("damage", ["removed", "cut short"])
async def test_p11_a_part_that_is_gone_makes_its_photos_missing(
    tmp_path: Path, damage: str
) -> None:
    """P11: Photos of a lost part are told as missing at every scan, never as gone; then back."""
    tools = make_tools()
    (old,) = write_export(tmp_path, account(item("a.jpg", 1)), MADE)
    write_export(tmp_path, account(item("b.jpg", 2)), LATER)
    cursor = cursor_of(await scan_on(tmp_path, tools, None))
    whole = old.read_bytes()
    old.unlink()
    if damage == "cut short":
        old.write_bytes(whole[:-30])
    for _scan in range(3):
        seen = await scan_on(tmp_path, tools, cursor)
        told = photos(seen)
        assert told["AF1QipItem0001"].missing
        assert told["AF1QipItem0001"].file_name == "a.jpg"
        assert not told["AF1QipItem0002"].missing
        assert not [one for one in seen if isinstance(one, PhotoGone | AlbumGone | Inventory)]
        cursor = None
    old.write_bytes(whole)
    assert not photos(await scan_on(tmp_path, tools, cursor))["AF1QipItem0001"].missing


async def test_p12_an_empty_folder_is_no_reason_to_miss_anything(tmp_path: Path) -> None:
    """P12: A folder that is empty or not there stops the scan with a remedy, before any photo."""
    tools = make_tools()
    (part,) = export(tmp_path, item("a.jpg"))
    await scan_on(tmp_path, tools, None)
    part.unlink()
    with pytest.raises(NotFound, match="holds no Takeout"):
        await scan_on(tmp_path, tools, None)
    with pytest.raises(NotFound, match="is not there"):
        await scan_on(tmp_path / "unmounted", tools, None)


async def test_a_scan_left_in_the_middle_forgets_nothing(tmp_path: Path) -> None:
    """A scan that was cancelled leaves the notes of the one before as they were."""
    tools = make_tools()
    (old,) = write_export(tmp_path, account(item("a.jpg", 1)), MADE)
    write_export(tmp_path, account(item("b.jpg", 2)), LATER)
    await scan_on(tmp_path, tools, None)
    old.unlink()
    with trio.CancelScope() as scope:
        async with (
            open_provider({"path": str(tmp_path)}, tools) as provider,
            begun_scan(provider) as changes,
        ):
            async for _one in changes:
                scope.cancel()
                await trio.lowlevel.checkpoint()
    assert photos(await scan_on(tmp_path, tools, None))["AF1QipItem0001"].missing


async def test_reading_from_a_part_that_is_gone(tmp_path: Path) -> None:
    """Reading from a part that was removed or replaced says Gone, and what to do."""
    (part,) = export(tmp_path, item("a.jpg"))
    export(tmp_path / "other", item("other.jpg", 2))
    photo = photos(await scan_folder(tmp_path))["AF1QipItem0001"]
    (tmp_path / "other" / part.name).replace(part)
    with pytest.raises(Gone, match="scan"):
        await read_photo(tmp_path, photo)
    part.unlink()
    with pytest.raises(Gone, match="not in"):
        await read_photo(tmp_path, photo)


@pytest.mark.parametrize("kind", ["tgz", "tree"])
async def test_reading_what_has_changed(tmp_path: Path, kind: str) -> None:
    """A tgz or file that was replaced since the scan gives Gone, not other bytes."""
    export(tmp_path, item("a.jpg"), kind=kind)
    photo = photos(await scan_folder(tmp_path))["AF1QipItem0001"]
    export(tmp_path, item("a.jpg", data=bytes(range(256)) * 3), kind=kind)
    with pytest.raises(Gone, match="changed"):
        await read_photo(tmp_path, photo)


async def test_a_lacking_part_is_told(tmp_path: Path) -> None:
    """Where part 2 of 3 is not there, the report says so."""
    written = export(tmp_path, *(item(f"{n}.jpg", n) for n in range(9)), parts=3)
    written[1].unlink()
    unreadable = findings(await scan_folder(tmp_path), FindingKind.UNREADABLE)
    assert [one.path for one in unreadable] == [written[1].name]


async def test_a_mixture(tmp_path: Path) -> None:
    """One part unpacked, one zip, one tgz of the same export are read as one."""
    items = [item(f"{n}.jpg", n) for n in range(8)]
    zips = export(tmp_path / "zips", *items, parts=3)
    tgzs = export(tmp_path / "tgzs", *items, parts=3, kind="tgz")
    here = tmp_path / "here"
    here.mkdir()
    zips[0].rename(here / zips[0].name)
    tgzs[1].rename(here / tgzs[1].name)
    with zipfile.ZipFile(zips[2]) as archive:
        archive.extractall(here)
    seen = await scan_folder(here)
    told = photos(seen)
    assert set(told) == {one.item_id for one in items}
    for one in items:
        assert await read_photo(here, told[one.item_id]) == one.data
    assert not findings(seen, FindingKind.NO_SIDECAR)


async def test_the_demo(tmp_path: Path) -> None:
    """The demo's export has what a demo needs, and nothing in it is unreadable."""
    demo_takeout(tmp_path)
    seen = await scan_folder(tmp_path)
    told = photos(seen).values()
    assert 40 <= len(told) <= 60
    assert sum(one.favorite or False for one in told) >= 5
    assert {one.set_role for one in told} == {None, "main", "edited", "motion", "raw"}
    assert any(one.archived for one in told)
    assert any(one.trashed for one in told)
    assert any(one.taken is None for one in told)
    assert len(albums(seen)) == 7
    assert not findings(seen, FindingKind.UNREADABLE)
    assert not findings(seen, FindingKind.REFUSED)


async def test_a_wrong_setting() -> None:
    """A source without an absolute path is refused with a remedy."""
    for config in ({}, {"path": ""}, {"path": "relative"}, {"path": 3}):
        with pytest.raises(Refused):
            async with open_provider(config, make_tools()):
                pass


def test_names_of_parts() -> None:
    """Google's names of parts tell moment, series and number."""
    assert part_name("takeout-20260408T142729Z-3-001.zip") == ("20260408T142729Z", "3", 1)
    assert part_name("takeout-20240408T142729Z-1234.tgz") == ("20240408T142729Z", "", 1234)
    assert part_name("takeout-20240408T142729Z.zip") is None
    assert moment_ns("20260408T142729Z") == int(
        datetime(2026, 4, 8, 14, 27, 29, tzinfo=UTC).timestamp() * 10**9
    )
    assert moment_ns("20261308T142729Z") is None


def test_lacking_parts() -> None:
    """Gaps in the numbers of an export's parts, each series for itself."""
    names = [f"sub/takeout-20260408T142729Z-3-{number:03}.zip" for number in (1, 4)]
    assert lacking_parts([*names, "takeout-20260408T142729Z-1-001.zip", "x.zip"]) == [
        "takeout-20260408T142729Z-3-002.zip",
        "takeout-20260408T142729Z-3-003.zip",
    ]
    assert len(lacking_parts(["takeout-20260408T142729Z-999999999.zip"])) == 999


def test_items_keep_their_facts() -> None:
    """An incremental export of the generator tells only what it was asked for."""
    whole = account(item("a.jpg", 1), item("b.jpg", 2))
    (only,) = whole.only(frozenset({"AF1QipItem0002"})).items
    assert isinstance(only, Item)
    assert only.title == "b.jpg"


@pytest.mark.parametrize("again", [False, True])
async def test_a_zip_beside_what_was_unpacked_and_edited(tmp_path: Path, *, again: bool) -> None:
    """An id that passes to the zip's file is told by no older word than the one before."""
    files = list(Layout(account(item("a.jpg", 1)), ENGLISH, True, MADE).files())
    (medium,) = (file for file in files if file.path.endswith(".jpg"))
    unpacked, tools = write_tree(tmp_path, files, MADE) / medium.path, make_tools()
    unpacked.write_bytes(medium.data + b" edited")
    (before,) = photos(await scan_folder(tmp_path, tools)).values()
    if again:
        unpacked.write_bytes(medium.data + b" edited, and edited again")
    write_zip(tmp_path / "takeout-20260304T050607Z-3-001.zip", files, MADE)
    for _scan in range(2):
        told = photos(await scan_folder(tmp_path, tools))
        bytes_of = {one.remote_id: await read_photo(tmp_path, one) for one in told.values()}
        assert sorted(bytes_of.values()) == sorted([medium.data, unpacked.read_bytes()])
        now = told[before.remote_id]
        assert now.content_key == before.content_key or now.as_of_ns >= before.as_of_ns
        assert now.taken == before.taken
        before = now


@pytest.mark.parametrize("newer", ["unpacked", "an export"])
async def test_newer_files_that_give_way_to_those_of_an_older_export(
    tmp_path: Path, newer: str
) -> None:
    """The bytes are told from where they are now, by no older word, with the newest facts."""
    old, tools = account(item("a.jpg", 1), item("b.jpg", 2)), make_tools()
    new = account(item("a.jpg", 1, favorite=True), item("b.jpg", 2, favorite=True))
    files = list(Layout(new, ENGLISH, True, MADE).files())
    gone = tmp_path / ("Takeout" if newer == "unpacked" else "takeout-20260504T050607Z-3-001.zip")
    if newer == "unpacked":
        write_tree(tmp_path, files, LATER)
    else:
        write_zip(gone, files, LATER)
    before = photos(await scan_folder(tmp_path, tools))
    write_export(tmp_path, old, MADE)
    gone.rename(tmp_path.with_name(f"{tmp_path.name} away"))
    told = photos(await scan_folder(tmp_path, tools))
    assert set(told) == set(before)
    for one in told.values():
        assert one.as_of_ns >= before[one.remote_id].as_of_ns
        assert await read_photo(tmp_path, one)
        assert one.favorite
