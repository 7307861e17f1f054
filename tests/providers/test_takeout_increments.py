"""An export that came since is read by itself, and tells what a whole scan would tell."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from photofs.emulators.takeout import Account, Album, Item, Shape, write_export
from photofs.emulators.takeout.export import write_zip
from photofs.emulators.takeout.layout import File
from photofs.emulators.takeout.sidecars import sidecar_json
from photofs.model.observation import Finding, FindingKind, Observation, ScanEnd, Superseded
from photofs.providers.takeout.provider import open_provider
from tests.support import great_takeout
from tests.support.provider_tools import StateInMemory, make_tools
from tests.support.takeout_worlds import (
    LATER,
    MADE,
    account,
    albums,
    findings,
    item,
    photos,
    read_photo,
)

Scanned = list[Observation]


class Followed:
    """A folder that is scanned again and again, by one who keeps notes and cursor."""

    def __init__(self, folder: Path) -> None:
        """Nothing was scanned yet."""
        self.folder = folder
        self.tools = make_tools()
        self.cursor: str | None = None

    async def scan(self, *, whole: bool = False) -> Scanned:
        """One scan, from the cursor unless `whole`."""
        async with open_provider({"path": str(self.folder)}, self.tools) as provider:
            cursor = None if whole else self.cursor
            seen = [one async for one in provider.changes(cursor)]
        end = seen[-1]
        assert isinstance(end, ScanEnd)
        self.cursor = end.cursor
        return seen


def is_whole(seen: Scanned) -> bool:
    """Whether all was told."""
    end = seen[-1]
    assert isinstance(end, ScanEnd)
    return end.full


def spoil(folder: Path) -> None:
    """Make what is there unreadable, which lengths and times do not show."""
    for path in folder.glob("*.zip"):
        status = path.stat()
        path.write_bytes(bytes(status.st_size))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


async def test_parts_that_were_read_are_not_read_again(tmp_path: Path) -> None:
    """Of fifty parts and one that comes later only that one is opened, and only it is told."""
    great_takeout.write(tmp_path, great_takeout.FULL, 50, great_takeout.shots(0, 1_000))
    followed = Followed(tmp_path)
    first = await followed.scan()
    assert len(photos(first)) == 1_050
    spoil(tmp_path)
    later = great_takeout.FULL + timedelta(days=60)
    changed = [*great_takeout.shots(1_000, 30), *great_takeout.shots(500, 20, "edited since")]
    great_takeout.write(tmp_path, later, 1, iter(changed))
    second = await followed.scan()
    assert not is_whole(second)
    assert len(photos(second)) == 50 + 3
    assert photos(second)["AF1QipGreat0000500"].description == "edited since"
    assert not findings(second)
    known = set(photos(first)) | set(photos(second))
    (trip,) = albums(second).values()
    assert set(trip.members) == {one for one in known if int(one[11:18]) % 10 == 0}
    assert not photos(await followed.scan())


async def test_the_next_one_is_read_by_itself_too(tmp_path: Path) -> None:
    """A third export counts on what the first two told, and none of them is read."""
    one = item("a.jpg", 1, edited=b"edited")
    followed = Followed(tmp_path)
    write_export(tmp_path, account(one, item("b.jpg", 2)), MADE)
    await followed.scan()
    for days in (1, 2):
        spoil(tmp_path)
        told = replace(one, edited=None, description=f"day {days}")
        write_export(tmp_path, account(told), LATER + timedelta(days=days))
        seen = await followed.scan()
        assert not is_whole(seen)
        (photo,) = photos(seen).values()
        assert photo.description == f"day {days}"
        assert (photo.set_key, photo.set_role) == ("AF1QipItem0001", "main")


async def test_a_sidecar_alone_speaks_of_older_bytes(tmp_path: Path) -> None:
    """A caption that comes without its picture is told of the picture that is there."""
    one = item("a.jpg", 1)
    followed = Followed(tmp_path)
    write_export(tmp_path, account(one, item("b.jpg", 2)), MADE)
    await followed.scan()
    write_export(tmp_path, account(replace(one, exported=False, description="new")), LATER)
    seen = await followed.scan()
    assert not is_whole(seen)
    (photo,) = photos(seen).values()
    assert photo.description == "new"
    assert await read_photo(tmp_path, photo) == one.data


ONE, TWO = item("a.jpg", 1), item("b.jpg", 2)
WHOLE = {
    "a part of an export that was read": (
        (ONE, TWO), [("takeout-20260304T050607Z-3-002.zip", "c.jpg", b"other")],
    ),
    "an older export": ((ONE, TWO), [("takeout-20250101T000000Z-3-001.zip", "c.jpg", b"other")]),
    "a part that is not named as Google's": ((ONE, TWO), [("mine.zip", "c.jpg", b"other")]),
    "bytes of a photo without a sidecar": (
        (replace(ONE, sidecar=False), TWO),
        [("takeout-20260504T050607Z-3-001.zip", "a.jpg", ONE.data)],
    ),
    "a picture for a sidecar that was alone": (
        (replace(ONE, exported=False), TWO),
        [("takeout-20260504T050607Z-3-001.zip", "a.jpg", b"other")],
    ),
    "a lacking part": ((ONE, TWO), [("takeout-20260504T050607Z-3-002.zip", "c.jpg", b"other")]),
}  # fmt: skip


@pytest.mark.parametrize("what", WHOLE)
async def test_what_needs_a_whole_scan_gets_one(tmp_path: Path, what: str) -> None:
    """Where new parts bear on more than themselves, all is read and told."""
    items, added = WHOLE[what]
    followed, other = Followed(tmp_path), Followed(tmp_path)
    write_export(tmp_path, account(*items), MADE)
    await followed.scan()
    await other.scan()
    for part, name, data in added:
        telling = item(name, int(name == "c.jpg") * 2 + 1, data=data)
        (made,) = write_export(tmp_path / "made", account(telling), LATER)
        made.rename(tmp_path / part)
        (tmp_path / "made").rmdir()
    seen = await followed.scan()
    assert is_whole(seen)
    assert photos(seen) == photos(await other.scan(whole=True))


async def test_a_folder_that_may_be_the_archive_has_all_read(tmp_path: Path) -> None:
    """That only a folder's name says so, copies in other exports may deny."""
    followed, other = Followed(tmp_path), Followed(tmp_path)
    write_export(tmp_path, account(ONE, TWO), MADE)
    await followed.scan()
    await other.scan()
    files = [
        File("Google Photos/Archive/a.jpg", ONE.data, text=False),
        File(
            "Google Photos/Archive/a.jpg.supplemental-metadata.json", sidecar_json(ONE), text=True
        ),
    ]
    write_zip(tmp_path / "takeout-20260504T050607Z-3-001.zip", files, LATER)
    seen = await followed.scan()
    assert is_whole(seen)
    assert photos(seen) == photos(await other.scan(whole=True))
    assert not photos(seen)[ONE.item_id].archived


