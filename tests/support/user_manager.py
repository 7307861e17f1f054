"""A real `systemd --user` of an ordinary user, with a bus, in a mount namespace of its own.

It needs root, and cgroup v2; nothing of this machine's own systemd is touched.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from photofs.cli.unit_files import is_hidden
from tests.support.household import PATIENCE, PROGRESS

NOBODY = 65534
ROOT = Path(__file__).parents[2]
NEEDED = ("systemd", "systemctl", "systemd-run", "dbus-daemon", "unshare", "nsenter", "setpriv")

INTO = """set -e
python=$1 closed=$2 home=$3 group=$4
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/system /run/systemd/unit-root /run/user
install -d -m 700 -o 65534 -g 65534 /run/user/65534
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /sys/fs/cgroup/$group
echo $$ >/sys/fs/cgroup/$group/cgroup.procs
chown -R 65534:65534 /sys/fs/cgroup/$group
mount -t tmpfs -o mode=755 tmpfs /mnt
mknod -m 666 /mnt/fuse c 10 229
mount --bind /mnt/fuse /dev/fuse
if [ -n "$closed" ]; then
    mkdir /mnt/python
    mount --bind "$python" /mnt/python
    mount -t tmpfs -o mode=755 tmpfs "$closed"
    mkdir -p "$python"
    mount --bind /mnt/python "$python"
fi
exec setpriv --reuid 65534 --regid 65534 --clear-groups systemd --user --unit=basic.target
"""
"""Python may lie in root's home, which is closed to others: only itself is shown there then.

What a desktop begins with its session (default.target) is left out: an indexer that is installed
here kept the manager from being ready for minutes on a busy machine.
"""


def why_no_manager() -> str:
    """Why there can be none here; "" if it may be tried."""
    if os.geteuid() != 0:
        return "only root can begin a manager for another user"
    if is_hidden(sys.executable):
        return "these tests are run below /tmp, of which units see nothing"
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    if lacking:
        return f"{', '.join(lacking)} not installed"
    if "cgroup2" not in Path("/proc/filesystems").read_text():
        return "this kernel has no cgroup2"
    return ""


class UserManager:
    """It, and commands of its user. `home` is his folder."""

    def __init__(
        self, home: Path, environ: dict[str, str], process: "subprocess.Popen[str]"
    ) -> None:
        self.home = home
        self.environ = environ
        self.process = process

    def user(self, *command: str | Path, code: int | None = 0) -> str:
        """A command of his, to its end; what it said."""
        into = ["nsenter", "--mount", "--target", str(self.process.pid), "setpriv"]
        into += ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
        done = subprocess.run(
            [*into, *map(str, command)],
            env=self.environ,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        said = done.stdout + done.stderr
        if code is not None:
            assert done.returncode == code, (command, done.returncode, said)
        return said

    def photofs(self, *arguments: str | Path, code: int | None = 0) -> str:
        """A photofs command of his."""
        return self.user(sys.executable, "-m", "photofs", *arguments, code=code)

    def ask(self, *arguments: str | Path) -> Any:  # noqa: ANN401 - JSON
        """What one prints with --json."""
        return json.loads(PROGRESS.sub("", self.photofs(*arguments, "--json")))

    def systemctl(self, *arguments: str, code: int | None = 0) -> str:
        """As he asks his manager."""
        return self.user("systemctl", "--user", *arguments, code=code)

    def show(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.systemctl("show", "-p", name, "--value", unit).strip()

    def until(self, unit: str, name: str, *values: str) -> str:
        """The property, once it is one of these."""
        end = time.monotonic() + PATIENCE
        while (value := self.show(unit, name)) not in values:
            assert time.monotonic() < end, (unit, name, value)
            time.sleep(0.2)
        return value


@contextmanager
def user_manager() -> Iterator[UserManager]:
    """It, ended with all that it began."""
    # not in /tmp, of which the units have one of their own
    with tempfile.TemporaryDirectory(prefix="photofs-user-", dir="/srv") as folder:
        home = Path(folder)
        os.chown(home, NOBODY, NOBODY)
        runtime = f"/run/user/{NOBODY}"
        environ = {
            "HOME": folder,
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "XDG_RUNTIME_DIR": runtime,
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TZ": "UTC",
        }
        group = home.name
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", INTO, "sh"]
        command += [sys.base_prefix, _closed_above(Path(sys.base_prefix)), folder, group]
        with (home / "manager.log").open("w") as log:
            process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, text=True)
        manager = UserManager(home, environ, process)
        try:
            _wait_until_it_runs(manager)
            yield manager
        finally:
            _end(manager, group)


def _closed_above(folder: Path) -> str:
    """The highest folder above one that others may not enter; "" if they may."""
    closed = [each for each in folder.parents if not each.stat().st_mode & 0o001]
    return str(closed[-1]) if closed else ""


def _wait_until_it_runs(manager: UserManager) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        said = manager.user("systemctl", "--user", "is-system-running", code=None).strip()
        if said in {"running", "degraded"}:
            return
        told = (manager.home / "manager.log").read_text()
        if manager.process.poll() is not None:
            pytest.skip(f"systemd --user does not start here: {told[-300:]}")
        assert time.monotonic() < end, (said, told)
        time.sleep(0.2)


def _end(manager: UserManager, group: str) -> None:
    """Whatever is left of it."""
    manager.process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        manager.process.wait(PATIENCE)
    for root in (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup")):
        folder = root / group
        if folder.is_dir():
            (folder / "cgroup.kill").write_text("1")
            manager.process.wait(PATIENCE)
            _remove(folder)


def _remove(folder: Path) -> None:
    """A cgroup, and those in it, once they are empty: what was killed takes a while to go."""
    end = time.monotonic() + PATIENCE
    while folder.is_dir():
        try:
            for each in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
                each.rmdir()
            folder.rmdir()
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)
