"""Folders of pictures and mirrors: which facts count, what is an album, what is no deletion."""

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from photofs.emulators.pictures import make_jpeg
from photofs.metadata.xmp import write_xmp
from photofs.model.album_list import (
    AlbumList,
    ListedAlbum,
    ListedCollection,
    ListedPhoto,
    write_album_list,
)
from photofs.model.capture_time import Granularity, TakenBy
from photofs.model.errors import Gone, NotAttached, NotFound, Refused
from photofs.model.head import HeadFacts
from photofs.model.observation import (
    AlbumSeen,
    CollectionSeen,
    Finding,
    Inventory,
    Observation,
    PhotoSeen,
    ScanEnd,
)
from photofs.model.photo import Fidelity, Position
from photofs.model.sidecar import DateTold, SidecarFacts
from photofs.providers.folder.attached import Attached, note
from photofs.providers.folder.provider import AGAIN_NS, FolderProvider, open_provider
from photofs.providers.port import Tools
from tests.providers.test_folder_contract import folder_tools, put

EXIF = datetime.fromisoformat("2001-02-03T04:05:06")
TOLD = DateTold(local=datetime.fromisoformat("1999-08-07T06:05:04"), offset=timedelta(hours=5))
DATED = make_jpeg(1, taken=EXIF, position=(1.0, 2.0))
BARE = make_jpeg(2)


async def scan(
    folder: Path, tools: Tools | None = None, cursor: str | None = None
) -> list[Observation]:
    """All that a scan of the folder tells."""
    async with open_provider({"path": str(folder)}, tools or folder_tools()) as provider:
        return [one async for one in provider.changes(cursor)]


async def photos(folder: Path, tools: Tools | None = None) -> dict[str, PhotoSeen]:
    """The photos of a scan by id."""
    seen = await scan(folder, tools)
    return {one.remote_id: one for one in seen if isinstance(one, PhotoSeen)}


def albums(seen: list[Observation]) -> dict[str, tuple[str, ...]]:
    """The members of each album by its title."""
    return {one.title: one.members for one in seen if isinstance(one, AlbumSeen)}


def mark(folder: Path, mirror: str = "12ab") -> None:
    """Make it a mirror."""
    told = {"format": 1, "mirror": mirror, "library": "flickr", "made": "2026-01-01"}
    (folder / ".photofs-mirror").write_text(json.dumps(told))


def end_of(seen: list[Observation]) -> ScanEnd:
    """How the scan ended."""
    assert isinstance(seen[-1], ScanEnd)
    return seen[-1]


async def test_a_sidecar_counts_before_the_bytes(tmp_path: Path) -> None:
    """Its date, place and texts are told; without one, those of EXIF, and the file's time."""
    facts = SidecarFacts(
        title="Ramen",
        description="hot",
        tags=("food",),
        people=("Ada",),
        taken=TOLD,
        position=Position(-3.5, 4.5),
        favorite=True,
        page_url="https://example.org/1",
    )
    put(tmp_path, {"a.jpg": DATED, "a.jpg.xmp": write_xmp(facts), "b.jpg": DATED, "c.jpg": BARE})
    os.utime(tmp_path / "c.jpg", ns=(5, 1_234_567_890_123_456_789))
    told = await photos(tmp_path)
    first, second, third = told["a.jpg"], told["b.jpg"], told["c.jpg"]
    assert first.taken == TOLD.fact
    assert first.taken is not None
    assert first.taken.by is TakenBy.SIDECAR
    assert (first.title, first.description, first.tags) == ("Ramen", "hot", ("food",))
    assert (first.people, first.position, first.favorite) == (("Ada",), Position(-3.5, 4.5), True)
    assert first.page_url == "https://example.org/1"
    assert second.taken is not None
    assert (second.taken.local, second.taken.by) == (EXIF, TakenBy.EXIF)
    assert second.position is not None
    assert (second.title, second.favorite) == (None, None)
    assert third.taken is None
    assert third.uploaded_ns == 1_234_567_890_123_456_789


