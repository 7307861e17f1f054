"""Programs that copy and save, in an album on a real mount."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.model.incoming import Stage
from photofs.model.node import row_id
from tests.support.household import shell
from tests.support.mounting import Mount, mounted
from tests.support.stocked import Stock, picture, stock
from tests.support.wished import EVERYTHING

pytestmark = pytest.mark.mount

PHOTO = picture(1, 200_000)
NEW = picture(2, 300_000)
TIME_NS = 1_000_000_000_123_456_789


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A library that can be changed, with a photo in the album Lake and by date."""
    return stock(tmp_path / "stock", {"a.jpg": PHOTO}, can=EVERYTHING)


@pytest.fixture
def mount(made: Stock) -> Iterator[Mount]:
    """It, mounted; the log names no mistake of ours."""
    with mounted(made) as served:
        yield served
    assert "Traceback" not in served.log
    assert served.warnings == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two new photos, with times of their own, and one below it."""
    made = tmp_path / "card"
    made.mkdir()
    for number, name in enumerate(("one.jpg", "two.jpg")):
        (made / name).write_bytes(picture(10 + number, 100_000 + number))
        os.utime(made / name, ns=(TIME_NS, TIME_NS + number * 10**9))
    return made


def same(one: Path, other: Path) -> None:
    """The same bytes and time under the same names."""
    for each in one.iterdir():
        assert (other / each.name).read_bytes() == each.read_bytes()
        assert (other / each.name).stat().st_mtime_ns == each.stat().st_mtime_ns


@pytest.mark.parametrize(
    "command",
    [
        ["cp", "-p"],
        ["cp", "-a"],
        ["rsync", "-a"],
        ["rsync", "-a", "--inplace"],
        ["mv"],
    ],
    ids=" ".join,
)
def test_programs_copy_photos_in_with_their_times(
    mount: Mount, folder: Path, tmp_path: Path, command: list[str]
) -> None:
    """Bytes and times are those of the source; no temporary name is left."""
    kept = shutil.copytree(folder, tmp_path / "kept")
    before = {each.name for each in mount.lake.iterdir()}
    shell(*command, folder / "one.jpg", folder / "two.jpg", f"{mount.lake}/")
    same(kept, mount.lake)
    assert {each.name for each in mount.lake.iterdir()} == before | {"one.jpg", "two.jpg"}


@pytest.mark.parametrize("flags", [(), ("--inplace",)], ids=["by renaming", "in place"])
def test_a_second_rsync_transfers_nothing(
    mount: Mount, folder: Path, flags: tuple[str, ...]
) -> None:
    """Not even an attribute is to be set."""
    shell("rsync", "-a", *flags, f"{folder}/", f"{mount.lake}/")
    told = shell("rsync", "-a", "-i", "--omit-dir-times", *flags, f"{folder}/", f"{mount.lake}/")
    assert [line for line in told.splitlines() if not line.startswith(".d")] == []


def test_a_folder_within_a_folder_is_refused_and_the_files_beside_it_arrive(
    mount: Mount, folder: Path
) -> None:
    """Whoever copies is told so, by status as well; the log says what to do instead."""
    (folder / "day").mkdir()
    (folder / "day" / "three.jpg").write_bytes(NEW)
    albums = mount.lake.parent
    told = shell("cp", "-a", folder, albums, code=1)
    assert "card/day': Operation not permitted" in told
    assert {each.name for each in (albums / "card").iterdir()} == {"one.jpg", "two.jpg"}
    told = shell("rsync", "-a", folder, albums, code=23)
    assert "Skipping any contents from this failed directory" in told
    assert "make a folder in Albums and copy into that" in mount.log
    shell("cp", "-a", folder / "day", albums)
    assert (albums / "day" / "three.jpg").read_bytes() == NEW


def test_rsync_with_delayed_updates_says_that_it_copies_nothing(mount: Mount, folder: Path) -> None:
    """The folder that it needs is refused; its exit status does not tell, so the document does."""
    moving = ["rsync", "-a", "--delay-updates", "--remove-source-files"]
    told = shell(*moving, folder / "one.jpg", mount.lake)
    assert "Unable to create partial-dir for one.jpg -- discarding completed file" in told
    assert {each.name for each in mount.lake.iterdir()} == {"a.jpg"}
    assert (folder / "one.jpg").exists()


def test_gio_copies_and_moves(mount: Mount, folder: Path) -> None:
    """The file managers of GNOME and others."""
    shell("gio", "copy", folder / "one.jpg", mount.lake / "one.jpg")
    assert (mount.lake / "one.jpg").read_bytes() == (folder / "one.jpg").read_bytes()
    shell("gio", "move", mount.lake / "one.jpg", mount.lake / "three.jpg")
    assert (mount.lake / "three.jpg").read_bytes() == (folder / "one.jpg").read_bytes()


def test_sed_writes_a_file_anew(mount: Mount) -> None:
    """By a temporary file, renamed over the old one."""
    (mount.lake / "notes.txt").write_text("hello\n")
    shell("sed", "-i", "s/hello/goodbye/", mount.lake / "notes.txt")
    assert (mount.lake / "notes.txt").read_text() == "goodbye\n"
    assert {each.name for each in mount.lake.iterdir()} == {"a.jpg", "notes.txt"}


def test_dd_writes_into_the_middle_of_a_photo(mount: Mount, made: Stock) -> None:
    """The rest is the photo's; the row waits to be judged."""
    path = mount.lake / "a.jpg"
    shell("dd", "if=/dev/zero", f"of={path}", "bs=100", "seek=3", "count=2", "conv=notrunc")
    assert path.read_bytes() == PHOTO[:300] + bytes(200) + PHOTO[500:]
    with made.open_catalog() as catalog:
        row = catalog.incoming(row_id(path.stat().st_ino))
        assert row is not None
        assert (row.stage, row.told) == (Stage.OPEN, True)
        assert catalog.open_operations() == []


