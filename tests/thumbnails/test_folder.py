"""Thumbnails lie where the desktop looks for them, and nothing is removed that is not ours."""

import io
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from photofs.metadata.shrinking import Shrinker
from photofs.model.errors import Full, Refused, StoreError
from photofs.model.thumbnail import Portrayed, ThumbnailSize, file_uri, whole_seconds
from photofs.thumbnails.folder import Standing, ThumbnailFolder, thumbnails_root
from tests.support.disks import fill, small_disk, why_no_mounts
from tests.support.ordinary_user import NOBODY, home

NORMAL, LARGE = ThumbnailSize.NORMAL, ThumbnailSize.LARGE
ADA = Portrayed("file:///photos/ada.jpg", 1_000, 77, "image/jpeg")


def png(texts: dict[str, str], size: tuple[int, int] = (128, 96)) -> bytes:
    """A PNG with these texts."""
    told = PngImagePlugin.PngInfo()
    for key, value in texts.items():
        told.add_text(key, value)
    target = io.BytesIO()
    Image.effect_noise(size, 60).save(target, "PNG", pnginfo=told)
    return target.getvalue()


def put(folder: ThumbnailFolder, portrayed: Portrayed, software: str = "photofs") -> Path:
    """A thumbnail that some program made; where it lies."""
    data = png({**portrayed.texts(), "Software": software})
    folder.write(NORMAL, portrayed, data)
    return folder.root / "normal" / portrayed.file_name


@pytest.fixture
def folder(tmp_path: Path) -> ThumbnailFolder:
    """A folder of thumbnails that is not there yet."""
    return ThumbnailFolder(tmp_path / "cache" / "thumbnails")


def test_it_lies_where_the_standard_says(tmp_path: Path) -> None:
    """XDG_CACHE_HOME, if that is absolute; otherwise .cache in the home folder."""
    home = {"HOME": "/home/ada"}
    assert thumbnails_root({**home, "XDG_CACHE_HOME": "/c"}) == Path("/c/thumbnails")
    for ignored in ("", "relative/folder"):
        found = thumbnails_root({**home, "XDG_CACHE_HOME": ignored})
        assert found == Path("/home/ada/.cache/thumbnails")
    # whatever photofs itself calls its home
    other = thumbnails_root({**home, "PHOTOFS_HOME": str(tmp_path)})
    assert other == Path("/home/ada/.cache/thumbnails")


def test_what_is_new_is_private(folder: ThumbnailFolder) -> None:
    """Folders 0700 and files 0600: they are pictures of private photos."""
    path = put(folder, ADA)
    found = [stat.S_IMODE(each.stat().st_mode) for each in (folder.root, path.parent, path)]
    assert found == [0o700, 0o700, 0o600]
    assert [each.name for each in path.parent.iterdir()] == [ADA.file_name]


def test_a_folder_that_is_there_keeps_its_mode(folder: ThumbnailFolder) -> None:
    """It is the desktop's, not ours."""
    folder.root.mkdir(parents=True)
    folder.root.chmod(0o755)
    put(folder, ADA)
    assert stat.S_IMODE(folder.root.stat().st_mode) == 0o755


@pytest.mark.parametrize(
    ("there", "software", "standing"),
    [
        (ADA, "photofs", Standing.OURS),
        (ADA, "GNOME::ThumbnailFactory", Standing.THEIRS),
        (ADA._replace(size=None), "GNOME::ThumbnailFactory", Standing.THEIRS),
        (ADA._replace(mtime=999), "photofs", Standing.STALE),
        (ADA._replace(mtime=999), "GNOME::ThumbnailFactory", Standing.STALE),
        (ADA._replace(size=78), "photofs", Standing.STALE),
    ],
)
def test_what_stands_there_is_told_apart(
    folder: ThumbnailFolder, there: Portrayed, software: str, standing: Standing
) -> None:
    """Ours or another's, of the file as it is or as it was."""
    put(folder, there, software)
    assert folder.standing(NORMAL, ADA) is standing
    assert folder.standing(LARGE, ADA) is Standing.NONE


