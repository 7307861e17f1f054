"""Other people's photos that the account's owner has marked as favourites."""

from photofs.model.observation import PhotoSeen
from photofs.providers.flickr.answers import Record
from photofs.providers.flickr.listing import Listing, Query
from photofs.providers.flickr.lists import Place
from photofs.providers.flickr.reach import Reach
from photofs.providers.flickr.records import EXTRAS, photo_seen
from photofs.providers.flickr.values import number


class Favorites:
    """One look at them; `total` and `newest` (unix seconds) are for the next scan's cursor."""

    def __init__(
        self, place: Place, as_of_ns: int, below: int = 0, reach: Reach | None = None
    ) -> None:
        """Nothing is asked yet. `below`: only those that were added no later, if it is given."""
        arguments = {"user_id": place.user, "extras": EXTRAS}
        if below:
            arguments["max_fave_date"] = str(below)
        query = Query("flickr.favorites.getList", "photos", "photo", arguments)
        self._listing = Listing(place.api, query, reach)
        self._endpoint = place.endpoint
        self._as_of_ns = as_of_ns
        self.newest = 0
        self.total = 0

    @property
    def complete(self) -> bool:
        """Whether all were listed, and as many as the service counts."""
        return self._listing.complete

    @property
    def ids(self) -> set[str]:
        """Those that were listed."""
        return self._listing.ids

    async def next_page(self) -> list[PhotoSeen] | None:
        """The next of them all, newest first; None at the end."""
        page = await self._listing.next_page()
        self.total = self._listing.total
        return None if page is None else self._told(page)

    async def added(self, newest: int, total: int) -> list[PhotoSeen]:
        """Those added after the time `newest`, at which there were `total`.

        `self.total` is -1 afterwards if the numbers do not agree: some may have been taken away.
        """
        self.newest = newest
        seen: list[PhotoSeen] = []
        while (page := await self._listing.next_page()) is not None:
            fresh = [record for record in page if faved(record) > newest]
            seen += self._told(fresh)
            if len(fresh) < len(page) or not page:
                break
        self.total = self._listing.total if self._listing.total == total + len(seen) else -1
        return seen

    def _told(self, page: list[Record]) -> list[PhotoSeen]:
        self.newest = max([self.newest, *(faved(record) for record in page)])
        return [seen for record in page if (seen := self._seen(record)) is not None]

    def _seen(self, record: Record) -> PhotoSeen | None:
        return photo_seen(record, self._endpoint, self._as_of_ns, owned=False)


def faved(record: Record) -> int:
    """When the photo was marked, in unix seconds; 0 if nobody knows."""
    return number(record.get("date_faved")) or 0
