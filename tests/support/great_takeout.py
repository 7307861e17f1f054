"""A great Takeout for little disk: as many small photos as one likes, in zips named as Google's.

A medium and its sidecar come in different parts, as they do; a tenth of the photos are in albums,
one in twenty has an edited copy, and names repeat within their folders as a camera's do.
"""

import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

FULL = datetime(2026, 6, 8, 14, 27, 29, tzinfo=UTC)
FIRST_SHOT = 1_072_915_200
"""Seconds since 1970-01-01 UTC: 2004-01-01."""

_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_EVERY = 6_000
"""Seconds between two shots: 100,000 of them fill nineteen years."""
_NAMES = 9_000
"""A camera counts to about that, and begins anew."""
_ALBUM = 200


class Shot(NamedTuple):
    """One photo of the account, by its number; `description` is what its sidecar says."""

    number: int
    description: str = ""

    @property
    def item_id(self) -> str:
        """The service's own."""
        return f"AF1QipGreat{self.number:07}"


def write(folder: Path, made: datetime, parts: int, shots: Iterator[Shot]) -> None:
    """An export of these, made at that time, in so many parts."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        names = (f"takeout-{made:%Y%m%dT%H%M%SZ}-3-{part + 1:03}.zip" for part in range(parts))
        archives = [stack.enter_context(zipfile.ZipFile(folder / name, "w")) for name in names]
        given: dict[str, int] = {}
        albums: set[int] = set()
        for place, shot in enumerate(shots):
            media, text = archives[place % parts], archives[(place + 1) % parts]
            _write_shot(media, text, _year(shot), shot, given)
            if shot.number % 10 == 0:
                album = shot.number // (_ALBUM * 10)
                if album not in albums:
                    albums.add(album)
                    path = f"Takeout/Google Photos/Trip {album:04}/metadata.json"
                    text.writestr(path, json.dumps({"title": f"Trip {album:04}"}))
                _write_shot(media, text, f"Trip {album:04}", shot, given)


def shots(first: int, count: int, description: str = "") -> Iterator[Shot]:
    """So many in a row."""
    return (Shot(number, description) for number in range(first, first + count))


def _year(shot: Shot) -> str:
    return f"Photos from {_taken(shot).year}"


def _taken(shot: Shot) -> datetime:
    return datetime.fromtimestamp(FIRST_SHOT, UTC) + timedelta(seconds=shot.number * _EVERY)


def _write_shot(
    media: zipfile.ZipFile, text: zipfile.ZipFile, folder: str, shot: Shot, given: dict[str, int]
) -> None:
    title = f"IMG_{shot.number % _NAMES:04}.jpg"
    base = f"Takeout/Google Photos/{folder}"
    count = given.get(f"{base}/{title}", 0)
    given[f"{base}/{title}"] = count + 1
    counter = f"({count})" if count else ""
    stem = title.removesuffix(".jpg")
    media.writestr(f"{base}/{stem}{counter}.jpg", _picture(shot, b"original"))
    if shot.number % 20 == 1:
        media.writestr(f"{base}/{stem}-edited{counter}.jpg", _picture(shot, b"edited"))
    name = f"{base}/{title}.supplemental-metadata{counter}.json"
    text.writestr(name, _sidecar(shot, title), zipfile.ZIP_DEFLATED)


def _picture(shot: Shot, kind: bytes) -> bytes:
    return _HEAD + kind + shot.number.to_bytes(8, "big") + b"\xff\xd9"


def _sidecar(shot: Shot, title: str) -> str:
    taken = int(_taken(shot).timestamp())
    told = {
        "title": title,
        "description": shot.description,
        "imageViews": "1",
        "creationTime": {"timestamp": str(taken + 60), "formatted": "21 Jul 2019, 14:10:15 UTC"},
        "photoTakenTime": {"timestamp": str(taken), "formatted": "21 Jul 2019, 14:10:15 UTC"},
        "geoData": {"latitude": 48.1, "longitude": 11.5, "altitude": 0.0},
        "people": [{"name": "Ada"}],
        "url": f"https://photos.google.com/photo/{shot.item_id}",
    }
    return json.dumps(told)
