"""A Google account on loopback, what photofs uploaded to it, and our provider logged in to it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import trio

from photofs.assembly import House
from photofs.emulators.google import (
    CLIENT_ID,
    CLIENT_SECRET,
    Account,
    Emulator,
    Habits,
    google_in_thread,
)
from photofs.emulators.google.files import downloaded, transcoded
from photofs.emulators.google.state import APPEND, EDIT, PICK, READ, Album, Grant, Item
from photofs.emulators.hosting.faults import Faults
from photofs.emulators.hosting.originals import blob_of
from photofs.emulators.pictures import make_jpeg, make_video
from photofs.model.photo import Media
from photofs.providers.google.account import Stored, keep
from photofs.providers.google.provider import open_provider
from photofs.providers.google.records import Ref, encode
from photofs.providers.port import Provider, SecretStore, Tools
from tests.support.household import Household
from tests.support.provider_tools import make_tools

ALL = (APPEND, READ, EDIT, PICK)
TAKEN = datetime(2019, 7, 10, 18, 30)  # noqa: DTZ001 - a camera's wall time


@dataclass
class Emulated:
    """The running service with one account, and what opening our provider on it takes."""

    account: Account
    emulator: Emulator
    tools: Tools
    grant: Grant

    @property
    def config(self) -> dict[str, object]:
        """The source's configuration."""
        return config_of(self.emulator)

    @asynccontextmanager
    async def provider(self, **config: object) -> AsyncIterator[Provider]:
        """The provider, opened."""
        async with open_provider({**self.config, **config}, self.tools) as provider:
            yield provider

    def calls(self, name: str) -> int:
        """How often a kind of call came."""
        return self.emulator.calls[name]

    @property
    def api_calls(self) -> int:
        """How many calls of the Library API came."""
        kinds = ("mediaItems.", "albums.")
        return sum(n for name, n in self.emulator.calls.items() if name.startswith(kinds))


def config_of(emulator: Emulator) -> dict[str, object]:
    """The configuration of the account's source."""
    return {
        "email": emulator.account.state.email,
        "client_id": CLIENT_ID,
        "endpoint": emulator.url,
    }


def log_in(secrets: SecretStore, account: Account, scopes: tuple[str, ...] = ALL) -> Grant:
    """Keep a login with those scopes, as `photofs login` keeps it."""
    grant = account.grant(scopes)
    stored = Stored(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        refresh_token=grant.refresh,
        scopes=sorted(scopes),
        email=account.state.email,
    )
    keep(secrets, stored)
    return grant


@contextmanager
def emulated(
    account: Account,
    *,
    faults: Faults | None = None,
    habits: Habits | None = None,
    scopes: tuple[str, ...] = ALL,
    tools: Tools | None = None,
) -> Iterator[Emulated]:
    """Serve the account, and log in to it with those scopes."""
    with google_in_thread(account, faults=faults, habits=habits) as emulator:
        lent = tools or replace(make_tools(), read_timeout=30.0)
        yield Emulated(account, emulator, lent, log_in(lent.secrets, account, scopes))


@asynccontextmanager
async def emulated_for(
    account: Account, *, scopes: tuple[str, ...] = ALL, tools: Tools | None = None
) -> AsyncIterator[Emulated]:
    """The same for an async test that makes its account itself."""
    serving = emulated(account, scopes=scopes, tools=tools)
    service = await trio.to_thread.run_sync(serving.__enter__)
    try:
        yield service
    finally:
        await trio.to_thread.run_sync(serving.__exit__, None, None, None)


def add_google(household: Household, emulator: Emulator, name: str = "google") -> None:
    """Add the emulated account as a library, logged in and not scanned yet."""
    house = House(household.environ)
    log_in(house.secrets(), emulator.account)
    with house.catalog() as catalog:
        email = emulator.account.state.email
        catalog.add_library(name, "google", config_of(emulator), account=email)


@dataclass
class Uploads:
    """What one client uploaded, and the bytes that the service gives of it by id."""

    account: Account
    pictures: list[Item] = field(default_factory=list)
    videos: list[Item] = field(default_factory=list)
    albums: list[Album] = field(default_factory=list)

    def given(self, item: Item) -> bytes:
        """What a download of it gives."""
        if item.is_video:
            return transcoded(item.web_id)
        blob = downloaded(item, blob_of(item.original, self.account.vault))
        return blob.read(0, blob.size)

    @property
    def bytes_of(self) -> dict[str, bytes]:
        """Of all of them, by id."""
        return {item.id: self.given(item) for item in (*self.pictures, *self.videos)}


def picture(account: Account, number: int, **facts: Any) -> Item:  # noqa: ANN401 - fields by name
    """One more upload of the client, taken so many days after the first."""
    data = make_jpeg(number, width=64, height=48, taken=TAKEN + timedelta(days=number))
    return account.add_item(data, f"IMG_{number:04d}.jpg", CLIENT_ID, **facts)


def uploads(pictures: int = 4) -> Uploads:
    """An account with uploads of ours: pictures, a video, an album; and two photos of a phone."""
    account = Account()
    made = Uploads(account)
    for number in range(pictures):
        made.pictures.append(picture(account, number, favorite=number == 1))
    made.pictures[0].description = "At the sea"
    film = make_video("film", taken=TAKEN, seconds=1.0)
    made.videos.append(account.add_item(film, "MOV_0001.MOV", CLIENT_ID))
    for number in (90, 91):
        account.add_item(make_jpeg(number, width=64, height=48, taken=None), "phone.jpg")
    ours = [made.pictures[2], made.pictures[0], made.videos[0]]
    made.albums.append(account.add_album("Sea", CLIENT_ID, ours))
    account.changed()
    return made


def ref_to(item: Item) -> str:
    """As a scan gives it."""
    media = Media.VIDEO if item.is_video else Media.PICTURE
    return encode(Ref(item.id, media, item.created[:10]))
