"""Files what a source says of albums and collections.

Members are compared one by one, and each comes or goes in one transaction together with its photo's
place in the queue; the places themselves are worked out when the batch ends, once per photo.
"""

from dataclasses import replace

from photofs.catalog.album_writes import AlbumRow
from photofs.filing.desk import Desk
from photofs.filing.overruling import Overruling
from photofs.model.observation import AlbumGone, AlbumSeen, CollectionSeen
from photofs.model.wish import WishVerb


class AlbumFiling:
    """Files AlbumSeen, AlbumGone and CollectionSeen values of one scan."""

    def __init__(self, desk: Desk) -> None:
        """`desk` holds what all filing of a scan shares."""
        self._desk = desk

    def file(self, seen: AlbumSeen) -> None:
        """Take in one album with its members."""
        catalog = self._desk.catalog
        row = catalog.album(self._desk.source_id, seen.remote_id)
        if row is not None:
            wished = self._wished(row, seen)
            if wished is None:
                catalog.touch_album(row.album_id, self._desk.scan)
                return
            seen = wished
        # an older export may add members, but it neither removes any nor renames the album
        older = row is not None and seen.as_of_ns < row.as_of_ns and not self._desk.live
        album_id = self._note(row, seen, older=older)
        complete = seen.members_complete and not older
        if complete and row is not None:
            complete = self._may_be_empty(row, seen)
        self._take_members(album_id, seen, complete=complete)
        if self._desk.several:
            for photo in catalog.outdated_marks(album_id, seen.as_of_ns):
                catalog.queue_photo(photo)

    def remove(self, gone: AlbumGone) -> None:
        """The album is no more; its photos stay."""
        row = self._desk.catalog.album(self._desk.source_id, gone.remote_id)
        if row is not None and not row.gone:
            self.retire(row.album_id)

    def retire(self, album_id: int) -> None:
        """Mark an album as gone, and have its folders go; but one that is made anew here."""
        if Overruling(self._desk.catalog, self._desk.now_ns).album_gone(album_id):
            return
        self._desk.catalog.mark_album_gone(album_id)
        self._desk.shelves.settle_album(album_id)

    def file_collection(self, seen: CollectionSeen) -> None:
        """Take in one collection: its place among the others, and its albums."""
        catalog = self._desk.catalog
        before = catalog.collection(self._desk.source_id, seen.remote_id)
        row = catalog.set_collection(self._desk.source_id, seen, self._desk.scan)
        held = catalog.shelved(row.collection_id)
        if row != before:
            self._desk.shelves.settle_collection(row)
        if held != list(dict.fromkeys(seen.albums)):
            catalog.shelve(row.collection_id, seen.albums)
            self._settle_albums(set(held) ^ set(seen.albums))

    def retire_collection(self, remote_id: str) -> None:
        """The collection is no more; its albums and collections stay."""
        catalog = self._desk.catalog
        row = catalog.collection(self._desk.source_id, remote_id)
        if row is None:
            return
        held = catalog.shelved(row.collection_id)
        catalog.shelve(row.collection_id, ())
        catalog.remove_collection(row.collection_id)
        self._settle_albums(set(held))
        self._desk.shelves.retire_collection(row)

    def _note(self, row: AlbumRow | None, seen: AlbumSeen, *, older: bool) -> int:
        """The album's own row and folders; its id."""
        catalog, scan = self._desk.catalog, self._desk.scan
        if row is None:
            album_id = catalog.add_album(self._desk.source_id, seen, scan)
            self._desk.shelves.settle_album(album_id)
            return album_id
        if older:
            catalog.touch_album(row.album_id, scan)
            return row.album_id
        catalog.set_album(row.album_id, seen, scan)
        if row.gone or row.title != seen.title:
            self._desk.shelves.settle_album(row.album_id)
        return row.album_id

    def _wished(self, row: AlbumRow, seen: AlbumSeen) -> AlbumSeen | None:
        """What the album is to be shown as, by the wishes for it; None if it is to be no more."""
        for operation in self._desk.catalog.unsettled_of_album(row.album_id):
            if operation.wish.verb == WishVerb.REMOVE_ALBUM:
                return None
            if operation.wish.verb == WishVerb.RENAME_ALBUM:
                overruling = Overruling(self._desk.catalog, self._desk.now_ns)
                if not overruling.album_told(operation, seen.title):
                    continue
                seen = replace(seen, title=str(operation.wish.details["title"]))
        return seen

    def _may_be_empty(self, row: AlbumRow, seen: AlbumSeen) -> bool:
        """Whether the members told may be all: that none is left must be told twice, apart.

        Or once, if the service counts none as well.
        """
        catalog = self._desk.catalog
        if seen.members or seen.count == 0 or not catalog.members(row.album_id):
            if row.emptied_ns is not None:
                catalog.set_emptied(row.album_id, None)
            return True
        if row.emptied_ns is None or self._desk.contradicts(row.emptied_ns):
            catalog.set_emptied(row.album_id, self._desk.note_now())
            return False
        return self._desk.is_apart(row.emptied_ns)

    def _take_members(self, album_id: int, seen: AlbumSeen, *, complete: bool) -> None:
        """Add, move and (if the list is complete) remove members."""
        held = self._desk.catalog.members(album_id)
        for position, remote_id in enumerate(dict.fromkeys(seen.members)):
            if remote_id not in held:
                self._add_member(album_id, remote_id, position)
            elif held[remote_id] != position and complete:
                self._desk.catalog.move_member(album_id, remote_id, position)
            self._desk.slices.breathe()
        for remote_id in held.keys() - set(seen.members) if complete else ():
            photo = self._desk.catalog.remove_member(album_id, remote_id)
            if photo is not None:
                self._desk.catalog.queue_photo(photo)
            self._desk.slices.breathe()

    def _add_member(self, album_id: int, remote_id: str, position: int) -> None:
        photo = self._desk.catalog.add_member(album_id, self._desk.source_id, remote_id, position)
        if photo is not None:
            self._desk.catalog.queue_photo(photo)

    def _settle_albums(self, remote_ids: set[str]) -> None:
        """Folders of albums that entered or left a collection."""
        for remote_id in sorted(remote_ids):
            row = self._desk.catalog.album(self._desk.source_id, remote_id)
            if row is not None:
                self._desk.shelves.settle_album(row.album_id)
