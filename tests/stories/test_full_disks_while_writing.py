"""A disk without room while programs write into an album: they are told, and nothing is lost."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from photofs.emulators.flickr import Account, flickr_in_thread
from photofs.emulators.flickr.emulator import Emulator
from tests.support.disks import fill, small_disk, suppress_full, why_no_mounts
from tests.support.household import Household, shell
from tests.support.logins import add_flickr
from tests.support.posix_calls import errno_of

pytestmark = [
    pytest.mark.mount,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts()),
]


def large_picture() -> bytes:
    """A picture of some 700 kB, of noise."""
    written = io.BytesIO()
    Image.effect_noise((1000, 700), 100).save(written, "PNG")
    return written.getvalue()


PICTURE = large_picture()
SIZE = 16 << 20


@contextmanager
def album_on(folder: Path, disk: str) -> Iterator[tuple[Path, Path, Household, Emulator]]:
    """A new album whose bytes, or whose notes, lie on a disk of 16 MiB; and that disk."""
    (folder / "home").mkdir()
    with small_disk(folder / "home" / disk, SIZE) as small:
        household = Household(folder)
        config = household.home / "config" / "config.toml"
        config.parent.mkdir()
        config.write_text('[cache]\nmin_free = "0"\n[writing]\nquiet = 0.3\ngrace = 0.5\n')
        with flickr_in_thread(Account()) as emulator:
            add_flickr(household, emulator, perms="write")
            household.scanned("flickr")
            with household.mounted(agent=True) as point:
                album = point / "flickr" / "Albums" / "New"
                album.mkdir()
                yield album, small, household, emulator
                household.run("check")


def is_sent(household: Household, emulator: Emulator, title: str) -> bool:
    """Whether all is sent, and the album at the service holds that photo alone."""
    household.until_done()
    (made,) = emulator.account.state.albums
    return [emulator.account.state.photos[each].title for each in made.photos] == [title]


def test_a_copy_onto_a_full_disk_fails_with_enospc_and_is_not_sent(tmp_path: Path) -> None:
    """cp says so; with room the next copy of it is sent, once."""
    source = tmp_path / "a.png"
    source.write_bytes(PICTURE)
    with album_on(tmp_path, "data") as (album, disk, household, emulator):
        filler = fill(disk, left=len(PICTURE) // 2)
        assert "No space left on device" in shell("cp", source, album, code=1)
        assert PICTURE.startswith((album / "a.png").read_bytes())
        household.run("wait", "--timeout", "5", code=None)  # an upload would come in one
        assert emulator.calls["upload"] == 0
        assert "no room" in household.run("status") or "not sent" in household.run("status")
        filler.unlink()
        shell("cp", source, album)
        assert (album / "a.png").read_bytes() == PICTURE
        assert is_sent(household, emulator, "a")


def test_a_write_that_meets_a_full_disk_tells_how_much_arrived(tmp_path: Path) -> None:
    """write(2) returns less than asked for, then fails; what was told is in the file."""
    with album_on(tmp_path, "data") as (album, disk, household, emulator):
        filler = fill(disk, left=300_000)
        fd = os.open(album / "a.png", os.O_CREAT | os.O_RDWR)
        arrived = 0
        with suppress_full():
            while arrived < len(PICTURE):
                arrived += os.write(fd, PICTURE[arrived : arrived + 70_000])
        assert 0 < os.fstat(fd).st_size == arrived < len(PICTURE)
        assert os.pread(fd, len(PICTURE), 0) == PICTURE[:arrived]
        filler.unlink()
        while arrived < len(PICTURE):
            arrived += os.pwrite(fd, PICTURE[arrived : arrived + 70_000], arrived)
        os.close(fd)
        assert (album / "a.png").read_bytes() == PICTURE
        assert is_sent(household, emulator, "a")


def test_without_room_for_its_row_a_file_is_neither_made_nor_closed_in_silence(
    tmp_path: Path,
) -> None:
    """Creating answers ENOSPC and leaves no name; fsync and close answer it, and work later."""
    with album_on(tmp_path, "state") as (album, disk, household, emulator):
        fd = os.open(album / "a.png", os.O_CREAT | os.O_RDWR)
        os.write(fd, PICTURE)
        filler = fill(disk)
        assert errno_of(lambda: os.fsync(fd)) == "ENOSPC"
        duplicate = os.dup(fd)
        assert errno_of(lambda: os.close(duplicate)) == "ENOSPC"
        assert errno_of((album / "b.png").touch) == "ENOSPC"
        assert errno_of((album / "b.png").stat) == "ENOENT"
        filler.unlink()
        os.fsync(fd)
        os.close(fd)
        assert (album / "a.png").read_bytes() == PICTURE
        assert is_sent(household, emulator, "a")