async def test_adobes_name_of_a_sidecar(tmp_path: Path) -> None:
    """`a.xmp` tells of `a.jpg` if there is no `a.jpg.xmp`; a broken one tells nothing."""
    month = DateTold(local=datetime.fromisoformat("2019-07-01"), granularity=Granularity.MONTH)
    put(
        tmp_path,
        {
            "a.jpg": DATED,
            "a.xmp": write_xmp(SidecarFacts(title="A", taken=month)),
            "b.jpg": BARE,
            "b.xmp": write_xmp(SidecarFacts(title="other")),
            "b.jpg.xmp": b"<broken",
        },
    )
    told = await photos(tmp_path)
    assert sorted(told) == ["a.jpg", "b.jpg"]
    assert told["a.jpg"].title == "A"
    assert told["a.jpg"].taken == month.fact
    assert told["b.jpg"].title is None


async def test_folders_of_pictures_are_albums(tmp_path: Path) -> None:
    """But for the root and those that only sort by date; nested ones have nested titles."""
    put(
        tmp_path,
        {
            "root.jpg": BARE,
            "Lima/b.jpg": BARE,
            "Lima/a.jpg": BARE,
            "Lima/old/c.jpg": BARE,
            "2019/2019-07/d.jpg": BARE,
            "2020-01-02/e.jpg": BARE,
            "Unknown/f.jpg": BARE,
            "notes/readme.txt": b"no picture",
        },
    )
    assert albums(await scan(tmp_path)) == {
        "Lima": ("Lima/a.jpg", "Lima/b.jpg"),
        "Lima / old": ("Lima/old/c.jpg",),
    }


async def test_links_are_members_of_albums(tmp_path: Path) -> None:
    """A folder of links is an album in the links' order; none leads out of the folder."""
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(BARE)
    home = tmp_path / "home"
    put(home, {"2019/a.jpg": BARE, "2019/b.jpg": BARE})
    mark(home)
    (home / "Albums" / "Peru").mkdir(parents=True)
    for name, target in {
        "1.jpg": "../../2019/b.jpg",
        "2.jpg": "../../2019/a.jpg",
        "3.jpg": "../../../outside.jpg",
        "4.jpg": str(outside),
        "5.jpg": "../../2019/gone.jpg",
        "6.jpg": "6.jpg",
    }.items():
        (home / "Albums" / "Peru" / name).symlink_to(target)
    (home / "loop").symlink_to(".")
    seen = await scan(home)
    assert albums(seen) == {"Peru": ("2019/b.jpg", "2019/a.jpg")}
    assert {one.remote_id for one in seen if isinstance(one, PhotoSeen)} == {
        "2019/a.jpg",
        "2019/b.jpg",
    }


async def test_a_mirrors_list_is_believed(tmp_path: Path) -> None:
    """Order, descriptions, favourites, names and collections are those of albums.json."""
    put(tmp_path, {"2019/a.jpg": BARE, "2019/b.jpg": BARE, "Albums/Peru/copy.jpg": BARE})
    put(tmp_path, {"2019/a.jpg.xmp": write_xmp(SidecarFacts(favorite=True))})
    mark(tmp_path)
    told = AlbumList(
        "flickr",
        (
            ListedPhoto("2019/a.jpg", fidelity="recompressed"),
            ListedPhoto("2019/b.jpg", name="b:c.jpg", favorite=True, archived=True),
        ),
        (
            ListedAlbum("Peru", "7", "far", ("2019/b.jpg", "2019/a.jpg", "2019/b.jpg")),
            ListedAlbum("Empty", "8"),
        ),
        (ListedCollection("South", "c", albums=("8", "7", "99")),),
    )
    (tmp_path / "albums.json").write_bytes(write_album_list(told))
    seen = await scan(tmp_path)
    shown = {one.remote_id: one for one in seen if isinstance(one, PhotoSeen)}
    assert sorted(shown) == ["2019/a.jpg", "2019/b.jpg"]
    assert (shown["2019/a.jpg"].favorite, shown["2019/b.jpg"].favorite) == (False, True)
    assert shown["2019/a.jpg"].fidelity is Fidelity.RECOMPRESSED
    assert (shown["2019/b.jpg"].archived, shown["2019/b.jpg"].file_name) == (True, "b:c.jpg")
    (peru, empty) = [one for one in seen if isinstance(one, AlbumSeen)]
    assert (peru.title, peru.description) == ("Peru", "far")
    assert peru.members == ("2019/b.jpg", "2019/a.jpg")
    assert (empty.title, empty.members) == ("Empty", ())
    (shelf,) = [one for one in seen if isinstance(one, CollectionSeen)]
    assert shelf.albums == (empty.remote_id, peru.remote_id)


