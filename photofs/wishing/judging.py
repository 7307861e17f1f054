"""What follows once it is known what a written file is: its wishes, or why it stays here.

Each method is called within a transaction.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from photofs.catalog.incoming import IncomingRow
from photofs.catalog.journal import OperationRow
from photofs.catalog.photo_writes import PhotoFacts
from photofs.catalog.seen_json import to_json
from photofs.filing.facts import dated, next_facts
from photofs.filing.overlay import laid_over
from photofs.filing.overruling import Overruling, date_shown
from photofs.model.capture_time import TakenBy, TakenFact, instant_at
from photofs.model.folder import FolderKind
from photofs.model.incoming import Stage
from photofs.model.judgement import Broken, Judgement, Other, Untouched, Whole
from photofs.model.naming import photo_name
from photofs.model.observation import PhotoSeen
from photofs.model.operation import FINAL
from photofs.model.photo import Media
from photofs.model.wish import Asker, WishVerb
from photofs.wishing.incoming import IncomingFiles
from photofs.wishing.known_bytes import NONE, NotThere, show_our_bytes
from photofs.wishing.own_title import own_title
from photofs.wishing.photo_wishes import PhotoWishes, stem
from photofs.wishing.taking_over import take_over
from photofs.wishing.wish_desk import WishDesk, in_the_name_of

_PUT: Final = frozenset({FolderKind.ALBUM, FolderKind.FAVORITES, FolderKind.UNSORTED})
"""Where programs put files; other folders follow from what a photo is."""

NOTHING: Final = Broken("the file is empty: nothing was written to it", 0)

INSTEAD: Final = "the bytes before it came first: it replaces them"


class Bytes(NamedTuple):
    """A sealed file that is a picture or video."""

    sha256: str
    size: int
    media: Media


class Judging:
    """For one library."""

    def __init__(self, desk: WishDesk) -> None:
        """`desk` is the library's."""
        self._desk = desk
        self._catalog = desk.catalog

    def judged(
        self, photo: int, as_of_ns: int, judgement: Judgement, lost: NotThere = NONE
    ) -> bool:
        """Take a judgement in; False if the file was touched since, and is to be judged anew.

        `lost`: photos that have its bytes and are no more at the service: it is none of these.
        """
        row = self._catalog.incoming(photo)
        if row is None or row.stage is not Stage.OPEN or row.changed_ns != as_of_ns:
            return False
        match judgement:
            case Whole():
                self._whole(row, judgement, lost)
            case Other():
                self._stay(row, Stage.LOCAL, judgement)
            case Broken():
                self._stay(row, Stage.FAILED, judgement)
            case Untouched() if row.told:
                self.as_told(photo)
            case Untouched():
                self._stay(row, Stage.FAILED, NOTHING)
        return True

    def attach(self, photo: int, remote_id: str, seen: PhotoSeen, sha256: str = "") -> int:
        """An upload was confirmed: the service has it under this id. The photo that shows it now.

        `sha256` is that of the bytes that were sent: other ones may have been written since.

        If a scan was faster and filed it as another photo, that one's facts come to ours; if the
        service had the bytes before, as a photo that we know, our names go to that one.
        """
        source = self._desk.desk.source_id
        known = self._catalog.observation(source, remote_id)
        if known is None:
            scan = self._catalog.last_scan_of(source)
            self._catalog.add_observation(
                source, remote_id, photo, seen.as_of_ns, scan, to_json(seen)
            )
        elif known.photo_id < photo and self._catalog.is_alone(known.observation_id):
            if not self._is_written_again(photo):
                self._hand_over(photo, known.photo_id)
                show_our_bytes(self._desk, known.photo_id, seen, sha256)
            return known.photo_id
        elif known.photo_id != photo:
            take_over(self._desk, known.photo_id, photo, remote_id)
        if self._catalog.photo_facts(photo).gone:
            self._come_too_late(photo, sha256)
        else:
            self.now_told(photo, seen, sha256)
        return photo

    def refused(self, photo: int, why: str) -> None:
        """The service will not take it: it stays here, marked, with its bytes kept."""
        row = self._catalog.incoming(photo)
        if row is not None and not self._is_written_again(photo):
            self._catalog.set_incoming(
                photo, Stage.FAILED, row.draft, self._desk.desk.now_ns(), why
            )
            self._catalog.touch_photo(photo, self._desk.desk.now_ns())

    def _stay(self, row: IncomingRow, stage: Stage, judgement: Other | Broken) -> None:
        """It is kept here, and here alone; as long as it is, whatever was told when it broke off.

        A mount that was killed while a program wrote has not told the last length.
        """
        now = self._desk.desk.now_ns()
        facts = self._catalog.photo_facts(row.photo_id)
        if judgement.size is not None and (judgement.size, None) != (facts.size, facts.sha256):
            ctime_ns = max(now, facts.ctime_ns + 1)
            here = facts._replace(size=judgement.size, size_exact=1, sha256=None, ctime_ns=ctime_ns)
            self._catalog.set_photo_facts(row.photo_id, here)
        if not row.told:  # tags that came with a file which is no photo go nowhere
            self._desk.withdraw(row.photo_id, "the file stays on this disk")
        self._catalog.set_incoming(row.photo_id, stage, row.draft, now, judgement.why)
        self._catalog.touch_photo(row.photo_id, now)

    def _whole(self, row: IncomingRow, whole: Whole, lost: NotThere) -> None:
        now = self._desk.desk.now_ns()
        self._catalog.note_original(whole.sha256, whole.size, now, whole.crc32)
        if row.told:
            self._other_bytes(row, whole)
            return
        source = self._desk.desk.source_id
        known = self._catalog.all_with_hash(row.library_id, whole.sha256, row.photo_id, source)
        same = next((photo for photo in known if photo not in lost), None)
        if same is None:
            self._make_photo(row, whole)
        else:
            self._hand_over(row.photo_id, same)

    def _make_photo(self, row: IncomingRow, whole: Whole) -> None:
        """A photo that the library does not have: to be uploaded, and to join where it stands."""
        photo, now = row.photo_id, self._desk.desk.now_ns()
        names, shown = self._catalog.names_of(photo), self._catalog.photo_facts(photo)
        name = names[-1].name if names else shown.name
        # a title: other bytes of it were judged before, and it has got no name since
        kept = None if self._catalog.was_told(photo) else shown.title
        title = own_title(self._catalog, photo, name) if kept is None else kept
        whole, taken = self._dated(photo, whole)
        facts = self._facts(photo, whole, title)
        # with what is wished of it already, so that no name is made anew for that
        facts = laid_over(self._catalog, photo, facts, facts, self._desk.desk.resolve)
        self._catalog.set_photo_facts(photo, facts._replace(ctime_ns=max(now, facts.ctime_ns + 1)))
        self._catalog.set_incoming(photo, Stage.WAITING, "", now)
        details = {
            "sha256": whole.sha256,
            "size": whole.size,
            "name": name,
            "title": title,
            "media": whole.seen.media.value,
            **taken,
            **self._again(photo),
        }
        by = in_the_name_of(row.action)
        self._desk.wish(WishVerb.UPLOAD, by, details, photo=photo)
        PhotoWishes(self._desk).wish_where_it_stands(photo, by)
        self._desk.show_facts(photo)
        self._desk.show_places(photo)

    def _again(self, photo: int) -> dict[str, object]:
        """That the service had it before: it was deleted there, or is brought back after that."""
        brought = self._catalog.last_of_photo(photo, WishVerb.RESTORE)
        had = self._catalog.was_told(photo) or (brought and "again" in brought.wish.details)
        return {"again": True} if had else {}

    def _keeps_date(self, facts: PhotoFacts, photo: int) -> bool:
        """Whether the date that is shown stays: the service had the photo, with other bytes.

        A replacement would have kept it; that the photo was deleted there meanwhile alters nothing.
        """
        return facts.taken_local is not None and self._catalog.was_told(photo)

    def _dated(self, photo: int, whole: Whole) -> tuple[Whole, dict[str, object]]:
        """Bytes that tell no time have the one that a copying program set, which is sent on."""
        shown = self._catalog.photo_facts(photo)
        if self._keeps_date(shown, photo):
            return whole, {"taken": date_shown(shown)}
        given = self._catalog.marks(photo)[1]
        if whole.seen.taken is not None or given is None or not self._desk.takes_dates:
            return whole, {}
        taken = TakenFact(by=TakenBy.USER, instant=instant_at(given))
        seen = replace(whole.seen, taken=taken)
        local = self._desk.desk.resolve(seen).local
        if local is None:
            return whole, {}
        words = {"by": taken.by.value, "local": local.isoformat()}
        return whole._replace(seen=seen), {"taken": words}

    def _facts(self, photo: int, whole: Whole, title: str) -> PhotoFacts:
        """What the bytes tell, and what stays as it was shown: so its time, if they tell none."""
        old = self._catalog.photo_facts(photo)
        seen = replace(whole.seen, title=title, uploaded_ns=old.mtime_ns)
        given = self._catalog.marks(photo)[1]
        kept = self._keeps_date(old, photo)
        facts = old if kept else dated(old, self._desk.desk.resolve(seen))
        return facts._replace(
            size=whole.size,
            size_exact=1,
            sha256=whole.sha256,
            content_key=f"own:{whole.sha256}",
            media=seen.media.value,
            title=title,
            name=photo_name(None, title, str(photo), seen.extension),
            mtime_ns=facts.mtime_ns if given is None else given,
        )

    def _other_bytes(self, row: IncomingRow, whole: Whole) -> None:
        """A photo that the service has was written: to be replaced, unless nothing changed."""
        photo, told = row.photo_id, self._catalog.told_original(row.photo_id)
        if told is not None and told == whole.sha256:
            self.as_told(photo)
            return
        self.give_bytes(
            photo, Bytes(whole.sha256, whole.size, whole.seen.media), in_the_name_of(row.action)
        )

    def give_bytes(self, photo: int, given: Bytes, by: Asker | int) -> None:
        """Show other, sealed bytes for a photo that its source has, and wish them for that, too."""
        now, before = self._desk.desk.now_ns(), self._catalog.photo_facts(photo)
        origin = self._catalog.first_observation(photo)
        told = self._catalog.told_original(photo)
        if self._catalog.incoming(photo) is None:
            told = before.sha256
        facts = before._replace(
            size=given.size, size_exact=1, sha256=given.sha256, content_key=f"own:{given.sha256}"
        )
        self._catalog.set_photo_facts(photo, facts._replace(ctime_ns=max(now, facts.ctime_ns + 1)))
        self._catalog.set_incoming(photo, Stage.WAITING, "", now)
        if told is not None:
            self._catalog.set_told_original(photo, told)
        file = {
            "sha256": given.sha256,
            "size": given.size,
            "name": before.name,
            "title": before.title or stem(before.name),
            "media": given.media.value,
            **({"taken": date_shown(before)} if before.taken_local else {}),  # for a new photo
        }
        self._wish_replacement(photo, file, origin[2] if origin else None, told, by)

    def _wish_replacement(
        self,
        photo: int,
        file: Mapping[str, object],
        seen: PhotoSeen | None,
        told: str | None,
        by: Asker | int,
    ) -> None:
        """In place where the service can: none puts other bytes under the id of a video.

        `seen`: what the service has now; `told`: that one's hash, if it was whole here.
        """
        pictures = {file["media"], seen.media.value if seen else None} == {Media.PICTURE.value}
        details = {
            **file,
            "content_key": seen.content_key if seen else "",
            "told": told,
            "in_place": pictures and "replace" in self._desk.can,
        }
        self._desk.wish(WishVerb.REPLACE, by, details, photo=photo)

    def as_told(self, photo: int) -> None:
        """Show a photo's bytes as its source tells them: what was written came to nothing."""
        seen = self._catalog.told(photo)
        original = self._catalog.told_original(photo)
        self._catalog.end_incoming(photo)
        if seen is not None:
            self._from_seen(photo, seen, original)

    def _come_too_late(self, photo: int, sha256: str) -> None:
        """Its file was removed, or became another photo, while it was sent: it is in Trash now."""
        now = self._desk.desk.now_ns()
        facts, size = self._catalog.photo_facts(photo), self._catalog.size_of_original(sha256)
        if size is not None:
            facts = facts._replace(sha256=sha256, size=size, size_exact=1)
        origin = self._catalog.first_observation(photo)
        if origin is not None:
            facts = facts._replace(content_key=origin[2].content_key)
        self._catalog.set_photo_facts(photo, facts._replace(gone=0, favorite=0))
        self._catalog.end_incoming(photo)
        self._catalog.set_binned(photo, now)
        self._desk.show_facts(photo)
        self._desk.show_places(photo)

    def _is_written_again(self, photo: int) -> bool:
        """Whether other bytes came while the former ones were under way: nothing ends for them."""
        row = self._catalog.incoming(photo)
        if row is None:
            return False
        return row.stage is not Stage.WAITING or bool(self._open_bytes(photo))

    def _open_bytes(self, photo: int) -> list[OperationRow]:
        """What is still to be sent of a photo's bytes."""
        return [
            row
            for row in self._catalog.unsettled_of_photo(photo)
            if row.wish.verb in {WishVerb.UPLOAD, WishVerb.REPLACE} and row.state not in FINAL
        ]

    def _replace_instead(self, photo: int, seen: PhotoSeen, told: str) -> None:
        """Bytes that were to be a new photo are the other bytes of one that the service has now."""
        for row in self._open_bytes(photo):
            if row.wish.verb == WishVerb.UPLOAD and self._desk.planning.cancel(row, INSTEAD):
                by = in_the_name_of(row.wish.action)
                self._wish_replacement(photo, row.wish.details, seen, told, by)

    def now_told(
        self, photo: int, seen: PhotoSeen, sha256: str = "", before: PhotoSeen | None = None
    ) -> None:
        """The photo is its source's from now on; size, time and bytes stay as they are shown.

        `before`: what was told of it until now; what is otherwise since is shown, for no scan will
        find it new.
        """
        if before is not None:
            self._news(photo, before, seen)
        facts = self._catalog.photo_facts(photo)
        if self._is_written_again(photo):
            if sha256:
                self._catalog.set_told_original(photo, sha256)
            self._replace_instead(photo, seen, sha256)
            self._desk.show_places(photo)
            return
        self._catalog.end_incoming(photo)
        told = facts._replace(content_key=seen.content_key, file_name=seen.file_name)
        if facts.taken_local is None and seen.taken:  # bytes for an undated photo that is no more
            told = dated(told, self._desk.desk.resolve(seen))
        self._catalog.set_photo_facts(photo, told)
        self._desk.show_facts(photo)
        self._desk.show_places(photo)

    def _news(self, photo: int, before: PhotoSeen, seen: PhotoSeen) -> None:
        """What its source changed of it meanwhile: title, favorite, date."""
        old, resolve = self._catalog.photo_facts(photo), self._desk.desk.resolve
        same = old._replace(content_key=seen.content_key)
        facts = next_facts(same, before, seen, resolve, self._desk.desk.now_ns())
        shown = laid_over(self._catalog, photo, old, facts, resolve)
        Overruling(self._catalog, self._desk.desk.now_ns).photo_changed(photo, before, seen)
        self._catalog.set_photo_facts(photo, shown._replace(content_key=old.content_key))
        if shown.name != old.name:
            self._desk.desk.placing.rename(photo, seen.remote_id, shown.name)

    def _from_seen(self, photo: int, seen: PhotoSeen, original: str | None) -> None:
        """All facts as the source tells them, and the original's own size and hash if known."""
        old = self._catalog.photo_facts(photo)
        resolve = self._desk.desk.resolve
        facts = next_facts(
            old._replace(content_key=""), seen, seen, resolve, self._desk.desk.now_ns()
        )
        size = None if original is None else self._catalog.size_of_original(original)
        if original is not None and size is not None:
            facts = facts._replace(sha256=original, size=size, size_exact=1)
        self._catalog.set_photo_facts(photo, laid_over(self._catalog, photo, old, facts, resolve))
        self._desk.show_places(photo)

    def _hand_over(self, photo: int, other: int) -> None:
        """The names of one photo go to another one that has the same bytes; nothing is sent twice.

        What the folders of those names mean is wished for the other one. A user's own copy brings
        back what is in Trash, and the time that was set for the copy is shown.
        """
        row = self._catalog.incoming(photo)
        by = in_the_name_of(None if row is None else row.action)
        wishes = PhotoWishes(self._desk)
        wishes.restore(other, by)
        for wish in self._catalog.unsettled_of_photo(photo):
            self._desk.planning.cancel(wish, "the library has these bytes as another photo")
            if wish.wish.album is not None:
                self._catalog.unwish_member(photo, wish.wish.album)
        for entry in self._catalog.photo_entries(photo):
            folder = self._catalog.folder_facts(entry.folder_id)
            if folder is not None and folder.kind in _PUT:
                self._catalog.repoint_entry(entry, other)
            else:
                self._desk.desk.placing.unname(entry)
        self._catalog.set_places(photo, 0)
        given = self._catalog.marks(photo)[1]
        if given is not None:
            self._catalog.set_given_mtime(other, given)
        wishes.wish_where_it_stands(other, by)
        self._desk.show_facts(other)
        self._desk.show_places(other)
        IncomingFiles(self._desk).drop(photo)
