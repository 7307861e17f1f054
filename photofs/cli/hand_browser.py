"""`photofs hand browser`: a program does the errands in the user's own Chromium."""

import os
import random
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, NamedTuple

import click
import trio

from photofs.assembly import House
from photofs.catalog.port import LibraryRow, SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.errand_lock import at_work
from photofs.cli.google_sources import endpoint_of, find_sources
from photofs.cli.house import find_house
from photofs.cli.output import counted, json_option, own_name, print_json, safe_text
from photofs.cli.suggestions import libraries as named_libraries
from photofs.model.errand import Errand, Found, Outcome
from photofs.model.errors import NotFound, Refused
from photofs.model.exit_codes import OK, SOME_FAILED
from photofs.providers.google.browser import profile as profiles
from photofs.providers.google.browser.addresses import site_at
from photofs.providers.google.browser.deeds import KNOWN
from photofs.providers.google.browser.hand import NAME, Chosen, open_hand
from photofs.providers.google.browser.pace import STOPPED, Pace
from photofs.wishing.errand_walk import Manner, Walked, walk
from photofs.wishing.handing import BY_LIST

DRY_RUN: Final = "browser: dry run"
"""The source's note of the profile in which a dry run has found its photos."""

STOPPED_AT: Final = "browser: dry run stopped"
"""The same of what stopped the last dry run in that profile, the profile first; [] if nothing."""

_GOOD: Final = frozenset({Found.DONE, Found.ALREADY, Found.WOULD, Found.CALLED_OFF})


class Account(NamedTuple):
    """Whose photos: the library, its account, and its folder of the browser."""

    library: LibraryRow
    source: SourceRow
    profile: Path
    own: bool

    @property
    def site(self) -> str:
        """Where its photos' pages are."""
        return site_at(endpoint_of(self.source.config))


class Told(NamedTuple):
    """What became of an errand, for people and programs."""

    number: int
    verb: str
    name: str
    found: str
    text: str


@click.command(short_help="Do it in your own Chromium, by the site's keys.")
@click.argument("library", default="google", shell_complete=named_libraries)
@click.option("--sign-in", is_flag=True, help="Open a window to sign in by yourself; do nothing.")
@click.option("--dry-run", is_flag=True, help="Open each photo's page, and press nothing.")
@click.option("-n", "--number", type=click.IntRange(1), help="How many at most.")
@click.option("--headless/--visible", default=None, help="Without a window, or with one.")
@json_option
def browser(
    library: str,
    *,
    sign_in: bool,
    dry_run: bool,
    number: int | None,
    headless: bool | None,
    as_json: bool,
) -> None:
    """Do what waits for a hand in LIBRARY (google) on the photos' own pages, in your Chromium.

    Not tried against the real Google Photos: begin with --sign-in, then --dry-run, and look at what
    it says. It stops at the first thing that it does not know.
    """
    house = find_house()
    executable = profiles.find_chromium(house.settings.google.browser)
    with house.catalog() as catalog:
        account = _account(house, catalog, library)
        if sign_in:
            profile = profiles.use_profile(account.profile, own=account.own)
            profiles.sign_in(executable, profile, account.site)
            print("next: `photofs hand browser --dry-run`")
            return
        _check_first(house, account, dry=dry_run)
        windowless = _is_headless() if headless is None else headless
        most = min(number or house.settings.google.per_run, house.settings.google.per_run)
        work = Work(house, catalog, account, dry=dry_run, most=most, aloud=not as_json)
        with at_work(house, account.library.library_id):
            walked = trio.run(work.run, executable, windowless)
    _end(account, work, walked, as_json=as_json)


def _account(house: House, catalog: Catalog, name: str) -> Account:
    """The library's account and profile; NotFound where there is none."""
    found = find_sources(catalog, name)
    if found.library is None or found.current is None:
        raise NotFound(
            f'there is no Google account in a library "{name}"', remedy="photofs login google"
        )
    if named := house.settings.google.profile:
        return Account(found.library, found.current, Path(named).expanduser(), own=False)
    folder = re.sub(r"[^A-Za-z0-9.@+-]", "_", str(found.current.account))
    return Account(found.library, found.current, house.paths.browser / folder, own=True)


def _check_first(house: House, account: Account, *, dry: bool) -> None:
    """Refused before anybody has signed in, and before a dry run has found its photos there."""
    if house.settings.google.hand == "none":
        raise Refused('the setting google.hand is "none"', remedy='set it to "browser"')
    if account.own and not (account.profile / "Default").is_dir():
        raise Refused(
            "nobody has signed in for this hand yet",
            safe="nothing was done",
            remedy=f"{own_name()} hand browser --sign-in {account.library.name}",
        )
    with house.small_state(account.source.source_id) as state:
        seen, stopped = state.get(DRY_RUN), state.get(STOPPED_AT)
    if not dry and seen != str(account.profile):
        at = (
            stopped[1]
            if isinstance(stopped, list) and stopped[:1] == [str(account.profile)]
            else ""
        )
        raise Refused(
            f"the dry run did not find all its photos, and stopped: {at}"
            if at
            else "the first run must be a dry one: it opens the photos' pages, and presses nothing",
            safe="nothing was done",
            remedy=f"{own_name()} hand browser --dry-run {account.library.name}",
        )


