"""From inode numbers and names to nodes: the tree as the mount and the commands walk it.

The hot path. Each question is one catalog read of a few microseconds, with at most this one Python
call around it; nothing waits and nothing is kept.
"""

from collections.abc import Sequence

from photofs.catalog.port import TreeReads
from photofs.model.errors import NotFound
from photofs.model.node import ROOT_INO, Entry, Node, folder_ino, is_folder_ino, row_id

LOOK = "list the folder: names are exact, down to capital letters"


class Tree:
    """All libraries as one tree. The root's row id is 0, so inode // 2 is right for it, too."""

    def __init__(self, reads: TreeReads) -> None:
        """`reads` is asked anew each time."""
        self._node = reads.node
        self._child = reads.child
        self._parent = reads.parent
        self._entries = reads.entries
        self._path_of_folder = reads.path_of_folder
        self._path_of_photo = reads.path_of
        self.discards = reads.discards
        self.discard_at = reads.discard_at
        self.discarded_album = reads.discarded_album
        self.totals = reads.totals
        self.data_version = reads.data_version
        self.last_change = reads.last_change
        self.changes_since = reads.changes_since

    @property
    def root(self) -> Node:
        """The folder that holds the libraries."""
        return self.node(ROOT_INO)

    def node(self, ino: int) -> Node:
        """The attributes of a folder or photo. Raises NotFound."""
        node = self._node(ino)
        if node is None:
            raise _vanished()
        return node

    def lookup(self, parent_ino: int, name: str) -> Node:
        """What stands under exactly that name in the folder, "." and ".." too. Raises NotFound."""
        if parent_ino & 1 and parent_ino != ROOT_INO:
            raise NotFound(
                f"there is nothing named {name!r} below a photo",
                remedy="a photo is a file: ask for its own attributes, or for its folder's names",
            )
        node = self._child(parent_ino >> 1, name)
        if node is not None:
            return node
        if name in {".", ".."}:
            return self.node(parent_ino if name == "." else self.parent(parent_ino))
        raise NotFound(f"there is nothing named {name!r} here", remedy=LOOK)

    def entries(self, ino: int, after: int, limit: int) -> list[Entry]:
        """Up to `limit` entries of a folder with a cookie above `after`, in cookie order."""
        return self._entries(ino >> 1, after, limit)

    def parent(self, ino: int) -> int:
        """The inode of the folder that holds a folder; the root's for the root. NotFound."""
        if not is_folder_ino(ino):
            raise NotFound(
                "a photo stands in several folders; none of them is its parent",
                remedy="its extended attribute user.photofs.albums tells some of them",
            )
        if ino == ROOT_INO:
            return ROOT_INO
        above = self._parent(row_id(ino))
        if above is None:
            raise _vanished()
        return folder_ino(above) or ROOT_INO

    def path(self, ino: int) -> str:
        """Where it stands below the root, for people; "" for the root, and where nothing stands."""
        if ino == ROOT_INO:
            return ""
        of = self._path_of_folder if is_folder_ino(ino) else self._path_of_photo
        return of(row_id(ino))

    def resolve(self, parts: Sequence[str]) -> Node:
        """What a path's parts below the root lead to. NotFound names how far the path goes."""
        node = self.root
        for depth, part in enumerate(parts):
            try:
                node = self.lookup(node.ino, part)
            except NotFound as exc:
                whole, known = "/".join(parts), "/".join(parts[:depth])
                where = f"{known!r} holds no {part!r}" if known else f"no library is named {part!r}"
                raise NotFound(
                    f"{whole!r} is not there: {where}",
                    remedy=LOOK
                    if known
                    else "name something in a mount, or begin with a library: google/Albums",
                ) from exc
        return node


def _vanished() -> NotFound:
    """For what a program still has at hand, and the catalog no longer has."""
    return NotFound(
        "this is no longer there",
        safe="photos themselves are not touched by what vanishes here",
        remedy="list the folder again",
    )
