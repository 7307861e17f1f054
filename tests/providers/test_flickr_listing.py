"""Lists that change or lie while they are read never end as complete with a hole in them."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

import msgspec
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from photofs.model.errors import Temporary
from photofs.providers.flickr.api import Api, open_api
from photofs.providers.flickr.endpoint import endpoint_at
from photofs.providers.flickr.line import Account
from photofs.providers.flickr.listing import Listing, Query, all_records
from photofs.providers.flickr.values import text
from tests.support.provider_tools import FreePacer
from tests.support.tiny_http import Asked, answer, tiny_server

QUERY = Query("flickr.people.getPhotos", "photos", "photo", {})
ACCOUNT = Account("k", "s", "t", "ts")


class Stream:
    """A photostream, newest first, to which something may happen before each page is told."""

    def __init__(self, count: int, happens: Callable[["Stream", int], None]) -> None:
        """So many photos, and what happens at the n-th call."""
        self.ids = [str(n) for n in range(count, 0, -1)]
        self.calls = 0
        self._happens = happens

    def page(self, arguments: dict[str, list[str]]) -> dict[str, object]:
        """One page as the service tells it."""
        self._happens(self, self.calls)
        self.calls += 1
        size, wanted = int(arguments["per_page"][0]), int(arguments["page"][0])
        listed = self.ids[size * (wanted - 1) : size * wanted]
        return {
            "page": wanted,
            "pages": -(-len(self.ids) // size),
            "perpage": size,
            "total": str(len(self.ids)),
            "photo": [{"id": one} for one in listed],
        }

    def upload(self) -> None:
        """One more at the head."""
        self.ids.insert(0, f"new{self.calls}-{len(self.ids)}")


@asynccontextmanager
async def api_of(page: Callable[[dict[str, list[str]]], dict[str, object]]) -> AsyncIterator[Api]:
    """The API of a service that lists by that function."""

    async def handler(asked: Asked, stream: trio.SocketStream) -> None:
        body = msgspec.json.encode({"photos": page(parse_qs(asked.body.decode())), "stat": "ok"})
        length = str(len(body))
        await stream.send_all(answer("200 OK", {"Content-Length": length}, body))

    async with (
        tiny_server(handler) as server,
        open_api(endpoint_at(server.base), ACCOUNT, FreePacer(), 10.0) as api,
    ):
        yield api


async def listed(stream: Stream) -> tuple[Listing, list[str]]:
    """The listing, and the ids it told."""
    async with api_of(stream.page) as api:
        listing = Listing(api, QUERY)
        return listing, [text(one["id"]) or "" for one in await all_records(listing)]


async def test_a_quiet_list_costs_its_pages() -> None:
    """Nothing happens: as many calls as pages, each id once, complete."""
    stream = Stream(1700, lambda _stream, _call: None)
    listing, told = await listed(stream)
    assert listing.complete
    assert told == stream.ids
    assert stream.calls == 4


async def test_an_upload_is_caught_by_a_look_at_the_head() -> None:
    """A photo uploaded while paging pushes others down: one more call, complete, none twice."""
    stream = Stream(1700, lambda stream, call: stream.upload() if call == 2 else None)
    listing, told = await listed(stream)
    assert listing.complete
    assert sorted(told) == sorted(stream.ids)
    assert stream.calls == 5


async def test_a_deletion_makes_another_pass() -> None:
    """A photo deleted while paging pulls others up past the page's edge: all is read again."""

    def delete_early(stream: Stream, call: int) -> None:
        if call == 2:
            del stream.ids[3]

    stream = Stream(1700, delete_early)
    listing, told = await listed(stream)
    assert listing.complete
    assert listing.ids == set(stream.ids)
    assert set(stream.ids) <= set(told)
    assert stream.calls > 4


async def test_a_wrong_count_is_told_but_not_complete() -> None:
    """A total that never agrees: everything is told, and nothing is concluded from absence."""
    stream = Stream(1200, lambda _stream, _call: None)

    def page(arguments: dict[str, list[str]]) -> dict[str, object]:
        return {**stream.page(arguments), "total": 1201}

    async with api_of(page) as api:
        listing = Listing(api, QUERY)
        told = await all_records(listing)
    assert len(told) == 1200
    assert not listing.complete


async def test_a_list_that_never_settles_is_temporary() -> None:
    """Deletions before every page: the reading ends, as Temporary."""
    stream = Stream(1700, lambda stream, _call: stream.ids.remove(stream.ids[0]))
    with pytest.raises(Temporary):
        await listed(stream)
    assert stream.calls < 40


@pytest.mark.parametrize("lie", ["empty", "before", "last", "none at all"])
async def test_lying_pages_are_no_pages(lie: str, autojump_clock: MockClock) -> None:
    """An empty page, the one before, the last one again: Temporary, after asking a few times."""
    del autojump_clock
    stream = Stream(1700, lambda _stream, _call: None)

    def page(arguments: dict[str, list[str]]) -> dict[str, object]:
        honest = stream.page(arguments)
        if honest["page"] != 2:
            return honest
        if lie == "empty":
            return {**honest, "photo": []}
        if lie == "none at all":
            return {**honest, "photo": [], "total": 0, "pages": 0}
        other = stream.page({**arguments, "page": ["1" if lie == "before" else "4"]})
        return {**other, "page": 2} if lie == "before" else other

    async with api_of(page) as api:
        with pytest.raises(Temporary):
            await all_records(Listing(api, QUERY))


@given(seed=st.integers(0, 10_000), count=st.integers(400, 2600))
def test_whatever_happens_a_complete_list_has_no_hole(seed: int, count: int) -> None:
    """P11: random uploads and deletions while paging: what was there all along is not left out."""
    dice = random.Random(seed)

    def happens(stream: Stream, _call: int) -> None:
        for _ in range(dice.choice((0, 0, 0, 1, 2))):
            if dice.random() < 0.5:
                stream.upload()
            elif stream.ids:
                del stream.ids[dice.randrange(len(stream.ids))]

    stream = Stream(count, happens)
    always = set(stream.ids)

    async def run() -> None:
        api = _Direct(stream)
        listing = Listing(api, QUERY)  # type: ignore[arg-type] # calls without a line
        try:
            await all_records(listing)
        except Temporary:
            return
        if listing.complete:
            assert always & set(stream.ids) <= listing.ids

    trio.run(run)


class _Direct:
    """The API without a line: checks once, and gives up at once."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def call(
        self,
        method: str,
        arguments: dict[str, str],
        *,
        check: Callable[[dict[str, object]], None],
    ) -> dict[str, object]:
        """The page, if it is plausible."""
        assert method == QUERY.method
        await trio.lowlevel.checkpoint()
        page = {"photos": self._stream.page({key: [value] for key, value in arguments.items()})}
        check(dict(page))
        return dict(page)
