"""The trash of the mount as file managers use it, by real programs and by their system calls.

Restoring is done as file managers do it: what `info` tells is read, the file is moved back there,
and what `info` told is removed (freedesktop.org trash specification 1.0).
"""

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from photofs.model.discard import TrashSpot
from photofs.model.node import row_id
from photofs.model.spot import Spot
from photofs.model.wish import Asker
from photofs.volume.mount_trash import LISTED
from tests.support.desktop_trash import DesktopTrash, below
from tests.support.household import shell
from tests.support.mounting import Mount, mounted
from tests.support.ordinary_user import NOBODY, home
from tests.support.stocked import Stock, picture, stock
from tests.support.waiting import wait_until
from tests.support.wished import EVERYTHING

pytestmark = pytest.mark.mount

PHOTOS = {"a.jpg": picture(1, 20_000), "b.jpg": picture(2, 30_000)}
DAY = "Dates/2019/2019-07"
ME = os.getuid()


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A library that can be changed, with two photos in the album Lake and by date."""
    return stock(tmp_path / "stock", PHOTOS, can=EVERYTHING)


@pytest.fixture
def mount(made: Stock) -> Iterator[Mount]:
    """It, mounted; the log names no mistake of ours."""
    with mounted(made) as served:
        yield served
    assert "Traceback" not in served.log
    assert served.warnings == []


def bin_of(mount: Mount) -> Path:
    """My trash."""
    return mount.point / f".Trash-{ME}"


def gio_trash(*paths: Path) -> None:
    """As a file manager of GNOME or Xfce does it."""
    shell("gio", "trash", *paths)


def restore(mount: Mount, name: str) -> Path:
    """Move it back to where `info` says that it was; that path."""
    return DesktopTrash(mount.point).restore(name)


def lying(mount: Mount) -> set[str]:
    """What `files` and `info` list."""
    return DesktopTrash(mount.point).lying()


def verbs(made: Stock) -> list[str]:
    """What is wished, and still to be sent."""
    with made.open_catalog() as catalog:
        return [row.wish.verb for row in catalog.open_operations()]


@pytest.mark.parametrize(
    ("path", "verb"), [(f"{DAY}/a.jpg", "trash"), ("Albums/Lake/a.jpg", "leave")]
)
def test_gio_trashes_a_photo_and_it_is_moved_back(
    mount: Mount, made: Stock, path: str, verb: str
) -> None:
    """It lies there with its bytes and inode, as `rm` would have left the library."""
    before, ino = below(mount.home), (mount.home / path).stat().st_ino
    gio_trash(mount.home / path)
    assert path not in below(mount.home)
    assert lying(mount) == {"files/a.jpg", "info/a.jpg.trashinfo"}
    there = bin_of(mount) / "files" / "a.jpg"
    assert there.read_bytes() == PHOTOS["a.jpg"]
    assert there.stat().st_ino == ino
    assert verbs(made) == [verb]
    assert restore(mount, "a.jpg") == mount.home / path
    assert (mount.home / path).stat().st_ino == ino
    assert below(mount.home) == before
    assert lying(mount) == set()


def test_gio_trashes_an_album_and_it_is_moved_back(mount: Mount, made: Stock) -> None:
    """The album alone goes; in the trash it is an empty folder, for its photos stay."""
    before = below(mount.home)
    gio_trash(mount.lake)
    assert below(mount.home) == {*before, "Unsorted/a.jpg", "Unsorted/b.jpg"} - {
        *("Albums/Lake", "Albums/Lake/a.jpg", "Albums/Lake/b.jpg")
    }
    assert lying(mount) == {"files/Lake", "info/Lake.trashinfo"}
    album = bin_of(mount) / "files" / "Lake"
    assert list(album.iterdir()) == []
    with pytest.raises(PermissionError):
        (album / "x.jpg").write_bytes(b"x")
    with pytest.raises(PermissionError):
        (album / "sub").mkdir()
    restore(mount, "Lake")
    assert below(mount.home) == before
    assert (mount.lake / "a.jpg").read_bytes() == PHOTOS["a.jpg"]
    assert verbs(made) == []


def test_what_was_absent_from_an_album_in_the_trash_is_found_once_it_is_back(mount: Mount) -> None:
    """By name and at once, though the kernel was told there that it is absent."""
    gio_trash(mount.lake)
    lying_album = bin_of(mount) / "files" / "Lake"
    for _ in range(20):
        assert [(lying_album / name).exists() for name in PHOTOS] == [False, False]
        lying_album.rename(mount.lake)
        assert [(mount.lake / name).is_file() for name in PHOTOS] == [True, True]
        mount.lake.rename(lying_album)


def test_what_left_the_trash_by_another_way_is_not_seen_there(mount: Mount) -> None:
    """A photo that was moved out of the library's own Trash is in `files` no more, at once."""
    gio_trash(mount.home / DAY / "b.jpg")  # has `files` made
    photo, there = mount.home / DAY / "a.jpg", bin_of(mount) / "files" / "a.jpg"
    for _ in range(20):
        photo.rename(there)
        assert there.is_file()
        (mount.home / "Trash" / "a.jpg").rename(photo)
        assert not there.exists()


