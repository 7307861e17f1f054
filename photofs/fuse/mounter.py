"""`python -m photofs.fuse.mounter FOLDER`: mounts that folder for a process that is confined.

The process connects to our socket, asks, and is handed the open /dev/fuse, of which no copy stays
here: if it dies, the mount is dead at once, and stays so until the next one asks (broken is better
than empty). One folder, one process at a time, of the same user. No network, no photo, no name from
elsewhere comes by here: that is all that runs without the unit's confinement.
"""

import contextlib
import json
import logging
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import trio

from photofs.credentials import redaction
from photofs.fuse.background import raise_max_background
from photofs.fuse.device import LARGEST, mounter_address
from photofs.fuse.mount_options import MountOptions, mount_flags
from photofs.fuse.mount_point import MountPoint, check_device, free_mount_point
from photofs.fuse.unmounting import unmount
from photofs.kernel.connection import Connection, connection_at, end
from photofs.kernel.mount_table import without_links
from photofs.kernel.process import Process
from photofs.kernel.service_manager import READY, tell_manager
from photofs.model.errors import PhotofsError, Refused
from photofs.model.exit_codes import service_exit_code

log = logging.getLogger(__name__)

EVERY: Final = 0.5
"""Seconds between two looks at whether the process lives: so long may programs hang on it."""

WORDS: Final[Mapping[str, frozenset[str]]] = {
    "mount": frozenset({"read_only", "allow_other"}),
    "serving": frozenset(),
    "unmount": frozenset(),
}
"""What may be asked, and what has to be told with it."""

_CREDENTIALS: Final = struct.Struct("3i")
"""What SO_PEERCRED tells: process, user, group (unix(7))."""


class _Served:
    """One process that is served, and its mount."""

    def __init__(self, path: Path, peer: socket.socket, process: Process) -> None:
        self._path = path
        self._peer = peer
        self._process = process
        self._point: MountPoint | None = None
        self._connection: Connection | None = None

    def serve(self) -> None:
        """Until it has ended, or has had its mount taken away."""
        try:
            while told := self._next():
                asked = _read(told)
                if asked is None:
                    log.warning("the process %d says what nobody asks for", self._process.pid)
                else:
                    self._do(asked)
        finally:
            self._leave()

    def _leave(self) -> None:
        """Whatever ended it: a mount that nobody would watch from now on is not left to hang."""
        if self._point is not None:
            self._point.close()
        if self._connection is not None:
            log.warning(
                "the process %d is gone; its mount is dead until the next start", self._process.pid
            )
            end(self._connection)

    def _next(self) -> bytes:
        """The next wish; nothing if the process has ended, or hangs in the kernel for good."""
        while not select.select([self._peer], [], [], EVERY)[0]:
            if not self._process.lives:
                return b""
        return self._peer.recv(LARGEST)

    def _do(self, asked: Mapping[str, Any]) -> None:
        if asked["do"] == "mount" and self._connection is None:
            self._mount(asked)
        elif asked["do"] == "serving" and self._connection is not None:
            raise_max_background(self._connection.minor)
        elif asked["do"] == "unmount":
            self._unmount()

    def _mount(self, asked: Mapping[str, Any]) -> None:
        options = MountOptions(
            read_only=bool(asked["read_only"]), allow_other=bool(asked["allow_other"])
        )
        try:
            check_device()
            trio.run(free_mount_point, self._path)
            self._point = MountPoint(self._path)
            device = mount_by_helper(self._path, options)
        except PhotofsError as error:
            kind = type(error).__name__
            refusal = {"kind": kind, "what": error.what, "safe": error.safe, "remedy": error.remedy}
            self._peer.send(json.dumps(refusal).encode())
            return
        try:
            self._connection = connection_at(str(self._path))
            self._point.cover()
            socket.send_fds(self._peer, [b"{}"], [device])
        finally:
            os.close(device)

    def _unmount(self) -> None:
        """Take it away, unless somebody has done so, or another one is there by now."""
        if self._connection is not None and connection_at(str(self._path)) == self._connection:
            unmount(str(self._path), lazily=True)
        self._connection = None
        if self._point is not None:
            self._point.uncover()
        self._peer.send(b"{}")


def _read(told: bytes) -> Mapping[str, Any] | None:
    """A message of a mount (device.py); None if it is none."""
    try:
        asked = json.loads(told)
    except ValueError:
        return None
    wanted = WORDS.get(str(asked.get("do"))) if isinstance(asked, dict) else None
    return asked if wanted is not None and wanted <= asked.keys() else None


def mount_by_helper(path: Path, options: MountOptions) -> int:
    """The open /dev/fuse of a mount that fusermount3 has made; Refused with its reason."""
    program = shutil.which("fusermount3")
    if program is None:
        raise Refused("fusermount3 is not here", remedy="install the package fuse3")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = [program, "-o", ",".join(sorted(mount_flags(options))), "--", os.fspath(path)]
        done = subprocess.run(  # noqa: S603 - found on the PATH, the path is one argument
            command,
            pass_fds=[theirs.fileno()],
            env={**os.environ, "_FUSE_COMMFD": str(theirs.fileno())},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode == 0:
            _, fds, _, _ = socket.recv_fds(ours, 1, 1, socket.MSG_DONTWAIT)
            return fds[0]
    raise Refused(
        f"fusermount3 refused to mount on {path}: {' '.join(done.stderr.split())}",
        remedy="is /dev/fuse there, and may you use it? --allow-other needs user_allow_other"
        " in /etc/fuse.conf",
    )


def listen(address: Path) -> socket.socket:
    """The socket, open to this user alone."""
    try:
        address.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        address.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
        listener.bind(os.fspath(address))
    except OSError as error:
        raise Refused(
            f"the mounter cannot listen at {address}: {error.strerror or error}",
            remedy="check the folder and its permissions",
        ) from error
    listener.listen()
    return listener


def serve(path: Path, listener: socket.socket) -> None:
    """One process after the other, for ever."""
    while True:
        peer, _ = listener.accept()
        with peer:
            told = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            pid, user, _group = _CREDENTIALS.unpack(told)
            if user != os.geteuid():
                log.warning("user %d is not served: the mount belongs to another user", user)
                continue
            try:
                _Served(path, peer, Process.of(pid)).serve()
            except (PhotofsError, OSError, ValueError, KeyError, TypeError) as error:
                log.warning("the mounter goes on with the next process: %s", error)


def main() -> None:
    """Listen until SIGTERM, which ends no mount."""
    os.umask(0o077)
    redaction.start_log(logging.WARNING)
    path = without_links(Path(sys.argv[1]))
    try:
        address = mounter_address(path, os.environ)
        listener = listen(address)
    except PhotofsError as error:
        log.error("nothing can be mounted: %s", error)  # noqa: TRY400 - no bug of ours
        sys.exit(service_exit_code(error, os.environ))
    signal.signal(signal.SIGTERM, partial(_end, address))
    tell_manager(os.environ, READY)
    serve(path, listener)


def _end(address: Path, *_: object) -> None:
    with contextlib.suppress(OSError):
        address.unlink()
    os._exit(0)


if __name__ == "__main__":
    main()
