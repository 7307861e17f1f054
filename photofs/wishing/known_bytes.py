"""What a service had already, and gives back otherwise than it was sent: ours is what is shown.

Where a service keeps no exact bytes, a photo that was uploaded before this catalog knew of it shows
an estimate. When a program brings in the same file again, and the service names that photo for it,
the bytes stay in Kept (docs/SEMANTICS.md "Size"), and with length and hash the file is found again.
"""

from typing import NamedTuple

from photofs.catalog.incoming import IncomingRow
from photofs.catalog.sqlite import Catalog
from photofs.filing.replaced import Replaced
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity
from photofs.wishing.wish_desk import WishDesk


class KnownThere(NamedTuple):
    """A photo, by its service's id, that was there when its source was last heard of."""

    source_id: int
    remote_id: str


def known_there(catalog: Catalog, row: IncomingRow, sha256: str) -> KnownThere | None:
    """Which photo of the service has the bytes of a written file, so that it is not sent.

    None if there is none, or the service cannot be asked for many photos at once (`lost`).
    """
    source, can = catalog.writes_of_library(row.library_id)
    if source is None or "lost" not in can:
        return None
    if row.told:
        same = row.photo_id if catalog.told_original(row.photo_id) == sha256 else None
    else:
        same = catalog.with_hash(row.library_id, sha256, row.photo_id, source)
    origin = None if same is None else catalog.first_observation(same, source)
    return None if origin is None else KnownThere(origin[0], origin[1])


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
