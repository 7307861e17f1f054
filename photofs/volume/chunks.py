"""The chunks of a stream, of which nothing stays open when they are left early."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import trio

from photofs.providers.port import OriginalStream


def chunks_of(stream: OriginalStream) -> "aclosing[Chunks]":
    """They, for the length of an async block."""
    return aclosing(Chunks(stream))


class Chunks:
    """The chunks of a stream; `aclose` also ends the generator behind it, if it is one."""

    def __init__(self, stream: OriginalStream) -> None:
        """They are read once."""
        self._chunks: AsyncIterator[bytes] = stream.__aiter__()

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Those of the stream."""
        return self._chunks

    async def aclose(self) -> None:
        """End it, even while being cancelled."""
        close = getattr(self._chunks, "aclose", None)
        if close is not None:
            with trio.CancelScope(shield=True):
                await close()
