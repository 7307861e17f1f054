"""Programs run as a user who is not root, and who may mount, in a mount namespace of their own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534

INTO = """set -e
if [ "$1" = fusectl ]; then mount -t fusectl fusectl /sys/fs/fuse/connections
elif mountpoint -q /sys/fs/fuse/connections; then umount /sys/fs/fuse/connections; fi
shift
mount -t tmpfs tmpfs /mnt
mknod -m 666 /mnt/fuse c 10 229
mount --bind /mnt/fuse /dev/fuse
exec setpriv --reuid 65534 --regid 65534 --clear-groups \\
  --inh-caps +dac_read_search --ambient-caps +dac_read_search -- "$@"
"""
"""The user may read everything, for Python may lie in root's home; else he may what anyone may."""


def why_no_user() -> str:
    """Why programs cannot be run so here; "" if they can."""
    if os.geteuid() != 0:
        return "only root can become another user"
    if not all(map(shutil.which, ("unshare", "setpriv", "fusermount3"))):
        return "unshare, setpriv or fusermount3 is not here"
    with home() as folder:
        tried = subprocess.run(
            as_user("test", "-w", folder), capture_output=True, timeout=60, check=False
        )
    return "" if tried.returncode == 0 else "this machine lets nobody mount in a namespace"


def as_user(*command: str | Path, fusectl: bool = True) -> list[str]:
    """The command that runs another one as that user; `fusectl`: whether he finds that mounted."""
    into = ["unshare", "--mount", "--propagation", "private", "sh", "-c", INTO, "sh"]
    return [*into, "fusectl" if fusectl else "none", *map(str, command)]


@contextmanager
def home() -> Iterator[Path]:
    """A folder of his, removed in the end; root's own for tests is closed to him."""
    with tempfile.TemporaryDirectory(prefix="photofs-user-") as folder:
        os.chown(folder, NOBODY, NOBODY)
        yield Path(folder)
