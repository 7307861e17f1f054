"""What a service had already, and gives back otherwise than it was sent: ours is what is shown.

Where a service keeps no exact bytes, a photo that was uploaded before this catalog knew of it shows
an estimate. When a program brings in the same file again, and the service names that photo for it,
the bytes stay in Kept (docs/SEMANTICS.md "Size"), and with length and hash the file is found again.
"""

from typing import Final, NamedTuple

from photofs.catalog.incoming import IncomingRow
from photofs.catalog.sqlite import Catalog
from photofs.filing.replaced import Replaced
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity
from photofs.wishing.wish_desk import WishDesk

NotThere = frozenset[int]
"""The numbers of photos that are no more at the service, as it said itself."""

NONE: Final[NotThere] = frozenset()


class KnownThere(NamedTuple):
    """A photo, by its service's id, that was there when its source was last heard of."""

    source_id: int
    remote_id: str


def known_there(catalog: Catalog, row: IncomingRow, sha256: str) -> dict[int, KnownThere]:
    """Which photos of the service have the bytes of a written file, so that it is not sent.

    By the photo's number; those that are not sent yet have no such id, and are left out.
    """
    source, _can = catalog.writes_of_library(row.library_id)
    if source is None:
        return {}
    if row.told:
        same = [row.photo_id] if catalog.told_original(row.photo_id) == sha256 else []
    else:
        same = catalog.all_with_hash(row.library_id, sha256, row.photo_id, source)
    origins = {each: catalog.first_observation(each, source) for each in same}
    return {
        photo: KnownThere(origin[0], origin[1])
        for photo, origin in origins.items()
        if origin is not None and origin[0] == source
    }


def show_our_bytes(desk: WishDesk, photo: int, seen: PhotoSeen, sha256: str) -> None:
    """A photo of a service that shall be read from what was sent; within a transaction.

    Also where the service's own copy was read before: it is less than what was sent. Another
    original that was sent as that photo stands in Trash/Replaced then, for nobody else has it.
    """
    catalog = desk.catalog
    size = catalog.size_of_original(sha256)
    if seen.fidelity is Fidelity.ORIGINAL or size is None:
        return
    if catalog.incoming(photo) is not None:  # other bytes for it wait, and are what is shown
        with Replaced(desk.desk).keeping_sent(photo):
            catalog.forget_told_original(photo)
            catalog.set_told_original(photo, sha256)
        return
    facts = catalog.photo_facts(photo)
    if facts.sha256 == sha256:
        return
    ctime_ns = max(desk.desk.now_ns(), facts.ctime_ns + 1)
    ours = facts._replace(size=size, size_exact=1, sha256=sha256, ctime_ns=ctime_ns)
    with Replaced(desk.desk).keeping_sent(photo):
        catalog.set_photo_facts(photo, ours)
        catalog.bytes_changed(photo)
