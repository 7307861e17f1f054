"""Very many files at one go: copied in twice, removed all, rewritten all, or cut off."""

import hashlib
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from photofs.emulators.flickr import Emulator, flickr_in_thread
from photofs.emulators.flickr.synthetic import synthetic_account
from photofs.emulators.hosting.originals import Stored
from photofs.emulators.pictures import make_jpeg
from tests.support.household import PATIENCE, Household, shell
from tests.support.logins import add_flickr
from tests.support.waiting import wait_until

pytestmark = pytest.mark.mount

NOON = datetime(2018, 7, 1, 12, 0)  # noqa: DTZ001 - wall time, as in EXIF
REWRITE = """
import sys
from pathlib import Path
from photofs.emulators.pictures import make_jpeg
for path in sorted(Path(sys.argv[1]).iterdir()):
    backup = path.with_name(path.name + "~")
    if sys.argv[2] == "backup":
        path.rename(backup)
    path.write_bytes(make_jpeg(path.name, width=32, height=32))
    if sys.argv[2] == "backup":
        backup.unlink()
"""
"""As mogrify does: every file of a folder is written anew, with a backup meanwhile or without."""


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """A home in which files are looked at soon after they are closed."""
    household = Household(tmp_path)
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[writing]\nquiet = 0.3\ngrace = 20.0\n")
    return household


def live(household: Household, emulator: Emulator) -> None:
    """The account as a library that may be changed."""
    add_flickr(household, emulator, perms="delete")
    household.scanned("flickr")


def card(folder: Path, photos: int) -> Path:
    """A folder of pictures, every other one with a date of its own, and other files among them."""
    folder.mkdir()
    for number in range(photos):
        taken = NOON + timedelta(minutes=number) if number % 2 else None
        picture = make_jpeg(f"card {number}", width=48, height=48, taken=taken)
        (folder / f"DSC_{number:04}.JPG").write_bytes(picture)
        if number % 10 == 0:
            (folder / f"DSC_{number:04}.JPG.xmp").write_text(f"<x:xmpmeta>{number}</x:xmpmeta>")
    (folder / "notes.txt").write_text("the first day\n")
    return folder


def sha256_of(data: bytes) -> str:
    """The hash under which the emulator keeps an upload."""
    return hashlib.sha256(data).hexdigest()


def transferred(told: str) -> list[str]:
    """What rsync -i says beyond folders' times."""
    return [line for line in told.splitlines() if not line.startswith(".d")]


def copy_twice(household: Household, emulator: Emulator, folder: Path) -> None:
    """Rsync a card into a new album until all is sent; then again, and then after a scan."""
    pictures = {sha256_of(path.read_bytes()) for path in folder.glob("*.JPG")}
    with household.mounted(agent=True) as point:
        album = point / "flickr" / "Albums" / "The card"
        album.mkdir()
        again = ["rsync", "-a", "-i", f"{folder}/", f"{album}/"]
        shell(*again)
        assert transferred(shell(*again)) == []
        assert household.run("wait", "--timeout", str(PATIENCE - 10)) == "all is done\n"
        assert transferred(shell(*again)) == []
        household.run("scan", "flickr")
        assert transferred(shell(*again)) == []
        household.run("wait", "--timeout", "30")
        assert sorted(path.name for path in album.iterdir()) == sorted(
            path.name for path in folder.iterdir()
        )
    assert emulator.calls["upload"] == len(pictures)
    (made,) = [album for album in emulator.account.state.albums if album.title == "The card"]
    sent = [emulator.account.state.photos[photo].original for photo in made.photos]
    assert {original.sha256 for original in sent if isinstance(original, Stored)} == pictures
    assert len(sent) == len(pictures)


def test_p3_a_card_copied_twice_by_rsync_is_sent_once(household: Household, tmp_path: Path) -> None:
    """The second run transfers nothing, before and after sending; the album holds pictures only."""
    with flickr_in_thread(synthetic_account(3, 1, 1)) as emulator:
        live(household, emulator)
        copy_twice(household, emulator, card(tmp_path / "card", 100))


def test_p4_a_file_that_takes_long_to_be_copied_is_sent_once_closed(
    household: Household, tmp_path: Path
) -> None:
    """Though others were looked at and sent meanwhile; nothing calls it cut off before that."""
    picture = make_jpeg("long", width=640, height=480)
    (tmp_path / "other.jpg").write_bytes(make_jpeg("other"))
    with flickr_in_thread(synthetic_account(3, 1, 1)) as emulator:
        live(household, emulator)
        with household.mounted(agent=True) as point:
            target = point / "flickr" / "Unsorted" / "long.jpg"
            with target.open("wb", buffering=0) as file:
                file.write(picture[:1000])
                shell("cp", tmp_path / "other.jpg", target.with_name("other.jpg"))
                wait_until(lambda: emulator.calls["upload"] == 1)
                assert os.getxattr(target, "user.photofs.state") == b"pending"
                file.write(picture[1000:])
            household.run("wait", "--timeout", str(PATIENCE - 10))
            wait_until(lambda: os.getxattr(target, "user.photofs.state") == b"cached")
    originals = [photo.original for photo in emulator.account.stream()]
    assert Stored(sha256=sha256_of(picture)) in originals


