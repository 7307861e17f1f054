"""The bytes: what Google gives for download, which is not what was uploaded (google.md 2.5).

Pictures come without their position, videos converted. A base URL that is refused is asked for
anew, once; a photo is gone only when the API, asked for its very id, says so.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from photofs.model.errors import Gone, Temporary
from photofs.model.photo import Media
from photofs.model.span import Span
from photofs.model.verdict import Verdict
from photofs.providers.google.addresses import Address, Addresses
from photofs.providers.google.api import Api, wait_for_place
from photofs.providers.google.endpoint import key_of
from photofs.providers.google.place import Place
from photofs.providers.google.presence import is_gone
from photofs.providers.google.records import FAILED, READY, SUFFIXES, Ref
from photofs.providers.transport.client import Client
from photofs.providers.transport.pace import tell, verdict_of
from photofs.providers.transport.retrying import Retrying
from photofs.providers.transport.stream import (
    HttpStream,
    Missing,
    Unwelcome,
    Wanted,
    open_stream,
)

FOR_PEOPLE = Retrying(deadline=50.0)
"""Who reads waits for 60 s (network.read_deadline), and is to be told why nothing comes."""
FOR_OTHERS = Retrying(deadline=120.0, tries=2)

ADDRESSES = 2
"""Addresses of a photo that are tried: one may have been an hour old."""

REMEMBERED = 4096

KEPT = "what is cached stays readable"
SCAN = "photofs scan finds out what there is now"
PROCESSED = "try again in some minutes; the video's bytes are here, too, if photofs uploaded it"
TAKEOUT = "a Takeout of Google Photos holds it: photofs library add takeout FOLDER"


class Originals:
    """Opens the bytes of one account's photos."""

    def __init__(self, place: Place, client: Client) -> None:
        """Nothing is connected yet."""
        api = place.api
        self._place = place
        self._api: Api = api
        self._client = client
        self._addresses = Addresses(api)
        self._key = key_of(api.endpoint.bytes_key, api.tokens.client_id)
        self._etags: dict[str, str] = {}

    @asynccontextmanager
    async def open(self, ref: Ref, span: Span | None, *, person: bool) -> AsyncIterator[HttpStream]:
        """The bytes; raises Temporary, Gone, Quota, Unauthorised."""
        async with AsyncExitStack() as stack:
            yield await self._opened(stack, ref, span, person=person)

    async def _opened(
        self, stack: AsyncExitStack, ref: Ref, span: Span | None, *, person: bool
    ) -> HttpStream:
        refused: Missing | None = None
        for _time in range(ADDRESSES):
            address = await self._address(ref, person=person)
            wanted = Wanted(address.url + SUFFIXES[ref.media], ref.media, span, person=person)
            try:
                return await self._from(stack, ref, wanted, person=person)
            except Missing as error:
                self._addresses.forget(ref.item, address)
                refused = error
        raise Temporary(
            "Google names a photo that the host of its bytes does not hand out now",
            safe=KEPT,
            remedy="try again later",
        ) from refused

    async def _address(self, ref: Ref, *, person: bool) -> Address:
        """Where the bytes are; Gone, or Temporary while there are none."""
        address = await self._addresses.of(ref, person=person)
        if address is None:
            if await is_gone(self._place, ref.item):
                raise Gone("Google does not have this photo any more", safe=KEPT, remedy=SCAN)
            raise Temporary("Google cannot tell of this photo just now", safe=KEPT)
        if ref.media is Media.VIDEO and address.status != READY:
            self._addresses.forget(ref.item, address)
            raise _not_ready(address.status)
        if not self._api.endpoint.hosts.allows(address.url):
            raise Temporary("Google gave an address that is none of its own", safe=KEPT)
        return address

    async def _from(
        self, stack: AsyncExitStack, ref: Ref, wanted: Wanted, *, person: bool
    ) -> HttpStream:
        """The bytes at an address; Missing if it is refused, the stream closed with the stack."""
        policy = FOR_PEOPLE if person else FOR_OTHERS
        refused: list[Missing] = []

        async def once() -> HttpStream | None:
            try:
                return await self._attempt(stack, ref, wanted, policy, person=person)
            except Missing as error:
                refused.append(error)
                return None

        stream = await policy.run(once, "opening a file at Google")
        if stream is None:
            raise refused[-1]
        return stream

    async def _attempt(
        self, stack: AsyncExitStack, ref: Ref, wanted: Wanted, policy: Retrying, *, person: bool
    ) -> HttpStream:
        """One request for the bytes, counted, paced and reported."""
        await wait_for_place(self._api.pacer, self._key, policy, person=person)
        token = await self._api.tokens.current()
        login = (("authorization", f"Bearer {token}"),)
        asked = replace(wanted, if_range=self._etags.get(ref.item), headers=login)
        try:
            stream = await stack.enter_async_context(open_stream(self._client, asked))
        except Missing as error:
            tell(self._api.pacer, self._key, Verdict.FINE)
            if isinstance(error, Unwelcome):
                self._api.tokens.spoil(token)
            raise
        except Temporary as error:
            tell(self._api.pacer, self._key, verdict_of(error), error.retry_after)
            raise
        tell(self._api.pacer, self._key, Verdict.FINE)
        if stream.etag is not None:
            self._etags[ref.item] = stream.etag
            if len(self._etags) > REMEMBERED:
                del self._etags[next(iter(self._etags))]
        return stream


def _not_ready(status: str) -> Temporary | Gone:
    """Why there are no bytes of a video."""
    if status == FAILED:
        return Gone(
            "Google could not convert this video, and gives none of it", safe=KEPT, remedy=TAKEOUT
        )
    what = "Google still works on this video, and gives none of it until it is ready"
    return Temporary(what, safe=KEPT, remedy=PROCESSED)
