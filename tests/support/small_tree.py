"""The view's questions answered from dictionaries: a catalog small enough to read at a glance."""

from collections.abc import Mapping

from photofs.catalog.port import Change
from photofs.model.discard import Discard, TrashSpot
from photofs.model.node import ROOT_INO, Entry, Node, folder_ino, is_folder_ino, photo_ino, row_id

Folder = Mapping[str, int]


class SmallTree:
    """Keeps catalog.port.TreeReads. `folders` maps a folder's id to its names' inodes."""

    def __init__(self, folders: Mapping[int, Folder]) -> None:
        """Folder 0 is the root."""
        self._folders = folders
        self._inos = {ROOT_INO} | {ino for names in folders.values() for ino in names.values()}

    def node(self, ino: int) -> Node | None:
        """A folder or photo of size 0."""
        if ino not in self._inos:
            return None
        return Node(ino, is_folder_ino(ino), 0, True, 0, 0, 1)

    def child(self, folder_id: int, name: str) -> Node | None:
        """What stands under the name."""
        ino = self._folders.get(folder_id, {}).get(name)
        return None if ino is None else self.node(ino)

    def entries(self, folder_id: int, after: int, limit: int) -> list[Entry]:
        """Entries with their place as cookie."""
        names = enumerate(self._folders.get(folder_id, {}).items(), start=1)
        found = [
            Entry(place, name, ino, is_folder_ino(ino), 0, True, 0, 0, 1)
            for place, (name, ino) in names
            if place > after
        ]
        return found[:limit]

    def parent(self, folder_id: int) -> int | None:
        """The folder that has this one among its names."""
        for above, names in self._folders.items():
            if any(is_folder_ino(ino) and row_id(ino) == folder_id for ino in names.values()):
                return above
        return None

    def path_of_folder(self, folder_id: int) -> str:
        """Its names from the root on."""
        above = self.parent(folder_id)
        return "" if above is None else self._path_in(above, folder_ino(folder_id))

    def path_of(self, photo_id: int) -> str:
        """In the first folder that has it."""
        ino = photo_ino(photo_id)
        holding = (at for at, names in self._folders.items() if ino in names.values())
        return next((self._path_in(at, ino) for at in holding), "")

    def _path_in(self, folder_id: int, ino: int) -> str:
        own = next(name for name, each in self._folders[folder_id].items() if each == ino)
        return "/".join([*filter(None, [self.path_of_folder(folder_id)]), own])

    def data_version(self) -> int:
        """Nothing ever changes."""
        return 0

    def last_change(self) -> int:
        """Nothing ever changes."""
        return 0

    def changes_since(self, sequence: int, limit: int) -> list[Change]:  # noqa: ARG002 - the port's
        """Nothing ever changes."""
        return []

    def discards(self, owner: int, after: int, limit: int) -> list[Discard]:  # noqa: ARG002 - the port's
        """Nothing lies in any trash."""
        return []

    def discard_at(self, spot: TrashSpot) -> Discard | None:
        """Nothing lies in any trash."""

    def discarded_album(self, discard_id: int) -> Discard | None:
        """Nothing lies in any trash."""

    def totals(self) -> tuple[int, int]:
        """The number of photos; they have no bytes."""
        return sum(1 for ino in self._inos if not is_folder_ino(ino)), 0