async def test_an_item_of_several_bytes_has_all_read(tmp_path: Path) -> None:
    """Which of them it is told with now, and what becomes of the others, a whole scan says."""
    followed, other = Followed(tmp_path), Followed(tmp_path)
    write_export(tmp_path, account(ONE, TWO), MADE)
    trip = "Google Photos/Trip"
    files = [
        File(f"{trip}/metadata.json", b'{"title": "Trip"}', text=True),
        File(f"{trip}/a.jpg", b"cropped", text=False),
        File(f"{trip}/a.jpg.supplemental-metadata.json", sidecar_json(ONE), text=True),
    ]
    write_zip(tmp_path / "takeout-20260304T050607Z-3-002.zip", files, MADE)
    before = photos(await followed.scan())
    await other.scan()
    assert len(before) == 3
    write_export(tmp_path, account(replace(ONE, description="new")), LATER)
    seen = await followed.scan()
    assert is_whole(seen)
    assert photos(seen) == photos(await other.scan(whole=True))


async def test_a_damaged_part_has_all_read(tmp_path: Path) -> None:
    """What cannot be read is told once, by a whole scan."""
    followed = Followed(tmp_path)
    write_export(tmp_path, account(ONE, TWO), MADE)
    await followed.scan()
    (tmp_path / "takeout-20260504T050607Z-3-001.zip").write_bytes(b"PK no zip")
    seen = await followed.scan()
    assert is_whole(seen)
    assert len(findings(seen, FindingKind.UNREADABLE)) == 1


@pytest.mark.parametrize("lost", ["told-1-1", "basis", "told"])
async def test_lost_notes_have_all_read(tmp_path: Path, lost: str) -> None:
    """Without one of its notes a scan does not count on the others."""
    followed = Followed(tmp_path)
    write_export(tmp_path, account(ONE, TWO), MADE)
    await followed.scan()
    state = followed.tools.small_state
    assert isinstance(state, StateInMemory)
    del state.notes[lost]
    write_export(tmp_path, account(replace(ONE, description="new")), LATER)
    assert is_whole(await followed.scan())


