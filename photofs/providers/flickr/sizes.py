"""The addresses of a photo's sizes as they are now, asked of the API."""

from photofs.model.errors import Gone
from photofs.providers.flickr.answers import KEPT, Failure
from photofs.providers.flickr.api import Api
from photofs.providers.flickr.values import records, text

GONE_CODES = frozenset({1, 2})

SCAN = "photofs scan finds out what there is now"


async def sizes_of(api: Api, photo_id: str, *, media: str, person: bool) -> dict[str, str]:
    """Addresses by label, asked for now; `media` is "photo" (posters, too) or "video".

    Raises Gone if the service does not know the photo, and as `Api.call` does.
    """
    method, arguments = "flickr.photos.getSizes", {"photo_id": photo_id}
    try:
        answer = await api.call(method, arguments, person=person)
    except Failure as error:
        if error.code in GONE_CODES:
            raise gone() from error
        raise
    return {
        label: url
        for size in records(answer.get("sizes"), "size")
        if (text(size.get("media")) or "photo") == media
        and (label := text(size.get("label")))
        and (url := text(size.get("source")))
    }


def gone() -> Gone:
    """What to say of a photo that Flickr does not have."""
    return Gone("Flickr does not have this file any more", safe=KEPT, remedy=SCAN)
