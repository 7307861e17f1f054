"""One photo or album as the service shows it now."""

from photofs.model.observation import AlbumSeen, PhotoSeen
from photofs.providers.google import favorites
from photofs.providers.google.albums import members
from photofs.providers.google.answers import Failure, Record
from photofs.providers.google.place import Place
from photofs.providers.google.questions import Questions
from photofs.providers.google.records import item_id, photo_seen, text


async def look(place: Place, questions: Questions, remote_id: str) -> PhotoSeen | None:
    """The photo; None if the service says that there is none.

    Whether it is a favorite, no photo says of itself. The last scan's search told which were; that
    others are none it cannot tell, for the photo may have come since.
    """
    record = await questions.item(remote_id)
    if record is None:
        return None
    favorite = True if remote_id in (favorites.noted(place) or ()) else None
    return photo_seen(record, place.tools.now_ns(), favorite=favorite)


async def album(place: Place, album_id: str) -> Record | None:
    """The album itself; None if there is none, or another client made it."""
    try:
        return await place.api.call("albums.get", {"albumId": album_id})
    except Failure as error:
        if error.not_there:
            return None
        raise


async def look_album(place: Place, album_id: str) -> AlbumSeen | None:
    """The album with its members; None likewise."""
    record = await album(place, album_id)
    found = None if record is None else await members(place.api, album_id)
    if record is None or found is None:
        return None
    return AlbumSeen(
        remote_id=album_id,
        title=text(record, "title") or "",
        members=tuple(one for each in found if (one := item_id(each))),
        as_of_ns=place.tools.now_ns(),
    )
