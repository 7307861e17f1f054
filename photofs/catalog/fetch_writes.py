"""What fetching learns of a photo while it gets the bytes; keeps `port.FetchWrites`.

None of it moves a photo's mtime or ctime: the photo did not change, we only know more of it, and a
backup program that saw it before must not read it again.
"""

import time

from photofs.catalog.part import Part


class FetchWriting(Part):
    """Short transactions of one or two rows each."""

    def size_learnt(self, photo_id: int, content_key: str, size: int) -> None:
        """Its exact size; ignored if the photo's bytes are of another content key by now."""
        with self.database.transaction():
            self._size(photo_id, content_key, size)

    def sealed(self, photo_id: int, content_key: str, sha256: str, size: int) -> None:
        """Its original is whole here; ignored as above."""
        with self.database.transaction():
            self._size(photo_id, content_key, size)
            self.database.run(
                "UPDATE photo SET sha256 = ?, trouble = '' WHERE id = ? AND content_key = ?",
                (sha256, photo_id, content_key),
            )
            if self.database.changed():
                self.database.run(
                    "INSERT OR IGNORE INTO original(sha256, size, sealed_ns) VALUES (?, ?, ?)",
                    (sha256, size, time.time_ns()),
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

    def _size(self, photo_id: int, content_key: str, size: int) -> None:
        """Note the exact size, if it is news."""
        self.database.run(
            "UPDATE photo SET size = ?1, size_exact = 1"
            " WHERE id = ?2 AND content_key = ?3 AND (size <> ?1 OR size_exact = 0)",
            (size, photo_id, content_key),
        )
