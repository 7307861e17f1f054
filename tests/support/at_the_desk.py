"""A live library that is mounted, and a file manager that may show it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.flickr.synthetic import synthetic_account
from photofs.emulators.hosting.ledger import FileKind
from tests.support.desktop import Desktop, desktop
from tests.support.household import Household
from tests.support.logins import add_flickr
from tests.support.thunar import Thunar, thunar

ALBUM = "Coast"


class AtTheDesk(NamedTuple):
    """All that a test looks at; `album` is the folder of all photos."""

    household: Household
    flickr: Emulator
    desktop: Desktop
    thunar: Thunar
    album: Path

    def originals_sent(self) -> int:
        """How many times the service was asked for an original."""
        return self.flickr.ledger.files[FileKind.ORIGINAL]


def one_album(photos: int) -> Account:
    """An account with so many pictures, all of them in one album, under names in order."""
    account = synthetic_account(photos, 1)
    for number, photo in enumerate(account.state.photos.values()):
        photo.title = f"IMG_{number:04}"
    (album,) = account.state.albums
    album.title = ALBUM
    album.photos[:] = list(account.state.photos)
    return account


@contextmanager
def at_the_desk(
    folder: Path, photos: int, *, agent: bool = False, settings: str = ""
) -> Iterator[AtTheDesk]:
    """An account of one album, scanned and mounted, of which nothing is on this disk.

    `settings`: more of config.toml.
    """
    household = Household(folder)
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    # the census asks for originals' lengths, which counts as asking for originals
    usual = "[writing]\nquiet = 0.3\ngrace = 0.1\n[agent]\ncensus = false\n"
    config.write_text(usual + settings)
    with flickr_in_thread(one_album(photos)) as flickr:
        add_flickr(household, flickr, perms="write")
        household.run("scan", "flickr")
        household.environ["XDG_CACHE_HOME"] = str(folder / "desk" / "cache")
        with (
            household.mounted(agent=agent) as point,
            desktop(folder, household.environ) as session,
            thunar(session) as manager,
        ):
            album = point / "flickr" / "Albums" / ALBUM
            yield AtTheDesk(household, flickr, session, manager, album)
