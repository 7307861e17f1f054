"""Changes of single photos: texts, tags, dates, favorites, and their end."""

from collections.abc import Sequence
from datetime import datetime

from photofs.model.capture_time import TakenFact
from photofs.model.errors import Gone, Refused
from photofs.providers.flickr.door import Door
from photofs.providers.flickr.machine_tags import FAVORITE, Tag, as_argument, merged, tags_of
from photofs.providers.flickr.machine_tags import holds as tag_is_among
from photofs.providers.flickr.refusals import SCAN

ALREADY_FAVORITE = 3
NO_FAVORITE = 1
NO_TAG = 1
NO_PHOTO = 1


class PhotoChanges:
    """Changes photos of one account; `favorite_tag`: own favorites are marked by our tag."""

    def __init__(self, door: Door, *, favorite_tag: bool) -> None:
        """Nothing is changed yet."""
        self._door = door
        self._favorite_tag = favorite_tag

    async def delete(self, photo_id: str) -> None:
        """For good. What is not there (any more) is no error: a lost answer leaves just that."""
        await self._door.change("flickr.photos.delete", {"photo_id": photo_id}, fine={NO_PHOTO})

    async def set_title(self, photo_id: str, title: str) -> None:
        """The title."""
        await self._meta(photo_id, "title", title)

    async def set_description(self, photo_id: str, description: str) -> None:
        """The description."""
        await self._meta(photo_id, "description", description)

    async def _meta(self, photo_id: str, name: str, value: str) -> None:
        clean = value.encode("utf-8", "replace").decode()
        await self._door.change("flickr.photos.setMeta", {"photo_id": photo_id, name: clean})

    async def set_tags(self, photo_id: str, tags: Sequence[str]) -> None:
        """All tags that are shown; ours stay."""
        present = await self._tags(photo_id)
        wanted = merged(present, tags)
        if {tag.raw for tag in present} == set(wanted):
            return
        arguments = {"photo_id": photo_id, "tags": as_argument(wanted)}
        await self._door.change("flickr.photos.setTags", arguments)

    async def set_taken(self, photo_id: str, taken: TakenFact) -> None:
        """The date taken, as wall time at the place, and how exact it is."""
        local = _wall_time(taken)
        arguments = {
            "photo_id": photo_id,
            "date_taken": local.replace(microsecond=0).isoformat(sep=" "),
            "date_taken_granularity": str(int(taken.granularity)),
        }
        await self._door.change("flickr.photos.setDates", arguments)

    async def favorite(self, photo_id: str, on: bool, owned: bool) -> None:  # noqa: FBT001 - the port's form
        """Mark it as a favorite, or take the mark away."""
        if owned:
            await self._own_favorite(photo_id, on=on)
        elif on:
            await self._favorites("add", photo_id, ALREADY_FAVORITE)
        else:
            await self._favorites("remove", photo_id, NO_FAVORITE)

    async def _favorites(self, verb: str, photo_id: str, already: int) -> None:
        arguments = {"photo_id": photo_id}
        await self._door.change(f"flickr.favorites.{verb}", arguments, fine={already})

    async def _own_favorite(self, photo_id: str, *, on: bool) -> None:
        if not self._favorite_tag:
            raise Refused(
                "Flickr takes no favorite of one's own photos",
                remedy="with writing.favorite_tag = true they are marked by a tag",
            )
        if on:
            arguments = {"photo_id": photo_id, "tags": FAVORITE}
            await self._door.change("flickr.photos.addTags", arguments)
            return
        for tag in await self._tags(photo_id):
            if tag_is_among([tag.raw], FAVORITE):
                arguments = {"tag_id": tag.id}
                await self._door.change("flickr.photos.removeTag", arguments, fine={NO_TAG})

    async def _tags(self, photo_id: str) -> list[Tag]:
        photo = await self._door.photo(photo_id)
        if photo is None:
            raise Gone("Flickr has no such photo (any more)", remedy=SCAN)
        return tags_of(photo)


def _wall_time(taken: TakenFact) -> datetime:
    """The naive local time, which is all that Flickr keeps."""
    if taken.local is not None:
        return taken.local
    if taken.instant is not None and taken.offset is not None:
        return (taken.instant + taken.offset).replace(tzinfo=None)
    raise Refused(
        "Flickr keeps dates as wall time, and here only the instant is known",
        remedy="set the date as the clock showed it at the place",
    )
