"""A live Flickr account as a provider."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import trio

from photofs.model.errors import Misconfigured, NotFound
from photofs.model.observation import Observation
from photofs.model.span import Span
from photofs.providers.flickr import scan
from photofs.providers.flickr.account import account_of
from photofs.providers.flickr.api import open_api
from photofs.providers.flickr.endpoint import endpoint_at
from photofs.providers.flickr.originals import Originals
from photofs.providers.flickr.records import ref_of
from photofs.providers.port import Abilities, Folders, Provider, Tools
from photofs.providers.transport.client import open_client
from photofs.providers.transport.stream import HttpStream

ABILITIES = Abilities(
    lists_everything=True,
    # Pictures come back as they were sent, videos do not (flickr.md 3.2, 3.3).
    keeps_exact_bytes=False,
    reports_size=False,
    reports_hash=False,
    supports_ranges=True,
    folders=frozenset({Folders.COLLECTIONS, Folders.FAVORITES, Folders.VIDEOS}),
)
SWEEP_HOURS = 24


class FlickrProvider:
    """One account; made by `open_provider`."""

    abilities = ABILITIES

    def __init__(self, place: scan.Place, originals: Originals) -> None:
        self._place = place
        self._originals = originals

    def changes(self, cursor: str | None) -> AsyncIterator[Observation]:
        """All there is, or what has changed since the scan that gave the cursor."""
        return scan.changes(self._place, cursor)

    @asynccontextmanager
    async def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AsyncIterator[HttpStream]:
        """The bytes of a photo, all or a span; NotFound if the ref is none of ours."""
        read = ref_of(ref)
        if read is None:
            raise NotFound("there is no such photo in this Flickr account")
        async with self._originals.open(read, span, person=person) as stream:
            yield stream


@asynccontextmanager
async def open_provider(config: Mapping[str, object], tools: Tools) -> AsyncIterator[Provider]:
    """Open the account that `config` names: {"user": nsid}, and if need be "endpoint".

    "sweep_hours" says how often deletions are looked for (24). Nothing is asked of the service yet.
    Raises Misconfigured, or Unauthorised if there is no login to the account on this machine.
    """
    user, base, hours = (config.get(key) for key in ("user", "endpoint", "sweep_hours"))
    if not isinstance(user, str) or not user or not isinstance(base, str | None):
        raise Misconfigured(
            "the source of this library does not say which Flickr account it is",
            remedy="remove the library and add it again",
        )
    endpoint = endpoint_at(base)
    # A desktop's keyring may ask the user first, for as long as the user likes.
    account = await trio.to_thread.run_sync(account_of, tools.secrets, user, abandon_on_cancel=True)
    seconds = int(3600 * (hours if isinstance(hours, int | float) else SWEEP_HOURS))
    async with (
        open_api(endpoint, account, tools.pacer, tools.read_timeout) as api,
        open_client(endpoint.hosts, read_timeout=tools.read_timeout) as client,
    ):
        place = scan.Place(api, endpoint, user, tools, seconds)
        yield FlickrProvider(place, Originals(api, client, endpoint, tools))
