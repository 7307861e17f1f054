"""Each quirk of Google's exports, made by the generator, and told rightly."""

import unicodedata
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photofs.emulators.pictures import make_jpeg
from photofs.emulators.takeout import Account, Album, Shape, write_export
from photofs.emulators.takeout.export import write_zip
from photofs.emulators.takeout.languages import GERMAN, LANGUAGES, Language
from photofs.emulators.takeout.layout import File
from photofs.metadata.head import read_head
from photofs.model.capture_time import TakenBy
from photofs.model.observation import FindingKind
from photofs.model.photo import Media, Position
from tests.support.provider_tools import make_tools
from tests.support.takeout_worlds import (
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

LONG = "a title that goes on for rather longer than names in archives may be"

ORDINARY = {
    "plain": item("IMG_0001.jpg"),
    "cut before the sidecar's style": item("PXL_20220503_181502789.NIGHT.jpg"),
    "one letter of the style left": item("PXL_20220503_181502789.PORTRAIT-01.COVER.jpg"),
    "only the dot left": item("x" * 41 + ".jpg"),
    "extension cut": item("x" * 43 + ".jpeg"),
    "medium cut": item(LONG + ".jpg"),
    "counter in a long title": item(LONG + " (2).jpg"),
    "counter in the title": item("skytree (2).jpg"),
    "emoji at the cut": item("🎆" * 23 + "🎇" * 9 + ".jpg"),
    "forbidden characters": item('27/06/12 - 1 \\ : * ? " < > |.mov'),
    "allowed characters": item("a & b [c] + d ~ é.jpg"),
    "several dots": item("a.b.c.ORIGIN.json.jpg"),
    "lost name": item("[UNSET].jpg"),
    "no extension": item("20030616"),
    "upper-case extension": item("DSC_0001.JPG"),
    "title like an edited copy's": item("a-edited.jpg"),
    "title like an effect's": item("a-COLLAGE.jpg"),
    "old link": item("old.jpg", url="old"),
    "no link": item("older.jpg", url="none"),
    "before 1970": item("wedding.jpg", taken=datetime(1949, 5, 21, 11, tzinfo=UTC)),
}


@pytest.mark.parametrize("style", ["new", "old"])
@pytest.mark.parametrize("quirk", ORDINARY)
async def test_named_quirks(tmp_path: Path, quirk: str, style: str) -> None:
    """The photo has its title, its date and its bytes, whichever way its names were bent."""
    wanted = ORDINARY[quirk]
    export(tmp_path, wanted, item("other.jpg", 2), parts=2, supplemental=style == "new")
    seen = await scan_folder(tmp_path)
    (photo,) = [one for one in photos(seen).values() if one.remote_id != "AF1QipItem0002"]
    assert (photo.file_name or "").removesuffix(".jpg") == wanted.title.removesuffix(".jpg")
    assert photo.taken is not None
    assert photo.taken.instant == wanted.taken
    assert photo.taken.by is TakenBy.SERVICE
    assert await read_photo(tmp_path, photo) == wanted.data
    assert not findings(seen, FindingKind.NO_SIDECAR)
    assert not findings(seen, FindingKind.NO_MEDIUM)


async def test_guesses_are_told(tmp_path: Path) -> None:
    """A pair that the rule does not give is told as a guess, with its reason."""
    export(tmp_path, item("20030616"), item("IMG_1.jpg", 2))
    (guess,) = findings(await scan_folder(tmp_path), FindingKind.GUESS)
    assert guess.path.endswith("20030616.jpg")
    assert "without its extension" in guess.why


async def test_equal_names_are_counted(tmp_path: Path) -> None:
    """Three photos of one name in one folder keep their own sidecars."""
    items = [item("IMG_0001.jpg", number) for number in (1, 2, 3)]
    export(tmp_path, *items, item("IMG_0001(1).jpg", 4), parts=3)
    told = photos(await scan_folder(tmp_path))
    assert len(told) == 4
    for one in items:
        photo = told[one.item_id]
        assert photo.taken is not None
        assert photo.taken.instant == one.taken
        assert photo.size == len(one.data)
        assert await read_photo(tmp_path, photo) == one.data


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.product)
async def test_languages(tmp_path: Path, language: Language) -> None:
    """Year folders, albums, edited copies, archive and trash are known in every language."""
    world = account(
        item("IMG_1.jpg", 1, edited=b"edited"),
        item("IMG_1.jpg", 2, edited=b"edited too"),
        item("put away.jpg", 3, archived=True),
        item("thrown away.jpg", 4, trashed=True),
        albums=(Album(title="", item_ids=("AF1QipItem0001", "AF1QipItem0002")),),
    )
    write_export(tmp_path, world, MADE, Shape(language=language, parts=2))
    seen = await scan_folder(tmp_path)
    told = photos(seen)
    assert len(told) == 6
    for number, edited in ((1, b"edited"), (2, b"edited too")):
        variant = told[f"AF1QipItem000{number}#edited"]
        assert (variant.set_key, variant.set_role) == (f"AF1QipItem000{number}", "edited")
        assert variant.file_name == f"IMG_1{language.edited}.jpg"
        assert await read_photo(tmp_path, variant) == edited
        assert told[f"AF1QipItem000{number}"].set_role == "main"
    assert told["AF1QipItem0003"].archived
    assert told["AF1QipItem0004"].trashed
    (album,) = albums(seen).values()
    assert album.title == language.untitled
    assert len(album.members) == 4


