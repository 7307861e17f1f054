"""Makes albums, each once: after a lost answer the service is asked before anything is sent again.

An album that the service does not have is made with the first photo that is to join it, or by
itself where there are empty albums. It carries no mark of ours: it is known by its title and that
photo. While nobody knows whether it was made, neither wish can be taken back.
"""

from collections.abc import Sequence
from typing import Final

from agent.outbox import Outbox
from photofs.catalog.album_writes import AlbumRow
from photofs.catalog.journal import OperationRow
from photofs.model.errors import (
    Busy,
    Gone,
    PhotofsError,
    Quota,
    Refused,
    RemoteError,
    Temporary,
    Unauthorised,
)
from photofs.model.operation import FINAL, State
from photofs.model.wish import WishVerb

SETTLE_NS: Final = 60 * 10**9
"""For how long a new album may be lacking in the service's list; nobody has told how long it is."""

_HOW: Final = ("first", "first_id", "made_as", "missed_ns")
"""Details of how it is sent: photo, that one's id, title, when it was first missed in the list."""

ASKED: Final = "asked whether the album was made"


class Making:
    """For one source. Raises RemoteError's kinds, having noted what follows."""

    def __init__(self, box: Outbox) -> None:
        """Nothing is sent yet."""
        self._box = box
        self._writes = box.writes

    def made(self, album: int) -> OperationRow | None:
        """The wish that an album be made, if it is still open."""
        for row in self._box.catalog.unsettled_of_album(album):
            if row.wish.verb == WishVerb.MAKE_ALBUM and row.state not in FINAL:
                return row
        return None

    def asks_for(self, row: OperationRow) -> bool:
        """Whether an unsure wish is of an album of which nobody knows whether it was made."""
        if row.wish.verb not in {WishVerb.MAKE_ALBUM, WishVerb.JOIN} or row.wish.album is None:
            return False
        made = self.made(row.wish.album)
        return made is not None and made.state is State.UNSURE

    def due(self, rows: Sequence[OperationRow]) -> list[OperationRow]:
        """Of unsure wishes those of the first album that may be asked for now, its own first."""
        now = self._box.now_ns()
        for row in rows:
            if row.wish.verb == WishVerb.MAKE_ALBUM and row.wish.not_before_ns <= now:
                album = row.wish.album
                joins = [each for each in rows if each != row and each.wish.album == album]
                return [row, *joins]
        return []

    async def reconcile(self, rows: Sequence[OperationRow]) -> None:
        """Ask whether an album was made: with it, its first photo has joined."""
        try:
            found = await self._find(rows[0])
        except (Refused, RemoteError) as error:
            self._unsure(rows, error, ASKED)
            if not isinstance(error, Refused | Gone):
                raise
            return
        if found is None:
            self._missed(rows)
            return
        self._is_made(rows, found, ASKED)

    def _missed(self, rows: Sequence[OperationRow]) -> None:
        """It was not listed: it may be made again if that is so a good while after the first no."""
        box, made = self._box, rows[0]
        missed = made.wish.details.get("missed_ns")
        now = box.now_ns()
        if isinstance(missed, int) and now - missed >= SETTLE_NS:
            for row in rows:
                box.not_found(row, ASKED)
            return
        if not isinstance(missed, int) or missed > now:
            with box.wishing.change():
                box.catalog.amend(made.operation_id, {**made.wish.details, "missed_ns": now})
        wait = Temporary("the service does not list the album yet", retry_after=SETTLE_NS / 1e9)
        self._unsure(rows, wait, ASKED)

    async def make(self, row: OperationRow, album: AlbumRow, first: str) -> None:
        """An album with its first photo, whose wish to join is claimed."""
        box, made = self._box, self.made(album.album_id)
        if made is None or self._writes.make_album is None:
            box.give_up(row, "the album was not made at the service", "nothing")
            return
        beginner = self._beginner(made)
        others = beginner not in {None, row.wish.photo} or self._writes.empty_albums
        if others or not box.claim([made]):
            # its answer may be lost: it is made again only as it was before, or twice
            box.unclaim(row, Busy("the album is being made otherwise"))
            return
        if made.wish.details.get("first_id", first) != first and await self._adopt(made, row):
            return
        title = str(made.wish.details.get("made_as", album.title))
        await self._send([made, row], title, first)

    async def make_empty(self, made: OperationRow, album: AlbumRow) -> None:
        """An album by itself; its wish is claimed."""
        await self._send([made], str(made.wish.details.get("made_as", album.title)), None)

    async def _send(self, rows: Sequence[OperationRow], title: str, first: str | None) -> None:
        box, made = self._box, rows[0]
        sent = f"make album {title!r}" + (f" with photo {first}" if first else "")
        photo = rows[-1].wish.photo
        box.begin(rows, dict(zip(_HOW, (photo, first, title, None), strict=True)))
        if self._writes.make_album is None:
            box.give_up(made, "this service cannot make albums", sent)
            return
        try:
            remote_id = await self._writes.make_album(title, first)
        except (Refused, Gone) as error:
            if isinstance(error, Gone) and first is not None:
                self._lacks_first(rows, error, sent)
                return
            for row in rows:
                box.give_up(row, str(error), sent)
        except Quota as error:
            box.put_back(rows, error, sent)
        except Unauthorised as error:
            for row in rows:
                box.refused(row, error, sent)
            raise
        except RemoteError as error:
            self._unsure(rows, error, sent)
            raise
        else:
            self._is_made(rows, remote_id, sent)

    def _lacks_first(self, rows: Sequence[OperationRow], error: Gone, sent: str) -> None:
        """The photo that it was to be made with is no more: the album waits for another one."""
        box, (made, join) = self._box, rows
        box.give_up(join, str(error), sent)
        box.refused(made, error, sent)
        plain = {key: value for key, value in made.wish.details.items() if key not in _HOW}
        with box.wishing.change():
            box.catalog.amend(made.operation_id, plain)

    def _is_made(self, rows: Sequence[OperationRow], remote_id: str, sent: str) -> None:
        """The album has that id from now on, and its first photo, if it has one, is in it."""
        with self._box.wishing.change():
            self._box.note(rows, sent, f"album {remote_id}")
            self._box.outcomes.album_made(rows, rows[0].wish.album or 0, remote_id)
        self._box.wishing.place(self._box.source.library_id)

    async def _adopt(self, made: OperationRow, row: OperationRow) -> bool:
        """Take over an album that was made after all, with a photo that is not to join any more.

        Both wishes are claimed. True if it was there, or if that cannot be told now.
        """
        box = self._box
        try:
            found = await self._find(made)
        except (Refused, RemoteError) as error:
            for each in (made, row):
                box.unclaim(each, error)
            raise
        if found is None:
            return False
        box.begin([made])
        with box.wishing.change():
            box.note([made], ASKED, f"album {found}")
            box.outcomes.album_made([made], made.wish.album or 0, found)
            box.outcomes.leaves_again(made)
        box.wishing.place(box.source.library_id)
        box.unclaim(row, None)
        return True

    async def _find(self, made: OperationRow) -> str | None:
        """The album as it was sent, None if it is not there."""
        if self._writes.find_album is None:  # making it looks for it first
            return None
        first = made.wish.details.get("first_id")
        title = str(made.wish.details.get("made_as", made.wish.details["title"]))
        return await self._writes.find_album(title, None if first is None else str(first))

    def _unsure(self, rows: Sequence[OperationRow], error: PhotofsError, sent: str) -> None:
        for row in rows:
            self._box.unsure(row, error, sent)

    def _beginner(self, made: OperationRow) -> object:
        """The photo with which it was tried to make an album, if that is still to join it."""
        first = made.wish.details.get("first")
        for row in self._box.catalog.unsettled_of_album(made.wish.album or 0):
            if row.wish.photo == first and row.wish.verb == WishVerb.JOIN:
                return None if row.state in FINAL else first
        return None
