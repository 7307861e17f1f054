"""Albums: what there is, what has changed, what is gone.

The list of albums is short and comes whole each time (50 a call); members are asked for only where
the list's own marks (title, count, cover) differ from those of the last scan. A change that leaves
all three as they were shows with the next full scan.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from photofs.model.observation import AlbumGone, AlbumSeen
from photofs.providers.google.answers import Failure, Record
from photofs.providers.google.api import Api
from photofs.providers.google.cursor import AlbumMark
from photofs.providers.google.pages import ALL_ALBUMS, members_of, whole
from photofs.providers.google.records import item_id, number, text

NOT_COUNTED = -1
CONFIRMED_AT_ONCE = 3
"""Albums missing from the list that are asked for by id in one scan; others wait for the next."""


class Look(NamedTuple):
    """An album as the list has it: its id, its mark, and its mark of last time."""

    album_id: str
    mark: AlbumMark
    before: AlbumMark | None

    @property
    def moved_only(self) -> bool:
        """Whether nothing but its place in the list is another."""
        before, mark = self.before, self.mark
        if before is None or before == mark:
            return False
        return before == msgspec.structs.replace(mark, position=before.position)


async def listed(api: Api, before: Mapping[str, AlbumMark]) -> list[Look]:
    """All albums, in the list's order."""
    found = await whole(api, ALL_ALBUMS)
    marked = ((item_id(one) or "", _mark(one, place)) for place, one in enumerate(found))
    return [Look(album_id, mark, before.get(album_id)) for album_id, mark in marked]


def _mark(record: Record, position: int) -> AlbumMark:
    count = number(record.get("mediaItemsCount"))
    return AlbumMark(
        text(record, "title") or "",
        NOT_COUNTED if count is None else count,
        text(record, "coverPhotoMediaItemId") or "",
        position,
    )


async def members(api: Api, album_id: str) -> list[Record] | None:
    """Its photos, in its order; None if the service says that there is no such album."""
    try:
        return await whole(api, members_of(album_id))
    except Failure as error:
        if error.not_there:
            return None
        raise


def album_seen(look: Look, found: list[Record] | None, as_of_ns: int) -> AlbumSeen:
    """What is told of an album; without its members where they were not asked for."""
    ids = tuple(one for record in found or () if (one := item_id(record)))
    return AlbumSeen(
        remote_id=look.album_id,
        title=look.mark.title,
        members=ids,
        members_complete=found is not None,
        position=look.mark.position,
        count=None if look.mark.count == NOT_COUNTED else look.mark.count,
        as_of_ns=as_of_ns,
    )


async def gone(api: Api, before: Mapping[str, AlbumMark], looks: list[Look]) -> list[AlbumGone]:
    """Albums that the list left out, if the service says of their very id that they are not."""
    missing = sorted(before.keys() - {look.album_id for look in looks})
    return [
        AlbumGone(remote_id=album_id)
        for album_id in missing[:CONFIRMED_AT_ONCE]
        if not await exists(api, album_id)
    ]


async def exists(api: Api, album_id: str) -> bool:
    """Whether the service has the album."""
    try:
        await api.call("albums.get", {"albumId": album_id})
    except Failure as error:
        if error.not_there:
            return False
        raise
    return True