def test_files_of_one_name_are_numbered(mount: Mount) -> None:
    """gio chooses NAME.2.jpg for the second; each comes back to its own folder."""
    before = below(mount.home)
    (mount.home / "Albums" / "Hut").mkdir()
    (mount.home / "Albums" / "Hut" / "a.jpg").hardlink_to(mount.lake / "a.jpg")
    gio_trash(mount.lake / "a.jpg", mount.home / "Albums" / "Hut" / "a.jpg")
    assert lying(mount) == {
        *("files/a.jpg", "info/a.jpg.trashinfo", "files/a.2.jpg", "info/a.2.jpg.trashinfo")
    }
    restore(mount, "a.2.jpg")
    restore(mount, "a.jpg")
    assert below(mount.home) == before | {"Albums/Hut", "Albums/Hut/a.jpg"}


@pytest.mark.parametrize("name", ["grün 100%.jpg", "a\nb.jpg", "x" * 224 + ".jpg"])
def test_names_that_are_escaped_come_back(mount: Mount, name: str) -> None:
    """`info` tells paths with escapes."""
    (mount.lake / name).hardlink_to(mount.home / DAY / "a.jpg")
    gio_trash(mount.lake / name)
    restore(mount, name)
    assert (mount.lake / name).read_bytes() == PHOTOS["a.jpg"]


def test_a_file_that_nobody_has_judged_comes_back(mount: Mount, made: Stock) -> None:
    """A copy that is a second old, and notes that are no photo; also while they are open."""
    with (mount.lake / "new.jpg").open("wb") as file:
        file.write(b"one")
        gio_trash(mount.lake / "new.jpg")
        file.write(b"two")
    (mount.lake / "notes.txt").write_text("notes")
    gio_trash(mount.lake / "notes.txt")
    assert {"Trash/new.jpg", "Trash/notes.txt"} <= below(mount.home)
    assert (bin_of(mount) / "files" / "new.jpg").read_bytes() == b"onetwo"
    restore(mount, "new.jpg")
    restore(mount, "notes.txt")
    assert (mount.lake / "new.jpg").read_bytes() == b"onetwo"
    assert (mount.lake / "notes.txt").read_text() == "notes"
    assert os.listdir(mount.home / "Trash") == []  # noqa: PTH208 - nothing at all
    with made.open_catalog() as catalog:
        assert catalog.incoming(row_id((mount.lake / "new.jpg").stat().st_ino)) is not None


def test_files_and_folders_of_scratch_lie_there_as_they_are(mount: Mount) -> None:
    """They are plain files of this disk, by whatever name, and are deleted when it is emptied."""
    folder = mount.scratch / "folder"
    folder.mkdir()
    odd = os.fsencode(folder) + b"/\xff%.jpg"
    Path(os.fsdecode(odd)).write_bytes(b"scratch")
    gio_trash(Path(os.fsdecode(odd)))
    restore(mount, os.fsdecode(b"\xff%.jpg"))
    assert Path(os.fsdecode(odd)).read_bytes() == b"scratch"
    gio_trash(folder)
    assert lying(mount) == {
        *("files/folder", os.fsdecode(b"files/folder/\xff%.jpg"), "info/folder.trashinfo")
    }
    restore(mount, "folder")
    assert Path(os.fsdecode(odd)).read_bytes() == b"scratch"


def test_emptying_hides_and_deletes_nothing(mount: Mount, made: Stock) -> None:
    """As `rm -rf` does it, and as gvfs does: by moving to `expunged` first."""
    (mount.scratch / "s.txt").write_text("s")
    gio_trash(mount.home / DAY / "a.jpg", mount.lake, mount.scratch / "s.txt")
    before, wished = below(mount.home), verbs(made)
    expunged = bin_of(mount) / "expunged"
    expunged.mkdir()
    (bin_of(mount) / "files" / "a.jpg").rename(expunged / "1234")
    (bin_of(mount) / "info" / "a.jpg.trashinfo").unlink()
    assert list(expunged.iterdir()) == []
    shell("rm", "-rf", bin_of(mount))
    assert not bin_of(mount).exists()
    assert below(mount.home) == before
    assert "Trash/a.jpg" in before
    assert verbs(made) == wished