async def test_a_list_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    """In a mirror it is a finding, in a plain folder anybody's file; the photos are told."""
    put(tmp_path, {"a.jpg": BARE, "albums.json": b"{}"})
    assert not [one for one in await scan(tmp_path) if isinstance(one, Finding)]
    mark(tmp_path)
    seen = await scan(tmp_path)
    assert [one.path for one in seen if isinstance(one, Finding)] == ["albums.json"]
    assert [one.remote_id for one in seen if isinstance(one, PhotoSeen)] == ["a.jpg"]


async def test_a_mirror_that_is_not_whole_is_reported(tmp_path: Path) -> None:
    """By its own list, which says of how many photos it had no file."""
    put(tmp_path, {"a.jpg": BARE})
    mark(tmp_path)
    told = AlbumList("flickr", (ListedPhoto("a.jpg"),), lacking=3)
    (tmp_path / "albums.json").write_bytes(write_album_list(told))
    (one,) = [one for one in await scan(tmp_path) if isinstance(one, Finding)]
    assert one.path == "albums.json"
    assert "no file of 3 photos" in one.why


async def test_names_in_another_normal_form(tmp_path: Path) -> None:
    """A mirror that came by way of a Mac is the same mirror."""
    put(tmp_path, {"cafe\u0301.jpg": BARE})
    mark(tmp_path)
    told = AlbumList(
        "x",
        (ListedPhoto("caf\xe9.jpg", favorite=True),),
        (ListedAlbum("A", files=("caf\xe9.jpg",)),),
    )
    (tmp_path / "albums.json").write_bytes(write_album_list(told))
    seen = await scan(tmp_path)
    (photo,) = [one for one in seen if isinstance(one, PhotoSeen)]
    assert photo.favorite
    assert albums(seen) == {"A": (photo.remote_id,)}


async def test_heads_are_read_once(tmp_path: Path) -> None:
    """A scan after a change reads only what is new, and an unchanged folder tells its end alone."""
    put(tmp_path, {"a.jpg": DATED, "b.jpg": BARE})
    looked: list[int] = []
    tools = folder_tools()
    real = tools.read_head
    assert real is not None

    def counting(head: bytes) -> HeadFacts | None:
        looked.append(len(head))
        return real(head)

    tools = replace(tools, read_head=counting)
    end = end_of(await scan(tmp_path, tools))
    assert len(looked) == 2
    assert len(await scan(tmp_path, tools, end.cursor)) == 1
    put(tmp_path, {"c.jpg": BARE})
    before = await photos(tmp_path, tools)
    assert len(looked) == 3
    assert before["a.jpg"].taken is not None
    put(tmp_path, {"a.jpg": BARE})
    assert (await photos(tmp_path, tools))["a.jpg"].taken is None


