"""Changes of albums: made, renamed, filled, ordered, removed.

One photo joins by one call. More than BATCH of them join by reading the album and setting its whole
content anew, which is four calls for however many; but that call takes out whatever it does not
name, so it is made only if the list that was read is complete and as long as the album itself says.
Somebody else's change in the second between the reading and the setting would be undone by it;
below BATCH that risk is never taken.
"""

from collections.abc import Sequence

from photofs.model.errors import Bug, Gone, PhotofsError, Temporary
from photofs.providers.flickr.albums import NO_SUCH_ALBUM, count_of
from photofs.providers.flickr.answers import KEPT, Record
from photofs.providers.flickr.door import Door
from photofs.providers.flickr.listing import Listing, Query, all_records
from photofs.providers.flickr.refusals import SCAN
from photofs.providers.flickr.values import text

BATCH = 10
AT_ONCE = 500
"""Photos named in one call of removePhotos."""

NO_SUCH_PHOTO = 2
ALREADY_IN, NOT_IN = 3, 3


class AlbumChanges:
    """Changes albums of one account."""

    def __init__(self, door: Door) -> None:
        """Nothing is changed yet."""
        self._door = door

    async def make(self, title: str, first: str | None) -> str:
        """An album with its first photo; its id.

        An answer can get lost, and albums carry no mark of ours. So an album of that title which
        holds that photo and nothing else is taken for the one that was made.
        """
        if first is None:
            raise Bug("an album at Flickr begins with a photo")
        await self._door.check_owner()
        made = await self._made(title, first)
        if made is None:
            arguments = {"title": title, "primary_photo_id": first}
            answer = await self._door.change("flickr.photosets.create", arguments, again=False)
            album = answer.get("photoset")
            made = text(album.get("id")) if isinstance(album, dict) else None
        if made is None:
            raise Temporary("Flickr made an album and did not say which", safe=KEPT)
        return made

    async def find(self, title: str, first: str | None) -> str | None:
        """The album of that title which holds that photo and nothing else; see `Writes`."""
        if first is None:
            return None  # there are no empty ones
        await self._door.check_owner()
        return await self._made(title, first)

    async def _made(self, title: str, first: str) -> str | None:
        query = Query("flickr.photosets.getList", "photosets", "photoset", {"user_id": self._user})
        for record in await all_records(Listing(self._door.api, query)):
            same = text(record.get("title")) == title and text(record.get("primary")) == first
            if same and count_of(record) == 1:
                return text(record.get("id"))
        return None

    async def rename(self, album_id: str, title: str) -> None:
        """Another title. The description is sent with it: whether it would stay, nobody says."""
        album = await self._album(album_id)
        await self._edit(album_id, title, text(album.get("description")) or "")

    async def describe(self, album_id: str, description: str) -> None:
        """Another description, under the title that it has."""
        title = text((await self._album(album_id)).get("title"))
        if not title:  # seen while the service was in trouble (flickr.md 1.6)
            raise Temporary("Flickr told an album without its title", safe=KEPT)
        await self._edit(album_id, title, description)

    async def _edit(self, album_id: str, title: str, description: str) -> None:
        arguments = {"photoset_id": album_id, "title": title, "description": description}
        await self._door.change("flickr.photosets.editMeta", arguments)

    async def remove(self, album_id: str) -> None:
        """The album; its photos stay. That it is not there is no error."""
        arguments = {"photoset_id": album_id}
        await self._door.change("flickr.photosets.delete", arguments, fine={NO_SUCH_ALBUM})

    async def order(self, album_id: str, photo_ids: Sequence[str]) -> None:
        """The order of its photos; those that are not named come after them, in theirs."""
        arguments = {"photoset_id": album_id, "photo_ids": ",".join(photo_ids)}
        await self._door.change("flickr.photosets.reorderPhotos", arguments)

    async def join(self, album_id: str, photo_ids: Sequence[str]) -> None:
        """Photos into it, at its end; those that are in it already stay where they are."""
        wanted = list(dict.fromkeys(photo_ids))
        if len(wanted) > BATCH and await self._join_at_once(album_id, wanted):
            return
        missing: PhotofsError | None = None
        for photo_id in wanted:
            arguments = {"photoset_id": album_id, "photo_id": photo_id}
            try:
                await self._door.change("flickr.photosets.addPhoto", arguments, fine={ALREADY_IN})
            except Gone as error:
                # The others still join, unless it is the album that is gone.
                await self._album(album_id)
                missing = error
        if missing is not None:
            raise missing

    async def _join_at_once(self, album_id: str, wanted: Sequence[str]) -> bool:
        """Whether they joined by setting the whole content; if not, nothing was changed."""
        album = await self._album(album_id)
        present = await self._members(album_id)
        primary = text(album.get("primary"))
        if primary not in present or len(present) != count_of(album):
            return False
        arguments = {
            "photoset_id": album_id,
            "primary_photo_id": primary,
            "photo_ids": ",".join(dict.fromkeys([*present, *wanted])),
        }
        try:
            await self._door.change("flickr.photosets.editPhotos", arguments)
        except Gone:
            return False
        return True

    async def _members(self, album_id: str) -> list[str]:
        """All of them in order; nothing if the list cannot be relied on."""
        arguments = {"photoset_id": album_id, "user_id": self._user}
        listing = Listing(
            self._door.api, Query("flickr.photosets.getPhotos", "photoset", "photo", arguments)
        )
        found = await all_records(listing)
        return [text(record.get("id")) or "" for record in found] if listing.complete else []

    async def leave(self, album_id: str, photo_ids: Sequence[str]) -> None:
        """Photos out of it. That they are not in it, or that it is not there, is no error.

        With its last photo an album goes, or it stays empty: the service is not known to say which.
        """
        wanted = list(dict.fromkeys(photo_ids))
        for begin in range(0, len(wanted), AT_ONCE):
            await self._leave(album_id, wanted[begin : begin + AT_ONCE])

    async def _leave(self, album_id: str, some: Sequence[str]) -> None:
        if len(some) > 1:
            arguments = {"photoset_id": album_id, "photo_ids": ",".join(some)}
            try:
                await self._door.change(
                    "flickr.photosets.removePhotos", arguments, fine={NO_SUCH_ALBUM}
                )
            except Gone:  # one of them is no photo any more: the others leave one by one
                pass
            else:
                return
        for photo_id in some:
            await self._door.change(
                "flickr.photosets.removePhoto",
                {"photoset_id": album_id, "photo_id": photo_id},
                fine={NO_SUCH_ALBUM, NO_SUCH_PHOTO, NOT_IN},
            )

    async def _album(self, album_id: str) -> Record:
        album = await self._door.album(album_id)
        if album is None:
            raise Gone("Flickr has no such album (any more)", remedy=SCAN)
        return album

    @property
    def _user(self) -> str:
        return self._door.user
