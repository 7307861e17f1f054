"""What a scan must know of all photos at once, row by row; where it is kept, others know."""

from collections.abc import Iterator
from typing import Protocol, TypeAlias

Cell: TypeAlias = "bool | int | float | str | tuple[Cell, ...] | None"
Row: TypeAlias = "tuple[Cell, ...]"
"""What a pile keeps: plain values, and rows of them, exactly of these types; at most three deep."""


class Pile(Protocol):
    """Rows by key, on this machine's disk while a scan lasts: of all photos, with flat memory.

    Used by one thread at a time. All raise Full or StoreError if the disk cannot keep them.
    """

    def add(self, key: str, row: Row) -> None:
        """Put a row behind those of its key."""
        ...

    def rows(self, key: str) -> Iterator[Row]:
        """The rows of a key, in the order in which they were added."""
        ...

    def keys(self) -> Iterator[str]:
        """All keys, in the order of their first rows; nothing may be added meanwhile."""
        ...

    def remove(self, key: str) -> None:
        """Forget a key with its rows."""
        ...

    def __contains__(self, key: object) -> bool:
        """Whether the key has a row."""
        ...

    def __len__(self) -> int:
        """How many keys there are."""
        ...

    def close(self) -> None:
        """Forget all of it, once and for all."""
        ...
