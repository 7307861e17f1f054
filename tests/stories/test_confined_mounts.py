"""The mount as its unit runs it: without privileges, its folder mounted by a mounter beside it."""

import errno
import os
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.pictures import make_jpeg
from photofs.fuse.device import mounter_address
from photofs.kernel.connection import connection_at
from tests.stories.conftest import StoryLibrary
from tests.support.household import PATIENCE, Household
from tests.support.logins import add_flickr
from tests.support.mounter import Mounts, mounts_of, why_no_confinement

pytestmark = [
    pytest.mark.mount,
    pytest.mark.skipif(bool(why_no_confinement()), reason=why_no_confinement()),
]

STOP_WITHIN = 20
"""Seconds, of TimeoutStopSec= in the unit; after them systemd kills."""


@pytest.fixture
def mounts(takeout: StoryLibrary) -> Iterator[Mounts]:
    """A mounter for a household with a Takeout."""
    with mounts_of(takeout.household) as mounts:
        yield mounts


def names(point: Path) -> set[str]:
    """What the root of the mount holds."""
    return {entry.name for entry in point.iterdir()}


def test_a_process_without_privileges_serves_a_mount(mounts: Mounts) -> None:
    """It may gain none and has no capability, and reading and writing work all the same."""
    mount = mounts.mount()
    status = Path(f"/proc/{mount.pid}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    assert "CapBnd:\t0000000000000000" in status
    library = mounts.point / "google"
    photo = next(path for path in (library / "Dates").rglob("*.jpg"))
    assert photo.read_bytes().startswith(b"\xff\xd8")
    (library / "Scratch" / "note").write_text("kept")
    assert (library / "Scratch" / "note").read_text() == "kept"
    table = os.fsdecode(Path("/proc/self/mounts").read_bytes()).splitlines()
    (line,) = [line for line in table if f" {mounts.point} " in line]
    assert " fuse.photofs rw,nosuid,nodev," in line
    assert "default_permissions" in line


def test_p26_a_stop_is_told_of_and_gives_the_folder_back(mounts: Mounts) -> None:
    """SIGTERM: STOPPING is told, the mount is gone, and the folder has its mode again."""
    before = stat.S_IMODE(mounts.point.stat().st_mode)
    mount = mounts.mount()
    mount.send_signal(signal.SIGTERM)
    assert mounts.heard.hear() == ["STOPPING=1"]
    assert mount.wait(PATIENCE) == 0
    assert connection_at(str(mounts.point)) is None
    assert stat.S_IMODE(mounts.point.stat().st_mode) == before
    assert mounts.mounter.poll() is None


def test_a_killed_mount_stays_broken_until_the_next_start(mounts: Mounts) -> None:
    """ENOTCONN, never an empty folder; the mounter clears it just before it mounts anew."""
    mount = mounts.mount()
    mount.kill()
    mount.wait(PATIENCE)
    with pytest.raises(OSError, match="not connected") as raised:
        names(mounts.point)
    assert raised.value.errno == errno.ENOTCONN
    mounts.mount()
    assert names(mounts.point) == {"google"}


def test_nonsense_ends_no_mount(mounts: Mounts) -> None:
    """A mounter that is told what it cannot read goes on watching the mount of who told it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        line.settimeout(PATIENCE)
        line.connect(os.fspath(mounter_address(mounts.point, mounts.household.environ)))
        line.send(b'{"do": "mount", "read_only": true, "allow_other": false}')
        _, (device, *_more), _, _ = socket.recv_fds(line, 1024, 1)
        for nonsense in (b"\xff", b"{", b"[]", b'{"do": []}', b'{"do": "mount"}', b'{"do": "fly"}'):
            line.send(nonsense)
        line.send(b'{"do": "unmount"}')
        assert line.recv(1024) == b"{}"
        os.close(device)
    assert connection_at(str(mounts.point)) is None
    assert mounts.log.read_text().count("says what nobody asks for") == 6
    mounts.mount()
    assert names(mounts.point) == {"google"}


def test_a_read_only_mount_is_refused_by_the_kernel_itself(mounts: Mounts) -> None:
    """What the process asks of the mounter is what is mounted."""
    mounts.mount("--read-only")
    with pytest.raises(OSError, match="Read-only") as raised:
        (mounts.point / "google" / "Scratch" / "note").touch()
    assert raised.value.errno == errno.EROFS


def test_a_person_takes_a_confined_mount_away(mounts: Mounts) -> None:
    """`photofs umount` works as ever, and the mounter serves the next start."""
    mount = mounts.mount()
    mounts.household.run("umount", mounts.point)
    assert mount.wait(PATIENCE) == 0
    mounts.mount()
    assert names(mounts.point) == {"google"}


def test_a_mounters_refusal_comes_as_it_would_without_one(mounts: Mounts) -> None:
    """A folder that is not empty: the same sentence, and 78, over which nothing is begun anew."""
    (mounts.point / "letter.txt").touch()
    mount = mounts.start()
    _, told = mount.communicate(timeout=PATIENCE)
    assert "is not empty: it holds 'letter.txt'" in told
    assert mount.returncode == 78


def test_without_a_mounter_a_start_says_so_and_may_be_tried_again(mounts: Mounts) -> None:
    """75: systemd begins it anew, and the mounter, too."""
    mounts.mounter.send_signal(signal.SIGTERM)
    assert mounts.mounter.wait(PATIENCE) == 0
    mount = mounts.start()
    _, told = mount.communicate(timeout=PATIENCE)
    assert "no mounter answers" in told
    assert mount.returncode == 75


def test_a_mounter_that_dies_leaves_the_mount_at_work(mounts: Mounts) -> None:
    """At its end the mount is dead, not empty; another mounter clears it."""
    mount = mounts.mount()
    mounts.mounter.kill()
    mounts.mounter.wait(PATIENCE)
    assert names(mounts.point) == {"google"}
    mount.send_signal(signal.SIGTERM)
    _, told = mount.communicate(timeout=PATIENCE)
    assert mount.returncode == 0
    assert "the mounter has ended" in told
    with pytest.raises(OSError, match="not connected"):
        names(mounts.point)
    assert mounts.heard.hear() == ["STOPPING=1"]
    with mounts_of(mounts.household) as again:
        again.mount()
        assert names(again.point) == {"google"}


def test_only_the_same_user_reaches_a_mounter(mounts: Mounts) -> None:
    """Its socket lies in a folder, and is itself, closed to others."""
    address = mounter_address(mounts.point, mounts.household.environ)
    assert stat.S_IMODE(address.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(address.parent.stat().st_mode) == 0o700
    assert len(os.fsencode(address.name)) < 40


def test_nothing_that_a_process_says_ends_a_mounter(mounts: Mounts) -> None:
    """Rubbish is told of in the log, and the next one is served."""
    import socket

    address = mounter_address(mounts.point, mounts.household.environ)
    for rubbish in (b"{", b"[]", b"{}", b'{"do": "mount"}', b"\xff"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
            line.connect(os.fspath(address))
            line.send(rubbish)
    mounts.mount()
    assert names(mounts.point) == {"google"}
    assert mounts.log.read_text().count("says what nobody asks for") == 5


def test_p26_a_stop_never_waits_for_uploads(household: Household, flickr: Emulator) -> None:
    """A file was accepted and nobody has sent it: the stop takes less than the unit gives it."""
    add_flickr(household, flickr, perms="write")
    household.scanned("flickr")
    with mounts_of(household) as mounts:
        mount = mounts.mount()
        picture = make_jpeg("new", width=64, height=48)
        (mounts.point / "flickr" / "Unsorted" / "new.jpg").write_bytes(picture)
        mount.send_signal(signal.SIGTERM)
        try:
            assert mount.wait(STOP_WITHIN) == 0
        except subprocess.TimeoutExpired:
            mount.kill()
            raise
        (library,) = household.ask("status")["libraries"]
        assert library["work"]["looking"] + library["work"]["uploads"] == 1
        assert mounts.heard.hear() == ["STOPPING=1"]
        mounts.mount()
        assert (mounts.point / "flickr" / "Unsorted" / "new.jpg").read_bytes() == picture
