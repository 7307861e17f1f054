"""Writes "Request my Flickr data" exports as Flickr does: names, splits, quirks and losses.

After descriptions and samples of real exports, 2018 to 2025: metadata in
`<17 digits>_<12 hex>_part1.zip`, originals in `data-download-N.zip` of up to 500 files, all flat.
"""

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from html import escape
from pathlib import Path
from typing import Any

EXPORTED = datetime(2025, 3, 9, 17, 30, 0, tzinfo=UTC)
"""The members' time in the zips, if no other is asked for."""

FILES_A_ZIP = 500
METADATA_ZIP = "72157724905358313_3ac1836c2225_part{number}.zip"
MEDIA_ZIP = "data-download-{number}.zip"
LISTS = (
    "account_testimonials.json",
    "apps_comments_part001.json",
    "contacts_part001.json",
    "followers_part001.json",
    "galleries.json",
    "group_discussions.json",
    "groups.json",
    "photos_comments_part001.json",
    "received_flickrmail_part001.json",
    "sets_comments_part001.json",
)


class Geo(Enum):
    """The three shapes in which `geo` was seen."""

    OBJECT = auto()
    LIST = auto()
    NONE = auto()


class Naming(Enum):
    """How a medium's file is called."""

    USUAL = auto()
    BARE = auto()
    NO_EXTENSION = auto()
    UPPER_CASE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedPhoto:
    """One own photo; `data` None where the export left its file out.

    `taken` and `imported` as the export writes them; `position` in degrees; `video` files carry no
    `_o` in their names. An old export (`year` 2018) has an `exif` map and no `rotation`.
    """

    photo_id: str
    data: bytes | None
    extension: str = "jpg"
    title: str = ""
    description: str = ""
    secret: str = "0f1e2d3c4b"  # noqa: S105 - opens nothing
    taken: str = "2019-07-01 12:00:00"
    imported: str = "2019-07-03 08:15:30"
    position: tuple[float, float] | None = None
    geo: Geo = Geo.OBJECT
    tags: tuple[str, ...] = ()
    video: bool = False
    naming: Naming = Naming.USUAL
    privacy: str = "private"
    license: str | None = "All Rights Reserved"
    year: int = 2025
    sidecar: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAlbum:
    """One album and its photos' ids in order."""

    album_id: str
    title: str
    photos: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """All that one export holds; `favorites` are ids of other people's photos."""

    photos: Sequence[ExportedPhoto]
    albums: Sequence[ExportedAlbum] = ()
    favorites: Sequence[str] = ()
    exported: datetime = EXPORTED
    metadata_zip: str = METADATA_ZIP
    media_zip: str = MEDIA_ZIP
    files_a_zip: int = FILES_A_ZIP


def slug(title: str) -> str:
    """The title in small letters, joined by hyphens; what a camera called a file stays."""
    if re.fullmatch(r"(IMG|DSC|DSCN|P|MVI)_?\d+", title):
        return title
    return re.sub(r"[\W_]+", "-", title.lower()).strip("-")


def file_name(photo: ExportedPhoto) -> str:
    """What the export calls the photo's file."""
    short = slug(photo.title)
    ending = f".{photo.extension}"
    if photo.naming is Naming.BARE:
        return f"{photo.photo_id}_o{ending}"
    if photo.video:
        return f"{short or 'video'}_{photo.photo_id}{ending}"
    name = f"{short}_{photo.photo_id}_o" if short else f"{photo.photo_id}_{photo.secret}_o"
    if photo.naming is Naming.NO_EXTENSION:
        return name
    return name + (ending.upper() if photo.naming is Naming.UPPER_CASE else ending)


def sidecar(photo: ExportedPhoto) -> dict[str, Any]:
    """photo_<id>.json: numbers as strings, texts with entities, `geo` in its three shapes."""
    facts: dict[str, Any] = {
        "id": photo.photo_id,
        "name": escape(photo.title),
        "description": escape(photo.description),
        "count_views": "12",
        "count_faves": "0",
        "count_comments": "0",
        "count_tags": str(len(photo.tags)),
        "count_notes": "0",
        "date_taken": photo.taken,
        "date_imported": photo.imported,
        "photopage": f"https://www.flickr.com/photos/me/{photo.photo_id}/",
        "original": _static_address(photo),
        "license": photo.license,
        "geo": _geo(photo),
        "groups": [],
        "albums": [],
        "tags": [_tag(tag) for tag in photo.tags],
        "people": [],
        "notes": [],
        "privacy": photo.privacy,
        "comment_permissions": "any flickr member",
        "tagging_permissions": "people you follow",
        "safety": "safe",
        "comments": [],
    }
    return facts | ({"exif": {"Make": "Canon"}} if photo.year <= 2018 else {"rotation": 0})  # noqa: PLR2004 - a year


