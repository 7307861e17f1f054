"""What becomes of a wish: done, given up, taken back; and what the tree shows then.

Done: its outcome is written into the told facts, and it goes on being laid over them until a
complete scan that began afterwards has ended, so that an older listing that is being filed does not
show the old state again. Given up or taken back: the tree shows what the sources tell. The photos
of an album that comes or goes are only queued; `Wishing.place` has them stand where they belong.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

import msgspec

from photofs.catalog.journal import OperationRow
from photofs.catalog.seen_json import from_json, to_json
from photofs.filing.overlay import with_taken, without
from photofs.filing.overruling import PHOTO_GONE, Overruling
from photofs.filing.replaced import Replaced
from photofs.model.content_key import completed
from photofs.model.observation import PhotoSeen
from photofs.model.operation import BACK, Event
from photofs.model.wish import WishVerb
from photofs.wishing.deleting import Deleting
from photofs.wishing.incoming import IncomingFiles
from photofs.wishing.judging import Judging
from photofs.wishing.names_before import named_as_before
from photofs.wishing.photo_wishes import PhotoWishes
from photofs.wishing.replacing import Replacing
from photofs.wishing.standing import unjudged
from photofs.wishing.undeleting import leave_told_albums
from photofs.wishing.wish_desk import WishDesk, in_the_name_of

_OF_FACTS: Final = frozenset({WishVerb.RETITLE, WishVerb.FAVORITE, WishVerb.UNFAVORITE})
"""What the tree shows of a photo and a source may tell otherwise after a wish was done."""

_MEMBERSHIP: Final = frozenset({WishVerb.JOIN, WishVerb.LEAVE})
_ALBUMS: Final = frozenset({WishVerb.MAKE_ALBUM, WishVerb.RENAME_ALBUM, WishVerb.REMOVE_ALBUM})


class Outcomes:
    """For one library; each method within a transaction."""

    def __init__(self, desk: WishDesk) -> None:
        """`desk` is the library's."""
        self._desk = desk
        self._catalog = desk.catalog

    def confirm(self, row: OperationRow) -> None:
        """The service did it: the operation is done, and its outcome is told."""
        self._catalog.happen(row.operation_id, Event.CONFIRM, self._desk.desk.now_ns())
        verb = WishVerb(row.wish.verb)
        if verb is WishVerb.DELETE:
            Deleting(self._desk).done(row)
        elif verb in _MEMBERSHIP:
            self._tell_member(row, joined=verb is WishVerb.JOIN)
        elif verb is WishVerb.REMOVE_ALBUM and row.wish.album is not None:
            self._left_with(row.wish.album)
        elif row.wish.photo is not None:
            self._tell_photo(row.wish.photo, row)

    def done_by_hand(self, row: OperationRow, proof: Mapping[str, object]) -> None:
        """An errand is done: so it is shown until a source tells of it, and nobody's word changes.

        `proof`: who says so, and what was seen; noted with the wish.
        """
        self._catalog.happen(row.operation_id, Event.CONFIRM, self._desk.desk.now_ns())
        self._catalog.amend(row.operation_id, {**row.wish.details, "done_by": dict(proof)})

    def give_up(self, row: OperationRow, why: str) -> None:
        """The service will not do it: the tree shows what is there, and the log says why."""
        now, photo = self._desk.desk.now_ns(), row.wish.photo
        self._catalog.happen(row.operation_id, Event.GIVE_UP, now, why)
        if row.wish.verb == WishVerb.UPLOAD and photo is not None:
            for later in self._catalog.unsettled_of_photo(photo):
                self._desk.planning.cancel(later, "its upload failed")
                if later.wish.album is not None:
                    self._catalog.unwish_member(photo, later.wish.album)
            Judging(self._desk).refused(photo, why)
        elif row.wish.verb == WishVerb.REPLACE and photo is not None:
            Judging(self._desk).refused(photo, why)
        else:
            self._take_back([row])

    def uploaded(self, row: OperationRow, remote_id: str, seen: PhotoSeen) -> int:
        """The service has it, and showed it: the operation is done. The photo that shows it."""
        self._catalog.happen(row.operation_id, Event.CONFIRM, self._desk.desk.now_ns())
        sha256, seen = str(row.wish.details["sha256"]), self._completed(remote_id, seen)
        photo = Judging(self._desk).attach(row.wish.photo or 0, remote_id, seen, sha256)
        self._catalog.note_sent(self._desk.desk.source_id, remote_id, sha256)
        return photo

    def _completed(self, remote_id: str, seen: PhotoSeen) -> PhotoSeen:
        """What an answer told in part, with what the source told of that photo before."""
        known = self._catalog.observation(self._desk.desk.source_id, remote_id)
        return seen if known is None else completed(from_json(known.seen, known.as_of_ns), seen)

    def replaced(self, row: OperationRow, seen: PhotoSeen) -> None:
        """The service has other bytes under the same id, and showed them."""
        self._catalog.happen(row.operation_id, Event.CONFIRM, self._desk.desk.now_ns())
        Replacing(self._desk).replaced(row, seen)
        sha256 = str(row.wish.details["sha256"])
        self._catalog.note_sent(self._desk.desk.source_id, seen.remote_id, sha256)

    def swapped(self, row: OperationRow, remote_id: str, seen: PhotoSeen) -> None:
        """The service has the other bytes as a new photo: it takes the old one's places."""
        self._catalog.happen(row.operation_id, Event.CONFIRM, self._desk.desk.now_ns())
        Replacing(self._desk).swapped(row, remote_id, self._completed(remote_id, seen))
        sha256 = str(row.wish.details["sha256"])
        self._catalog.note_sent(self._desk.desk.source_id, remote_id, sha256)

    def photo_gone(self, row: OperationRow) -> None:
        """The service says that the very photo is no more, while new bytes for it were to be sent.

        That is its own word, so it counts at once: the bytes are uploaded as a new photo.
        """
        now, photo = self._desk.desk.now_ns(), row.wish.photo or 0
        state = self._catalog.operation(row.operation_id).state
        self._catalog.happen(row.operation_id, BACK[state], now, PHOTO_GONE)
        self._tell_gone(photo)
        Replaced(self._desk.desk).put_told_away(photo)
        self._stays_for_its_bytes(photo)

    def lost(self, photo: int) -> None:
        """The same, found out when its very bytes were written once more: they are uploaded.

        They join the albums in whose folders they stand; the old one's membership is no more.
        """
        self._tell_gone(photo)
        leave_told_albums(self._catalog, photo)
        self._stays_for_its_bytes(photo)

    def _tell_gone(self, photo: int) -> None:
        """The service has the photo no more; what others tell of it is a photo of its own."""
        origin = self._catalog.first_observation(photo, self._desk.desk.source_id)
        known = origin and self._catalog.observation(origin[0], origin[1])
        if known is not None:
            self._catalog.set_observation_gone(known.observation_id, gone=True)
        Replacing(self._desk).part_from_others(photo)

    def _stays_for_its_bytes(self, photo: int) -> None:
        """What a program wrote of it is shown, and nothing waits for what is no more."""
        Overruling(self._catalog, self._desk.desk.now_ns).photo_gone(photo)
        self._desk.show_places(photo)

    def album_emptied(self, rows: Sequence[OperationRow]) -> bool:
        """The service lacks the album that these are to join; True if it is made anew for them."""
        now, overruling = (
            self._desk.desk.now_ns(),
            Overruling(self._catalog, self._desk.desk.now_ns),
        )
        if not overruling.was_emptied(rows[0].wish.album or 0):
            return False
        for row in rows:
            self._catalog.happen(row.operation_id, Event.REFUSED, now, "the album is made anew")
        overruling.make_anew(rows[0])
        return True

    def album_made(self, rows: Iterable[OperationRow], album: int, remote_id: str) -> None:
        """The service made an album: what made it is done. A scan may have been faster."""
        source = self._desk.desk.source_id
        filed = self._catalog.album(source, remote_id)
        if filed is not None and filed.album_id != album:
            self._take_over_album(filed.album_id, album)
        self._catalog.set_album_remote_id(album, remote_id)
        for row in rows:
            self.confirm(row)

    def leaves_again(self, made: OperationRow) -> None:
        """The photo that an album was made with is not to be in it any more, and so leaves it."""
        photo, album = made.wish.details.get("first"), made.wish.album
        if isinstance(photo, int) and album is not None and made.wish.action is not None:
            PhotoWishes(self._desk).leave(photo, album, made.wish.action)

    def _take_over_album(self, other: int, album: int) -> None:
        """A scan filed our album as one of its own: what is told of that one is ours."""
        source = self._desk.desk.source_id
        members = self._catalog.members(other)
        for remote_id, position in members.items():
            self._catalog.remove_member(other, remote_id)
            self._catalog.add_member(album, source, remote_id, position)
        self._catalog.queue_album(album)
        self._catalog.set_album_remote_id(other, f"gone:{other}")
        self._catalog.mark_album_gone(other)
        self._desk.desk.shelves.settle_album(other)

    def cancel(self, rows: Iterable[OperationRow], why: str) -> list[OperationRow]:
        """Take back what was not sent; those that were taken back."""
        cancelled = [row for row in rows if self._desk.planning.cancel(row, why)]
        self._take_back(cancelled)
        return cancelled

    def settle(self, source_id: int, before_ns: int, most: int | None = None) -> int:
        """A complete scan that began then has ended: what was done before is told by now.

        At most so many wishes at once; how many they were.
        """
        rows = self._catalog.to_settle(source_id, before_ns)[:most]
        for row in rows:
            self._catalog.settle(row.operation_id)
            if row.wish.photo is not None and row.wish.album is not None:
                self._catalog.unwish_member(row.wish.photo, row.wish.album)
                self._desk.desk.placing.replace(row.wish.photo)
            elif row.wish.photo is not None and row.wish.verb in _OF_FACTS:
                self._show_told(row.wish.photo, row)
        return len(rows)

    def _show_told(self, photo: int, settled: OperationRow) -> None:
        """A photo's facts as its source tells them since, with nothing laid over for that wish."""
        old = self._catalog.photo_facts(photo)
        facts = without(self._catalog, photo, old, [settled], self._desk.desk.resolve)
        if old.gone or facts == old or self._catalog.first_observation(photo) is None:
            return
        ctime = max(self._desk.desk.now_ns(), old.ctime_ns + 1)
        self._catalog.set_photo_facts(photo, facts._replace(ctime_ns=ctime))
        if facts.name != old.name:
            self._desk.desk.placing.rename(photo, self._catalog.remote_id_of(photo), facts.name)
        self._desk.desk.placing.replace(photo)

    def _take_back(self, rows: list[OperationRow]) -> None:
        """Show photos and albums as if these wishes had never been."""
        for row in reversed(rows):
            verb, photo, album = WishVerb(row.wish.verb), row.wish.photo, row.wish.album
            if verb in _MEMBERSHIP and photo is not None and album is not None:
                self._catalog.unwish_member(photo, album)
            elif verb in _ALBUMS and album is not None:
                self._take_back_album(row, verb, album)
            elif verb is WishVerb.UPLOAD and photo is not None:
                self._catalog.set_binned(photo, self._desk.desk.now_ns())
            elif verb is WishVerb.REPLACE and photo is not None:
                Replacing(self._desk).take_back(row)
            elif verb is WishVerb.RESTORE and photo is not None:
                self._put_into_trash(photo)
            elif verb is WishVerb.TRASH and photo is not None:
                self._take_out_of_trash(photo, row)
        for photo in dict.fromkeys(row.wish.photo for row in rows if row.wish.photo is not None):
            mine = [row for row in rows if row.wish.photo == photo]
            self._show_again(photo, mine)

    def _show_again(self, photo: int, rows: list[OperationRow]) -> None:
        """A photo without these wishes, by the names that it had before them."""
        with ExitStack() as named:
            for row in rows:
                named.enter_context(named_as_before(self._catalog, photo, row.wish.details))
            self._desk.show_without(photo, rows)
        for row in rows:
            PhotoWishes(self._desk).name_back(row)

    def _put_into_trash(self, photo: int) -> None:
        """As if it had never been taken out; a file that is not judged yet, with its name there."""
        file = unjudged(self._catalog, photo)
        if file is None:
            PhotoWishes(self._desk).bin(photo)
        elif self._catalog.marks(photo)[0] is None:
            IncomingFiles(self._desk).bin(file)

    def _take_out_of_trash(self, photo: int, row: OperationRow) -> None:
        """As if it had never been put there: with its upload, if that was given up for it."""
        if self._catalog.marks(photo)[0] is None:
            return
        file = unjudged(self._catalog, photo)
        if file is not None:
            IncomingFiles(self._desk).restore(file)
            return
        PhotoWishes(self._desk).take_out(photo, in_the_name_of(row.wish.action))

    def _take_back_album(self, row: OperationRow, verb: WishVerb, album: int) -> None:
        """An album as it was before a wish."""
        if verb is WishVerb.MAKE_ALBUM:
            self._catalog.mark_album_gone(album)
        elif verb is WishVerb.REMOVE_ALBUM:
            self._catalog.bring_album_back(album)
            self._catalog.queue_album(album)
        else:
            self._take_back_title(row, album)
        self._desk.desk.shelves.settle_album(album)

    def _take_back_title(self, row: OperationRow, album: int) -> None:
        """The title before; if it was renamed again since, that is what the later one goes back to.

        Else an album renamed twice would be left with a title that it had here alone.
        """
        before = self._catalog.operation(row.operation_id).wish.details.get("before")
        title = before.get("title") if isinstance(before, dict) else None
        for later in self._catalog.unsettled_of_album(album):
            renames = later.wish.verb == WishVerb.RENAME_ALBUM
            if renames and later.operation_id > row.operation_id:
                details = {**later.wish.details, "before": before}
                self._catalog.amend(later.operation_id, details)
                return
        if title is not None:
            self._catalog.set_album_title(album, str(title))

    def _tell_member(self, row: OperationRow, *, joined: bool) -> None:
        """The told list of an album's members, as the service has it now."""
        origin = self._catalog.first_observation(row.wish.photo or 0, row.wish.source)
        if origin is None or row.wish.album is None:
            return
        source_id, remote_id, _ = origin
        if not joined:
            self._catalog.remove_member(row.wish.album, remote_id)
        elif not self._catalog.is_member(row.wish.album, remote_id):
            position = self._catalog.end_of_album(row.wish.album)
            self._catalog.add_member(row.wish.album, source_id, remote_id, position)

    def _left_with(self, album: int) -> None:
        """An album is no more: what was to leave it has left with it."""
        for remote_id in self._catalog.members(album):
            self._catalog.remove_member(album, remote_id)
        for row in self._catalog.unsettled_of_album(album):
            if row.wish.photo is not None:
                self._desk.planning.cancel(row, "the album was removed")
                self._catalog.unwish_member(row.wish.photo, album)

    def _tell_photo(self, photo: int, row: OperationRow) -> None:
        """The told facts of a photo, as the service has them now."""
        origin = self._catalog.first_observation(photo, row.wish.source)
        if origin is None:
            return
        source_id, remote_id, seen = origin
        known = self._catalog.observation(source_id, remote_id)
        after = told(seen, row)
        if known is not None and after != seen:
            self._catalog.set_observation(
                known.observation_id, known.as_of_ns, known.last_scan, to_json(after)
            )


def told(seen: PhotoSeen, row: OperationRow) -> PhotoSeen:
    """What a source tells once it has done an operation."""
    details = row.wish.details
    match WishVerb(row.wish.verb):
        case WishVerb.FAVORITE | WishVerb.UNFAVORITE:
            return replace(seen, favorite=row.wish.verb == WishVerb.FAVORITE)
        case WishVerb.RETITLE:
            return replace(seen, title=msgspec.convert(details["title"], str | None))
        case WishVerb.DESCRIBE:
            return replace(seen, description=msgspec.convert(details["description"], str | None))
        case WishVerb.TAG:
            return replace(seen, tags=msgspec.convert(details["tags"], tuple[str, ...]))
        case WishVerb.DATE:
            return with_taken(seen, details["taken"])
        case _:
            return seen
