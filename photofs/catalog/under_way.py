"""How many bytes of each upload have gone out: a small file an upload, beside the catalog.

Not in the catalog, for a film's thousands of blocks would be as many commits. Losing a file loses
nothing but a number that is shown.
"""

import os
from contextlib import suppress
from pathlib import Path

_DIGITS = 20
"""Each number is written over the one before it, in one call: a reader sees one or the other."""


class UnderWay:
    """One folder's. The agent writes, commands read."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made with the first note."""
        self._folder = folder

    def note(self, operation: int, sent: int) -> None:
        """So many bytes have gone out; a disk that fails is no matter."""
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / str(operation)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(descriptor, f"{sent:0{_DIGITS}}".encode(), 0)
            finally:
                os.close(descriptor)

    def ended(self, operation: int) -> None:
        """It is no longer being sent."""
        with suppress(OSError):
            (self._folder / str(operation)).unlink()

    def forget(self) -> None:
        """Nothing is being sent: what a killed agent left goes."""
        for operation in self.sent():
            self.ended(operation)

    def sent(self) -> dict[int, int]:
        """The bytes that have gone out, by the operation's number."""
        found: dict[int, int] = {}
        with suppress(OSError):
            for path in self._folder.iterdir():
                with suppress(OSError, ValueError):
                    found[int(path.name)] = int(path.read_text(encoding="ascii"))
        return found
