"""The lists of photos that scans read, and what they tell of them."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from photofs.model.observation import Observation, PhotoSeen, Progress
from photofs.providers.flickr.answers import Record
from photofs.providers.flickr.api import Api
from photofs.providers.flickr.cursor import OVERLAP, Cursor
from photofs.providers.flickr.endpoint import Endpoint
from photofs.providers.flickr.listing import Listing, Query, read_page
from photofs.providers.flickr.reach import Reach
from photofs.providers.flickr.records import EXTRAS, photo_seen
from photofs.providers.flickr.values import number
from photofs.providers.port import Tools

MINE = "me"


@dataclass(frozen=True, slots=True)
class Place:
    """Whose account is looked at, and through what; `sweep_seconds` between two sweeps."""

    api: Api
    endpoint: Endpoint
    user: str
    tools: Tools
    sweep_seconds: int


def own_photos(place: Place, extras: str, below: int = 0, reach: Reach | None = None) -> Listing:
    """The owner's photos; `below`: only those that were uploaded no later, if it is given."""
    arguments = {"user_id": MINE, "extras": extras}
    if below:
        arguments["max_upload_date"] = str(below)
    return Listing(place.api, Query("flickr.people.getPhotos", "photos", "photo", arguments), reach)


def updated_photos(place: Place, since: int) -> Listing:
    """The owner's photos that were uploaded or changed since."""
    arguments = {"min_date": str(max(since, 1)), "extras": EXTRAS}
    query = Query("flickr.photos.recentlyUpdated", "photos", "photo", arguments)
    return Listing(place.api, query)


async def count_own(place: Place, **dates: int) -> int:
    """How many photos of the owner's the service counts, of those dates."""
    arguments = {"user_id": MINE, **{name: str(date) for name, date in dates.items()}}
    return await _count(place, "flickr.people.getPhotos", arguments)


async def count_favorites(place: Place, **dates: int) -> int:
    """How many favourites the service counts, of those dates."""
    arguments = {"user_id": place.user, **{name: str(date) for name, date in dates.items()}}
    return await _count(place, "flickr.favorites.getList", arguments)


async def _count(place: Place, method: str, arguments: dict[str, str]) -> int:
    query = Query(method, "photos", "photo", {})
    answer = await place.api.call(method, {**arguments, "per_page": "1"})
    return read_page(answer, query).total


async def tell_photos(
    place: Place, listing: Listing, as_of_ns: int, unit: str, told: int = 0
) -> AsyncGenerator[PhotoSeen | Progress, None]:
    """The photos of a list, and after each page how far it is; `told` were told before."""
    while (page := await listing.next_page()) is not None:
        for record in page:
            seen = photo_seen(record, place.endpoint, as_of_ns, owned=True)
            if seen is not None:
                yield seen
        done = min(len(listing.ids), listing.total)
        yield Progress(done=told + done, total=told + listing.total, unit=unit)


def uploaded(record: Record) -> int:
    """When a photo was uploaded, in unix seconds; 0 if nobody knows."""
    return number(record.get("dateupload")) or 0


def uploaded_s(seen: Observation) -> int:
    """The same of what was told; 0 if it is no photo."""
    return (seen.uploaded_ns or 0) // 10**9 if isinstance(seen, PhotoSeen) else 0


def note_recent(cursor: Cursor, seen: Observation) -> None:
    """Note a photo that is so new that the next scan will see it again."""
    if isinstance(seen, PhotoSeen) and uploaded_s(seen) >= cursor.since - OVERLAP:
        cursor.recent.append(seen.remote_id)
