"""What follows once a photo has other bytes at its service.

Replaced: the same id has them; the old bytes, which were proven here before, stand in
Trash/Replaced as a file of their own, as do bytes that undo took back before they were judged.
Swapped, where a service replaces nothing: the new photo takes the row of the old one, and so its
inode and its places; the old one goes to Trash. If the service names one that it has already: the
very photo was replaced after all, or another one of the library, which gets the names.
Each method is called within a transaction.
"""

from typing import Final

from photofs.catalog.incoming import IncomingRow
from photofs.catalog.journal import OperationRow
from photofs.catalog.seen_json import from_json, to_json
from photofs.catalog.tree_writes import PhotoEntry
from photofs.filing.facts import first_facts
from photofs.filing.replaced import Replaced
from photofs.model.errors import Refused
from photofs.model.folder import FolderKind
from photofs.model.incoming import Stage
from photofs.model.observation import PhotoSeen
from photofs.model.operation import FINAL
from photofs.model.photo import Media
from photofs.model.wish import Asker, WishVerb
from photofs.wishing.judging import Bytes, Judging
from photofs.wishing.known_bytes import show_our_bytes
from photofs.wishing.photo_wishes import PhotoWishes
from photofs.wishing.taking_over import take_over
from photofs.wishing.wish_desk import WishDesk, in_the_name_of

TAKEN_BACK: Final = "undo took these bytes back before they were looked at: kept here alone"


