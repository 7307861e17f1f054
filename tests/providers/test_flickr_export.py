"""A Flickr export as a library: the shared contract in zips and unpacked, and its own oddities."""

import json
import os
import stat
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from photofs.emulators.flickr_export import (
    EXPORTED,
    Export,
    ExportedAlbum,
    ExportedPhoto,
    Geo,
    Naming,
    file_name,
    write_tree,
    write_zips,
)
from photofs.emulators.pictures import make_jpeg, make_png, make_video
from photofs.model.capture_time import TakenBy
from photofs.model.errors import Corrupt, Gone, NotFound, Refused
from photofs.model.observation import (
    AlbumSeen,
    Finding,
    FindingKind,
    Observation,
    PhotoSeen,
    ScanEnd,
)
from photofs.model.photo import Fidelity, Media, Position
from photofs.providers.archives.provider import ArchiveProvider
from photofs.providers.flickr_export.provider import open_provider
from photofs.providers.port import Tools
from tests.providers.contract import Expected, ProviderContract, albums, photos, read, scan
from tests.support.heads import read_head
from tests.support.provider_tools import make_tools

ROME = (41.890251, 12.492373)


def jpeg(seed: int, **facts: Any) -> bytes:  # noqa: ANN401 - make_jpeg's own
    """A small picture."""
    return make_jpeg(seed, width=64, height=48, **facts)


def usual_export() -> Export:
    """Albums, an emoji, clashing titles, a video, a file without extension, one left out."""
    first = 51_000_000_001
    video = make_video(3, taken=None, seconds=0.2)
    made = [
        ExportedPhoto(photo_id="", data=jpeg(1), title="Rome & back", position=ROME),
        ExportedPhoto(photo_id="", data=jpeg(2), title="", secret="0123456789"),
        ExportedPhoto(photo_id="", data=video, title="Das Meer", extension="mp4", video=True),
        ExportedPhoto(photo_id="", data=jpeg(4), title="🐢 東京", naming=Naming.UPPER_CASE),
        ExportedPhoto(photo_id="", data=jpeg(5), title="clash", position=ROME, geo=Geo.LIST),
        ExportedPhoto(photo_id="", data=make_png(6), title="clash", extension="png"),
        ExportedPhoto(photo_id="", data=jpeg(7), title="IMG_1234", naming=Naming.NO_EXTENSION),
        ExportedPhoto(photo_id="", data=None, title="left out", year=2018),
        ExportedPhoto(photo_id="", data=jpeg(9), title="2019", naming=Naming.BARE),
    ]
    numbered = [replace(photo, photo_id=str(first + at)) for at, photo in enumerate(made)]
    ids = [photo.photo_id for photo in numbered]
    return Export(
        photos=numbered,
        albums=(
            ExportedAlbum(album_id="7215771", title="Rome / 2019", photos=(ids[4], ids[0], ids[7])),
            ExportedAlbum(album_id="7215772", title="Empty", photos=()),
        ),
        favorites=("4711", "4712"),
        files_a_zip=3,
    )


def bytes_of(export: Export) -> dict[str, bytes]:
    """The right bytes by id."""
    return {one.photo_id: one.data for one in export.photos if one.data is not None}


def lent() -> Tools:
    """Tools in memory that read heads."""
    return replace(make_tools(), read_head=read_head)


@asynccontextmanager
async def opened(folder: Path, tools: Tools | None = None) -> AsyncIterator[ArchiveProvider]:
    """The provider of a folder."""
    async with open_provider({"path": str(folder)}, tools or lent()) as provider:
        yield provider


async def told(folder: Path, tools: Tools | None = None) -> list[Observation]:
    """A full scan of a folder."""
    async with opened(folder, tools) as provider:
        return await scan(provider)


def by_id(seen: list[Observation]) -> dict[str, PhotoSeen]:
    """The photos of a scan by their ids."""
    return {photo.remote_id: photo for photo in photos(seen)}


def zips_of(folder: Path) -> list[Path]:
    """The zips in a folder."""
    return sorted(folder.glob("*.zip"))


def findings(seen: list[Observation], kind: FindingKind) -> list[Finding]:
    """The findings of that kind."""
    return [one for one in seen if isinstance(one, Finding) and one.kind is kind]


