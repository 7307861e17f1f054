"""The trash of the mount: what a file manager puts there, and the way back (docs/decisions/0010).

To put a photo there means what `rm` means in its folder, and is a wish as any other. Its name there
is kept beside, so that it can be moved back to where it was: an unsent wish is then taken back, a
sent one wished the other way round. Emptying the trash forgets the name, and wishes nothing.
"""

import time
from contextlib import AbstractContextManager
from typing import Final, Protocol

from photofs.catalog.discards import DiscardRow, NewDiscard
from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.catalog.tree_writes import EntryRow
from photofs.model.discard import DiscardKind, TrashSpot
from photofs.model.errors import Across, Exists, NotFound
from photofs.model.folder import FolderKind
from photofs.model.operation import State
from photofs.model.spot import Spot
from photofs.model.wish import Asker
from photofs.view.meanings import Meaning, Verb, meaning, meaning_of_move
from photofs.wishing.discarded_albums import DiscardedAlbums
from photofs.wishing.incoming import IncomingFiles
from photofs.wishing.outcomes import Outcomes
from photofs.wishing.photo_wishes import PhotoWishes
from photofs.wishing.standing import Standing, allowed, present_at, standing_at, unjudged
from photofs.wishing.undoing import SLICE_S
from photofs.wishing.wish_desk import WishDesk

SWEPT: Final = 100
"""Names forgotten in one transaction, in some 10 ms."""

PUT_BACK: Final = "it was put back from the trash of the mount"

_KINDS: Final = {
    Meaning.TRASHED: DiscardKind.TRASHED,
    Meaning.LEFT: DiscardKind.LEFT,
    Meaning.UNMARKED: DiscardKind.UNMARKED,
}


class Desks(Protocol):
    """The tools of all libraries, and the transactions; Wishing keeps it."""

    def desk(self, library_id: int) -> WishDesk:
        """The tools of a library; valid within the present transaction."""
        ...

    def desk_at(self, at: Standing) -> WishDesk:
        """The tools of the library that a spot lies in; Refused outside of all libraries."""
        ...

    def change(self) -> AbstractContextManager[None]:
        """One transaction that changes the tree, all or nothing."""
        ...

    def place(self, library_id: int) -> None:
        """Have photos whose album came or went stand where they belong."""
        ...


