"""A mount that is killed in the worst moment: everybody gets an error, and no hang is left.

The worst moment: a note to the kernel waits for a folder that a request holds, which only the
killed process could answer.
"""

import errno
import subprocess
from pathlib import Path

import pytest

from photofs.fuse.unmounting import unmount
from photofs.kernel.connection import Connection, abort, connection_at
from tests.support.hanging import killed_while_stuck
from tests.support.household import Household
from tests.support.mounting import mounted
from tests.support.posix_calls import errno_of
from tests.support.stocked import picture, stock


@pytest.mark.mount
def test_whoever_waits_for_a_killed_mount_gets_an_error(tmp_path: Path) -> None:
    """The fetching process ends the connection; the mount stays, broken and not empty."""
    with killed_while_stuck(tmp_path, "--child") as (mount, maker):
        assert maker.wait(60) in {errno.ENOTCONN, errno.ECONNABORTED}
        mount.process.wait(60)
        assert errno_of(lambda: [*mount.point.iterdir()]) == "ENOTCONN"
        assert connection_at(str(mount.point)) is not None


@pytest.mark.mount
def test_without_a_fetching_process_a_connection_is_ended_by_hand(tmp_path: Path) -> None:
    """It hangs, and not even SIGKILL helps; then it is ended, and everybody gets an error."""
    with killed_while_stuck(tmp_path) as (mount, maker):
        with pytest.raises(subprocess.TimeoutExpired):
            mount.process.wait(2)
        assert maker.poll() is None
        connection = connection_at(str(mount.point))
        assert connection is not None
        assert not abort(connection._replace(mount_id=connection.mount_id + 100_000))
        assert maker.poll() is None
        assert abort(connection)
        assert maker.wait(60) in {errno.ENOTCONN, errno.ECONNABORTED}
        mount.process.wait(60)
        assert errno_of(lambda: [*mount.point.iterdir()]) == "ENOTCONN"


@pytest.mark.mount
@pytest.mark.parametrize(
    ("command", "stays"),
    [(["umount"], False), (["umount", "--force"], False), (["mount", "--foreground"], True)],
    ids=["umount", "force", "mount"],
)
def test_a_command_on_a_mount_that_hangs_ends_it_first(
    tmp_path: Path, command: list[str], *, stays: bool
) -> None:
    """Fetching process and mount were killed together: `status` tells, umount and mount mend."""
    household = Household(tmp_path)
    with killed_while_stuck(tmp_path, "--noted") as (mount, maker):
        point = str(mount.point)
        assert [each["serves"] for each in household.ask("status")["mounts"]] == [False]
        assert maker.poll() is None
        household.run(*command, point, code=15 if stays else 0)
        assert maker.wait(60) in {errno.ENOTCONN, errno.ECONNABORTED}
        mount.process.wait(60)
        assert (connection_at(point) is not None) is stays


@pytest.mark.mount
def test_regression_umount_waits_a_moment_for_who_still_leaves_a_dead_mount(
    tmp_path: Path,
) -> None:
    """What waited in it gets its error when the command begins, and may need a while to go."""
    household = Household(tmp_path)
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 1000)})
    with mounted(made, "--noted") as mount:
        with subprocess.Popen(["sleep", "2"], cwd=mount.lake):
            mount.kill()
            household.run("umount", str(mount.point))
        assert connection_at(str(mount.point)) is None


@pytest.mark.mount
def test_fusectl_is_asked_before_anything_is_forced(tmp_path: Path) -> None:
    """The file of the connection that is meant, and no other; a mount that is gone is left."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 1000)})
    with mounted(made) as mount:
        connection = connection_at(str(mount.point))
        assert connection is not None
        file = tmp_path / "control" / str(connection.minor) / "abort"
        file.parent.mkdir(parents=True)
        assert abort(connection, tmp_path / "control")
        assert file.read_text() == "1"
        assert (mount.lake / "a.jpg").read_bytes() == picture(1, 1000)
        file.unlink()
        unmount(str(mount.point), lazily=False)
        assert not abort(connection, tmp_path / "control")
        assert not file.exists()


def test_other_file_systems_have_no_connection(tmp_path: Path) -> None:
    """Neither a plain folder nor another kind of mount is ours to end."""
    assert connection_at("/proc") is None
    assert connection_at(str(tmp_path)) is None
    assert not abort(Connection(str(tmp_path), 1, 1), tmp_path)
