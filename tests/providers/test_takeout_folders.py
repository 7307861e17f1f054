"""Folders, albums and copies of Google's exports: each quirk of theirs, and told rightly."""

import json
from itertools import product
from pathlib import Path

import pytest

from photofs.emulators.takeout import Account, Album, Item, Shape, write_export
from photofs.emulators.takeout.export import split, write_tgz, write_tree, write_zip
from photofs.emulators.takeout.languages import ENGLISH
from photofs.emulators.takeout.layout import File, Layout
from photofs.emulators.takeout.sidecars import sidecar_json
from photofs.model.observation import AlbumSeen, FindingKind, Observation
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

PART = "takeout-20260304T050607Z-3-001.zip"
PRODUCTS = (
    "Google Photos", "Google Fotos", "Google Foto", "Google Фото", "Google Снимки",
    "Fotky Google", "Google Kuvat", "Google フォト", "Google 相册", "Google 相簿",
    "Google Fotoğraflar",
)  # fmt: skip
YEARS = (
    "Photos from 2019", "Fotos von 2019", "Fotos del 2019", "Foto del 2019", "Photos de 2019",
    "Фото за 2019", "2019年の写真", "รูปภาพจาก 2019",
)  # fmt: skip
ALBUM_FILES = (
    "metadata.json", "métadonnées.json", "metadati.json", "Metadaten.json", "metadatos.json",
    "metadades.json", "metadáta.json", "метаданные.json", "метаданни.json",
)  # fmt: skip
SUFFIXES = (
    "-edited", "-bearbeitet", "-modifié", "-modificato", "-bewerkt", "-edytowane", "-editado",
    "-ha editado", "-editat", "-編集済み", "-编辑", "-已修改", "-已編輯", "-muokattu",
    "-измененный", "-отредактировано", "-düzenlendi", "-upravené", "-redigeret",
    "-відредаговано", "-편집됨",
)  # fmt: skip
EFFECTS = ("-effects", "-smile", "-mix", "-motion", "-animation", "-collage")


def pair(folder: str, one: Item) -> list[File]:
    """A medium and its sidecar in a folder of the product."""
    path = f"Google Photos/{folder}/{one.title}"
    return [
        File(path, one.data, text=False),
        File(f"{path}.supplemental-metadata.json", sidecar_json(one), text=True),
    ]


def album_titles(seen: list[Observation]) -> list[str]:
    """The albums' titles, sorted."""
    return sorted(one.title for one in seen if isinstance(one, AlbumSeen))


@pytest.mark.parametrize("name", PRODUCTS)
async def test_product_folders(tmp_path: Path, name: str) -> None:
    """By whatever name Google Photos goes: its pictures are shown, also those without sidecars."""
    export(tmp_path, item("a.jpg", 1))
    language = ENGLISH._replace(product=name)
    export(tmp_path / "other", item("alone.jpg", 2, sidecar=False), language=language)
    seen = await scan_folder(tmp_path)
    assert {one.file_name for one in photos(seen).values()} == {"a.jpg", "alone.jpg"}


@pytest.mark.parametrize("name", YEARS)
async def test_year_folders(tmp_path: Path, name: str) -> None:
    """A folder without an album's file is one of a year, in whichever language: no album."""
    write_zip(tmp_path / PART, pair(name, item("a.jpg")), MADE)
    seen = await scan_folder(tmp_path)
    assert set(photos(seen)) == {"AF1QipItem0001"}
    assert not album_titles(seen)
    assert not findings(seen)


@pytest.mark.parametrize("name", ["Archive", "Trash", "Bin", "Locked Folder", "Failed Videos"])
async def test_special_folders(tmp_path: Path, name: str) -> None:
    """What lies in a special folder is shown once, and the folder is no album."""
    marks = {"archived": name == "Archive", "trashed": name in {"Trash", "Bin"}}
    write_zip(tmp_path / PART, pair(name, item("a.jpg", **marks)), MADE)
    seen = await scan_folder(tmp_path)
    told = photos(seen)["AF1QipItem0001"]
    assert {"archived": told.archived, "trashed": told.trashed} == marks
    assert not album_titles(seen)
    assert not findings(seen)


