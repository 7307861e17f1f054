"""Erases the bytes of last copies that were let go, once nothing else stands on them.

The journal has each of them before anything is touched. Whatever ends this in the midst, the next
round goes on: a file is in Kept, or on its way in kept/leaving, or gone, and its wish is `sent`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.model.operation import Event
from photofs.model.pieces import between_pieces
from photofs.originals.local_disk import LocalDisk
from photofs.wishing.wishing import Wishing

AT_ONCE: Final = 25
"""Originals that are out of Kept together: each takes some 30 ms to remove on a slow disk."""


class Erased(NamedTuple):
    """How many wishes have come to their end, the bytes that left the disk, and what waits."""

    ended: int
    bytes: int
    waiting: int


class Standing(NamedTuple):
    """What speaks for bytes: lengths of files that may be sealed just now, and hashes needed."""

    written: frozenset[int]
    needed: frozenset[str]

    def has(self, row: OperationRow) -> bool:
        """Whether anything stands on its bytes, or may."""
        return _hash_of(row) in self.needed or row.wish.details["size"] in self.written


class Erasing:
    """For one catalog and its store; one at a time (`House.erasing`)."""

    def __init__(
        self, catalog: Catalog, wishing: Wishing, store: LocalDisk, now_ns: Callable[[], int]
    ) -> None:
        """`wishing` is the same catalog's."""
        self._catalog = catalog
        self._wishing = wishing
        self._store = store
        self._now_ns = now_ns

    def go(self) -> Erased:
        """End all that the journal has. StoreError, and the rest is as it was.

        What is on its way and in no journal is of a catalog that is no more, or an older one: it
        goes back to Kept. So does all of it while this one may be an older one: what came since may
        stand on these bytes.
        """
        rows = self._catalog.letting_go()
        doubted = bool(self._catalog.doubt())
        leaving = frozenset() if doubted else {_hash_of(row) for row in rows}
        for sha256 in self._store.leaving.names() - leaving:
            self._store.leaving.put_back(sha256)
        if doubted:
            return Erased(0, 0, len(rows))
        parts = [self._part(rows[at : at + AT_ONCE]) for at in range(0, len(rows), AT_ONCE)]
        return Erased(*(sum(numbers) for numbers in zip((0, 0, 0), *parts, strict=True)))

    def _part(self, rows: Sequence[OperationRow]) -> Erased:
        between_pieces()
        return self._let_go(rows)

    def _let_go(self, rows: Sequence[OperationRow]) -> Erased:
        """Asked first, for what is needed may not be out of Kept for a moment; and once more.

        In this order: what was sealed before the file was moved away has its draft still, or is in
        the catalog; what is sealed after that has a file of its own.
        """
        first = self._standing(rows)
        moved = [row for row in rows if not first.has(row)]
        for sha256 in {_hash_of(row) for row in moved}:
            self._store.leaving.take(sha256)
        then = self._standing(moved)
        return self._end_all(
            rows, Standing(first.written | then.written, first.needed | then.needed)
        )

    def _standing(self, rows: Iterable[OperationRow]) -> Standing:
        written = self._written_lengths()
        return Standing(written, self._catalog.needed_elsewhere({_hash_of(row) for row in rows}))

    def _end_all(self, rows: Iterable[OperationRow], standing: Standing) -> Erased:
        ended = size = waiting = 0
        for row in rows:  # before any is removed, which takes its time
            if standing.has(row):
                self._store.leaving.put_back(_hash_of(row))
        for row in rows:
            if _hash_of(row) in standing.needed:
                self._confirm(row, "the bytes stay: something else here stands on them")
            elif standing.has(row):
                waiting += 1
                continue
            else:
                size += self._remove(row)
            ended += 1
        return Erased(ended, size, waiting)

    def _remove(self, row: OperationRow) -> int:
        """For good; the bytes that left."""
        sha256 = _hash_of(row)
        was_kept = self._store.leaving.remove(sha256)
        was_cached = self._store.free(sha256) > 0
        self._confirm(row, "the bytes were removed from this disk")
        return int(str(row.wish.details["size"])) if was_kept or was_cached else 0

    def _confirm(self, row: OperationRow, what: str) -> None:
        with self._wishing.change():
            now = self._now_ns()
            self._catalog.note_exchange(row.operation_id, now, "", f"{_hash_of(row)}: {what}")
            self._catalog.happen(row.operation_id, Event.CONFIRM, now)

    def _written_lengths(self) -> frozenset[int]:
        """The lengths of files that programs have written and that may be sealed just now."""
        written = self._store.written
        sizes = (written.size(name) for name in written.names())
        return frozenset(size for size in sizes if size is not None)


def _hash_of(row: OperationRow) -> str:
    return str(row.wish.details["sha256"])
