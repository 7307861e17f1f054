"""A mount that hangs, and its user is not root: he ends it through fusectl, and is told else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.ordinary_user import as_user, home, why_no_user

pytestmark = [pytest.mark.mount, pytest.mark.skipif(bool(why_no_user()), reason=why_no_user())]

HANGS = Path(__file__).with_name("test_hung_mounts.py")
ENDED = [
    "test_whoever_waits_for_a_killed_mount_gets_an_error",
    "test_a_command_on_a_mount_that_hangs_ends_it_first[umount]",
    "test_a_command_on_a_mount_that_hangs_ends_it_first[mount]",
]
"""The tests that a user without fusectl cannot pass."""


def environ_in(folder: Path) -> dict[str, str]:
    """What he knows of the machine; root's folders are not his."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    return {**plain, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def test_a_user_ends_his_mount_through_fusectl() -> None:
    """The fetching process, `photofs umount` and `photofs mount` do, as they do for root."""
    with home() as folder:
        flags: list[str | Path] = ["-q", "-p", "no:cacheprovider", "--basetemp", folder / "tests"]
        tests = [f"{HANGS}::{name}" for name in ENDED]
        done = subprocess.run(
            as_user(sys.executable, "-m", "pytest", *flags, *tests),
            env=environ_in(folder),
            capture_output=True,
            text=True,
            check=False,
        )
        assert f"{len(ENDED)} passed" in done.stdout, done.stdout + done.stderr


def test_a_user_without_fusectl_is_told_what_root_can_do() -> None:
    """No command of his hangs itself; taking the mount away by force works, and ends nothing."""
    with home() as folder:
        command: list[str | Path] = [sys.executable, "-m", "tests.support.hung_mount", folder]
        with subprocess.Popen(
            as_user(*command, fusectl=False),
            env=environ_in(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as program:
            assert program.stdout is not None
            minor = program.stdout.readline().strip()
            try:
                assert program.stdout.readline() == "it hangs\n"
            finally:
                end = f"mount -t fusectl fusectl /sys/fs/fuse/connections; echo 1 > {end_of(minor)}"
                subprocess.run(["unshare", "--mount", "sh", "-c", end], timeout=60, check=True)
            program.communicate("go on\n")
        assert program.returncode == 0


def end_of(minor: str) -> Path:
    """The file that ends a connection."""
    return Path("/sys/fs/fuse/connections", minor, "abort")