def test_it_is_not_seen_by_who_walks_the_mount(mount: Mount, tmp_path: Path) -> None:
    """`find`, rsync and backups do not walk into it; who knows the name finds it."""
    gio_trash(mount.lake / "a.jpg")
    assert os.listdir(mount.point) == ["home"]  # noqa: PTH208 - the listing is meant
    assert "Trash-" not in shell("find", mount.point)
    shell("rsync", "-aH", f"{mount.point}/", tmp_path / "copy")
    assert os.listdir(tmp_path / "copy") == ["home"]  # noqa: PTH208 - the listing is meant
    assert bin_of(mount).is_dir()


def test_a_trash_is_its_makers_alone(mount: Mount) -> None:
    """Mode 0700 whatever was asked for, under one's own number, and no other folder of the root."""
    os.mkdir(bin_of(mount), 0o777)  # noqa: PTH102 - with a mode
    assert bin_of(mount).stat().st_mode & 0o7777 == 0o700
    assert bin_of(mount).stat().st_uid == ME
    for name in (f".Trash-{ME + 1}", ".Trash", ".Trash-x"):
        with pytest.raises(PermissionError):
            (mount.point / name).mkdir()
    with pytest.raises(FileExistsError):
        bin_of(mount).mkdir()


def test_what_lies_there_survives_the_mount(made: Stock) -> None:
    """Killed with -9, and mounted again: photo and album lie there, and come back."""
    with mounted(made) as mount:
        before = below(mount.home)
        gio_trash(mount.home / DAY / "a.jpg")
        gio_trash(mount.lake)
        mount.kill()
        shell("fusermount3", "-uz", mount.point)
    with mounted(made) as mount:
        assert lying(mount) == {
            *("files/a.jpg", "info/a.jpg.trashinfo", "files/Lake", "info/Lake.trashinfo")
        }
        restore(mount, "Lake")
        restore(mount, "a.jpg")
        assert below(mount.home) == before


def test_a_move_that_never_came_leaves_the_photo(made: Stock) -> None:
    """Killed between what `info` is told and the move: the photo is where it was."""
    with mounted(made) as mount:
        (bin_of(mount) / "info").mkdir(parents=True)
        (bin_of(mount) / "files").mkdir()
        (bin_of(mount) / "info" / "a.jpg.trashinfo").write_text("[Trash Info]\nPath=home/x\n")
        mount.kill()
        shell("fusermount3", "-uz", mount.point)
    with mounted(made) as mount:
        assert (mount.lake / "a.jpg").read_bytes() == PHOTOS["a.jpg"]
        gio_trash(mount.lake / "a.jpg")
        assert "files/a.2.jpg" in lying(mount)


def test_undo_in_another_process_takes_it_out(mount: Mount, made: Stock) -> None:
    """The mount shows so within seconds, and `info` tells no longer of it."""
    before = below(mount.home)
    gio_trash(mount.lake / "a.jpg")
    with made.open_catalog() as catalog:
        wishing = made.wishing(catalog)
        wishing.undo(catalog.actions(1)[0].action_id, Asker(0, "photofs undo"))
    wait_until(lambda: below(mount.home) == before)
    wait_until(lambda: not (bin_of(mount) / "files" / "a.jpg").exists())
    assert lying(mount) == set()


def test_hundreds_that_lie_there_are_each_listed_once(tmp_path: Path) -> None:
    """However many are read at a time; and `files` goes only once all have left it."""
    names = {f"p{number:03}.jpg" for number in range(LISTED + 30)}
    made = stock(tmp_path / "stock", {name: picture(1, 100) for name in names}, can=EVERYTHING)
    with mounted(made) as mount:
        files = bin_of(mount) / "files"
        files.mkdir(parents=True)
        lake = mount.lake.stat().st_ino
        with made.open_catalog() as catalog:
            trash, asker = made.wishing(catalog).discarding, Asker(0, "a file manager")
            for name in names:
                trash.put(Spot(lake, name), TrashSpot(ME, name.encode()), asker)
        wait_until(lambda: len(list(files.iterdir())) >= len(names))
        assert sorted(path.name for path in files.iterdir()) == sorted(names)
        with pytest.raises(OSError, match=re.escape(os.strerror(errno.ENOTEMPTY))):
            files.rmdir()


