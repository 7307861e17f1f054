"""Files that are copied in again after they were deleted at their service: each of them once.

A wish to restore is noted with the file, in the same transaction, under a key that the same file
always has. Who begins anew after a failure or a kill finds it by that, and goes on with it.
"""

from photofs.catalog.sqlite import Catalog
from photofs.model.errors import Exists
from photofs.model.node import photo_ino, row_id
from photofs.model.spot import Spot, Written
from photofs.model.wish import AGAIN, NAMED, Asker, WishVerb
from photofs.wishing.incoming import IncomingFiles
from photofs.wishing.standing import standing_at
from photofs.wishing.wishing import Wishing


class BringingAgain:
    """For one catalog; used from its thread."""

    def __init__(self, catalog: Catalog, wishing: Wishing, asker: Asker) -> None:
        """`asker`: all that is done is one action of it."""
        self._catalog = catalog
        self._wishing = wishing
        self._asker = asker
        self._known = catalog.brought_again()

    def find(self, key: str) -> int | None:
        """The inode of the file that was brought under that key, unless it is gone again.

        One that undo put into Trash is taken out of it.
        """
        photo = self.brought(key)
        if photo is None:
            return None
        self._wishing.restore([photo], self._asker)
        return photo_ino(photo)

    def brought(self, key: str) -> int | None:
        """The photo that was brought under that key, in Trash or not; None if it is gone again."""
        photo = self._known.get(key)
        return None if photo is None or self._catalog.photo_facts(photo).gone else photo

    def create(self, spot: Spot, key: str, name: str) -> int:
        """A new, empty file; its inode. Exists, if the name is taken.

        `name`: what it is called by itself, though it stands here under that with a number.
        """
        with self._wishing.change():
            at = standing_at(self._catalog, spot)
            if at.entry is not None:
                raise Exists(f"{at.name!r} is there already")
            desk = self._wishing.desk_at(at)
            written = IncomingFiles(desk).create(at, self._asker)
            photo = row_id(written.ino)
            desk.wish(WishVerb.RESTORE, self._asker, {AGAIN: key, NAMED: name}, photo=photo)
        self._known[key] = photo
        return written.ino

    def lacks_bytes(self, ino: int) -> Written | None:
        """The file to write, if nothing was written to it yet."""
        photo = row_id(ino)
        row = self._catalog.incoming(photo)
        if row is None or not row.draft or self._catalog.photo_facts(photo).size:
            return None
        return self._wishing.overwrite(ino, self._asker).written

    def stands_in(self, ino: int, folder_id: int) -> bool:
        """Whether it has a name in that folder."""
        entries = self._catalog.photo_entries(row_id(ino))
        return any(entry.folder_id == folder_id for entry in entries)
