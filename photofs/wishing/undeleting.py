"""A photo that was taken out of Trash while its service was deleting it: it is uploaded anew.

Between the last look at the proof and the service's answer lie seconds, or hours, if the answer was
lost and the line is down. Whoever takes the photo out of Trash meanwhile is told that it is back.
Its original is in Kept: that was part of the proof.
"""

from collections.abc import Mapping
from typing import Final

from photofs.catalog.sqlite import Catalog
from photofs.filing.overruling import Overruling
from photofs.model.operation import FINAL
from photofs.model.wish import WishVerb
from photofs.wishing.photo_wishes import PhotoWishes
from photofs.wishing.wish_desk import WishDesk, in_the_name_of

_SAID: Final[Mapping[WishVerb, tuple[str, str, object]]] = {
    WishVerb.DESCRIBE: ("set_description", "description", None),
    WishVerb.TAG: ("set_tags", "tags", []),
}
"""What no upload tells: which ability that takes, the fact, and what a new photo has of it."""


def undelete(desk: WishDesk, photo: int, source: int, remote_id: str) -> None:
    """Have its service get it once more, as it is shown; within a transaction."""
    catalog = desk.catalog
    restored = catalog.last_of_photo(photo, WishVerb.RESTORE)
    by = in_the_name_of(None if restored is None else restored.wish.action)
    shown = catalog.photo(photo)
    said = {"description": shown.description, "tags": list(shown.tags)}
    known = catalog.observation(source, remote_id)
    if known is not None:
        catalog.set_observation_gone(known.observation_id, gone=True)
    leave_told_albums(catalog, photo)
    if catalog.incoming(photo) is not None:  # a program has given it other bytes since
        Overruling(catalog, desk.desk.now_ns).photo_gone(photo)
        desk.show_places(photo)
        return
    facts = catalog.photo_facts(photo)
    catalog.set_photo_facts(photo, facts._replace(favorite=0))  # as a new photo is there
    wishes = PhotoWishes(desk)
    wishes.upload_after_all(photo, by)
    wishes.wish_where_it_stands(photo, by)
    for verb, (ability, fact, none) in _SAID.items():
        if said[fact] and ability in desk.can:
            desk.wish(verb, by, {fact: said[fact], "before": {fact: none}}, photo=photo)
    desk.show_facts(photo)
    desk.show_places(photo)


def leave_told_albums(catalog: Catalog, photo: int) -> None:
    """The membership of what its service has no more is over, as a source told it or we had it."""
    for row in catalog.unsettled_of_photo(photo):
        if row.state in FINAL and row.wish.verb == WishVerb.JOIN:
            catalog.settle(row.operation_id)
            catalog.unwish_member(photo, row.wish.album or 0)
    for album in catalog.albums_of(photo):
        catalog.remove_photo_from(album, photo)
