"""Whether a photo is there, by the service's own word, and which are there though no list has them.

What its owner archived is left out of the list of all photos, and so is no sign of a deletion.
"""

from collections.abc import Iterable, Sequence

from photofs.providers.google.answers import Failure
from photofs.providers.google.place import Place, items

UNLISTED = "unlisted"
MOST = 20_000
"""Ids that are noted; each costs a fiftieth of a call in each full scan."""


async def is_gone(place: Place, remote_id: str) -> bool:
    """Whether Google says, asked for this very id, that there is no such photo.

    A client is shown its own uploads alone, so this is its own word about its own photo. Any other
    refusal says nothing. Raises Temporary, Unauthorised, Quota.
    """
    try:
        there = await _is_there(place, remote_id)
    except Failure:
        return False
    if there:
        note(place, {*unlisted(place), remote_id})
    return not there


async def _is_there(place: Place, remote_id: str) -> bool:
    """What Google says of this very id; Failure if that is neither yes nor no."""
    try:
        await place.api.call("mediaItems.get", {"mediaItemId": remote_id})
    except Failure as error:
        if error.not_there:
            return False
        raise
    return True


async def lost(place: Place, ids: Sequence[str]) -> frozenset[str]:
    """Those of which Google says so: of 50 in a call, and then of each by itself.

    What batchGet says of a deleted photo is not known of the live service (decision 0015). Raises
    Temporary, Unauthorised, Quota, and Failure where Google cannot say.
    """
    found = await items(place.api, ids)
    suspects = [one for one, record in found.items() if record is None]
    return frozenset([one for one in suspects if not await _is_there(place, one)])


def unlisted(place: Place) -> list[str]:
    """Ids that were there when they were asked for, and in no list."""
    noted = place.notes.get(UNLISTED)
    return [one for one in noted if isinstance(one, str)] if isinstance(noted, list) else []


def note(place: Place, ids: Iterable[str]) -> None:
    """These are there; losing the note costs calls."""
    place.notes.put(UNLISTED, sorted(ids)[:MOST])
