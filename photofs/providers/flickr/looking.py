"""One photo or album as it is now, told as a scan tells it."""

from dataclasses import replace

from photofs.model.errors import Temporary
from photofs.model.observation import AlbumSeen, PhotoSeen
from photofs.providers.flickr.albums import Albums
from photofs.providers.flickr.answers import KEPT, Failure, Record
from photofs.providers.flickr.door import Door
from photofs.providers.flickr.machine_tags import normal_form, tags_of
from photofs.providers.flickr.originals import LABELS
from photofs.providers.flickr.records import ORIGINAL, PREVIEWS, photo_seen
from photofs.providers.flickr.values import flag, records, text

NANOSECONDS = 10**9

LETTERS = {LABELS[letter]: letter for letter in reversed((ORIGINAL, *PREVIEWS))}
"""The letters of the `url_` extras by the labels of photos.getSizes; the better of two for one."""


async def look(door: Door, photo_id: str) -> PhotoSeen | None:
    """The photo; None if the service says that there is none. See `Writes.look`."""
    photo = await door.photo(photo_id)
    if photo is None:
        return None
    owned = text(_part(photo, "owner").get("nsid")) == door.user
    record = _as_listed(photo) | await _sizes(door, photo_id)
    seen = photo_seen(record, door.endpoint, door.now * NANOSECONDS, owned=owned)
    if seen is not None and not owned and not flag(photo.get("isfavorite")):
        # A scan lists others' photos only as favorites.
        return replace(seen, favorite=False)
    return seen


def _as_listed(photo: Record) -> dict[str, object]:
    """What photos.getInfo tells, under the names that lists have for it."""
    dates, place = _part(photo, "dates"), _part(photo, "location")
    same = ("id", "secret", "server", "title", "description", "media")
    original = ("originalsecret", "originalformat")
    return {
        **{name: photo.get(name) for name in (*same, *original)},
        "owner": _part(photo, "owner").get("nsid"),
        "dateupload": dates.get("posted") or photo.get("dateuploaded"),
        "lastupdate": dates.get("lastupdate"),
        "datetaken": dates.get("taken"),
        "datetakengranularity": dates.get("takengranularity"),
        "datetakenunknown": dates.get("takenunknown"),
        **{name: place.get(name) for name in ("latitude", "longitude", "accuracy")},
        "tags": " ".join(normal_form(tag.raw) for tag in tags_of(photo)),
    }


def _part(record: Record, name: str) -> Record:
    part = record.get(name)
    return part if isinstance(part, dict) else {}


async def _sizes(door: Door, photo_id: str) -> dict[str, object]:
    """Addresses and pixels, of a video its poster's; lists tell them, photos.getInfo does not."""
    try:
        answer = await door.api.call("flickr.photos.getSizes", {"photo_id": photo_id})
    except Failure:  # none that this login may see
        return {}
    told: dict[str, object] = {}
    for size in records(answer.get("sizes"), "size"):
        letter = LETTERS.get(text(size.get("label")) or "")
        if letter is not None:
            told[f"url_{letter}"] = size.get("source")
            told[f"width_{letter}"] = size.get("width")
            told[f"height_{letter}"] = size.get("height")
    return told


async def look_album(door: Door, album_id: str) -> AlbumSeen | None:
    """The album with its members; None if the service says that there is none.

    It is taken from the list of all: its place among them is told nowhere else.
    """
    await door.check_owner()
    albums = Albums(door.api, door.user, door.now * NANOSECONDS)
    for changed in await albums.changed({}):
        if text(changed.record.get("id")) == album_id:
            seen = await albums.seen(changed)
            return seen if isinstance(seen, AlbumSeen) else None
    if await door.album(album_id) is None:
        return None
    raise Temporary("Flickr left an album out of its list", safe=KEPT)
