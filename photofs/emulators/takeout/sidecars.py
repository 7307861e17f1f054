"""The JSON that stands beside media and in album folders."""

import json
from datetime import UTC, datetime

from photofs.emulators.takeout.account import Album, Item


def sidecar_json(item: Item) -> bytes:
    """An item's sidecar; what is false or unknown is left out, as Google does."""
    told: dict[str, object] = {
        "title": item.title,
        "description": item.description,
        "imageViews": "7",
        "creationTime": _time(item.uploaded or item.taken),
        "photoTakenTime": _time(item.taken),
        "geoData": _place(item.position),
        "geoDataExif": _place(item.camera_position),
    }
    if item.people:
        told["people"] = [{"name": name} for name in item.people]
    flags = {"favorited": item.favorite, "archived": item.archived, "trashed": item.trashed}
    told |= {flag: True for flag, is_set in flags.items() if is_set}
    if item.url == "page":
        told["url"] = f"https://photos.google.com/photo/{item.item_id}"
    elif item.url == "old":
        told["url"] = "https://lh3.googleusercontent.com/-abcDEF/W1x2y3/AAAAAAAAAAA/s1600/x.jpg"
    told["googlePhotosOrigin"] = {"mobileUpload": {"deviceType": "ANDROID_PHONE"}}
    return json.dumps(told, ensure_ascii=False, indent=2).encode()


def album_json(album: Album, made: datetime) -> bytes:
    """An album's metadata in the shape that its time had."""
    told: dict[str, object] = {"title": album.title}
    if album.shape != "bare":
        told |= {"description": album.description, "access": "protected", "date": _time(made)}
    elif album.description:
        place = {"name": "Rome", "latitudeE7": 418902000, "longitudeE7": 124922000}
        told["enrichments"] = [
            {"narrativeEnrichment": {"text": album.description}},
            {"locationEnrichment": {"location": [place]}},
        ]
    if album.comment:
        by = {"creationTime": _time(made), "contentOwnerName": "Bob"}
        told["sharedAlbumComments"] = [{**by, "text": album.comment}, {**by, "liked": True}]
    if album.shape == "old":
        told = {"albumData": {**told, "location": "", "geoData": _place(None)}}
    return json.dumps(told, ensure_ascii=False, indent=2).encode()


def other_json() -> dict[str, bytes]:
    """The product's own files, which are neither."""
    return {
        "print-subscriptions.json": b"{}",
        "shared_album_comments.json": json.dumps(
            {"sharedAlbumComments": [{"text": "nice", "contentOwnerName": "Bob"}]}
        ).encode(),
        "user-generated-memory-titles.json": json.dumps({"title": ["Summer", "Snow"]}).encode(),
        "order 1.json": json.dumps({"externalOrderId": "G-1", "category": "PRINTS"}).encode(),
    }


def _time(moment: datetime | None) -> dict[str, str]:
    """As epoch seconds in text; the localised text beside them is of no use to anybody."""
    seconds = (
        0 if moment is None else round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    )
    return {"timestamp": str(seconds), "formatted": "22 sept. 2023, 15:45:25 UTC"}


def _place(position: tuple[float, float] | None) -> dict[str, float]:
    latitude, longitude = position or (0.0, 0.0)
    return {
        "latitude": latitude,
        "longitude": longitude,
        "altitude": 0.0,
        "latitudeSpan": 0.0,
        "longitudeSpan": 0.0,
    }