async def test_what_is_absent_is_listed_again_in_an_hour(tmp_path: Path) -> None:
    """A second listing without a photo comes by itself, once an hour has passed."""
    put(tmp_path, {"a.jpg": BARE, "b.jpg": BARE})
    now = folder_tools().now_ns()
    state = folder_tools().small_state

    async def at(minutes: int, cursor: str | None) -> list[Observation]:
        later = now + minutes * 60 * 10**9
        tools = replace(folder_tools(), now_ns=lambda: later, small_state=state)
        return await scan(tmp_path, tools, cursor)

    first = end_of(await at(0, None))
    (tmp_path / "b.jpg").unlink()
    second = await at(5, first.cursor)
    assert [one.remote_ids for one in second if isinstance(one, Inventory)] == [{"a.jpg"}]
    assert not end_of(await at(10, end_of(second).cursor)).full
    again = await at(6 + AGAIN_NS // (60 * 10**9), end_of(second).cursor)
    assert end_of(again).full
    assert [one.remote_ids for one in again if isinstance(one, Inventory)] == [{"a.jpg"}]
    assert not end_of(await at(600, end_of(again).cursor)).full


async def test_a_folder_that_cannot_be_listed_proves_no_absence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no inventory then, and the folder is reported."""
    put(tmp_path, {"a.jpg": BARE, "closed/b.jpg": BARE})
    real = os.scandir

    def failing(path: "os.PathLike[str]") -> object:
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", failing)
    seen = await scan(tmp_path)
    assert [one.path for one in seen if isinstance(one, Finding)] == ["closed"]
    assert not [one for one in seen if isinstance(one, Inventory)]


async def test_an_absent_disk_is_no_deletion(tmp_path: Path) -> None:
    """Neither an empty folder, a lacking mark, another's mark, nor a lacking nested disk."""
    folder = tmp_path / "home"
    with pytest.raises(NotFound):
        await scan(folder)
    folder.mkdir()
    with pytest.raises(NotFound):
        await scan(folder)
    put(folder, {"a.jpg": BARE})
    mark(folder)
    tools = folder_tools()
    await scan(folder, tools)
    (folder / ".photofs-mirror").unlink()
    with pytest.raises(NotAttached, match="no mirror"):
        await scan(folder, tools)
    mark(folder, "other")
    with pytest.raises(NotAttached, match="another mirror"):
        await scan(folder, tools)
    mark(folder)
    assert end_of(await scan(folder, tools)).full
    note(tools.small_state, Attached(str(folder), "/", ("nested",), "12ab"))
    with pytest.raises(NotAttached, match="nested"):
        await scan(folder, tools)
    note(tools.small_state, Attached(str(folder), str(folder), (), "12ab"))
    with pytest.raises(NotAttached, match="mounted at"):
        await scan(folder, tools)


async def test_bytes_of_an_absent_disk_are_not_gone(tmp_path: Path) -> None:
    """Reading says that the disk is away; a file that was deleted or changed is gone."""
    folder = tmp_path / "home"
    put(folder, {"a.jpg": BARE, "b.jpg": DATED})
    async with open_provider({"path": str(folder)}, folder_tools()) as provider:
        seen = {
            one.remote_id: one async for one in provider.changes(None) if isinstance(one, PhotoSeen)
        }
        assert not await provider.is_gone("a.jpg")
        (folder / "a.jpg").unlink()
        assert await provider.is_gone("a.jpg")
        with pytest.raises(Gone):
            async with provider.open_original(seen["a.jpg"].ref, None):
                pass
        put(folder, {"b.jpg": BARE})
        with pytest.raises(Gone):
            async with provider.open_original(seen["b.jpg"].ref, None):
                pass
        folder.rename(tmp_path / "away")
        folder.mkdir()
        for call in (provider.is_gone("a.jpg"), _open(provider, seen["b.jpg"].ref)):
            with pytest.raises(NotAttached):
                await call


async def _open(provider: FolderProvider, ref: str) -> None:
    """Open and close."""
    async with provider.open_original(ref, None):
        pass


async def test_nothing_is_written(tmp_path: Path) -> None:
    """A scan and reading leave names, bytes and times as they were."""
    put(tmp_path, {"a.jpg": DATED, "A/b.jpg": BARE})
    before = times_in(tmp_path)
    await scan(tmp_path)
    assert times_in(tmp_path) == before


def times_in(folder: Path) -> dict[str, tuple[int, int]]:
    """When each name below a folder was changed and written to."""
    every = {str(path): path.stat() for path in folder.rglob("*")}
    return {path: (each.st_mtime_ns, each.st_ctime_ns) for path, each in every.items()}


async def test_what_systems_keep_for_themselves_is_passed_over(tmp_path: Path) -> None:
    """Hidden folders, a NAS's thumbnails and trash hold no photos of the library."""
    names = (".thumbnails/a.jpg", "@eaDir/b.jpg", "#recycle/c.jpg", "._d.jpg", "e.jpg")
    put(tmp_path, dict.fromkeys(names, BARE))
    assert sorted(await photos(tmp_path)) == ["e.jpg"]


async def test_a_relative_path_is_refused() -> None:
    """The configuration must name an absolute path."""
    with pytest.raises(Refused):
        async with open_provider({"path": "pictures"}, folder_tools()):
            pass
