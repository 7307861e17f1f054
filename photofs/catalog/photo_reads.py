"""All that is shown of one photo, and the ways to its bytes."""

import json
from collections.abc import Sequence
from dataclasses import replace

from photofs.catalog.part import Part
from photofs.catalog.port import OriginRow, PhotoRow, SetMember
from photofs.catalog.seen_json import from_json
from photofs.model.errors import NotFound
from photofs.model.fusing import Word, bytes_order, fuse
from photofs.model.node import is_folder_ino
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity, Media
from photofs.model.wish import Change, Shown, WishVerb, shown

_PHOTO = """
SELECT id, library, media, title, file_name, size, size_exact, sha256, mtime_ns, ctime_ns,
  taken_local, taken_how, places, favorite, archived, trashed, owned, missing, pinned, trouble,
  content_key
FROM photo WHERE id = ?"""

_ORIGINS = """
SELECT id, source, seen, as_of_ns FROM observation WHERE photo = ? AND gone = 0 ORDER BY id"""

_ALBUMS = """
SELECT DISTINCT a.title FROM shown_member m JOIN album a ON a.id = m.album
WHERE m.photo = ? AND a.gone = 0 ORDER BY a.position, a.id"""

_SET = """
SELECT coalesce(o.seen ->> '$.set_role', ''), coalesce((SELECT e.name FROM entry e
  JOIN folder f ON f.id = e.folder WHERE e.photo = p.id AND f.kind IN ('dates', 'date') LIMIT 1),
  p.name) FROM observation o JOIN photo p ON p.id = o.photo
WHERE o.source = ?1 AND iif(json_valid(seen), seen ->> '$.set_key', NULL) = ?2
  AND o.gone = 0 AND p.id <> ?3 ORDER BY p.id LIMIT ?4"""

MOST_OF_A_SET = 20
"""Other files of one shot that are told: Takeouts give two or three."""

_TROUBLED = """
SELECT name, trouble FROM photo WHERE library = ? AND trouble <> '' AND gone = 0
ORDER BY id LIMIT ?"""

_PATH = """
WITH RECURSIVE up(folder, path, depth) AS (
  SELECT folder, name, 0 FROM (
    SELECT e.folder, e.name FROM entry e JOIN folder f ON f.id = e.folder WHERE e.photo = ?
    ORDER BY f.kind IN ('dates', 'date') DESC, e.folder LIMIT 1)
  UNION ALL
  SELECT e.folder, e.name || '/' || up.path, up.depth + 1
  FROM up JOIN entry e ON e.subfolder = up.folder)
SELECT path FROM up ORDER BY depth DESC LIMIT 1"""

_WISHED_TEXTS = """
SELECT verb, wish FROM operation WHERE photo = ? AND settled = 0 AND verb IN ('describe', 'tag')
ORDER BY id"""


_AS_SENT = """
SELECT 1 FROM observation o JOIN sent s ON s.observation = o.id
WHERE o.photo = ?1 AND o.gone = 0 AND s.sha256 = ?2"""


