"""Small pictures of photos, and stills of videos, upright: the hour's address and a size.

Each is one of the day's 75,000 requests for bytes (google.md 2.6), and the addresses of fifty come
by one call (2.2). Google asks that bytes be kept no longer than their addresses hold (2.5), which
fits what is shown to others; these are the user's own, on the user's own disk.
"""

from collections.abc import Sequence

from photofs.model.errors import Gone, NotFound
from photofs.model.photo import Media
from photofs.providers.google.addresses import Address, Addresses
from photofs.providers.google.api import wait_for_place
from photofs.providers.google.endpoint import key_of
from photofs.providers.google.originals import ADDRESSES, KEPT
from photofs.providers.google.place import BATCH, Place
from photofs.providers.google.records import ref_of
from photofs.providers.transport.client import Client
from photofs.providers.transport.retrying import Throttled
from photofs.providers.transport.small_picture import PATIENT, get_small, refused, told_when
from photofs.providers.transport.stream import Missing, Unwelcome, Wanted

TOGETHER = BATCH

STILL = {Media.PICTURE: "", Media.VIDEO: "-no"}
"""Without the mark of a film that is drawn over a video's still (google.md 2.5)."""


class Renditions:
    """Of one account's photos; see `port.Renditions`."""

    def __init__(self, place: Place, client: Client) -> None:
        """Nothing is connected yet."""
        self._api = place.api
        self._client = client
        self._addresses = Addresses(place.api)
        self._key = key_of(place.api.endpoint.bytes_key, place.api.tokens.client_id)

    async def expect(self, refs: Sequence[str]) -> None:
        """Have the addresses of these ready; see `port.Renditions.expect`."""
        await self._addresses.expect(read.item for read in map(ref_of, refs) if read is not None)

    async def get(self, ref: str, pixels: int) -> bytes:
        """The JPEG of a photo; see `port.Renditions.get`."""
        read = ref_of(ref)
        if read is None:
            raise NotFound("there is no such photo in this Google account")
        suffix = f"=w{pixels}-h{pixels}{STILL[read.media]}"
        for _time in range(ADDRESSES):
            address = await self._addresses.of(read, person=False)
            if address is None:
                raise Gone("Google does not have this photo any more", safe=KEPT)
            found = await self._from(address, suffix)
            if found is not None:
                return found
            self._addresses.forget(read.item, address)
        raise refused("Google")

    async def _from(self, address: Address, suffix: str) -> bytes | None:
        """What lies at an address; None if the host refuses it."""

        async def once() -> bytes | None:
            await wait_for_place(self._api.pacer, self._key, PATIENT, person=False)
            token = await self._api.tokens.current()
            login = (("authorization", f"Bearer {token}"),)
            wanted = Wanted(address.url + suffix, Media.PICTURE, headers=login)
            try:
                return await get_small(self._client, wanted, self._api.pacer, self._key)
            except Missing as error:
                if isinstance(error, Unwelcome):
                    self._api.tokens.spoil(token)
                return None

        try:
            return await PATIENT.run(once, "getting a small picture from Google")
        except Throttled as error:
            raise told_when(error) from error
