"""The title of a file that was written: its name, but for a number that it got only on the way in.

What is brought in again stands beside others of its name for a while: two photos of one title, from
two months of a mirror, are both to be in Unsorted. That made "Sunset" a "Sunset_2" at the service.
"""

from photofs.catalog.sqlite import Catalog
from photofs.model.wish import NAMED, WishVerb
from photofs.wishing.photo_wishes import stem


def own_title(catalog: Catalog, photo: int, name: str) -> str:
    """By the last of its names, or by that under which it was to come in (bringing_again.py)."""
    title = stem(name)
    brought = catalog.last_of_photo(photo, WishVerb.RESTORE)
    wanted = None if brought is None else brought.wish.details.get(NAMED)
    if not isinstance(wanted, str) or not title.startswith(stem(wanted)):
        return title
    number = title.removeprefix(stem(wanted))
    only_numbered = number[:1] == "_" and number[1:].isdecimal()
    return stem(wanted) if only_numbered else title
