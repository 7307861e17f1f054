"""Photos and observations as rows; what they should say is filing's matter.

All of it runs inside the caller's transaction.
"""

from typing import NamedTuple

from photofs.catalog.merge_rows import QUEUE_OF_PHOTO
from photofs.catalog.part import Part
from photofs.catalog.seen_json import from_json
from photofs.model.node import photo_ino
from photofs.model.observation import PhotoSeen


class PhotoFacts(NamedTuple):
    """What filing settles of a photo, in the columns' words; flags are 0 or 1."""

    size: int
    size_exact: int
    mtime_ns: int
    ctime_ns: int
    library: int
    media: str
    name: str
    title: str | None
    file_name: str | None
    content_key: str
    sha256: str | None
    taken_local: str | None
    granularity: int
    taken_how: str
    favorite: int
    archived: int
    trashed: int
    owned: int
    missing: int
    gone: int


class ObservationRow(NamedTuple):
    """The latest word of a source on one remote id."""

    observation_id: int
    photo_id: int
    as_of_ns: int
    absent: int
    gone: int
    last_scan: int
    seen: str


_COLUMNS = ", ".join(PhotoFacts._fields)
_PLACES = ", ".join("?" * len(PhotoFacts._fields))
_SETS = ", ".join(f"{column} = ?" for column in PhotoFacts._fields)
_INSERT_PHOTO = f"INSERT INTO photo({_COLUMNS}, places) VALUES ({_PLACES}, ?)"  # noqa: S608 - column names of ours
_UPDATE_PHOTO = f"UPDATE photo SET {_SETS} WHERE id = ?"  # noqa: S608 - column names of ours
_SELECT_PHOTO = f"SELECT {_COLUMNS} FROM photo WHERE id = ?"  # noqa: S608 - column names of ours

_OBSERVATION = """
SELECT id, photo, as_of_ns, absent, gone, last_scan, seen FROM observation
WHERE source = ? AND remote_id = ?"""

_TOMBSTONE = """
SELECT 1 FROM tombstone t JOIN source s ON s.provider = t.provider
WHERE s.id = ? AND t.account = coalesce(s.account, '') AND t.remote_id = ?"""