async def test_edited_suffix_cut_short(tmp_path: Path) -> None:
    """The suffix of a long name is cut to "-edi"; it is still an edited copy."""
    wanted = item("y" * 43 + ".jpg", edited=b"edited")
    written = export(tmp_path, wanted)
    assert any("-edi.jpg" in name for name in names_in(written[0]))
    told = photos(await scan_folder(tmp_path))
    assert await read_photo(tmp_path, told["AF1QipItem0001#edited"]) == b"edited"


def names_in(path: Path) -> list[str]:
    """The names in a zip."""
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


MOVING = {
    "iPhone": ("IMG_4573.HEIC", ".MP4", False),
    "iPhone, old": ("IMG_4573.JPG", ".MOV", False),
    "iPhone, own sidecar": ("IMG_4573.HEIC", ".MP4", True),
    "Pixel": ("PXL_20220503_1.MP.jpg", ".MP", False),
    "Pixel, second take": ("PXL_20220503_1.MP~2.jpg", ".MP~2", False),
    "Pixel, .MV": ("PXL_20220503_1.MV.jpg", ".MV", False),
    "Pixel, MVIMG": ("MVIMG_20181224_180000.jpg", "", False),
}


@pytest.mark.parametrize("quirk", MOVING)
async def test_moving_pictures(tmp_path: Path, quirk: str) -> None:
    """The moving part is a video of its own, in the picture's set, with the picture's date."""
    title, extension, own = MOVING[quirk]
    items = [
        item(title, number, motion=(extension, b"film %d" % number), motion_has_sidecar=own)
        for number in (1, 2)
    ]
    export(tmp_path, *items)
    seen = await scan_folder(tmp_path)
    told = photos(seen)
    assert len(told) == 4
    for number in (1, 2):
        film = told[f"AF1QipItem000{number}#motion"]
        assert film.media is Media.VIDEO
        assert (film.set_key, film.set_role) == (f"AF1QipItem000{number}", "motion")
        assert film.taken == told[f"AF1QipItem000{number}"].taken
        assert (film.file_name or "").lower().endswith((".mp4", ".mov"))
        assert await read_photo(tmp_path, film) == b"film %d" % number
    assert not findings(seen)


