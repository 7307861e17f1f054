"""Takes copies out of albums' folders, each only while the mirror has the photo's bytes besides.

A file that rotted on its disk looks as it did: the copy in an album may be the last right one, and
the photo gone from its service. So the mirror's own file is read to its end before a copy of it
goes; what has to stay is told, and `photofs mirror repair` mends the file from it.
"""

from collections.abc import Iterable

from agent.mirror_work import Work
from photofs.catalog.mirrored import CopyRow
from photofs.catalog.mirrors import WRONG
from photofs.mirrors.rereading import reread
from photofs.model.errors import NotAttached, PhotofsError
from photofs.model.mirror import CopyState, Stamp, agrees
from photofs.model.pieces import between_pieces

KEPT = "kept, for the mirror's own file with its bytes is not right; `photofs mirror repair`"


class Removing:
    """What is taken out of one album's folder. `kept`: copies that had to stay, by path."""

    def __init__(self, work: Work, notes: Iterable[object]) -> None:
        """On the loop: look up the files that have the same bytes as what is noted."""
        self._work = work
        hashes = {_hash_of(note) for note in notes if isinstance(note, list)}
        self._own = {each: work.catalog.copies_with_bytes(work.mirror_id, each) for each in hashes}
        self._has: dict[str, bool] = {}
        self._wrong: list[tuple[CopyRow, CopyState, str]] = []
        self.kept: list[str] = []

    def remove(self, path: str, note: object) -> bool:
        """In a thread: take away what was made there, if it still is that; False if it stays."""
        if isinstance(note, str):
            self._work.folder.remove_link(path, note.removeprefix(WRONG))
        elif isinstance(note, list):
            return self._remove_copy(path, _hash_of(note), Stamp(*note[1:]))
        return True

    def _remove_copy(self, path: str, sha256: str, known: Stamp) -> bool:
        found = self._work.folder.stamp(path)
        if found is None or not agrees(known, found):
            return True  # a person's by now, and no matter of ours
        if not self._is_elsewhere(sha256):
            self.kept.append(path)
            return False
        self._work.folder.remove_copy(path, known)
        return True

    def tell(self) -> None:
        """On the loop: note which files were found wrong, and what was kept for that."""
        for row, state, why in self._wrong:
            self._work.catalog.note_not_proven(row, state, why)
        self._work.tally.failed += [f"{path}: {KEPT}" for path in self.kept]

    def _is_elsewhere(self, sha256: str) -> bool:
        """Whether a file of the mirror's own has those bytes, read to its end just now."""
        if sha256 not in self._has:
            self._has[sha256] = any(map(self._is_right, self._own.get(sha256, ())))
        return self._has[sha256]

    def _is_right(self, row: CopyRow) -> bool:
        if row.moving:
            return False
        try:
            found = reread(self._work.folder, row.path, _at_once)
        except NotAttached:
            raise
        except PhotofsError as error:
            self._wrong.append((row, CopyState.SUSPECT, f"it cannot be read: {error.what}"))
            return False
        if found is None:
            self._wrong.append((row, CopyState.ABSENT, "it is not there any more"))
        elif not found.steady or found.sha256 != row.sha256:
            state = CopyState.DAMAGED if found.steady else CopyState.SUSPECT
            self._wrong.append((row, state, "it was read again, and its bytes are others"))
        else:
            return True
        return False


def _hash_of(note: list[object]) -> str:
    """Of the bytes that a copy should have, though it was found to be wrong."""
    return str(note[0]).removeprefix(WRONG)


def _at_once(_count: int) -> None:
    between_pieces()