def test_a_bare_move_is_enough(mount: Mount) -> None:
    """Without a word in `info`, which the specification wants, and before the kernel knows it."""
    before = below(mount.home)
    for folder in ("files", "info"):
        (bin_of(mount) / folder).mkdir(parents=True)
    shell("mv", mount.lake / "a.jpg", f"{bin_of(mount)}/files/")
    assert lying(mount) == {"files/a.jpg"}
    with pytest.raises(OSError, match=re.escape(os.strerror(errno.ENOTEMPTY))):
        (bin_of(mount) / "files").rmdir()
    shell("mv", bin_of(mount) / "files" / "a.jpg", f"{mount.lake}/")
    assert below(mount.home) == before


def test_moves_that_mean_nothing_are_refused(mount: Mount) -> None:
    """Photos go into `files` alone, the two folders keep their names, nothing is copied away."""
    gio_trash(mount.lake / "a.jpg")
    files, info = bin_of(mount) / "files", bin_of(mount) / "info"
    (files / "plain").write_text("plain")
    (files / "sub").mkdir()
    for source, target, error in (
        (mount.lake / "b.jpg", info / "b.jpg", errno.EPERM),
        (mount.lake / "b.jpg", files / "sub" / "b.jpg", errno.EPERM),
        (mount.lake / "b.jpg", bin_of(mount) / "b.jpg", errno.EPERM),
        (mount.lake / "b.jpg", files / "plain", errno.EEXIST),
        (mount.lake / "b.jpg", files / "a.jpg", errno.EEXIST),
        (files / "plain", files / "a.jpg", errno.EEXIST),
        (files / "a.jpg", files / "plain", errno.EEXIST),
        (files, bin_of(mount) / "others", errno.EPERM),
        (mount.scratch, files / "Scratch", errno.EPERM),
        (mount.home, files / "home", errno.EPERM),
        (mount.home / "Dates", files / "Dates", errno.EPERM),
        (files / "a.jpg", mount.scratch / "a.jpg", errno.EXDEV),
        (files / "a.jpg", mount.lake / "b.jpg", errno.EEXIST),
        (files / "plain", mount.lake / "plain", errno.EXDEV),
        (bin_of(mount), mount.point / ".Trash-77", errno.EPERM),
        (mount.scratch, mount.point / ".Trash-77", errno.EPERM),
    ):
        with pytest.raises(OSError, match=re.escape(os.strerror(error))):
            source.rename(target)
    for folder, error in ((files / "a.jpg", errno.ENOTDIR), (files, errno.ENOTEMPTY)):
        with pytest.raises(OSError, match=re.escape(os.strerror(error))):
            folder.rmdir()
    assert (mount.lake / "b.jpg").read_bytes() == PHOTOS["b.jpg"]
    (files / "a.jpg").rename(files / "c.jpg")
    (files / "c.jpg").rename(mount.lake / "a.jpg")
    assert (mount.lake / "a.jpg").read_bytes() == PHOTOS["a.jpg"]


def test_a_mount_that_cannot_be_written_to_has_none(made: Stock) -> None:
    """`gio trash` says that it cannot, and changes nothing."""
    with mounted(made, "--read-only") as mount:
        before = below(mount.home)
        shell("gio", "trash", mount.lake / "a.jpg", code=1)
        assert not bin_of(mount).exists()
        assert below(mount.home) == before


def test_many_are_listed_whole(made: Stock) -> None:
    """More than a listing's one answer holds, plain files and photos together."""
    many = {f"p{number:04}.jpg": b"" for number in range(400)}
    more = stock(made.root / "more", many, can=EVERYTHING)
    with mounted(more) as mount:
        gio_trash(mount.lake / "p0000.jpg")
        files = bin_of(mount) / "files"
        for name in [*many][1:]:
            (mount.lake / name).rename(files / name)
            (files / f"{name}.plain").touch()
        listed = os.listdir(files)  # noqa: PTH208 - the listing is meant
        assert len(listed) == len(set(listed)) == 799
        assert {entry.name for entry in os.scandir(files) if entry.stat().st_size == 0} == {*listed}


@pytest.mark.skipif(ME != 0, reason="only root can ask as somebody else")
def test_another_user_sees_and_makes_none() -> None:
    """Where all may look at a mount: it belongs to who mounts, and so does what may be trashed."""
    nobody: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    with home() as his:  # pytest's own folders are closed to him, and stay so
        made = stock(his / "stock", PHOTOS, can=EVERYTHING)
        with mounted(made, "--allow-other") as mount:
            gio_trash(mount.lake / "a.jpg")
            shell("ls", mount.lake, **nobody)
            shell("ls", bin_of(mount), code=2, **nobody)
            shell("mkdir", mount.point / ".Trash-65534", code=1, **nobody)
            assert lying(mount) == {"files/a.jpg", "info/a.jpg.trashinfo"}
