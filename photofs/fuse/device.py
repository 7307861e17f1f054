"""Who opens the kernel's door: this process itself, or a mounter beside it.

fusermount3 is setuid, and so is of no use to a process that may gain no privileges. A mounter
(photofs.fuse.mounter) has nothing else to do than to run it, and hands the open /dev/fuse over
(docs/decisions/0020).
"""

import hashlib
import json
import logging
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from photofs.fuse.mount_options import MountOptions
from photofs.fuse.mount_point import MountPoint, check_device, free_mount_point
from photofs.model.errors import Busy, NotFound, PhotofsError, Refused

log = logging.getLogger(__name__)

PATIENCE: Final = 30.0
"""Seconds that a mounter has for an answer; fusermount3 takes some 10 ms."""

LARGEST: Final = 64 * 1024
"""Bytes of a message between the two."""

KINDS: Final[Mapping[str, type[PhotofsError]]] = {
    kind.__name__: kind for kind in (Refused, NotFound, Busy)
}
"""The errors that a mounter may answer with; any other is Refused."""


class Device(Protocol):
    """Where the kernel's requests come from."""

    async def open(self, options: MountOptions) -> str:
        """What pyfuse3 is to mount on; raises Refused, NotFound or Busy."""
        ...

    def cover(self) -> None:
        """It is mounted: close the folder underneath."""
        ...

    def serving(self) -> None:
        """The mount answers."""
        ...

    def take_away(self) -> bool:
        """At a clean end: unmount it by other means; False if pyfuse3 is to do it."""
        ...

    def uncover(self) -> None:
        """It is unmounted: give the folder its mode back."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class OwnDevice:
    """Mounted by this process."""

    def __init__(self, path: Path) -> None:
        """The mount point, absolute and free of links."""
        self._path = path
        self._point: MountPoint | None = None

    async def open(self, options: MountOptions) -> str:  # noqa: ARG002 - the port's signature
        """The folder itself, freed of what a crash has left."""
        check_device()
        await free_mount_point(self._path)
        self._point = MountPoint(self._path)
        return str(self._path)

    def cover(self) -> None:
        """Close the folder underneath."""
        if self._point is not None:
            self._point.cover()

    def serving(self) -> None:
        """Nobody need know."""

    def take_away(self) -> bool:
        """By pyfuse3."""
        return False

    def uncover(self) -> None:
        """Give the folder its mode back."""
        if self._point is not None:
            self._point.uncover()

    def close(self) -> None:
        """Let go of the folder."""
        if self._point is not None:
            self._point.close()


class GivenDevice:
    """Mounted by a mounter, which listens at a socket."""

    def __init__(self, address: Path) -> None:
        """Nothing is asked yet."""
        self._address = address
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
        self._line.settimeout(PATIENCE)

    async def open(self, options: MountOptions) -> str:
        """The descriptor that the mounter hands over, as libfuse takes it."""
        try:
            self._line.connect(os.fspath(self._address))
            self._say("mount", read_only=options.read_only, allow_other=options.allow_other)
            text, fds, _, _ = socket.recv_fds(self._line, LARGEST, 1)
        except OSError as error:
            raise Busy(
                f"no mounter answers at {self._address}: {error.strerror or error}",
                safe="nothing was mounted",
                remedy="start photofs-mounter@.service first, or mount without --mounter",
            ) from error
        answer: dict[str, str] = json.loads(text or b"{}")
        if not fds:
            kind = KINDS.get(answer.get("kind", ""), Refused)
            raise kind(
                answer.get("what", "the mounter has ended"),
                safe=answer.get("safe", ""),
                remedy=answer.get("remedy", "look at its log"),
            )
        os.set_inheritable(fds[0], False)
        return f"/dev/fd/{fds[0]}"

    def cover(self) -> None:
        """The mounter has done it."""

    def serving(self) -> None:
        """From now on the mounter ends the mount if this process dies so that it hangs."""
        self._tell("serving")

    def take_away(self) -> bool:
        """By the mounter; if that has died, a dead mount stays for the next one to clear."""
        if self._tell("unmount"):
            try:
                self._line.recv(LARGEST)
            except OSError as error:
                log.warning("the mounter did not say that it has unmounted: %s", error)
        return True

    def uncover(self) -> None:
        """The mounter has done it."""

    def close(self) -> None:
        """Nothing more is asked."""
        self._line.close()

    def _tell(self, word: str) -> bool:
        try:
            self._say(word)
        except OSError as error:
            log.warning("the mounter has ended (%s); its next start clears the mount", error)
            return False
        return True

    def _say(self, word: str, **more: Any) -> None:  # noqa: ANN401 - JSON
        self._line.send(json.dumps({"do": word, **more}).encode())


def mounter_address(point: Path, environ: Mapping[str, str]) -> Path:
    """The socket of a mount point's mounter; its name fits into the 108 bytes of an address."""
    runtime = environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    if not runtime and (of_user := environ.get("XDG_RUNTIME_DIR")):
        runtime = f"{of_user}/photofs"
    if not runtime:
        raise Refused(
            "there is no folder for the mounter's socket",
            safe="nothing was mounted",
            remedy="set XDG_RUNTIME_DIR, as a login does, or mount without --mounter",
        )
    return Path(runtime, hashlib.sha256(os.fsencode(point)).hexdigest()[:16] + ".mounter")
