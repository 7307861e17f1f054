"""Gives a photo its names in the folders that the layout wants, and takes it out of others.

A name is fixed once per folder and photo; only another name at the service changes it. A clash is
resolved by a suffix made from the photo's id, so that the order of listing changes no name later.
"""

import time
from collections.abc import Callable, Sequence
from datetime import date

from photofs.catalog.photo_writes import PhotoFacts
from photofs.catalog.port import LibraryRow
from photofs.catalog.sqlite import Catalog
from photofs.catalog.tree_writes import Candidate, PhotoEntry
from photofs.filing.shelves import Shelves
from photofs.model.capture_time import Granularity
from photofs.model.naming import short_id, with_suffix
from photofs.model.photo import Media
from photofs.view.layout import FolderPath, Placed, places


class Placing:
    """Places photos of one library; inside the caller's transaction."""

    def __init__(
        self,
        catalog: Catalog,
        library: LibraryRow,
        shelves: Shelves,
        dates_template: str,
    ) -> None:
        """`shelves` knows the library's folders."""
        self._catalog = catalog
        self._library = library
        self._shelves = shelves
        self._dates = dates_template

    def wanted(self, facts: PhotoFacts, albums: Sequence[int]) -> list[int]:
        """The folders that a photo in these albums stands in, made if need be."""
        if facts.gone:
            return []
        paths: list[FolderPath] = []
        for album in albums:
            paths += self._shelves.paths_of_album(album)
        placed = Placed(
            local_date=date.fromisoformat(facts.taken_local[:10]) if facts.taken_local else None,
            favorite=facts.favorite == 1,
            archived=facts.archived == 1,
            trashed=facts.trashed == 1,
            owned=facts.owned == 1,
            video=facts.media == Media.VIDEO.value,
            albums=tuple(paths),
            granularity=Granularity(facts.granularity),
        )
        found = places(placed, self._shelves.special, self._dates)
        return list(dict.fromkeys(self._shelves.folder_of(path) for path in found))

    def enter(self, photo_id: int, remote_id: str, name: str, folders: Sequence[int]) -> None:
        """Give a photo a name in each of the folders."""
        candidate = names(name, remote_id)
        for folder in folders:
            self._catalog.add_photo_entry(folder, photo_id, candidate)

    def replace(self, photo_id: int) -> None:
        """Work a photo's places out anew, and change what differs."""
        catalog = self._catalog
        if catalog.stands_where_put(photo_id):
            catalog.set_places(photo_id, len(catalog.photo_entries(photo_id)))
            catalog.unqueue(photo_id)
            return
        facts = catalog.photo_facts(photo_id)
        wanted = self.wanted(facts, catalog.albums_of(photo_id))
        present = catalog.photo_entries(photo_id)
        held = {entry.folder_id for entry in present}
        missing = [folder for folder in wanted if folder not in held]
        if missing:
            self.enter(photo_id, catalog.remote_id_of(photo_id), facts.name, missing)
        for entry in present:
            if entry.folder_id not in wanted:
                self.unname(entry)
        # a program may have given it a second name in one folder
        catalog.set_places(photo_id, len(catalog.photo_entries(photo_id)))
        catalog.unqueue(photo_id)

    def unname(self, entry: PhotoEntry) -> None:
        """Take a name away; with its last name goes a folder that only stood for what was in it."""
        self._catalog.remove_photo_entry(entry)
        self._shelves.tidy(entry.folder_id)

    def rename(self, photo_id: int, remote_id: str, name: str) -> None:
        """The service gave it another name: so has it in all its folders."""
        candidate = names(name, remote_id)
        for entry in self._catalog.photo_entries(photo_id):
            self._catalog.rename_photo_entry(entry, candidate)

    def drain_until(self, until: float) -> bool:
        """Place photos that wait for it until then (time.monotonic()); whether more wait."""
        while (photo_id := self._catalog.queued(self._library.library_id)) is not None:
            self.replace(photo_id)
            if time.monotonic() >= until:
                return True
        return False

    def drain(self, breathe: Callable[[], None]) -> None:
        """Place all photos of the library that wait for it."""
        while (photo_id := self._catalog.queued(self._library.library_id)) is not None:
            self.replace(photo_id)
            breathe()


def names(name: str, remote_id: str) -> Candidate:
    """The name itself, then with a suffix from the id before its extension."""

    def candidate(attempt: int) -> str:
        if attempt == 0:
            return name
        more = str(attempt) if attempt > 1 else ""
        return with_suffix(name, f"_{short_id(remote_id)}{more}")

    return candidate