@pytest.fixture
def export() -> Export:
    """The usual export."""
    return usual_export()


@pytest.fixture
def folder(tmp_path: Path, export: Export) -> Path:
    """The usual export in zips."""
    write_zips(export, tmp_path)
    return tmp_path


class TestZips(ProviderContract):
    """The contract over zips, with the metadata last in the alphabet and media split."""

    @pytest.fixture
    async def provider(self, folder: Path) -> AsyncIterator[ArchiveProvider]:
        """The usual export."""
        async with opened(folder) as provider:
            yield provider

    @pytest.fixture
    def expected(self, export: Export) -> Expected:
        """All bytes."""
        return bytes_of(export)


class TestTree(ProviderContract):
    """The contract over an unpacked tree."""

    @pytest.fixture
    async def provider(self, tmp_path: Path, export: Export) -> AsyncIterator[ArchiveProvider]:
        """The usual export, all files in one folder below the source's."""
        below = tmp_path / "unpacked"
        below.mkdir()
        write_tree(export, below)
        async with opened(tmp_path) as provider:
            yield provider

    @pytest.fixture
    def expected(self, export: Export) -> Expected:
        """All bytes."""
        return bytes_of(export)


async def test_facts_arrive(folder: Path, export: Export) -> None:
    """Title, wall time, place, page, size and checksum of a photo are told."""
    rome = by_id(await told(folder))[export.photos[0].photo_id]
    assert rome.title == "Rome & back"
    assert rome.taken is not None
    assert rome.taken.by is TakenBy.SERVICE
    assert rome.taken.local == datetime(2019, 7, 1, 12, 0)  # noqa: DTZ001 - wall time
    assert rome.taken.instant is None
    assert rome.position == Position(*ROME)
    assert rome.size == len(export.photos[0].data or b"")
    assert rome.hash is not None
    assert rome.fidelity is Fidelity.ORIGINAL
    assert rome.favorite is rome.archived is rome.trashed is None
    assert rome.page_url == f"https://www.flickr.com/photos/me/{rome.remote_id}/"
    assert rome.as_of_ns == int(EXPORTED.timestamp()) * 10**9


async def test_kinds_are_told_by_name_or_bytes(folder: Path, export: Export) -> None:
    """A video is one; a file without an extension is looked into."""
    seen = by_id(await told(folder))
    kinds = [(seen[one.photo_id].media, seen[one.photo_id].extension) for one in export.photos]
    assert kinds[2] == (Media.VIDEO, "mp4")
    assert kinds[3] == (Media.PICTURE, "jpg")
    assert kinds[5] == (Media.PICTURE, "png")
    assert kinds[6] == (Media.PICTURE, "jpg")


async def test_albums_keep_order_and_say_what_lacks(folder: Path, export: Export) -> None:
    """Members in albums.json's order, missing ones included; no synthetic album."""
    seen = await told(folder)
    ids = [one.photo_id for one in export.photos]
    rome, empty = albums(seen)
    assert (rome.title, rome.members) == ("Rome / 2019", (ids[4], ids[0], ids[7]))
    assert rome.members_complete
    assert (empty.title, empty.members) == ("Empty", ())


async def test_an_album_of_unknown_photos_is_not_complete(tmp_path: Path) -> None:
    """Ids of which the export has neither facts nor file are no members, and that is told."""
    photo = ExportedPhoto(photo_id="51000000001", data=jpeg(1))
    album = ExportedAlbum(album_id="72", title="A", photos=("51000000001", "51000000099"))
    write_zips(Export(photos=[photo], albums=[album]), tmp_path)
    (one,) = [one for one in await told(tmp_path) if isinstance(one, AlbumSeen)]
    assert one.members == ("51000000001",)
    assert not one.members_complete


async def test_a_photo_left_out_is_missing(folder: Path, export: Export) -> None:
    """JSON without a file: told as missing, with its facts, and reported."""
    seen = await told(folder)
    lost = by_id(seen)[export.photos[7].photo_id]
    assert lost.missing
    assert (lost.title, lost.extension, lost.size) == ("left out", "jpg", None)
    reported = [one for one in findings(seen, FindingKind.NO_MEDIUM) if "photo_" in one.path]
    assert [one.path.rpartition("/")[2] for one in reported] == [f"photo_{lost.remote_id}.json"]


