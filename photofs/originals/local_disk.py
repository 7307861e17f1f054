"""The store of originals on a local disk; the contract is port.py, the layout rooms.py."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache as once
from pathlib import Path

from photofs.model.errors import Corrupt, Full, NotFound
from photofs.model.observation import HashKind
from photofs.originals.disk_errors import disk_errors, our_error
from photofs.originals.draft import LocalDraft, draft_files
from photofs.originals.draft_reader import LocalDraftReader
from photofs.originals.eviction import Census, drop, may_go, on_disk, take_census
from photofs.originals.hashing import hash_file, sha256_of
from photofs.originals.leaving import LeavingFiles
from photofs.originals.port import DraftKey, Room, Sealed, Usage
from photofs.originals.rooms import Rooms, make_folder, open_quietly, sync_folder
from photofs.originals.written import WrittenFiles

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
_SAME_USE = 1_000_000_000  # ns: an original that is opened again within is not marked again
_WALK_SHARE = 50  # the Cache is walked anew at the most for 1/50 of the time ...
_WALK_PAUSE = 10.0  # ... and not more often than every 10 s while all fits


@once
def boot_id() -> str:
    """The kernel's name for the time since it was booted."""
    with disk_errors("reading the kernel's boot id"):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _nowhere(_sha256: str) -> None:
    """There is no other place."""


