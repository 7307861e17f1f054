"""What file managers read in the mount's root by name, and no copy carries away."""

import configparser
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.support.mounting import Mount, mounted
from tests.support.stocked import Stock, picture, stock
from tests.support.wished import EVERYTHING

pytestmark = pytest.mark.mount

SIGNS = (".directory", ".xdg-volume-info")


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A library that can be changed, with one photo."""
    return stock(tmp_path / "stock", {"a.jpg": picture(1, 20_000)}, can=EVERYTHING)


@pytest.fixture(params=[(), ("--read-only",)], ids=["written to", "read only"])
def mount(made: Stock, request: pytest.FixtureRequest) -> Iterator[Mount]:
    """It, mounted on a folder whose name a key file has to escape."""
    with mounted(made, *request.param, point=made.root / "my\tphotos") as served:
        yield served
    assert "Traceback" not in served.log
    assert served.warnings == []


def key_file(path: Path) -> configparser.ConfigParser:
    """A file of keys and values."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def errno_of(call: Callable[[], object]) -> int | None:
    """With which errno a call fails; None if it does not."""
    try:
        call()
    except OSError as error:
        return error.errno
    return None


def test_who_asks_by_name_is_told_icon_and_volume(mount: Mount) -> None:
    """KDE's file is told an icon, GVfs's the icon and the name of the folder mounted on."""
    assert key_file(mount.point / ".directory")["Desktop Entry"]["Icon"] == "folder-pictures"
    volume = key_file(mount.point / ".xdg-volume-info")["Volume Info"]
    assert volume["Name"] == r"my\tphotos"
    assert volume["Icon"] == "folder-pictures"
    for name in SIGNS:
        status = (mount.point / name).stat()
        assert (status.st_uid, status.st_nlink) == (os.getuid(), 1)
        assert status.st_size == len((mount.point / name).read_bytes())


def test_no_listing_shows_them_and_no_copy_has_them(mount: Mount, tmp_path: Path) -> None:
    """So they are never taken for something of the libraries."""
    assert (mount.point / ".directory").exists()
    assert os.listdir(mount.point) == ["home"]  # noqa: PTH208 - names
    copy = tmp_path / "copy"
    shutil.copytree(mount.point, copy, ignore=shutil.ignore_patterns("Scratch"))
    assert [path.name for path in copy.iterdir()] == ["home"]


def test_they_stand_in_the_root_alone(mount: Mount) -> None:
    """Elsewhere such a name is free; nothing that hides pictures from programs stands anywhere."""
    for name in SIGNS:
        assert not (mount.home / name).exists()
        assert not (mount.lake / name).exists()
    for name in (".nomedia", ".trackerignore", ".hidden", "autorun.inf"):
        assert not (mount.point / name).exists()


def test_they_are_neither_written_nor_removed_nor_moved(mount: Mount) -> None:
    """Each attempt is an error, and changes nothing."""
    for name in SIGNS:
        sign = mount.point / name
        before = sign.read_bytes()
        calls: list[Callable[[], object]] = [
            partial(sign.write_bytes, b"x"),
            sign.unlink,
            sign.rmdir,
            sign.mkdir,
            partial(os.truncate, sign, 0),
            partial(sign.chmod, 0o600),
            partial(os.setxattr, sign, "user.x", b"1"),
            partial(sign.rename, sign.with_name("other")),
            partial(sign.rename, mount.scratch / "other"),
            partial(os.link, sign, mount.lake / "other"),
        ]
        assert None not in [errno_of(call) for call in calls]
        assert errno_of(partial(os.getxattr, sign, "user.photofs.state")) == errno.ENODATA
        assert os.listxattr(sign) == []
        assert sign.read_bytes() == before


@pytest.mark.parametrize("name", SIGNS)
def test_moving_one_or_over_one_is_refused_plainly(made: Stock, name: str) -> None:
    """EPERM, as SEMANTICS.md says: `mv` neither copies it elsewhere nor asks about anything."""
    with mounted(made) as mount:
        sign, note = mount.point / name, mount.scratch / "note"
        note.write_text("mine")
        moves = [(sign, sign.with_name("other")), (sign, note), (sign, mount.lake / "x")]
        moves += [(note, sign), (mount.lake / "a.jpg", sign)]
        assert {errno_of(partial(os.rename, *move)) for move in moves} == {errno.EPERM}
        assert note.read_text() == "mine"


def test_the_disk_is_never_shown_without_blocks(made: Stock) -> None:
    """`df` and file managers tell the room that files copied in have."""
    with mounted(made) as mount:
        told, disk = os.statvfs(mount.point), os.statvfs(made.root)
        assert told.f_blocks >= max(1, told.f_bfree)
        free, real = told.f_bavail * told.f_frsize, disk.f_bavail * disk.f_frsize
        assert abs(free - real) < max(real // 10, 1 << 30)