async def test_raw_and_jpeg_are_a_set(tmp_path: Path) -> None:
    """A raw file and a JPEG of one stem, each with sidecar and id, are one set."""
    export(tmp_path, item("DSC_1.jpg", 1), item("DSC_1.NEF", 2), item("DSC_2.NEF", 3))
    told = photos(await scan_folder(tmp_path))
    assert [(told[f"AF1QipItem000{n}"].set_key, told[f"AF1QipItem000{n}"].set_role)
            for n in (1, 2, 3)] == [
        ("AF1QipItem0001", "main"), ("AF1QipItem0001", "raw"), (None, None),
    ]  # fmt: skip


async def test_a_video_beside_a_picture_of_another_time(tmp_path: Path) -> None:
    """A video of a picture's stem with its own sidecar and another time is no moving part."""
    film = item("IMG_1.mp4", 2, taken=MADE)
    export(tmp_path, item("IMG_1.jpg", 1, taken=MADE - timedelta(minutes=5)), film)
    told = photos(await scan_folder(tmp_path))
    assert told["AF1QipItem0002"].set_key is None


@pytest.mark.parametrize("shape", ["old", "flat", "bare"])
async def test_album_shapes(tmp_path: Path, shape: str) -> None:
    """An album's three JSON shapes give its title; equal titles are two albums."""
    world = Account(
        items=[item("a.jpg", 1), item("b.jpg", 2)],
        albums=[
            Album(title="A / B", item_ids=("AF1QipItem0001",), shape=shape),  # type: ignore[arg-type] # one of three
            Album(title="A / B", item_ids=("AF1QipItem0002",), description="two"),
        ],
    )
    write_export(tmp_path, world, MADE)
    seen = await scan_folder(tmp_path)
    told = [one for one in seen if one in albums(seen).values() or hasattr(one, "members")]
    assert len(told) == 2
    assert len(photos(seen)) == 2
    assert not any(getattr(one, "members_complete", True) for one in told)


async def test_albums_only(tmp_path: Path) -> None:
    """An export without year folders shows every photo once."""
    ids = ("AF1QipItem0001", "AF1QipItem0002")
    world = account(
        item("a.jpg", 1),
        item("b.jpg", 2),
        albums=(Album(title="One", item_ids=ids), Album(title="Two", item_ids=ids[:1])),
    )
    write_export(tmp_path, world, MADE, Shape(year_folders=False))
    seen = await scan_folder(tmp_path)
    assert set(photos(seen)) == set(ids)
    assert set(albums(seen)["One"].members) == set(ids)
    assert albums(seen)["Two"].members == ids[:1]


async def test_album_with_sidecars_only(tmp_path: Path) -> None:
    """An album folder without media (older exports) still names its members."""
    for url in ("page", "none"):
        world = account(
            item("a.jpg", 1, url=url),
            item("b.jpg", 2, url=url),
            albums=(Album(title="One", item_ids=("AF1QipItem0001",), sidecars_only=True),),
        )
        write_export(tmp_path / url, world, MADE)
        seen = await scan_folder(tmp_path / url)
        assert len(albums(seen)["One"].members) == 1
        assert not findings(seen)


async def test_a_lost_album_file(tmp_path: Path) -> None:
    """A folder whose album JSON is lost makes no album, and is told."""
    lost = Album(title="Trip", item_ids=("AF1QipItem0001",), json_lost=True)
    write_export(tmp_path, account(item("a.jpg"), albums=(lost,)), MADE)
    seen = await scan_folder(tmp_path)
    assert albums(seen) == {}
    (guess,) = findings(seen, FindingKind.GUESS)
    assert guess.path == "Google Photos/Trip"


async def test_shared_items(tmp_path: Path) -> None:
    """What is only shared with the user stands in the album alone, and is shown."""
    world = account(
        item("theirs.jpg", 1, shared=True),
        albums=(Album(title="Shared", item_ids=("AF1QipItem0001",)),),
    )
    write_export(tmp_path, world, MADE)
    assert set(photos(await scan_folder(tmp_path))) == {"AF1QipItem0001"}