class LocalDisk:
    """All originals on this disk. One object may be used from one thread at a time."""

    def __init__(
        self,
        kept: Path,
        cache: Path,
        *,
        limit: int,
        min_free: int,
        boot: str | None = None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """The two rooms; `limit` for the Cache and `min_free` for its disk in bytes.

        `boot` and `now_ns` come from outside so that tests can reboot and set the clock.
        """
        self._rooms = Rooms(kept, cache)
        self._limit = limit
        self._min_free = min_free
        self._boot = boot_id() if boot is None else boot
        self._now_ns = now_ns
        self.elsewhere: Callable[[str], int | None] = _nowhere
        self.written = WrittenFiles(self._rooms, kept / "written")
        self.leaving = LeavingFiles(self._rooms, kept / "leaving")
        self._used = 0
        self._walk_again = float("-inf")

    def open_sealed(self, sha256: str) -> int | None:
        """A read-only descriptor, or None; the caller closes it and compares the length.

        The Cache is asked first: there a damaged file gets replaced, in Kept it never does. What is
        in neither is asked of `elsewhere`: another folder of this disk that has whole originals.
        """
        for room in (Room.CACHE, Room.KEPT):
            try:
                fd = os.open(self._rooms.name(room, sha256), _READ)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise our_error(error, "opening an original") from error
            if room is Room.CACHE:
                self._mark_used(fd)
            return fd
        return self.elsewhere(sha256)

    def glance(self, sha256: str) -> int | None:
        """A read-only descriptor, or None; it is not marked as used, for nobody asked for it.

        The kernel may mark it: once a day at the most (relatime).
        """
        for room in (Room.CACHE, Room.KEPT):
            try:
                return os.open(self._rooms.name(room, sha256), _READ)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise our_error(error, "opening an original") from error
        return None

    def _mark_used(self, fd: int) -> None:
        """Set the access time; eviction goes by it. A disk that takes none can still be read."""
        with suppress(OSError):
            told, now = os.fstat(fd), self._now_ns()
            if abs(now - told.st_atime_ns) > _SAME_USE:
                os.utime(fd, ns=(now, told.st_mtime_ns))

    @property
    def workshop(self) -> Path:
        """A folder in the Cache for files on their way elsewhere; whoever makes it removes it."""
        return self._rooms.cache / "workshop"

    def has_sealed(self, sha256: str) -> Room | None:
        """In which room it lies, if in any; Kept is named if it lies in both."""
        for room in (Room.KEPT, Room.CACHE):
            if os.path.isfile(self._rooms.name(room, sha256)):  # noqa: PTH113 - 3x faster
                return room
        return None

    def sealed_status(self, sha256: str) -> os.stat_result | None:
        """What the disk says of the file that `open_sealed` would open; marks nothing as used."""
        for room in (Room.CACHE, Room.KEPT):
            try:
                return os.stat(self._rooms.name(room, sha256), follow_symlinks=False)  # noqa: PTH116 - a name as text
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise our_error(error, "looking at an original") from error
        return None

    def sealed_path(self, sha256: str) -> Path | None:
        """Where it lies."""
        room = self.has_sealed(sha256)
        return None if room is None else self._rooms.path(room, sha256)

    def sealed(self) -> Iterator[Sealed]:
        """All sealed files of both rooms, in no order; the lengths are what the disk tells."""
        for room in Room:
            with disk_errors("looking through the originals"):
                for found in self._rooms.walk(room):
                    yield Sealed(found.sha256, found.stat.st_size, room)

    def open_draft(self, key: DraftKey, size: int | None) -> LocalDraft:
        """The draft to write to, with what has arrived so far; Busy if it is being written.

        If it was begun for another length it begins anew.
        """
        draft = LocalDraft(self._rooms, key, self._boot, self._count)
        try:
            if size is not None:
                if draft.size not in {None, size} or draft.present.stop > size:
                    draft.reset()
                draft.set_size(size)
        except BaseException:
            draft.abandon()
            raise
        return draft

    def read_draft(self, key: DraftKey) -> LocalDraftReader | None:
        """The draft for reading; None if there is none (not begun, or sealed by now)."""
        with disk_errors("opening a draft"):
            try:
                return LocalDraftReader(draft_files(self._rooms.drafts, key), self._boot)
            except FileNotFoundError:
                return None

    def _count(self, written: int) -> None:
        """A draft has grown."""
        self._used += written

    def _census(self) -> Census:
        """Walk the Cache, and remember how much is there and what the walk cost."""
        began = time.monotonic()
        with disk_errors("looking through the cache"):
            census = take_census(self._rooms)
        ended = time.monotonic()
        self._used = census.size
        self._walk_again = ended + max(_WALK_PAUSE, _WALK_SHARE * (ended - began))
        return census

    def disk_free(self) -> int:
        """What is free on the Cache's file system for users such as us."""
        with disk_errors("asking for the disk's free room"):
            make_folder(self._rooms.cache)
            disk = os.statvfs(self._rooms.cache)
        return disk.f_bavail * disk.f_frsize

    def _lacking(self, wanted: int) -> int:
        """How many bytes must go before `wanted` more fit within the limit and on the disk."""
        over = self._used + wanted - self._limit
        return max(over, self._min_free + wanted - self.disk_free(), 0)

    def make_room(self, wanted: int, pinned: frozenset[str]) -> int:
        """Evict until `wanted` bytes fit; see the port. Nothing goes if they cannot fit anyway.

        What is wanted is not reserved: whoever fetches several at once asks before each stretch.
        """
        if time.monotonic() < self._walk_again and not self._lacking(wanted):
            return 0
        census = self._census()
        lacking = self._lacking(wanted)
        if not lacking:
            return 0
        loose = may_go(census, pinned)
        if sum(lying.size for lying in loose) < lacking:
            raise self._full(wanted)
        freed = 0
        with disk_errors("making room in the cache"):
            for lying in loose:
                if freed >= lacking:
                    break
                freed += drop(lying)
            sync_folder(self._rooms.cache)  # some file systems give blocks back only now
        self._used -= freed
        if self._lacking(wanted):
            raise self._full(wanted)
        return freed

    def _full(self, wanted: int) -> Full:
        """The error that says which bound was met."""
        if self._used + wanted > self._limit:
            bound = f"the cache's limit of {self._limit:,} bytes"
        else:
            bound = f"the disk, of which {self._min_free:,} bytes are to stay free"
        return Full(
            f"{wanted:,} more bytes do not fit within {bound}",
            safe="pinned originals and what is being fetched stay",
            remedy="set a higher [cache] limit, a lower [cache] min_free, or unpin photos",
        )

    def free(self, sha256: str) -> int:
        """Remove it from the Cache (never from Kept); the bytes freed."""
        path = self._rooms.path(Room.CACHE, sha256)
        with disk_errors("removing an original from the cache"):
            try:
                size = on_disk(path.stat(follow_symlinks=False))
                path.unlink()
            except FileNotFoundError:
                return 0
        self._used -= size
        return size

    def clear(self, spared: frozenset[str] = frozenset()) -> int:
        """Empty the Cache, but for `spared` and drafts being written; the bytes freed."""
        freed = 0
        census = self._census()
        with disk_errors("emptying the cache"):
            for lying in may_go(census, spared):
                freed += drop(lying)
        self._used -= freed
        return freed

    def keep(self, sha256: str) -> None:
        """Move it from the Cache to Kept, verified; NotFound if it is in neither, or Corrupt."""
        with disk_errors("keeping an original"):
            if self._rooms.is_right(Room.KEPT, sha256):
                self.free(sha256)
                return
        if not self.verify(sha256, room=Room.CACHE):
            raise Corrupt(
                "the original in the cache is damaged, so it was not kept",
                safe="the original at its source is untouched",
                remedy="read the photo again to fetch it anew",
            )
        path = self._rooms.path(Room.CACHE, sha256)
        with disk_errors("keeping an original"):
            size = on_disk(path.stat(follow_symlinks=False))
            self._rooms.move_in(path, Room.KEPT, sha256)
        self._used -= size

    def kept_path(self, sha256: str) -> Path:
        """Where it lies in Kept, if it is there."""
        return self._rooms.path(Room.KEPT, sha256)

    def release(self, sha256: str) -> bool:
        """Move it from Kept to the Cache, verified; False if it stays, for there is no room.

        The caller knows that its source has it and that nothing stands on it alone. NotFound if it
        is not in Kept, Corrupt if it is damaged there.
        """
        if not self.verify(sha256, room=Room.KEPT):
            raise Corrupt("the original in Kept is damaged", safe="it stays as it is")
        path = self._rooms.path(Room.KEPT, sha256)
        with disk_errors("letting an original go"):
            size = on_disk(path.stat(follow_symlinks=False))
            if path.stat().st_nlink > 1 or self._lacking(size) > 0:
                return False
            self._rooms.move_in(path, Room.CACHE, sha256)
        self._used += size
        return True

    def verify(self, sha256: str, *, room: Room | None = None, set_aside: bool = True) -> bool:
        """Read it (in one room, or wherever it lies) to its end; whether it has that hash.

        A damaged Cache file is set aside, so that it is fetched anew; in Kept it stays untouched.
        NotFound if it is not here.
        """
        seen = False
        right = True
        for each in Room if room is None else (room,):
            path = self._rooms.path(each, sha256)
            with disk_errors("verifying an original"):
                fd = open_quietly(path)
                if fd is None:
                    continue
                try:
                    seen = True
                    this_right = sha256_of(fd) == sha256
                    if not this_right and set_aside and each is Room.CACHE:
                        self._rooms.put_aside(fd, path)
                finally:
                    os.close(fd)
            right &= this_right
        if not seen:
            raise NotFound(f"no original with the SHA-256 {sha256} is on this disk")
        return right

    def crc32_of(self, sha256: str) -> str | None:
        """The CRC-32 of an original, read to its end; None if it is not here, or damaged."""
        fd = self.open_sealed(sha256)
        if fd is None:
            return None
        try:
            with disk_errors("reading an original"):
                digests = hash_file(fd, [HashKind.SHA256, HashKind.CRC32])
        finally:
            os.close(fd)
        return digests[HashKind.CRC32] if digests[HashKind.SHA256] == sha256 else None

    def verify_all(self, *, repair: bool = False) -> list[str]:
        """Read everything; a sentence for each damaged file. With `repair`, see `verify`."""
        return [
            sentence
            for sealed in list(self.sealed())
            if (sentence := self._verified(sealed, repair=repair))
        ]

    def _verified(self, sealed: Sealed, *, repair: bool) -> str:
        """What is wrong with one file, empty if nothing is or if it has gone meanwhile."""
        try:
            if self.verify(sealed.sha256, room=sealed.room, set_aside=repair):
                return ""
        except NotFound:
            return ""
        path = self._rooms.path(sealed.room, sealed.sha256)
        if sealed.room is Room.KEPT:
            return f"{path} is damaged: its bytes are not those of its name; it stays as it is"
        after = "set aside" if repair else "to be set aside by --repair"
        return f"{path} is damaged: its bytes are not those of its name; {after}, fetched anew then"

    def usage(self) -> Usage:
        """How much lies where, by a walk through both rooms."""
        with disk_errors("looking through the originals"):
            kept = sum(on_disk(found.stat) for found in self._rooms.walk(Room.KEPT))
        census = self._census()
        return Usage(kept, census.sealed_size, census.drafts_size, self._limit, self.disk_free())