def _is_headless() -> bool:
    """Whether there is no desktop to show a window on."""
    return not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class Work:
    """One run over a library's errands."""

    def __init__(
        self, house: House, catalog: Catalog, account: Account, *, dry: bool, most: int, aloud: bool
    ) -> None:
        """`aloud`: each errand is printed as it ends."""
        self._house, self._catalog, self._account = house, catalog, account
        self._dry, self._most, self._aloud = dry, most, aloud
        self.told: list[Told] = []
        self.listed = 0

    async def run(self, executable: Path, headless: bool) -> Walked:  # noqa: FBT001 - trio.run
        """Do them; Ctrl-C ends it after the one in hand, a second one at once."""
        account, house = self._account, self._house
        library_id = account.library.library_id
        handing = house.handing(self._catalog, library_id)
        self.listed = sum(row.wish.details.get("hand") == BY_LIST for row in handing.begun())
        if not handing.ready(1, KNOWN) and (self._dry or not handing.stopped(NAME, KNOWN)):
            return Walked({})
        profile = await profiles.wait_for_profile(account.profile, own=account.own)
        chosen = Chosen(executable, profile, account.site, headless)
        with house.pacer() as pacer:
            pace = Pace(pacer, str(account.source.account), random.Random())  # noqa: S311 - a pause

            def tell(errand: Errand, outcome: Outcome) -> None:
                self._tell(errand, outcome)
                if outcome.found not in _GOOD:
                    pace.stop(f"{errand.name}: {outcome.found.value}")

            async with _interruptible(pace), open_hand(chosen, time.time) as hand:
                manner = Manner(dry=self._dry, verbs=KNOWN, before=pace.before)
                walked = await walk(handing, hand, tell, most=self._most, manner=manner)
        if self._dry and walked.counts:
            self._note_dry(walked)
        return walked

    def _note_dry(self, walked: Walked) -> None:
        """What a dry run has found lets the next run press keys; what stopped it is told then."""
        profile = str(self._account.profile)
        with self._house.small_state(self._account.source.source_id) as state:
            if walked.counts.keys() <= _GOOD:
                state.put(DRY_RUN, profile)
                state.put(STOPPED_AT, [])
            else:
                bad = next(each for each in self.told if each.found not in _GOOD)
                state.put(STOPPED_AT, [profile, f"{bad.name}: {bad.text}"])

    def _tell(self, errand: Errand, outcome: Outcome) -> None:
        told = Told(errand.number, errand.verb, errand.name, outcome.found, outcome.text)
        self.told.append(told)
        if self._aloud:
            line = f"{told.number} {told.verb} {told.name}: {told.found} ({told.text})"
            print(safe_text(line), flush=True)


@asynccontextmanager
async def _interruptible(pace: Pace) -> AsyncIterator[None]:
    """Within the block the first Ctrl-C lets no further errand begin, the second ends it."""
    async with trio.open_nursery() as nursery:

        async def listen(task_status: trio.TaskStatus[None]) -> None:
            with trio.open_signal_receiver(signal.SIGINT) as signals:
                task_status.started()
                async for _ in signals:
                    break
                pace.stop(STOPPED)
                print("photofs: stops after this photo; Ctrl-C again: at once", file=sys.stderr)
                async for _ in signals:
                    raise KeyboardInterrupt

        await nursery.start(listen)
        yield
        nursery.cancel_scope.cancel()


def _end(account: Account, work: Work, walked: Walked, *, as_json: bool) -> None:
    """Sum it up; the command's status."""
    counts = {found.value: number for found, number in walked.counts.items()}
    if as_json:
        errands = [each._asdict() for each in work.told]
        name = account.library.name
        print_json(
            {
                "library": name,
                "counts": counts,
                "stopped": walked.stopped,
                "errands": errands,
                "without_page": walked.without_page,
            }
        )
    elif not counts and not walked.stopped:
        print(safe_text(f"{account.library.name}: nothing waits for a hand that the browser can"))
        if work.listed:
            print(f"{work.listed:,} on your list: `photofs hand back --all` takes them off it")
    else:
        words = ", ".join(f"{counted(number, 'photo')} {found}" for found, number in counts.items())
        print(safe_text(f"{account.library.name}: {words or 'nothing was begun'}"))
        if walked.stopped:
            print(safe_text(f"stopped: {walked.stopped}"))
            print("`photofs queue` lists what is open; `photofs hand done` and `back` settle one")
    if walked.without_page and not as_json:
        lost = counted(walked.without_page, "photo")
        print(f"{lost} left alone: no source tells its page any more; see `photofs hand list`")
    sys.exit(OK if walked.counts.keys() <= _GOOD else SOME_FAILED)
