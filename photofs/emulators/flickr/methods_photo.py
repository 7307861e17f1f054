"""Methods that tell of one photo."""

import io

from PIL import ExifTags, Image

from photofs.emulators.flickr.listing import Ask, geo
from photofs.emulators.flickr.methods import Method, visible_photo
from photofs.emulators.flickr.render import ApiError, Model, text
from photofs.emulators.flickr.sizes import all_sizes, original_url, size_url
from photofs.emulators.flickr.state import FARM, SERVER, Photo
from photofs.emulators.flickr.words import is_machine_tag, normalised
from photofs.emulators.hosting.originals import Random


def get_info(ask: Ask) -> Model:
    """flickr.photos.getInfo."""
    photo = visible_photo(ask)
    mine = photo.owner == ask.caller.nsid
    made: Model = {
        "id": photo.id,
        "secret": photo.secret,
        "server": SERVER,
        "farm": FARM,
        "dateuploaded": str(photo.uploaded),
        "isfavorite": int(photo.id in ask.account.state.favorites),
        "license": photo.license,
        "safety_level": str(photo.safety),
        "rotation": photo.rotation,
    }
    if ask.account.may_have_original(photo, ask.caller.nsid):
        made["originalsecret"] = photo.original_secret
        made["originalformat"] = photo.format if photo.media == "photo" else "jpg"
    made.update(_about(ask, photo))
    if mine:
        made["permissions"] = {
            "permcomment": photo.perm_comment,
            "permaddmeta": photo.perm_addmeta,
        }
    made.update(_rest(ask, photo, mine=mine))
    return {"photo": made}


def _about(ask: Ask, photo: Photo) -> Model:
    owner = ask.account.person(photo.owner)
    return {
        "owner": {
            "nsid": photo.owner,
            "username": owner.username if owner else "",
            "realname": owner.realname if owner else "",
            "location": owner.location if owner else "",
            "iconserver": "0",
            "iconfarm": 0,
            "path_alias": owner.path_alias if owner else None,
        },
        "title": text(photo.title),
        "description": text(photo.description),
        "visibility": {
            "ispublic": int(photo.public),
            "isfriend": int(photo.friend),
            "isfamily": int(photo.family),
        },
        "dates": {
            "posted": str(photo.uploaded),
            "taken": photo.taken,
            "takengranularity": photo.granularity,
            "takenunknown": int(photo.taken_unknown),
            "lastupdate": str(photo.updated),
        },
        "views": str(photo.views),
    }


def _rest(ask: Ask, photo: Photo, *, mine: bool) -> Model:
    owner = ask.account.person(photo.owner)
    page = f"{ask.base}/photos/{(owner and owner.path_alias) or photo.owner}/{photo.id}/"
    can = int(ask.account.may_have_original(photo, ask.caller.nsid))
    made: Model = {
        "editability": {"cancomment": int(mine), "canaddmeta": int(mine)},
        "publiceditability": {"cancomment": 1, "canaddmeta": 0},
        "usage": {"candownload": can, "canblog": int(mine), "canprint": int(mine), "canshare": 1},
        "comments": text("0"),
        "notes": {"note": []},
        "people": {"haspeople": 0},
        "tags": {"tag": [tag_record(ask, photo, number) for number in range(len(photo.tags))]},
    }
    if photo.place:
        made["location"] = {**_location(photo), "locality": text(""), "country": text("")}
        made["geoperms"] = {"ispublic": 1, "iscontact": 0, "isfriend": 0, "isfamily": 0}
    made["urls"] = {"url": [{"type": "photopage", "_content": page}]}
    made["media"] = photo.media
    if photo.media == "video":
        made["video"] = {
            "ready": 1,
            "failed": 0,
            "pending": 0,
            "duration": str(photo.duration),
            "width": str(photo.width),
            "height": str(photo.height),
        }
    return made


def tag_record(ask: Ask, photo: Photo, number: int) -> Model:
    """A tag of a photo as getInfo tells it."""
    tag = photo.tags[number]
    author = ask.account.person(tag.author)
    return {
        "id": tag.id,
        "author": tag.author,
        "authorname": author.username if author else "",
        "raw": tag.raw,
        "_content": normalised(tag.raw),
        "machine_tag": int(is_machine_tag(tag.raw)),
    }


def _location(photo: Photo) -> Model:
    facts = geo(photo)
    return {name: facts[name] for name in ("latitude", "longitude", "accuracy", "context")}


def get_sizes(ask: Ask) -> Model:
    """flickr.photos.getSizes: a bare video label has neither width nor height."""
    photo = visible_photo(ask)
    page = f"{ask.base}/photos/{photo.owner}/{photo.id}/sizes/"
    big = ask.account.has_big_sizes(photo)
    made: list[Model] = [
        {
            "label": rung.size.label,
            "width": rung.width,
            "height": rung.height,
            "source": size_url(ask.base, photo, rung.size),
            "url": page + (rung.size.suffix or "m") + "/",
            "media": "photo",
        }
        for rung in all_sizes(photo, big=big)
    ]
    allowed = ask.account.may_have_original(photo, ask.caller.nsid)
    if allowed:
        made.append(
            {
                "label": "Original",
                "width": photo.width,
                "height": photo.height,
                "source": original_url(ask.base, photo),
                "url": page + "o/",
                "media": "photo",
            }
        )
    if photo.media == "video":
        made += _video_sizes(ask, photo, allowed=allowed)
    head: Model = {"canblog": 0, "canprint": 0, "candownload": int(allowed)}
    return {"sizes": {**head, "size": made}}


