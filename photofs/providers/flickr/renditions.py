"""Small pictures of photos and of videos' posters, upright, from the static host.

They cost one request each and no call, for a scan has told their address. Only where the host
refuses that (the secret changes when a photo is made private, rotated or replaced), or an older
scan has told none, the API is asked, once. Addresses open the photo to anybody: never logged.
"""

from photofs.model.errors import NotFound
from photofs.model.photo import Media
from photofs.providers.flickr.api import wait_for_place
from photofs.providers.flickr.lists import Place
from photofs.providers.flickr.records import ref_of
from photofs.providers.flickr.sizes import sizes_of
from photofs.providers.flickr.small_sizes import address_among, address_of
from photofs.providers.transport.client import Client
from photofs.providers.transport.retrying import Throttled
from photofs.providers.transport.small_picture import PATIENT, get_small, refused, told_when
from photofs.providers.transport.stream import Missing, Wanted


class Renditions:
    """Of one account's photos and favourites; see `port.Renditions`."""

    def __init__(self, place: Place, client: Client) -> None:
        """Nothing is connected yet."""
        self._api = place.api
        self._client = client
        self._pacer = place.tools.pacer
        self._key = place.endpoint.static_key

    async def get(self, ref: str, pixels: int) -> bytes:
        """The JPEG of a photo; see `port.Renditions.get`."""
        read = ref_of(ref)
        if read is None:
            raise NotFound("there is no such photo in this Flickr account")
        told = address_of(read.small, pixels)
        found = None if told is None else await self._from(told)
        if found is not None:
            return found
        sizes = await sizes_of(self._api, read.id, media="photo", person=False)
        now = address_among(sizes, pixels)
        if now is not None and now != told and (found := await self._from(now)) is not None:
            return found
        raise refused("Flickr")

    async def _from(self, url: str) -> bytes | None:
        """What lies at an address; None if the host refuses it."""

        async def once() -> bytes | None:
            await wait_for_place(self._pacer, self._key, PATIENT, person=False)
            try:
                wanted = Wanted(url, Media.PICTURE)
                return await get_small(self._client, wanted, self._pacer, self._key)
            except Missing:
                return None

        try:
            return await PATIENT.run(once, "getting a small picture from Flickr")
        except Throttled as error:
            raise told_when(error) from error
