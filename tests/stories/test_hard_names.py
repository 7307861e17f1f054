"""Titles that strangers chose, on a real mount: every name can be listed, opened and copied."""

import os
import unicodedata
from pathlib import Path

import pytest

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.hosting.originals import Painted
from tests.support.household import Household, shell
from tests.support.logins import add_flickr

pytestmark = pytest.mark.mount

TITLES = (
    "27/06/12",
    "../../etc/passwd",
    "..",
    " . ",
    "",
    "line\nfeed",
    "\x1b[2Jclears the screen",
    "\u202egpj.exe",
    "zero\u200bwidth",
    "👨‍👩‍👧‍👦" * 40,
    "Beach",
    "beach",
    "BEACH",
    "caf\u00e9",
    "cafe\u0301",
    "x.part",
    "~lock",
    "-rf",
)
JOINER = "\u200d"
"""Makes one emoji of several; it may stay within a name."""

ALBUMS = ("Trips / Rome", "Trips/Rome", "..", "\u202etxt", "Rome", "rome", "🙂" * 75)


def account() -> Account:
    """A photo for each title, and all of them in an album for each title of an album."""
    made = Account()
    photos = []
    for number, title in enumerate(TITLES):
        picture = Painted("jpg", number, 64, 48, "2020-05-05 10:00:00", None, None)
        photos.append(made.add_photo(picture, taken="2020-05-05 10:00:00", title=title).id)
    for title in ALBUMS:
        made.add_album(title, photos)
    return made


def folders_below(top: Path) -> list[tuple[Path, list[str]]]:
    """Every folder with all its names; listing errors are not passed over."""

    def complain(error: OSError) -> None:
        raise error

    walked = os.walk(top, onerror=complain)
    return [(Path(at), [*folders, *files]) for at, folders, files in walked]


def test_hard_titles_become_names_that_every_program_can_use(
    household: Household, tmp_path: Path
) -> None:
    """Short, printable, different also with case folded; rsync copies all of them to this disk."""
    with flickr_in_thread(account()) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        with household.mounted() as point:
            walked = folders_below(point)
            names = [name for _, below in walked for name in below]
            assert all(len(name.encode()) <= 240 for name in names)
            assert all(name.replace(JOINER, "").isprintable() for name in names)
            for folder, below in walked:
                folded = {unicodedata.normalize("NFC", name).casefold() for name in below}
                assert len(folded) == len(below), folder
                assert all((folder / name).stat() for name in below)
            files = [path for path in (point / "flickr" / "Dates").rglob("*") if path.is_file()]
            assert len(files) == len(TITLES)
            leaves = {at for at, below in walked if len(below) == len(TITLES)}
            assert len([at for at in leaves if "Albums" in at.parts]) == len(ALBUMS)
            shell("rsync", "-aH", f"{point}/", f"{tmp_path}/copy/")
        copied = sorted(name for _, below in folders_below(tmp_path / "copy") for name in below)
        assert copied == sorted(names)
