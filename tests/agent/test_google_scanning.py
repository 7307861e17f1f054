"""Scans of a Google account by the agent: what was archived, deleted, or called gone there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.scanning import scan
from photofs.catalog.check import check
from photofs.catalog.port import SourceRow
from photofs.emulators.google import Account, Emulator, Refusal, google_in_thread
from photofs.emulators.google.errors import ApiError
from photofs.emulators.google.state import Item
from photofs.model.errors import Refused
from tests.support.clocked_house import ByTheClock, tell_nobody
from tests.support.google_library import add_google, picture
from tests.support.household import Household

HOUR_NS = 3600 * 10**9
NOT_FOUND = Refusal(error=ApiError("NOT_FOUND", "Requested entity was not found."))


class Watched:
    """An account of 40 uploads behind a library; each scan lists all of it."""

    def __init__(self, folder: Path, emulator: Emulator, items: list[Item]) -> None:
        """Logged in, not scanned yet."""
        self.emulator, self.items = emulator, items
        household = Household(folder)
        add_google(household, emulator)
        self.house = ByTheClock(household.environ)
        self.catalog = self.house.open_catalog()
        (source,) = self.catalog.sources()
        self.catalog.set_config(source.source_id, {**source.config, "sweep_hours": 0})

    @property
    def source(self) -> SourceRow:
        """The source as it is now."""
        (source,) = self.catalog.sources()
        return source

    async def scan(self, *, accept: bool = False) -> None:
        """A scan, two hours after the one before."""
        self.house.wait(2 * HOUR_NS)
        scanning = scan(self.house, self.catalog, self.source, tell_nobody, accept_removals=accept)
        try:
            await scanning
        finally:
            assert list(check(self.catalog)) == []

    def shown(self) -> int:
        """How many photos the library has."""
        return self.catalog.counts(1).photos


@contextmanager
def watching(folder: Path) -> Iterator[Watched]:
    """The account, served."""
    account = Account()
    items = [picture(account, number) for number in range(40)]
    with google_in_thread(account) as emulator:
        watched = Watched(folder, emulator, items)
        yield watched
        watched.catalog.close()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """It."""
    with watching(tmp_path) as watched:
        yield watched


async def test_p12_an_owner_may_archive_most_of_their_uploads(watched: Watched) -> None:
    """The list is without them; no scan is refused for that, and none of them goes."""
    await watched.scan()
    for item in watched.items[:30]:
        item.archived = True
    for _ in range(4):
        await watched.scan()
    assert (watched.shown(), watched.source.trouble) == (40, "")
    assert watched.emulator.calls["mediaItems.get"] == 30


async def test_p11_a_photo_deleted_at_google_goes_by_its_id(watched: Watched) -> None:
    """Left out twice, asked for once: gone."""
    await watched.scan()
    watched.items[5].trashed = True
    for _ in range(2):
        await watched.scan()
    assert (watched.shown(), watched.emulator.calls["mediaItems.get"]) == (39, 1)


async def test_p12_a_service_that_knows_no_photo_any_more_deletes_none(watched: Watched) -> None:
    """As a wrong client would hear it: nothing goes, it is told, and ends when they are there."""
    await watched.scan()
    for item in watched.items:
        item.archived = True
    watched.emulator.faults.add(NOT_FOUND, "mediaItems.get", times=None)
    await watched.scan()
    for _ in range(3):
        with pytest.raises(Refused, match="of 40 of 40 photos the service says"):
            await watched.scan()
    assert watched.shown() == 40
    assert "they are no more" in watched.source.trouble
    assert watched.emulator.calls["mediaItems.get"] == 40 + 2 * 3
    watched.emulator.faults.clear()
    for _ in range(2):
        await watched.scan()
    assert (watched.shown(), watched.source.trouble) == (40, "")


async def test_p12_what_was_deleted_on_purpose_goes_when_the_user_says_so(watched: Watched) -> None:
    """Many at once wait for `photofs scan --accept-removals`, and go with it at once."""
    await watched.scan()
    for item in watched.items[:25]:
        item.trashed = True
    await watched.scan()
    with pytest.raises(Refused, match="of 25 of 40"):
        await watched.scan()
    assert watched.shown() == 40
    await watched.scan(accept=True)
    assert (watched.shown(), watched.source.trouble) == (15, "")
