"""Changes of photos: of all facts, the API lets an app change the description alone."""

from photofs.model.errors import Refused
from photofs.providers.google.answers import Failure
from photofs.providers.google.place import Place
from photofs.providers.google.refusing import declined

LONGEST = 999
"""Characters (google.md 2.2: less than 1000)."""


async def set_description(place: Place, photo: str, text: str) -> None:
    """Another description; Refused if it is too long, Gone if there is no such photo."""
    if len(text) > LONGEST:
        raise Refused(
            f"Google takes descriptions of up to {LONGEST} characters",
            safe="nothing was changed",
            remedy="make it shorter",
        )
    arguments = {"mediaItemId": photo, "updateMask": "description", "body": {"description": text}}
    try:
        await place.api.change("mediaItems.patch", arguments)
    except Failure as error:
        raise declined(error, "change the description") from error
