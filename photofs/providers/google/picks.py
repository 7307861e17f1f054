"""What was picked, in a folder on this disk: Google gives it once, for an hour.

Each item is two files by a hash of its id: the bytes, then their facts as JSON. Both come by rename
after a sync, the facts last: an item is there when its facts are. The session that is open, if one
is, is noted beside them, so that whoever was killed goes on with it.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from photofs.model.errors import Busy, Full, StoreError

SESSION = "session.json"
FACTS, BYTES, PART = ".json", ".bytes", ".part"
_UNREADABLE = (msgspec.DecodeError, UnicodeError)
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class Pick(msgspec.Struct, frozen=True, kw_only=True):
    """One item that was picked; `width` and `height` are 0 where they are not told."""

    item: str
    file_name: str
    mime: str
    created: str
    width: int
    height: int
    size: int
    sha256: str
    picked: datetime


class Noted(msgspec.Struct, frozen=True):
    """The session that is open."""

    session: str


def key_of(item: str) -> str:
    """The stem of an item's files."""
    return hashlib.sha256(item.encode()).hexdigest()[:32]


class Picks:
    """A folder of them. All calls go to the disk: they belong into a thread."""

    def __init__(self, folder: Path) -> None:
        """The folder need not be there yet."""
        self.folder = folder

    def make(self) -> None:
        """Make the folder if it is not there."""
        with disk_errors():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextlib.contextmanager
    def filling(self) -> Iterator[None]:
        """For whoever adds to it: alone, and without what a killed one left half-way; or Busy."""
        self.make()
        with disk_errors():
            folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Busy(
                    "another `photofs pick google` is at work on this library",
                    remedy="wait until it has ended",
                ) from error
            for left in self.folder.glob(f"*{PART}"):
                left.unlink(missing_ok=True)
            yield
        finally:
            os.close(folder)

    def has(self, item: str) -> bool:
        """Whether its bytes are here, and facts that can be read."""
        with disk_errors():
            return self.path_of(item).exists() and self.get(item) is not None

    def path_of(self, item: str) -> Path:
        """Where its bytes are."""
        return self.folder / f"{key_of(item)}{BYTES}"

    def part_of(self, item: str) -> Path:
        """Where its bytes go while they come."""
        return self.folder / f"{key_of(item)}{PART}"

    def keep(self, pick: Pick) -> None:
        """Take what is in its part file for good; durable once it returns."""
        with disk_errors():
            _sync(self.part_of(pick.item))
            self.part_of(pick.item).rename(self.path_of(pick.item))
            self._write(f"{key_of(pick.item)}{FACTS}", msgspec.json.encode(pick))

    def all(self) -> Iterator[Pick]:
        """All that are here, by their files' names."""
        with disk_errors():
            for path in sorted(self.folder.glob(f"*{FACTS}")):
                if path.name != SESSION:
                    with contextlib.suppress(*_UNREADABLE):
                        yield msgspec.json.decode(path.read_bytes(), type=Pick)

    def get(self, item: str) -> Pick | None:
        """One that is here."""
        with disk_errors():
            try:
                text = (self.folder / f"{key_of(item)}{FACTS}").read_bytes()
                return msgspec.json.decode(text, type=Pick)
            except (FileNotFoundError, *_UNREADABLE):
                return None

    def mark(self) -> str:
        """Another text once something was added."""
        with disk_errors():
            status = self.folder.stat()
        return f"{status.st_ino} {status.st_mtime_ns}"

    def session(self) -> str | None:
        """The session that was noted."""
        with disk_errors():
            try:
                return msgspec.json.decode((self.folder / SESSION).read_bytes(), type=Noted).session
            except (FileNotFoundError, *_UNREADABLE):
                return None

    def note_session(self, session: str | None) -> None:
        """Note the session that is open; None: there is none any more."""
        with disk_errors():
            if session is None:
                (self.folder / SESSION).unlink(missing_ok=True)
            else:
                self._write(SESSION, msgspec.json.encode(Noted(session)))

    def _write(self, name: str, content: bytes) -> None:
        part = self.folder / f"{name}{PART}"
        part.write_bytes(content)
        _sync(part)
        part.rename(self.folder / name)
        _sync(self.folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Turn an OSError of the block into Full or StoreError."""
    try:
        yield
    except OSError as error:
        kind = Full if error.errno in _NO_ROOM else StoreError
        raise kind(
            f"what was picked cannot be kept: {error.strerror}",
            safe="what had come before is kept",
            remedy="make room, or see who may use that folder, then run the command again",
        ) from error
