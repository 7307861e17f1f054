"""Mounts a volume and serves it until it is unmounted or told to stop.

SIGTERM and SIGINT end it cleanly and at once: waits for the network end with an error, nothing is
waited for. If it ends in any other way the mount stays and answers ENOTCONN: an empty folder would
make a mirror program delete everything.
"""

import faulthandler
import logging
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pyfuse3
import trio

from photofs.fuse import request_loop
from photofs.fuse.attributes import Attributes
from photofs.fuse.invalidation import Invalidation
from photofs.fuse.mount_point import MountPoint, free_mount_point
from photofs.fuse.operations import Operations
from photofs.fuse.router import Router
from photofs.fuse.scratch_operations import ScratchOperations
from photofs.fuse.trash_operations import TrashOperations
from photofs.fuse.writing_operations import WritingOperations
from photofs.kernel.mount_table import mounted_at
from photofs.model.errors import Refused
from photofs.scratch.inodes import KEPT_OPEN, Inodes
from photofs.volume.volume import Volume
from photofs.volume.writing import Writing

log = logging.getLogger(__name__)

MAX_TASKS = 1000
"""Requests served at a time; each that waits for the network holds one."""

MAX_BACKGROUND = 256
"""Buffered reads that the kernel lets wait at a time (its own 12 stall all files of the mount)."""

CONNECTIONS = Path("/sys/fs/fuse/connections")

LAST_GRACE = 5.0
"""Seconds for requests that are being answered when the mount is told to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MountOptions:
    """How to mount; everything that is shown belongs to whoever mounts.

    `read_only`: the kernel itself refuses every write, and the modes are 0444 and 0555.
    `allow_other`: other users of this machine may use it, too.
    `exact_sizes`: stat of one photo waits until its size is known; listing never does.
    """

    read_only: bool = False
    allow_other: bool = False
    exact_sizes: bool = False


async def run(
    volume: Volume,
    mount_point: Path,
    options: MountOptions | None = None,
    *,
    scratch: Path,
    writing: Writing | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Mount, serve, unmount. `ready` is called once the mount answers.

    `scratch` is the folder that holds each library's Scratch, made when it is first asked for.
    `writing` changes the same volume; without it photos can only be read.

    Raises Refused, NotFound or Busy if the folder or the kernel will not have it. One at a time in
    a process, in its main thread (signals).
    """
    options = options or MountOptions()
    path = _without_links(mount_point)
    await free_mount_point(path)
    point = MountPoint(path)
    try:
        if options.read_only:
            writing = None
        can_change = volume.can_change if writing else _nothing
        attributes = Attributes(uid=os.getuid(), gid=os.getgid(), can_change=can_change)
        invalidation = Invalidation(volume, attributes)
        inodes = Inodes(scratch, min(KEPT_OPEN, allow_open_files() // 4))
        local = ScratchOperations(inodes, volume.library_at)
        pace = request_loop.Pace()
        waits = options.exact_sizes
        photos = (
            Operations(volume, attributes, local, invalidation.released, pace, stat_waits=waits)
            if writing is None
            else WritingOperations(
                volume, writing, attributes, local, invalidation, pace, stat_waits=waits
            )
        )
        trash = (
            None
            if writing is None
            else TrashOperations(writing.trash, local, attributes, invalidation)
        )
        request_loop.install(pace)
        async with _mounted(Router(photos, local, trash), point, options):
            await _serve(volume, invalidation, path, ready)
        local.close()
    finally:
        volume.close()
        point.close()


def _nothing(_ino: int) -> bool:
    """What can be changed where nothing can."""
    return False


def allow_open_files() -> int:
    """Have as many files open as the system lets us: each that is open in Scratch is open here."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def _without_links(mount_point: Path) -> Path:
    """The absolute path, as the kernel's list has it; a dead mount itself is not asked."""
    return mount_point.parent.resolve() / mount_point.name


@asynccontextmanager
async def _mounted(
    operations: pyfuse3.Operations, point: MountPoint, options: MountOptions
) -> AsyncIterator[None]:
    """Mounted for the length of the block; left mounted, but dead, if the block fails."""
    try:
        pyfuse3.init(operations, str(point.path), mount_flags(options))
    except RuntimeError as error:
        raise Refused(
            f"the kernel or fusermount3 refused to mount on {point.path}",
            remedy="is /dev/fuse there, and may you use it? --allow-other needs user_allow_other"
            " in /etc/fuse.conf",
        ) from error
    clean = False
    try:
        point.cover()
        yield
        clean = True
    except trio.Cancelled:
        clean = True
        raise
    finally:
        pyfuse3.close(unmount=clean)
        if clean:
            point.uncover()


def mount_flags(options: MountOptions) -> set[str]:
    """What FUSE is told. No auto_unmount: a crash must leave the mount broken, never empty."""
    flags = {
        *pyfuse3.default_options,
        "fsname=photofs",
        "subtype=photofs",
        "ro" if options.read_only else "rw",
        "nosuid",
        "nodev",
    }
    if options.read_only:  # else what lies in Scratch may be run, as in any folder of one's own
        flags.add("noexec")
    return flags | {"allow_other"} if options.allow_other else flags


async def _serve(
    volume: Volume, invalidation: Invalidation, path: Path, ready: Callable[[], None]
) -> None:
    """Answer requests until unmounted or stopped."""
    faulthandler.register(signal.SIGUSR1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(invalidation.watch)
        nursery.start_soon(_announce, path, ready)
        with trio.CancelScope() as serving:
            nursery.start_soon(_stop_on_signal, volume, serving)
            await pyfuse3.main(max_tasks=MAX_TASKS)
        volume.stop()
        nursery.cancel_scope.cancel()


async def _announce(path: Path, ready: Callable[[], None]) -> None:
    """Once the mount answers, set what needs that, and tell who waits for it."""
    # in a process of its own: a thread of ours that waits for our own answer cannot be killed, so
    # kill -9 would leave a mount on which everybody hangs
    # any answer will do: if a disk fails, so does stat, and what is here can be read for all that
    asked = ["stat", "--file-system", "--", str(path)]
    await trio.run_process(asked, capture_stdout=True, capture_stderr=True, check=False)
    mounted = mounted_at(str(path))
    if mounted is not None:
        raise_max_background(CONNECTIONS / str(mounted.minor))
    ready()


def raise_max_background(connection: Path) -> None:
    """Let more buffered reads wait. A precaution; fusectl is not everywhere."""
    try:
        (connection / "max_background").write_text(str(MAX_BACKGROUND))
        (connection / "congestion_threshold").write_text(str(MAX_BACKGROUND * 3 // 4))
    except OSError as error:
        log.debug("max_background stays as it is: %s", error)


async def _stop_on_signal(volume: Volume, serving: trio.CancelScope) -> None:
    """End cleanly on the first SIGTERM, SIGINT or SIGHUP."""
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
        async for number in signals:
            log.info("stopping on %s", signal.Signals(number).name)
            volume.stop()
            pyfuse3.terminate()
            serving.deadline = trio.current_time() + LAST_GRACE