async def test_archived_items_among_the_years(tmp_path: Path) -> None:
    """The sidecar's flag counts, wherever the export puts what is archived."""
    for archive_folder in (True, False):
        folder = tmp_path / str(archive_folder)
        export(folder, item("a.jpg", archived=True), archive_folder=archive_folder)
        seen = await scan_folder(folder)
        assert photos(seen)["AF1QipItem0001"].archived
        assert not findings(seen)


async def test_folders_that_google_made_up(tmp_path: Path) -> None:
    """Memories and dated folders are albums if they have an album's file; else they are told."""
    files = [
        *pair("1 anno fa", item("a.jpg", 1)),
        *pair("2016-01-05 - _3", item("b.jpg", 2)),
        *pair("2016-01-06 - _4", item("c.jpg", 3)),
        File("Google Photos/2016-01-06 - _4/metadata.json", b'{"title": "day #4"}', text=True),
    ]
    write_zip(tmp_path / PART, files, MADE)
    seen = await scan_folder(tmp_path)
    assert len(photos(seen)) == 3
    assert album_titles(seen) == ["day #4"]
    assert [one.path for one in findings(seen)] == ["Google Photos/1 anno fa"]


async def test_names_of_album_folders(tmp_path: Path) -> None:
    """Titles that are cleaned, cut to the same or empty make two folders, and two albums each."""
    long = "what an album may be called is much more than what its folder may"
    titles = [f"{long} one", f"{long} two", "A / B", "A : B", "", ""]
    items = [item(f"{number}.jpg", number) for number in range(len(titles))]
    told = [
        Album(title=title, item_ids=[one.item_id]) for title, one in zip(titles, items, strict=True)
    ]
    world = Account(items=items, albums=told)
    folders = {file.path.split("/")[1] for file in Layout(world, ENGLISH, True, MADE).files()
               if file.path.endswith("/metadata.json")}  # fmt: skip
    assert folders == {long[:50].rstrip(), f"{long[:50].rstrip()}(1)", "A _ B", "A _ B(1)",
                       "Untitled", "Untitled(1)"}  # fmt: skip
    write_export(tmp_path, world, MADE, Shape(parts=3))
    seen = await scan_folder(tmp_path)
    assert album_titles(seen) == sorted([*titles[:4], "Untitled", "Untitled(1)"])
    members = [one.members for one in seen if isinstance(one, AlbumSeen)]
    assert sorted(members) == sorted((one.item_id,) for one in items)


@pytest.mark.parametrize("name", ALBUM_FILES)
async def test_names_of_album_files(tmp_path: Path, name: str) -> None:
    """An album's file is known by what it holds, in whichever language it is named."""
    world = account(item("a.jpg"), albums=(Album(title="Rome", item_ids=("AF1QipItem0001",)),))
    write_export(tmp_path, world, MADE, Shape(language=ENGLISH._replace(album_file=name)))
    seen = await scan_folder(tmp_path)
    assert albums(seen)["Rome"].members == ("AF1QipItem0001",)
    assert not findings(seen)


@pytest.mark.parametrize("shape", ["old", "flat", "bare"])
async def test_what_is_written_to_an_album(tmp_path: Path, shape: str) -> None:
    """An album's text is told, also where it stands among enrichments; comments are none of it."""
    album = Album(title="Rome", item_ids=("AF1QipItem0001",), shape=shape,  # type: ignore[arg-type] # one of three
                  description="So\nit was", comment="nice")  # fmt: skip
    write_export(tmp_path, account(item("a.jpg"), albums=(album,)), MADE)
    seen = await scan_folder(tmp_path)
    assert albums(seen)["Rome"].description == "So\nit was"
    assert not findings(seen)


async def test_several_texts_in_an_album(tmp_path: Path) -> None:
    """Texts between an album's photos are its paragraphs; what is no text is passed over."""
    texts: list[object] = [{"narrativeEnrichment": {"text": text}} for text in ("one", "", "two")]
    texts += [{"narrativeEnrichment": 7}, "x", {"locationEnrichment": {}}]
    told = json.dumps({"title": "Rome", "enrichments": texts}).encode()
    files = pair("Rome", item("a.jpg"))
    files.append(File("Google Photos/Rome/metadata.json", told, text=True))
    write_zip(tmp_path / PART, files, MADE)
    assert albums(await scan_folder(tmp_path))["Rome"].description == "one\n\ntwo"


