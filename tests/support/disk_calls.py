"""Which threads change the disk: files that are removed or renamed, and trees that are removed."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WATCHED = frozenset({"os.remove", "os.rename", "shutil.rmtree"})
"""Of Python's audit events (docs.python.org/3/library/audit_events.html) those of such calls."""

_watchers: list["DiskCalls"] = []


class DiskCalls:
    """The calls below a folder, each with its path, by whether the watching thread made them."""

    def __init__(self, folder: Path) -> None:
        """None yet; the thread that makes this is the one of the loop."""
        self._folder, self._loop = str(folder), threading.get_ident()
        self.here: list[str] = []
        self.aside: list[str] = []

    def note(self, event: str, told: object) -> None:
        """One call."""
        if event in WATCHED and str(told).startswith(self._folder):
            mine = threading.get_ident() == self._loop
            (self.here if mine else self.aside).append(f"{event} {told}")


@contextmanager
def disk_calls(folder: Path) -> Iterator[DiskCalls]:
    """Watch those of the block."""
    if not _hooked:
        sys.addaudithook(_tell)  # which nothing takes away again
        _hooked.append(True)
    calls = DiskCalls(folder)
    _watchers.append(calls)
    try:
        yield calls
    finally:
        _watchers.remove(calls)


_hooked: list[bool] = []


def _tell(event: str, told: tuple[object, ...]) -> None:
    for watcher in _watchers:
        watcher.note(event, told[0] if told else "")
