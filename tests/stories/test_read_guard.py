"""Programs that look into every photo fetch no more than their share; who copies is never refused.

Nothing here is timed: requests and refusals are counted.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.flickr.synthetic import synthetic_account
from photofs.emulators.hosting.originals import Random
from tests.support.desktop import why_not
from tests.support.household import PATIENCE, Household, shell
from tests.support.logins import add_flickr

SIZE = 300_000
"""Bytes of each original: more than a head."""

SHARE = 30
OTHERS_MOST = 2 * SHARE + 10
"""What a program that is not known may open if it pauses now and then: its share, as many trials,
and what refills in some minutes."""

READER = """
import os, sys
given = refused = 0
for path in sys.stdin.read().splitlines():
    try:
        fd = os.open(path, os.O_RDONLY)
    except PermissionError:
        refused += 1
        continue
    assert len(os.read(fd, 65536)) == 65536
    os.close(fd)
    given += 1
print(given, refused)
"""

MANAGER = """
import os, shutil, sys
from pathlib import Path
target, *paths = sys.stdin.read().splitlines()
refused = 0
for path in paths:
    try:
        with open(path, "rb", buffering=0) as file:
            file.read(65536)
    except PermissionError:
        refused += 1
for path in paths:
    shutil.copyfile(path, Path(target, Path(path).name))