def test_rm_of_a_copied_file_leaves_nothing(mount: Mount, made: Stock, folder: Path) -> None:
    """No row waits for it."""
    shell("cp", folder / "one.jpg", mount.lake)
    shell("rm", mount.lake / "one.jpg")
    with made.open_catalog() as catalog:
        assert catalog.count_incoming() == {}
        assert catalog.drafts_in_use() == frozenset()


@pytest.fixture
def picture_of_its_own(mount: Mount, made: Stock) -> Path:
    """A photo told by the source that exiftool can read."""
    path = made.root / "real.jpg"
    shell("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", path)
    (made.source / "originals" / "a.jpg").write_bytes(path.read_bytes().ljust(len(PHOTO), b"\0"))
    assert (mount.lake / "a.jpg").read_bytes().startswith(path.read_bytes())
    return mount.lake / "a.jpg"


@pytest.mark.parametrize("flags", [("-overwrite_original",), ("-overwrite_original_in_place",)])
def test_exiftool_writes_a_photo_anew(
    picture_of_its_own: Path, made: Stock, flags: tuple[str, ...]
) -> None:
    """The photo has the new bytes, its inode and its places; no temporary file is left."""
    path = picture_of_its_own
    old = path.stat()
    shell("exiftool", "-q", "-m", *flags, "-Artist=Ada", path)
    assert "Ada" in shell("exiftool", "-Artist", path)
    assert (path.stat().st_ino, path.stat().st_nlink) == (old.st_ino, 2)
    assert [each.name for each in path.parent.iterdir()] == ["a.jpg"]
    with made.open_catalog() as catalog:
        assert list(catalog.count_incoming()) == [Stage.OPEN]


def test_exiftool_keeps_the_original_beside_it(picture_of_its_own: Path, made: Stock) -> None:
    """The backup is a file of its own, at once, with the old bytes; the photo has the new."""
    path = picture_of_its_own
    old, before = path.stat(), path.read_bytes()
    shell("exiftool", "-q", "-m", "-Artist=Ada", path)
    backup = path.with_name("a.jpg_original")
    assert backup.read_bytes() == before
    assert "Ada" in shell("exiftool", "-Artist", path)
    assert (path.stat().st_ino, path.stat().st_nlink) == (old.st_ino, 2)
    assert backup.stat().st_ino != old.st_ino
    with made.open_catalog() as catalog:
        assert set(catalog.count_incoming()) == {Stage.OPEN, Stage.LOCAL}
    assert list((made.root / "kept").rglob("*")) != []


def test_restoring_the_backup_puts_the_old_bytes_back(picture_of_its_own: Path) -> None:
    """exiftool -restore_original renames the backup over the photo, which stays the photo."""
    path = picture_of_its_own
    old, before = path.stat(), path.read_bytes()
    shell("exiftool", "-q", "-m", "-Artist=Ada", path)
    shell("exiftool", "-q", "-restore_original", path)
    assert path.read_bytes() == before
    assert (path.stat().st_ino, path.stat().st_nlink) == (old.st_ino, 2)


def test_three_programs_write_three_files_at_once(mount: Mount, tmp_path: Path) -> None:
    """Beside each other, each in pieces."""
    sources = []
    for number in range(3):
        sources.append(tmp_path / f"{number}.jpg")
        sources[-1].write_bytes(picture(20 + number, 5_000_000 + number))
    running = [subprocess.Popen(["cp", each, mount.lake]) for each in sources]
    assert [process.wait(120) for process in running] == [0, 0, 0]
    for each in sources:
        assert (mount.lake / each.name).read_bytes() == each.read_bytes()
