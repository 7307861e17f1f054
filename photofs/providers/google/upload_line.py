"""The line for uploads: requests, with limits of ours on silence and on the length of an answer."""

from collections.abc import Mapping
from typing import Protocol

from photofs.providers.google.line import Reply, ask
from photofs.providers.transport.session import open_session

STALL_LIMIT = 60.0
"""Seconds, at most, in which a block of an upload must have gone out: 20 kbit/s manage that."""

ANSWER_PATIENCE = 4
"""How much longer than other calls an upload's answer may take: the bytes are put away first."""


class Body(Protocol):
    """What is sent, read block by block; `len` are the bytes that are left."""

    len: int

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        ...


class UploadLine:
    """One for each account; threads may share it."""

    def __init__(self, read_timeout: float) -> None:
        """Nothing is connected yet."""
        stall = min(STALL_LIMIT, 2 * read_timeout)
        self._timeouts = (stall, ANSWER_PATIENCE * read_timeout)
        self._session = open_session()

    def post(self, url: str, headers: Mapping[str, str], body: Body | None) -> Reply:
        """The answer to a request; raises as `ask`. Without a body it says that it has none."""
        data = b"" if body is None else body
        return ask(self._session, "POST", url, data, headers, self._timeouts)

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()