async def test_a_file_without_facts_is_shown(tmp_path: Path) -> None:
    """A medium without JSON is told with what its name and its bytes say, and reported."""
    taken = datetime(2011, 2, 3, 4, 5, 6)  # noqa: DTZ001 - wall time
    alone = ExportedPhoto(
        photo_id="51000000001", data=jpeg(1, taken=taken), title="rome", sidecar=False
    )
    write_zips(Export(photos=[alone]), tmp_path)
    (tmp_path / "holiday.JPG").write_bytes(jpeg(2))
    seen = await told(tmp_path)
    rome = by_id(seen)["51000000001"]
    assert (rome.file_name, rome.title) == ("rome.jpg", None)
    assert rome.taken is not None
    assert (rome.taken.by, rome.taken.local) == (TakenBy.EXIF, taken)
    assert len(photos(seen)) == len(findings(seen, FindingKind.NO_SIDECAR)) == 2
    assert any(photo.remote_id.startswith("file-") for photo in photos(seen))


async def test_other_files_are_passed_over(folder: Path) -> None:
    """Notes, system files and macOS's shadows are neither shown nor reported."""
    (folder / "README.txt").write_text("mine")
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder / "Thumbs.db").write_bytes(jpeg(1))
    shadow = folder / "__MACOSX"
    shadow.mkdir()
    (shadow / "._a_51000000001_o.jpg").write_bytes(b"\0\5\26\7")
    before = {one.remote_id for one in photos(await told(folder))}
    assert before == {one.photo_id for one in usual_export().photos}


async def test_favorites_are_counted_not_shown(folder: Path) -> None:
    """Others' photos have no bytes in an export: one line says how many there are."""
    seen = await told(folder)
    (line,) = [one for one in findings(seen, FindingKind.NO_MEDIUM) if "faves" in one.path]
    assert "2 favourites" in line.why
    assert "4711" not in by_id(seen)


async def test_a_video_comes_before_its_picture(tmp_path: Path) -> None:
    """Where a video and a picture bear one id, the video is the original; it is reported."""
    clip = ExportedPhoto(
        photo_id="51000000001",
        data=make_video(1, taken=None, seconds=0.1),
        video=True,
        extension="mp4",
    )
    write_tree(Export(photos=[clip]), tmp_path)
    (tmp_path / "poster_51000000001_o.jpg").write_bytes(jpeg(1))
    seen = await told(tmp_path)
    (one,) = photos(seen)
    assert one.media is Media.VIDEO
    (line,) = findings(seen, FindingKind.GUESS)
    assert line.path == "poster_51000000001_o.jpg"


async def test_the_newer_of_two_exports_wins(tmp_path: Path) -> None:
    """Two exports in one folder: the newer's facts and albums, everybody's photos."""
    old = ExportedPhoto(photo_id="51000000001", data=jpeg(1), title="old title")
    gone = ExportedPhoto(photo_id="51000000002", data=jpeg(2), title="deleted since")
    later = EXPORTED + timedelta(days=90)
    new = replace(old, title="new title")
    album = ExportedAlbum(album_id="72", title="A", photos=("51000000002", "51000000001"))
    newer_album = replace(album, photos=("51000000001",))
    write_zips(
        Export(
            photos=[new],
            albums=[newer_album],
            exported=later,
            metadata_zip="0{number}.zip",
            media_zip="1{number}.zip",
        ),
        tmp_path,
    )
    write_zips(Export(photos=[old, gone], albums=[album]), tmp_path)
    seen = await told(tmp_path)
    assert by_id(seen)["51000000001"].title == "new title"
    assert by_id(seen)["51000000002"].title == "deleted since"
    assert not by_id(seen)["51000000002"].missing
    (one,) = albums(seen)
    assert one.members == ("51000000001",)
    assert findings(seen, FindingKind.GUESS) == []


