"""A Flickr account on loopback, and our provider logged in to it."""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace

import trio

from photofs.emulators.flickr import Account, Emulator, Faults, Habits, flickr_in_thread
from photofs.emulators.flickr.state import Collection, Perms, Person, Photo, Place
from photofs.emulators.hosting.originals import Painted, Random
from photofs.model.observation import Observation, PhotoSeen, ScanEnd
from photofs.model.span import Span
from photofs.providers.flickr.provider import open_provider
from photofs.providers.port import Provider, Tools
from tests.support.logins import config_of, log_in
from tests.support.provider_tools import make_tools

OTHER = "31337000@N05"
BEGAN = 1_600_000_000


def jpeg(seed: int, size: int) -> bytes:
    """Bytes that begin like a JPEG and are nothing but noise after that."""
    dice = random.Random(seed)
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + dice.randbytes(size - 11)


@dataclass
class Emulated:
    """The running service with one account, and what opening our provider on it takes."""

    account: Account
    emulator: Emulator
    tools: Tools
    token: str

    @property
    def config(self) -> dict[str, object]:
        """The source's configuration."""
        return config_of(self.emulator)

    @asynccontextmanager
    async def provider(self, **config: object) -> AsyncIterator[Provider]:
        """The provider, opened."""
        async with open_provider({**self.config, **config}, self.tools) as provider:
            yield provider

    def calls(self, method: str) -> int:
        """How often a kind of call came."""
        return self.emulator.calls[method]

    @property
    def api_calls(self) -> int:
        """How many calls of the REST API came."""
        return sum(n for name, n in self.emulator.calls.items() if name.startswith("flickr."))


@contextmanager
def emulated(
    account: Account,
    *,
    faults: Faults | None = None,
    habits: Habits | None = None,
    perms: Perms = "read",
) -> Iterator[Emulated]:
    """Serve the account, and log in to it with that permission."""
    with flickr_in_thread(account, faults=faults, habits=habits) as emulator:
        tools = replace(make_tools(), read_timeout=30.0)
        token = log_in(tools.secrets, account, perms)
        yield Emulated(account, emulator, tools, token)


@asynccontextmanager
async def emulated_for(account: Account, perms: Perms = "read") -> AsyncIterator[Emulated]:
    """The same for an async test that makes its account itself."""
    serving = emulated(account, perms=perms)
    service = await trio.to_thread.run_sync(serving.__enter__)
    try:
        yield service
    finally:
        await trio.to_thread.run_sync(serving.__exit__, None, None, None)


@dataclass
class Small:
    """A small account of every kind of thing, and the right bytes by id."""

    account: Account
    bytes_of: dict[str, bytes]
    pictures: list[Photo]
    video: Photo
    favorites: list[Photo]


def small_account() -> Small:
    """Four pictures, a video, two albums in a collection, and two favourites of others."""
    account = Account()
    account.state.people[OTHER] = Person(nsid=OTHER, username="grace")
    bytes_of: dict[str, bytes] = {}
    pictures: list[Photo] = []
    for number in range(4):
        data = jpeg(number, 3000 + 997 * number)
        stored, _digest = account.store(data)
        taken = None if number == 3 else f"2019-07-1{number} 18:30:0{number}"
        photo = account.add_photo(
            stored, taken=taken, title=f"Sea {number}", uploaded=BEGAN + number
        )
        bytes_of[photo.id] = data
        pictures.append(photo)
    pictures[0].place = Place(latitude=54.5, longitude=18.55)
    pictures[1].public = False
    account.tag(pictures[2], "holiday", "Two Words")
    film = Random(seed=5, size=60_000)
    video = account.add_photo(
        film,
        taken="2020-01-01 10:00:00",
        title="Waves",
        media="video",
        format="mp4",
        uploaded=BEGAN + 9,
        duration=3,
    )
    favorites = [
        account.add_photo(
            Painted(kind="jpg", seed=number, width=320, height=200),
            taken="2018-05-05 05:05:05",
            owner=OTHER,
            title=f"Hers {number}",
            uploaded=BEGAN - number,
            can_download=number == 0,
            width=320,
            height=200,
        )
        for number in range(2)
    ]
    for number, photo in enumerate(favorites):
        account.state.favorites[photo.id] = BEGAN + 100 + number
    ids = [photo.id for photo in pictures]
    sea = account.add_album("Sea", [ids[2], ids[0], ids[1]], updated=BEGAN)
    film_album = account.add_album("Films / short", [video.id], updated=BEGAN)
    inner = Collection(id="1-2", title="Inner", albums=[film_album.id])
    outer = Collection(id="1-1", title="Outer", albums=[sea.id], collections=[inner])
    account.state.collections.append(outer)
    account.changed()
    return Small(account, bytes_of, pictures, video, favorites)


async def scan(provider: Provider, cursor: str | None = None) -> list[Observation]:
    """All that a scan yields."""
    return [one async for one in provider.changes(cursor)]


def photos(seen: list[Observation]) -> dict[str, PhotoSeen]:
    """The photos of a scan by id."""
    return {one.remote_id: one for one in seen if isinstance(one, PhotoSeen)}


def cursor_of(seen: list[Observation]) -> str:
    """The cursor at a scan's end."""
    end = seen[-1]
    assert isinstance(end, ScanEnd)
    assert end.cursor is not None
    return end.cursor


async def read(provider: Provider, ref: str, span: Span | None = None) -> bytes:
    """The bytes of a photo."""
    async with provider.open_original(ref, span) as stream:
        return b"".join([chunk async for chunk in stream])
