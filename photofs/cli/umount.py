"""`photofs umount`: take a mount away."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

import click

from photofs.cli.mounts import Mount, list_mounts, serves
from photofs.cli.output import json_option, print_json, safe_text
from photofs.model.errors import Busy, NotFound, Refused

PATIENCE = 20.0
"""Seconds that a mount process has to end after its mount has gone."""


@click.command
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Take it away even if programs still use it.")
@json_option
def umount(folder: Path, *, force: bool, as_json: bool) -> None:
    """Take the mount at FOLDER away, and wait until its process has ended."""
    point = os.path.normpath(folder.expanduser().absolute())
    mount = next((each for each in list_mounts(os.environ) if each.point == point), None)
    if mount is None:
        raise NotFound(
            f"nothing of ours is mounted at {safe_text(point)}", remedy="see `photofs status`"
        )
    alive = serves(mount)
    _unmount(point, force=force)
    if force and alive:
        # programs that stand inside keep a mount that is lazily taken away; its process ends now
        os.kill(mount.pid, signal.SIGTERM)
    _await_end(mount)
    if not alive:
        _open_folder(point)
    if as_json:
        print_json({"unmounted": point})
    else:
        print(f"{safe_text(point)} is unmounted")


def _unmount(point: str, *, force: bool) -> None:
    """Ask the kernel, through fusermount3, which may do so for users."""
    program = shutil.which("fusermount3")
    if program is None:
        raise Refused("fusermount3 is not here", remedy="install the package fuse3")
    done = subprocess.run(  # noqa: S603 - found on the PATH, the path is one argument
        [program, "-u", *(["-z"] if force else []), "--", point],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return
    if "busy" in done.stderr:
        raise Busy(
            f"a program still uses {safe_text(point)}",
            remedy="close it (`fuser -vm FOLDER` lists them), or use --force",
        )
    raise Refused(
        f"{safe_text(point)} could not be unmounted: {safe_text(done.stderr.strip())}",
        remedy="use --force, or unmount it as root",
    )


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
                remedy="wait a little longer, or end the process",
            )
        time.sleep(0.05)