async def test_parts_that_lack_are_named(tmp_path: Path, export: Export) -> None:
    """A gap in the numbers of the zips is reported by the name of what is not here."""
    write_zips(export, tmp_path)
    (tmp_path / "data-download-2.zip").unlink()
    seen = await told(tmp_path)
    lines = findings(seen, FindingKind.UNREADABLE)
    assert [line.path for line in lines] == ["data-download-2.zip"]
    lost = {photo.remote_id for photo in photos(seen) if photo.missing}
    assert lost == {one.photo_id for one in [*export.photos[3:6], export.photos[7]]}


async def test_a_part_that_went_makes_photos_missing(folder: Path, export: Export) -> None:
    """A zip that was here and is gone: its photos are missing, what was known of them stays."""
    tools = lent()
    before = by_id(await told(folder, tools))
    (folder / "data-download-1.zip").unlink()
    after = by_id(await told(folder, tools))
    first = export.photos[0].photo_id
    assert after.keys() == before.keys()
    assert after[first] == replace(before[first], missing=True)
    async with opened(folder) as provider:
        with pytest.raises(Gone):
            await read(provider, before[first].ref, None)


async def test_metadata_that_went_makes_the_rest_missing(tmp_path: Path, export: Export) -> None:
    """Photos of which nothing is here any more are told once more, as missing."""
    write_zips(export, tmp_path)
    tools = lent()
    before = by_id(await told(tmp_path, tools))
    for path in zips_of(tmp_path):
        if path.name != "data-download-1.zip":
            path.unlink()
    for _again in range(2):
        after = by_id(await told(tmp_path, tools))
        assert {one for one in before if not after[one].missing} == {
            one.photo_id for one in export.photos[:3]
        }


async def test_nothing_is_written(folder: Path) -> None:
    """Scanning and reading leave the folder as it is, even if it could be changed."""

    def listing() -> list[tuple[str, int, int, int]]:
        found = sorted(folder.rglob("*"))
        states = [(str(path), path.stat()) for path in found]
        return [(name, one.st_size, one.st_mtime_ns, one.st_mode) for name, one in states]

    before = listing()
    async with opened(folder) as provider:
        for photo in photos(await scan(provider)):
            if not photo.missing:
                await read(provider, photo.ref, None)
    assert listing() == before


async def test_nothing_changed_is_told_at_once(folder: Path) -> None:
    """With the cursor of the last scan and the same files nothing is read again."""
    async with opened(folder) as provider:
        end = (await scan(provider))[-1]
        assert isinstance(end, ScanEnd)
        assert await scan(provider, end.cursor) == [ScanEnd(cursor=end.cursor, full=False)]
        (folder / "more_51000000042_o.jpg").write_bytes(jpeg(42))
        assert "51000000042" in by_id(await scan(provider, end.cursor))


async def test_an_absent_or_empty_folder_is_no_library(tmp_path: Path) -> None:
    """A disk that is not attached must not make photos missing."""
    for path in (tmp_path / "none", tmp_path):
        async with opened(path) as provider:
            with pytest.raises(NotFound, match="kept"):
                [one async for one in provider.changes(None)]


@pytest.mark.parametrize("config", [{}, {"path": ""}, {"path": 5}, {"path": "relative"}])
async def test_a_wrong_configuration_is_refused(config: Mapping[str, object]) -> None:
    """The path must be an absolute one; the error names the command."""
    with pytest.raises(Refused, match="library add"):
        async with open_provider(config, lent()):
            pass


async def test_p15_damaged_bytes_are_never_given_out(folder: Path, export: Export) -> None:
    """P15: a flipped bit in a stored picture is Corrupt, not a picture."""
    first = by_id(await told(folder))[export.photos[0].photo_id]
    path = folder / "data-download-1.zip"
    data = bytearray(path.read_bytes())
    data[data.index(export.photos[0].data or b"") + 200] ^= 1
    path.write_bytes(data)
    async with opened(folder) as provider:
        with pytest.raises(Corrupt):
            await read(provider, first.ref, None)