async def test_no_sidecar(tmp_path: Path) -> None:
    """A medium without a sidecar is shown, undated, and told."""
    export(tmp_path, item("alone.jpg", sidecar=False), item("b.jpg", 2))
    seen = await scan_folder(tmp_path)
    (alone,) = [one for one in photos(seen).values() if one.file_name == "alone.jpg"]
    assert alone.taken is None
    assert alone.favorite is None
    (finding,) = findings(seen, FindingKind.NO_SIDECAR)
    assert finding.path.endswith("alone.jpg")


async def test_no_sidecar_but_known_bytes(tmp_path: Path) -> None:
    """A copy whose sidecar is lost is of the item that has the same bytes, as a guess."""
    good = item("a.jpg", 1)
    files = [
        File("Google Photos/Trip/metadata.json", b'{"title": "Trip"}', text=True),
        File("Google Photos/Trip/a.jpg", good.data, text=False),
    ]
    export(tmp_path, good)
    write_zip(tmp_path / "takeout-20260304T050607Z-3-002.zip", files, MADE)
    seen = await scan_folder(tmp_path)
    assert set(photos(seen)) == {"AF1QipItem0001"}
    assert albums(seen)["Trip"].members == ("AF1QipItem0001",)
    assert len(findings(seen, FindingKind.GUESS)) == 1


async def test_no_medium(tmp_path: Path) -> None:
    """A sidecar whose medium was not exported is told, and shows nothing."""
    export(tmp_path, item("a.jpg", 1, exported=False), item("b.jpg", 2))
    seen = await scan_folder(tmp_path)
    assert set(photos(seen)) == {"AF1QipItem0002"}
    (finding,) = findings(seen, FindingKind.NO_MEDIUM)
    assert finding.path.endswith("a.jpg.supplemental-metadata.json")


async def test_forgotten_duplicates(tmp_path: Path) -> None:
    """Two media that share one sidecar are two photos of one date; the second is a guess."""
    stem = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_"
    first = item(f"{stem}P.jpg", 1)
    files = [File(f"Google Photos/Photos from 2019/{stem}P(1).jpg", b"the other", text=False)]
    export(tmp_path, first, supplemental=False)
    write_zip(tmp_path / "takeout-20260304T050607Z-3-002.zip", files, MADE)
    seen = await scan_folder(tmp_path)
    told = photos(seen)
    assert len(told) == 2
    assert {one.taken for one in told.values()} == {told["AF1QipItem0001"].taken}
    assert len(findings(seen, FindingKind.GUESS)) == 1


async def test_decomposed_names(tmp_path: Path) -> None:
    """A tree unpacked on a Mac has NFD names; pairs and albums are found all the same."""
    title = "Überfahrt nach Café.jpg"
    world = account(
        item(title, edited=b"edited"),
        albums=(Album(title="Málaga", item_ids=("AF1QipItem0001",)),),
    )
    (top,) = write_export(tmp_path, world, MADE, Shape(kind="tree", language=GERMAN))
    for path in sorted(top.rglob("*"), reverse=True):
        path.rename(path.with_name(unicodedata.normalize("NFD", path.name)))
    seen = await scan_folder(tmp_path)
    told = photos(seen)
    assert set(told) == {"AF1QipItem0001", "AF1QipItem0001#edited"}
    assert told["AF1QipItem0001"].file_name == unicodedata.normalize("NFC", title)
    assert set(albums(seen)) == {"Málaga"}
    assert not findings(seen)