def _video_sizes(ask: Ask, photo: Photo, *, allowed: bool) -> list[Model]:
    pages = ask.habits.video_pages
    named = [("Site MP4", "site"), ("Mobile MP4", "mobile")] if "360p" in pages else []
    named += [("HD MP4", "hd")] if "720p" in pages else []
    made = [_play(ask, photo, label, page, photo.width, photo.height) for label, page in named]
    if allowed:
        width, height = photo.width, photo.height
        made.append(_play(ask, photo, "Video Original", "orig", width, height))
    return made + [_play(ask, photo, page, page, "", "") for page in pages]


def _play(
    ask: Ask, photo: Photo, label: str, page: str, width: int | str, height: int | str
) -> Model:
    return {
        "label": label,
        "width": width,
        "height": height,
        "source": play_url(ask, photo, page),
        "url": f"{ask.base}/photos/{photo.owner}/{photo.id}/",
        "media": "video",
    }


def play_url(ask: Ask, photo: Photo, page: str) -> str:
    """Where a video in one encoding is asked for."""
    secret = photo.original_secret if page == "orig" else photo.secret
    return f"{ask.base}/photos/{photo.owner}/{photo.id}/play/{page}/{secret}/"


def get_stream_info(ask: Ask) -> Model:
    """flickr.video.getStreamInfo, which the reflected list does not have."""
    photo = visible_photo(ask)
    if photo.media != "video":
        raise ApiError(1, "Video not found")
    streams = [text(play_url(ask, photo, p)) | {"type": p} for p in ask.habits.video_pages]
    if ask.account.may_have_original(photo, ask.caller.nsid):
        streams.insert(0, text(play_url(ask, photo, "orig")) | {"type": "orig"})
    return {"streams": {"stream": streams}}


def get_all_contexts(ask: Ask) -> Model:
    """flickr.photos.getAllContexts: the albums that hold the photo."""
    photo = visible_photo(ask)
    photos = ask.account.state.photos
    albums: list[Model] = [
        {
            "title": album.title,
            "id": album.id,
            "primary": album.primary,
            "secret": photos[album.primary].secret,
            "server": SERVER,
            "farm": FARM,
            "view_count": str(album.views),
            "comment_count": "0",
            "count_photo": sum(photos[i].media == "photo" for i in album.photos),
            "count_video": sum(photos[i].media == "video" for i in album.photos),
        }
        for album in ask.account.albums_of(photo.id)
    ]
    return {"set": albums} if albums else {}


def get_perms(ask: Ask) -> Model:
    """flickr.photos.getPerms."""
    photo = visible_photo(ask)
    return {
        "perms": {
            "id": photo.id,
            "ispublic": int(photo.public),
            "isfriend": int(photo.friend),
            "isfamily": int(photo.family),
            "permcomment": photo.perm_comment,
            "permaddmeta": photo.perm_addmeta,
        }
    }


def get_location(ask: Ask) -> Model:
    """flickr.photos.geo.getLocation."""
    photo = visible_photo(ask)
    if photo.place is None:
        raise ApiError(2, "Photo has no location information")
    return {"photo": {"id": photo.id, "location": _location(photo)}}


def get_exif(ask: Ask) -> Model:
    """flickr.photos.getExif, by ExifTool's names; of IFD0 and ExifIFD only."""
    photo = visible_photo(ask)
    exif = _exif(ask, photo)
    entries = [("IFD0", tag, value) for tag, value in exif.items() if tag in IFD0_TOLD]
    entries += [("ExifIFD", tag, v) for tag, v in exif.get_ifd(ExifTags.IFD.Exif).items()]
    made = [
        {
            "tagspace": space,
            "tagspaceid": 0,
            "tag": ExifTags.TAGS.get(tag, f"0x{tag:04x}"),
            "label": ExifTags.TAGS.get(tag, f"0x{tag:04x}"),
            "raw": text(str(value)),
        }
        for space, tag, value in entries
    ]
    head = {"id": photo.id, "secret": photo.secret, "server": SERVER, "farm": FARM}
    return {"photo": {**head, "camera": str(exif.get(ExifTags.Base.Model, "")), "exif": made}}


IFD0_TOLD = frozenset({ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.Base.Orientation})


def _exif(ask: Ask, photo: Photo) -> Image.Exif:
    if photo.media == "video" or isinstance(photo.original, Random):
        return Image.Exif()
    blob = ask.darkroom.original(photo)
    with Image.open(io.BytesIO(blob.read(0, blob.size))) as picture:
        return picture.getexif()


METHODS = {
    "flickr.photos.getInfo": Method(get_info),
    "flickr.photos.getSizes": Method(get_sizes),
    "flickr.photos.getExif": Method(get_exif),
    "flickr.photos.getAllContexts": Method(get_all_contexts),
    "flickr.photos.getPerms": Method(get_perms, "read"),
    "flickr.photos.geo.getLocation": Method(get_location),
    "flickr.video.getStreamInfo": Method(get_stream_info),
}
