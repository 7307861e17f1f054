"""Libraries, sources and numbers about them, for commands, fetching and the agent."""

import json
from collections.abc import Iterator

from photofs.catalog.port import Counts, LibraryRow, SourceRow
from photofs.catalog.withdrawals import IN_USE, Withdrawals
from photofs.model.errors import NotFound

_SOURCES = f"""
SELECT s.id, s.library, s.provider, s.account, s.config, s.cursor, s.full_scan_ns, s.scan_ns,
  s.trouble
FROM source s JOIN library l ON l.id = s.library
WHERE l.removing = 0 AND (?1 IS NULL OR s.library = ?1) AND {IN_USE} ORDER BY s.id"""  # noqa: S608 - words of ours

_COUNTS = """
SELECT count(*), coalesce(sum(trashed), 0), coalesce(sum(missing), 0),
  coalesce(sum(size_exact), 0), count(sha256), coalesce(sum(size), 0)
FROM photo WHERE library = ? AND gone = 0"""

_ALBUMS = """
SELECT count(*) FROM album a JOIN source s ON s.id = a.source
WHERE s.library = ? AND a.gone = 0 AND a.lead IS NULL"""

_UNSIZED = """
SELECT p.id FROM photo p INDEXED BY photo_unsized CROSS JOIN observation o ON o.photo = p.id
WHERE p.size_exact = 0 AND p.gone = 0 AND p.id > ?2 AND o.source = ?1 AND o.gone = 0
ORDER BY p.id LIMIT ?3"""

_FOLDERS_UNDER = """
WITH RECURSIVE below(id) AS (
  VALUES (?1) UNION SELECT subfolder FROM entry JOIN below ON folder = below.id
  WHERE subfolder IS NOT NULL)
SELECT id FROM below"""

_REFS = """
SELECT id, iif(json_valid(seen), seen ->> '$.ref', NULL) FROM observation
WHERE source = ?1 AND gone = 0 AND id > ?2 ORDER BY id LIMIT ?3"""

_FINDINGS = """
SELECT f.kind, f.path, f.why
FROM finding f JOIN source s ON s.id = f.source JOIN scan c ON c.id = f.scan
WHERE s.library = ? AND c.complete = 1 ORDER BY f.kind, f.path, f.id LIMIT ? OFFSET ?"""

# "+": nearly all photos have a hash, and few are pinned or in Trash by a mark here
_SOURCELESS = """
SELECT sha256 FROM photo p WHERE binned_ns IS NOT NULL AND +sha256 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM observation o WHERE o.photo = p.id AND o.gone = 0)"""

_PINNED = f"""
SELECT sha256 FROM photo WHERE pinned = 1 AND +sha256 IS NOT NULL
UNION {_SOURCELESS}"""  # noqa: S608 - words of ours

_ONLY_HERE = f"""
{_SOURCELESS} AND gone = 0
UNION SELECT wish ->> 'sha256' FROM operation WHERE verb IN ('upload', 'replace')
  AND state IN ('planned', 'held', 'claimed', 'sent', 'unsure')"""  # noqa: S608 - words of ours

PAGE = 1000


