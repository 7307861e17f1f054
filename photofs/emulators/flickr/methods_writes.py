"""Methods that change a photo."""

import re
from datetime import UTC, datetime, timedelta

from photofs.emulators.flickr.account import TAKEN_FORM
from photofs.emulators.flickr.listing import Ask
from photofs.emulators.flickr.methods import Method, own_photo
from photofs.emulators.flickr.methods_photo import tag_record
from photofs.emulators.flickr.render import ApiError, Model, text
from photofs.emulators.flickr.state import Photo, Place
from photofs.emulators.flickr.words import new_secret, split_tags

GRANULARITIES = range(11)
FULL_TURN = 360
FIRST_TAKEN = "1825-01-01 00:00:00"
_TAKEN = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?: (\d\d):(\d\d)(?::(\d\d))?)?)?)?")


def asked_photo(ask: Ask) -> Photo:
    """The caller's photo that `photo_id` names."""
    return own_photo(ask, ask.arguments.get("photo_id", ""))


def delete(ask: Ask) -> Model:
    """flickr.photos.delete: for good."""
    ask.account.remove_photo(asked_photo(ask).id)
    return {}


def set_dates(ask: Ask) -> Model:
    """flickr.photos.setDates: all that is given is checked before anything changes."""
    photo = asked_photo(ask)
    posted = ask.arguments.get("date_posted")
    taken = ask.arguments.get("date_taken")
    granularity = ask.arguments.get("date_taken_granularity")
    if not posted and not taken and not granularity:
        raise ApiError(2, "Not enough arguments")
    if granularity and not (granularity.isdecimal() and int(granularity) in GRANULARITIES):
        raise ApiError(3, "Invalid granularity")
    new_posted = posted_from(posted, ask.account.now()) if posted else photo.uploaded
    new_taken = taken_from(taken, ask.account.now()) if taken else None
    photo.uploaded = new_posted
    if granularity:
        photo.granularity = int(granularity)
    if new_taken:
        photo.taken, photo.taken_unknown = new_taken, False
    ask.account.touch(photo)
    return {}


def posted_from(given: str, now: int) -> int:
    """Unix seconds; what is no number counts up to where it stops being one ("2013-10" is 2013)."""
    digits = re.match(r"\d+", given)
    if not digits or int(digits.group()) > now:
        raise ApiError(4, "Invalid date_posted")
    return int(digits.group())


