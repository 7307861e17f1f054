"""Wishes about albums: made, renamed, removed.

An album that the service does not have yet has a remote id of ours, which begins with NEW_ALBUM.
"""

import secrets
import time
from typing import Final

from photofs.catalog.album_writes import AlbumRow
from photofs.catalog.tree_writes import FolderFacts
from photofs.model.errors import Exists, NotEmpty, Refused
from photofs.model.folder import FolderKind
from photofs.model.naming import album_path
from photofs.model.operation import State
from photofs.model.wish import NEW_ALBUM, Asker, WishVerb
from photofs.wishing.standing import Standing
from photofs.wishing.wish_desk import WishDesk

_REMOVED: Final = "the album was removed"


def is_new(album: AlbumRow) -> bool:
    """Whether the service does not have the album yet."""
    return album.remote_id.startswith(NEW_ALBUM)


class AlbumWishes:
    """For one library."""

    def __init__(self, desk: WishDesk) -> None:
        """`desk` is the library's."""
        self._desk = desk
        self._catalog = desk.catalog

    def make(self, at: Standing, asker: Asker) -> int:
        """A new album under that name; its folder's id."""
        self._desk.need("make_album", "make albums")
        if at.entry is not None:
            raise Exists(f"{at.name!r} is there already")
        title = self._title(at.folder, at.name)
        album = self._catalog.add_new_album(
            self._desk.desk.source_id,
            NEW_ALBUM + secrets.token_hex(8),
            title,
            self._desk.desk.now_ns(),
        )
        self._desk.wish(WishVerb.MAKE_ALBUM, asker, {"title": title}, album=album)
        folder = self._catalog.make_given_folder(
            at.folder.folder_id, album, at.name, self._desk.library_id, self._desk.desk.now_ns()
        )
        self._desk.desk.shelves.settle_album(album)
        return folder

    def rename(self, old: Standing, new: Standing, asker: Asker) -> None:
        """Another title: the new name, and the folders above it as far as they are of the title."""
        self._desk.need("rename_album", "rename albums")
        album = self.album_of(old)
        if new.entry is not None:
            raise Exists(f"{new.name!r} is there already")
        title = self._title(new.folder, new.name)
        self.retitle(album, title, asker)

    def retitle(self, album: int, title: str, by: Asker | int) -> None:
        """Another title, if it has not got that one; its folders follow."""
        row = self._catalog.album_by_id(album)
        if row.title != title:
            self._desk.need("rename_album", "rename albums")
            self._check_known(album)
            details = {"title": title, "before": {"title": row.title}}
            self._desk.wish(WishVerb.RENAME_ALBUM, by, details, album=album)
            self._catalog.set_album_title(album, title)
        self._desk.desk.shelves.settle_album(album)

    def _check_known(self, album: int) -> None:
        """Refused if another source tells of the album than the one that is changed."""
        if self._catalog.source_of_album(album) != self._desk.desk.source_id:
            raise Refused(
                "only an export tells of this album: it is unknown to the account's own program",
                safe="nothing was changed",
                remedy="change it on the service's own pages; a later export tells of it",
            )

    def changeable(self, album: int, by: Asker | int) -> int:
        """The album that can be changed of those in one folder: made, if there is none yet."""
        source = self._desk.desk.source_id
        beside = self._desk.in_one_folder(album)
        here = sorted(each for each in beside if self._catalog.source_of_album(each) == source)
        if here:
            return here[0]
        self._desk.need("make_album", "make albums")
        title = self._catalog.album_by_id(album).title
        now = self._desk.desk.now_ns()
        action = by if isinstance(by, int) else self._catalog.act(self._desk.library_id, by, now)
        return self.make_anew(title, action, instead_of=None)

    def make_anew(self, title: str, by: int, *, instead_of: int | None) -> int:
        """An album such as one that was removed; its row. Its photos join it afterwards."""
        self._desk.need("make_album", "make albums")
        now = self._desk.desk.now_ns()
        source = self._desk.desk.source_id
        album = self._catalog.add_new_album(source, NEW_ALBUM + secrets.token_hex(8), title, now)
        details = {"title": title, "instead_of": instead_of}
        self._desk.wish(WishVerb.MAKE_ALBUM, by, details, album=album)
        self._desk.desk.shelves.settle_album(album)
        return album

    def remove(self, at: Standing, asker: Asker, until: float) -> bool:
        """No more of that album; its photos stay. NotEmpty while it shows any.

        What was wished of photos in a new album is taken back first, till that moment (seconds by
        time.monotonic()); True if that is not all yet, and the album is still there. If nobody goes
        on, it is an empty album as before.
        """
        album = self.album_of(at)
        folder = at.entry.subfolder if at.entry else None
        if folder is not None and self._catalog.entries(folder, 0, 1):
            raise NotEmpty("the album still shows photos", remedy="take them out of it first")
        if is_new(self._catalog.album_by_id(album)) and self._take_back_members(album, until):
            return True
        self.withdraw(album, asker)
        return False

    def _take_back_members(self, album: int, until: float) -> bool:
        """What was wished of photos in a new album; whether time ran out."""
        for row in self._catalog.unsettled_of_album(album):
            photo = row.wish.photo
            taken = photo is not None and self._take_back_member(photo, album)
            if taken and time.monotonic() >= until:
                return True
        return False

    def _take_back_member(self, photo: int, album: int) -> bool:
        """All of one photo at once, so that it does not come back; False if any is under way."""
        rows = [row for row in self._catalog.unsettled_of_photo(photo) if row.wish.album == album]
        if not rows or any(row.state not in {State.PLANNED, State.HELD} for row in rows):
            return False
        for row in rows:
            self._desk.planning.cancel(row, _REMOVED)
        self._catalog.unwish_member(photo, album)
        return True

    def withdraw(self, album: int, by: Asker | int) -> None:
        """No more of an album that shows nothing."""
        self._desk.need("remove_album", "remove albums")
        self._check_known(album)
        self._withdraw(self._catalog.album_by_id(album), by)
        self._catalog.mark_album_gone(album)
        self._desk.desk.shelves.settle_album(album)

    def _withdraw(self, album: AlbumRow, by: Asker | int) -> None:
        """A new album is taken back; one that the service has is removed there.

        Photos whose leaving was not sent yet leave with the album, in one request (the journal
        lets nothing leave an album that is to go). They still count for the guard.
        """
        number = album.album_id
        if not is_new(album):
            now, library = self._desk.desk.now_ns(), self._desk.library_id
            action = by if isinstance(by, int) else self._catalog.act(library, by, now)
            before = {"title": album.title, "photos": self._photos_before(number, action)}
            self._desk.wish(WishVerb.REMOVE_ALBUM, action, {"before": before}, album=number)
            return
        for row in self._catalog.unsettled_of_album(number):
            self._desk.planning.cancel(row, _REMOVED)
            if row.wish.photo is not None:
                self._catalog.unwish_member(row.wish.photo, number)

    def photos_in_order(self, album: int) -> list[int]:
        """What the tree shows in an album, in order."""
        return self._photos_before(album, 0)

    def _photos_before(self, album: int, action: int) -> list[int]:
        """What an album held, in order, before the action that removes it took anything out."""
        photos = dict.fromkeys(self._catalog.member_photos(album))
        for row in self._catalog.unsettled_of_album(album):
            if row.wish.photo is None:
                continue
            if row.wish.verb == WishVerb.JOIN:
                photos[row.wish.photo] = None
            elif row.wish.action != action:
                photos.pop(row.wish.photo, None)
        return list(photos)

    def album_of(self, at: Standing) -> int:
        """The album that a folder shows; Refused if it shows none."""
        folder = at.entry.subfolder if at.entry else None
        facts = None if folder is None else self._catalog.folder_facts(folder)
        if facts is None or facts.album is None:
            raise Refused(
                "this folder is a step of album titles, not an album",
                safe="nothing was changed",
                remedy="rename or remove the albums in it",
            )
        return facts.album

    def title_at(self, at: Standing) -> str:
        """The title that stands for a spot; Refused where none does."""
        return self._title(at.folder, at.name)

    def _title(self, parent: FolderFacts, name: str) -> str:
        """The title that stands for this name below that folder."""
        steps = [name]
        while parent.kind is FolderKind.SHELF:
            steps.insert(0, self._catalog.name_of_folder(parent.folder_id))
            above = self._catalog.folder_facts(parent.parent or 0)
            if above is None:
                break
            parent = above
        title = " / ".join(steps)
        if album_path(title) != tuple(steps):
            raise Refused(
                f"an album cannot be called {name!r} here",
                safe="nothing was changed",
                remedy="use letters, digits, spaces and dashes",
            )
        return title
