"""`photofs pick google`: take in photos that a person picks on Google's own page."""

import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import click
import trio

from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.cli.google_sources import client_of, endpoint_of, find_sources
from photofs.cli.output import counted, json_option, safe_text
from photofs.cli.scan import scan_after
from photofs.model.errors import NotFound, TimedOut
from photofs.model.exit_codes import SOME_FAILED
from photofs.providers.google import account, picker
from photofs.providers.google.api import Api, open_api
from photofs.providers.google.discovery import Service
from photofs.providers.google.endpoint import endpoint_at
from photofs.providers.google.picker import MOST, Session
from photofs.providers.google.picking import Picking, Taken
from photofs.providers.google.picks import Picks
from photofs.providers.transport.client import open_client

LONGEST = 3600.0
"""Seconds for which the command waits for Done, if Google allows more."""

TOLD_EVERY = 1.0
"""Seconds between two words of how far it is."""


class Source(NamedTuple):
    """The account that is picked from, and where what was picked goes."""

    google: SourceRow
    picks: Picks


class Manner(NamedTuple):
    """Whether a QR code is shown, and whether a session that is open yet is left for a new one."""

    with_qr: bool
    anew: bool


@click.group
def pick() -> None:
    """Take in photos that you pick on a service's own page."""


@pick.command("google")
@click.option("--name", default="google", show_default=True, help="The library's folder name.")
@click.option("--no-qr", is_flag=True, help="Print the address only.")
@click.option("--new", "anew", is_flag=True, help="Pick anew; what is left of the last is left.")
@click.option("--no-scan", is_flag=True, help="Only fetch; scan later.")
@json_option
def pick_google(name: str, *, no_qr: bool, anew: bool, no_scan: bool, as_json: bool) -> None:
    """Pick photos of your Google library, 2,000 at most at a time.

    It prints an address; what you pick there is fetched to this disk and shown in the library.
    Whatever ended it, the next `photofs pick google` goes on with it.
    """
    house = House()
    source = _source(house, name)
    with source.picks.filling():
        taken = trio.run(_pick, house, source, Manner(with_qr=not no_qr, anew=anew))
    _tell(taken)
    told = {"library": name, "new": taken.new, "known": taken.known, "left": _left(taken)}
    lacking = 0 if taken.whole and not taken.never else SOME_FAILED
    scan_after(name, told if as_json else None, no_scan=no_scan, otherwise=lacking)


def _source(house: House, name: str) -> Source:
    """The library's account, and its folder of picks, which becomes a source of it."""
    with house.catalog() as catalog:
        google = find_sources(catalog, name).current
        if google is None:
            raise NotFound(
                f'there is no Google account in a library "{name}"', remedy="photofs login google"
            )
        rows = catalog.sources(google.library_id)
        picked = next((row for row in rows if row.provider == "picker"), None)
        if picked is None:
            folder = house.paths.data / "picked" / _folder_name(str(google.account))
            picked = catalog.add_source(
                google.library_id, "picker", {"folder": str(folder)}, account=google.account
            )
    return Source(google, Picks(Path(str(picked.config["folder"]))))


def _folder_name(account: str) -> str:
    """An account's folder: a library that is added anew, or a new catalog, finds it again."""
    return "google-" + re.sub(r"[^A-Za-z0-9.@+-]", "_", account)


async def _pick(house: House, source: Source, manner: Manner) -> Taken:
    """From the address to the files."""
    google = source.google
    stored = account.login_of(house.secrets(), str(google.account), client_of(google))
    account.demand(stored, account.PICK)
    endpoint = endpoint_at(endpoint_of(google.config))
    timeout = house.settings.network.read_timeout
    with house.pacer() as pacer:
        async with (
            open_api(endpoint, stored, pacer, timeout, Service.PICKER) as api,
            open_client(endpoint.hosts, read_timeout=timeout) as client,
        ):
            session = await _session(api, source.picks, anew=manner.anew)
            if not session.done:
                _show(session, with_qr=manner.with_qr)
                await _wait(api, session)
            taken = await Picking(api, client, source.picks, _Progress()).take(session.session_id)
            if taken.whole:
                await picker.close_session(api, session.session_id)
                source.picks.note_session(None)
            return taken


async def _session(api: Api, picks: Picks, *, anew: bool) -> Session:
    """The session that is open yet, else a new one, noted before anybody can pick in it."""
    before = picks.session()
    known = await picker.look(api, before) if before is not None else None
    if known is not None and known.is_live and not anew:
        return known
    if known is not None:  # where nobody pressed Done in time, its page serves no more
        await picker.close_session(api, known.session_id)
    session = await picker.open_session(api)
    picks.note_session(session.session_id)
    return session


def _show(session: Session, *, with_qr: bool) -> None:
    """The address, and on a terminal a QR code of it, for a phone."""
    print(
        f"Open this address as the owner of the account, pick up to {MOST:,}, press Done:\n\n"
        f"  {safe_text(session.uri)}\n",
        file=sys.stderr,
        flush=True,
    )
    if with_qr and sys.stderr.isatty():
        import segno

        segno.make(session.uri, micro=False).terminal(sys.stderr, compact=True)


async def _wait(api: Api, session: Session) -> None:
    """Ask as often as the session says, until Done was pressed; TimedOut."""
    now: Session | None = session
    with trio.move_on_after(min(session.timeout, LONGEST)):
        while now is not None and not now.done:
            await trio.sleep(now.poll)
            now = await picker.look(api, session.session_id)
    if now is None or not now.done:
        raise TimedOut(
            "nobody pressed Done on Google's page",
            safe="nothing was fetched",
            remedy="photofs pick google goes on with it",
        )


class _Progress:
    """Says now and then how many are here."""

    def __init__(self) -> None:
        self._said = 0.0

    def __call__(self, here: int) -> None:
        if time.monotonic() - self._said >= TOLD_EVERY:
            self._said = time.monotonic()
            print(f"fetched {counted(here, 'photo')} ...", file=sys.stderr, flush=True)


def _tell(taken: Taken) -> None:
    """What came of it, for people."""
    print(
        f"picked: {counted(taken.new, 'photo')} fetched, {taken.known:,} here before",
        file=sys.stderr,
    )
    for name, why in sorted({**taken.failed, **taken.never}.items()):
        print(f"! {safe_text(name)}: {why}", file=sys.stderr)
    if taken.waiting:
        print(f"! {counted(taken.waiting, 'video')} Google still works on", file=sys.stderr)
    if not taken.whole:
        print(
            "  `photofs pick google` fetches the rest, without picking again;"
            " with --new it leaves the rest",
            file=sys.stderr,
        )
    elif taken.new + taken.known >= MOST:
        print(f"  {MOST:,} is the most at once: run it again to pick more", file=sys.stderr)


def _left(taken: Taken) -> Mapping[str, object]:
    """What is not here, for programs."""
    return {"waiting": taken.waiting, "failed": taken.failed, "never": taken.never}
