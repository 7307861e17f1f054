"""Files of one name and length in an unpacked tree: told apart by their bytes, never merged."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from photofs.metadata.head import read_head
from photofs.model.observation import PhotoSeen
from photofs.providers.archives.parts import find_parts
from photofs.providers.archives.sameness import NOTED, Sameness
from photofs.providers.flickr_export.provider import open_provider as open_flickr_export
from photofs.providers.takeout.provider import open_provider
from tests.support.provider_tools import StateInMemory, make_tools
from tests.support.takeout_worlds import albums, photos, read_photo, scan_folder

TOP = "Takeout/Google Photos"
NAME = "DSC00001.JPG"


def picture(number: int, size: int = 5_000) -> bytes:
    """Bytes that begin as a JPEG does."""
    return b"\xff\xd8\xff\xe0" + random.Random(number).randbytes(size - 4)


def put(folder: Path, data: bytes, sidecar: dict[str, object] | None = None) -> None:
    """The one file in that folder, with its sidecar or without."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_bytes(data)
    if sidecar is not None:
        told = {"title": NAME, "photoTakenTime": {"timestamp": "1563900000"}, **sidecar}
        (folder / f"{NAME}.json").write_text(json.dumps(told))


LINKED: dict[str, object] = {"url": "https://photos.google.com/photo/AF1QipItem0001"}


@pytest.mark.parametrize(
    ("first", "second"), [(None, None), (LINKED, None), (None, LINKED), ({}, {}), (LINKED, {})]
)
async def test_two_photos_of_one_name_and_length(
    tmp_path: Path, first: dict[str, object] | None, second: dict[str, object] | None
) -> None:
    """Both are there, with sidecars or without, and bear the same ids at the next scan."""
    put(tmp_path / TOP / "Photos from 2019", picture(1), first)
    put(tmp_path / TOP / "Photos from 2020", picture(2), second)
    seen = photos(await scan_folder(tmp_path))
    got = {await read_photo(tmp_path, one) for one in seen.values()}
    assert got == {picture(1), picture(2)}
    assert photos(await scan_folder(tmp_path)).keys() == seen.keys()


async def test_copies_in_an_album_stay_one_photo(tmp_path: Path) -> None:
    """Equal bytes in a year's and an album's folder are one photo, in that album."""
    for folder in ("Photos from 2019", "Trip"):
        put(tmp_path / TOP / folder, picture(1), {})
    (tmp_path / TOP / "Trip" / "metadata.json").write_text('{"title": "Trip"}')
    seen = await scan_folder(tmp_path)
    (photo,) = photos(seen)
    assert albums(seen)["Trip"].members == (photo,)


async def test_the_same_folder_unpacked_twice(tmp_path: Path) -> None:
    """Two unpacked trees that both have the folder and the name: both photos stay."""
    for number in (1, 2):
        put(tmp_path / str(number) / TOP / "Photos from 2019", picture(number))
    seen = photos(await scan_folder(tmp_path))
    assert len(seen) == 2


async def test_a_photo_keeps_its_id_when_its_double_comes(tmp_path: Path) -> None:
    """The first photo neither goes missing nor becomes another when the second one is added."""
    put(tmp_path / TOP / "Photos from 2019", picture(1))
    tools = make_tools()
    (before,) = photos(await scan_folder(tmp_path, tools))
    put(tmp_path / TOP / "Photos from 2020", picture(2))
    after = photos(await scan_folder(tmp_path, tools))
    assert len(after) == 2
    assert not after[before].missing
    assert await read_photo(tmp_path, after[before]) == picture(1)


async def test_checksums_are_read_once(tmp_path: Path) -> None:
    """What was read is noted, and believed as long as length and mtime stay."""
    put(tmp_path / TOP / "Photos from 2019", picture(1))
    put(tmp_path / TOP / "Photos from 2020", picture(2))
    tools = make_tools()
    state = tools.small_state
    assert isinstance(state, StateInMemory)
    await scan_folder(tmp_path, tools)
    noted = state.get(NOTED)
    assert isinstance(noted, dict)
    assert len(noted) == 2
    tree = sorted(find_parts(tmp_path).tree)
    for one in noted.values():
        one[-1] = 7
    assert {Sameness(tmp_path, tree, noted).mark(one) for one in tree} == {""}
    senseless: list[object] = [None, [], {key: [0] for key in noted}, dict.fromkeys(noted, "x")]
    for nonsense in senseless:
        assert len({Sameness(tmp_path, tree, nonsense).mark(one) for one in tree}) == 2


async def test_nothing_is_read_where_the_service_tells_the_ids(tmp_path: Path) -> None:
    """Copies whose sidecars all have the service's id cost no reading."""
    for folder in ("Photos from 2019", "Trip"):
        put(tmp_path / TOP / folder, picture(1), LINKED)
    tools = make_tools()
    assert len(photos(await scan_folder(tmp_path, tools))) == 1
    assert tools.small_state.get(NOTED) == {}


def test_a_file_that_cannot_be_read_is_like_none(tmp_path: Path) -> None:
    """Where bytes cannot be compared, nothing is merged."""
    put(tmp_path / "a", picture(1))
    put(tmp_path / "b", picture(2))
    tree = sorted(find_parts(tmp_path).tree)
    (tmp_path / "b" / NAME).unlink()
    assert [Sameness(tmp_path, tree, None).mark(one) for one in tree] == ["", f"b/{NAME}"]


async def test_files_of_a_flickr_export_without_an_id(tmp_path: Path) -> None:
    """Of one name and length they stay two if their bytes differ, and one if they are equal."""
    for folder, number in (("a", 1), ("b", 2), ("c", 1)):
        put(tmp_path / folder, picture(number))
    tools = replace(make_tools(), read_head=read_head)
    async with open_flickr_export({"path": str(tmp_path)}, tools) as provider:
        seen = [one async for one in provider.changes(None) if isinstance(one, PhotoSeen)]
        got = []
        for one in seen:
            async with provider.open_original(one.ref, None) as stream:
                got.append(b"".join([chunk async for chunk in stream]))
    assert sorted(got) == sorted([picture(1), picture(2)])


async def test_names_that_begin_with_a_dot(tmp_path: Path) -> None:
    """Hidden photos and those in a phone's trash are taken; macOS's own files are not."""
    folder = tmp_path / TOP / "Photos from 2019"
    folder.mkdir(parents=True)
    taken = [".trashed-1712345678-IMG_1.jpg", "..hidden.jpg", ".IMG_2.jpg"]
    for number, name in enumerate([*taken, "._IMG_3.jpg", ".DS_Store", ".nomedia"]):
        (folder / name).write_bytes(picture(number))
    async with open_provider({"path": str(tmp_path)}, make_tools()) as provider:
        seen = [one async for one in provider.changes(None)]
    assert {await read_photo(tmp_path, one) for one in photos(seen).values()} == {
        picture(number) for number in range(3)
    }
    tools = replace(make_tools(), read_head=read_head)
    async with open_flickr_export({"path": str(tmp_path)}, tools) as provider:
        exported = photos([one async for one in provider.changes(None)])
    assert len(exported) == 3


async def test_texts_that_no_person_wrote(tmp_path: Path) -> None:
    """A description of a megabyte and names of pages are cut."""
    people = [{"name": "n" * 9_000}] * 50
    put(
        tmp_path / TOP / "Photos from 2019",
        picture(1),
        {"description": "d" * 500_000, "people": people},
    )
    ((_id, seen),) = photos(await scan_folder(tmp_path)).items()
    assert seen.description == "d" * 3_999 + "…"
    assert len(seen.people) == 50
    assert max(map(len, seen.people)) == 500
