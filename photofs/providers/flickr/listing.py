"""Reading long lists page by page without being fooled.

A list changes while it is read: an upload pushes everything one place down (a photo comes twice),
a deletion pulls everything up (a photo is skipped). In trouble the service answers with an empty
page though the total says otherwise, with the page before once more, or with the last page for one
past the end (flickr.md 1.6, 2.2). So a listing is complete only if, within one pass, the total
never fell, and the different ids are as many as the last total. Else the pass is repeated. Where
two passes give the very same ids and only the service's count differs, the list is as good as it
gets: it is told, but not complete, and nothing may be concluded from absence.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from photofs.model.errors import Temporary
from photofs.providers.flickr.answers import KEPT, Record
from photofs.providers.flickr.api import Api
from photofs.providers.flickr.reach import Reach
from photofs.providers.flickr.values import number, records, text

PER_PAGE = 500
PASSES = 4


class Query(NamedTuple):
    """A method that lists: the answer's container, and what its records are called."""

    method: str
    container: str
    item: str
    arguments: Mapping[str, str]


class Page(NamedTuple):
    """One page as the service gave it."""

    pages: int
    total: int
    records: tuple[Record, ...]
    ids: frozenset[str]


class Listing:
    """One list; when `next_page` gave None, `complete`, `ids` and `total` tell how it went."""

    def __init__(self, api: Api, query: Query, reach: Reach | None = None) -> None:
        """Nothing is asked yet. `reach` watches how far down the list is told."""
        self._api = api
        self._reach = reach
        self._query = query
        self._told: set[str] = set()
        self._passes = 0
        self._earlier: set[str] | None = None
        self.ids: set[str] = set()
        self.complete = False
        self._begin_pass()

    def _begin_pass(self) -> None:
        self._earlier, self.ids = (self.ids if self._passes else None), set()
        self._passes += 1
        self._fell = self._head_seen_again = False
        self._before: frozenset[str] = frozenset()
        self.total = 0
        self._at, self._last = 0, 1
        if self._reach is not None:
            self._reach.begin_pass()

    async def next_page(self) -> list[Record] | None:
        """The next records, each id once (perhaps none); None at the end.

        Raises Temporary if the list won't settle; everything told before stays true.
        """
        if self._at >= self._last and not self._head_is_due() and self._is_settled():
            return None
        if self._at < self._last:
            self._at += 1
            page = await self._page(self._at)
            self._last = page.pages
        else:
            self._head_seen_again, self._before = True, frozenset()
            page = await self._page(1)
        return self._take(page)

    def _head_is_due(self) -> bool:
        """Whether to look at the head again, for what came in meanwhile (up to a page of it)."""
        return len(self.ids) < self.total and self._last > 1 and not self._head_seen_again

    def _is_settled(self) -> bool:
        """Whether the passes so far suffice; if not, another begins."""
        self.complete = not self._fell and len(self.ids) == self.total
        if self.complete or (not self._fell and self.ids == self._earlier):
            return True
        if self._passes >= PASSES:
            raise Temporary("the library kept changing while Flickr listed it", safe=KEPT)
        self._begin_pass()
        return False

    def _take(self, page: Page) -> list[Record]:
        self._fell = self._fell or page.total < self.total
        self.total = page.total
        self._before = page.ids
        self.ids |= page.ids
        if self._reach is not None and not self._head_seen_again:
            self._reach.take(page.records, gap=self._fell)
        fresh: list[Record] = []
        for record in page.records:
            remote_id = text(record.get("id"))
            if remote_id is not None and remote_id not in self._told:
                self._told.add(remote_id)
                fresh.append(record)
        return fresh

    async def _page(self, wanted: int) -> Page:
        """That page, asked for again while it is not plausible."""
        arguments = {**self._query.arguments, "per_page": str(PER_PAGE), "page": str(wanted)}
        answer = await self._api.call(self._query.method, arguments, check=self._check(wanted))
        return read_page(answer, self._query)

    def _check(self, wanted: int) -> Callable[[Record], None]:
        def check(answer: Record) -> None:
            page = read_page(answer, self._query)
            echoed = number(_container(answer, self._query).get("page"))
            past_the_end = wanted > 1 and wanted > page.pages
            if page.total and not page.records and not past_the_end:
                raise Temporary("Flickr sent an empty page of a list that is not empty", safe=KEPT)
            if page.records and (echoed not in (None, wanted) or page.ids <= self._before):
                raise Temporary("Flickr sent another page than the one asked for", safe=KEPT)
            if self.total and not page.total:
                raise Temporary("Flickr's list was empty all at once", safe=KEPT)

        return check


async def all_records(listing: Listing) -> list[Record]:
    """The whole list at once."""
    found: list[Record] = []
    while (page := await listing.next_page()) is not None:
        found += page
    return found


def read_page(answer: Record, query: Query) -> Page:
    """The page in an answer; Temporary if there is none. `pages` is at least what `total` needs."""
    container = _container(answer, query)
    listed = tuple(records(container, query.item))
    total = number(container.get("total"))
    if total is None:
        raise Temporary("Flickr's answer does not say how long its list is", safe=KEPT)
    size = number(container.get("perpage")) or number(container.get("per_page")) or PER_PAGE
    pages = max(number(container.get("pages")) or 0, -(-total // size))
    ids = frozenset(one for one in (text(record.get("id")) for record in listed) if one)
    return Page(pages, total, listed, ids)


def _container(answer: Record, query: Query) -> Record:
    container = answer.get(query.container)
    return container if isinstance(container, dict) else {}
