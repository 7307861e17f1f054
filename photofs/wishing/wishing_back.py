"""The opposite of a wish that was done, wished in its turn.

What was changed again since is left alone: undo takes back one change, not the later ones.
"""

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from photofs.catalog.journal import OperationRow
from photofs.model.wish import WishVerb
from photofs.wishing.album_wishes import AlbumWishes
from photofs.wishing.incoming import IncomingFiles
from photofs.wishing.names_before import named_as_before
from photofs.wishing.photo_wishes import PhotoWishes
from photofs.wishing.replacing import Replacing
from photofs.wishing.standing import unjudged
from photofs.wishing.wish_desk import WishDesk

_FOR_GOOD: Final = (
    "it was deleted for good; `photofs trash restore --deleted {file}` uploads it anew"
)

_LET_GO: Final = "it was let go for good: no copy of it was left that is known here"

_TEXTS: Final = {
    WishVerb.RETITLE: "title",
    WishVerb.DESCRIBE: "description",
    WishVerb.TAG: "tags",
}


class WishingBack:
    """For one operation that was done; within a transaction."""

    def __init__(self, desk: WishDesk, row: OperationRow, albums: dict[int, int]) -> None:
        """`albums`: which album was made anew instead of a removed one; added to here."""
        self._desk = replace(desk, undoes=row.operation_id)
        self._catalog = desk.catalog
        self._row = row
        self._verb = WishVerb(row.wish.verb)
        self._photo = row.wish.photo or 0
        self._albums = albums
        self._photos = PhotoWishes(self._desk)

    def objection(self) -> str:
        """Why it cannot be undone; empty if it can."""
        if self._verb is WishVerb.DELETE:
            file = str(self._row.wish.details.get("restore_file", "FILE"))
            return _FOR_GOOD.format(file=shlex.quote(file))
        if self._verb is WishVerb.LET_GO:
            return _LET_GO
        if self._photo and self._catalog.photo_facts(self._photo).gone:
            return "the photo is no longer there"
        if self._verb in {WishVerb.JOIN, WishVerb.LEAVE} and not self._album_is_there():
            return "the album is no longer there"
        if self._verb is WishVerb.DATE and self._before().get("taken") is None:
            return "its date was not known before, and no service takes that back"
        return self._changed_since()

    def parts(self) -> Iterable[int]:
        """What is to be wished, one after the other: the operation's photo, 0 for an album.

        A removed album is made anew (0), then its photos join it, in its order.
        """
        if self._verb is not WishVerb.REMOVE_ALBUM:
            return [self._photo]
        photos = self._before().get("photos")
        return [0, *(photos if isinstance(photos, list) else [])]

    def wish(self, part: int, by: int) -> bool:
        """Wish one part back; False if it is so already."""
        opened = self._catalog.last_operation()
        with named_as_before(self._catalog, part, self._row.wish.details):
            self._opposites()[self._verb](part, by)
        return self._catalog.last_operation() > opened

    def _opposites(self) -> Mapping[WishVerb, Callable[[int, int], object]]:
        photos = self._photos
        return {
            WishVerb.JOIN: self._leave,
            WishVerb.LEAVE: self._join,
            WishVerb.FAVORITE: lambda photo, by: photos.mark(photo, by, favorite=False),
            WishVerb.UNFAVORITE: lambda photo, by: photos.mark(photo, by, favorite=True),
            WishVerb.ARCHIVE: lambda photo, by: photos.archive(photo, by, archived=False),
            WishVerb.UNARCHIVE: lambda photo, by: photos.archive(photo, by, archived=True),
            WishVerb.TRASH: self._restore,
            WishVerb.RESTORE: self._trash,
            WishVerb.UPLOAD: photos.trash,
            WishVerb.REPLACE: self._bytes,
            WishVerb.RETITLE: self._text,
            WishVerb.DESCRIBE: self._text,
            WishVerb.TAG: self._text,
            WishVerb.DATE: self._text,
            WishVerb.RENAME_ALBUM: self._rename_album,
            WishVerb.MAKE_ALBUM: self._remove_album,
            WishVerb.REMOVE_ALBUM: self._album_anew,
        }

    def _leave(self, photo: int, by: int) -> None:
        if self._album() in self._catalog.albums_of(photo):
            self._photos.leave(photo, self._album(), by)
            self._desk.show_places(photo)

    def _join(self, photo: int, by: int) -> None:
        self._photos.join(photo, self._album(), by)
        self._desk.show_places(photo)

    def _trash(self, photo: int, by: int) -> None:
        file = unjudged(self._catalog, photo)
        if file is None:
            self._photos.trash(photo, by)
        elif self._catalog.marks(photo)[0] is None:
            IncomingFiles(self._desk).take_back(file, by)

    def _restore(self, photo: int, by: int) -> None:
        file = unjudged(self._catalog, photo)
        if file is None:
            self._photos.restore(photo, by)
        elif self._catalog.marks(photo)[0] is not None:
            self._desk.wish(WishVerb.RESTORE, by, {}, photo=photo)
            IncomingFiles(self._desk).restore(file)

    def _bytes(self, photo: int, by: int) -> None:
        """The bytes that it had, if it is still the same photo of the service; else that goes."""
        if self._row.wish.details["in_place"] is True:
            Replacing(self._desk).give_back(self._row, by)
        elif "names_given" not in self._row.wish.details:  # else: out of Trash, and that is all
            self._photos.trash(photo, by)
            Replacing(self._desk).name_old(self._row)

    def _text(self, photo: int, by: int) -> None:
        """The fact as it was before."""
        before, details = self._before(), self._row.wish.details
        now = {key: details[key] for key in before if key in details}
        self._desk.wish(self._verb, by, {**before, "before": now}, photo=photo)
        self._desk.show_facts(photo)
        self._photos.name_back(self._row)
        self._desk.touch(photo)

    def _rename_album(self, _: int, by: int) -> None:
        title = str(self._before().get("title"))
        AlbumWishes(self._desk).retitle(self._album(), title, by)

    def _remove_album(self, _: int, by: int) -> None:
        AlbumWishes(self._desk).withdraw(self._album(), by)

    def _album_anew(self, photo: int, by: int) -> None:
        """A new album of the old one's title, then its photos, one by one."""
        if photo == 0:
            title = str(self._before().get("title"))
            made = AlbumWishes(self._desk).make_anew(title, by, instead_of=self._row.wish.album)
            self._albums[self._row.wish.album or 0] = made
            self._catalog.forget_discarded_album(self._row.wish.album or 0)
        elif not self._catalog.photo_facts(photo).gone:
            self._join(photo, by)

    def _album(self) -> int:
        """The album that it is about, or the one that was made instead of it."""
        album = self._row.wish.album or 0
        return self._albums.get(album, album)

    def _album_is_there(self) -> bool:
        return not self._catalog.album_by_id(self._album()).gone

    def _changed_since(self) -> str:
        """Empty, or that somebody changed again what this wish had changed."""
        details = self._row.wish.details
        if self._verb in _TEXTS:
            photo = self._catalog.photo(self._photo)
            now = {"title": photo.title, "description": photo.description, "tags": [*photo.tags]}
            text = _TEXTS[self._verb]
            return "" if now[text] == details[text] else f"its {text} was changed again since"
        if self._verb is WishVerb.REPLACE:
            facts = self._catalog.photo_facts(self._photo)
            same = facts.sha256 == details["sha256"] and not facts.trashed
            busy = self._catalog.incoming(self._photo) is not None
            return "" if same and not busy else "its bytes were changed again since"
        if self._verb in {WishVerb.RENAME_ALBUM, WishVerb.MAKE_ALBUM}:
            row = self._catalog.album_by_id(self._album())
            if row.gone:
                return "the album is no longer there"
            if row.title != details["title"]:
                return "the album was renamed since"
        if self._verb is WishVerb.MAKE_ALBUM and self._catalog.shown_in(self._album()):
            return "the album holds photos that came to it since"
        return ""

    def _before(self) -> dict[str, object]:
        before = self._row.wish.details.get("before")
        return before if isinstance(before, dict) else {}
