"""Asking for one photo by its id: whether the account really has it no more."""

from photofs.providers.flickr.answers import Failure
from photofs.providers.flickr.lists import Place
from photofs.providers.flickr.values import number, text

NO_SUCH_PHOTO = 1
"""Not there, or not for this account to see; the owner sees all of their own (flickr.md 1.5)."""


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
