"""Albums in the trash of the mount: the album goes, its photos stay, and both come back in order.

Each method is called within a transaction.
"""

import time
from typing import Final

from photofs.catalog.discards import DiscardRow, NewDiscard
from photofs.catalog.journal import OperationRow
from photofs.model.discard import DiscardKind, TrashSpot
from photofs.model.errors import Busy, Exists
from photofs.model.operation import FINAL, State
from photofs.model.wish import Asker
from photofs.view.layout import UNSORTED
from photofs.wishing.album_wishes import AlbumWishes, is_new
from photofs.wishing.incoming import IncomingFiles
from photofs.wishing.photo_wishes import PhotoWishes
from photofs.wishing.standing import Standing
from photofs.wishing.wish_desk import WishDesk

ALBUM_PUT_BACK: Final = "the album was put back from the trash of the mount"


class DiscardedAlbums:
    """For one library."""

    def __init__(self, desk: WishDesk) -> None:
        """`desk` is the library's."""
        self._desk = desk
        self._catalog = desk.catalog
        self._albums = AlbumWishes(desk)

    def put(self, at: Standing, to: TrashSpot, asker: Asker) -> None:
        """Wish the album away, whatever it shows; the caller places its photos afterwards."""
        album = self._albums.album_of(at)
        row = self._catalog.album_by_id(album)
        photos = self._albums.photos_in_order(album)
        files = self._put_files_out(album)
        new = NewDiscard(
            DiscardKind.ALBUM, self._desk.library_id, None, album, at.folder.folder_id, at.name
        )
        number = self._catalog.add_discard(to, new, self._desk.desk.now_ns())
        held: dict[str, object] = {"title": row.title, "photos": photos, "files": files}
        self._catalog.set_discard_held(number, held)
        before = self._catalog.last_operation()
        self._albums.withdraw(album, asker)
        wished = self._catalog.last_operation()
        self._catalog.set_discard_wish(number, wished if wished > before else None)
        if wished > before:
            self._desk.planning.hold_if_many(self._desk.library_id, wished, len(photos))
        if is_new(row):  # its members were wishes, which are taken back: nobody else tells of them
            for photo in photos:
                self._catalog.queue_photo(photo)

    def bring_back(self, row: DiscardRow, at: Standing, asker: Asker) -> None:
        """The album itself: as it was, if its removal was not sent, else made anew. Busy, Exists.

        If another album has come to stand there, that one gets its photos (file managers make the
        folders that a restored file needs). They follow by `join_more`.
        """
        wish = None if row.operation is None else self._catalog.operation(row.operation)
        if "anew" in row.held:  # it was begun before, and killed
            return
        if at.entry is not None:
            self._begin_anew(row, self._album_there(at), asker)
        elif wish is not None and wish.state in {State.PLANNED, State.HELD}:
            self._take_removal_back(row, wish, at, asker)
        elif wish is not None and wish.state not in FINAL:
            raise Busy(
                "this album is just being removed at the service",
                safe="its photos stay, and so does its name in the trash",
                remedy="try again in a moment: it is made anew then",
            )
        else:
            self._make_anew(row, wish, at, asker)

    def join_more(self, row: DiscardRow, until: float) -> bool:
        """Put its photos into an album that was made anew, till that moment; whether more wait.

        `until`: seconds by time.monotonic().
        """
        held = self._catalog.discard_held(row.discard_id)
        album, by = held.get("anew"), held.get("by")
        photos = _numbers(held.get("photos"))
        if not isinstance(album, int) or not isinstance(by, int):
            self._bring_files_back(row.album or 0, held)
            return False
        while photos:
            photo = photos.pop(0)
            if not self._catalog.photo_facts(photo).gone:
                PhotoWishes(self._desk).join(photo, album, by)
                self._desk.show_places(photo)
            if time.monotonic() >= until:
                break
        self._catalog.set_discard_held(row.discard_id, {**held, "photos": photos})
        if not photos:
            self._bring_files_back(album, held)
        return bool(photos)

    def _take_removal_back(
        self, row: DiscardRow, wish: OperationRow, at: Standing, asker: Asker
    ) -> None:
        album = row.album or 0
        self._desk.planning.cancel(wish, ALBUM_PUT_BACK)
        self._catalog.bring_album_back(album)
        self._catalog.queue_album(album)
        self._desk.desk.shelves.settle_album(album)
        if not _is_where_it_was(row, at):
            self._albums.retitle(album, self._albums.title_at(at), asker)

    def _make_anew(
        self, row: DiscardRow, wish: OperationRow | None, at: Standing, asker: Asker
    ) -> None:
        """Another album of the same title; which one is noted, so that a kill leaves no second."""
        title = self._albums.title_at(at)
        if _is_where_it_was(row, at):
            title = str(row.held["title"])
        by = self._catalog.act(self._desk.library_id, asker, self._desk.desk.now_ns())
        album = self._albums.make_anew(title, by, instead_of=row.album)
        self._begin_anew(row, album, by)
        action = None if wish is None else wish.wish.action
        if action is not None and len(self._catalog.of_action(action)) == 1:
            self._catalog.undone(action, by)

    def _begin_anew(self, row: DiscardRow, album: int, by: Asker | int) -> None:
        """Note which album gets the photos."""
        if isinstance(by, Asker):
            by = self._catalog.act(self._desk.library_id, by, self._desk.desk.now_ns())
        self._catalog.set_discard_held(row.discard_id, {**row.held, "anew": album, "by": by})

    def _album_there(self, at: Standing) -> int:
        """The album that stands at a spot; Exists if it is anything else."""
        folder = at.entry.subfolder if at.entry else None
        facts = None if folder is None else self._catalog.folder_facts(folder)
        if facts is None or facts.album is None:
            raise Exists(f"{at.name!r} is there already")
        return facts.album

    def _put_files_out(self, album: int) -> list[tuple[int, str]]:
        """Files that are no photos (yet) stay, too: in Unsorted; each with the name it had."""
        unsorted = self._desk.desk.shelves.folder_of(UNSORTED)
        put = []
        for folder in self._catalog.folders_of_album(album):
            for photo, entry in self._catalog.files_in(folder.folder_id):
                IncomingFiles(self._desk).stand_in(photo, entry, unsorted, entry.name)
                put.append((photo, entry.name))
        return put

    def _bring_files_back(self, album: int, held: dict[str, object]) -> None:
        """Those that still stand in Unsorted."""
        folder = self._catalog.folders_of_album(album)[0].folder_id
        unsorted = self._desk.desk.shelves.folder_of(UNSORTED)
        names = held.get("files")
        were: dict[int, str] = dict(names) if isinstance(names, list) else {}
        for photo, entry in self._catalog.files_in(unsorted):
            if photo in were:
                IncomingFiles(self._desk).stand_in(photo, entry, folder, were[photo])


def _is_where_it_was(row: DiscardRow, at: Standing) -> bool:
    return (at.folder.folder_id, at.name) == (row.folder, row.was)


def _numbers(value: object) -> list[int]:
    """A list of ids, out of JSON."""
    return [int(each) for each in value] if isinstance(value, list) else []
