"""Pages of photos: the standard list record with its extras, and how pages are cut."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.habits import Habits
from photofs.emulators.flickr.oauth import Caller
from photofs.emulators.flickr.render import ApiError, Model, text
from photofs.emulators.flickr.sizes import ladder, original_url, size_url, wanted_sizes
from photofs.emulators.flickr.state import FARM, SERVER, Photo
from photofs.emulators.flickr.words import is_machine_tag, normalised

MOST_PAGES = 10_000
MOST_PER_PAGE = 500
USUAL_PER_PAGE = 100
SEEN_BOTH_WAYS = (
    *("datetakengranularity", "datetakenunknown", "accuracy", "context", "iconfarm"),
    *("o_width", "o_height", "width_o", "height_o"),
)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One API call: who asks for what, of which account; `base` is the emulator's URL.

    `lie` is a planned falsehood of listings: "empty", "repeat" or none. `dice` decide which numbers
    of list records come quoted; None for XML.
    """

    account: Account
    habits: Habits
    caller: Caller
    arguments: dict[str, str]
    base: str
    darkroom: Darkroom
    lie: str | None = None
    dice: random.Random | None = None

    def number(self, name: str, usual: int) -> int:
        """A number among the arguments; what is none counts as not given."""
        value = self.arguments.get(name, "").strip()
        return int(value) if value.isdecimal() else usual

    def extras(self) -> frozenset[str]:
        """The extras asked for; one with a space before its name is not known."""
        return frozenset(self.arguments.get("extras", "").split(","))

    def need(self, name: str, code: int = 1, message: str = "Required argument missing") -> str:
        """An argument that must be there."""
        value = self.arguments.get(name)
        if not value:
            raise ApiError(code, message)
        return value


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A page of a list: the photos on it, its number, their share and how many pages there are."""

    photos: Sequence[Photo]
    page: int
    per_page: int
    pages: int
    total: int

    def head(self) -> Model:
        """The container's numbers."""
        return {
            "page": self.page,
            "pages": self.pages,
            "perpage": self.per_page,
            "total": self.total,
        }


def cut(ask: Ask, photos: Sequence[Photo], *, usual: int = USUAL_PER_PAGE) -> Cut:
    """The page that was asked for."""
    per_page = min(MOST_PER_PAGE, ask.number("per_page", usual) or usual)
    page = min(MOST_PAGES, max(1, ask.number("page", 1)))
    pages = -(-len(photos) // per_page)
    shown = page
    if page > pages and ask.habits.beyond_last == "repeat":
        shown = max(1, pages)
    if ask.lie == "repeat":
        shown = 1
    piece = [] if ask.lie == "empty" else photos[(shown - 1) * per_page : shown * per_page]
    if unlisted := ask.habits.unlisted:
        piece = [photo for photo in piece if photo.id not in unlisted]
    return Cut(photos=piece, page=page, per_page=per_page, pages=pages, total=len(photos))


def photo_page(ask: Ask, photos: Sequence[Photo]) -> Model:
    """The usual `photos` container."""
    piece = cut(ask, photos)
    return {"photos": {**piece.head(), "photo": records(ask, piece.photos)}}


def records(ask: Ask, photos: Iterable[Photo]) -> list[Model]:
    """The list records of photos, each with the extras asked for."""
    extras = ask.extras()
    sizes = wanted_sizes(extras)
    return [record(ask, photo, extras, sizes) for photo in photos]


def record(ask: Ask, photo: Photo, extras: frozenset[str], sizes: frozenset[str]) -> Model:
    """The list record of one photo."""
    made: Model = {
        "id": photo.id,
        "owner": photo.owner,
        "secret": photo.secret,
        "server": SERVER,
        "farm": FARM,
        "title": photo.title,
        "ispublic": int(photo.public),
        "isfriend": int(photo.friend),
        "isfamily": int(photo.family),
    }
    _add_facts(made, photo, extras)
    _add_owner(made, ask, photo, extras)
    if "geo" in extras:
        made.update(geo(photo))
    _add_files(made, ask, photo, extras, sizes)
    if ask.dice:
        quote_some(made, ask.dice)
    return made


def quote_some(made: Model, dice: random.Random) -> None:
    """Quote some of the numbers that were seen both ways in recordings."""
    bits = dice.getrandbits(len(SEEN_BOTH_WAYS))
    for key in SEEN_BOTH_WAYS:
        if bits & 1 and key in made:
            made[key] = str(made[key])
        bits >>= 1


def _add_facts(made: Model, photo: Photo, extras: frozenset[str]) -> None:
    if "description" in extras:
        made["description"] = text(photo.description)
    if "license" in extras:
        made["license"] = photo.license
    if "date_upload" in extras:
        made["dateupload"] = str(photo.uploaded)
    if "last_update" in extras:
        made["lastupdate"] = str(photo.updated)
    if "date_taken" in extras:
        made["datetaken"] = photo.taken
        made["datetakengranularity"] = photo.granularity
        made["datetakenunknown"] = int(photo.taken_unknown)
    if "views" in extras:
        made["views"] = str(photo.views)
    if "tags" in extras:
        made["tags"] = " ".join(normalised(tag.raw) for tag in photo.tags)
    if "machine_tags" in extras:
        machine = (tag.raw for tag in photo.tags if is_machine_tag(tag.raw))
        made["machine_tags"] = " ".join(normalised(raw) for raw in machine)


def _add_owner(made: Model, ask: Ask, photo: Photo, extras: frozenset[str]) -> None:
    owner = ask.account.person(photo.owner)
    if "owner_name" in extras:
        made["ownername"] = owner.username if owner else ""
    if "path_alias" in extras:
        made["pathalias"] = owner.path_alias if owner else None
    if "icon_server" in extras:
        made["iconserver"] = "0"
        made["iconfarm"] = 0


def geo(photo: Photo) -> Model:
    """Where it was taken: floats, or the number 0 where nobody knows."""
    if photo.place is None:
        return {"latitude": 0, "longitude": 0, "accuracy": 0, "context": 0}
    return {
        "latitude": photo.place.latitude,
        "longitude": photo.place.longitude,
        "accuracy": photo.place.accuracy,
        "context": photo.place.context,
        "place_id": "",
        "woeid": "0",
        "geo_is_public": int(photo.public),
        "geo_is_contact": 0,
        "geo_is_friend": 0,
        "geo_is_family": 0,
    }


def _add_files(
    made: Model, ask: Ask, photo: Photo, extras: frozenset[str], sizes: frozenset[str]
) -> None:
    if "media" in extras:
        made["media"] = photo.media
        made["media_status"] = "ready"
    original = ask.account.may_have_original(photo, ask.caller.nsid)
    if original and "original_format" in extras:
        made["originalsecret"] = photo.original_secret
        made["originalformat"] = photo.format if photo.media == "photo" else "jpg"
    if original and "o_dims" in extras:
        made["o_width"] = photo.width
        made["o_height"] = photo.height
    big = ask.account.has_big_sizes(photo)
    bits = ask.dice.getrandbits(64) if ask.dice else 0
    for size, _, _, keys, widths, heights in ladder(
        photo.width, photo.height, big=big, names=sizes
    ):
        url, high, wide = keys
        made[url] = size_url(ask.base, photo, size)
        made[high] = heights[bits & 1]
        made[wide] = widths[bits >> 1 & 1]
        bits >>= 2
    if original and "url_o" in extras:
        made["url_o"] = original_url(ask.base, photo)
        made["height_o"] = photo.height
        made["width_o"] = photo.width
