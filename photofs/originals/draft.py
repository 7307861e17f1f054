"""One draft: a sparse file of bytes that have arrived, and how its one writer works on it.

    drafts/<photo>-<key>.part      the bytes, each at its place; locked (flock) by the writer
    drafts/<photo>-<key>.ranges    which of them have arrived: draft_log.py

<key> is the beginning of a hash of the content key, so bytes of two versions never share a file.
"""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from photofs.model.errors import Busy, Corrupt, StoreError
from photofs.model.observation import ContentHash
from photofs.model.ranges import Ranges
from photofs.model.span import Span
from photofs.model.wording import agreeing
from photofs.originals.disk_errors import disk_errors
from photofs.originals.draft_log import DraftLog
from photofs.originals.hashing import sha256_and_check
from photofs.originals.locks import is_at, lock_open_file
from photofs.originals.port import DraftKey, Room, Sealed
from photofs.originals.rooms import Rooms, copy_bytes, make_folder, sync_folder

SYNC_EVERY = 1 << 27  # 128 MiB: what a power cut may cost at most of a long video
_OPEN = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
_TRIES = 5


class DraftFiles(NamedTuple):
    """Where a draft's two files lie."""

    part: Path
    log: Path


def draft_files(drafts: Path, key: DraftKey) -> DraftFiles:
    """The files of the draft of that key."""
    digest = hashlib.sha256(key.content_key.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    stem = f"{key.photo_id}-{digest}"
    return DraftFiles(drafts / f"{stem}.part", drafts / f"{stem}.ranges")


class LocalDraft:
    """A draft for writing; keeps the lock until `seal` or `close`."""

    def __init__(
        self, rooms: Rooms, key: DraftKey, boot: str, wrote: Callable[[int], None]
    ) -> None:
        """Open or begin the draft; Busy if it is being written. `wrote` hears of bytes written."""
        self._rooms = rooms
        self._wrote = wrote
        self._files = draft_files(rooms.drafts, key)
        self._unsynced = 0
        with disk_errors("opening a draft"):
            self._fd = _open_locked(self._files.part)
            self._log = DraftLog(self._files.log, boot)
            try:
                self._log.open(os.fstat(self._fd))
            except BaseException:
                self.abandon()
                raise

    @property
    def size(self) -> int | None:
        """The original's length as far as known."""
        return self._log.notes.size

    @property
    def present(self) -> Ranges:
        """What has arrived; not to be changed."""
        return self._log.notes.present

    def set_size(self, size: int) -> None:
        """Note the length; Corrupt if another was noted, or if more has arrived than that."""
        if self.size == size:
            return
        if self.size is not None:
            raise Corrupt(
                f"the source tells a length of {size} bytes, and told {self.size} before",
                safe="nothing of it is taken for the photo",
                remedy="read the photo again; if it stays so, run `photofs scan`",
            )
        if self.present.stop > size:
            raise Corrupt(
                f"more than the {size} bytes that the source tells have arrived",
                safe="nothing of it is taken for the photo",
                remedy="read the photo again; if it stays so, run `photofs scan`",
            )
        with disk_errors("noting a length"):
            os.ftruncate(self._fd, size)
            self._log.note(f"size {size}")

    @property
    def validator(self) -> str | None:
        """Which version of the original the bytes belong to, as the source named it."""
        return self._log.notes.validator

    def set_validator(self, validator: str) -> None:
        """Note the version, beside the ranges; it stays until `reset`."""
        if self.validator != validator:
            with disk_errors("noting the version of an original"):
                self._log.note(f"from {json.dumps(validator)}")

    def missing(self, span: Span) -> list[Span]:
        """What has not arrived yet of the span, in order."""
        return self.present.missing(span)

    def write(self, offset: int, data: bytes) -> None:
        """Bytes into the file, and their range noted. Corrupt if they reach beyond the length."""
        if self.size is not None and offset + len(data) > self.size:
            raise Corrupt(
                f"more bytes came than the {self.size} that the source told",
                safe="nothing of it is taken for the photo",
                remedy="read the photo again; if it stays so, run `photofs scan`",
            )
        with disk_errors("writing what has arrived"):
            self._mend()
            written = self._write(offset, memoryview(data))
        self._wrote(written)
        self._unsynced += written
        if self._unsynced >= SYNC_EVERY:
            self._sync()

    def _write(self, offset: int, view: memoryview) -> int:
        """Write and note; what fitted is noted also if the disk is full."""
        at = offset
        try:
            while view:
                count = os.pwrite(self._fd, view, at)
                at, view = at + count, view[count:]
        finally:
            if at > offset:
                self._log.note_have(Span(offset, at))
        return at - offset

    def _sync(self) -> None:
        """Bytes, names and log to the disk; what cannot be synced cannot be trusted any more."""
        try:
            with disk_errors("bringing bytes to the disk"):
                os.fdatasync(self._fd)
                with suppress(FileNotFoundError):
                    sync_folder(self._rooms.drafts)
                self._log.note("synced")
                self._log.sync()
        except StoreError:
            self._discard()
            raise
        self._unsynced = 0

    def _mend(self) -> None:
        """Put back what was removed by hand under the writer, so that readers find it."""
        if os.fstat(self._fd).st_nlink == 0:
            make_folder(self._rooms.drafts)
            self._renew(copied=self.present)
        elif self._log.removed:
            self._log.rewrite()

    def _renew(self, copied: Ranges | None) -> None:
        """Another file, locked, in the place of the present one, with these bytes or none of it."""
        new = self._files.part.with_suffix(".part-new")
        fd = os.open(new, _OPEN | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            lock_open_file(fd)
            if copied is not None:
                os.ftruncate(fd, os.fstat(self._fd).st_size)
                for span in copied:
                    copy_bytes(self._fd, fd, *span)
            new.rename(self._files.part)
        except BaseException:
            os.close(fd)
            raise
        os.close(self._fd)
        self._fd = fd
        self._log.begin(os.fstat(fd).st_ino, None if copied is None else self._log.notes, copied)

    def reset(self) -> None:
        """Throw away all bytes, length and version; readers of the old bytes are told."""
        with disk_errors("beginning a draft anew"):
            make_folder(self._rooms.drafts)
            self._log.note("void")
            self._renew(copied=None)
        self._unsynced = 0

    def seal(self, expected: ContentHash | None) -> Sealed:
        """Make it a sealed file; see the port. A draft with a gap stays as it is."""
        with disk_errors("sealing an original"):
            self._mend()
        size = self._whole_size()
        sha256 = self._checked(expected)
        with disk_errors("sealing an original"):
            room = self._take_in(sha256)
            self._log.remove()
        self.abandon()
        return Sealed(sha256, size, room)

    def _whole_size(self) -> int:
        """The length; Corrupt if it is not known or a byte is missing."""
        if self.size is None:
            raise Corrupt(
                "the original's length is not known yet",
                safe="the draft stays",
                remedy="read the photo again",
            )
        if gaps := self.missing(Span(0, self.size)):
            lacking = sum(gap.length for gap in gaps)
            raise Corrupt(
                f"{agreeing(lacking, 'byte', 'has', 'have')} not arrived yet",
                safe="the draft stays",
                remedy="read the photo again",
            )
        return self.size

    def _checked(self, expected: ContentHash | None) -> str:
        """Sync, read back, compare; the SHA-256. What fails is set aside or thrown away."""
        try:
            with disk_errors("verifying an original"):
                os.fsync(self._fd)
                sha256, agrees = sha256_and_check(self._fd, expected)
                right_length = os.fstat(self._fd).st_size == self.size
        except StoreError:
            self._discard()
            raise
        if agrees and right_length:
            return sha256
        self._set_aside()
        told = f"{expected.kind.value} {expected.digest}" if expected and not agrees else "length"
        raise Corrupt(
            f"the bytes that arrived do not have the {told} that the source told",
            safe="they were set aside and are not shown",
            remedy="read the photo again to fetch it anew",
        )

    def _take_in(self, sha256: str) -> Room:
        """Into the Cache, unless Kept has the very same bytes already.

        The mode tells readers that the file is whole; the folder's fsync brings it to the disk too.
        """
        os.fchmod(self._fd, 0o400)
        if self._rooms.is_right(Room.KEPT, sha256):
            self._files.part.unlink(missing_ok=True)
            return Room.KEPT
        self._rooms.move_in(self._files.part, Room.CACHE, sha256)
        return Room.CACHE

    def _void(self) -> None:
        """Tell readers that nothing here is to be trusted."""
        with suppress(OSError):
            self._log.note("void")
        self._log.remove()

    def _set_aside(self) -> None:
        """The bytes are not what the source told: out of the way with them."""
        with disk_errors("setting a damaged draft aside"):
            self._void()
            self._rooms.put_aside(self._fd, self._files.part)
        self.abandon()

    def _discard(self) -> None:
        """The disk lost bytes: no use in keeping the file."""
        with suppress(OSError):
            self._void()
            if is_at(self._fd, self._files.part):
                self._files.part.unlink()
        self.abandon()

    def close(self) -> None:
        """Sync and unlock; what has arrived stays for the next writer."""
        if self._fd < 0:
            return
        try:
            if self._unsynced:
                self._sync()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Unlock without syncing: kill -9, but politely."""
        self._log.close()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _open_locked(part: Path) -> int:
    """The draft file, made if need be, locked for us; Busy if it is locked by others."""
    for _ in range(_TRIES):
        fd = _open_or_make(part)
        if not lock_open_file(fd):
            os.close(fd)
            break
        if is_at(fd, part):
            return fd
        os.close(fd)
    raise Busy(
        "the original is being fetched by another process",
        remedy="wait for it, or try again in a moment",
    )


def _open_or_make(part: Path) -> int:
    """Open the draft file; one that was about to be sealed is read-only, and is opened again.

    The folder is made when it is missed: it was there a moment ago, or somebody emptied the Cache.
    """
    try:
        return os.open(part, _OPEN | os.O_CREAT, 0o600)
    except PermissionError:
        part.chmod(0o600)
    except FileNotFoundError:
        make_folder(part.parent)
    return os.open(part, _OPEN | os.O_CREAT, 0o600)
