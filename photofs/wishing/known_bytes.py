"""What a service had already, and gives back otherwise than it was sent: ours is what is shown.

Where a service keeps no exact bytes, a photo that was uploaded before this catalog knew of it shows
an estimate. When a program brings in the same file again, and the service names that photo for it,
the bytes stay in Kept (docs/SEMANTICS.md "Size"), and with length and hash the file is found again.
"""

from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity
from photofs.wishing.wish_desk import WishDesk


def show_our_bytes(desk: WishDesk, photo: int, seen: PhotoSeen, sha256: str) -> None:
    """A photo of a service that shall be read from what was sent; within a transaction."""
    catalog = desk.catalog
    facts, size = catalog.photo_facts(photo), catalog.size_of_original(sha256)
    if seen.fidelity is Fidelity.ORIGINAL or facts.sha256 is not None or size is None:
        return
    ctime_ns = max(desk.desk.now_ns(), facts.ctime_ns + 1)
    ours = facts._replace(size=size, size_exact=1, sha256=sha256, ctime_ns=ctime_ns)
    catalog.set_photo_facts(photo, ours)
