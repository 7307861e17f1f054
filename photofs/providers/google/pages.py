"""Reading lists page by page: only the absence of a further token ends one (google.md 2.2).

Pages may be short or empty while there is more, and may begin with what the page before ended with.
Page numbers and totals are not told, so nobody knows how much is still to come.
"""

from collections.abc import AsyncGenerator
from typing import NamedTuple

from photofs.model.errors import Temporary
from photofs.providers.google.answers import KEPT, Record
from photofs.providers.google.api import Api
from photofs.providers.google.records import item_id, parts, text

PHOTOS_A_PAGE = 100
ALBUMS_A_PAGE = 50
"""The most that the service gives (google.md 2.2)."""

MOST_EMPTY = 50
"""Empty pages in a row after which a list is given up for now: each costs a call of the day's."""

ITEMS, ALBUMS = "mediaItems", "albums"


class Query(NamedTuple):
    """A method that lists, and what its answer calls the list.

    `body`: whether page and size go into the body, as with a search, or are parameters.
    """

    method: str
    container: str
    arguments: Record
    size: int
    body: bool = False


class Page(NamedTuple):
    """What of a page is new, and the token of the next one; None at the list's end."""

    records: list[Record]
    following: str | None


ALL_ITEMS = Query("mediaItems.list", ITEMS, {}, PHOTOS_A_PAGE)
ALL_ALBUMS = Query("albums.list", ALBUMS, {}, ALBUMS_A_PAGE)
FAVORITES = Query(
    "mediaItems.search",
    ITEMS,
    {
        "filters": {
            "featureFilter": {"includedFeatures": ["FAVORITES"]},
            "includeArchivedMedia": True,
        }
    },
    PHOTOS_A_PAGE,
    body=True,
)


def of_day(day: str) -> Query:
    """The photos whose capture date is that day ("2019-07-12"), as far as the service knows it."""
    year, month, date = (int(part) for part in day.split("-"))
    filters = {
        "dateFilter": {"dates": [{"year": year, "month": month, "day": date}]},
        "includeArchivedMedia": True,
    }
    return Query("mediaItems.search", ITEMS, {"filters": filters}, PHOTOS_A_PAGE, body=True)


def members_of(album_id: str) -> Query:
    """The photos of an album, in its order, archived ones too."""
    return Query("mediaItems.search", ITEMS, {"albumId": album_id}, PHOTOS_A_PAGE, body=True)


async def first_page(api: Api, query: Query, *, person: bool) -> list[Record]:
    """What one call gives of a list."""
    return parts(await api.call(query.method, _arguments(query, None), person=person), ITEMS)


async def pages(api: Api, query: Query, token: str | None = None) -> AsyncGenerator[Page, None]:
    """The pages of a list, each id once, from the beginning or from a page's token."""
    told: set[str] = set()
    empty = 0
    while True:
        answer = await api.call(query.method, _arguments(query, token))
        following = text(answer, "nextPageToken")
        fresh = [one for one in parts(answer, query.container) if _is_new(one, told)]
        empty = 0 if fresh else empty + 1
        yield Page(fresh, following)
        if following is None:
            return
        if following == token or empty > MOST_EMPTY:
            raise Temporary("Google's list leads nowhere", safe=KEPT, remedy="scan again later")
        token = following


def _arguments(query: Query, token: str | None) -> Record:
    paged: dict[str, object] = {**query.arguments, "pageSize": query.size}
    if token is not None:
        paged["pageToken"] = token
    return {"body": paged} if query.body else paged


def _is_new(record: Record, told: set[str]) -> bool:
    """Whether it has an id that was not told before; noted."""
    remote_id = item_id(record)
    if remote_id is None or remote_id in told:
        return False
    told.add(remote_id)
    return True


async def whole(api: Api, query: Query) -> list[Record]:
    """A whole list at once."""
    return [one async for page in pages(api, query) for one in page.records]