async def test_facts_of_a_sidecar(tmp_path: Path) -> None:
    """Position, people, flags, times, text and link come from the sidecar."""
    uploaded = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    export(
        tmp_path,
        item("a.jpg", 1, position=(41.9, 12.5), camera_position=(1.0, 2.0), people=("Ada", "Bob"),
             favorite=True, description="So\nit was", uploaded=uploaded),
        item("b.jpg", 2, camera_position=(-1.5, 2.5), taken=None),
    )  # fmt: skip
    told = photos(await scan_folder(tmp_path))
    one, two = told["AF1QipItem0001"], told["AF1QipItem0002"]
    assert one.position == Position(41.9, 12.5)
    assert one.people == ("Ada", "Bob")
    assert (one.favorite, one.archived, one.trashed) == (True, False, False)
    assert one.description == "So\nit was"
    assert one.uploaded_ns == int(uploaded.timestamp()) * 10**9
    assert one.page_url == "https://photos.google.com/photo/AF1QipItem0001"
    assert one.as_of_ns == int(MADE.timestamp()) * 10**9
    assert two.position == Position(-1.5, 2.5)
    assert two.taken is None


async def test_special_folders_without_flags(tmp_path: Path) -> None:
    """Where a sidecar is lost, the folder's name tells trash and archive, as a guess."""
    files = [
        File("Google Photos/Trash/a.jpg", b"in the trash", text=False),
        File("Google Photos/Archive/b.jpg", b"archived", text=False),
    ]
    write_zip(tmp_path / "takeout-20260304T050607Z-001.zip", files, MADE)
    seen = await scan_folder(tmp_path)
    told = {one.file_name: one for one in photos(seen).values()}
    assert told["a.jpg"].trashed
    assert told["b.jpg"].archived
    assert len(findings(seen, FindingKind.GUESS)) == 2


async def test_other_products_are_left_alone(tmp_path: Path) -> None:
    """Pictures of other Google products in the same export are no photos of the library."""
    export(tmp_path, item("a.jpg"))
    files = [File("Drive/holiday.jpg", b"a file in Drive", text=False)]
    write_zip(tmp_path / "takeout-20260304T050607Z-3-002.zip", files, MADE)
    assert set(photos(await scan_folder(tmp_path))) == {"AF1QipItem0001"}


def test_the_generator_sets_sidecars_apart(tmp_path: Path) -> None:
    """In a split export media and their sidecars are in different parts."""
    written = export(tmp_path, *(item(f"{n}.jpg", n) for n in range(8)), parts=3)
    held = [set(names_in(path)) for path in written]
    apart = [
        name
        for part in held
        for name in part
        if name.endswith(".jpg") and f"{name}.supplemental-metadata.json" not in part
    ]
    assert len(apart) >= 6


async def test_media_without_sidecars_are_dated_by_their_bytes(tmp_path: Path) -> None:
    """Without a sidecar, kind, extension, date and place come from the file's head."""
    when = datetime(2018, 2, 3, 4, 5, 6)  # noqa: DTZ001 - EXIF has wall time
    picture = make_jpeg("x", taken=when, position=(41.9, 12.5))
    names = ("alone.jpg", "wrong.heic", "extensionless")
    files = [
        File(f"Google Photos/Photos from 2018/{name}", picture + name.encode(), text=False)
        for name in names
    ]
    files.append(File("Google Photos/Photos from 2018/notes.xyz", b"no medium", text=False))
    write_zip(tmp_path / "takeout-20260304T050607Z-001.zip", files, MADE)
    seen = await scan_folder(tmp_path, replace(make_tools(), read_head=read_head))
    told = {one.file_name: one for one in photos(seen).values()}
    assert set(told) == set(names)
    for one in told.values():
        assert (one.media, one.extension) == (Media.PICTURE, "jpg")
        assert one.taken is not None
        assert (one.taken.by, one.taken.local) == (TakenBy.EXIF, when)
        assert one.position is not None
    (refused,) = findings(seen, FindingKind.REFUSED)
    assert refused.path.endswith("notes.xyz")


def test_exports_are_the_same_each_time(tmp_path: Path) -> None:
    """The generator writes the same bytes for the same account."""
    for kind in ("zip", "tgz"):
        for folder in ("one", "two"):
            export(tmp_path / folder, *ORDINARY.values(), kind=kind, parts=2)
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()}
        for folder in ("one", "two")
    )
    assert one == two
    assert len(one) == 4
