"""How many calls a scan of a Flickr account needs, against the least that is possible."""

from collections import Counter
from collections.abc import Iterator, Mapping

import trio

from photofs.catalog.pile import DiskPile
from photofs.emulators.flickr import Account, Emulator, serve_flickr, synthetic_account
from photofs.model.observation import PhotoSeen, ScanEnd
from photofs.providers.flickr.provider import open_provider
from photofs.providers.port import Provider, Tools
from tests.bench.figures import Line, at_most, bounded, plain
from tests.bench.place import Place
from tests.support.logins import config_of, log_in
from tests.support.provider_tools import FreePacer, SecretsInMemory, StateInMemory, nowhere

PHOTOS = 100_000
ALBUMS = 500
PAGE = 500
CHANGED = 10
ALLOWED = 5


def run(place: Place) -> Iterator[Line]:
    """A full scan, one without changes, and one with ten, all counted at the emulated service."""
    photos = min(PHOTOS, place.largest)
    account = synthetic_account(photos, ALBUMS)
    full, rate, none, some = trio.run(_scans, account)
    least = _least(account)
    what = f"API calls of a full scan, {photos:,} photos, {ALBUMS} albums"
    yield at_most(what, full, "calls", ("least possible", least), 1.05)
    yield plain("... photos told a second (emulator in the same process)", rate, "/s")
    yield plain("API calls of an incremental scan without changes", none, "calls")
    yield bounded(
        f"... with {CHANGED} changes, beyond that", some - none, "calls", below=ALLOWED + 1
    )


def _least(account: Account) -> float:
    """Pages of photos, of albums, of each album's members; collections and favourites once."""
    pages = [len(account.stream()), len(account.state.albums)]
    pages += [len(album.photos) for album in account.state.albums]
    return sum(max(1, -(-count // PAGE)) for count in pages) + 2


async def _scans(account: Account) -> tuple[float, float, float, float]:
    """Calls of the full scan, photos a second of it, calls without and with changes."""
    async with serve_flickr(account) as emulator, open_provider(*_config(emulator)) as provider:
        began = trio.current_time()
        full, cursor = await _scan(provider, emulator, None)
        rate = len(account.state.photos) / (trio.current_time() - began)
        none, cursor = await _scan(provider, emulator, cursor)
        for photo in list(account.state.photos.values())[:CHANGED]:
            photo.title = "changed"
            account.touch(photo)
        account.changed()
        some, _ = await _scan(provider, emulator, cursor)
        return full, rate, none, some


async def _scan(
    provider: Provider, emulator: Emulator, cursor: str | None
) -> tuple[float, str | None]:
    """One scan's calls, and its cursor."""
    before = Counter(_api(emulator.calls))
    ended: ScanEnd | None = None
    seen = 0
    async for observation in provider.changes(cursor):
        seen += isinstance(observation, PhotoSeen)
        if isinstance(observation, ScanEnd):
            ended = observation
    assert ended is not None
    calls = Counter(_api(emulator.calls)) - before
    return float(calls.total()), ended.cursor


def _api(calls: Mapping[str, int]) -> dict[str, int]:
    """Calls of the API, files left out."""
    return {name: count for name, count in calls.items() if name.startswith("flickr.")}


def _config(emulator: Emulator) -> tuple[dict[str, object], Tools]:
    """The provider's configuration, and tools that hold nothing back."""
    secrets = SecretsInMemory()
    log_in(secrets, emulator.account)
    tools = Tools(
        pacer=FreePacer(),
        secrets=secrets,
        small_state=StateInMemory(),
        new_pile=DiskPile,
        zone_of_position=nowhere,
        now_ns=lambda: int(emulator.account.clock() * 1e9),
    )
    return config_of(emulator), tools