def taken_from(given: str, now: int) -> str:
    """A full taken date; a truncated one begins its month or year."""
    found = _TAKEN.fullmatch(given)
    if not found:
        raise ApiError(5, "Invalid date_taken format")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        when = datetime(year, month or 1, day or 1, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise ApiError(5, "Invalid date_taken format") from None
    written = f"{year:04d}-" + when.strftime(TAKEN_FORM).partition("-")[2]
    latest = datetime.fromtimestamp(now, tz=UTC) + timedelta(days=1)
    if when > latest or written < FIRST_TAKEN:
        raise ApiError(6, "Invalid date_taken")
    return written


def set_meta(ask: Ask) -> Model:
    """flickr.photos.setMeta."""
    photo = asked_photo(ask)
    if "title" not in ask.arguments and "description" not in ask.arguments:
        raise ApiError(2, "Required arguments missing")
    photo.title = ask.arguments.get("title", photo.title)
    photo.description = ask.arguments.get("description", photo.description)
    ask.account.touch(photo)
    return {"photo": {"title": text(photo.title), "description": text(photo.description)}}


def set_tags(ask: Ask) -> Model:
    """flickr.photos.setTags: replaces all; all or nothing."""
    photo = asked_photo(ask)
    raws = split_tags(ask.arguments.get("tags", ""))
    if len(set(raws)) > ask.habits.max_tags:
        raise ApiError(2, "Maximum number of tags reached")
    kept = [tag for tag in photo.tags if tag.raw in raws]
    photo.tags = kept
    ask.account.tag(photo, *raws)
    ask.account.touch(photo)
    return {}


def add_tags(ask: Ask) -> Model:
    """flickr.photos.addTags: tells of those only that are new."""
    photo = asked_photo(ask)
    raws = split_tags(ask.need("tags"))
    if len({*raws, *(tag.raw for tag in photo.tags)}) > ask.habits.max_tags:
        raise ApiError(2, "Maximum number of tags reached")
    before = len(photo.tags)
    ask.account.tag(photo, *raws)
    fresh = [tag_record(ask, photo, number) for number in range(before, len(photo.tags))]
    if fresh:
        ask.account.touch(photo)
    made = [{**tag, "full_tag_id": tag["id"]} for tag in fresh]
    return {"tags": {"tag": made}}


def remove_tag(ask: Ask) -> Model:
    """flickr.photos.removeTag."""
    tag_id = ask.arguments.get("tag_id", "")
    pieces = tag_id.split("-")
    photo = ask.account.state.photos.get(pieces[1]) if len(pieces) == len("abc") else None
    if photo is None or tag_id not in {tag.id for tag in photo.tags}:
        raise ApiError(1, "Tag not found")
    photo.tags = [tag for tag in photo.tags if tag.id != tag_id]
    ask.account.touch(photo)
    return {}


def set_perms(ask: Ask) -> Model:
    """flickr.photos.setPerms: going public or private changes the secrets, and so the URLs."""
    photo = asked_photo(ask)
    for name in ("is_public", "is_friend", "is_family"):
        ask.need(name, 2, "Required arguments missing")
    public = ask.arguments["is_public"] == "1"
    if public != photo.public:
        renew_secrets(photo)
    photo.public = public
    photo.friend = ask.arguments["is_friend"] == "1"
    photo.family = ask.arguments["is_family"] == "1"
    photo.perm_comment = ask.number("perm_comment", photo.perm_comment)
    photo.perm_addmeta = ask.number("perm_addmeta", photo.perm_addmeta)
    ask.account.touch(photo)
    return photo_id(photo)


def rotate(ask: Ask) -> Model:
    """flickr.photos.transform.rotate: the original stays as it is."""
    photo = asked_photo(ask)
    degrees = ask.number("degrees", 0)
    if degrees not in {90, 180, 270}:
        raise ApiError(3, "Invalid rotation")
    photo.rotation = (photo.rotation + degrees) % FULL_TURN
    renew_secrets(photo)
    ask.account.touch(photo)
    return photo_id(photo)


def set_location(ask: Ask) -> Model:
    """flickr.photos.geo.setLocation."""
    photo = asked_photo(ask)
    latitude = _degrees(ask, "lat", 90, 2, "Not a valid latitude")
    longitude = _degrees(ask, "lon", 180, 3, "Not a valid longitude")
    accuracy = ask.number("accuracy", 16)
    if accuracy not in range(1, 17):
        raise ApiError(4, "Not a valid accuracy")
    photo.place = Place(
        latitude=latitude,
        longitude=longitude,
        accuracy=accuracy,
        context=ask.number("context", 0),
    )
    ask.account.touch(photo)
    return {}


def _degrees(ask: Ask, name: str, most: int, code: int, message: str) -> float:
    try:
        value = round(float(ask.arguments.get(name, "")), 6)
    except ValueError:
        raise ApiError(code, message) from None
    if not -most <= value <= most:
        raise ApiError(code, message)
    return value


def remove_location(ask: Ask) -> Model:
    """flickr.photos.geo.removeLocation."""
    photo = asked_photo(ask)
    if photo.place is None:
        raise ApiError(2, "Photo has no location information")
    photo.place = None
    ask.account.touch(photo)
    return {}


def renew_secrets(photo: Photo) -> None:
    """New secrets: every URL known so far leads nowhere."""
    photo.secret = new_secret()
    photo.original_secret = new_secret()


def photo_id(photo: Photo) -> Model:
    """A photo's id with its secrets, as several methods answer."""
    secrets = {"secret": photo.secret, "originalsecret": photo.original_secret}
    return {"photoid": {"_content": photo.id, **secrets}}


METHODS = {
    "flickr.photos.delete": Method(delete, "delete", changes=True),
    "flickr.photos.setDates": Method(set_dates, "write", changes=True),
    "flickr.photos.setMeta": Method(set_meta, "write", changes=True),
    "flickr.photos.setTags": Method(set_tags, "write", changes=True),
    "flickr.photos.addTags": Method(add_tags, "write", changes=True),
    "flickr.photos.removeTag": Method(remove_tag, "write", changes=True),
    "flickr.photos.setPerms": Method(set_perms, "write", changes=True),
    "flickr.photos.transform.rotate": Method(rotate, "write", changes=True),
    "flickr.photos.geo.setLocation": Method(set_location, "write", changes=True),
    "flickr.photos.geo.removeLocation": Method(remove_location, "write", changes=True),
}
