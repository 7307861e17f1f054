"""Wishes about photos that stand in the tree: another name, another folder, one name less.

Each method is called within a transaction and with a meaning that was asked of view/meanings.py.
"""

from collections.abc import Iterable
from typing import Final

from photofs.catalog.journal import OperationRow
from photofs.catalog.photo_writes import PhotoFacts
from photofs.catalog.tree_writes import EntryRow
from photofs.filing.overruling import date_shown
from photofs.model.errors import Exists, Refused
from photofs.model.folder import FolderKind
from photofs.model.incoming import Stage
from photofs.model.naming import photo_name
from photofs.model.operation import State
from photofs.model.wish import Asker, WishVerb
from photofs.view.meanings import Meaning
from photofs.wishing.album_wishes import AlbumWishes
from photofs.wishing.errands import Errands
from photofs.wishing.names_before import named_as_before, names_now
from photofs.wishing.standing import Standing, stands_in_trash
from photofs.wishing.wish_desk import WishDesk

_OF_OTHERS: Final = frozenset({Meaning.UNMARKED})
"""What may be done to somebody else's photo: it may leave Favorites."""


class PhotoWishes:
    """For one library."""

    def __init__(self, desk: WishDesk) -> None:
        """`desk` is the library's."""
        self._desk = desk
        self._catalog = desk.catalog
        self._errands = Errands(desk)

    def add(self, photo: int, at: Standing, meaning: Meaning, asker: Asker) -> None:
        """One more name: joins the album, marks as favorite. The name stays as it was given."""
        self._check_owner(photo, meaning)
        if at.entry is not None:
            raise Exists(f"{at.name!r} is there already")
        if self._catalog.photo_facts(photo).trashed:
            raise stands_in_trash("photo")
        self._catalog.add_given_entry(at.folder.folder_id, photo, at.name)
        if meaning is Meaning.JOINED and at.folder.album is not None:
            self.join(photo, at.folder.album, asker)
        elif meaning is Meaning.MARKED:
            self.mark(photo, asker, favorite=True)
        elif meaning is Meaning.ARCHIVED:
            self.archive(photo, asker, archived=True)
        self._desk.show_places(photo)

    def take(self, photo: int, at: Standing, meaning: Meaning, asker: Asker) -> None:
        """One name less, and what follows from it in that folder."""
        self._check_owner(photo, meaning)
        if self._drop_second_name(photo, at):
            return
        if meaning is Meaning.LEFT and at.folder.album is not None:
            self.leave(photo, at.folder.album, asker)
            self._desk.show_places(photo)
        elif meaning is Meaning.UNMARKED:
            self.mark(photo, asker, favorite=False)
        elif meaning is Meaning.UNARCHIVED:
            self.archive(photo, asker, archived=False)
        elif meaning is Meaning.TRASHED:
            self.trash(photo, asker)

    def move(
        self, photo: int, old: Standing, new: Standing, meaning: Meaning, asker: Asker
    ) -> None:
        """From one folder to another; nothing stands at `new`."""
        self._check_owner(photo, meaning)
        self._catalog.add_given_entry(new.folder.folder_id, photo, new.name)
        if meaning is Meaning.MOVED and old.folder.album is not None:
            self.leave(photo, old.folder.album, asker)
        if meaning in {Meaning.MOVED, Meaning.JOINED} and new.folder.album is not None:
            self.join(photo, new.folder.album, asker)
        elif meaning is Meaning.MARKED:
            self.mark(photo, asker, favorite=True)
        elif meaning is Meaning.ARCHIVED:
            self.archive(photo, asker, archived=True)
        elif meaning is Meaning.TRASHED:
            self.trash(photo, asker)
        elif meaning is Meaning.RESTORED:
            self._restore_to(photo, new, asker)
        self._desk.show_places(photo)

    def name_again(self, photo: int, at: Standing, meaning: Meaning) -> None:
        """Out of the trash of the mount: the name first, so that it is this one; it may be there.

        `bring_back` follows.
        """
        if meaning is not Meaning.MARKED:
            self._check_owner(photo, meaning)
        if at.entry is None:
            self._catalog.add_given_entry(at.folder.folder_id, photo, at.name)

    def bring_back(self, photo: int, at: Standing, meaning: Meaning, asker: Asker) -> None:
        """Out of the trash of the mount, and into what it was moved to."""
        if meaning is Meaning.RESTORED:
            self._restore_to(photo, at, asker)
        elif meaning is Meaning.JOINED and at.folder.album is not None:
            self.join(photo, at.folder.album, asker)
        elif meaning is Meaning.MARKED:
            self.mark(photo, asker, favorite=True)
        self._desk.show_places(photo)

    def rename_here(self, photo: int, at: Standing, entry: EntryRow, name: str) -> None:
        """To the name that programs give to what they put away, or back: no title is wished."""
        self._check_owner(photo, Meaning.RETITLED)
        self._catalog.rename_given_entry(at.folder.folder_id, entry.entry_id, name)
        self._catalog.touch_photo(photo, self._desk.desk.now_ns())

    def retitle(self, photo: int, at: Standing, entry: EntryRow, name: str, asker: Asker) -> None:
        """Another name in the same folder: that is its title. Other folders follow."""
        self._check_owner(photo, Meaning.RETITLED)
        self._desk.need("set_title", "give a photo another title")
        self._catalog.rename_given_entry(at.folder.folder_id, entry.entry_id, name)
        details = title_details(self._catalog.photo_facts(photo), stem(name))
        named = [at.folder.folder_id, at.name, name]
        self._desk.wish(WishVerb.RETITLE, asker, {**details, "named": named}, photo=photo)
        self._show_but(photo, at.folder.folder_id, entry.entry_id, name)

    def name_back(self, row: OperationRow) -> None:
        """Where `mv` gave a photo another title, its name is what it was, if that is free."""
        match row.wish.details.get("named"):
            case [int(folder), str(old), str(given)]:
                entry = self._catalog.entry_named(folder, given)
                free = self._catalog.entry_named(folder, old) is None
                if free and entry is not None and entry.photo == row.wish.photo:
                    self._catalog.rename_given_entry(folder, entry.entry_id, old)

    def join(self, photo: int, album: int, by: Asker | int) -> None:
        """Into an album, unless it is in it; the caller places it.

        One that only another source tells is made where things can be changed, under its title.
        """
        if self._desk.in_one_folder(album) & set(self._catalog.albums_of(photo)):
            return
        self._desk.need("join", "put photos into albums")
        album = AlbumWishes(self._desk).changeable(album, by)
        number = self._desk.wish(WishVerb.JOIN, by, {}, photo=photo, album=album)
        self._catalog.wish_member(photo, album, number, joined=True)

    def leave(self, photo: int, album: int, by: Asker | int) -> None:
        """Out of an album, whichever source tells that it is in it; the caller places it.

        It is sent for the album that can be changed; Refused if the photo is in none such.
        """
        self._desk.need("leave", "take photos out of albums")
        held = self._desk.in_one_folder(album) & set(self._catalog.albums_of(photo))
        source = self._desk.desk.source_id
        here = sorted(each for each in held if self._catalog.source_of_album(each) == source)
        if held and not here:
            raise Refused(
                "only an export tells that this photo is in this album",
                safe="nothing was changed",
                remedy="take it out on the service's own pages; a later export tells of it",
            )
        album = here[0] if here else album
        names = names_now(self._catalog, photo)
        number = self._desk.wish(WishVerb.LEAVE, by, names, photo=photo, album=album)
        for each in {album, *held}:
            self._catalog.wish_member(photo, each, number, joined=False)

    def trash(self, photo: int, by: Asker | int) -> None:
        """Into Trash: a mark here, with all that it was kept for the way back.

        Where a hand can put it into the service's trash, that is wished; but if it lies there, and
        was only to come out of it, that is taken back, and nothing is to be done.
        """
        self._desk.check_writable()
        if self._catalog.marks(photo)[0] is not None:
            return
        if back := self._errands.take_back(photo, WishVerb.TRASH):
            self.bin(photo)
            self._desk.show_without(photo, back)
            return
        before = self._catalog.unsettled_of_photo(photo)
        names = names_now(self._catalog, photo)
        number = self._desk.wish(WishVerb.TRASH, by, names, photo=photo)
        if self._catalog.first_observation(photo) is None:
            self._put_off(number, before)
        self._catalog.set_binned(photo, self._desk.desk.now_ns())
        self._desk.show_facts(photo)

    def bin(self, photo: int) -> None:
        """The mark alone, where no source's own word puts it into Trash; the caller shows it."""
        seen = self._catalog.told(photo)
        if seen is None or not seen.trashed:
            self._catalog.set_binned(photo, self._desk.desk.now_ns())

    def _put_off(self, trash: int, rows: Iterable[OperationRow]) -> None:
        """Nothing of a photo that was never sent is sent from Trash: its wishes come back with it.

        They would wait for its upload for ever, and whoever waits for them likewise.
        """
        off = [
            row for row in rows if self._desk.planning.cancel(row, "the photo was put into Trash")
        ]
        for row in off:
            if row.wish.album is not None and row.wish.photo is not None:
                self._catalog.unwish_member(row.wish.photo, row.wish.album)
        put_off = [row.operation_id for row in off if row.wish.verb != WishVerb.UPLOAD]
        details = self._catalog.operation(trash).wish.details
        self._catalog.amend(trash, {**details, "put_off": put_off})

    def _wish_again(self, photo: int, by: Asker | int) -> None:
        """What was put off when the photo went to Trash."""
        trash = self._catalog.last_of_photo(photo, WishVerb.TRASH)
        put_off = trash.wish.details.get("put_off") if trash else None
        for number in put_off if isinstance(put_off, list) else ():
            wish = self._catalog.operation(number).wish
            if wish.album is None:
                self._desk.wish(WishVerb(wish.verb), by, wish.details, photo=photo)
            elif self._catalog.album_by_id(wish.album).gone:
                continue
            elif wish.verb == WishVerb.JOIN:
                self.join(photo, wish.album, by)
            elif wish.album in self._catalog.albums_of(photo):
                self.leave(photo, wish.album, by)

    def can_restore(self, photo: int) -> bool:
        """Whether it lies in Trash by a mark here, or where a hand can take it out of."""
        if self._catalog.marks(photo)[0] is not None:
            return True
        trashed = self._catalog.photo_facts(photo).trashed == 1
        return trashed and self._desk.is_for_hand(WishVerb.RESTORE, photo)

    def restore(self, photo: int, by: Asker | int) -> None:
        """Out of Trash, back to where it was; one whose upload was taken back is uploaded.

        What a hand was to put into the service's trash, and has not begun, needs no way back.
        """
        self._desk.check_writable()
        if not self.can_restore(photo):
            return
        if not self._errands.take_back(photo, WishVerb.RESTORE):
            there = self._errands.is_trashed_there(photo)
            details = {"there": True} if there else {}
            self._desk.wish(WishVerb.RESTORE, by, details, photo=photo, here=not there)
        self.take_out(photo, by)

    def take_out(self, photo: int, by: Asker | int) -> None:
        """The same, with no wish for it: as if it had never been put there."""
        trash = self._catalog.last_of_photo(photo, WishVerb.TRASH)
        self.upload_after_all(photo, by)
        self._wish_again(photo, by)
        self._catalog.set_binned(photo, None)
        with named_as_before(self._catalog, photo, trash.wish.details if trash else {}):
            facts = self._catalog.photo_facts(photo)
            self._catalog.set_photo_facts(photo, facts._replace(trashed=0))
            self._desk.show_facts(photo)
            self._desk.show_places(photo)

    def upload_after_all(self, photo: int, by: Asker | int) -> None:
        """If the photo was never sent, or its service has it no longer, wish its upload."""
        if self._catalog.first_observation(photo) is not None:
            return
        facts = self._catalog.photo_facts(photo)
        upload = self._catalog.last_of_photo(photo, WishVerb.UPLOAD)
        if upload is not None and upload.state is State.CANCELLED:
            self._desk.wish(WishVerb.UPLOAD, by, upload.wish.details, photo=photo)
        elif facts.sha256 is not None and self._catalog.incoming(photo) is None:
            details: dict[str, object] = {
                "sha256": facts.sha256,
                "size": facts.size,
                "name": facts.name,
                "title": facts.title or stem(facts.name),
                "media": facts.media,
                "again": True,
            }
            if facts.taken_local is not None:  # it may be told by no byte of the original
                details["taken"] = date_shown(facts)
            self._catalog.set_incoming(photo, Stage.WAITING, "", self._desk.desk.now_ns())
            self._desk.wish(WishVerb.UPLOAD, by, details, photo=photo)

    def _restore_to(self, photo: int, new: Standing, asker: Asker) -> None:
        """Out of Trash, and into what it was moved to, if it was not there before.

        That comes first: once it is out, names go where it does not belong.
        """
        if new.folder.album is not None:
            self.join(photo, new.folder.album, asker)
        elif new.folder.kind is FolderKind.FAVORITES:
            self._wish_mark(photo, asker, favorite=True)
        elif new.folder.kind is FolderKind.ARCHIVE:
            self.archive(photo, asker, archived=True)
        self.restore(photo, asker)

    def mark(self, photo: int, by: Asker | int, *, favorite: bool) -> None:
        """A favorite, or no longer one."""
        if self._wish_mark(photo, by, favorite=favorite):
            self._desk.show_facts(photo)

    def _wish_mark(self, photo: int, by: Asker | int, *, favorite: bool) -> bool:
        """The same, and nothing is shown yet; False if it is so, or was only to be otherwise."""
        facts = self._catalog.photo_facts(photo)
        if facts.favorite == int(favorite):
            return False
        verb = WishVerb.FAVORITE if favorite else WishVerb.UNFAVORITE
        self._desk.need_for(verb, photo, "mark favorites")
        if back := self._errands.take_back(photo, verb):
            self._desk.show_without(photo, back)
            return False
        names = {} if favorite else names_now(self._catalog, photo)
        details = {"before": {"favorite": facts.favorite}, "owned": facts.owned == 1, **names}
        self._desk.wish(verb, by, details, photo=photo)
        return True

    def archive(self, photo: int, by: Asker | int, *, archived: bool) -> None:
        """Into the archive, or out of it; it stays in Dates and its albums."""
        facts = self._catalog.photo_facts(photo)
        if facts.archived == int(archived):
            return
        verb = WishVerb.ARCHIVE if archived else WishVerb.UNARCHIVE
        self._desk.need_for(verb, photo, "archive photos")
        if back := self._errands.take_back(photo, verb):
            self._desk.show_without(photo, back)
            return
        names = {} if archived else names_now(self._catalog, photo)
        self._desk.wish(verb, by, {"before": {"archived": facts.archived}, **names}, photo=photo)
        self._desk.show_facts(photo)

    def wish_where_it_stands(self, photo: int, by: Asker | int) -> None:
        """To be in the albums, and among the favorites, in whose folders it stands."""
        placed = self._catalog.names_of(photo)
        for album in [each.album_id for each in placed if each.album_id is not None]:
            self.join(photo, album, by)
        # last: it is placed anew then, and keeps its names in those albums alone that it is in
        marked = any(each.kind == FolderKind.FAVORITES for each in placed)
        if marked and "favorite" in self._desk.can:  # a login may allow less by now
            self.mark(photo, by, favorite=True)

    def _drop_second_name(self, photo: int, at: Standing) -> bool:
        """If the photo has another name in the same folder, one goes and nothing is wished."""
        entries = self._catalog.photo_entries(photo)
        here = [entry for entry in entries if entry.folder_id == at.folder.folder_id]
        named = [entry for entry in here if at.entry and entry.entry_id == at.entry.entry_id]
        if len(here) < 2 or not named:  # noqa: PLR2004 - a second name is the question
            return False
        self._catalog.remove_photo_entry(named[0])
        self._catalog.set_places(photo, len(entries) - 1)
        self._catalog.touch_photo(photo, self._desk.desk.now_ns())
        return True

    def _show_but(self, photo: int, folder_id: int, entry_id: int, name: str) -> None:
        """Show the new facts; in the folder where it was renamed the given name stays."""
        self._desk.show_facts(photo)
        self._catalog.rename_given_entry(folder_id, entry_id, name)

    def _check_owner(self, photo: int, meaning: Meaning) -> None:
        """Refused if it is somebody else's photo."""
        self._desk.check_writable()
        if meaning not in _OF_OTHERS and not self._catalog.photo_facts(photo).owned:
            raise Refused(
                "this photo is somebody else's: it may leave Favorites, and nothing more",
                safe="nothing was changed",
                remedy="copy it to a folder of your own",
            )


def title_details(facts: PhotoFacts, title: str) -> dict[str, object]:
    """What a wish for another title notes: title and name, as they are to be and as they are."""
    name = photo_name(facts.file_name, title, facts.name, _extension(facts.name))
    return {"title": title, "name": name, "before": {"title": facts.title, "name": facts.name}}


def stem(name: str) -> str:
    """A file's name without its extension."""
    stem, dot, tail = name.rpartition(".")
    return stem if dot and stem and tail.isalnum() else name


def _extension(name: str) -> str:
    """A file's extension without its dot, "" if it has none."""
    _, dot, tail = name.rpartition(".")
    return tail if dot else ""
