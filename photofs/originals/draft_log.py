"""The log beside a draft: which bytes have arrived, told so that a crash can only make it forget.

Text, one fact a line, each line ended by its CRC-32:

    photofs-draft 1 BOOT INODE     the first line: the kernel's boot id, the draft file's inode
    size N                         the original's length
    from JSON                      the version of the original that the bytes are of, as a string
    have START STOP                these bytes have been written
    synced                         all bytes told so far have been synced to the disk
    void                           the bytes turned out wrong: trust nothing of this file

A line is written by write(2) after the bytes by pwrite(2), so a kill -9 between them only forgets.
Both may be in memory only: after a reboot (another boot id) only what stands before the last
`synced` counts. A torn or damaged line ends the reading. The log is rewritten whole (to a new file,
renamed over it) when it has become long or is not clean; the first log of a draft is written where
it stays, for a torn one tells as little as none.
"""

import json
import os
import zlib
from pathlib import Path

from photofs.model.errors import Corrupt
from photofs.model.ranges import Ranges
from photofs.model.span import Span

_TITLE = "photofs-draft 1"
_LONGEST_LINE = 1 << 18  # a validator is a header of HTTP, and escaped here
_LONG = 1 << 18  # 256 KiB: some 6,000 lines, read in 20 ms


def _line(fact: str) -> bytes:
    """A fact as it stands in the file."""
    return f"{fact} {zlib.crc32(fact.encode()):08x}\n".encode()


def _fact(line: bytes) -> str:
    """The fact on a line without its newline; Corrupt if it is not as `_line` makes them."""
    text, _, crc = line.decode("ascii", "replace").rpartition(" ")
    if crc != f"{zlib.crc32(text.encode()):08x}":
        raise Corrupt("a line of a draft's log is damaged")
    return text


class Notes:
    """What a log has told so far; fed with bytes as they are read."""

    def __init__(self) -> None:
        """Know nothing."""
        self.boot = ""
        self.inode = 0
        self.size: int | None = None
        self.validator: str | None = None
        self.present = Ranges()
        self.synced = Ranges()
        self.void = False
        self.damaged = False
        self._tail = b""

    @property
    def clean(self) -> bool:
        """Whether the log can be written on as it is."""
        return bool(self.boot) and not (self.damaged or self.void or self._tail)

    def there(self, boot: str) -> Ranges:
        """What can be trusted in the kernel run of that boot id."""
        return self.present if boot == self.boot else self.synced

    def feed(self, data: bytes) -> None:
        """Take in the next bytes of the file."""
        *lines, self._tail = (self._tail + data).split(b"\n")
        for line in lines:
            if self.damaged:
                return
            self._take(line)
        self.damaged |= len(self._tail) > _LONGEST_LINE

    def _take(self, line: bytes) -> None:
        """One whole line."""
        try:
            self._learn(_fact(line))
        except (Corrupt, ValueError):
            self.damaged = True

    def _learn(self, fact: str) -> None:
        """One fact whose CRC is right. Raises ValueError or Corrupt for what cannot be."""
        if not self.boot:
            title, self.boot, inode = fact.rsplit(" ", 2)
            self.inode = int(inode)
            self.damaged = title != _TITLE
            return
        word, _, rest = fact.partition(" ")
        if word == "have":
            for span in Ranges.from_text(rest):
                self.present.add(span)
        elif word == "size":
            self.size = int(rest)
        elif word == "from":
            self.validator = str(json.loads(rest))
        elif word == "synced":
            self.synced = self.present.copy()
        elif word == "void":
            self.void = True
        else:
            self.damaged = True

    def to_bytes(self) -> bytes:
        """The shortest log that tells the same."""
        late = Ranges(gap for span in self.present for gap in self.synced.missing(span))
        facts = [f"{_TITLE} {self.boot} {self.inode}"]
        if self.size is not None:
            facts.append(f"size {self.size}")
        if self.validator is not None:
            facts.append(f"from {json.dumps(self.validator)}")
        facts += [f"have {line}" for line in self.synced.to_text().splitlines()]
        facts += ["synced"] if self.synced else []
        facts += [f"have {line}" for line in late.to_text().splitlines()]
        return b"".join(map(_line, facts))


def read_notes(fd: int, offset: int, notes: Notes) -> int:
    """Feed what stands in the open log from `offset` on; the offset reached. Raises OSError."""
    while data := os.pread(fd, 1 << 16, offset):
        notes.feed(data)
        offset += len(data)
    return offset


class DraftLog:
    """The log as its one writer sees it. All methods raise OSError."""

    def __init__(self, path: Path, boot: str) -> None:
        """Nothing is read or made before `open` or `begin`."""
        self.notes = Notes()
        self._path = path
        self._boot = boot
        self._fd = -1
        self._length = 0
        self._long = _LONG

    def open(self, part: os.stat_result) -> None:
        """Go on with what the log tells of the draft file; begin anew if it tells of another."""
        try:
            self._fd = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            self.notes.boot, self.notes.inode = self._boot, part.st_ino
            self._write_to(self._path)
            return
        notes = Notes()
        self._length = read_notes(self._fd, 0, notes)
        there = notes.there(self._boot)
        if notes.void or notes.inode != part.st_ino or there.stop > part.st_size:
            self.begin(part.st_ino)
            return
        self.notes = notes
        if not notes.clean or notes.boot != self._boot or self._length > _LONG:
            self.begin(part.st_ino, notes, there, notes.synced)

    def begin(
        self,
        inode: int,
        of: Notes | None = None,
        present: Ranges | None = None,
        synced: Ranges | None = None,
    ) -> None:
        """Tell of the draft file with that inode; size and validator are those `of` notes."""
        notes = Notes()
        notes.boot, notes.inode = self._boot, inode
        if of is not None:
            notes.size, notes.validator = of.size, of.validator
        notes.present = Ranges() if present is None else present.copy()
        notes.synced = Ranges() if synced is None else synced.copy()
        self.notes = notes
        self.rewrite()

    def rewrite(self) -> None:
        """Write all that is known to a new file and put it in the old one's place."""
        self._write_to(self._path.with_suffix(".ranges-new"))

    def _write_to(self, path: Path) -> None:
        """Write all that is known to a file, renamed to the log's name if it has another."""
        data = self.notes.to_bytes()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        fd = os.open(path, flags, 0o600)
        try:
            _write_all(fd, data)
            if self.notes.synced:
                os.fsync(fd)
            if path is not self._path:  # a rename costs a fifth of opening a new draft
                path.rename(self._path)
        except BaseException:
            os.close(fd)
            raise
        self.close()
        self._fd, self._length = fd, len(data)
        self._long = max(_LONG, 2 * len(data))

    def note(self, fact: str) -> None:
        """Append one fact and know it; on an error the file is as before."""
        line = _line(fact)
        try:
            _write_all(self._fd, line)
        except OSError:
            os.ftruncate(self._fd, self._length)
            raise
        self._length += len(line)
        self.notes.feed(line)
        if self._length > self._long:
            self.rewrite()

    def note_have(self, span: Span) -> None:
        """These bytes have been written."""
        self.note(f"have {span.start} {span.stop}")

    def sync(self) -> None:
        """Bring what was noted to the disk."""
        os.fsync(self._fd)

    @property
    def removed(self) -> bool:
        """Whether somebody has removed the file by hand."""
        return os.fstat(self._fd).st_nlink == 0

    def remove(self) -> None:
        """The draft is gone, so the log goes."""
        self._path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Give the descriptor back."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _write_all(fd: int, data: bytes) -> None:
    """write(2) until all is written."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
