"""Methods that list photos: recently updated, in no album, found by a search, counted."""

from itertools import pairwise

from photofs.emulators.flickr.choosing import chosen, found, in_order, moment
from photofs.emulators.flickr.listing import Ask, cut, photo_page, records
from photofs.emulators.flickr.methods import Method, asked_user, photos_of
from photofs.emulators.flickr.render import ApiError, Model
from photofs.emulators.flickr.state import Photo

DISTINCT_RESULTS = 4000
SEARCH_ARGUMENTS = (
    "user_id",
    "text",
    "tags",
    "machine_tags",
    "min_upload_date",
    "max_upload_date",
    "min_taken_date",
    "max_taken_date",
    "contacts",
    "bbox",
    "lat",
    "lon",
    "group_id",
    "woe_id",
)


def recently_updated(ask: Ask) -> Model:
    """flickr.photos.recentlyUpdated: changes after `min_date`; it tells of no deletion."""
    earliest = moment(ask.need("min_date", 1, "Required argument missing"))
    photos = [p for p in ask.account.stream() if p.updated > earliest]
    photos.sort(key=lambda p: (p.updated, p.id), reverse=True)
    return photo_page(ask, chosen(ask, photos))


def get_not_in_set(ask: Ask) -> Model:
    """flickr.photos.getNotInSet."""
    placed = ask.account.in_albums()
    return photo_page(ask, chosen(ask, [p for p in ask.account.stream() if p.id not in placed]))


def get_counts(ask: Ask) -> Model:
    """flickr.photos.getCounts: how many between each two of the dates."""
    uploads = ask.arguments.get("dates")
    given = uploads or ask.arguments.get("taken_dates", "")
    dates = [date for date in given.split(",") if date]
    if not dates[1:] or dates != sorted(dates, key=moment):
        raise ApiError(1, "No dates specified")
    photos = ask.account.stream()
    whens = [p.uploaded if uploads else moment(p.taken) for p in photos]
    counts: list[Model] = [
        {
            "count": sum(moment(start) <= when < moment(stop) for when in whens),
            "fromdate": start,
            "todate": stop,
        }
        for start, stop in pairwise(dates)
    ]
    return {"photocounts": {"photocount": counts}}


def search(ask: Ask) -> Model:
    """flickr.photos.search: only the first 4000 results are distinct; later pages repeat."""
    if not any(ask.arguments.get(name) for name in SEARCH_ARGUMENTS):
        raise ApiError(
            3,
            "Parameterless searches have been disabled. Please use "
            "flickr.photos.getRecent instead.",
        )
    known = ask.account.clock() - ask.habits.search_lag
    photos = _searched(ask)
    if ask.habits.search_lag:
        photos = [p for p in photos if p.updated <= known]
    photos = in_order(ask, found(ask, photos))
    piece = cut(ask, photos)
    start = (piece.page - 1) * piece.per_page
    if start < DISTINCT_RESULTS or start >= len(photos):
        return photo_page(ask, photos)
    last = DISTINCT_RESULTS - piece.per_page
    repeated = photos[last:DISTINCT_RESULTS]
    return {"photos": {**piece.head(), "photo": records(ask, repeated)}}


def _searched(ask: Ask) -> list[Photo]:
    if ask.arguments.get("user_id"):
        return photos_of(ask, asked_user(ask))
    return list(ask.account.state.photos.values())


METHODS = {
    "flickr.photos.recentlyUpdated": Method(recently_updated, "read"),
    "flickr.photos.getNotInSet": Method(get_not_in_set, "read"),
    "flickr.photos.getCounts": Method(get_counts, "read"),
    "flickr.photos.search": Method(search),
}
