"""A photo that is put away under a backup name: that name never leads to the new bytes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.mounting import mounted
from tests.support.stocked import picture, stock
from tests.support.wished import EVERYTHING

pytestmark = pytest.mark.mount

SIZE = 100_000
NEW = 30_000
PHOTOS = 40
READERS = 3


@pytest.mark.parametrize("renamed", [True, False], ids=["new file renamed", "new file made"])
def test_readers_of_backups_get_the_old_bytes_alone(tmp_path: Path, *, renamed: bool) -> None:
    """However they race with a program that puts photos away and writes new ones."""
    photos = {f"{each}.jpg": picture(each, SIZE) for each in range(PHOTOS)}
    made = stock(tmp_path / "stock", photos, can=EVERYTHING)
    with mounted(made) as mount:
        for name, data in photos.items():
            assert (mount.lake / name).read_bytes() == data
        command = [sys.executable, "-m", "tests.support.backup_reader", str(mount.lake)]
        running = [subprocess.Popen([*command, str(PHOTOS), str(SIZE)]) for _ in range(READERS)]
        try:
            for each in range(PHOTOS):
                path = mount.lake / f"{each}.jpg"
                new = mount.lake / f"{each}.jpg_exiftool_tmp" if renamed else path
                if renamed:
                    new.write_bytes(picture(100 + each, NEW))
                path.rename(f"{path}_original")
                if renamed:
                    new.rename(path)
                else:
                    new.write_bytes(picture(100 + each, NEW))
                assert Path(f"{path}_original").read_bytes() == photos[path.name]
                assert path.read_bytes() == picture(100 + each, NEW)
            (mount.lake / "done.txt").touch()
            assert [program.wait(100) for program in running] == [0] * READERS
        finally:
            for program in running:
                program.kill()
                program.wait(60)


def test_a_backup_that_was_open_before_keeps_its_bytes(tmp_path: Path) -> None:
    """Opened under its backup name, and read once the new file is there."""
    data = picture(1, SIZE)
    made = stock(tmp_path / "stock", {"a.jpg": data}, can=EVERYTHING)
    with mounted(made) as mount:
        path, backup = mount.lake / "a.jpg", mount.lake / "a.jpg_original"
        assert path.read_bytes() == data
        path.rename(backup)
        with backup.open("rb", buffering=0) as reader:
            path.write_bytes(b"new")
            assert reader.read(2 * SIZE) == data


def test_a_photo_that_is_only_renamed_to_a_backup_name_is_the_photo(tmp_path: Path) -> None:
    """Same inode, links and bytes, there and back."""
    data = picture(1, SIZE)
    made = stock(tmp_path / "stock", {"a.jpg": data}, can=EVERYTHING)
    with mounted(made) as mount:
        path, backup = mount.lake / "a.jpg", mount.lake / "a.jpg~"
        before = path.stat()
        path.rename(backup)
        assert (backup.stat().st_ino, backup.stat().st_nlink) == (before.st_ino, before.st_nlink)
        assert backup.read_bytes() == data
        backup.rename(path)
        assert path.stat().st_ino == before.st_ino
        assert [each.name for each in mount.lake.iterdir()] == ["a.jpg"]
