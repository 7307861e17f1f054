"""Scans of a Flickr account by the agent: killed and gone on with, and what an absence costs."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.scanning import Scanned, lock_of, scan
from photofs.catalog.check import check
from photofs.catalog.port import SourceRow
from photofs.emulators.flickr import Account, Emulator, flickr_in_thread, synthetic_account
from photofs.emulators.flickr.faults import Fails
from photofs.emulators.hosting.faults import stall
from photofs.emulators.hosting.originals import Painted
from photofs.model.errors import Busy, NotFound
from photofs.model.observation import Progress
from tests.support.clocked_house import ByTheClock, tell_nobody
from tests.support.household import Household
from tests.support.logins import add_flickr
from tests.support.waiting import wait_until

CALLS = 6 + 1 + 45 + 1 + 3
"""The least that lists the account below: pages, albums, members, collections, favourites."""


def api_calls(emulator: Emulator) -> int:
    """How many calls of the API came."""
    return sum(n for name, n in emulator.calls.items() if name.startswith("flickr."))


def scan_and_die(household: Household, emulator: Emulator, call: int) -> bool:
    """A scan killed by -9 in the middle of its call of that number; False if it ended before."""
    fault = emulator.faults.add(stall(), "flickr.*", skip=call)
    process = household.start("scan", start_new_session=True)
    wait_until(lambda: fault.hits > 0 or process.poll() is not None)
    killed = process.poll() is None
    if killed:
        os.killpg(process.pid, signal.SIGKILL)
    assert (process.wait(120) == 0) is not killed
    emulator.faults.clear()
    return killed


@pytest.mark.parametrize("first", [1, 8])
def test_a_scan_that_is_killed_again_and_again_comes_to_its_end(tmp_path: Path, first: int) -> None:
    """kill -9 every 17 calls: nothing is missing, and few calls are made twice."""
    household = Household(tmp_path)
    with flickr_in_thread(synthetic_account(2_700, 45, favorites=1_100)) as emulator:
        add_flickr(household, emulator)
        deaths = int(scan_and_die(household, emulator, first))
        while scan_and_die(household, emulator, 17):
            deaths += 1
            assert deaths < 12
        household.run("check")
        (library,) = household.ask("status")["libraries"]
        assert library["counts"]["photos"] == 3_800
        assert library["counts"]["albums"] == 45
        assert deaths >= 3
        # of each part: the login, two lists, a count, a page that was under way, one not yet filed
        assert api_calls(emulator) <= CALLS + 1 + deaths * 6


class Watched:
    """An account of 40 photos behind a library, all of whose ids are looked through every time."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        """Logged in, not scanned yet."""
        self.emulator = emulator
        household = Household(folder)
        add_flickr(household, emulator)
        self.house = ByTheClock(household.environ)
        self.catalog = self.house.open_catalog()
        (source,) = self.catalog.sources()
        self.catalog.set_config(source.source_id, {**source.config, "sweep_hours": 0})
        self.ids = [photo.id for photo in emulator.account.stream()]

    @property
    def source(self) -> SourceRow:
        """The source as it is now."""
        (source,) = self.catalog.sources()
        return source

    async def scan(self, hours: float = 2) -> Scanned:
        """A scan, so many hours after the one before."""
        self.house.wait(int(hours * 3600 * 10**9))
        scanned = await scan(self.house, self.catalog, self.source, tell_nobody)
        assert list(check(self.catalog)) == []
        return scanned

    def shown(self) -> int:
        """How many photos the library has."""
        return self.catalog.counts(1).photos

    def asked(self) -> int:
        """How many photos were asked for by themselves."""
        return self.emulator.calls["flickr.photos.getInfo"]


def account_of(count: int) -> Account:
    """That many photos, none of them in an album."""
    account = Account()
    for number in range(count):
        painted = Painted(kind="jpg", seed=number, width=64, height=48)
        account.add_photo(painted, taken="2020-01-01 10:00:00", uploaded=1_500_000_000 + number)
    return account


@contextmanager
def watching(folder: Path) -> Iterator[Watched]:
    """The account, served; one of its photos is counted and not listed."""
    with flickr_in_thread(account_of(40)) as emulator:
        watched = Watched(folder, emulator)
        emulator.habits.unlisted = frozenset({watched.ids[0]})
        yield watched
        watched.catalog.close()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """It."""
    with watching(tmp_path) as watched:
        yield watched


async def test_p11_a_deletion_is_found_though_the_count_is_wrong_for_good(
    watched: Watched,
) -> None:
    """Left out twice, asked for once: gone; all others stay and are not asked for."""
    await watched.scan()
    watched.emulator.account.remove_photo(watched.ids[5])
    await watched.scan()
    assert (watched.shown(), watched.asked()) == (39, 0)
    await watched.scan(hours=0.9)
    assert (watched.shown(), watched.asked()) == (39, 0)
    await watched.scan()
    assert (watched.shown(), watched.asked()) == (38, 1)
    await watched.scan()
    assert (watched.shown(), watched.asked()) == (38, 1)


async def test_p11_a_photo_that_is_only_hidden_stays(watched: Watched) -> None:
    """No longer listed, but there when it is asked for: shown, and asked for again only later."""
    await watched.scan()
    watched.emulator.habits.unlisted |= {watched.ids[5]}
    for _ in range(2):
        await watched.scan()
    assert (watched.shown(), watched.asked()) == (39, 1)
    await watched.scan()
    assert (watched.shown(), watched.asked()) == (39, 1)


async def test_p11_without_an_answer_a_suspect_stays_and_is_asked_for_again(
    watched: Watched,
) -> None:
    """The scan itself is complete; whatever else Flickr says than "no such photo" is no word."""
    await watched.scan()
    watched.emulator.account.remove_photo(watched.ids[5])
    fault = watched.emulator.faults.add(Fails(code=2, message="no"), "*.getInfo", times=None)
    for _ in range(3):
        await watched.scan()
    assert fault.hits == 2
    assert watched.shown() == 39
    assert watched.source.trouble == ""
    watched.emulator.faults.clear()
    await watched.scan(hours=0)
    assert watched.shown() == 38


async def test_p11_once_the_count_is_right_two_inventories_suffice(watched: Watched) -> None:
    """As many listed as counted: nobody is asked for."""
    watched.emulator.habits.unlisted = frozenset()
    await watched.scan()
    watched.emulator.account.remove_photo(watched.ids[5])
    for _ in range(2):
        await watched.scan()
    assert (watched.shown(), watched.asked()) == (39, 0)


async def test_p24_one_process_scans_a_source_at_a_time(watched: Watched) -> None:
    """While one does, another is told so, and asks the service for nothing."""
    with lock_of(watched.house, watched.source):
        with pytest.raises(Busy, match="going on"):
            await watched.scan()
        assert api_calls(watched.emulator) == 0
    await watched.scan()


async def test_a_library_that_is_removed_while_it_is_scanned_is_named(watched: Watched) -> None:
    """One sentence, instead of what the catalog says to rows that belong to nothing."""

    def remove(_progress: Progress) -> None:
        with watched.house.catalog() as other:
            for library in other.libraries():
                other.remove_library(library.library_id)

    with pytest.raises(NotFound, match="removed while"):
        await scan(watched.house, watched.catalog, watched.source, remove)
    assert list(check(watched.catalog)) == []
