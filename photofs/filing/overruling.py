"""Where a source's word and a wish that is not sent yet meet: docs/SEMANTICS.md "Conflicts".

What is overruled is never lost silently: it is noted with the operation, and `photofs log` shows
it. Each method is called within a transaction.
"""

import secrets
from collections.abc import Callable
from typing import Final

import msgspec

from photofs.catalog.journal import OperationRow, Wish
from photofs.catalog.photo_writes import PhotoFacts
from photofs.catalog.port import PhotoRow
from photofs.catalog.sqlite import Catalog
from photofs.model.observation import PhotoSeen
from photofs.model.operation import BEGUN, FINAL, NOT_SENT, Event, State
from photofs.model.wish import NEW_ALBUM, WishVerb

PHOTO_GONE: Final = "the service no longer has the photo"
ALBUM_GONE: Final = "the service no longer has the album"

_FACTS: Final = {
    WishVerb.RETITLE: "title",
    WishVerb.DESCRIBE: "description",
    WishVerb.TAG: "tags",
    WishVerb.DATE: "taken",
}
_MARKS: Final = frozenset({WishVerb.FAVORITE, WishVerb.UNFAVORITE})
_STAYING: Final = frozenset(
    {WishVerb.UPLOAD, WishVerb.REPLACE, WishVerb.TRASH, WishVerb.RESTORE, WishVerb.DELETE}
)
_GOING_ANYWAY: Final = frozenset({WishVerb.TRASH, WishVerb.DELETE})


