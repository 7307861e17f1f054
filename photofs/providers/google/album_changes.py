"""Changes of albums: made, renamed, filled, left. Only of those that this OAuth client made.

Members come and go by 50 a call, and all of a call or none. New ones stand at the end for ever: the
API orders nothing.
"""

from collections.abc import Sequence

import msgspec

from photofs.model.errors import Gone, Refused, Temporary
from photofs.providers.google.albums import members
from photofs.providers.google.answers import KEPT, Failure, Record
from photofs.providers.google.batches import MOST
from photofs.providers.google.looking import album
from photofs.providers.google.pages import ALL_ALBUMS, whole
from photofs.providers.google.place import Place, items
from photofs.providers.google.records import item_id, number, text
from photofs.providers.google.refusing import declined

LONGEST_TITLE = 500
FULL = 20_000
"""Photos that an album holds (google.md 2.2)."""

NOTE = "albums of a title"
NOTED = 50
"""Titles under which an album was made last: each with those that were there before."""


class AlbumChanges:
    """Changes the albums of one account."""

    def __init__(self, place: Place) -> None:
        """Nothing is changed yet."""
        self._place = place
        self._api = place.api
        self._titles: dict[str, str] | None = None

    async def make(self, title: str, first: str | None) -> str:
        """An album; with its first photo, if one is named. Its id."""
        check_title(title)
        await self._note_those_before(title)
        try:
            body = {"album": {"title": title}}
            made = await self._api.change("albums.create", {"body": body}, again=False)
        except Failure as error:
            raise declined(error, "make the album") from error
        album_id = item_id(made)
        if album_id is None:
            raise Temporary("Google made an album and did not say which", safe=KEPT)
        self._made(album_id, title)
        if first is not None:
            await self.join(album_id, [first])
        return album_id

    async def find(self, title: str, first: str | None) -> str | None:
        """A new album of that title with nothing in it, or that photo alone (`Writes.find_album`).

        One that was made for a photo may be still empty: the photo joins it by a call of its own.
        """
        before = self._noted().get(title, [])
        for record in await whole(self._api, ALL_ALBUMS):
            album_id = item_id(record)
            if album_id is None or text(record, "title") != title:
                continue
            count = number(record.get("mediaItemsCount")) or 0
            if count == 0 and album_id not in before:
                if first is not None:
                    await self.join(album_id, [first])
                self._made(album_id, title)
                return album_id
            if count == 1 and first is not None and await self._holds(album_id, first):
                return album_id
        return None

    async def _holds(self, album_id: str, photo: str) -> bool:
        found = await members(self._api, album_id) or []
        return [item_id(each) for each in found] == [photo]

    def _made(self, album_id: str, title: str) -> None:
        if self._titles is not None:
            self._titles[album_id] = title

    def _noted(self) -> dict[str, list[str]]:
        """The ids that there were under a title before an album was made under it."""
        noted = self._place.notes.get(NOTE)
        try:
            return msgspec.convert(noted, dict[str, list[str]]) if noted else {}
        except msgspec.ValidationError:
            return {}

    async def _note_those_before(self, title: str) -> None:
        """None of them is the one whose answer may get lost; listed once while the source is open.

        By them, and not by what was made: that the catalog notes, and we may be killed before.
        """
        if self._titles is None:
            listed = await whole(self._api, ALL_ALBUMS)
            self._titles = {item_id(each) or "": text(each, "title") or "" for each in listed}
        noted = self._noted()
        noted.pop(title, None)
        noted[title] = [album_id for album_id, each in self._titles.items() if each == title]
        self._place.notes.put(NOTE, dict(list(noted.items())[-NOTED:]))

    async def rename(self, album_id: str, title: str) -> None:
        """Another title."""
        check_title(title)
        body = {"title": title}
        arguments: Record = {"albumId": album_id, "updateMask": "title", "body": body}
        await self._change("albums.patch", arguments, "rename the album")

    async def join(self, album_id: str, photos: Sequence[str]) -> None:
        """Photos to its end, in that order; those that are in it already stay where they are.

        Gone if one of them is no more; the others have joined.
        """
        missing = False
        for some in _parts(photos):
            try:
                await self._change(
                    "albums.batchAddMediaItems", _of(album_id, some), "put photos into the album"
                )
            except Refused:
                there = [one for one, item in (await items(self._api, some)).items() if item]
                if len(there) == len(some):
                    await self._check_room(album_id)
                    raise
                missing = True
                if there:
                    await self.join(album_id, there)
        if missing:
            raise Gone("Google has no such photo (any more)")

    async def _check_room(self, album_id: str) -> None:
        record = await album(self._place, album_id)
        if record is not None and (number(record.get("mediaItemsCount")) or 0) + MOST > FULL:
            raise Refused(
                f"the album is full: Google takes {FULL:,} photos into one",
                safe="the photos are in the library",
                remedy="make another album for them",
            )

    async def leave(self, album_id: str, photos: Sequence[str]) -> None:
        """Photos out of it. That they are not in it, or that it is not there, is no error."""
        for some in _parts(photos):
            try:
                await self._change(
                    "albums.batchRemoveMediaItems", _of(album_id, some), "take photos out of it"
                )
            except Gone:
                return
            except Refused:
                inside = {item_id(each) for each in await members(self._api, album_id) or []}
                left = [one for one in some if one in inside]
                if len(left) == len(some):
                    raise
                if left:
                    await self.leave(album_id, left)

    async def _change(self, method: str, arguments: Record, what: str) -> None:
        try:
            await self._api.change(method, arguments)
        except Failure as error:
            raise declined(error, what) from error


def check_title(title: str) -> None:
    """Refused if Google takes no album of that title."""
    if not title or len(title) > LONGEST_TITLE:
        raise Refused(
            f"Google takes titles of 1 to {LONGEST_TITLE} characters for albums",
            safe="nothing was changed",
            remedy="choose a shorter one",
        )


def _parts(photos: Sequence[str]) -> list[list[str]]:
    wanted = list(dict.fromkeys(photos))
    return [wanted[first : first + MOST] for first in range(0, len(wanted), MOST)]


def _of(album_id: str, photos: Sequence[str]) -> Record:
    return {"albumId": album_id, "body": {"mediaItemIds": list(photos)}}
