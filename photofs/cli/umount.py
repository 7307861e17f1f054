"""`photofs umount`: take a mount away."""

import contextlib
import os
import signal
import stat
import sys
import time
from pathlib import Path

import click

from photofs.cli.mounts import end_if_dead, list_mounts, mount_at, serves
from photofs.cli.output import json_option, print_json, safe_text, shell_word
from photofs.cli.suggestions import mount_points
from photofs.cli.uploads_first import await_uploads
from photofs.fuse.unmounting import unmount
from photofs.kernel.mount_notes import Mount
from photofs.kernel.mount_table import without_links
from photofs.model.errors import Busy, NotFound, Refused

PATIENCE = 60.0
"""Seconds that a mount process has to end after its mount has gone: it gives its agent 10 to end,
and on a machine that is busy with all else both are slow."""

LEAVING = 5.0
"""Seconds that programs have to leave: who waited in a mount whose process is gone, and who
looks into each mount for an instant (our own agent as it shows new thumbnails, gvfs at its
trash)."""


@click.command
@click.argument("folder", required=False, shell_complete=mount_points)
@click.option("--force", is_flag=True, help="Take it away even if programs still use it.")
@click.option("--no-wait", is_flag=True, help="Leave uploads to the next start.")
@json_option
def umount(folder: str | None, *, force: bool, no_wait: bool, as_json: bool) -> None:
    """Take the mount at FOLDER away, and wait until its process has ended.

    Without FOLDER it is the only mount of yours that there is. Before that it waits for uploads;
    Ctrl-C leaves them to the next start. Nothing is lost by that.
    """
    mount = _mount_at(folder) if folder is not None else _only_mount()
    point = mount.point
    alive = serves(mount)
    _end_if_dead(point, force=force)
    left = await_uploads(mount, wanted=alive and not force and not no_wait)
    _take_away(point, force=force)
    if force and alive:
        # programs that stand inside keep a mount that is lazily taken away; its process ends now
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself meanwhile
            os.kill(mount.pid, signal.SIGTERM)
    _await_end(mount)
    if not alive:
        _open_folder(point)
    if as_json:
        print_json({"unmounted": point, "left": left._asdict() if left else None})
    else:
        print(f"{safe_text(point)} is unmounted")


def _mount_at(folder: str) -> Mount:
    """The mount of a folder that is named."""
    point = os.path.normpath(Path(folder).expanduser().absolute())
    mount = mount_at(point, os.environ) or mount_at(str(without_links(Path(point))), os.environ)
    if mount is None:
        raise NotFound(
            f"nothing of ours is mounted at {safe_text(point)}", remedy="see `photofs status`"
        )
    return mount


def _only_mount() -> Mount:
    """The one that is this user's, where no folder is named; nothing is guessed among several."""
    mounts = [each for each in list_mounts(os.environ) if each.pid]  # others' have no note here
    if not mounts:
        raise NotFound("nothing of yours is mounted", remedy="see `photofs status`")
    if len(mounts) > 1:
        points = sorted(shell_word(each.point) for each in mounts)
        raise Refused(
            f"there are {len(mounts)} mounts: {', '.join(points)}",
            safe="nothing was changed",
            remedy=f"name one: photofs umount {points[0]}",
        )
    return mounts[0]


def _end_if_dead(point: str, *, force: bool) -> None:
    """Programs that wait in a mount that hangs keep nobody from taking it away by force."""
    try:
        end_if_dead(point, os.environ)
    except Refused as error:
        if not force:
            raise
        print(safe_text(str(error)), file=sys.stderr)


def _take_away(point: str, *, force: bool) -> None:
    """Unmount; who is in it for an instant is given time to leave."""
    until = time.monotonic() + LEAVING
    while True:
        try:
            unmount(point, lazily=force)
        except Busy:
            if time.monotonic() >= until:
                raise
            time.sleep(0.05)
        else:
            return


def _open_folder(point: str) -> None:
    """Give the folder under a dead mount its mode back: the crash left it closed (0000)."""
    with contextlib.suppress(OSError):
        if stat.S_IMODE(os.stat(point).st_mode) == 0:  # noqa: PTH116 - like chmod below
            os.chmod(point, 0o700)  # noqa: PTH101 - the owner may widen it


def _await_end(mount: Mount) -> None:
    """Wait until the process that served the mount has ended; Busy if it takes too long."""
    until = time.monotonic() + PATIENCE
    while serves(mount):
        if time.monotonic() > until:
            raise Busy(
                f"the process {mount.pid} that served the mount has not ended yet",
                safe="the mount itself is gone, and nothing is lost",
                remedy="wait a little longer, or end the process; a container that was started"
                " while it was mounted may hold a mount of its own",
            )
        time.sleep(0.05)
