"""The albums of a library as a mirror's list tells them: as the tree shows them, in order."""

from typing import Final, NamedTuple

from photofs.catalog.part import Part

_ALBUMS: Final = """
SELECT a.id, a.remote_id, a.title, coalesce(a.description, '') FROM album a
JOIN source s ON s.id = a.source WHERE s.library = ? AND a.gone = 0 AND a.lead IS NULL
ORDER BY a.source, a.position, a.id"""

# of all albums that one folder shows, those that only follow last
_MEMBERS: Final = """
SELECT h.photo FROM album a JOIN shown_member h ON h.album = a.id
JOIN photo p ON p.id = h.photo AND p.gone = 0
LEFT JOIN membership m ON m.album = h.album AND m.photo = h.photo
WHERE (a.id = ?1 OR a.lead = ?1) AND a.gone = 0
GROUP BY h.photo ORDER BY min(a.lead IS NOT NULL), min(m.position) IS NULL, min(m.position), h.photo
"""

_COLLECTIONS: Final = """
SELECT c.id, c.remote_id, c.title, coalesce(c.parent, '') FROM collection c
JOIN source s ON s.id = c.source WHERE s.library = ? ORDER BY c.source, c.position, c.id"""


class AlbumTold(NamedTuple):
    """An album that a folder shows; `remote_id` is that of the album that leads."""

    album_id: int
    remote_id: str
    title: str
    description: str


class CollectionTold(NamedTuple):
    """A collection; `parent` is a remote id, "" at the top."""

    collection_id: int
    remote_id: str
    title: str
    parent: str


class AlbumRows(Part):
    """Reads alone."""

    def albums_told(self, library_id: int) -> list[AlbumTold]:
        """The albums that the tree shows, in their services' order."""
        return [AlbumTold(*row) for row in self.database.all(_ALBUMS, (library_id,))]

    def photos_in_album(self, album_id: int) -> list[int]:
        """The photos of an album and of those that it leads, in the service's order."""
        return [row[0] for row in self.database.all(_MEMBERS, (album_id,))]

    def collections_told(self, library_id: int) -> list[CollectionTold]:
        """The collections, in their services' order."""
        return [CollectionTold(*row) for row in self.database.all(_COLLECTIONS, (library_id,))]