def _static_address(photo: ExportedPhoto) -> str:
    """A video's is the address of its picture."""
    ending = "jpg" if photo.video else photo.extension
    host = "https://live.staticflickr.com/65535/"
    return f"{host}{photo.photo_id}_{photo.secret}_o.{ending}"


def _tag(tag: str) -> dict[str, str]:
    user = "https://www.flickr.com/people/me/"
    return {"tag": escape(tag), "user": user, "date_create": "2019-07-03 08:16:00"}


def _geo(photo: ExportedPhoto) -> object:
    if photo.position is None or photo.geo is Geo.NONE:
        return []
    latitude, longitude = (str(round(degrees * 1_000_000)) for degrees in photo.position)
    place = {"latitude": latitude, "longitude": longitude, "accuracy": "16"}
    return [place] if photo.geo is Geo.LIST else place


def albums_json(export: Export) -> dict[str, Any]:
    """albums.json, with Flickr's own catch-all for what is in no album."""
    in_albums = {photo_id for album in export.albums for photo_id in album.photos}
    rest = tuple(one.photo_id for one in export.photos if one.photo_id not in in_albums)
    catch_all = ExportedAlbum(album_id="1", title="not in an album 1", photos=rest)
    return {"albums": [_album(album) for album in (*export.albums, *([catch_all] if rest else []))]}


def _album(album: ExportedAlbum) -> dict[str, Any]:
    cover = album.photos[0] if album.photos else ""
    return {
        "photo_count": str(len(album.photos)),
        "id": album.album_id,
        "url": f"https://www.flickr.com/photos/me/sets/{album.album_id}",
        "title": escape(album.title),
        "description": escape(album.description),
        "view_count": "3",
        "created": "1562140800",
        "last_updated": "1562140900",
        "cover_photo": f"https://www.flickr.com/photos/me/{cover}",
        "photos": list(album.photos),
    }


def metadata_files(export: Export) -> Iterator[tuple[str, bytes]]:
    """Names and contents of all JSON files."""
    profile = {"real_name": "Me", "screen_name": "me", "nsid": "12345678@N00"}
    yield "account_profile.json", _json(profile)
    yield "albums.json", _json(albums_json(export))
    if export.favorites:
        faves = [
            {"photo_id": one, "photo_url": f"https://www.flickr.com/photos/other/{one}"}
            for one in export.favorites
        ]
        yield "faves_part001.json", _json({"faves": faves})
    for name in LISTS:
        yield name, _json({name.removesuffix(".json"): []})
    for photo in export.photos:
        if photo.sidecar:
            yield f"photo_{photo.photo_id}.json", _json(sidecar(photo))


def media_files(export: Export) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the media that the export did not leave out."""
    for photo in export.photos:
        if photo.data is not None:
            yield file_name(photo), photo.data


def write_zips(export: Export, folder: Path) -> None:
    """The export's zips into a folder that is there."""
    metadata = folder / export.metadata_zip.format(number=1)
    _write_zip(metadata, list(metadata_files(export)), export.exported, zipfile.ZIP_DEFLATED)
    media = list(media_files(export))
    for number, begin in enumerate(range(0, len(media), export.files_a_zip), 1):
        files = media[begin : begin + export.files_a_zip]
        path = folder / export.media_zip.format(number=number)
        _write_zip(path, files, export.exported + timedelta(minutes=number), zipfile.ZIP_STORED)


def write_tree(export: Export, folder: Path) -> None:
    """The same files unpacked, all in one folder that is there."""
    for name, data in (*metadata_files(export), *media_files(export)):
        (folder / name).write_bytes(data)


def _json(value: object) -> bytes:
    """As PHP writes it: ASCII only, slashes escaped."""
    return json.dumps(value).replace("/", "\\/").encode()


def _write_zip(path: Path, files: list[tuple[str, bytes]], moment: datetime, method: int) -> None:
    time = moment.timetuple()[:6]
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, time), data, method)
