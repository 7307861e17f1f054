"""The folders of a library: standing ones, dates, albums and collections, as rows of the catalog.

A folder keeps its id, and so its inode number, when its album is renamed or moved. An album's
folder stays as long as the album does, also if it is empty; a date's or a title's upper step goes
with its last entry. A folder that stands for nothing any more is retired: it goes once the photos
in it have been placed elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from photofs.catalog.album_writes import CollectionRow
from photofs.catalog.port import LibraryRow
from photofs.catalog.sqlite import Catalog
from photofs.catalog.tree_writes import FolderRow, NewFolder
from photofs.model.folder import FolderKind
from photofs.model.naming import album_path, folder_name
from photofs.view.layout import FolderPath, Step, album_in, collected, top_folders

_RENAMED = frozenset({FolderKind.ALBUM, FolderKind.COLLECTION})
"""Kinds whose name at the service can change under the same key."""


class Shelves:
    """Finds, makes, moves and retires folders; inside the caller's transaction."""

    def __init__(
        self,
        catalog: Catalog,
        library: LibraryRow,
        special: frozenset[str],
        now_ns: Callable[[], int],
    ) -> None:
        """`special`: the special top folders that the library shows."""
        self._catalog = catalog
        self._library = library
        self._now_ns = now_ns
        self.special = special
        self._several = catalog.has_several(library.library_id)
        self._folders: dict[FolderPath, int] = {}
        self._albums: dict[int, tuple[FolderPath, ...]] = {}

    def forget(self) -> None:
        """What was read before may not hold any more."""
        self._folders.clear()
        self._albums.clear()

    def make_standing(self) -> None:
        """The top folders that are always there."""
        for step in top_folders(self.special):
            self.folder_of((step,))

    def folder_of(self, path: FolderPath) -> int:
        """The folder at a path, made if need be."""
        known = self._folders.get(path)
        if known is not None:
            return known
        parent = self.folder_of(path[:-1]) if len(path) > 1 else self._library.folder_id
        folder_id = self._find_or_make(parent, path[-1])
        self._folders[path] = folder_id
        return folder_id

    def tidy(self, folder_id: int) -> None:
        """Remove the folder if it is one that goes with its last entry."""
        if self._catalog.remove_if_empty(folder_id):
            self._folders.clear()

    def paths_of_album(self, album_id: int) -> tuple[FolderPath, ...]:
        """Where an album is shown: below Albums, and in each collection that holds it."""
        paths = self._albums.get(album_id)
        if paths is None:
            paths = self._albums[album_id] = tuple(self._album_paths(album_id))
        return paths

    def settle_album(self, album_id: int) -> None:
        """Make, move, rename or retire the album's folders as its title and collections want.

        Albums of equal title that several sources tell have one folder, if each tells one such.
        """
        self.forget()
        if self._several:
            self._settle_together(self._catalog.albums_beside(album_id))
        else:
            self._settle_one(album_id)
        self.forget()

    def _settle_together(self, albums: Sequence[int]) -> None:
        """All that share a title or a folder, or did so."""
        catalog = self._catalog
        leads = {album: self._lead_of(album) for album in albums}
        for album, lead in leads.items():
            if catalog.set_lead(album, lead):
                catalog.queue_album(album)
        for lead in sorted(set(leads.values())):
            self._hand_folder_on(lead, leads)
        # those first that have a folder: it may leave the name that another one is to have
        for album in sorted(albums, key=lambda each: not catalog.folders_of_album(each)):
            if leads[album] == album:
                self._settle_one(album)
                continue
            for folder in catalog.folders_of_album(album):
                catalog.retire_folder(folder)
            catalog.queue_album(album)

    def _lead_of(self, album_id: int) -> int:
        """The album in whose folder one is shown: its own if one source tells two of its title."""
        alike = self._catalog.albums_alike(album_id)
        sources = {source for _, source in alike}
        return alike[0][0] if alike and len(sources) == len(alike) else album_id

    def _hand_folder_on(self, lead: int, leads: Mapping[int, int]) -> None:
        """An album that leads from now on goes on in the folder that those beside it had.

        If it has one itself, but not of that title yet, its own goes.
        """
        catalog = self._catalog
        own = catalog.folders_of_album(lead)
        title = folder_name(album_path(catalog.album_by_id(lead).title)[-1])
        if catalog.album_by_id(lead).gone or any(folder.name == title for folder in own):
            return
        for album in leads:
            gives = leads[album] == lead or catalog.album_by_id(album).gone
            folders = catalog.folders_of_album(album) if gives and album != lead else []
            if folders and (not own or any(folder.name == title for folder in folders)):
                for folder in own:
                    catalog.retire_folder(folder)
                for folder in folders:
                    catalog.repoint_folder(folder.folder_id, lead)
                catalog.queue_album(lead)
                catalog.queue_album(album)
                return

    def _settle_one(self, album_id: int) -> None:
        """An album that has a folder of its own, or is to have none."""
        self.forget()
        wanted = self.paths_of_album(album_id)
        parents = {self.folder_of(path[:-1]): path[-1] for path in wanted}
        spare = []
        for folder in self._catalog.folders_of_album(album_id):
            step = parents.pop(folder.parent, None)
            if step is None:
                spare.append(folder)
            elif step.name != folder.name:
                self._move(folder, folder.parent, step.name)
        for parent, step in parents.items():
            if spare:
                self._move(spare.pop(0), parent, step.name)
            else:
                self._find_or_make(parent, step)
                self._catalog.queue_album(album_id)
        for folder in spare:
            self._catalog.retire_folder(folder)
            self._catalog.queue_album(album_id)

    def settle_collection(self, collection: CollectionRow) -> None:
        """The same for a collection's folder, and for the collections that it holds."""
        self.forget()
        if self._shows_collections():
            for path in self._collection_paths(collection):
                self.folder_of(path)
        self.forget()

    def retire_collection(self, collection: CollectionRow) -> None:
        """The collection is no more; its row must be gone already."""
        self.forget()
        folder = self._catalog.folder_anywhere(
            self._library.library_id, FolderKind.COLLECTION, str(collection.collection_id)
        )
        for child in self._catalog.collections_in(collection):
            self.settle_collection(child)
        if folder is not None:
            self._catalog.retire_folder(folder)
        self.forget()

    def _album_paths(self, album_id: int) -> Iterator[FolderPath]:
        album = self._catalog.album_by_id(album_id)
        if album.gone:
            return
        key = str(self._catalog.lead_of(album_id)) if self._several else str(album_id)
        yield album_in(album_path(album.title), key)
        if self._shows_collections():
            for collection in self._catalog.collections_with(album_id):
                yield collected(self._chain(collection), (folder_name(album.title), key))

    def _collection_paths(self, collection: CollectionRow) -> Iterator[FolderPath]:
        """The collection's own path, then those of all below it."""
        waiting, told = [collection], set()
        while waiting:
            each = waiting.pop()
            if each.collection_id not in told:
                told.add(each.collection_id)
                # `collected` ends with an album; without that step it is the collection's path
                yield collected(self._chain(each), ("", ""))[:-1]
                waiting += self._catalog.collections_in(each)

    def _chain(self, collection: CollectionRow) -> tuple[tuple[str, str], ...]:
        """Name and key of the collections from the top down to this one; a loop is cut."""
        chain: dict[str, str] = {}
        each: CollectionRow | None = collection
        while each is not None and str(each.collection_id) not in chain:
            chain[str(each.collection_id)] = folder_name(each.title)
            parent = each.parent
            each = self._catalog.collection(each.source_id, parent) if parent else None
        return tuple((name, key) for key, name in reversed(chain.items()))

    def _shows_collections(self) -> bool:
        return any(step.kind is FolderKind.COLLECTIONS for step in top_folders(self.special))

    def _find_or_make(self, parent: int, step: Step) -> int:
        folder = self._catalog.folder_at(parent, step.kind, step.key)
        if folder is None and step.kind is FolderKind.COLLECTION:
            folder = self._catalog.folder_anywhere(self._library.library_id, step.kind, step.key)
        if folder is None:
            new = NewFolder(parent, step.kind, step.key, step.name, self._library.library_id)
            if step.kind is FolderKind.ALBUM:
                new = new._replace(album=int(step.key))
            return self._catalog.make_folder(new, self._now_ns())
        if folder.parent != parent or (step.kind in _RENAMED and folder.name != step.name):
            self._move(folder, parent, step.name)
        return folder.folder_id

    def _move(self, folder: FolderRow, parent: int, name: str) -> None:
        self._catalog.move_folder(folder, parent, name, self._now_ns())
        if parent != folder.parent:
            self.tidy(folder.parent)