class PhotoReading(Part):
    """Keeps the part of `port.LibraryReads` that is about one photo."""

    def photo(self, photo_id: int) -> PhotoRow:
        """All that is shown of a photo, or NotFound."""
        row = self.database.one(_PHOTO, (photo_id,))
        if row is None:
            raise NotFound(f"there is no photo {photo_id}")
        origins = self.origins(photo_id)
        seen = self._as_sent(photo_id, row[7], _fused(origins, row[20]))
        description, tags = self._said(photo_id, seen)
        others = self._set_others(photo_id, origins[0]) if origins else ()
        albums = self.database.all(_ALBUMS, (photo_id,))
        return PhotoRow(
            photo_id=row[0],
            library_id=row[1],
            media=Media(row[2]),
            title=row[3],
            file_name=row[4],
            description=description,
            tags=tags,
            size=row[5],
            size_exact=row[6] == 1,
            sha256=row[7],
            mtime_ns=row[8],
            ctime_ns=row[9],
            taken_local=row[10],
            taken_how=row[11],
            links=row[12],
            favorite=row[13] == 1,
            archived=row[14] == 1,
            trashed=row[15] == 1,
            owned=row[16] == 1,
            missing=row[17] == 1,
            pinned=row[18] == 1,
            fidelity=seen.fidelity if seen else Fidelity.ORIGINAL,
            fidelity_note=seen.fidelity_note if seen else "",
            page_url=seen.page_url if seen else None,
            albums=tuple(title for (title,) in albums),
            trouble=row[19],
            set_role=seen.set_role if seen and others else None,
            set_others=others,
        )

    def library_of(self, ino: int) -> int | None:
        """The id of the library that a folder or photo is of; None for the root."""
        row = self.database.one(
            "SELECT library FROM folder WHERE id = ?"
            if is_folder_ino(ino)
            else "SELECT library FROM photo WHERE id = ?",
            (ino >> 1,),
        )
        return row[0] if row else None

    def _as_sent(
        self, photo_id: int, sha256: str | None, seen: PhotoSeen | None
    ) -> PhotoSeen | None:
        """What is shown is the original where it is what was sent, whatever its service gives."""
        if seen is None or seen.fidelity is Fidelity.ORIGINAL or sha256 is None:
            return seen
        if self.database.one(_AS_SENT, (photo_id, sha256)) is None:
            return seen
        return replace(seen, fidelity=Fidelity.ORIGINAL, fidelity_note="")

    def _said(self, photo_id: int, seen: PhotoSeen | None) -> tuple[str | None, tuple[str, ...]]:
        """Description and tags: what a source tells, and on top of it what is wished."""
        description, tags = (seen.description, seen.tags) if seen else (None, ())
        rows = self.database.all(_WISHED_TEXTS, (photo_id,))
        if not rows:
            return description, tags
        wishes = [Change(WishVerb(verb), json.loads(details)) for verb, details in rows]
        said = shown(Shown(False, None, "", description, tags, None), wishes)
        return said.description, said.tags

    def in_trash(self, library_id: int | None = None) -> list[tuple[int, int, str, int, bool]]:
        """What lies in Trash: photo, library, name, size, whether the size is exact."""
        rows = self.database.all(
            "SELECT id, library, name, size, size_exact FROM photo WHERE trashed = 1 AND gone = 0"
            " AND (?1 IS NULL OR library = ?1) ORDER BY library, id",
            (library_id,),
        )
        return [(*row[:4], row[4] == 1) for row in rows]

    def _set_others(self, photo_id: int, origin: OriginRow) -> tuple[SetMember, ...]:
        """The other files of its shot, by an index: some ten microseconds."""
        key = origin.seen.set_key
        if key is None:
            return ()
        rows = self.database.all(_SET, (origin.source_id, key, photo_id, MOST_OF_A_SET))
        return tuple(SetMember(*row) for row in rows)

    def path_of(self, photo_id: int) -> str:
        """Where it stands below the mount's root, in Dates rather than elsewhere; "" if nowhere."""
        row = self.database.one(_PATH, (photo_id,))
        return "" if row is None else str(row[0])

    def troubled(self, library_id: int, limit: int) -> list[tuple[str, str]]:
        """Names of photos whose bytes cannot be had, each with the reason."""
        return [(row[0], row[1]) for row in self.database.all(_TROUBLED, (library_id, limit))]

    def origins(self, photo_id: int) -> list[OriginRow]:
        """The ways to its bytes: present before missing, original before lesser fidelity.

        Of equals that of the source that has told of it last.
        """
        rows = self.database.all(_ORIGINS, (photo_id,))
        origins = [OriginRow(row[0], row[1], from_json(row[2], row[3])) for row in rows]
        return sorted(origins, key=lambda origin: bytes_order(_word(origin)))

    def shown_key(self, photo_id: int) -> str:
        """The content key of the bytes that a photo shows; "" if there is no such photo."""
        row = self.database.one("SELECT content_key FROM photo WHERE id = ?", (photo_id,))
        return row[0] if row else ""


def _word(origin: OriginRow) -> Word:
    """What an origin's source tells."""
    return Word(origin.source_id, origin.seen)


def _fused(origins: Sequence[OriginRow], content_key: str) -> PhotoSeen | None:
    """What all sources tell together, with the fidelity of the bytes that are shown."""
    if len(origins) < 2:  # noqa: PLR2004 - of one source its own word
        return origins[0].seen if origins else None
    seen = fuse([_word(origin) for origin in origins])
    shown = [each.seen for each in origins if each.seen.content_key == content_key]
    if not shown:
        return seen
    return replace(seen, fidelity=shown[0].fidelity, fidelity_note=shown[0].fidelity_note)