def test_what_is_no_thumbnail_is_none(folder: ThumbnailFolder, tmp_path: Path) -> None:
    """An empty file, a folder, a link, a pipe that nobody writes into."""
    path = put(folder, ADA)
    kept = path.rename(tmp_path / "kept.png")
    path.touch()
    assert folder.standing(NORMAL, ADA) is Standing.NONE
    path.unlink()
    path.mkdir()
    assert folder.standing(NORMAL, ADA) is Standing.NONE
    path.rmdir()
    path.symlink_to(kept)
    assert folder.standing(NORMAL, ADA) is Standing.NONE
    assert not folder.remove(NORMAL, ADA.file_name, ADA.uri)
    path.unlink()
    os.mkfifo(path)
    assert folder.standing(NORMAL, ADA) is Standing.NONE
    assert kept.exists()


def test_what_cannot_be_replaced_stays(folder: ThumbnailFolder) -> None:
    """A folder of that name: it is told, and nothing half-written is left beside it."""
    path = put(folder, ADA)
    path.unlink()
    path.mkdir()
    (path / "of a user").touch()
    assert not folder.write(NORMAL, ADA, png(ADA.texts()))
    assert [each.name for each in path.iterdir()] == ["of a user"]
    assert [each.name for each in path.parent.iterdir()] == [ADA.file_name]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files that another one may not read")
def test_what_may_not_be_looked_at_is_another_s() -> None:
    """Such as what a file manager left that root ran: it is neither replaced nor removed."""
    with home() as his:
        folder = ThumbnailFolder(his / "thumbnails")
        path = put(folder, ADA)
        path.chmod(0o600)
        for each in (folder.root, path.parent):
            os.chown(each, NOBODY, NOBODY)
        before = path.read_bytes()
        os.seteuid(NOBODY)
        try:
            folder.check()
            assert folder.standing(NORMAL, ADA) is Standing.THEIRS
            assert not folder.remove(NORMAL, ADA.file_name, ADA.uri)
        finally:
            os.seteuid(0)
        assert path.read_bytes() == before


@pytest.mark.parametrize("linked", ["", "large"])
def test_a_link_into_a_mount_is_refused(
    folder: ThumbnailFolder, tmp_path: Path, linked: str
) -> None:
    """Of the folder, or of one of its four: what is put there would be uploaded."""
    album = tmp_path / "mount" / "flickr" / "Albums" / "Lima"
    album.mkdir(parents=True)
    link = folder.root / linked
    link.parent.mkdir(parents=True)
    link.symlink_to(album)
    folder.check([str(tmp_path / "elsewhere")])
    with pytest.raises(Refused, match="lies in the mount"):
        folder.check([str(tmp_path / "elsewhere"), str(tmp_path / "mount")])


def test_ours_is_removed(folder: ThumbnailFolder) -> None:
    """Once; the second time there is nothing to remove."""
    path = put(folder, ADA)
    assert folder.remove(NORMAL, ADA.file_name, ADA.uri)
    assert not path.exists()
    assert not folder.remove(NORMAL, ADA.file_name, ADA.uri)


def test_what_another_program_made_stays(folder: ThumbnailFolder) -> None:
    """Also of a file that is no more: it is not ours to tidy."""
    path = put(folder, ADA, "GNOME::ThumbnailFactory")
    before = path.read_bytes()
    assert not folder.remove(NORMAL, ADA.file_name, ADA.uri)
    assert path.read_bytes() == before


def test_a_thumbnail_of_another_file_stays(folder: ThumbnailFolder) -> None:
    """By that name, but of another URI: whoever put it there knows why."""
    path = put(folder, ADA)
    assert not folder.remove(NORMAL, ADA.file_name, "file:///photos/other.jpg")
    assert path.exists()


def test_unfinished_files_are_swept_when_they_are_old(folder: ThumbnailFolder) -> None:
    """One that may be being written now stays, and so does all that is not named like ours."""
    normal = put(folder, ADA).parent
    old, fresh, other = (normal / name for name in (".photofs-a.part", ".photofs-b.part", "c.part"))
    for each in (old, fresh, other):
        each.write_bytes(b"half")
    for each in (old, other):
        os.utime(each, (1, 1))
    assert folder.sweep() == 1
    assert sorted(each.name for each in normal.iterdir()) == sorted(
        [fresh.name, other.name, ADA.file_name]
    )


WRITER = """
import sys
from pathlib import Path
from photofs.model.thumbnail import Portrayed, ThumbnailSize
from photofs.thumbnails.folder import ThumbnailFolder
folder, data = ThumbnailFolder(Path(sys.argv[1])), Path(sys.argv[2]).read_bytes()
print("begun", flush=True)
while True:
    folder.write(ThumbnailSize.NORMAL, Portrayed("file:///photos/ada.jpg", 1000), data)
"""


