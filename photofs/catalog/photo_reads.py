"""All that is shown of one photo, and the ways to its bytes."""

from photofs.catalog.part import Part
from photofs.catalog.port import OriginRow, PhotoRow
from photofs.catalog.seen_json import from_json
from photofs.model.errors import NotFound
from photofs.model.photo import Fidelity, Media

_PHOTO = """
SELECT id, library, media, title, file_name, size, size_exact, sha256, mtime_ns, ctime_ns,
  taken_local, taken_how, places, favorite, archived, trashed, owned, missing, pinned, trouble
FROM photo WHERE id = ?"""

_ORIGINS = """
SELECT id, source, seen, as_of_ns FROM observation WHERE photo = ? AND gone = 0 ORDER BY id"""

_ALBUMS = """
SELECT DISTINCT a.title FROM membership m JOIN album a ON a.id = m.album
WHERE m.photo = ? AND a.gone = 0 ORDER BY a.position, a.id"""

_TROUBLED = """
SELECT name, trouble FROM photo WHERE library = ? AND trouble <> '' AND gone = 0
ORDER BY id LIMIT ?"""

_RANK = {Fidelity.ORIGINAL: 0, Fidelity.RECOMPRESSED: 1, Fidelity.PREVIEW: 2}


class PhotoReading(Part):
    """Keeps the part of `port.LibraryReads` that is about one photo."""

    def photo(self, photo_id: int) -> PhotoRow:
        """All that is shown of a photo, or NotFound."""
        row = self.database.one(_PHOTO, (photo_id,))
        if row is None:
            raise NotFound(f"there is no photo {photo_id}")
        origins = self.origins(photo_id)
        seen = origins[0].seen if origins else None
        albums = self.database.all(_ALBUMS, (photo_id,))
        return PhotoRow(
            photo_id=row[0],
            library_id=row[1],
            media=Media(row[2]),
            title=row[3],
            file_name=row[4],
            description=seen.description if seen else None,
            tags=seen.tags if seen else (),
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
        )

    def troubled(self, library_id: int, limit: int) -> list[tuple[str, str]]:
        """Names of photos whose bytes cannot be had, each with the reason."""
        return [(row[0], row[1]) for row in self.database.all(_TROUBLED, (library_id, limit))]

    def origins(self, photo_id: int) -> list[OriginRow]:
        """The ways to its bytes: present before missing, original before lesser fidelity."""
        rows = self.database.all(_ORIGINS, (photo_id,))
        origins = [OriginRow(row[0], row[1], from_json(row[2], row[3])) for row in rows]
        return sorted(
            origins, key=lambda origin: (origin.seen.missing, _RANK[origin.seen.fidelity])
        )
