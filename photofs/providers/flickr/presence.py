"""Asking for photos by their ids: whether the account really has them no more."""

from collections.abc import Sequence
from typing import Final

from photofs.model.errors import Refused, Temporary
from photofs.providers.flickr.answers import KEPT, Failure
from photofs.providers.flickr.door import Door
from photofs.providers.flickr.listing import PER_PAGE, Query, read_page
from photofs.providers.flickr.lists import MINE, Place
from photofs.providers.flickr.values import number, text

NO_SUCH_PHOTO = 1
"""Not there, or not for this account to see; the owner sees all of their own (flickr.md 1.5)."""

ONE_BY_ONE: Final = 50
"""So many are asked for by their ids alone; of more, the list of all is read first."""

_OWN: Final = Query("flickr.people.getPhotos", "photos", "photo", {"user_id": MINE})


async def lost(door: Door, ids: Sequence[str]) -> frozenset[str]:
    """Those photos of the account of which Flickr says that there are none; see `Writes.lost`."""
    await door.check_owner()
    suspects = list(dict.fromkeys(ids))
    if len(suspects) > ONE_BY_ONE:
        suspects = await _unlisted(door, suspects)
    try:
        return frozenset([each for each in suspects if await door.photo(each) is None])
    except Refused as error:
        raise Temporary("Flickr does not say whether it has a photo still", safe=KEPT) from error


async def _unlisted(door: Door, ids: Sequence[str]) -> list[str]:
    """Those that the list of all does not hold, read as far as that saves requests.

    What is deleted meanwhile pulls others up, past the page that is read: so what is not found
    there is asked for by its id, and the list need not be whole.
    """
    wanted, at, pages = dict.fromkeys(ids), 0, 1
    while len(wanted) > pages - at > 0:
        at += 1
        asked = {**_OWN.arguments, "per_page": str(PER_PAGE), "page": str(at)}
        page = read_page(await door.api.call(_OWN.method, asked), _OWN)
        wanted = {each: None for each in wanted if each not in page.ids}
        pages = page.pages
    return list(wanted)


async def is_gone(place: Place, remote_id: str) -> bool:
    """Whether Flickr says of that very id that there is none, or that it is no favourite any more.

    Raises Temporary, Unauthorised, Quota, and Failure for any other refusal.
    """
    try:
        answer = await place.api.call("flickr.photos.getInfo", {"photo_id": remote_id})
    except Failure as error:
        if error.code == NO_SUCH_PHOTO:
            return True
        raise
    photo = answer.get("photo")
    owner = photo.get("owner") if isinstance(photo, dict) else None
    if not isinstance(photo, dict) or not isinstance(owner, dict):
        return False
    theirs = text(owner.get("nsid")) not in {None, place.user}
    return theirs and number(photo.get("isfavorite")) == 0