def test_a_kill_leaves_no_half_thumbnail(folder: ThumbnailFolder, tmp_path: Path) -> None:
    """Whenever it comes: the name shows a whole PNG, and what was begun is swept."""
    (tmp_path / "data").write_bytes(png(ADA.texts(), (1000, 1000)))
    for _ in range(8):
        command = [sys.executable, "-c", WRITER, str(folder.root), str(tmp_path / "data")]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"begun\n"
            while not (folder.root / "normal" / ADA.file_name).exists():
                assert writer.poll() is None
            writer.kill()
        assert (folder.root / "normal" / ADA.file_name).read_bytes() == (
            tmp_path / "data"
        ).read_bytes()
        folder.remove(NORMAL, ADA.file_name, ADA.uri)
    for left in (folder.root / "normal").iterdir():
        os.utime(left, (1, 1))
    folder.sweep()
    assert list((folder.root / "normal").iterdir()) == []


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts())
def test_a_full_disk_keeps_what_was_there(tmp_path: Path) -> None:
    """It is said; the thumbnail before stays whole, and nothing half-written is left."""
    with small_disk(tmp_path / "disk", 4 << 20) as disk:
        folder = ThumbnailFolder(disk / "thumbnails")
        path = put(folder, ADA)
        before = path.read_bytes()
        fill(disk)
        with pytest.raises(Full, match=r"\[thumbnails\] limit"):
            folder.write(NORMAL, ADA, png(ADA.texts(), (900, 900)))
        assert path.read_bytes() == before
        assert [each.name for each in path.parent.iterdir()] == [ADA.file_name]


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts())
def test_the_last_of_a_disk_is_left_to_others(tmp_path: Path) -> None:
    """A thumbnail that would fit is not made there: nobody asked for it."""
    with small_disk(tmp_path / "disk", 8 << 20) as disk:
        folder = ThumbnailFolder(disk / "thumbnails")
        path = put(folder, ADA)
        fill(disk, left=100_000)
        before = os.statvfs(disk).f_bavail
        with pytest.raises(Full, match="no room on the disk for thumbnails"):
            folder.write(LARGE, ADA, png(ADA.texts()))
        assert os.statvfs(disk).f_bavail >= before - 1  # the folder itself
        assert folder.remove(NORMAL, ADA.file_name, ADA.uri)
        assert not path.exists()


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    """A file stands where the folder should: nothing to look at, and writing tells why."""
    (tmp_path / "thumbnails").touch()
    folder = ThumbnailFolder(tmp_path / "thumbnails")
    assert folder.standing(NORMAL, ADA) is Standing.NONE
    with pytest.raises(StoreError, match="can be made again"):
        folder.write(NORMAL, ADA, png(ADA.texts()))


def told_by_gio(path: Path, cache: Path) -> str:
    """What GLib tells of a file's thumbnail."""
    done = subprocess.run(
        ["gio", "info", "-a", "thumbnail::*", str(path)],
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.skipif(shutil.which("gio") is None, reason="gio is not installed")
@pytest.mark.parametrize("name", ["a b#1;[2]?%é.jpg", "~plain&(1).jpg", "a\x01\x7f.jpg"])
@pytest.mark.parametrize("seconds", [1_500_000_000, 0, -86_400 * 9000])
def test_glib_takes_them_for_the_file_as_it_is(tmp_path: Path, name: str, seconds: int) -> None:
    """A real photo, its real thumbnails: valid, and no more once the photo has another time."""
    path = tmp_path / name
    Image.effect_noise((600, 400), 60).save(path, "JPEG")
    os.utime(path, ns=(seconds * 10**9 + 5, seconds * 10**9 + 5))
    cache, status = tmp_path / "cache", path.stat()
    when = whole_seconds(status.st_mtime_ns)
    portrayed = Portrayed(file_uri(os.fsencode(path)), when, status.st_size, "image/jpeg")
    folder, shrinker = ThumbnailFolder(cache / "thumbnails"), Shrinker()
    with path.open("rb") as file:
        made = shrinker.shrink(file.fileno(), [128, 256], portrayed.texts())
    shrinker.close()
    for size, data in zip((NORMAL, LARGE), made.pngs, strict=True):
        folder.write(size, portrayed, data)
    told = told_by_gio(path, cache)
    assert f"{portrayed.file_name}" in told
    assert "thumbnail::is-valid: TRUE" in told
    os.utime(path, (7, 7))
    assert "thumbnail::is-valid: FALSE" in told_by_gio(path, cache)