class Discarding:
    """All libraries of one catalog; used from the catalog's thread."""

    def __init__(self, catalog: Catalog, desks: Desks) -> None:
        """`desks` are the same catalog's."""
        self._catalog = catalog
        self._desks = desks

    def put(self, spot: Spot, to: TrashSpot, asker: Asker) -> None:
        """Put what stands at a spot of the tree there: a photo, a file, an album."""
        with self._desks.change():
            at, entry = present_at(self._catalog, spot)
            if entry.photo is None:
                allowed(meaning(at.folder.kind, Verb.DISCARD_ALBUM))
            desk = self._desks.desk_at(at)
            desk.check_writable()
            if self._catalog.discard_at(to) is not None:
                raise Exists(f"{to.name!r} is there already")
            if entry.photo is None:
                DiscardedAlbums(desk).put(at, to, asker)
            else:
                self._put_photo(desk, at, entry, to, asker)
        if entry.photo is None:
            self._desks.place(desk.library_id)

    def bring_back(self, spot: TrashSpot, to: Spot, asker: Asker) -> None:
        """Move what lies there to a spot of the tree: back to what it was, if it was there."""
        with self._desks.change():
            row = self._catalog.discard_row(spot)
            if row is None:
                raise NotFound(f"there is nothing named {spot.name!r} in the trash")
            at = standing_at(self._catalog, to)
            desk = self._desks.desk_at(at)
            if row.library != desk.library_id:
                raise Across("a photo cannot stand in two libraries", remedy="copy it instead")
            desk.check_writable()
            if row.kind is DiscardKind.ALBUM:
                allowed(meaning(at.folder.kind, Verb.MKDIR))
                DiscardedAlbums(desk).bring_back(row, at, asker)
            else:
                self._bring_photo_back(desk, row, at, asker)
                self._forget(spot, row)
        if row.kind is DiscardKind.ALBUM:
            self._bring_members_back(spot, row)

    def forget(self, spot: TrashSpot) -> None:
        """It is to be seen there no more; nothing else changes."""
        with self._desks.change():
            row = self._catalog.discard_row(spot)
            if row is None:
                raise NotFound(f"there is nothing named {spot.name!r} in the trash")
            self._forget(spot, row)

    def rename(self, spot: TrashSpot, name: bytes) -> None:
        """Another name in the same trash; Exists."""
        with self._desks.change():
            if self._catalog.discard_at(TrashSpot(spot.owner, name)) is not None:
                raise Exists(f"{name!r} is there already")
            self._catalog.rename_discard(spot, name)

    def sweep(self, owner: int) -> list[bytes]:
        """Forget some of what came back by another way; the names under which it lay there."""
        if not self._catalog.fallen_out(owner, 1):
            return []
        with self._desks.change():
            fallen = self._catalog.fallen_out(owner, SWEPT)
            for name, folder in fallen:
                self._catalog.forget_discard(TrashSpot(owner, name))
                self._tidy(folder)
        return [name for name, _ in fallen]

    def _tidy(self, folder_id: int) -> None:
        """The folder that stayed for a photo alone goes, if its library is still there."""
        facts = self._catalog.folder_facts(folder_id)
        if facts is not None and facts.library is not None:
            self._desks.desk(facts.library).desk.shelves.tidy(folder_id)

    def _put_photo(
        self, desk: WishDesk, at: Standing, entry: EntryRow, to: TrashSpot, asker: Asker
    ) -> None:
        """By what `rm` means there; the row comes first, for its folder is to stay."""
        photo = entry.photo or 0
        means = allowed(meaning(at.folder.kind, Verb.DISCARD))
        file = unjudged(self._catalog, photo)
        named_twice = file and len(self._catalog.photo_entries(photo)) > 1
        kind = DiscardKind.TRASHED if file else _KINDS[means]
        kind = DiscardKind.NAME if named_twice else kind
        folder = at.folder
        new = NewDiscard(kind, desk.library_id, photo, folder.album, folder.folder_id, at.name)
        number = self._catalog.add_discard(to, new, desk.desk.now_ns())
        before = self._catalog.last_operation()
        if file is None:
            PhotoWishes(desk).take(photo, at, means, asker)
        elif named_twice:
            IncomingFiles(desk).put_away(file, at)
        else:
            action = self._catalog.act(desk.library_id, asker, desk.desk.now_ns())
            IncomingFiles(desk).take_back(file, action)
        wished = self._catalog.last_operation()
        self._catalog.set_discard_wish(number, wished if wished > before else None)

    def _bring_photo_back(
        self, desk: WishDesk, row: DiscardRow, at: Standing, asker: Asker
    ) -> None:
        photo = row.photo or 0
        if at.entry is not None and at.entry.photo != photo:
            raise Exists(f"{at.name!r} is there already")
        file = unjudged(self._catalog, photo)
        if file is not None:
            allowed(meaning(at.folder.kind, Verb.CREATE))
            if row.operation is not None:
                desk.planning.cancel(self._catalog.operation(row.operation), PUT_BACK)
            IncomingFiles(desk).bring_back(file, at)
            return
        trashed = self._catalog.marks(photo)[0] is not None
        if trashed:
            means = allowed(meaning_of_move(FolderKind.TRASH, at.folder.kind))
        else:
            means = allowed(meaning(at.folder.kind, Verb.LINK))
        wishes = PhotoWishes(desk)
        wishes.name_again(photo, at, means)
        unsent = self._unsent(row, at)
        if unsent is not None and row.kind is DiscardKind.TRASHED:
            desk.planning.cancel(unsent, PUT_BACK)
        elif unsent is not None and not trashed:
            Outcomes(desk).cancel([unsent], PUT_BACK)
        wishes.bring_back(photo, at, means, asker)

    def _bring_members_back(self, spot: TrashSpot, row: DiscardRow) -> None:
        """An album's photos, in as many transactions as that takes."""
        more = True
        while more:
            with self._desks.change():
                desk = self._desks.desk(row.library)
                more = DiscardedAlbums(desk).join_more(row, time.monotonic() + SLICE_S)
                if not more:
                    self._forget(spot, row)
        self._desks.place(row.library)

    def _unsent(self, row: DiscardRow, at: Standing) -> OperationRow | None:
        """The wish that came of putting it there, if it can be taken back instead of another."""
        if row.operation is None:
            return None
        wish = self._catalog.operation(row.operation)
        there = {
            DiscardKind.TRASHED: True,
            DiscardKind.LEFT: at.folder.album == row.album,
            DiscardKind.UNMARKED: at.folder.kind is FolderKind.FAVORITES,
        }
        unsent = wish.state in {State.PLANNED, State.HELD}
        return wish if unsent and there.get(row.kind, False) else None

    def _forget(self, spot: TrashSpot, row: DiscardRow) -> None:
        """The row goes, and the folder that stayed for it alone."""
        self._catalog.forget_discard(spot)
        self._tidy(row.folder)
