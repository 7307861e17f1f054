"""Wishes of programs as they come from the tree; keeps photofs.volume.wishes.Wishes.

Each verb is one transaction: the operation in the journal, and everything that the tree shows
because of it. What a verb means is asked of view/meanings.py, and nowhere decided anew.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from photofs.catalog.sqlite import Catalog
from photofs.catalog.tree_writes import EntryRow
from photofs.filing.filing import Filing
from photofs.model.capture_time import TakenFact
from photofs.model.errors import Across, Bug, Exists, IsFolder, NotFolder, NotFound, Refused
from photofs.model.folder import FolderKind
from photofs.model.judgement import Judgement
from photofs.model.naming import looks_temporary
from photofs.model.node import folder_ino, is_folder_ino, photo_ino, row_id
from photofs.model.operation import Event
from photofs.model.spot import Begun, Renamed, Spot, Written
from photofs.model.wish import Asker
from photofs.view.meanings import Verb, meaning, meaning_of_move
from photofs.wishing import undoing
from photofs.wishing.album_wishes import AlbumWishes
from photofs.wishing.deleting import Deleting, Proven
from photofs.wishing.describing import Describing
from photofs.wishing.discarding import Discarding
from photofs.wishing.hand_reach import NO_HAND, reach_of
from photofs.wishing.incoming import IncomingFiles
from photofs.wishing.judging import Judging
from photofs.wishing.known_bytes import NONE, NotThere
from photofs.wishing.outcomes import Outcomes
from photofs.wishing.photo_wishes import PhotoWishes
from photofs.wishing.planning import Planning, Policy
from photofs.wishing.retrying import Retrying
from photofs.wishing.standing import Standing, allowed, present_at, standing_at, unjudged
from photofs.wishing.undoing import SLICE_S, Undoing, Undone
from photofs.wishing.wish_desk import WishDesk

TRIM_EVERY = 1000
"""Transactions between two trims of the change table."""

RELEASED = 100
"""Wishes let go in one transaction, in some 10 ms."""


class Wishing:
    """All libraries of one catalog; used from the catalog's thread."""

    def __init__(
        self, catalog: Catalog, filing: Filing, policy: Policy, now_ns: Callable[[], int]
    ) -> None:
        """`filing` is the same catalog's, by the user's settings."""
        self._catalog = catalog
        self._filing = filing
        self._now_ns = now_ns
        self._planning, self._hands = Planning(catalog, policy, now_ns), policy.hands
        self._desks: dict[int, WishDesk] = {}
        self._version = 0
        self._since_trim = 0
        self.discarding = Discarding(catalog, self)

    def create(self, spot: Spot, asker: Asker) -> Written:
        """A new, empty file; Exists, or Refused by what the folder is.

        It need not survive a power cut before its first `written`.
        """
        with self._catalog.database.unsynced(), self.change():
            at = standing_at(self._catalog, spot)
            desk = self.desk_at(at)
            allowed(meaning(at.folder.kind, Verb.CREATE))
            return IncomingFiles(desk).create(at, asker)

    def overwrite(self, ino: int, asker: Asker) -> Begun:
        """Begin to write a photo that stands in the tree."""
        photo = _photo(ino)
        with self.change():
            return self._incoming(photo).overwrite(photo, asker)

    def written(self, ino: int, size: int, mtime_ns: int) -> None:
        """How a file is now; called once its bytes are on the disk."""
        photo = _photo(ino)
        with self.change():
            self._incoming(photo).written(photo, size, mtime_ns)

    def set_mtime(self, ino: int, mtime_ns: int, asker: Asker) -> None:
        """A copying program sets a time; of a folder nothing changes."""
        if is_folder_ino(ino):
            return
        with self.change():
            self._incoming(row_id(ino)).set_mtime(row_id(ino), mtime_ns, asker)

    def link(self, ino: int, spot: Spot, asker: Asker) -> None:
        """One more name for a photo: joins an album, marks as favorite."""
        photo = _photo(ino)
        with self.change():
            at = standing_at(self._catalog, spot)
            desk = self.desk_at(at)
            self._check_library(photo, desk)
            row = unjudged(self._catalog, photo)
            if row is not None:
                allowed(meaning(at.folder.kind, Verb.CREATE))
                IncomingFiles(desk).add(row, at)
                return
            means = allowed(meaning(at.folder.kind, Verb.LINK), at)
            PhotoWishes(desk).add(photo, at, means, asker)

    def unlink(self, spot: Spot, asker: Asker) -> int:
        """Take a name away; the inode that it named."""
        with self.change():
            at, entry = present_at(self._catalog, spot)
            if entry.photo is None:
                raise IsFolder("a folder is removed by rmdir")
            desk = self.desk_at(at)
            row = unjudged(self._catalog, entry.photo)
            if row is not None:
                IncomingFiles(desk).remove(row, at)
                return photo_ino(entry.photo)
            means = allowed(meaning(at.folder.kind, Verb.REMOVE))
            PhotoWishes(desk).take(entry.photo, at, means, asker)
            return photo_ino(entry.photo)

    def rename(self, old: Spot, new: Spot, asker: Asker, *, replace: bool = True) -> Renamed:
        """Move a name; over another photo's name it is an overwriting of that photo."""
        with self.change():
            source, entry = present_at(self._catalog, old)
            target = standing_at(self._catalog, new)
            if source.folder.library != target.folder.library:
                raise Across("between two libraries files are copied, not moved")
            if target.entry is not None and not replace:
                raise Exists(f"{target.name!r} is there already")
            if entry.subfolder is not None:
                self._rename_folder(source, entry, target, asker)
                return Renamed(folder_ino(entry.subfolder), 0)
            if entry.photo is None:
                raise Bug("an entry of a folder leads nowhere")
            return self._rename_photo(source, entry, target, asker)

    def mkdir(self, spot: Spot, asker: Asker) -> int:
        """Make an album; the new folder's inode."""
        with self.change():
            at = standing_at(self._catalog, spot)
            desk = self.desk_at(at)
            allowed(meaning(at.folder.kind, Verb.MKDIR))
            return folder_ino(AlbumWishes(desk).make(at, asker))

    def rmdir(self, spot: Spot, asker: Asker) -> None:
        """Remove an album that shows nothing (any more)."""
        more = True
        while more:
            with self.change():
                at, entry = present_at(self._catalog, spot)
                if entry.subfolder is None:
                    raise NotFolder("this is a file, not a folder")
                desk = self.desk_at(at)
                allowed(meaning(at.folder.kind, Verb.RMDIR))
                more = AlbumWishes(desk).remove(at, asker, time.monotonic() + SLICE_S)

    def set_attribute(self, ino: int, name: str, value: str | None, asker: Asker) -> None:
        """Tags, description, capture time by extended attribute; None removes it."""
        photo = _photo(ino)
        with self.change():
            Describing(self._desk_of(photo)).set_attribute(photo, name, value, asker)

    # what commands and the agent ask for

    def set_taken(self, photo: int, fact: TakenFact, by: Asker | int) -> bool:
        """When a photo was taken; False if that is so already. Refused."""
        with self.change():
            return Describing(self._desk_of(photo)).set_taken(photo, fact, by)

    def set_title(self, ino: int, title: str, by: Asker) -> bool:
        """A photo's title, whatever its name; False if it has that already. Refused."""
        photo = _photo(ino)
        with self.change():
            return Describing(self._desk_of(photo)).set_title(photo, title, by)

    def reset_taken(self, photo: int) -> int:
        """Forget what was set here for when it was taken; how many such things there were."""
        with self.change():
            return Describing(self._desk_of(photo)).reset_taken(photo)

    def undo(self, action: int, asker: Asker) -> Undone:
        """Take back what the user did at one go; NotFound, Refused.

        In many small transactions: if it is cut short, undoing the same action again goes on.
        """
        library_id = self._catalog.action(action).library
        run = undoing.begin(self._catalog, action, asker)
        more = True
        while more:
            with self.change():
                more = Undoing(self.desk(library_id), run).step()
        return run.outcome()

    def place(self, library_id: int) -> None:
        """Have photos whose album came or went stand where they belong; a kill costs a scan."""
        more = True
        while more:
            with self.change():
                placing = self.desk(library_id).desk.placing
                more = placing.drain_until(time.monotonic() + SLICE_S)

    def release(self, library_id: int) -> int:
        """Let all that is held be sent after all; how many wishes that is.

        In many small transactions: if it is cut short, the rest is held as before.
        """
        released = 0
        while some := self._release_some(library_id):
            released += some
        return released

    def _release_some(self, library_id: int) -> int:
        with self.change():
            held = self._catalog.held(library_id, RELEASED)
            for number in held:
                self._catalog.happen(number, Event.RELEASE, self._now_ns())
        return len(held)

    def restore(self, photos: Iterable[int], asker: Asker) -> int:
        """Take photos out of Trash, back to where they were; how many were there."""
        by: dict[int, int] = {}
        restored = 0
        for photo in photos:
            with self.change():
                desk = self._desk_of(photo)
                if not PhotoWishes(desk).can_restore(photo):
                    continue
                restored += 1
                if (file := unjudged(self._catalog, photo)) is not None:
                    IncomingFiles(desk).restore(file)
                    continue
                PhotoWishes(desk).restore(photo, self._action(by, desk, asker))
        return restored

    def delete(self, proven: Iterable[Proven], asker: Asker, restore_file: str) -> list[Proven]:
        """Wish the deletion for good of what was proven and written down; those it holds for."""
        by: dict[int, int] = {}
        wished = []
        for each in proven:
            with self.change():
                desk = self._desk_of(each.photo)
                action = self._action(by, desk, asker)
                if Deleting(desk).wish(each, action, restore_file):
                    wished.append(each)
        return wished

    def _action(self, by: dict[int, int], desk: WishDesk, asker: Asker) -> int:
        """The one action of a command within a library; begun with its first wish."""
        library = desk.library_id
        if library not in by:
            by[library] = self._catalog.act(library, asker, self._now_ns())
        return by[library]

    def retry_operation(self, operation_id: int) -> int:
        """Try a wish that waits, or that was refused, again now; how many that is. Refused."""
        with self.change():
            row = self._catalog.operation(operation_id)
            return Retrying(self.desk(row.wish.library)).operation(row)

    def retry_photo(self, photo: int) -> int:
        """The same for all that is about a photo."""
        with self.change():
            return Retrying(self.desk(self._catalog.photo_facts(photo).library)).photo(photo)

    def judged(
        self, photo: int, as_of_ns: int, judgement: Judgement, lost: NotThere = NONE
    ) -> bool:
        """What a written file is; False if it was touched since. `lost`: see Judging.judged."""
        with self.change():
            row = self._catalog.incoming(photo)
            if row is None or row.changed_ns != as_of_ns:
                return False
            desk = self.desk(row.library_id)
            if photo in lost and row.told:
                Outcomes(desk).lost(photo)
            return Judging(desk).judged(photo, as_of_ns, judgement, lost=lost)

    def outcomes(self, library_id: int) -> Outcomes:
        """How the agent notes what became of wishes; used within `change`."""
        return Outcomes(self.desk(library_id))

    def _rename_folder(
        self, source: Standing, entry: EntryRow, target: Standing, asker: Asker
    ) -> None:
        """An album under another name, or below another step of titles."""
        if target.entry is not None and target.entry.subfolder == entry.subfolder:
            return
        allowed(meaning(source.folder.kind, Verb.RENAME))
        allowed(meaning(target.folder.kind, Verb.RENAME))
        AlbumWishes(self.desk_at(source)).rename(source, target, asker)

    def _rename_photo(
        self, source: Standing, entry: EntryRow, target: Standing, asker: Asker
    ) -> Renamed:
        """A photo under another name, or in another folder."""
        photo = entry.photo or 0
        done = Renamed(photo_ino(photo), 0)
        if target.entry is not None and target.entry.subfolder is not None:
            raise IsFolder(f"{target.name!r} is a folder")
        if target.entry is not None and target.entry.photo == photo:
            return done
        row = unjudged(self._catalog, photo)
        if row is not None:
            allowed(meaning(target.folder.kind, Verb.CREATE))
            return IncomingFiles(self.desk_at(source)).move(row, source, target, asker)
        if target.entry is not None:
            raise Refused(
                "one photo cannot take another one's name",
                safe="nothing was changed",
                remedy="choose another name, or copy the file over it",
            )
        wishes = PhotoWishes(self.desk_at(source))
        if source.folder.folder_id == target.folder.folder_id:
            allowed(meaning(source.folder.kind, Verb.RETITLE))
            named = self._catalog.photo_facts(photo).name
            if looks_temporary(target.name) or target.name == named:
                wishes.rename_here(photo, source, entry, target.name)
            else:
                wishes.retitle(photo, source, entry, target.name, asker)
        else:
            means = allowed(meaning_of_move(source.folder.kind, target.folder.kind), target)
            wishes.move(photo, source, target, means, asker)
        return done

    def desk_at(self, at: Standing) -> WishDesk:
        """The tools of the library that a spot lies in; Refused outside of all libraries."""
        if at.folder.library is None:
            allowed(meaning(FolderKind.ROOT, Verb.MKDIR))
        return self.desk(at.folder.library or 0)

    def desk(self, library_id: int) -> WishDesk:
        """The tools of a library; valid within the present transaction."""
        known = self._desks.get(library_id)
        if known is None:
            can = self._catalog.writes_of_library(library_id)[1]
            known = self._desks[library_id] = WishDesk(
                catalog=self._catalog,
                desk=self._filing.desk_of(library_id),
                planning=self._planning,
                can=can,
                hand=reach_of(can) if self._hands else NO_HAND,
            )
        return known

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction that changes the tree, all or nothing."""
        catalog = self._catalog
        catalog.database.begin()
        try:
            self._forget_if_stale()
            yield
            catalog.note_touched(self._now_ns())
            self._trim()
            catalog.database.commit()
        except BaseException:
            catalog.database.rollback()
            catalog.forget_touched()
            self._desks.clear()
            raise

    def _forget_if_stale(self) -> None:
        """What was read of folders before another process wrote may not hold any more."""
        version = self._catalog.data_version()
        if version != self._version:
            self._version = version
            self._desks.clear()

    def _trim(self) -> None:
        """Now and then let old changes go."""
        self._since_trim += 1
        if self._since_trim >= TRIM_EVERY:
            self._since_trim = 0
            self._catalog.trim_changes()

    def _desk_of(self, photo: int, noun: str = "photo") -> WishDesk:
        """The tools of a photo's library; NotFound if it is nowhere."""
        facts = self._catalog.photo_facts(photo)
        if facts.gone:
            raise NotFound(f"this {noun} is no longer there")
        return self.desk(facts.library)

    def _incoming(self, photo: int) -> IncomingFiles:
        """The tools for a file that programs write; NotFound if it is nowhere."""
        return IncomingFiles(self._desk_of(photo, "file"))

    def _check_library(self, photo: int, desk: WishDesk) -> None:
        """Across, if the photo is of another library; NotFound, if it is nowhere."""
        if self._desk_of(photo).library_id != desk.library_id:
            raise Across("a photo cannot stand in two libraries", remedy="copy it instead")


def _photo(ino: int) -> int:
    """The row of a photo's inode; Refused for a folder, which can have one name only."""
    if is_folder_ino(ino):
        raise Refused("a folder cannot be linked", remedy="link the photos in it")
    return row_id(ino)
