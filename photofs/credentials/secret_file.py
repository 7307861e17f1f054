"""Logins in one JSON file that only its owner can read, for machines without a keyring.

Made with mode 0600 from its first byte on (never chmod after), replaced by rename, durable when
`put` returns: temporary file, fsync, rename, fsync of the folder. A file that others can read is
not read but refused: whoever could read it has the logins already.
"""

import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from photofs.model.errors import Corrupt, Full, Refused, StoreError

LARGEST = 1 << 20
"""Bytes; a login has about 200."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class SecretFile:
    """One file of logins; safe against other processes by a lock on its folder."""

    def __init__(self, path: Path) -> None:
        """The file may not be there yet."""
        self._path = path

    @property
    def where(self) -> str:
        """For `photofs status`."""
        return f"the file {self._path}"

    def get(self, name: str) -> str | None:
        """The secret; None if it or the file is not there. Refused if others could have read it."""
        with _disk_errors(self._path):
            return self._read().get(name)

    def put(self, name: str, secret: str) -> None:
        """Keep it durably."""
        with _disk_errors(self._path), self._locked() as folder:
            self._write(folder, {**self._read(), name: secret})

    def remove(self, name: str) -> None:
        """Forget it; the file stays."""
        with _disk_errors(self._path):
            if name not in self._read():
                return
            with self._locked() as folder:
                left = {key: value for key, value in self._read().items() if key != name}
                self._write(folder, left)

    def names(self) -> frozenset[str]:
        """Which logins lie here."""
        with _disk_errors(self._path):
            return frozenset(self._read())

    def _read(self) -> dict[str, str]:
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return {}
        try:
            self._check(os.fstat(descriptor), _OTHERS, self._path, "600")
            self._check(self._path.parent.stat(), _OTHERS_WRITE, self._path.parent, "700")
            text = os.read(descriptor, LARGEST)
        finally:
            os.close(descriptor)
        try:
            return msgspec.json.decode(text, type=dict[str, str])
        except msgspec.DecodeError:
            # no cause is kept: a decoder's message may quote the text
            raise Corrupt(
                f"the file of logins {self._path} cannot be read as JSON",
                safe="the libraries are untouched",
                remedy="move it away and log in again with photofs login",
            ) from None

    @staticmethod
    def _check(status: os.stat_result, forbidden: int, path: Path, mode: str) -> None:
        if status.st_uid != os.geteuid():
            raise Refused(
                f"{path} belongs to another user, so its logins are not used",
                remedy=f"run photofs as its owner, or move {path} away and log in again",
            )
        if status.st_mode & forbidden:
            raise Refused(
                f"others can get at the logins in {path}",
                safe="they were not used",
                remedy=f"chmod {mode} {path}, and log in again if others use this machine",
            )

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """The folder's descriptor, locked until the end of the block."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            self._sweep(folder)
            yield folder
        finally:
            os.close(folder)

    def _sweep(self, folder: int) -> None:
        """Temporary files of a process that died hold secrets: away with them."""
        for name in os.listdir(folder):
            if name.startswith(self._temporary_prefix):
                os.unlink(name, dir_fd=folder)

    @property
    def _temporary_prefix(self) -> str:
        return f".{self._path.name}."

    def _write(self, folder: int, content: dict[str, str]) -> None:
        temporary = self._temporary_prefix + secrets.token_hex(8)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=folder), "wb") as written:
            written.write(msgspec.json.format(msgspec.json.encode(content, order="sorted")))
            written.flush()
            os.fsync(written.fileno())
        os.rename(temporary, self._path.name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = Full if error.errno in _NO_ROOM else StoreError
        raise kind(
            f"the file of logins {path} cannot be used: {error.strerror}",
            safe="logins kept before are unharmed",
            remedy="make room, or see who may use that folder, then try again",
        ) from error
