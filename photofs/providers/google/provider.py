"""A live Google Photos account, as one OAuth client sees it, as a provider."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from functools import partial

import trio

from photofs.model.errors import Misconfigured, NotFound
from photofs.model.observation import Observation
from photofs.model.span import Span
from photofs.providers import port
from photofs.providers.google import presence, scan
from photofs.providers.google.account import READ, demand, learn_subject, login_of
from photofs.providers.google.answers import LOGIN_AGAIN
from photofs.providers.google.api import open_api
from photofs.providers.google.endpoint import endpoint_at
from photofs.providers.google.originals import Originals
from photofs.providers.google.place import Place
from photofs.providers.google.records import ref_of
from photofs.providers.google.renditions import TOGETHER, Renditions
from photofs.providers.google.tokens import LoginBook
from photofs.providers.google.upload_line import UploadLine
from photofs.providers.google.writing import SendingManner, writes_of
from photofs.providers.port import (
    MAY_READ_ONLY,
    Abilities,
    Folders,
    Provider,
    Tools,
    Unwritable,
    Writes,
)
from photofs.providers.transport.client import Client, open_client
from photofs.providers.transport.stream import HttpStream

ABILITIES = Abilities(
    # All of the source, which is what this client uploaded; a library of Google's has others.
    lists_everything=True,
    reports_size=False,
    reports_hash=False,
    supports_ranges=True,
    metered=True,
    takes_once=True,  # google.md 2.2: the same bytes give the item that is there
    folders=frozenset({Folders.FAVORITES, Folders.VIDEOS}),
)
SWEEP_HOURS = 24

OF_A_FORMER_CLIENT = Unwritable(
    "what was changed of photos that a former OAuth client uploaded is not sent, for another client"
    " was taken since",
    f"{LOGIN_AGAIN} --client-file with the former one's file sends it; `photofs undo` takes it back"
    " (`photofs log` shows the number)",
)


class GoogleProvider:
    """One account by one client; made by `open_provider`."""

    def __init__(
        self, place: Place, client: Client, writes: Writes | None, *, former: bool = False
    ) -> None:
        why = OF_A_FORMER_CLIENT if former else MAY_READ_ONLY
        renditions = Renditions(place, client)
        small = port.Renditions(renditions.get, renditions.expect, TOGETHER)
        self.abilities = replace(ABILITIES, writes=writes, unwritable=why, renditions=small)
        self._place = place
        self._originals = Originals(place, client)

    def changes(self, cursor: str | None) -> AsyncIterator[Observation]:
        """All there is, or what has changed since the scan that gave the cursor."""
        return scan.changes(self._place, cursor)

    async def is_gone(self, remote_id: str) -> bool:
        """Whether Google says so of that very id."""
        return await presence.is_gone(self._place, remote_id)

    @asynccontextmanager
    async def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AsyncIterator[HttpStream]:
        """The bytes of a photo, all or a span; NotFound if the ref is none of ours."""
        read = ref_of(ref)
        if read is None:
            raise NotFound("there is no such photo in this Google account")
        async with self._originals.open(read, span, person=person) as stream:
            yield stream


@asynccontextmanager
async def open_provider(config: Mapping[str, object], tools: Tools) -> AsyncIterator[Provider]:
    """Open what `config` names: {"email", "client_id"}, and if need be "endpoint".

    "sweep_hours" says how often all is listed (24); the fields of SendingManner, as whole
    numbers, how uploads go out. Nothing is changed through a client that is marked as "former".
    Nothing is asked of the service yet.
    Raises Misconfigured, or Unauthorised if there is no login on this machine that may look.
    """
    names = ("email", "client_id", "endpoint", "sweep_hours")
    email, client_id, base, hours = (config.get(name) for name in names)
    if not (isinstance(email, str) and isinstance(client_id, str) and email and client_id):
        raise _unnamed()
    if not isinstance(base, str | None):
        raise _unnamed()
    endpoint = endpoint_at(base)
    # A desktop's keyring may ask the user first, for as long as the user likes.
    reread = partial(login_of, tools.secrets, email, client_id)
    stored = await trio.to_thread.run_sync(reread, abandon_on_cancel=True)
    book = LoginBook(reread, partial(learn_subject, tools.secrets))
    demand(stored, READ)
    seconds = int(3600 * (hours if isinstance(hours, int | float) else SWEEP_HOURS))
    async with (
        open_api(endpoint, stored, tools.pacer, tools.read_timeout, book=book) as api,
        open_client(endpoint.hosts, read_timeout=tools.read_timeout) as client,
    ):
        place = Place(api, f"{email} {client_id}", tools, seconds)
        with closing(UploadLine(tools.read_timeout)) as line:
            former = bool(config.get("former"))
            writes = None if former else writes_of(place, stored, line, _manner(config))
            yield GoogleProvider(place, client, writes, former=former)


def _manner(config: Mapping[str, object]) -> SendingManner:
    """The usual, but for what the configuration says otherwise."""
    told = {key: config.get(key) for key in SendingManner._fields}
    return SendingManner(**{key: value for key, value in told.items() if isinstance(value, int)})


def _unnamed() -> Misconfigured:
    return Misconfigured(
        "the source of this library does not say which Google account it is",
        remedy="remove the library and add it again",
    )
