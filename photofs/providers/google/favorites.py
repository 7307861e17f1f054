"""Which photos are favourites: a search tells, and no photo says it of itself (google.md 2.2)."""

from photofs.providers.google.answers import Record
from photofs.providers.google.pages import FAVORITES, whole
from photofs.providers.google.place import Place
from photofs.providers.google.records import item_id

NOTE = "favorites"

Items = dict[str, Record]


async def favorites(place: Place) -> Items:
    """All of them by id, archived ones too.

    That there is none any more must be told twice: the answer to a search without any is empty, and
    nothing in it says that it should be.
    """
    found = await _all(place)
    return found if found or not noted(place) else await _all(place)


async def _all(place: Place) -> Items:
    found = await whole(place.api, FAVORITES)
    return {one: record for record in found if (one := item_id(record))}


def noted(place: Place) -> set[str] | None:
    """Those of the last scan; None if nobody knows."""
    ids = place.notes.get(NOTE)
    return {one for one in ids if isinstance(one, str)} if isinstance(ids, list) else None


def note(place: Place, found: Items) -> None:
    """Note them for the next scan."""
    place.notes.put(NOTE, sorted(found))
