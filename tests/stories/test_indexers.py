"""GNOME's and KDE's indexers, let loose on a mount of which nothing is here, fetch no original.

Both are at work by themselves, as in a session: they walk the tree, watch it, and hand each photo
to their extractor, which is refused. Nothing here is timed; they run when nobody else wants to.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.flickr.synthetic import synthetic_account
from tests.support.desktop import Desktop, desktop, why_not
from tests.support.household import Household
from tests.support.logins import add_flickr
from tests.support.waiting import wait_until

MINER: Final = Path("/usr/libexec/tracker-miner-fs-3")
BUS: Final = ("dbus-daemon", "fusermount3")

PHOTOS: Final = 300
TRIED: Final = 60
"""So many refusals are enough to see what it does; the extractors are the least of all processes,
and of a machine that is busy with other tests they get little."""

BY_IDLE_S: Final = 400.0
"""Seconds for that."""

LetLoose = Callable[[Desktop, Path], subprocess.Popen[bytes]]

pytestmark = pytest.mark.mount


def gnome(session: Desktop, point: Path) -> subprocess.Popen[bytes]:
    """Start localsearch, which was called tracker, with the mount as a folder that it indexes."""
    settings = session.home / "config" / "glib-2.0" / "settings"
    settings.mkdir(parents=True)
    (settings / "keyfile").write_text(
        "[org/freedesktop/tracker/miner/files]\n"
        f"index-recursive-directories=['{point}']\n"
        "index-single-directories=@as []\n"
        "index-applications=false\n"
    )
    own = session.home / "tmp"
    own.mkdir()
    session.environ |= {
        "GSETTINGS_BACKEND": "keyfile",
        "GIO_USE_VFS": "local",
        "GIO_USE_VOLUME_MONITOR": "unix",
        "TMPDIR": str(own),  # it indexes nothing in the folder for temporary files
    }
    return session.start(str(MINER), "--initial-sleep=0")


def kde(session: Desktop, point: Path) -> subprocess.Popen[bytes]:
    """Start baloo, with the folder around the mount as what it indexes, contents too."""
    config = session.home / "config"
    config.mkdir()
    (config / "baloofilerc").write_text(
        "[Basic Settings]\nIndexing-Enabled=true\n"
        f"[General]\nfolders[$e]={point}/\nonly basic indexing=false\n"
    )
    session.environ["QT_QPA_PLATFORM"] = "offscreen"
    return session.start("baloo_file")


INDEXERS = [
    pytest.param(
        gnome, "tracker-extract",
        marks=pytest.mark.skipif(bool(why_not((*BUS, MINER))), reason=why_not((*BUS, MINER))),
    ),
    pytest.param(
        kde, "baloo_file_extr",
        marks=pytest.mark.skipif(
            bool(why_not((*BUS, "baloo_file"))), reason=why_not((*BUS, "baloo_file"))
        ),
    ),
]  # fmt: skip


@contextmanager
def library(household: Household) -> Iterator[Emulator]:
    """An account with so many pictures, scanned, and none of them here."""
    account = synthetic_account(PHOTOS)
    for number, photo in enumerate(account.state.photos.values()):
        photo.title = f"IMG_{number:05}"
    with flickr_in_thread(account) as emulator:
        add_flickr(household, emulator)
        household.scanned("flickr")
        yield emulator


def originals_sent(emulator: Emulator) -> set[str]:
    """Which originals the service was asked for."""
    return {path for path in emulator.ledger.served if "_o." in path}


@contextmanager
def indexed(household: Household, point: Path, let_loose: LetLoose) -> Iterator[Desktop]:
    """A session with an indexer at work, for the length of a block."""
    with desktop(household.folder, household.environ, display=False) as session:
        started = let_loose(session, point)
        try:
            yield session
        finally:
            session.end()
            started.wait()


@pytest.mark.parametrize(("let_loose", "extractor"), INDEXERS)
def test_an_indexer_let_loose_fetches_nothing_while_cp_copies(
    household: Household, let_loose: LetLoose, extractor: str
) -> None:
    """It is refused each photo, `cp` gets all of its own, and `umount` works while it watches."""

    def refused() -> int:
        told = household.ask("status")["guarded"]
        assert {each["name"] for each in told} <= {extractor}
        return sum(each["refused"] for each in told)

    with library(household) as emulator, household.mounted() as point:
        photos = sorted((point / "flickr" / "Dates").rglob("*.jpg"))
        assert len(photos) == PHOTOS
        before = originals_sent(emulator)
        with indexed(household, point, let_loose) as session:
            wait_until(lambda: refused() > 0, BY_IDLE_S)
            assert originals_sent(emulator) == before

            target = household.folder / "copied"
            target.mkdir()
            session.run("cp", *photos[-20:], target)
            copied = sorted(path.read_bytes() for path in target.iterdir())
            assert copied == sorted(path.read_bytes() for path in photos[-20:])
            wait_until(lambda: refused() >= TRIED, BY_IDLE_S)
            assert len(originals_sent(emulator) - before) == 20
            (told,) = household.ask("status")["guarded"]
            assert (told["known"], told["given"]) == (True, 0)

            # a folder that it reads at that very moment keeps the mount for that moment
            wait_until(lambda: "is unmounted" in household.run("umount", point, code=None))
            assert session.processes()
