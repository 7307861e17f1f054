"""From Flickr's list records to what a scan saw, and to what fetching the bytes needs."""

import hashlib
from dataclasses import dataclass

import msgspec

from photofs.model.capture_time import TakenBy, TakenFact, taken_from_title
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity, Media, PixelSize
from photofs.providers.flickr.answers import Record
from photofs.providers.flickr.endpoint import Endpoint
from photofs.providers.flickr.machine_tags import FAVORITE, holds, listed_tags, shown_tags
from photofs.providers.flickr.small_sizes import Small, small_of
from photofs.providers.flickr.values import (
    flag,
    granularity,
    local_time,
    nanoseconds,
    pixels,
    position,
    text,
)

# Best first, by the letters of the `url_` extras (flickr.md 2.1, 3.1); "o" is the original.
PREVIEWS = ("6k", "5k", "4k", "f", "3k", "k", "h", "l", "c", "z", "m", "w", "n", "s", "q", "t")
ORIGINAL = "o"
VIDEO = "video"
EXTRAS = ",".join(
    (
        "description,date_upload,date_taken,last_update,original_format,o_dims,geo,media",
        "tags,machine_tags",
        *(f"url_{size}" for size in (ORIGINAL, *PREVIEWS)),
    )
)

VIDEO_NOTE = "Flickr gives out its own conversions of a video, as a rule not the original"
OWN_NOTE = "Flickr does not give out the original of this photo (as with free accounts): size {}"
OTHERS_NOTE = "its owner does not give out the original: size {}"


class Ref(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What opening a photo's bytes needs. The address opens the photo to anybody: never log it.

    `size` is one of the letters above, or VIDEO, whose addresses are asked for when needed. `small`
    tells the addresses of its small sizes; a scan of an older version has told none.
    """

    id: str
    size: str
    url: str
    version: str
    small: Small = Small()

    @property
    def media(self) -> Media:
        """What kind of bytes will come."""
        return Media.VIDEO if self.size == VIDEO else Media.PICTURE


@dataclass(frozen=True, slots=True)
class Source:
    """The best that Flickr gives out of one photo, and how near that is to the original.

    `version` changes when the bytes may have changed; `extension` is that of the bytes.
    """

    size: str
    url: str
    version: str
    extension: str
    fidelity: Fidelity = Fidelity.ORIGINAL
    note: str = ""


def photo_seen(
    record: Record, endpoint: Endpoint, as_of_ns: int, *, owned: bool
) -> PhotoSeen | None:
    """What a record of a list with EXTRAS says; None if it has no id."""
    remote_id = text(record.get("id"))
    if remote_id is None:
        return None
    source = _source(record, endpoint, remote_id, owned=owned)
    small = small_of(record, endpoint, remote_id)
    title = text(record.get("title"))
    owner = text(record.get("owner"))
    tags = listed_tags(record)
    return PhotoSeen(
        remote_id=remote_id,
        media=Media.VIDEO if source.size == VIDEO else Media.PICTURE,
        content_key=source.version,
        ref=_encoded(Ref(remote_id, source.size, source.url, source.version, small)),
        as_of_ns=as_of_ns,
        extension=source.extension,
        title=title,
        description=text(record.get("description")),
        taken=_taken(record, title),
        uploaded_ns=nanoseconds(record.get("dateupload")),
        changed_ns=nanoseconds(record.get("lastupdate")),
        position=position(record),
        pixels=_pixels(record, source.size),
        tags=shown_tags(tags),
        favorite=_favorite(record, tags) if owned else True,
        owned=owned,
        page_url=None if owner is None else f"{endpoint.site}/photos/{owner}/{remote_id}/",
        fidelity=source.fidelity,
        fidelity_note=source.note,
    )


def _favorite(record: Record, tags: list[str]) -> bool | None:
    """Whether our tag says so of an own photo; None if no tags were asked for."""
    return holds(tags, FAVORITE) if "tags" in record else None


def _encoded(ref: Ref) -> str:
    return msgspec.json.encode(ref).decode()


def ref_of(encoded: str) -> Ref | None:
    """The ref that `photo_seen` gave; None if it is none of ours."""
    try:
        return msgspec.json.decode(encoded, type=Ref)
    except (msgspec.DecodeError, UnicodeError):
        return None


def _source(record: Record, endpoint: Endpoint, remote_id: str, *, owned: bool) -> Source:
    secret = text(record.get("secret")) or ""
    original_secret = text(record.get("originalsecret")) or ""
    if text(record.get("media")) == "video":
        version = _version(VIDEO, secret, original_secret)
        return Source(VIDEO, "", version, "mp4", Fidelity.RECOMPRESSED, VIDEO_NOTE)
    name = text(record.get("originalformat"))
    url = text(record.get("url_o"))
    if url is None and name and original_secret:
        server = text(record.get("server"))
        url = f"{endpoint.static}/{server}/{remote_id}_{original_secret}_o.{name}"
    if url is None:
        return _preview(record, endpoint, remote_id, OWN_NOTE if owned else OTHERS_NOTE)
    extension = name or _extension(url)
    version = _version(ORIGINAL, original_secret or _file_name(url), extension)
    return Source(ORIGINAL, url, version, extension)


def _preview(record: Record, endpoint: Endpoint, remote_id: str, note: str) -> Source:
    """The largest that there is; by its usual address if the record names none at all."""
    for size in PREVIEWS:
        if url := text(record.get(f"url_{size}")):
            break
    else:
        size, secret, server = "l", text(record.get("secret")), text(record.get("server"))
        url = f"{endpoint.static}/{server}/{remote_id}_{secret}_b.jpg"
    version = _version(size, _file_name(url))
    return Source(size, url, version, _extension(url), Fidelity.PREVIEW, note.format(size))


def _version(*parts: str) -> str:
    """A content key; hashed, for the parts are secrets and a key becomes a file's name."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def _file_name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _extension(url: str) -> str:
    return _file_name(url).rpartition(".")[2].lower() or "jpg"


def _pixels(record: Record, size: str) -> PixelSize | None:
    if size == VIDEO:  # the record's numbers are the poster's
        return None
    told = pixels(record.get(f"width_{size}"), record.get(f"height_{size}"))
    if told is None and size == ORIGINAL:
        return pixels(record.get("o_width"), record.get("o_height"))
    return told


def _taken(record: Record, title: str | None) -> TakenFact | None:
    """The date taken; where Flickr does not know it (and tells the upload time), the title's."""
    local = local_time(record.get("datetaken"))
    if local is None or flag(record.get("datetakenunknown")):
        return taken_from_title(title or "")
    exactness = granularity(record.get("datetakengranularity"))
    return TakenFact(by=TakenBy.SERVICE, local=local, granularity=exactness)
