"""A live Flickr account as a provider."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import trio

from photofs.model.errors import Misconfigured, NotFound
from photofs.model.observation import Observation
from photofs.model.span import Span
from photofs.providers import port
from photofs.providers.flickr import presence, scan
from photofs.providers.flickr.account import login_of
from photofs.providers.flickr.api import open_api
from photofs.providers.flickr.door import Door
from photofs.providers.flickr.endpoint import endpoint_at
from photofs.providers.flickr.lists import Place
from photofs.providers.flickr.originals import Originals
from photofs.providers.flickr.records import ref_of
from photofs.providers.flickr.renditions import Renditions
from photofs.providers.flickr.uploading import Patience
from photofs.providers.flickr.writing import writes_of
from photofs.providers.port import Abilities, Folders, Provider, Tools, Writes
from photofs.providers.transport.client import Client, open_client
from photofs.providers.transport.stream import HttpStream

ABILITIES = Abilities(
    lists_everything=True,
    # Pictures come back as they were sent, videos do not (flickr.md 3.2, 3.3).
    reports_size=False,
    reports_hash=False,
    supports_ranges=True,
    folders=frozenset({Folders.COLLECTIONS, Folders.FAVORITES, Folders.VIDEOS}),
)
SWEEP_HOURS = 24


class FlickrProvider:
    """One account; made by `open_provider`."""

    def __init__(self, place: Place, client: Client, writes: Writes | None) -> None:
        small = port.Renditions(Renditions(place, client).get)
        self.abilities = replace(ABILITIES, writes=writes, renditions=small)
        self._place = place
        self._originals = Originals(place.api, client, place.endpoint, place.tools)

    def changes(self, cursor: str | None) -> AsyncIterator[Observation]:
        """All there is, or what has changed since the scan that gave the cursor."""
        return scan.changes(self._place, cursor)

    async def is_gone(self, remote_id: str) -> bool:
        """Whether Flickr says so of that very id."""
        return await presence.is_gone(self._place, remote_id)

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

    "sweep_hours" says how often deletions are looked for (24); the fields of Patience, in whole
    seconds and bytes, how uploads are waited for. Nothing is asked of the service yet.
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
    stored = await trio.to_thread.run_sync(login_of, tools.secrets, user, abandon_on_cancel=True)
    seconds = int(3600 * (hours if isinstance(hours, int | float) else SWEEP_HOURS))
    async with (
        open_api(endpoint, stored.account, tools.pacer, tools.read_timeout) as api,
        open_client(endpoint.hosts, read_timeout=tools.read_timeout) as client,
    ):
        place = Place(api, endpoint, user, tools, seconds)
        writes = writes_of(Door(api, endpoint, user, tools), stored, _patience(config))
        yield FlickrProvider(place, client, writes)


def _patience(config: Mapping[str, object]) -> Patience:
    """The usual, but for what the configuration says otherwise."""
    told = {key: config.get(key) for key in Patience._fields}
    return Patience(**{key: value for key, value in told.items() if isinstance(value, int)})
