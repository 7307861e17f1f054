"""Which albums of several sources are shown in one folder, as rows (docs/decisions/0014).

All of it runs inside the caller's transaction, but for the readers.
"""

from typing import Final

from photofs.catalog.part import Part

UNWISH: Final = """
DELETE FROM wished_member WHERE photo = ?1 AND (album = ?2 OR operation IN (
  SELECT w.operation FROM wished_member w JOIN operation o ON o.id = w.operation
  WHERE w.photo = ?1 AND w.album = ?2 AND o.state <> 'done'))"""
"""Takes the mark of a wish from a photo and an album, and from the others of one folder as well.

Of a wish that was done these keep it: what leaves an album at the service does not come back with
an export of another day.
"""

_OUTDATED: Final = """
DELETE FROM wished_member WHERE album = ?1 AND operation IN (
  SELECT o.id FROM operation o JOIN album a ON a.id = ?1
  WHERE o.settled = 1 AND o.source <> a.source AND o.changed_ns < ?2)
RETURNING photo"""


class AlbumLeads(Part):
    """The column `lead` of album, and the folders that follow from it."""

    def albums_beside(self, album_id: int) -> list[int]:
        """An album, and all of its library that share its title or its folder, or did so."""
        rows = self.database.all(
            "SELECT b.id FROM album a JOIN source s ON s.id = a.source"
            " JOIN album b ON b.title = a.title AND b.gone = 0 JOIN source t ON t.id = b.source"
            " WHERE a.id = ?1 AND t.library = s.library"
            " UNION SELECT id FROM album WHERE id = ?1 OR lead = ?1"
            " UNION SELECT lead FROM album WHERE id = ?1 AND lead IS NOT NULL"
            " UNION SELECT b.id FROM album a JOIN album b ON b.lead = a.lead WHERE a.id = ?1"
            " ORDER BY 1",
            (album_id,),
        )
        return [album for (album,) in rows]

    def albums_alike(self, album_id: int) -> list[tuple[int, int]]:
        """Id and source of the albums of equal title in the library, those first that lead.

        One that can be changed leads; of equals the first.
        """
        return self.database.all(
            "SELECT b.id, b.source FROM album a JOIN source s ON s.id = a.source"
            " JOIN album b ON b.title = a.title AND b.gone = 0 JOIN source t ON t.id = b.source"
            " WHERE a.id = ? AND a.gone = 0 AND t.library = s.library"
            " ORDER BY t.writes = '[]', b.id",
            (album_id,),
        )

    def source_of_album(self, album_id: int) -> int:
        """Which source tells of an album; 0 if there is no such album."""
        row = self.database.one("SELECT source FROM album WHERE id = ?", (album_id,))
        return row[0] if row else 0

    def lead_of(self, album_id: int) -> int:
        """The album whose folder shows it."""
        row = self.database.one("SELECT coalesce(lead, id) FROM album WHERE id = ?", (album_id,))
        return row[0] if row else album_id

    def albums_led_by(self, lead: int) -> list[int]:
        """The albums that one folder shows."""
        rows = self.database.all("SELECT id FROM album WHERE id = ?1 OR lead = ?1", (lead,))
        return [album for (album,) in rows]

    def set_lead(self, album_id: int, lead: int) -> bool:
        """Note whose folder shows an album; whether that is news."""
        self.database.run(
            "UPDATE album SET lead = nullif(?1, id) WHERE id = ?2 AND lead IS NOT nullif(?1, id)",
            (lead, album_id),
        )
        return self.database.changed() > 0

    def repoint_folder(self, folder_id: int, album_id: int) -> None:
        """A folder shows that album from now on, and those that it leads."""
        self.database.run(
            "UPDATE folder SET album = ?1, key = ?2 WHERE id = ?3",
            (album_id, str(album_id), folder_id),
        )

    def outdated_marks(self, album_id: int, as_of_ns: int) -> list[int]:
        """Forget what was wished and done before its source told of an album; of which photos."""
        rows = self.database.all(_OUTDATED, (album_id, as_of_ns))
        return [photo for (photo,) in rows]
