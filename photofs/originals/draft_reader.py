"""A draft as a reader in any process sees it: an open file, and the log read on as it grows."""

import os
from contextlib import suppress

from photofs.model.errors import Corrupt
from photofs.model.ranges import Ranges
from photofs.model.span import Span
from photofs.originals.disk_errors import disk_errors
from photofs.originals.draft import DraftFiles
from photofs.originals.draft_log import Notes, read_notes

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW


class LocalDraftReader:
    """A draft for reading. Once the draft is sealed or removed, it shows what it last had."""

    def __init__(self, files: DraftFiles, boot: str) -> None:
        """Open the files; FileNotFoundError if there is no draft."""
        self._files = files
        self._boot = boot
        self._fd = os.open(files.part, _READ)
        self._log_fd = -1
        self._offset = 0
        self._notes = Notes()
        try:
            self.refresh()
        except BaseException:
            self.close()
            raise

    def fileno(self) -> int:
        """The open file descriptor, for pread; it stays the same until `close`."""
        return self._fd

    @property
    def size(self) -> int | None:
        """The original's length as far as known."""
        return self._notes.size

    @property
    def present(self) -> Ranges:
        """What has arrived; not to be changed."""
        return self._notes.there(self._boot)

    def has(self, span: Span) -> bool:
        """Whether all bytes of the span have arrived (what `refresh` last saw)."""
        return self.present.has(span)

    def refresh(self) -> None:
        """Read the ranges that have been noted since.

        Corrupt if bytes shown before turned out to be wrong: what was read of them is void.
        """
        with disk_errors("reading a draft's log"):
            if self._log_fd >= 0:
                self._read_on()
            if self._log_fd < 0 or os.fstat(self._log_fd).st_nlink == 0:
                self._reopen()

    def _read_on(self) -> None:
        """The lines since the last time."""
        self._offset = read_notes(self._log_fd, self._offset, self._notes)
        if self._notes.void:
            shown = bool(self.present)
            self._notes = Notes()
            if shown:
                raise Corrupt(
                    "the photo's bytes turned out to be wrong, or changed at the source meanwhile",
                    safe="the original at its source is untouched",
                    remedy="open the file again",
                )

    def _reopen(self) -> None:
        """The log was rewritten, or the draft began anew in another file, or is gone."""
        try:
            log_fd = os.open(self._files.log, _READ)
        except FileNotFoundError:
            return
        notes = Notes()
        try:
            offset = read_notes(log_fd, 0, notes)
            fits = not notes.void and self._follow(notes)
        except BaseException:
            os.close(log_fd)
            raise
        if not fits:
            os.close(log_fd)
            return
        if self._log_fd >= 0:
            os.close(self._log_fd)
        self._log_fd, self._offset, self._notes = log_fd, offset, notes

    def _follow(self, notes: Notes) -> bool:
        """Have the file open that the log tells of, under the old descriptor; False if we cannot.

        The same content key means the same bytes, so going over to another file mixes nothing.
        """
        if os.fstat(self._fd).st_ino != notes.inode:
            with suppress(FileNotFoundError):
                fd = os.open(self._files.part, _READ)
                os.dup2(fd, self._fd, inheritable=False)
                os.close(fd)
        part = os.fstat(self._fd)
        return part.st_ino == notes.inode and notes.there(self._boot).stop <= part.st_size

    def close(self) -> None:
        """Give the descriptors back."""
        for fd in (self._fd, self._log_fd):
            if fd >= 0:
                os.close(fd)
        self._fd = self._log_fd = -1
