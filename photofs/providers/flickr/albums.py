"""Albums and collections: what there is, what has changed, what is gone.

The list of albums is one short call and comes whole each time; members are asked for only where
the list's own marks (date_update, counts, texts) differ from those of the last scan.
"""

import hashlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import NamedTuple

import msgspec

from photofs.model.observation import AlbumGone, AlbumSeen, CollectionSeen, Observation, Progress
from photofs.providers.flickr.answers import Failure, Record
from photofs.providers.flickr.api import Api
from photofs.providers.flickr.cursor import AlbumMark, Cursor
from photofs.providers.flickr.listing import Listing, Query, all_records
from photofs.providers.flickr.values import number, records, text

NO_SUCH_ALBUM = 1
CONFIRMED_AT_ONCE = 3
"""Albums missing from the list that are asked for by id in one scan; others wait for the next."""


class Changed(NamedTuple):
    """An album that is not as it was: its record, its mark, and its mark of last time."""

    record: Record
    mark: AlbumMark
    before: AlbumMark | None


class Albums:
    """One look at the albums; `marks` is for the next scan's cursor, once all was told.

    `complete`: as many were listed as Flickr counts.
    """

    def __init__(self, api: Api, user: str, as_of_ns: int) -> None:
        """Nothing is asked yet."""
        self._api = api
        self._user = user
        self._as_of_ns = as_of_ns
        self.marks: dict[str, AlbumMark] = {}
        self.complete = False

    async def changed(self, before: Mapping[str, AlbumMark]) -> list[Changed]:
        """The albums that differ from `before`, in the owner's order."""
        found = await self._list()
        self.marks = {_id(record): mark for record, mark in found}
        looks = (Changed(record, mark, before.get(_id(record))) for record, mark in found)
        return [look for look in looks if look.mark != look.before]

    async def _list(self) -> list[tuple[Record, AlbumMark]]:
        query = Query("flickr.photosets.getList", "photosets", "photoset", {"user_id": self._user})
        listing = Listing(self._api, query)
        found = await all_records(listing)
        self.complete = listing.complete
        return [(record, _mark(record, position)) for position, record in enumerate(found)]

    async def seen(self, changed: Changed) -> AlbumSeen | AlbumGone:
        """The album with its members; without, where only its place in the list is another."""
        record, mark, before = changed
        moved_only = before is not None and before == at_place(mark, before.position)
        members: tuple[str, ...] = ()
        if not moved_only:
            try:
                members = await self._members(_id(record))
            except Failure as error:
                return await self._gone_meanwhile(_id(record), error)
        return AlbumSeen(
            remote_id=_id(record),
            title=text(record.get("title")) or "",
            description=text(record.get("description")),
            members=members,
            members_complete=not moved_only,
            position=mark.position,
            count=None if moved_only else mark.count,
            as_of_ns=self._as_of_ns,
        )

    async def _gone_meanwhile(self, album_id: str, error: Failure) -> AlbumGone:
        """What a refusal to list its members means, if the album itself is there no more."""
        if error.code != NO_SUCH_ALBUM or await self._exists(album_id):
            raise error
        self.marks.pop(album_id)
        return AlbumGone(remote_id=album_id)

    async def _members(self, album_id: str) -> tuple[str, ...]:
        arguments = {"photoset_id": album_id, "user_id": self._user}
        query = Query("flickr.photosets.getPhotos", "photoset", "photo", arguments)
        return tuple(_id(record) for record in await all_records(Listing(self._api, query)))

    async def gone(self, before: Mapping[str, AlbumMark]) -> list[AlbumGone]:
        """Albums that the list left out, if the service says of their very id that they are not."""
        gone: list[AlbumGone] = []
        for asked, album_id in enumerate(sorted(before.keys() - self.marks.keys())):
            if asked < CONFIRMED_AT_ONCE and not await self._exists(album_id):
                gone.append(AlbumGone(remote_id=album_id))
            else:
                self.marks[album_id] = before[album_id]
        return gone

    async def _exists(self, album_id: str) -> bool:
        try:
            await self._api.call(
                "flickr.photosets.getInfo", {"photoset_id": album_id, "user_id": self._user}
            )
        except Failure as error:
            if error.code == NO_SUCH_ALBUM:
                return False
            raise
        return True


def at_place(mark: AlbumMark, position: int) -> AlbumMark:
    """The mark of the same album at another place of the list."""
    return msgspec.structs.replace(mark, position=position)


def _id(record: Record) -> str:
    return text(record.get("id")) or ""


def _mark(record: Record, position: int) -> AlbumMark:
    facts = _hash(text(record.get("title")) or "", text(record.get("description")) or "")
    return AlbumMark(number(record.get("date_update")) or 0, count_of(record), facts, position)


def count_of(record: Record) -> int:
    """How many photos and videos an album's record counts."""
    counts = [number(record.get(key)) or 0 for key in ("count_photos", "count_videos")]
    if not any(counts):
        counts = [number(record.get(key)) or 0 for key in ("photos", "videos")]
    return sum(counts)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


async def tell_albums(
    albums: Albums, marks: dict[str, AlbumMark]
) -> AsyncGenerator[Observation, None]:
    """The albums that differ from `marks`, which grow with each that was told; at last the gone."""
    before = dict(marks)
    changed = await albums.changed(before)
    for done, look in enumerate(changed, 1):
        yield await albums.seen(look)
        marks[_id(look.record)] = look.mark
        yield Progress(done=done, total=len(changed), unit="albums")
    for gone in await albums.gone(before):
        yield gone
    marks.clear()
    marks.update(albums.marks)


async def collections_told(api: Api, cursor: Cursor) -> list[CollectionSeen]:
    """All collections if any is not as the cursor has it, and the cursor as it is; else none."""
    collections = await collections_of(api, cursor.user, set(cursor.albums))
    before, cursor.tree = cursor.tree, tree_hash(collections)
    return collections if cursor.tree != before else []


async def collections_of(api: Api, user: str, albums: set[str]) -> list[CollectionSeen]:
    """All collections, outer ones before inner ones; of their albums only those that are known."""
    answer = await api.call("flickr.collections.getTree", {"user_id": user})
    return list(_tree(answer.get("collections"), None, albums))


def _tree(node: object, parent: str | None, albums: set[str]) -> Iterator[CollectionSeen]:
    for position, record in enumerate(records(node, "collection")):
        remote_id = _id(record)
        if not remote_id:
            continue
        inside = (_id(album) for album in records(record, "set"))
        yield CollectionSeen(
            remote_id=remote_id,
            title=text(record.get("title")) or "",
            parent=parent,
            albums=tuple(album for album in dict.fromkeys(inside) if album in albums),
            position=position,
        )
        yield from _tree(record, remote_id, albums)


def tree_hash(collections: list[CollectionSeen]) -> str:
    """Differs when any collection does."""
    return _hash(*(repr(collection) for collection in collections))
