"""What programs save into an album is what the account has in the end, once each."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from photofs.emulators.flickr import Account, Emulator, flickr_in_thread
from photofs.emulators.flickr.state import Photo
from photofs.emulators.hosting.originals import Stored
from photofs.emulators.pictures import make_jpeg
from tests.support.household import Household, shell
from tests.support.logins import add_flickr
from tests.support.save_programs import COPYING, REMOVING, SAVING, WITH_OTHER_BYTES, WITH_TIME

pytestmark = [pytest.mark.mount, pytest.mark.timeout(600)]

TIME_S = 1_000_000_000
TIME_TOLD = "2001-09-09 01:46:40"


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """A home in UTC, in which files are looked at soon, but not while a program still works."""
    household = Household(tmp_path)
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[tree]\ntimezone = "UTC"\n[writing]\nquiet = 1.5\ngrace = 0.5\n')
    return household


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes as the mount gives them."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def file_name(program: str) -> str:
    """A name of its own for each program's file."""
    return f"{program}.jpg"


def run_all(household: Household, programs: Mapping[str, str], album: Path, pictures: Path) -> None:
    """Each program on its own file, with a source of the same name."""
    temporary = household.folder / "temporary"
    temporary.mkdir(exist_ok=True)
    pictures.mkdir()
    for program, line in programs.items():
        source = pictures / file_name(program)
        source.write_bytes(make_jpeg(f"{pictures.name} {program}", width=64, height=48))
        os.utime(source, (TIME_S, TIME_S))
        places = {
            "SRC": str(source),
            "DST": str(album / file_name(program)),
            "SCRATCH": str(album.parents[1] / "Scratch"),
            "TMP": str(temporary),
        }
        shell("bash", "-ec", line, env={**os.environ, **places})


def kept(pictures: Path, program: str) -> bytes:
    """The bytes of a source, which may have been moved away."""
    return make_jpeg(f"{pictures.name} {program}", width=64, height=48)


def told(emulator: Emulator, program: str) -> Photo:
    """The one photo at the service that a program's file became."""
    found = [each for each in emulator.account.stream() if each.title == program]
    assert len(found) == 1, program
    return found[0]


def test_p3_what_programs_copy_in_is_what_the_account_has(
    household: Household, tmp_path: Path
) -> None:
    """Bytes and times of the source, here and there, each once, in the album; no other name."""
    with flickr_in_thread(Account()) as emulator:
        add_flickr(household, emulator, perms="delete")
        household.scanned("flickr")
        with household.mounted(agent=True) as point:
            album, pictures = point / "flickr" / "Albums" / "Programs", tmp_path / "pictures"
            album.mkdir()
            run_all(household, COPYING, album, pictures)
            household.until_done()
            assert {path.name for path in album.iterdir()} == {file_name(each) for each in COPYING}
            for program in COPYING:
                path, there = album / file_name(program), told(emulator, program)
                if program not in WITH_OTHER_BYTES:
                    assert path.read_bytes() == kept(pictures, program), program
                assert there.original == Stored(sha256=sha256_of(path)), program
                assert (path.stat().st_mtime == TIME_S) == (program in WITH_TIME), program
                assert (there.taken == TIME_TOLD) == (program in WITH_TIME), program
                assert os.getxattr(path, "user.photofs.state") in {b"cached", b"remote"}
        (made,) = emulator.account.state.albums
        assert sorted(made.photos) == sorted(emulator.account.state.photos)
        assert emulator.calls["upload"] == len(COPYING)


def with_photos(programs: Mapping[str, str]) -> Account:
    """An account with an album of pictures, one for each program."""
    account = Account()
    ids = []
    for program in programs:
        original, _ = account.store(make_jpeg(f"before {program}", width=64, height=48))
        photo = account.add_photo(
            original, taken="2019-07-01 12:00:00", title=program, width=64, height=48
        )
        ids.append(photo.id)
    account.add_album("Programs", ids)
    return account


def test_p7_what_programs_save_over_a_photo_replaces_its_bytes(
    household: Household, tmp_path: Path
) -> None:
    """Under its id, in its album; with its inode here, and the old bytes in Trash/Replaced."""
    account = with_photos(SAVING)
    before = {photo.title: photo.id for photo in account.stream()}
    with flickr_in_thread(account) as emulator:
        add_flickr(household, emulator, perms="delete")
        household.scanned("flickr")
        with household.mounted(agent=True) as point:
            album, pictures = point / "flickr" / "Albums" / "Programs", tmp_path / "pictures"
            inodes = {path.name: path.stat().st_ino for path in album.iterdir()}
            run_all(household, SAVING, album, pictures)
            household.until_done()
            assert {path.name: path.stat().st_ino for path in album.iterdir()} == inodes
            for program in SAVING:
                path, there = album / file_name(program), told(emulator, program)
                assert there.id == before[program], program
                assert there.original == Stored(sha256=sha256_of(path)), program
                if "exiftool" not in program:
                    assert path.read_bytes() == kept(pictures, program), program
            replaced = point / "flickr" / "Trash" / "Replaced"
            old = {make_jpeg(f"before {each}", width=64, height=48) for each in SAVING}
            assert {path.read_bytes() for path in replaced.iterdir()} == old
        (made,) = emulator.account.state.albums
        assert sorted(made.photos) == sorted(before.values())
        assert emulator.calls["upload"] == 0


def test_p7_what_programs_remove_and_write_anew_is_a_new_photo(
    household: Household, tmp_path: Path
) -> None:
    """It takes the album's place; the old one leaves the album and stays in the library."""
    account = with_photos(REMOVING)
    before = {photo.id for photo in account.stream()}
    with flickr_in_thread(account) as emulator:
        add_flickr(household, emulator, perms="delete")
        household.scanned("flickr")
        with household.mounted(agent=True) as point:
            album, pictures = point / "flickr" / "Albums" / "Programs", tmp_path / "pictures"
            run_all(household, REMOVING, album, pictures)
            household.until_done()
            for program in REMOVING:
                assert (album / file_name(program)).read_bytes() == kept(pictures, program)
        state = emulator.account.state
        (made,) = state.albums
        assert set(made.photos) == state.photos.keys() - before
        assert len(made.photos) == len(REMOVING)
        assert before < state.photos.keys()
