"""Files that programs write, from their first byte until they are judged (docs/decisions/0008).

Each method is called within a transaction.
"""

import secrets
from typing import Final

from photofs.catalog.incoming import IncomingRow
from photofs.catalog.photo_writes import PhotoFacts
from photofs.catalog.tree_writes import EntryRow, PhotoEntry, numbers
from photofs.model.capture_time import Granularity, instant_at
from photofs.model.errors import Exists, Refused
from photofs.model.folder import FolderKind
from photofs.model.incoming import Stage
from photofs.model.naming import backup_of
from photofs.model.node import photo_ino
from photofs.model.photo import Media
from photofs.model.spot import Begun, Renamed, Written
from photofs.model.wish import Asker, WishVerb
from photofs.view.layout import TRASH, UNSORTED
from photofs.view.meanings import Verb, meaning
from photofs.wishing.standing import Standing, stands_in_trash
from photofs.wishing.wish_desk import WishDesk

BACKUP: Final = "a program's backup: kept here, and here alone"
_OF_JUDGING: Final = frozenset({WishVerb.UPLOAD, WishVerb.REPLACE})


class IncomingFiles:
    """For one library."""

    def __init__(self, desk: WishDesk) -> None:
        """`desk` is the library's."""
        self._desk = desk
        self._catalog = desk.catalog

    def create(self, at: Standing, asker: Asker) -> Written:
        """A new, empty file that stands at this name alone."""
        self._check_folder(at)
        if at.entry is not None:
            raise Exists(f"{at.name!r} is there already")
        moved_away = self._backed_up(at)
        if moved_away is not None:
            return self._take_name_back(moved_away, at, asker)
        photo = self._add_row(at.name)
        self._catalog.add_given_entry(at.folder.folder_id, photo, at.name)
        return self._open(photo, asker)

    def _check_folder(self, at: Standing) -> None:
        """Refused unless the service can do what a file in that folder is to become."""
        self._desk.check_writable()
        if at.folder.kind is FolderKind.FAVORITES:
            self._check_favorites()

    def _check_favorites(self) -> None:
        """Refused unless what comes into Favorites is marked with its upload, or right after."""
        if "favorite" not in self._desk.can and "favorite" in self._desk.hand.deeds:
            raise Refused(
                "no program can mark favorites here, and a hand only what was sent before",
                safe="nothing was changed",
                remedy="copy it into Unsorted first; once it is sent, `ln` it from there into"
                " Favorites",
            )
        self._desk.need("favorite", "mark favorites")

    def overwrite(self, photo: int, asker: Asker) -> Begun:
        """Begin to write what stands in the tree; its wishes that were not sent are taken back."""
        self._desk.check_writable()
        row = self._catalog.incoming(photo)
        if row is not None and row.draft:
            self._set(photo, Stage.OPEN, row.draft, asker)
            return Begun(Written(photo_ino(photo), row.draft), filled=True)
        facts = self._catalog.photo_facts(photo)
        if not facts.owned or facts.trashed:
            raise Refused(
                "this photo cannot be written: it is in Trash, or somebody else's",
                safe="nothing was changed",
                remedy="take it out of Trash first, or copy it to a folder of your own",
            )
        self._desk.check_known(photo)
        return Begun(self._begin_again(photo, facts, asker), filled=False)

    def written(self, photo: int, size: int, mtime_ns: int) -> None:
        """How the file is now; what time was set before it was written counts no more."""
        row = self._catalog.incoming(photo)
        if row is None:
            return
        now = self._desk.desk.now_ns()
        facts = self._catalog.photo_facts(photo)
        if self._catalog.marks(photo)[1] not in {None, mtime_ns}:
            self._catalog.set_given_mtime(photo, None)
        after = facts._replace(size=size, size_exact=1, sha256=None, mtime_ns=mtime_ns)
        if after != facts:
            after = after._replace(ctime_ns=max(now, facts.ctime_ns + 1))
            self._catalog.set_photo_facts(photo, after)
        self._catalog.touch_incoming(photo, now)
        if row.action is not None:  # a long film is one `cp` with what is copied after it
            self._catalog.go_on(row.action, now)

    def set_mtime(self, photo: int, mtime_ns: int, asker: Asker) -> None:
        """A copying program sets a time: kept for what it brings in; fills an unknown date."""
        facts = self._catalog.photo_facts(photo)
        brought = self._catalog.incoming(photo) or self._catalog.marks(photo)[1] is not None
        if brought:
            self._catalog.set_given_mtime(photo, mtime_ns)
            if facts.mtime_ns != mtime_ns:
                self._catalog.set_photo_facts(photo, facts._replace(mtime_ns=mtime_ns))
                self._catalog.touch_photo(photo, self._desk.desk.now_ns())
            return
        elsewhere = self._catalog.is_told_elsewhere(photo, self._desk.desk.source_id)
        can = facts.owned and "set_taken" in self._desk.can and not elsewhere
        if facts.taken_local is None and can:
            origin = self._catalog.first_observation(photo)
            uploaded_ns = None if origin is None else origin[2].uploaded_ns
            # no photo is taken after its upload: that is a plain `touch`, and no way back from it
            if uploaded_ns is None or mtime_ns <= uploaded_ns:
                self._date(photo, facts, mtime_ns, asker)

    def take(self, row: IncomingRow, at: Standing) -> None:
        """One name less of a file that is not judged; with the last one it is no more."""
        entries = self._catalog.photo_entries(row.photo_id)
        for entry in entries:
            if at.entry is not None and entry.entry_id == at.entry.entry_id:
                self._desk.desk.placing.unname(entry)
        self._catalog.set_places(row.photo_id, len(entries) - 1)
        self._catalog.touch_photo(row.photo_id, self._desk.desk.now_ns())
        self._join_no_more(row.photo_id, at.folder.album)
        if len(entries) == 1:
            self.drop(row.photo_id)

    def _join_no_more(self, photo: int, album: int | None) -> None:
        """What the bytes before these were to join, they need not either."""
        for wish in self._catalog.unsettled_of_photo(photo):
            joins = wish.wish.verb == WishVerb.JOIN and wish.wish.album == album
            if album and joins and self._desk.planning.cancel(wish, "it left the album"):
                self._catalog.unwish_member(photo, album)

    def remove(self, row: IncomingRow, at: Standing) -> None:
        """`rm` of such a file; Refused in Trash while it may be a picture that nobody judged."""
        if at.folder.kind is FolderKind.TRASH and row.stage is Stage.OPEN:
            raise Refused(
                "this file in Trash is kept on this disk alone, and may be a photo",
                safe="nothing was changed",
                remedy="move it out of Trash and remove it there",
            )
        self.take(row, at)

    def restore(self, row: IncomingRow) -> None:
        """Out of Trash to where it stood, if that is known and still there; else Unsorted."""
        (entry,) = self._catalog.photo_entries(row.photo_id)
        folder_id, name = self._stood(row.photo_id) or (0, entry.name)
        folder = self._catalog.folder_facts(folder_id)
        if folder is None or meaning(folder.kind, Verb.CREATE).refused:
            folder_id = self._desk.desk.shelves.folder_of(UNSORTED)
        self.stand_in(row.photo_id, entry, folder_id, name)

    def _stood(self, photo: int) -> tuple[int, str] | None:
        """In which folder, and under which name, a file in Trash stood before."""
        away = self._catalog.discard_of_photo(photo)
        if away is not None:
            return away.folder, away.was
        trashed = self._catalog.last_of_photo(photo, WishVerb.TRASH)
        match trashed.wish.details.get("stood") if trashed else None:
            case [int(folder), str(name)]:
                return folder, name
        return None

    def take_back(self, row: IncomingRow, by: int) -> None:
        """From all its names into Trash, with a wish that tells where it stood last."""
        last = self._catalog.photo_entries(row.photo_id)[-1]
        stood = [last.folder_id, last.name]
        self._desk.wish(WishVerb.TRASH, by, {"stood": stood}, photo=row.photo_id)
        self.bin(row)

    def bin(self, row: IncomingRow) -> None:
        """From all its names into Trash."""
        for entry in self._catalog.photo_entries(row.photo_id):
            folder = self._catalog.folder_facts(entry.folder_id)
            if folder is not None:
                present = EntryRow(entry.entry_id, row.photo_id, None)
                self.put_away(row, Standing(folder, entry.name, present))

    def add(self, row: IncomingRow, at: Standing) -> None:
        """One name more; Refused in Trash, where it stands under one name alone."""
        self._check_folder(at)
        if at.entry is not None:
            raise Exists(f"{at.name!r} is there already")
        if self._catalog.photo_facts(row.photo_id).trashed:
            raise stands_in_trash("file")
        self._catalog.add_given_entry(at.folder.folder_id, row.photo_id, at.name)
        self._stand(row.photo_id)

    def move(self, row: IncomingRow, old: Standing, new: Standing, asker: Asker) -> Renamed:
        """To another name, perhaps in another folder; what stands there gives way to it."""
        photo = row.photo_id
        self._check_folder(new)
        if new.entry is None:
            moved_away = self._backed_up(new)
            if moved_away is not None:
                self._take_name_back(moved_away, new, asker)
                return self._give_to(row, moved_away[0], asker)
        elif new.entry.photo is not None:
            other = self._catalog.incoming(new.entry.photo)
            told = other is None or other.told or other.stage is Stage.WAITING
            if told:
                return self._give_to(row, new.entry.photo, asker)
            if other is not None:
                self.take(other, new)
        if old.folder.album != new.folder.album:
            self._join_no_more(photo, old.folder.album)
        self._move_entry(photo, old, new)
        self._stand(photo)
        gone = photo_ino(new.entry.photo) if new.entry and new.entry.photo else 0
        return Renamed(photo_ino(photo), gone)

    def put_away(self, row: IncomingRow, at: Standing) -> None:
        """Into Trash with its last name: there it is neither judged nor sent."""
        photo, now = row.photo_id, self._desk.desk.now_ns()
        entries = self._catalog.photo_entries(photo)
        if len(entries) > 1:
            self.take(row, at)
            return
        self._desk.desk.placing.unname(entries[0])
        trash = self._desk.desk.shelves.folder_of(TRASH)
        self._catalog.add_photo_entry(trash, photo, numbers(at.name))
        self._catalog.set_binned(photo, now)
        facts = self._catalog.photo_facts(photo)
        self._catalog.set_photo_facts(photo, facts._replace(trashed=1))
        self._catalog.touch_photo(photo, now)

    def bring_back(self, row: IncomingRow, at: Standing) -> None:
        """Out of Trash to a free name; one that has kept other names gets one more."""
        for entry in self._catalog.photo_entries(row.photo_id):
            folder = self._catalog.folder_facts(entry.folder_id)
            if folder is not None and folder.kind is FolderKind.TRASH:
                self._desk.desk.placing.unname(entry)
        if at.entry is None:
            self._catalog.add_given_entry(at.folder.folder_id, row.photo_id, at.name)
        self._stand(row.photo_id)

    def stand_in(self, photo: int, entry: PhotoEntry, folder_id: int, name: str) -> None:
        """One of its names moves to another folder, numbered if that name is taken there."""
        self._desk.desk.placing.unname(entry)
        self._catalog.add_photo_entry(folder_id, photo, numbers(name))
        self._stand(photo)

    def drop(self, photo: int) -> None:
        """It is no more: its row stays, for the kernel may still ask, and its file is swept."""
        self._catalog.end_incoming(photo)
        self._desk.withdraw(photo, "the file is no more")
        facts = self._catalog.photo_facts(photo)
        self._catalog.set_photo_facts(photo, facts._replace(gone=1))

    def _backed_up(self, at: Standing) -> tuple[int, PhotoEntry] | None:
        """The photo that had this name until a program moved it to a backup name."""
        for name in backup_names(at.name):
            entry = self._catalog.entry_named(at.folder.folder_id, name)
            if entry is None or entry.photo is None or backup_of(name) != at.name:
                continue
            facts = self._catalog.photo_facts(entry.photo)
            if facts.sha256 is not None and not self._catalog.stands_where_put(entry.photo):
                return entry.photo, PhotoEntry(at.folder.folder_id, entry.entry_id, name)
        return None

    def _take_name_back(
        self, moved_away: tuple[int, PhotoEntry], at: Standing, asker: Asker
    ) -> Written:
        """The new file is an overwriting of the photo; the backup becomes a file of its own."""
        photo, entry = moved_away
        old = self._catalog.photo_facts(photo)
        backup = self._add_row(entry.name, old)
        self._catalog.repoint_entry(entry, backup)
        self._catalog.set_incoming(backup, Stage.LOCAL, "", self._desk.desk.now_ns(), BACKUP)
        self._catalog.add_given_entry(at.folder.folder_id, photo, at.name)
        self._catalog.set_places(photo, len(self._catalog.photo_entries(photo)))
        return self._begin_again(photo, old, asker)

    def _begin_again(self, photo: int, facts: PhotoFacts, asker: Asker) -> Written:
        """Other bytes for a photo; what is known of the ones that its source has is kept.

        Those that wait to be sent are none of these: they would be put away in their place.
        """
        waited = self._catalog.incoming(photo) is not None
        self._withdraw(photo)
        made = self._open(photo, asker)
        has_it = self._catalog.first_observation(photo) is not None
        if facts.sha256 is not None and has_it and not waited:
            self._catalog.set_told_original(photo, facts.sha256)
        return made

    def _give_to(self, row: IncomingRow, photo: int, asker: Asker) -> Renamed:
        """The file's bytes become another photo's; its own names and row go."""
        given = self._catalog.marks(row.photo_id)[1]
        facts = self._catalog.photo_facts(row.photo_id)
        self.overwrite(photo, asker)
        self._set(photo, Stage.OPEN, row.draft, asker)
        if given is not None:
            self._catalog.set_given_mtime(photo, given)
        for entry in self._catalog.photo_entries(row.photo_id):
            self._desk.desk.placing.unname(entry)
        self._catalog.set_places(row.photo_id, 0)
        self.drop(row.photo_id)
        self.written(photo, facts.size, facts.mtime_ns)
        return Renamed(photo_ino(photo), photo_ino(row.photo_id), took_over=True)

    def _withdraw(self, photo: int) -> None:
        """Other bytes are coming: what was to be sent of the old ones is not sent any more."""
        for wish in self._catalog.unsettled_of_photo(photo):
            if wish.wish.verb in _OF_JUDGING:
                self._desk.planning.cancel(wish, "other bytes were written")

    def _open(self, photo: int, asker: Asker) -> Written:
        """With a new draft of its own."""
        draft = f"{photo}-{secrets.token_hex(4)}"
        self._set(photo, Stage.OPEN, draft, asker)
        return Written(photo_ino(photo), draft)

    def _set(self, photo: int, stage: Stage, draft: str, asker: Asker) -> None:
        now = self._desk.desk.now_ns()
        self._catalog.set_incoming(photo, stage, draft, now)
        action = self._catalog.act(self._desk.library_id, asker, now)
        self._catalog.set_incoming_action(photo, action)

    def _move_entry(self, photo: int, old: Standing, new: Standing) -> None:
        """The one name becomes the other."""
        if old.entry is None:
            return
        entry = PhotoEntry(old.folder.folder_id, old.entry.entry_id, old.name)
        if old.folder.folder_id == new.folder.folder_id:
            # a new row: it is the name that was given last, and so the title to be
            self._catalog.remove_photo_entry(entry)
            self._catalog.add_given_entry(old.folder.folder_id, photo, new.name)
            return
        self._desk.desk.placing.unname(entry)
        self._catalog.add_given_entry(new.folder.folder_id, photo, new.name)

    def _stand(self, photo: int) -> None:
        """Its names changed just now: what was judged by another name is judged anew."""
        now, row = self._desk.desk.now_ns(), self._catalog.incoming(photo)
        if row is not None and row.draft:
            self._catalog.set_incoming(photo, Stage.OPEN, row.draft, now)
        entries = self._catalog.photo_entries(photo)
        facts = self._catalog.photo_facts(photo)
        self._catalog.set_photo_facts(
            photo, facts._replace(name=entries[-1].name, title=None, trashed=0)
        )
        self._catalog.set_binned(photo, None)
        self._catalog.set_places(photo, len(entries))
        self._catalog.touch_photo(photo, now)
        self._catalog.touch_incoming(photo, now)

    def _date(self, photo: int, facts: PhotoFacts, mtime_ns: int, asker: Asker) -> None:
        """An unknown capture date is filled by the time that a program sets."""
        taken = {"by": "user", "instant": instant_at(mtime_ns).isoformat()}
        details = {"taken": taken, "before": {"taken": None, "mtime_ns": facts.mtime_ns}}
        self._desk.wish(WishVerb.DATE, asker, details, photo=photo)
        self._desk.show_facts(photo)

    def _add_row(self, name: str, like: PhotoFacts | None = None) -> int:
        """A row for a file that stands at one name, empty or with another one's bytes."""
        now = self._desk.desk.now_ns()
        facts = PhotoFacts(
            size=0 if like is None else like.size,
            size_exact=1 if like is None else like.size_exact,
            mtime_ns=now if like is None else like.mtime_ns,
            ctime_ns=now,
            library=self._desk.library_id,
            media=Media.PICTURE.value if like is None else like.media,
            name=name,
            title=None,
            file_name=None,
            content_key="incoming",
            sha256=None if like is None else like.sha256,
            taken_local=None,
            granularity=int(Granularity.SECOND),
            taken_how="",
            favorite=0,
            archived=0,
            trashed=0,
            owned=1,
            missing=0,
            gone=0,
        )
        return self._catalog.add_photo(facts, 1)


def backup_names(name: str) -> tuple[str, ...]:
    """The names under which programs put away a file before they write it anew."""
    return (f"{name}_original", f"{name}~", f"{name}.bak", f"{name}.original")