class LibraryReading(Withdrawals):
    """Keeps the part of `port.LibraryReads` that is not about one photo."""

    def libraries(self) -> list[LibraryRow]:
        """All libraries by name."""
        rows = self.database.all(
            "SELECT id, name, folder FROM library WHERE removing = 0 ORDER BY name"
        )
        return [LibraryRow(*row) for row in rows]

    def library(self, name: str) -> LibraryRow:
        """That library, or NotFound."""
        row = self.database.one(
            "SELECT id, name, folder FROM library WHERE name = ? AND removing = 0", (name,)
        )
        if row is None:
            raise NotFound(f'there is no library "{name}"', remedy="see `photofs library list`")
        return LibraryRow(*row)

    def library_by_id(self, library_id: int) -> LibraryRow:
        """That library, or NotFound."""
        for library in self.libraries():
            if library.library_id == library_id:
                return library
        raise NotFound(f"there is no library {library_id}", remedy="see `photofs library list`")

    def sources(self, library_id: int | None = None) -> list[SourceRow]:
        """The sources of a library, or all."""
        return [_source(row) for row in self.database.all(_SOURCES, (library_id,))]

    def source(self, source_id: int) -> SourceRow:
        """That source, or NotFound."""
        for source in self.sources():
            if source.source_id == source_id:
                return source
        raise NotFound(f"there is no source {source_id}", remedy="see `photofs library list`")

    def folders_of_library(self, library_id: int) -> frozenset[str]:
        """The special top folders that its sources can fill; Trash where one can be changed."""
        rows = self.database.all(
            "SELECT folders, writes <> '[]' FROM source WHERE library = ?", (library_id,)
        )
        told = {name for text, _ in rows for name in json.loads(text)}
        return frozenset(told | {"Trash" for _, writes in rows if writes})

    def photos_of(self, library_id: int) -> int:
        """How many photos a library has, by its counter."""
        row = self.database.one("SELECT photos FROM library WHERE id = ?", (library_id,))
        return row[0] if row else 0

    def counts(self, library_id: int) -> Counts:
        """Numbers for `status`; reads every photo of the library."""
        (photos, trashed, missing, sized, sealed, size), *_ = self.database.all(
            _COUNTS, (library_id,)
        )
        ((albums,), *_) = self.database.all(_ALBUMS, (library_id,))
        return Counts(photos, albums, trashed, missing, sized, sealed, size)

    def unsized(self, source_id: int, after: int, limit: int) -> list[int]:
        """Photo ids above `after` whose exact size is not known yet (for the census)."""
        return [photo for (photo,) in self.database.all(_UNSIZED, (source_id, after, limit))]

    def pinned_hashes(self) -> frozenset[str]:
        """The hashes of pinned photos, and of those that no source has any more."""
        rows = self.database.all(_PINNED)
        return frozenset(sha256 for (sha256,) in rows)

    def only_here(self) -> frozenset[str]:
        """The hashes of originals that no source has: of photos in Trash, and of open uploads."""
        rows = self.database.all(_ONLY_HERE)
        return frozenset(sha256 for (sha256,) in rows if sha256)

    def photos_under(self, folder_id: int) -> Iterator[int]:
        """The ids of all photos in a folder and the folders below it, each once."""
        told: set[int] = set()
        for (folder,) in self.database.all(_FOLDERS_UNDER, (folder_id,)):
            for photo in self._photos_in(folder):
                if photo not in told:
                    told.add(photo)
                    yield photo

    def _photos_in(self, folder_id: int) -> Iterator[int]:
        """The ids of the photos that stand in this folder itself."""
        after = 0
        while rows := self.database.all(
            "SELECT id, photo FROM entry WHERE folder = ? AND id > ? ORDER BY id LIMIT ?",
            (folder_id, after, PAGE),
        ):
            yield from (photo for _, photo in rows if photo is not None)
            after = rows[-1][0]

    def refs(self, source_id: int) -> Iterator[str]:
        """What the source needs to find each original again, as it told of it."""
        after = 0
        while rows := self.database.all(_REFS, (source_id, after, PAGE)):
            yield from (ref for _, ref in rows if ref)
            after = rows[-1][0]

    def findings(self, library_id: int) -> Iterator[tuple[str, str, str]]:
        """The last complete scan's report: kind, path, why; ordered by kind and path."""
        told = 0
        while rows := self.database.all(_FINDINGS, (library_id, PAGE, told)):
            yield from rows
            told += len(rows)


def _source(row: tuple[object, ...]) -> SourceRow:
    """A row of `_SOURCES` with its JSON read."""
    values = list(row)
    values[4] = json.loads(str(values[4]))
    return SourceRow(*values)  # type: ignore[arg-type]
