"""One session of the Picker: its page shown, Done waited for, and what was picked fetched."""

import re
import sys
import time
from pathlib import Path
from typing import NamedTuple

import trio

from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.cli.google_sources import client_of, endpoint_of, find_sources
from photofs.cli.output import counted, safe_text
from photofs.model.errors import NotFound, TimedOut
from photofs.providers.google import account, picker
from photofs.providers.google.api import Api, open_api
from photofs.providers.google.discovery import Service
from photofs.providers.google.endpoint import endpoint_at
from photofs.providers.google.picker import Session
from photofs.providers.google.picking import Picking, Taken, Tell
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


class PickOptions(NamedTuple):
    """Whether a QR code is shown, and whether a session that is open yet is left for a new one."""

    with_qr: bool
    anew: bool


class Picked(NamedTuple):
    """What came of a session, and whether it held as much as a session can (`most`)."""

    taken: Taken
    most: int

    @property
    def is_full(self) -> bool:
        """Whether there may be more that was to be picked, and had no room."""
        return self.taken.listed >= self.most


def find_source(house: House, name: str) -> Source:
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


def pick_once(house: House, source: Source, manner: PickOptions) -> Picked:
    """From the address to the files; whoever is killed goes on with the same session."""
    with source.picks.filling():
        return trio.run(_pick, house, source, manner, _Progress())


def take_picked(house: House, source: Source, session_id: str) -> None:
    """Fetch what was picked already in a session that is known: the demo's owner is made up."""
    with source.picks.filling():
        source.picks.note_session(session_id)
        trio.run(_pick, house, source, PickOptions(with_qr=False, anew=False), lambda _here: None)


async def _pick(house: House, source: Source, manner: PickOptions, tell: Tell) -> Picked:
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
            taken = await Picking(api, client, source.picks, tell).take(session.session_id)
            if taken.whole:
                await picker.close_session(api, session.session_id)
                source.picks.note_session(None)
            return Picked(taken, session.most)


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
        "Open this address as the owner of the account, pick up to"
        f" {session.most:,}, press Done:\n\n  {safe_text(session.uri)}\n",
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
            safe="what was fetched before is kept",
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