async def test_an_album_of_its_file_alone(tmp_path: Path) -> None:
    """Where no part tells an album's photos it is told in the report, and only there."""
    alone = Album(title="Rome", item_ids=("AF1QipItem0001",), json_only=True)
    write_export(tmp_path, account(item("a.jpg"), albums=(alone,)), MADE)
    seen = await scan_folder(tmp_path)
    assert set(photos(seen)) == {"AF1QipItem0001"}
    assert not album_titles(seen)
    (guess,) = findings(seen, FindingKind.GUESS)
    assert guess.path == "Google Photos/Rome"
    assert "not shown" in guess.why


@pytest.mark.parametrize("again", [False, True])
async def test_an_album_whose_photos_another_export_tells(tmp_path: Path, *, again: bool) -> None:
    """An album's file alone says nothing against the members that an earlier export tells."""
    one = Album(title="Rome", item_ids=("AF1QipItem0001",))
    write_export(tmp_path, account(item("a.jpg"), albums=(one,)), MADE)
    tools = make_tools()
    if again:
        await scan_folder(tmp_path, tools)
    alone = Album(title="Rome", item_ids=(), json_only=True)
    write_export(tmp_path, account(item("b.jpg", 2), albums=(alone,)), LATER)
    seen = await scan_folder(tmp_path, tools)
    assert "AF1QipItem0002" in photos(seen)
    assert not findings(seen)


async def test_json_that_is_no_sidecar(tmp_path: Path) -> None:
    """Orders, comments, memories' titles are neither albums nor sidecars, and not worth a word."""
    (written,) = export(tmp_path, item("a.jpg"))
    files = [
        File(f"Google Photos/Photos from 2019/{name}", data, text=True)
        for name, data in (("order.json", b'{"externalOrderId": "G-1", "category": "PRINTS"}'),
                           ("list.json", b'[{"title": "x"}]'))
    ]  # fmt: skip
    write_zip(written.with_name(written.name.replace("-001", "-002")), files, MADE)
    seen = await scan_folder(tmp_path)
    assert set(photos(seen)) == {"AF1QipItem0001"}
    assert not album_titles(seen)
    assert not findings(seen)


@pytest.mark.parametrize(("kind", "other"), list(product(["zip", "tgz"], ["zip", "tgz", "tree"])))
async def test_one_path_in_two_parts(tmp_path: Path, kind: str, other: str) -> None:
    """A medium and a sidecar that two parts hold under one path are one photo, without a word."""
    one = item("a.jpg", edited=b"edited")
    files = list(Layout(account(one), ENGLISH, True, MADE).files())
    for number, each in enumerate((kind, other), 1):
        path = tmp_path / f"takeout-20260304T050607Z-3-00{number}.{each}"
        if each == "tree":
            write_tree(tmp_path, files, MADE)
        else:
            (write_zip if each == "zip" else write_tgz)(path, files, MADE)
    seen = await scan_folder(tmp_path)
    assert set(photos(seen)) == {"AF1QipItem0001", "AF1QipItem0001#edited"}
    assert await read_photo(tmp_path, photos(seen)["AF1QipItem0001"]) == one.data
    assert not findings(seen)


@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_edited_copies(tmp_path: Path, suffix: str) -> None:
    """An edited copy is known in every language, counted, cut short and of another kind, too."""
    items = [
        item("a.jpg", 1, edited=b"one"),
        item("a.jpg", 2, edited=b"two"),
        item("y" * 44 + ".jpg", 3, edited=b"three"),
    ]
    layout = Layout(account(*items), ENGLISH._replace(edited=suffix), True, MADE)
    files = [*layout.files(), *pair("Photos from 2019", item("b.HEIC", 4))]
    files.append(File(f"Google Photos/Photos from 2019/b{suffix}.jpg", b"four", text=False))
    for number, part in enumerate(split(files, 2), 1):
        write_zip(tmp_path / f"takeout-20260304T050607Z-3-00{number}.zip", part, MADE)
    seen = await scan_folder(tmp_path)
    told = photos(seen)
    assert len(told) == 8
    for number, edited in enumerate((b"one", b"two", b"three", b"four"), 1):
        copy = told[f"AF1QipItem000{number}#edited"]
        assert await read_photo(tmp_path, copy) == edited
        assert copy.set_key == f"AF1QipItem000{number}"
    assert not findings(seen)


