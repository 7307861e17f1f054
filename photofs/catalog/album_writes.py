"""Albums, their members, and collections as rows; what they should say is filing's matter.

All of it runs inside the caller's transaction.
"""

from collections.abc import Sequence
from typing import NamedTuple

from photofs.catalog.part import Part
from photofs.model.observation import AlbumSeen, CollectionSeen


class AlbumRow(NamedTuple):
    """An album as filing compares it."""

    album_id: int
    remote_id: str
    title: str
    description: str | None
    position: int
    as_of_ns: int
    gone: int
    emptied_ns: int | None


class Unseen(NamedTuple):
    """An album or collection that a scan did not tell of, and since when that is so."""

    row_id: int
    remote_id: str
    absent_ns: int | None


class CollectionRow(NamedTuple):
    """A collection as filing compares it."""

    collection_id: int
    source_id: int
    remote_id: str
    title: str
    parent: str | None


_ALBUM = """
SELECT id, remote_id, title, description, position, as_of_ns, gone, emptied_ns FROM album"""
_COLLECTION = "SELECT c.id, c.source, c.remote_id, c.title, c.parent FROM collection c"


class AlbumWriting(Part):
    """Rows of album, membership, collection and shelving."""

    def album(self, source_id: int, remote_id: str) -> AlbumRow | None:
        """The album of a remote id."""
        row = self.database.one(
            f"{_ALBUM} WHERE source = ? AND remote_id = ?", (source_id, remote_id)
        )
        return AlbumRow(*row) if row else None

    def album_by_id(self, album_id: int) -> AlbumRow:
        """The album of a row id."""
        (row,) = self.database.all(f"{_ALBUM} WHERE id = ?", (album_id,))
        return AlbumRow(*row)

    def add_album(self, source_id: int, seen: AlbumSeen, scan: int) -> int:
        """Insert an album without members; its id."""
        return self.database.insert(
            "INSERT INTO album(source, remote_id, title, description, position, as_of_ns,"
            " last_scan) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                source_id,
                seen.remote_id,
                seen.title,
                seen.description,
                seen.position,
                seen.as_of_ns,
                scan,
            ),
        )

    def add_new_album(self, source_id: int, remote_id: str, title: str, now_ns: int) -> int:
        """Insert an album that the service does not have yet, before all others; its id."""
        return self.database.insert(
            "INSERT INTO album(source, remote_id, title, position, as_of_ns, last_scan)"
            " VALUES (?, ?, ?, -1, ?, 0)",
            (source_id, remote_id, title, now_ns),
        )

    def set_album_title(self, album_id: int, title: str) -> None:
        """The title as the tree shows it."""
        self.database.run("UPDATE album SET title = ? WHERE id = ?", (title, album_id))

    def set_album_remote_id(self, album_id: int, remote_id: str) -> None:
        """The service has made it, under this id."""
        self.database.run("UPDATE album SET remote_id = ? WHERE id = ?", (remote_id, album_id))

    def set_album(self, album_id: int, seen: AlbumSeen, scan: int) -> None:
        """Replace what was told of it; it is there."""
        self.database.run(
            "UPDATE album SET title = ?, description = ?, position = ?, as_of_ns = ?,"
            " last_scan = ?, absent = 0, absent_ns = NULL, gone = 0 WHERE id = ?",
            (seen.title, seen.description, seen.position, seen.as_of_ns, scan, album_id),
        )

    def touch_album(self, album_id: int, scan: int) -> None:
        """It was told of again."""
        self.database.run(
            "UPDATE album SET last_scan = ?, absent = 0, absent_ns = NULL WHERE id = ?",
            (scan, album_id),
        )

    def set_emptied(self, album_id: int, emptied_ns: int | None) -> None:
        """Since when it is told without members although some were known; None if it is not."""
        self.database.run("UPDATE album SET emptied_ns = ? WHERE id = ?", (emptied_ns, album_id))

    def mark_album_gone(self, album_id: int) -> None:
        """It is no more; its photos stay."""
        self.database.run("UPDATE album SET gone = 1 WHERE id = ?", (album_id,))

    def bring_album_back(self, album_id: int) -> None:
        """It is there after all."""
        self.database.run("UPDATE album SET gone = 0 WHERE id = ?", (album_id,))

    def members(self, album_id: int) -> dict[str, int]:
        """Remote ids of its members with their positions."""
        return dict(
            self.database.all(
                "SELECT remote_id, position FROM membership WHERE album = ?", (album_id,)
            )
        )

    def member_photos(self, album_id: int) -> list[int]:
        """Its photos as its source tells them, in order, as far as they are known."""
        rows = self.database.all(
            "SELECT photo FROM membership WHERE album = ? AND photo IS NOT NULL ORDER BY position",
            (album_id,),
        )
        return [photo for (photo,) in rows]

    def is_member(self, album_id: int, remote_id: str) -> bool:
        """Whether its source tells that the album holds it."""
        row = self.database.one(
            "SELECT 1 FROM membership WHERE album = ? AND remote_id = ?", (album_id, remote_id)
        )
        return row is not None

    def end_of_album(self, album_id: int) -> int:
        """The position after its last member."""
        row = self.database.one(
            "SELECT coalesce(max(position), -1) + 1 FROM membership WHERE album = ?", (album_id,)
        )
        return row[0] if row else 0

    def shown_in(self, album_id: int) -> bool:
        """Whether the tree shows any photo in it."""
        row = self.database.one("SELECT 1 FROM shown_member WHERE album = ? LIMIT 1", (album_id,))
        return row is not None

    def add_member(
        self, album_id: int, source_id: int, remote_id: str, position: int
    ) -> int | None:
        """Add a member; its photo, if that was told of already."""
        row = self.database.one(
            "SELECT photo FROM observation WHERE source = ? AND remote_id = ?",
            (source_id, remote_id),
        )
        photo = row[0] if row else None
        self.database.run(
            "INSERT INTO membership(album, remote_id, position, photo) VALUES (?, ?, ?, ?)",
            (album_id, remote_id, position, photo),
        )
        return photo

    def move_member(self, album_id: int, remote_id: str, position: int) -> None:
        """Note a member's new position."""
        self.database.run(
            "UPDATE membership SET position = ? WHERE album = ? AND remote_id = ?",
            (position, album_id, remote_id),
        )

    def remove_member(self, album_id: int, remote_id: str) -> int | None:
        """Remove a member; its photo, if that was told of."""
        rows = self.database.all(
            "DELETE FROM membership WHERE album = ? AND remote_id = ? RETURNING photo",
            (album_id, remote_id),
        )
        return rows[0][0] if rows else None

    def remove_photo_from(self, album_id: int, photo_id: int) -> None:
        """Remove a photo from the members told, under whichever id it was one."""
        self.database.run(
            "DELETE FROM membership WHERE album = ? AND photo = ?", (album_id, photo_id)
        )

    def albums_awaiting(self, source_id: int, remote_id: str) -> list[int]:
        """The albums that named a photo before it was told of."""
        rows = self.database.all(
            "SELECT album FROM membership WHERE remote_id = ? AND photo IS NULL", (remote_id,)
        )
        # ids of another source may be spelt alike
        return [
            album
            for (album,) in rows
            if self.database.one(
                "SELECT 1 FROM album WHERE id = ? AND source = ?", (album, source_id)
            )
        ]

    def resolve_member(self, album_id: int, remote_id: str, photo_id: int) -> None:
        """The member's photo was told of."""
        self.database.run(
            "UPDATE membership SET photo = ? WHERE album = ? AND remote_id = ?",
            (photo_id, album_id, remote_id),
        )

    def rename_member(self, source_id: int, remote_id: str, new_id: str, photo_id: int) -> None:
        """In all albums of a source, another id stands for a member from now on, with its photo."""
        of_source = "album IN (SELECT id FROM album WHERE source = ?)"
        self.database.run(
            "INSERT OR IGNORE INTO membership(album, remote_id, position, photo)"  # noqa: S608 - a condition of ours
            f" SELECT album, ?, position, ? FROM membership WHERE remote_id = ? AND {of_source}",
            (new_id, photo_id, remote_id, source_id),
        )
        self.database.run(
            f"UPDATE membership SET photo = ? WHERE remote_id = ? AND {of_source}",  # noqa: S608 - a condition of ours
            (photo_id, new_id, source_id),
        )
        self.database.run(
            f"DELETE FROM membership WHERE remote_id = ? AND {of_source}",  # noqa: S608 - a condition of ours
            (remote_id, source_id),
        )

    def albums_of(self, photo_id: int) -> list[int]:
        """The albums that a photo is in as the tree shows it."""
        rows = self.database.all(
            "SELECT m.album FROM shown_member m JOIN album a ON a.id = m.album"
            " WHERE m.photo = ? AND a.gone = 0 ORDER BY m.album",
            (photo_id,),
        )
        return [album for (album,) in rows]

    def count_albums(self, source_id: int) -> int:
        """How many albums of a source are not gone."""
        row = self.database.one(
            "SELECT count(*) FROM album WHERE source = ? AND gone = 0", (source_id,)
        )
        return row[0] if row else 0

    def albums_not_seen(self, source_id: int, scan: int) -> list[Unseen]:
        """Albums that the scan did not tell of."""
        rows = self.database.all(
            "SELECT id, remote_id, absent_ns FROM album"
            " WHERE source = ? AND last_scan <> ? AND gone = 0 AND remote_id NOT LIKE 'new:%'",
            (source_id, scan),
        )
        return [Unseen(*row) for row in rows]

    def note_album_absence(self, album_id: int, now_ns: int) -> None:
        """A complete full scan did not tell of it, the first one in a row."""
        self.database.run(
            "UPDATE album SET absent = 1, absent_ns = ? WHERE id = ?", (now_ns, album_id)
        )

    def collection(self, source_id: int, remote_id: str) -> CollectionRow | None:
        """The collection of a remote id."""
        row = self.database.one(
            f"{_COLLECTION} WHERE source = ? AND remote_id = ?", (source_id, remote_id)
        )
        return CollectionRow(*row) if row else None

    def collections_in(self, collection: CollectionRow) -> list[CollectionRow]:
        """The collections directly below one."""
        rows = self.database.all(
            f"{_COLLECTION} WHERE source = ? AND parent = ? ORDER BY id",
            (collection.source_id, collection.remote_id),
        )
        return [CollectionRow(*row) for row in rows]

    def collections_with(self, album_id: int) -> list[CollectionRow]:
        """The collections that hold an album."""
        rows = self.database.all(
            "SELECT c.id, c.source, c.remote_id, c.title, c.parent"
            " FROM album a CROSS JOIN shelving h ON h.album = a.remote_id"
            " CROSS JOIN collection c ON c.id = h.collection AND c.source = a.source"
            " WHERE a.id = ? ORDER BY c.id",
            (album_id,),
        )
        return [CollectionRow(*row) for row in rows]

    def count_collections(self, source_id: int) -> int:
        """How many collections of a source are known."""
        row = self.database.one("SELECT count(*) FROM collection WHERE source = ?", (source_id,))
        return row[0] if row else 0

    def collections_not_seen(self, source_id: int, scan: int) -> list[Unseen]:
        """Collections that the scan did not tell of."""
        rows = self.database.all(
            "SELECT id, remote_id, absent_ns FROM collection WHERE source = ? AND last_scan <> ?",
            (source_id, scan),
        )
        return [Unseen(*row) for row in rows]

    def note_collection_absence(self, collection_id: int, now_ns: int) -> None:
        """A complete full scan did not tell of it, the first one in a row."""
        self.database.run(
            "UPDATE collection SET absent = 1, absent_ns = ? WHERE id = ?", (now_ns, collection_id)
        )

    def set_collection(self, source_id: int, seen: CollectionSeen, scan: int) -> CollectionRow:
        """Insert a collection, or replace what was told of it."""
        (row,) = self.database.all(
            "INSERT INTO collection(source, remote_id, title, parent, position, last_scan)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(source, remote_id) DO UPDATE SET"
            " title = excluded.title, parent = excluded.parent, position = excluded.position,"
            " last_scan = excluded.last_scan, absent = 0, absent_ns = NULL"
            " RETURNING id, source, remote_id, title, parent",
            (source_id, seen.remote_id, seen.title, seen.parent, seen.position, scan),
        )
        return CollectionRow(*row)

    def remove_collection(self, collection_id: int) -> None:
        """Remove its row."""
        self.database.run("DELETE FROM collection WHERE id = ?", (collection_id,))

    def shelved(self, collection_id: int) -> list[str]:
        """Remote ids of the albums in a collection, in order."""
        rows = self.database.all(
            "SELECT album FROM shelving WHERE collection = ? ORDER BY position", (collection_id,)
        )
        return [album for (album,) in rows]

    def shelve(self, collection_id: int, albums: Sequence[str]) -> None:
        """Replace the albums of a collection; only rows that differ are written."""
        held: dict[str, int] = dict(
            self.database.all(
                "SELECT album, position FROM shelving WHERE collection = ?", (collection_id,)
            )
        )
        wanted = {album: place for place, album in enumerate(dict.fromkeys(albums))}
        for album in held.keys() - wanted.keys():
            self.database.run(
                "DELETE FROM shelving WHERE collection = ? AND album = ?", (collection_id, album)
            )
        for album, position in wanted.items():
            if held.get(album) != position:
                self.database.run(
                    "INSERT INTO shelving(collection, album, position) VALUES (?1, ?2, ?3)"
                    " ON CONFLICT(collection, album) DO UPDATE SET position = ?3",
                    (collection_id, album, position),
                )