async def test_a_cut_zip_is_reported_and_the_rest_shown(folder: Path, export: Export) -> None:
    """A part whose download broke off costs its own photos only."""
    path = folder / "data-download-1.zip"
    path.write_bytes(path.read_bytes()[:-100])
    seen = await told(folder)
    assert [line.path for line in findings(seen, FindingKind.UNREADABLE)] == [path.name]
    shown = {photo.remote_id for photo in photos(seen) if not photo.missing}
    lost = {one.photo_id for one in [*export.photos[:3], export.photos[7]]}
    assert shown == {one.photo_id for one in export.photos} - lost


async def test_broken_json_costs_its_own_photo_only(tmp_path: Path, export: Export) -> None:
    """An unreadable sidecar and albums.json are reported; the photo is shown by its file."""
    write_tree(export, tmp_path)
    first = export.photos[0].photo_id
    (tmp_path / f"photo_{first}.json").write_text("{broken")
    (tmp_path / "albums.json").write_text("[]")
    seen = await told(tmp_path)
    unreadable = {line.path for line in findings(seen, FindingKind.UNREADABLE)}
    assert unreadable == {f"photo_{first}.json", "albums.json"}
    assert not by_id(seen)[first].missing
    assert albums(seen) == []


async def test_dangerous_members_are_refused(tmp_path: Path) -> None:
    """Names that lead out, links, bombs and encrypted members are reported and not shown."""
    write_zips(Export(photos=[ExportedPhoto(photo_id="51000000001", data=jpeg(1))]), tmp_path)
    link = zipfile.ZipInfo("link_51000000004_o.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    link.create_system = 3
    with zipfile.ZipFile(tmp_path / "data-download-2.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil_51000000002_o.jpg", jpeg(2))
        archive.writestr("/etc/evil_51000000003_o.jpg", jpeg(3))
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bomb_51000000005_o.jpg", bytes(20 << 20))
    seen = await told(tmp_path)
    assert [photo.remote_id for photo in photos(seen)] == ["51000000001"]
    refused = findings(seen, FindingKind.REFUSED)
    assert len(refused) == 4
    assert all(line.why for line in refused)


async def test_a_long_albums_file_is_read(tmp_path: Path) -> None:
    """albums.json of a large account has more than a megabyte."""
    ids = [str(51_000_000_000 + number) for number in range(90_000)]
    album = ExportedAlbum(album_id="72", title="all", photos=tuple(ids))
    photo = ExportedPhoto(photo_id=ids[-1], data=jpeg(1))
    write_zips(Export(photos=[photo], albums=[album]), tmp_path)
    (one,) = albums(await told(tmp_path))
    assert one.members == (ids[-1],)


async def test_names_of_any_bytes_are_told_as_text(tmp_path: Path) -> None:
    """A file name that is no UTF-8 can be told, reported and read."""
    name = b"caf\xe9_51000000001_o.jpg"
    data = jpeg(1)
    (tmp_path / os.fsdecode(name)).write_bytes(data)
    async with opened(tmp_path) as provider:
        seen = await scan(provider)
        (photo,) = photos(seen)
        json.dumps([photo.file_name, photo.ref]).encode()
        (line,) = findings(seen, FindingKind.NO_SIDECAR)
        line.path.encode()
        _start, chunks = await read(provider, photo.ref, None)
        assert b"".join(chunks) == data


async def test_zip_times_from_nowhere_are_not_believed(tmp_path: Path) -> None:
    """Members dated 1980 or in the future: the file's own mtime stands for the export's moment."""
    for moment in (datetime(1980, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)):
        photo = ExportedPhoto(photo_id="51000000001", data=jpeg(1))
        write_zips(Export(photos=[photo], exported=moment), tmp_path)
        (one,) = photos(await told(tmp_path))
        mtimes = {path.stat().st_mtime_ns for path in zips_of(tmp_path)}
        assert one.as_of_ns in mtimes


def test_the_generator_names_as_flickr_does(export: Export) -> None:
    """File names of the usual export, by the published examples."""
    assert [file_name(photo) for photo in export.photos][:7] == [
        "rome-back_51000000001_o.jpg",
        "51000000002_0123456789_o.jpg",
        "das-meer_51000000003.mp4",
        "東京_51000000004_o.JPG",
        "clash_51000000005_o.jpg",
        "clash_51000000006_o.png",
        "IMG_1234_51000000007_o",
    ]