@pytest.mark.parametrize("suffix", EFFECTS)
async def test_copies_with_effects(tmp_path: Path, suffix: str) -> None:
    """An effect's copy belongs to its picture; a creation with a sidecar is a photo of its own."""
    export(
        tmp_path,
        item("a.jpg", 1, effect=(suffix, b"one")),
        item("a.jpg", 2, effect=(suffix, b"two")),
        item(f"b{suffix.upper()}.jpg", 3),
    )
    seen = await scan_folder(tmp_path)
    told = photos(seen)
    assert len(told) == 5
    assert await read_photo(tmp_path, told["AF1QipItem0001#edited"]) == b"one"
    assert await read_photo(tmp_path, told["AF1QipItem0002#edited"]) == b"two"
    assert told["AF1QipItem0003"].set_key is None
    assert not findings(seen)


KEYS = {
    "title": "a.jpg", "description": "So it was", "imageViews": "7",
    "creationTime": {"timestamp": "1563626000", "formatted": "x"},
    "photoTakenTime": {"timestamp": "1563625800", "formatted": "20 juil. 2019"},
    "modificationTime": {"timestamp": "1563627000"},
    "photoLastModifiedTime": {"timestamp": "1563628000"},
    "geoData": {"latitude": 41.9, "longitude": 12.5, "altitude": 0.0, "latitudeSpan": 0.0},
    "geoDataExif": {"latitude": 41.9, "longitude": 12.5},
    "people": [{"name": "Ada"}], "favorited": True, "archived": True,
    "url": "https://photos.google.com/photo/AF1QipItem0001",
    "googlePhotosOrigin": {"fromPartnerSharing": {}},
    "appSource": {"androidPackageName": "org.example"},
    "sharedAlbumComments": [{"liked": True, "contentOwnerName": "Bob"}],
}  # fmt: skip
ORIGINS: tuple[dict[str, object], ...] = (
    {"mobileUpload": {"deviceFolder": {"localFolderName": "x"}, "deviceType": "IOS_PHONE"}},
    {"webUpload": {"computerUpload": {}}},
    {"driveSync": {}},
    {"fromSharedAlbum": {}},
    {"composition": {"type": "AUTO"}},
)


@pytest.mark.parametrize("lacking", [*KEYS, "all but the title", "nothing"])
async def test_every_key_of_a_sidecar_may_be_missing(tmp_path: Path, lacking: str) -> None:
    """Whichever key is not there, it is the photo's sidecar, and what it tells is told."""
    told = {key: value for key, value in KEYS.items() if key != lacking}
    told = {"title": "a.jpg"} if lacking == "all but the title" else told
    base = "Google Photos/Photos from 2019/a.jpg"
    files = [
        File(base, b"the bytes", text=False),
        File(f"{base}.supplemental-metadata.json", json.dumps(told).encode(), text=True),
    ]
    write_zip(tmp_path / PART, files, MADE)
    seen = await scan_folder(tmp_path)
    (one,) = photos(seen).values()
    assert one.file_name == "a.jpg"
    assert not album_titles(seen)
    assert not findings(seen)
    assert (one.remote_id == "AF1QipItem0001") is ("url" in told)
    assert (one.taken is not None) is ("photoTakenTime" in told)
    assert (one.uploaded_ns is not None) is ("creationTime" in told)
    assert (one.description is not None) is ("description" in told)
    assert (one.position is not None) is (lacking != "all but the title")
    assert (one.favorite, one.archived) == ("favorited" in told, "archived" in told)


@pytest.mark.parametrize("origin", ORIGINS, ids=lambda origin: next(iter(origin)))
async def test_every_origin(tmp_path: Path, origin: dict[str, object]) -> None:
    """Whichever way a photo came to Google, it is shown."""
    base = "Google Photos/Photos from 2019/a.jpg"
    told = json.dumps({**KEYS, "googlePhotosOrigin": origin}).encode()
    files = [
        File(base, b"the bytes", text=False),
        File(f"{base}.supplemental-metadata.json", told, text=True),
    ]
    write_zip(tmp_path / PART, files, MADE)
    seen = await scan_folder(tmp_path)
    assert set(photos(seen)) == {"AF1QipItem0001"}
    assert not findings(seen)