class PhotoWriting(Part):
    """Rows of photo, observation and to_place."""

    def observation(self, source_id: int, remote_id: str) -> ObservationRow | None:
        """What a source last told of a remote id."""
        row = self.database.one(_OBSERVATION, (source_id, remote_id))
        return ObservationRow(*row) if row else None

    def photo_facts(self, photo_id: int) -> PhotoFacts:
        """The facts as they stand."""
        (row,) = self.database.all(_SELECT_PHOTO, (photo_id,))
        return PhotoFacts(*row)

    def remote_id_of(self, photo_id: int) -> str:
        """The remote id under which the photo was first observed, by its first source.

        Not by whichever source was scanned first: names with a suffix are made from it.
        """
        row = self.database.one(
            "SELECT remote_id FROM observation WHERE photo = ? ORDER BY source, id LIMIT 1",
            (photo_id,),
        )
        return row[0] if row else str(photo_id)

    def was_told(self, photo_id: int) -> bool:
        """Whether a source has ever told of it, also if none has it any more."""
        row = self.database.one("SELECT 1 FROM observation WHERE photo = ? LIMIT 1", (photo_id,))
        return row is not None

    def add_photo(self, facts: PhotoFacts, places: int) -> int:
        """Insert a photo that will have that many entries; its id."""
        return self.database.insert(_INSERT_PHOTO, (*facts, places))

    def set_photo_facts(self, photo_id: int, facts: PhotoFacts) -> None:
        """Replace the facts."""
        self.database.run(_UPDATE_PHOTO, (*facts, photo_id))

    def bytes_changed(self, photo_id: int) -> None:
        """It shows other bytes under the same content key: the kernel has to forget the former."""
        self.database.run(
            "INSERT INTO change(ino, parent, name, content) VALUES (?, NULL, NULL, 1)",
            (photo_ino(photo_id),),
        )

    def forget_trouble(self, photo_id: int) -> None:
        """What kept its bytes from being had may not hold any more."""
        self.database.run(
            "UPDATE photo SET trouble = '' WHERE id = ? AND trouble <> ''", (photo_id,)
        )

    def add_observation(
        self, source_id: int, remote_id: str, photo_id: int, as_of_ns: int, scan: int, seen: str
    ) -> int:
        """Insert the first word of a source on a remote id; its number."""
        return self.database.insert(
            "INSERT INTO observation(source, remote_id, photo, as_of_ns, first_scan, last_scan,"
            " seen) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (source_id, remote_id, photo_id, as_of_ns, scan, scan, seen),
        )

    def set_observation(self, observation_id: int, as_of_ns: int, scan: int, seen: str) -> None:
        """Replace what was told; it is there, so it is neither absent nor gone."""
        self.database.run(
            "UPDATE observation SET as_of_ns = ?, last_scan = ?, seen = ?, absent = 0,"
            " absent_ns = NULL, gone = 0 WHERE id = ?",
            (as_of_ns, scan, seen, observation_id),
        )

    def rename_version(self, photo_id: int, observation_id: int, old: str, new: str) -> None:
        """The bytes that were told of under one content key are told of under another one."""
        self.database.run(
            "UPDATE photo SET content_key = ? WHERE id = ? AND content_key = ?",
            (new, photo_id, old),
        )
        self.database.run(
            "UPDATE learnt SET content_key = ? WHERE observation = ? AND content_key = ?",
            (new, observation_id, old),
        )
        for table in ("splice", "mirrored"):
            self.database.run(
                f"UPDATE {table} SET content_key = ? WHERE photo = ? AND content_key = ?",  # noqa: S608 - words of ours
                (new, photo_id, old),
            )

    def touch_observation(self, observation_id: int, as_of_ns: int, scan: int) -> None:
        """The same was told again."""
        self.database.run(
            "UPDATE observation SET as_of_ns = ?, last_scan = ?, absent = 0, absent_ns = NULL,"
            " gone = 0 WHERE id = ?",
            (as_of_ns, scan, observation_id),
        )

    def move_observation(self, source_id: int, remote_id: str, photo_id: int) -> None:
        """What a source tells of an id is about another photo of ours, its albums included."""
        self.database.run(
            "UPDATE observation SET photo = ? WHERE source = ? AND remote_id = ?",
            (photo_id, source_id, remote_id),
        )
        self.database.run(
            "UPDATE membership SET photo = ?1 WHERE remote_id = ?2 AND album IN"
            " (SELECT id FROM album WHERE source = ?3)",
            (photo_id, remote_id, source_id),
        )

    def rename_observation(self, observation_id: int, remote_id: str, seen: str) -> None:
        """File it under another id; anything told from now on is newer than what it says."""
        self.database.run(
            "UPDATE observation SET remote_id = ?, as_of_ns = 0, seen = ? WHERE id = ?",
            (remote_id, seen, observation_id),
        )

    def pass_pin_on(self, photo_id: int, to: int) -> None:
        """Another photo stands for this one: it is pinned if either was."""
        self.database.run(
            "UPDATE photo SET pinned = 1 WHERE id = ? AND pinned = 0"
            " AND EXISTS (SELECT 1 FROM photo WHERE id = ? AND pinned = 1)",
            (to, photo_id),
        )

    def is_buried(self, source_id: int, remote_id: str) -> bool:
        """Whether the user had the photo of that id deleted."""
        return self.database.one(_TOMBSTONE, (source_id, remote_id)) is not None

    def bury(self, source_id: int, remote_id: str, sha256: str | None, now_ns: int) -> None:
        """Remember for ever that the photo of that id was deleted."""
        self.database.run(
            "INSERT OR REPLACE INTO tombstone(provider, account, remote_id, sha256, buried_ns)"
            " SELECT provider, coalesce(account, ''), ?2, ?3, ?4 FROM source WHERE id = ?1",
            (source_id, remote_id, sha256, now_ns),
        )

    def touch_photo(self, photo_id: int, now_ns: int) -> None:
        """Its metadata changed now: ctime moves, and never back."""
        self.database.run(
            "UPDATE photo SET ctime_ns = max(?1, ctime_ns + 1) WHERE id = ?2", (now_ns, photo_id)
        )

    def marks(self, photo_id: int) -> tuple[int | None, int | None]:
        """What is known of a photo only here: since when it is in Trash, and a time set for it."""
        row = self.database.one(
            "SELECT binned_ns, set_mtime_ns FROM photo WHERE id = ?", (photo_id,)
        )
        return (row[0], row[1]) if row else (None, None)

    def set_binned(self, photo_id: int, since_ns: int | None) -> None:
        """Mark a photo as in Trash here, or take the mark away."""
        self.database.run("UPDATE photo SET binned_ns = ? WHERE id = ?", (since_ns, photo_id))
        self.database.run(QUEUE_OF_PHOTO, (photo_id,))

    def set_given_mtime(self, photo_id: int, mtime_ns: int | None) -> None:
        """Keep the time that a copying program set, or forget it."""
        self.database.run("UPDATE photo SET set_mtime_ns = ? WHERE id = ?", (mtime_ns, photo_id))

    def first_observation(
        self, photo_id: int, source_id: int | None = None
    ) -> tuple[int, str, PhotoSeen] | None:
        """Source, remote id and facts of the source that told of the photo first and has it.

        Of several sources that have it that one, else one that can be changed: there wishes go.
        """
        row = self.database.one(
            "SELECT o.source, o.remote_id, o.seen, o.as_of_ns FROM observation o"
            " JOIN source s ON s.id = o.source WHERE o.photo = ? AND o.gone = 0"
            " ORDER BY o.source IS NOT ?, s.writes = '[]', o.id LIMIT 1",
            (photo_id, source_id),
        )
        return (row[0], row[1], from_json(row[2], row[3])) if row else None

    def queue_photo(self, photo_id: int) -> None:
        """Have a photo's places worked out anew."""
        self.database.run("INSERT OR IGNORE INTO to_place(photo) VALUES (?)", (photo_id,))

    def queue_album(self, album_id: int) -> None:
        """Have the places of an album's photos worked out anew."""
        self.database.run(
            "INSERT OR IGNORE INTO to_place(photo) SELECT photo FROM shown_member WHERE album = ?",
            (album_id,),
        )

    def queued(self, library_id: int) -> int | None:
        """A photo of the library whose places have to be worked out anew, if there is one."""
        row = self.database.one(
            "SELECT t.photo FROM to_place t CROSS JOIN photo p ON p.id = t.photo"
            " WHERE p.library = ? LIMIT 1",
            (library_id,),
        )
        return row[0] if row else None

    def unqueue(self, photo_id: int) -> None:
        """Its places are right."""
        self.database.run("DELETE FROM to_place WHERE photo = ?", (photo_id,))
