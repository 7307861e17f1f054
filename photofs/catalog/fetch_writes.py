"""What fetching learns of a photo while it gets the bytes; keeps `port.FetchWrites`.

None of it moves a photo's mtime or ctime: the photo did not change, we only know more of it, and a
backup program that saw it before must not read it again.
"""

import time
from typing import Final

from photofs.catalog.merge_rows import QUEUE_OF_PHOTO
from photofs.catalog.part import Part
from photofs.catalog.seen_json import from_json
from photofs.model.fusing import Word, true_order
from photofs.model.observation import PhotoSeen

# of each source that has these very bytes, where there are several sources
_LEARN: Final = """
INSERT INTO learnt(observation, content_key, sha256)
SELECT o.id, ?2, ?3 FROM observation o JOIN source s ON s.id = o.source
WHERE o.photo = ?1 AND o.gone = 0
  AND iif(json_valid(o.seen), o.seen ->> '$.content_key', NULL) = ?2
  AND EXISTS (SELECT 1 FROM source x WHERE x.library = s.library AND x.id <> s.id)
ON CONFLICT(observation) DO UPDATE SET sha256 = excluded.sha256,
  width = iif(content_key = excluded.content_key, width, NULL),
  height = iif(content_key = excluded.content_key, height, NULL),
  content_key = excluded.content_key"""

_SHOW = """
UPDATE photo SET content_key = ?3, sha256 = ?4, size = coalesce(?5, size),
  size_exact = ?5 IS NOT NULL, missing = 0, trouble = '', ctime_ns = max(?6, ctime_ns + 1)
WHERE id = ?1 AND content_key = ?2"""


class FetchWriting(Part):
    """Short transactions of one or two rows each."""

    def size_learnt(
        self, photo_id: int, content_key: str, size: int, before: str | None = None
    ) -> None:
        """Its exact size; ignored if the photo's bytes are of another content key by now.

        Or if their hash is known by now, and is not the one that it was `before`.
        """
        with self.database.transaction():
            self._size(photo_id, content_key, size, before)

    def sealed(
        self, photo_id: int, content_key: str, sha256: str, size: int, before: str | None = None
    ) -> None:
        """Its original is whole here; ignored as above.

        So what was sent, if it is brought in while the service's copy of it is being fetched, goes
        on being shown.
        """
        with self.database.transaction():
            if self._shows(photo_id) not in {None, before, sha256}:
                return
            self._size(photo_id, content_key, size, self._shows(photo_id))
            self.database.run(
                "UPDATE photo SET sha256 = ?, trouble = '' WHERE id = ? AND content_key = ?",
                (sha256, photo_id, content_key),
            )
            if self.database.changed():
                self.database.run(
                    "INSERT OR IGNORE INTO original(sha256, size, sealed_ns) VALUES (?, ?, ?)",
                    (sha256, size, time.time_ns()),
                )
                self.database.run(_LEARN, (photo_id, content_key, sha256))
                self.database.run(QUEUE_OF_PHOTO, (photo_id,))

    def shown_from(self, photo_id: int, shown: str, observation_id: int) -> None:
        """Its bytes come from that observation from now on; ignored if it shows others by now.

        `shown`: the content key of the bytes that it showed. What another source has better of it
        is shown again once that one was scanned wholly.
        """
        with self.database.transaction():
            rows = self.database.all(
                "SELECT id, source, seen, as_of_ns FROM observation WHERE photo = ? AND gone = 0",
                (photo_id,),
            )
            told = {row[0]: (row[1], from_json(row[2], row[3])) for row in rows}
            if observation_id not in told:
                return
            source, seen = told[observation_id]
            sha256, size = self._known_bytes(observation_id, seen)
            values = (photo_id, shown, seen.content_key, sha256, size, time.time_ns())
            self.database.run(_SHOW, values)
            if self.database.changed():
                best = min((Word(*each) for each in told.values()), key=true_order).source
                self._stand_in(photo_id, None if best == source else best)

    def _known_bytes(self, observation_id: int, seen: PhotoSeen) -> tuple[str | None, int | None]:
        """Hash and exact length of what an observation leads to, as far as they are known."""
        row = self.database.one(
            "SELECT l.sha256, o.size FROM learnt l JOIN original o ON o.sha256 = l.sha256"
            " WHERE l.observation = ? AND l.content_key = ?",
            (observation_id, seen.content_key),
        )
        return (row[0], row[1]) if row else (None, seen.size)

    def _stand_in(self, photo_id: int, instead_of: int | None) -> None:
        """Note of which source's bytes lesser ones are shown, if they are."""
        self.database.run("DELETE FROM stand_in WHERE photo = ?", (photo_id,))
        if instead_of is not None:
            self.database.run(
                "INSERT INTO stand_in(photo, source) VALUES (?, ?)", (photo_id, instead_of)
            )

    def source_trouble(self, source_id: int, sentence: str) -> None:
        """Why the source cannot be read now, for `status`; the empty sentence clears it."""
        with self.database.transaction():
            self.database.run(
                "UPDATE source SET trouble = ?1 WHERE id = ?2 AND trouble <> ?1",
                (sentence, source_id),
            )

    def set_pinned(self, photo_id: int, *, pinned: bool) -> None:
        """Pin or unpin."""
        with self.database.transaction():
            self.database.run("UPDATE photo SET pinned = ? WHERE id = ?", (int(pinned), photo_id))

    def photo_trouble(self, photo_id: int, sentence: str) -> None:
        """Why this photo's bytes cannot be had, for `status` and xattr; empty clears it."""
        with self.database.transaction():
            self.database.run(
                "UPDATE photo SET trouble = ?1 WHERE id = ?2 AND trouble <> ?1",
                (sentence, photo_id),
            )

    def _shows(self, photo_id: int) -> str | None:
        """The hash of what a photo shows, if it is known."""
        row = self.database.one("SELECT sha256 FROM photo WHERE id = ?", (photo_id,))
        return row[0] if row else None

    def _size(self, photo_id: int, content_key: str, size: int, before: str | None) -> None:
        """Note the exact size, if it is news, and if what is shown is what it was before."""
        self.database.run(
            "UPDATE photo SET size = ?1, size_exact = 1 WHERE id = ?2 AND content_key = ?3"
            " AND (size <> ?1 OR size_exact = 0) AND (sha256 IS NULL OR sha256 = ?4)",
            (size, photo_id, content_key, before),
        )