class Replacing:
    """For one library."""

    def __init__(self, desk: WishDesk) -> None:
        """`desk` is the library's."""
        self._desk = desk
        self._catalog = desk.catalog

    def replaced(self, row: OperationRow, seen: PhotoSeen) -> None:
        """Other bytes under the same id; `seen` is what the service tells of it now."""
        photo = row.wish.photo or 0
        # a scan that saw the new bytes before us made the catalog forget the old ones' hash
        old = self._catalog.told_original(photo) or old_bytes(row)
        known = self._catalog.observation(self._desk.desk.source_id, seen.remote_id)
        if known is not None:
            self._catalog.set_observation(
                known.observation_id, seen.as_of_ns, known.last_scan, to_json(seen)
            )
        if old is not None and old != row.wish.details["sha256"]:
            Replaced(self._desk.desk).put_away(photo, old)
            now = self._catalog.operation(row.operation_id).wish.details
            self._catalog.amend(row.operation_id, {**now, "old": old})
        self._catalog.forget_told_original(photo)
        before = None if known is None else from_json(known.seen, known.as_of_ns)
        Judging(self._desk).now_told(photo, seen, str(row.wish.details["sha256"]), before)

    def swapped(self, row: OperationRow, remote_id: str, seen: PhotoSeen) -> None:
        """Other bytes as a new photo of the service, under that id."""
        photo = row.wish.photo or 0
        there = self._catalog.observation(self._desk.desk.source_id, remote_id)
        if there is not None and not there.gone:
            if there.photo_id == photo and self._catalog.is_alone(there.observation_id):
                self.replaced(row, seen)
                now = self._catalog.operation(row.operation_id).wish.details
                self._catalog.amend(row.operation_id, {**now, "in_place": True})
                return
            if there.photo_id != photo and self._was_there(there.photo_id, row):
                self._give_names(row, there.photo_id, seen)
                return
        by = in_the_name_of(row.wish.action)
        told = self._catalog.told(photo)
        albums = self._catalog.albums_of(photo)
        of_old = self._catalog.observations_of(photo)
        old = None if told is None else self._part(photo, of_old, told)
        self._tell(photo, remote_id, seen, of_old)
        self._catalog.forget_told_original(photo)
        for album in albums:
            number = self._desk.wish(WishVerb.JOIN, by, {}, photo=photo, album=album)
            self._catalog.wish_member(photo, album, number, joined=True)
        facts = self._catalog.photo_facts(photo)
        if facts.favorite:
            details = {"before": {"favorite": 0}, "owned": True}
            self._desk.wish(WishVerb.FAVORITE, by, details, photo=photo)
        Judging(self._desk).now_told(photo, seen, str(row.wish.details["sha256"]))
        if old is not None:
            self._bin(old, by)
            now = self._catalog.operation(row.operation_id).wish.details
            self._catalog.amend(row.operation_id, {**now, "old_photo": old})

    def _tell(self, photo: int, remote_id: str, seen: PhotoSeen, of_old: list[int]) -> None:
        """The new photo of the service tells of this one; it is none of those of the old one."""
        source = self._desk.desk.source_id
        known = self._catalog.observation(source, remote_id)
        if known is None:
            scan = self._catalog.last_scan_of(source)
            number = self._catalog.add_observation(
                source, remote_id, photo, seen.as_of_ns, scan, to_json(seen)
            )
        else:
            number = known.observation_id
            if known.photo_id != photo:
                take_over(self._desk, known.photo_id, photo, remote_id)
        for each in of_old:  # name, second and pixels may well be the same
            if each != number:
                self._catalog.split(frozenset((each, number)), self._desk.desk.now_ns())

    def part_from_others(self, photo: int) -> None:
        """Its service has lost a photo that other sources still tell of: they keep the old one."""
        told = self._catalog.told(photo)
        if told is not None:
            old = self._part(photo, self._catalog.observations_of(photo), told)
            self._desk.show_places(old)

    def _was_there(self, photo: int, row: OperationRow) -> bool:
        """Whether a photo is no double that a scan filed of what was sent just now."""
        facts = self._catalog.photo_facts(photo)
        had_them = facts.sha256 == row.wish.details["sha256"]
        return not facts.gone and (had_them or facts.ctime_ns < row.planned_ns)

    def _give_names(self, row: OperationRow, other: int, seen: PhotoSeen) -> None:
        """The names go to the photo that has these bytes; the one that had them goes to Trash."""
        photo, by = row.wish.photo or 0, in_the_name_of(row.wish.action)
        waiting = self._catalog.incoming(photo)
        rows = self._catalog.unsettled_of_photo(photo)
        more = any(each.wish.verb == row.wish.verb and each.state not in FINAL for each in rows)
        if more or waiting is None or waiting.stage is not Stage.WAITING:
            return  # other bytes came meanwhile, and are sent in their turn
        names = [each for each in self._catalog.photo_entries(photo) if self._is_put(each)]
        Judging(self._desk).as_told(photo)
        self._bin(photo, by)
        for each in names:
            if self._catalog.entry_named(each.folder_id, each.name) is None:
                self._catalog.add_given_entry(each.folder_id, other, each.name)
        wishes = PhotoWishes(self._desk)
        wishes.restore(other, by)
        wishes.wish_where_it_stands(other, by)
        show_our_bytes(self._desk, other, seen, str(row.wish.details["sha256"]))
        self._desk.show_places(other)
        now = self._catalog.operation(row.operation_id).wish.details
        self._catalog.amend(row.operation_id, {**now, "names_given": True})

    def _is_put(self, entry: PhotoEntry) -> bool:
        """Whether a program put it there, so that the name does not follow from the photo."""
        folder = self._catalog.folder_facts(entry.folder_id)
        return folder is not None and folder.kind in {FolderKind.ALBUM, FolderKind.UNSORTED}

    def name_old(self, row: OperationRow) -> None:
        """The old photo has its name again in all its folders, now that the new one is gone."""
        old = row.wish.details.get("old_photo")
        if isinstance(old, int):
            name, remote_id = self._catalog.photo_facts(old).name, self._catalog.remote_id_of(old)
            self._desk.desk.placing.rename(old, remote_id, name)

    def give_back(self, row: OperationRow, by: int) -> None:
        """Wish that a replaced photo has again the bytes that it had before."""
        photo, old = row.wish.photo or 0, old_bytes(row)
        size = None if old is None else self._catalog.size_of_original(old)
        if old is None or size is None:
            raise Refused(
                "the bytes before it are not on this disk",
                safe="the photo keeps those that it has",
                remedy="copy the old file over it, if you have one elsewhere",
            )
        Judging(self._desk).give_bytes(photo, Bytes(old, size, Media.PICTURE), by)

    def take_back(self, row: OperationRow) -> None:
        """Bytes were not sent, and are not to be: the photo is as its source tells it.

        They stay in Kept, and the log says under which name.
        """
        now, sha256 = self._desk.desk.now_ns(), row.wish.details["sha256"]
        said = f"taken back; these bytes stay in Kept, named {sha256}"
        self._catalog.note_exchange(row.operation_id, now, "", said)
        Judging(self._desk).as_told(row.wish.photo or 0)

    def take_file_back(self, row: IncomingRow) -> None:
        """The same of a file that nobody judged yet: what was written stands in Trash/Replaced."""
        like = self._catalog.photo_facts(row.photo_id)
        Replaced(self._desk.desk).put(like, row.draft, TAKEN_BACK, row.draft)
        Judging(self._desk).as_told(row.photo_id)

    def _part(self, photo: int, observations: list[int], seen: PhotoSeen) -> int:
        """The old photo of the service gets a row of its own, with all that sources tell of it."""
        facts = self._catalog.photo_facts(photo)
        original = self._catalog.told_original(photo)
        told = first_facts(seen, facts.library, self._desk.desk.resolve, self._desk.desk.now_ns())
        old = self._catalog.add_photo(Replaced(self._desk.desk).with_bytes(told, original), 0)
        for each in observations:
            self._catalog.move_one_observation(each, old)
        return old

    def _bin(self, photo: int, by: Asker | int) -> None:
        """Into Trash, with all that it was kept for the way back: a mark here, and no errand."""
        self._desk.wish(WishVerb.TRASH, by, {}, photo=photo, here=True)
        self._catalog.set_binned(photo, self._desk.desk.now_ns())
        self._desk.show_facts(photo)
        self._desk.show_places(photo)


def old_bytes(row: OperationRow) -> str | None:
    """The hash of what a photo had before it was replaced in place, None if nobody knows."""
    told = row.wish.details.get("old", row.wish.details.get("told"))
    return None if told is None else str(told)
