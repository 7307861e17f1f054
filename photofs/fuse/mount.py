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
from pathlib import Path

import pyfuse3
import trio

from photofs.fuse import request_loop
from photofs.fuse.attributes import Attributes
from photofs.fuse.background import raise_max_background
from photofs.fuse.device import Device, GivenDevice, OwnDevice
from photofs.fuse.invalidation import Invalidation
from photofs.fuse.mount_options import MountOptions, mount_flags
from photofs.fuse.operations import Operations
from photofs.fuse.root_signs import RootSigns
from photofs.fuse.router import Router
from photofs.fuse.scratch_operations import ScratchOperations
from photofs.fuse.trash_operations import TrashOperations
from photofs.fuse.writing_operations import WritingOperations
from photofs.kernel.mount_table import mounted_at, without_links
from photofs.kernel.service_manager import STOPPING, tell_manager
from photofs.model.errors import Refused
from photofs.scratch.inodes import KEPT_OPEN, Inodes
from photofs.volume.volume import Volume
from photofs.volume.writing import Writing

log = logging.getLogger(__name__)

MAX_TASKS = 1000
"""Requests served at a time; each that waits for the network holds one."""

LAST_GRACE = 5.0
"""Seconds for requests that are being answered when the mount is told to stop."""


async def run(
    volume: Volume,
    mount_point: Path,
    options: MountOptions | None = None,
    *,
    scratch: Path,
    writing: Writing | None = None,
    ready: Callable[[], None] = lambda: None,
    mounter: Path | None = None,
) -> None:
    """Mount, serve, unmount. `ready` is called once the mount answers.

    `mounter`: the socket of the process that mounts for us (device.py).

    `scratch` is the folder that holds each library's Scratch, made when it is first asked for.
    `writing` changes the same volume; without it photos can only be read.

    Raises Refused, NotFound or Busy if the folder or the kernel will not have it. One at a time in
    a process, in its main thread (signals).
    """
    options = options or MountOptions()
    path = without_links(mount_point)
    device: Device = OwnDevice(path) if mounter is None else GivenDevice(mounter)
    try:
        where = await device.open(options)
        if options.read_only:
            writing = None
        can_change = volume.can_change if writing else _nothing
        attributes = Attributes(uid=os.getuid(), gid=os.getgid(), can_change=can_change)
        invalidation = Invalidation(volume, attributes)
        inodes = Inodes(scratch, min(KEPT_OPEN, allow_open_files() // 4))
        local = ScratchOperations(inodes, volume.library_at)
        pace = request_loop.Pace()
        waits = options.exact_sizes
        photos: Operations
        trash = None
        if writing is None:
            photos = Operations(
                volume, attributes, local, invalidation.released, pace, stat_waits=waits
            )
        else:
            photos = changing = WritingOperations(
                volume, writing, attributes, local, invalidation, pace, stat_waits=waits
            )
            trash = TrashOperations(
                writing.trash, local, attributes, invalidation, changing.backups
            )
        signs = RootSigns(path.name, uid=os.getuid(), gid=os.getgid())
        request_loop.install(pace)

        def answering() -> None:
            device.serving()
            ready()

        async with _mounted(Router(photos, local, signs, trash), device, where, options):
            await _serve(volume, invalidation, path, answering)
        local.close()
    finally:
        volume.close()
        device.close()


def _nothing(_ino: int) -> bool:
    """What can be changed where nothing can."""
    return False


def allow_open_files() -> int:
    """Have as many files open as the system lets us: each that is open in Scratch is open here."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


@asynccontextmanager
async def _mounted(
    operations: pyfuse3.Operations, device: Device, where: str, options: MountOptions
) -> AsyncIterator[None]:
    """Mounted for the length of the block; left mounted, but dead, if the block fails."""
    try:
        pyfuse3.init(operations, where, mount_flags(options))
    except RuntimeError as error:
        raise Refused(
            f"the kernel or fusermount3 refused to mount on {where}",
            remedy="is /dev/fuse there, and may you use it? --allow-other needs user_allow_other"
            " in /etc/fuse.conf",
        ) from error
    clean = False
    try:
        device.cover()
        yield
        clean = True
    except trio.Cancelled:
        clean = True
        raise
    finally:
        pyfuse3.close(unmount=clean and not device.take_away())
        if clean:
            device.uncover()


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
        raise_max_background(mounted.minor)
    ready()


async def _stop_on_signal(volume: Volume, serving: trio.CancelScope) -> None:
    """End cleanly on the first SIGTERM, SIGINT or SIGHUP."""
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
        async for number in signals:
            log.info("stopping on %s", signal.Signals(number).name)
            tell_manager(os.environ, STOPPING)
            volume.stop()
            pyfuse3.terminate()
            serving.deadline = trio.current_time() + LAST_GRACE
