"""The folder to mount on, without mounting."""

import os
import stat
from pathlib import Path

import pytest

from photofs.fuse.mount_point import MountPoint
from photofs.kernel.mount_table import mounted_at, our_mount_points, without_links
from photofs.model.errors import NotFound, Refused


def test_a_folder_with_content_is_refused_with_the_list_of_it(tmp_path: Path) -> None:
    """Nothing is hidden under a mount."""
    (tmp_path / "letter.txt").touch()
    with pytest.raises(Refused, match=r"letter\.txt"):
        MountPoint(tmp_path)


def test_a_folder_that_is_refused_keeps_its_mode_and_times(tmp_path: Path) -> None:
    """That nothing was touched is true to the last bit."""
    (tmp_path / "letter.txt").touch()
    tmp_path.chmod(0o2750)
    before = tmp_path.stat()
    with pytest.raises(Refused, match="nothing was touched"):
        MountPoint(tmp_path)
    after = tmp_path.stat()
    assert (after.st_mode, after.st_ctime_ns) == (before.st_mode, before.st_ctime_ns)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the command that makes it."""
    with pytest.raises(NotFound, match="mkdir"):
        MountPoint(tmp_path / "nothing")


def test_a_name_that_is_no_utf_8_is_refused_in_words(tmp_path: Path) -> None:
    """It could be mounted, but neither noted, logged nor handed to a program; nothing is."""
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    with pytest.raises(Refused, match="no UTF-8") as refused:
        MountPoint(folder)
    assert str(refused.value).encode()


def test_a_file_is_refused(tmp_path: Path) -> None:
    """Only a folder can be mounted on."""
    (tmp_path / "file").touch()
    with pytest.raises(Refused):
        MountPoint(tmp_path / "file")


def test_the_folder_underneath_is_closed_and_opened_again(tmp_path: Path) -> None:
    """Nothing can be written beside a mount; a clean end gives the mode back."""
    tmp_path.chmod(0o750)
    point = MountPoint(tmp_path)
    point.cover()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0
    point.uncover()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750
    point.close()


def test_a_folder_that_a_crash_left_closed_is_usable_again(tmp_path: Path) -> None:
    """It gets the mode of a new folder."""
    folder = tmp_path / "photos"
    folder.mkdir()
    folder.chmod(0)
    point = MountPoint(folder)
    assert stat.S_IMODE(folder.stat().st_mode) & 0o700 == 0o700
    point.close()


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("/home/ada/photos", "/home/ada/photos"),
        (r"/home/ada/my\040photos", "/home/ada/my photos"),
        (r"/mnt/tab\011and\134slash", "/mnt/tab\tand\\slash"),
        (r"/mnt/Fotos\040für\040dich", "/mnt/Fotos für dich"),
        ("/mnt/a\rb", "/mnt/a\rb"),
    ],
)
def test_our_mount_points_are_unescaped(tmp_path: Path, field: str, path: str) -> None:
    """Blanks and their like become the path again; other programs' mounts are left out."""
    table = tmp_path / "mountinfo"
    table.write_bytes(
        (
            "30 1 0:21 / /proc rw,nosuid - proc proc rw\n"
            f"37 35 0:41 / {field} ro,nosuid shared:7 - fuse.photofs photofs ro\n"
        ).encode()
    )
    assert our_mount_points(table) == [path]


def test_the_topmost_mount_is_told(tmp_path: Path) -> None:
    """Blanks in paths are octal in the kernel's table."""
    table = tmp_path / "mountinfo"
    table.write_text(
        "30 1 0:21 / /proc rw,nosuid - proc proc rw\n"
        "36 35 0:40 / /mnt/my\\040photos rw - ext4 /dev/sda rw\n"
        "37 35 0:41 / /mnt/my\\040photos ro,nosuid shared:7 - fuse.photofs photofs ro\n"
    )
    mounted = mounted_at("/mnt/my photos", table)
    assert mounted is not None
    assert (mounted.minor, mounted.ours) == (41, True)
    assert mounted_at("/mnt", table) is None


def test_the_kernels_own_table_can_be_read() -> None:
    """Whatever machine it is, /proc is mounted."""
    mounted = mounted_at("/proc")
    assert mounted is not None
    assert not mounted.ours
    assert os.path.ismount("/proc")


OURS = "36 35 0:44 / {point} rw,relatime - fuse.photofs photofs rw,user_id=0\n"


def test_links_are_followed_as_the_kernel_follows_them(tmp_path: Path) -> None:
    """Through links to links, relative ones, and "..", to what is not there; a circle stays."""
    (tmp_path / "disk" / "deep").mkdir(parents=True)
    (tmp_path / "disk" / "back").symlink_to("../one")
    (tmp_path / "one").symlink_to("disk/deep")
    (tmp_path / "two").symlink_to(tmp_path / "disk" / "back")
    (tmp_path / "round").symlink_to("round")
    for path in ("one", "two", "two/..", "two/../back/new", "disk/./deep", "nowhere/at/all"):
        asked = tmp_path / path
        assert without_links(asked) == asked.resolve()
    assert without_links(tmp_path / "round") == tmp_path / "round"
    assert without_links(Path("/")) == Path("/")


def test_what_lies_in_a_mount_of_ours_is_not_asked(tmp_path: Path) -> None:
    """It may hang: its path is taken as it is written, though it leads elsewhere."""
    (tmp_path / "mount").mkdir()
    (tmp_path / "mount" / "link").symlink_to("/etc")
    (tmp_path / "way").symlink_to("mount")
    table = tmp_path / "mountinfo"
    table.write_text(OURS.format(point=tmp_path / "mount"))
    assert without_links(tmp_path / "way" / "link", table) == tmp_path / "mount" / "link"
    table.write_text("")
    assert without_links(tmp_path / "way" / "link", table) == Path("/etc")