class Overruling:
    """For one catalog."""

    def __init__(self, catalog: Catalog, now_ns: Callable[[], int]) -> None:
        """`now_ns` tells the time that the log shows."""
        self._catalog = catalog
        self._now_ns = now_ns

    def photo_changed(self, photo: int, before: PhotoSeen, seen: PhotoSeen) -> None:
        """The source tells another fact of a photo; where one is wished, the wish goes over it."""
        for row in self._open_of_photo(photo):
            fact = _FACTS.get(WishVerb(row.wish.verb))
            if fact is None or getattr(before, fact) == getattr(seen, fact):
                continue
            told = msgspec.to_builtins(getattr(seen, fact))
            if told != msgspec.to_builtins(row.wish.details[fact]):
                self._note(row, f"meanwhile the service had another {fact}: {told!r}; overruled")

    def album_told(self, row: OperationRow, title: str) -> bool:
        """An album that is to be renamed is told under a title; whether it is called as wished.

        A third title is overruled; but once the service has renamed it, somebody did so since.
        """
        before = row.wish.details.get("before")
        old = before.get("title") if isinstance(before, dict) else None
        known = title in {old, row.wish.details["title"]}
        if not known and row.state not in FINAL:
            self._note(row, f"meanwhile the service had another title: {title!r}; overruled")
        return known or row.state not in FINAL

    def was_emptied(self, album: int) -> bool:
        """Whether an album that is no more went because its last photo was taken out here."""
        return not self._catalog.members(album)

    def make_anew(self, join: OperationRow) -> None:
        """An album that went so is made once more, for the photos that are to join it."""
        album, wish = join.wish.album or 0, join.wish
        title = self._catalog.album_by_id(album).title
        self._catalog.set_album_remote_id(album, NEW_ALBUM + secrets.token_hex(8))
        made = wish._replace(
            verb=WishVerb.MAKE_ALBUM.value,
            photo=None,
            details={"title": title},
            not_before_ns=self._now_ns(),
        )
        self._catalog.plan(made, self._now_ns())

    def album_gone(self, album: int) -> bool:
        """What was to be done with an album that is no more is given up; whether it stays.

        It does if it was emptied here and photos are to join it: then it is made anew.
        """
        joins = [
            row
            for row in self._catalog.unsettled_of_album(album)
            if row.wish.verb == WishVerb.JOIN and row.state not in FINAL
        ]
        if joins and self.was_emptied(album):
            self.make_anew(joins[0])
            return True
        for row in self._catalog.unsettled_of_album(album):
            if row.state in NOT_SENT:
                self._give_up(row, ALBUM_GONE)
        return False

    def photo_gone(self, photo: int) -> bool:
        """A photo was deleted at its source: its wishes are given up. Whether it stays here.

        It stays with bytes of the user's own that were to replace it: they are uploaded as a new
        photo. It goes to Trash here if its original was whole here and is dear: pinned, in Trash
        before, just being changed, or sent to a service that never gave it back, so that it lies
        here alone. From there it can be restored, by an upload.
        """
        rows = [row for row in self._open_of_photo(photo) if row.state in NOT_SENT]
        for row in rows:
            self._give_up(row, PHOTO_GONE)
            if row.wish.verb == WishVerb.REPLACE:
                self._upload_instead(row.wish)
        self._settle_marks(photo)
        self._end_errands(photo)
        if self._catalog.incoming(photo) is not None:
            self._show_here(photo)
            return True
        row_of_photo = self._catalog.photo(photo)
        changed = any(row.wish.verb not in _GOING_ANYWAY for row in rows)
        binned_ns, _ = self._catalog.marks(photo)
        sent = self._is_here_alone(row_of_photo)
        dear = row_of_photo.pinned or binned_ns is not None or changed or sent
        if row_of_photo.sha256 is None or not dear:
            return False
        self._catalog.set_binned(photo, binned_ns or self._now_ns())
        self._show_here(photo, trashed=True)
        return True

    def source_left(self, photo: int) -> bool:
        """Its source was taken away: in Trash it stays if it was sent there, and lies here alone.

        Whether it does. Added again, the source takes it out of there.
        """
        if not self._is_here_alone(self._catalog.photo(photo)):
            return False
        self._catalog.set_binned(photo, self._catalog.marks(photo)[0] or self._now_ns())
        self._show_here(photo, trashed=True)
        return True

    def _is_here_alone(self, photo: PhotoRow) -> bool:
        """Whether it was sent, nobody gives it back, and no other photo of the library has it."""
        if photo.sha256 is None or self._catalog.sent_and_shown(photo.photo_id) is None:
            return False
        source, _ = self._catalog.writes_of_library(photo.library_id)
        other = self._catalog.with_hash(photo.library_id, photo.sha256, photo.photo_id, source or 0)
        return other is None

    def photo_is_back(self, photo: int) -> None:
        """Its service has a photo again: what lay in Trash for that alone lies there no more."""
        if self._catalog.marks(photo)[0] is None or self._is_put_into_trash(photo):
            return
        self._catalog.set_binned(photo, None)
        facts = self._catalog.photo_facts(photo)
        self._catalog.set_photo_facts(photo, facts._replace(trashed=0))
        self._catalog.queue_photo(photo)

    def _is_put_into_trash(self, photo: int) -> bool:
        """Whether somebody wished that it be there, and nobody since that it be not."""
        trashed = self._catalog.last_of_photo(photo, WishVerb.TRASH)
        restored = self._catalog.last_of_photo(photo, WishVerb.RESTORE)
        if trashed is None or trashed.state is State.CANCELLED:
            return False
        return restored is None or restored.operation_id < trashed.operation_id

    def _show_here(self, photo: int, *, trashed: bool = False) -> None:
        """A photo that stays here alone: what it was marked as there it is no more."""
        facts = self._catalog.photo_facts(photo)
        here = facts._replace(
            ctime_ns=max(self._now_ns(), facts.ctime_ns + 1),
            favorite=0,
            trashed=1 if trashed else facts.trashed,
        )
        self._catalog.set_photo_facts(photo, here)

    def _settle_marks(self, photo: int) -> None:
        """What was marked at the service went with its photo: it is laid over nothing any more."""
        for row in self._catalog.unsettled_of_photo(photo):
            if row.state in FINAL and row.wish.verb in _MARKS:
                self._catalog.settle(row.operation_id)

    def _end_errands(self, photo: int) -> None:
        """What a hand was given, or told to be done: that it is in no trash but gone proves that.

        Nothing else can be done to what is no more.
        """
        now = self._now_ns()
        for row in self._catalog.errands_of_photo(photo):
            trashed = row.wish.verb == WishVerb.TRASH
            if trashed and row.state in BEGUN:
                self._note(row, PHOTO_GONE)
                self._catalog.happen(row.operation_id, Event.CONFIRM, now)
            elif row.state not in FINAL:
                self._give_up(row, PHOTO_GONE)
            elif trashed:
                self._note(row, PHOTO_GONE)
            self._catalog.settle(row.operation_id)

    def photo_left(self, photo: int, source: int) -> None:
        """One of several sources no longer has a photo: what was to be done to it there is not.

        New bytes for it stay here; they could be sent as a new photo alone.
        """
        for row in self._catalog.errands_of_photo(photo):
            if row.state is State.DONE and row.wish.verb == WishVerb.TRASH:
                self._note(row, f"proven of one source: {PHOTO_GONE}")
        for row in self._open_of_photo(photo):
            here = row.state in NOT_SENT and row.wish.source == source
            if here and row.wish.verb not in _STAYING:
                self._give_up(row, PHOTO_GONE)

    def _upload_instead(self, wish: Wish) -> None:
        """The bytes that were to replace a photo become a photo of their own."""
        shown = self._catalog.photo_facts(wish.photo or 0)
        details = {**wish.details, "again": True}
        details["title"] = shown.title or details["title"]  # it may have been retitled since
        if shown.taken_local is not None:  # a replacement would have kept the date
            details["taken"] = date_shown(shown)
        upload = wish._replace(
            verb=WishVerb.UPLOAD.value, not_before_ns=self._now_ns(), details=details
        )
        self._catalog.plan(upload, self._now_ns())

    def _open_of_photo(self, photo: int) -> list[OperationRow]:
        rows = self._catalog.unsettled_of_photo(photo)
        return [row for row in rows if row.state not in FINAL]

    def _give_up(self, row: OperationRow, why: str) -> None:
        self._catalog.happen(row.operation_id, Event.GIVE_UP, self._now_ns(), why)
        if row.wish.photo is not None and row.wish.album is not None:
            self._catalog.unwish_member(row.wish.photo, row.wish.album)
            if why == PHOTO_GONE and row.wish.verb == WishVerb.LEAVE:
                # no photo of the service is in it any more: nor does the tree show that again
                self._catalog.remove_photo_from(row.wish.album, row.wish.photo)
            self._catalog.queue_photo(row.wish.photo)

    def _note(self, row: OperationRow, what: str) -> None:
        """Into the log, once for each thing that was overruled."""
        said = {each.answer for each in self._catalog.exchanges(row.operation_id)}
        if what not in said:
            self._catalog.note_exchange(row.operation_id, self._now_ns(), "", what)


def date_shown(facts: PhotoFacts) -> dict[str, object]:
    """The date that a photo shows, for the details of an upload: a TakenFact as plain words."""
    return {"by": "user", "local": facts.taken_local, "granularity": facts.granularity}
