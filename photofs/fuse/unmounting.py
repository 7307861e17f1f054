"""Taking a mount away, through fusermount3, which may do so for ordinary users."""

import shutil
import subprocess

from photofs.model.errors import Busy, Refused


def unmount(point: str, *, lazily: bool) -> None:
    """Have the kernel take the mount at `point` away.

    `lazily`: whoever still stands inside keeps what they have open, and nobody else comes in.
    Raises Busy (a program uses it, and `lazily` is not set) or Refused.
    """
    program = shutil.which("fusermount3") or shutil.which("umount")
    if program is None:
        raise Refused("neither fusermount3 nor umount is here", remedy="install the package fuse3")
    asked, flag = ([], "-l") if program.endswith("/umount") else (["-u"], "-z")
    done = subprocess.run(  # noqa: S603 - found on the PATH, the path is one argument
        [program, *asked, *([flag] if lazily else []), "--", point],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return
    reason = " ".join(done.stderr.split())
    if "busy" in reason:
        raise Busy(
            f"a program still uses {point}",
            remedy=f"close it (`fuser -vm {point}` lists them), or use --force",
        )
    raise Refused(
        f"{point} could not be unmounted: {reason}",
        remedy="use `photofs umount --force`, or unmount it as root",
    )