@pytest.mark.soak
def test_p3_a_large_card_copied_twice_by_rsync_is_sent_once(
    household: Household, tmp_path: Path
) -> None:
    """The same with 500 pictures."""
    with flickr_in_thread(synthetic_account(3, 1, 1)) as emulator:
        live(household, emulator)
        copy_twice(household, emulator, card(tmp_path / "card", 500))


def listing(library: Path) -> set[tuple[str, int]]:
    """Every file of a library, by folder and inode: which namesake has the suffix may change."""
    paths = [path for path in library.rglob("*") if path.is_file()]
    return {(str(path.parent.relative_to(library)), path.stat().st_ino) for path in paths}


def told_by(emulator: Emulator) -> tuple[object, ...]:
    """What the account holds, by the emulator's own word."""
    state = emulator.account.state
    photos = {key: (photo.title, photo.tags, photo.original) for key, photo in state.photos.items()}
    albums = {album.id: (album.title, tuple(album.photos)) for album in state.albums}
    return photos, albums, dict(state.favorites)


def last_action(household: Household) -> str:
    """The number of what was done last."""
    return str(household.ask("log", "-n", "1")[0]["action"])


def test_p10_rm_of_a_whole_library_changes_nothing_and_is_undone_by_one_command(
    household: Household, flickr: Emulator
) -> None:
    """Held, and said so; after undo every path is back with its inode."""
    live(household, flickr)
    before = told_by(flickr)
    with household.mounted(agent=True) as point:
        library = point / "flickr"
        was = listing(library)
        shell("rm", "-rf", library, code=1)
        assert list((library / "Albums").iterdir()) == []
        assert "photofs held list" in household.run("status")
        household.run("wait", "--timeout", "5", code=None)
        assert told_by(flickr) == before
        household.run("undo", last_action(household))
        household.run("wait", "--timeout", "30")
        assert listing(library) == was
    assert told_by(flickr) == before


@pytest.mark.parametrize("way", ["backup", "in place"])
def test_p10_rewriting_a_whole_album_changes_nothing_and_is_undone_by_one_command(
    household: Household, way: str
) -> None:
    """As mogrify does it: all the new contents are held, and after undo the old bytes are shown."""
    with flickr_in_thread(synthetic_account(90, 1, 1)) as emulator:
        live(household, emulator)
        before = told_by(emulator)
        with household.mounted(agent=True) as point:
            (album,) = (point / "flickr" / "Albums").iterdir()
            bytes_were = {path: sha256_of(path.read_bytes()) for path in album.iterdir()}
            was = listing(point / "flickr")
            assert len(bytes_were) > 50
            program = [sys.executable, "-c", REWRITE, str(album), way]
            subprocess.run(program, check=True, timeout=PATIENCE)
            wait_until(lambda: f"{len(bytes_were)} changes held" in household.run("status"))
            assert told_by(emulator) == before
            household.run("undo", last_action(household))
            assert {path: sha256_of(path.read_bytes()) for path in album.iterdir()} == bytes_were
            assert listing(point / "flickr") == was
        assert told_by(emulator) == before


def test_p2_a_cp_that_is_killed_uploads_nothing(
    household: Household, flickr: Emulator, tmp_path: Path
) -> None:
    """What arrived stays in the folder, marked as failed, and status says so; nothing is sent."""
    live(household, flickr)
    before = told_by(flickr)
    picture = make_jpeg("cut", width=640, height=480)
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    with household.mounted(agent=True) as point:
        target = point / "flickr" / "Albums" / "Lima" / "cut.jpg"
        with subprocess.Popen(["cp", pipe, target]) as cp, pipe.open("wb", buffering=0) as source:
            half = len(picture) // 2
            source.write(picture[:half])
            wait_until(lambda: target.exists() and target.stat().st_size == half)
            cp.kill()
        wait_until(lambda: os.getxattr(target, "user.photofs.state").startswith(b"failed: "))
        household.run("wait", "--timeout", "20", code=None)
        assert target.read_bytes() == picture[:half]
        assert "cut.jpg" in household.run("queue")
    assert flickr.calls["upload"] == 0
    assert told_by(flickr) == before