async def test_pictures_of_other_products_stay_out(tmp_path: Path) -> None:
    """A later export of Drive alone shows none of its pictures."""
    followed = Followed(tmp_path)
    write_export(tmp_path, account(ONE, TWO), MADE)
    await followed.scan()
    files = [File("Drive/scan.jpg", b"a picture in Drive", text=False)]
    write_zip(tmp_path / "takeout-20260504T050607Z-3-001.zip", files, LATER)
    assert set(photos(await followed.scan())) == {ONE.item_id, TWO.item_id}


class Change(NamedTuple):
    """What becomes of one item before the next export."""

    told: bool
    description: str
    data: bytes
    lost: str
    edited: bytes | None
    motion: bool
    state: str
    album: str


changes = st.builds(
    Change,
    told=st.sampled_from([False, False, False, True]),
    description=st.sampled_from(["", "one", "two"]),
    data=st.sampled_from([*[b""] * 24, *[b" again"] * 8, b" the same for all"]),
    lost=st.sampled_from([*[""] * 24, "sidecar", "medium"]),
    edited=st.sampled_from([None, None, b"edited", b"edited otherwise"]),
    motion=st.booleans(),
    state=st.sampled_from(["", "", "archived", "trashed", "favorite"]),
    album=st.sampled_from(["", "", "Rome", "Oslo"]),
)
ITEMS = [
    item("IMG_1.jpg", 1), item("IMG_1.jpg", 2), item("DSC_1.jpg", 3), item("DSC_1.NEF", 4),
    item("IMG_2.HEIC", 5), item("IMG_2.MP4", 6, taken=None), item("20030616", 7),
    item("old.jpg", 8, url="none"),
]  # fmt: skip
histories = st.lists(
    st.lists(changes, min_size=len(ITEMS), max_size=len(ITEMS)), min_size=2, max_size=3
)


def exported(history: Sequence[Change], *, first: bool) -> Account:
    """What an export of that day holds."""
    items: list[Item] = []
    members: dict[str, list[str]] = {"Rome": [], "Oslo": []}
    for one, change in zip(ITEMS, history, strict=True):
        if one.url == "none" and not first and change.description != "two":
            continue
        if not change.told and not first:
            continue
        same = change.data == b" the same for all"
        items.append(
            replace(
                one,
                description=change.description,
                data=change.data if same else one.data + change.data,
                sidecar=change.lost != "sidecar",
                exported=change.lost != "medium",
                edited=change.edited,
                motion=(".MP4", b"film") if change.motion and one.title == "DSC_1.jpg" else None,
                archived=change.state == "archived",
                trashed=change.state == "trashed",
                favorite=change.state == "favorite",
            )
        )
        if change.album:
            members[change.album].append(one.item_id)
    told = [Album(title=title, item_ids=ids) for title, ids in members.items() if ids]
    return Account(items=items, albums=told)


@settings(max_examples=80, deadline=None)
@given(histories, st.integers(1, 3))
async def test_it_tells_what_a_whole_scan_would_tell(
    history: list[list[Change]], parts: int
) -> None:
    """Whatever exports come one after the other, photos, albums and guesses are the same."""
    with tempfile.TemporaryDirectory() as folder:
        followed, other = Followed(Path(folder)), Followed(Path(folder))
        shown: dict[str, object] = {}
        for number, day in enumerate(history):
            made = datetime(2026, 1, 1 + number, tzinfo=UTC)
            write_export(Path(folder), exported(day, first=number == 0), made, Shape(parts=parts))
            seen, wanted = await followed.scan(), await other.scan(whole=True)
            event(f"export {number + 1} has all read: {is_whole(seen)}")
            for one in seen:
                if isinstance(one, Superseded):
                    shown.pop(one.remote_id, None)
            shown |= photos(seen)
            assert shown == photos(wanted)
            for title, album in albums(seen).items():
                assert replace(album, position=0) == replace(albums(wanted)[title], position=0)
            if not is_whole(seen):
                assert not [one for one in wanted if isinstance(one, Superseded)]
                of_it = f"takeout-{made:%Y%m%dT%H%M%SZ}"
                assert lines(seen) == [
                    one for one in lines(wanted) if of_it in one or "/" not in one
                ]
        assert photos(await followed.scan(whole=True)) == photos(await other.scan(whole=True))


def lines(seen: Scanned) -> list[str]:
    """The findings, sorted, as text."""
    return sorted(f"{one.path}: {one.why}" for one in seen if isinstance(one, Finding))
