"""What a service had already, and gives back otherwise than it was sent: ours is what is shown.

Where a service keeps no exact bytes, a photo that was uploaded before this catalog knew of it shows
an estimate. When a program brings in the same file again, and the service names that photo for it,
the bytes stay in Kept (docs/SEMANTICS.md "Size"), and with length and hash the file is found again.
"""

from typing import NamedTuple

from photofs.catalog.incoming import IncomingRow
from photofs.catalog.sqlite import Catalog
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
    """A photo of a service that shall be read from what was sent; within a transaction."""
    catalog = desk.catalog
    facts, size = catalog.photo_facts(photo), catalog.size_of_original(sha256)
    if seen.fidelity is Fidelity.ORIGINAL or facts.sha256 is not None or size is None:
        return
    ctime_ns = max(desk.desk.now_ns(), facts.ctime_ns + 1)
    ours = facts._replace(size=size, size_exact=1, sha256=sha256, ctime_ns=ctime_ns)
    catalog.set_photo_facts(photo, ours)
