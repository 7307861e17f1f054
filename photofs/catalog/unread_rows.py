"""What is asked of a source's photos before a file is sent to it: the unread, and the read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from photofs.catalog.part import Part
from photofs.model.capture_time import Granularity
from photofs.model.likeness import UnreadPhoto
from photofs.model.photo import Fidelity, Media, PixelSize

_UNREAD: Final = """
SELECT p.id, o.remote_id, p.media, p.title, p.file_name, p.name,
  iif(p.granularity = ?3, p.taken_local, NULL), iif(p.size_exact = 1, p.size, NULL),
  coalesce(iif(json_valid(o.seen), o.seen ->> '$.fidelity', NULL), ?4),
  iif(json_valid(o.seen), o.seen ->> '$.pixels.width', NULL),
  iif(json_valid(o.seen), o.seen ->> '$.pixels.height', NULL)
FROM observation o JOIN photo p ON p.id = o.photo
LEFT JOIN learnt l ON l.observation = o.id
  AND l.content_key = iif(json_valid(o.seen), o.seen ->> '$.content_key', NULL)
WHERE o.source = ?1 AND o.gone = 0 AND p.library = ?2 AND p.gone = 0 AND p.owned = 1
  AND (p.sha256 IS NULL AND l.sha256 IS NULL
    OR iif(json_valid(o.seen), o.seen ->> '$.fidelity', ?4) <> ?4
      AND p.content_key = o.seen ->> '$.content_key')
  AND NOT EXISTS (SELECT 1 FROM sent s WHERE s.observation = o.id)
  AND NOT EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id)
ORDER BY p.id"""


class UnreadRows(Part):
    """Reads of observation, for who asks what a service has before a file is sent to it."""

    def unread(self, library_id: int, source_id: int) -> Iterator[UnreadPhoto]:
        """The user's own photos that the source has, in Trash here or not, with unknown bytes.

        Of those that it gives back otherwise than they were sent, nobody can read what was sent.
        """
        rows = self.database.all(
            _UNREAD, (source_id, library_id, Granularity.SECOND.value, Fidelity.ORIGINAL.value)
        )
        for photo, remote_id, media, title, file_name, name, taken, size, fidelity, *sides in rows:
            width, height = sides
            yield UnreadPhoto(
                photo_id=photo,
                remote_id=remote_id,
                media=Media(media),
                names=tuple(each for each in (title, file_name, name) if each),
                taken_local=None if taken is None else second_of(datetime.fromisoformat(taken)),
                pixels=PixelSize(width, height) if width and height else None,
                size=size,
                original=fidelity == Fidelity.ORIGINAL.value,
            )

    def read(self, library_id: int, source_id: int) -> list[tuple[int, str, str, int | None]]:
        """The user's own photos that the source has, in Trash here or not, with known bytes.

        Of each its number, the source's id, the SHA-256 and the length.
        """
        rows: list[tuple[int, str, str, int | None]] = self.database.all(
            "SELECT p.id, o.remote_id, p.sha256, p.size FROM observation o"
            " JOIN photo p ON p.id = o.photo WHERE o.source = ?1 AND o.gone = 0"
            " AND p.library = ?2 AND p.gone = 0 AND p.owned = 1 AND p.sha256 IS NOT NULL"
            " ORDER BY p.id",
            (source_id, library_id),
        )
        return rows


def second_of(local: datetime) -> str:
    """A wall time as it is compared, to the second."""
    return local.replace(microsecond=0, tzinfo=None).isoformat()