print(refused)
"""


@contextmanager
def library(household: Household, photos: int, *, painted: bool = False) -> Iterator[Emulator]:
    """A scanned account with so many photos, of which nothing is here; `painted`: real JPEGs."""
    account = synthetic_account(photos)
    for number, photo in enumerate(account.state.photos.values()):
        photo.title = f"IMG_{number:05}"
        if not painted:
            photo.original = Random(number, SIZE, "jpg")
    with flickr_in_thread(account) as emulator:
        add_flickr(household, emulator)
        household.scanned("flickr")
        yield emulator


def originals_sent(emulator: Emulator) -> int:
    """How many different originals the service was asked for."""
    return len([path for path in emulator.ledger.served if "_o." in path])


def script(folder: Path, name: str, code: str) -> list[str]:
    """A command that runs this code from a file of that name."""
    (folder / name).write_text(code)
    return [sys.executable, str(folder / name)]


def fed(command: list[str], lines: list[Path]) -> list[int]:
    """The numbers that a command prints if it is given these lines."""
    text = "\n".join(map(str, lines))
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    return [int(word) for word in done.stdout.split()]


def all_photos(point: Path) -> list[Path]:
    """Every photo once."""
    return sorted(path for path in (point / "flickr" / "Dates").rglob("*.jpg"))


def test_who_reads_a_head_of_each_photo_gets_its_share_while_cp_copies(
    household: Household,
) -> None:
    """5,000 photos: the script ends with refusals, the service sends no more, `cp` gets it all."""
    with library(household, 5000) as emulator, household.mounted() as point:
        photos = all_photos(point)
        assert len(photos) == 5000
        target = household.folder / "copied"
        target.mkdir()
        copied = photos[-60:]
        copying = subprocess.Popen(["cp", *map(str, copied), str(target)])
        given, refused = fed(script(household.folder, "looker.py", READER), photos[:-60])
        assert copying.wait(PATIENCE) == 0
        assert [path.stat().st_size for path in target.iterdir()] == [SIZE] * 60

        assert given + refused == 4940
        assert SHARE <= given <= OTHERS_MOST
        assert 60 < originals_sent(emulator) <= given + 60
        (told,) = household.ask("status")["guarded"]
        assert told["name"] == "looker.py"
        assert not told["known"]
        assert told["refused"] > 0
        assert "looker.py" in household.run("status")
        assert "looker.py" in household.run("guard", "status")
        log = (household.home / "state" / "mount.log").read_text()
        assert log.count("`photofs guard allow looker.py`") == 1


def test_what_is_here_is_never_refused(household: Household) -> None:
    """A program that has had its share reads all that is on this disk, as often as it likes."""
    with library(household, 120) as emulator:
        household.run("pin", "flickr/Dates")
        sent = originals_sent(emulator)
        with household.mounted() as point:
            command = script(household.folder, "looker.py", READER)
            for _ in range(2):
                assert fed(command, all_photos(point)) == [120, 0]
        assert originals_sent(emulator) == sent


def test_who_draws_an_album_copies_all_of_it_right_after(household: Household) -> None:
    """One process that nobody knows reads 300 heads, is refused most, and copies 300 photos."""
    with library(household, 300), household.mounted() as point:
        target = household.folder / "copied"
        target.mkdir()
        photos = all_photos(point)
        command = script(household.folder, "manager.py", MANAGER)
        (refused,) = fed(command, [target, *photos])
        assert refused >= 300 - OTHERS_MOST
        assert [path.stat().st_size for path in target.iterdir()] == [SIZE] * 300


def test_a_shell_s_loop_is_one_program(household: Household) -> None:
    """`head` is started anew for each photo, and all of them have one share."""
    with library(household, 120) as emulator, household.mounted() as point:
        told = shell(
            "bash", "-c", 'for f in "$@"; do head -c 65536 "$f" >/dev/null; done', "bash",
            *all_photos(point), code=None,
        )  # fmt: skip
        assert told.count("Permission denied") >= 120 - OTHERS_MOST
        assert 0 < originals_sent(emulator) <= OTHERS_MOST


@pytest.mark.parametrize("words", [("allow", "looker.py"), ("off",)])
def test_what_a_user_says_counts_while_mounted(
    household: Household, words: tuple[str, ...]
) -> None:
    """`photofs guard allow PROGRAM` and `off` are taken up at once; `--undo` and `on`, too."""
    with library(household, 90), household.mounted() as point:
        photos = all_photos(point)
        command = script(household.folder, "looker.py", READER)
        assert fed(command, photos[:60])[1] > 0
        household.run("guard", *words)
        until = time.monotonic() + PATIENCE
        while fed(command, photos)[1]:
            assert time.monotonic() < until
        household.run("guard", *(["on"] if words == ("off",) else [*words, "--undo"]))
        assert household.ask("guard", "status")["on"]
        assert household.ask("guard", "status")["allowed"] == []


def test_a_setting_is_taken_up_while_mounted(household: Household) -> None:
    """`[guard] on = false` in config.toml lets everything pass."""
    config = household.home / "config" / "config.toml"
    before = config.read_text()
    with library(household, 60), household.mounted() as point:
        photos = all_photos(point)
        command = script(household.folder, "looker.py", READER)
        assert fed(command, photos)[1] > 0
        config.write_text(before + "[guard]\non = false\n")
        until = time.monotonic() + PATIENCE
        while fed(command, photos)[1]:
            assert time.monotonic() < until


THUMBNAILERS = {
    "gdk-pixbuf-thumbnailer": ["gdk-pixbuf-thumbnailer", "-s", "64"],
    "ffmpegthumbnailer": ["ffmpegthumbnailer", "-s", "64", "-i"],
}


@pytest.mark.parametrize("program", THUMBNAILERS)
def test_a_real_thumbnailer_fetches_nothing(household: Household, program: str) -> None:
    """Started anew for each of sixty photos, it fails at once at all that are not here."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    with library(household, 60, painted=True) as emulator, household.mounted() as point:
        drawn = 0
        for number, photo in enumerate(all_photos(point)):
            target = household.folder / f"{number}.png"
            more = ["-o"] if program == "ffmpegthumbnailer" else []
            command = [*THUMBNAILERS[program], str(photo), *more, str(target)]
            subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE)
            drawn += target.exists() and target.stat().st_size > 0
        (told,) = household.ask("status")["guarded"]
        assert told["known"]
        assert (drawn, told["given"], originals_sent(emulator)) == (0, 0, 0)


EXTRACTOR = Path("/usr/libexec/tracker-extract-3")
WHY_NOT = why_not(("dbus-run-session", EXTRACTOR))


@pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
def test_a_real_indexer_s_extractor_fetches_nothing(household: Household) -> None:
    """The part of GNOME's indexer that reads files, over sixty photos that are not here."""
    with library(household, 60, painted=True) as emulator, household.mounted() as point:
        loop = f'for f in "$@"; do {EXTRACTOR} --file "$f" --output-format=json-ld; done'
        # without gvfs, which each would start anew, and wait for
        bare = {"GIO_USE_VFS": "local", "GIO_USE_VOLUME_MONITOR": "unix"}
        environ = {**household.environ, **bare}
        begin = ("dbus-run-session", "--", "sh", "-c", loop, "sh")
        photos = all_photos(point)
        for at in range(0, len(photos), 12):  # each is a program of some seconds on a busy machine
            shell(*begin, *photos[at : at + 12], code=None, env=environ)
        (told,) = household.ask("status")["guarded"]
        assert told["name"].startswith("tracker-extract")
        assert told["known"]
        assert told["refused"] > 0
        assert (told["given"], originals_sent(emulator)) == (0, 0)
