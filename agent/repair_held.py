"""Right bytes that stand anywhere in a mirror, under whatever name: asked before any service.

Two files whose names were exchanged are both wrong, and both are there. So files of rows that are
wrong are read, too, and what lies in Damaged, in Vanished and in albums' folders.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from agent.mirror_work import Work
from agent.verify_strays import files_below, hash_if_readable
from photofs.mirrors.folder import LocalMirror
from photofs.model.errors import Full, NotAttached, PhotofsError
from photofs.model.mirror import ALBUMS_FOLDER, Stamp, agrees


@dataclass
class Held:
    """Where in one mirror the bytes of its wrong files are; searched once, when the first is wrong.

    `unread`: why the mirror could not be searched; empty if it was, or was not asked.
    """

    work: Work
    unread: str = ""
    _paths: dict[str, str] | None = None
    _moved: dict[str, str] = field(default_factory=dict)

    async def open(self, sha256: str) -> tuple[int, str] | None:
        """An open file that has the bytes, read to its end just now, and its path; None if none."""
        if self._paths is None:
            self._paths = await self._search()
        path = self._paths.get(sha256)
        if path is None:
            return None
        path = self._moved.get(path, path)
        fd: int | None = await self.work.disk.ask(partial(_open, self.work.folder, path, sha256))
        return None if fd is None else (fd, path)

    def note_moved(self, old: str, new: str) -> None:
        """A wrong file has another path now; it may be the one that has a neighbour's bytes."""
        self._moved[old] = new

    async def _search(self) -> dict[str, str]:
        catalog, work = self.work.catalog, self.work
        wanted = {row.sha256: row.stamp.size for row in catalog.bad_copies(work.mirror_id)}
        right = catalog.good_stamps(work.mirror_id)
        try:
            return await work.disk.ask(partial(find_held, work.folder, wanted, right))
        except (Full, NotAttached):
            raise
        except PhotofsError as error:  # a folder that cannot be read keeps no other source away
            self.unread = error.what
            return {}


def find_held(
    folder: LocalMirror, wanted: Mapping[str, int], right: Mapping[str, Stamp]
) -> dict[str, str]:
    """In a thread: for hashes, a path that has their bytes. `wanted`: sizes, by hash.

    Files of other sizes are not read, nor those in `right` that the disk tells nothing new of:
    raw files all have one size, and a row leads to their bytes.
    """
    sizes, found = set(wanted.values()), dict[str, str]()
    for path in chain(files_below(folder), files_below(folder, ALBUMS_FOLDER)):
        stamp = folder.stamp(path)
        if stamp is None or stamp.size not in sizes:
            continue
        if path in right and agrees(right[path], stamp):
            continue
        sha256 = hash_if_readable(folder, path)
        if sha256 in wanted:
            found.setdefault(sha256, path)
    folder.check()  # of a disk that went away meanwhile nothing was read
    return found


def _open(folder: LocalMirror, path: str, sha256: str) -> int | None:
    """In a thread: shared blocks are not compared when they are written, so it is done here."""
    return folder.open(path) if hash_if_readable(folder, path) == sha256 else None
