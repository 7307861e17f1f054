"""Pictures of which the originals lie in the store."""

from collections.abc import Callable

from photofs.catalog.sqlite import Catalog
from photofs.metadata.still import is_shown
from photofs.originals.local_disk import LocalDisk

OpenPicture = Callable[[int], int | None]
"""Opens a photo's bytes by its number, for reading; None if they are not on this machine."""


def pictures_here(catalog: Catalog, store: LocalDisk) -> OpenPicture:
    """Those whose originals lie in the store, none of which is marked as used.

    Videos only where something here makes stills of them.
    """

    def open_picture(photo: int) -> int | None:
        row = catalog.photo(photo)
        if row.sha256 is None or not is_shown(row.media):
            return None
        return store.glance(row.sha256)

    return open_picture
