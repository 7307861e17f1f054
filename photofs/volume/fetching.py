"""The seam between reading and bringing bytes: what the volume asks of whoever fetches.

Two things keep it: `engine.Engine` in this process, and a child process (photofs/fetcher) for the
mount. Whoever waits may be cancelled at any time; the request to the service goes on or ends by
itself. All errors are photofs.model.errors; the same error reaches everybody who waits.
"""

from typing import NamedTuple, Protocol

from photofs.model.span import Span


class Arrival(NamedTuple):
    """What is here of an original: `span` holds all that was asked for, and what follows it.

    `size` is the original's exact length. `sha256` is set once the original is sealed.
    """

    content_key: str
    size: int
    span: Span
    sha256: str | None


class Fetching(Protocol):
    """Makes bytes present in the store. One fetch at a time for a photo, whoever asks."""

    async def size(self, photo_id: int) -> int:
        """The exact length in bytes, asked of the source if it is not known yet."""
        ...

    async def ensure(self, photo_id: int, span: Span, draft: int | None = None) -> Arrival:
        """Return once the bytes of the span (as far as the file reaches) are in the store.

        `draft` is the inode of the file that the reader has open; Corrupt if the bytes now come
        from another version than that file holds.
        """
        ...

    async def whole(self, photo_id: int) -> Arrival:
        """Return once the original is sealed."""
        ...
