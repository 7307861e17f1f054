"""The demo: a made-up Takeout, and emulated accounts at Google and Flickr, all on this machine.

It lives in a folder of its own below the user's cache and is made anew each time. One that somebody
put something into, be it photos or files in Scratch, is put aside and never deleted: they may be
the only copies. The user's own catalog, settings and logins are not touched. The emulated
services end with the mount.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from photofs.assembly import HOME_VARIABLE, House, find_paths
from photofs.cli.demo_services import FLICKR, GOOGLE, emulated_service, facts_of
from photofs.cli.house import home_environ
from photofs.cli.mounts import list_mounts, serves
from photofs.cli.output import own_name, safe_text, shell_word
from photofs.cli.scan import run_agent
from photofs.model.errors import Bug, Busy, PhotofsError, Refused

MARKER = ".photofs-demo"
"""Only a folder that holds this file is ever removed."""

_TRASH_NOTES: Final = re.compile(r"\.Trash-\d+/(info/|directorysizes)")
"""What file managers note of what lies in the mount's trash, by its path below Scratch."""

SETTLE = 5
"""Seconds after which an upload that the emulated Flickr does not list never came.

The real one's lists may be two minutes behind (uploading.Patience); the emulated one's never are,
and whoever kills the demo's agent to see what happens need not wait for that.
"""


@contextmanager
def demo_home(environ: Mapping[str, str]) -> Iterator[Path]:
    """A home with both libraries added, picked for and scanned, for the length of a block.

    Yields the value for PHOTOFS_HOME. Busy if another demo is mounted.
    """
    home = _new_folder(environ)
    house = House(home_environ(str(home)))
    house.make_folders()
    house.paths.config.mkdir(mode=0o700)
    print("making pictures ...", flush=True)
    takeout = home / "takeout"
    with emulated_service(home, FLICKR) as flickr, emulated_service(home, GOOGLE) as google:
        _write_takeout(takeout)  # while they begin
        _add_flickr(house, facts_of(flickr, home, FLICKR))
        _add_google(house, takeout, facts_of(google, home, GOOGLE))
        previous = os.environ.get(HOME_VARIABLE)
        os.environ[HOME_VARIABLE] = str(home)
        try:
            code = run_agent(["scan"])
            if code:
                raise Bug(f"the demo's libraries could not be scanned (status {code})")
            yield home
        finally:
            _forget_thumbnails(home)
            os.environ.pop(HOME_VARIABLE)
            if previous is not None:
                os.environ[HOME_VARIABLE] = previous


def demo_folder(environ: Mapping[str, str]) -> Path:
    """Where the demo lies, whatever home is in force."""
    plain = {key: value for key, value in environ.items() if key != HOME_VARIABLE}
    return find_paths(plain).cache / "demo"


def _new_folder(environ: Mapping[str, str]) -> Path:
    """An empty folder for the demo, an older one's taken away first."""
    home = demo_folder(environ)
    for mount in list_mounts(environ):
        if mount.home == str(home) and serves(mount):
            raise Busy(
                f"a demo is mounted at {mount.point} already",
                remedy=f"use it, or `{own_name()} umount {shell_word(mount.point)}` first",
            )
    if home.exists() and not (home / MARKER).is_file():
        raise Refused(f"{home} is in the way and no demo of ours", remedy="move it away")
    _forget_thumbnails(home)  # of one that was killed
    before = make_anew(home)
    if before is not None:
        print(
            f"what was put into the demo before is kept in {safe_text(str(before))}; to see it:\n"
            f"  {own_name()} --home {shell_word(str(before))} mount --read-only --no-agent FOLDER",
            flush=True,
        )
    return home


def _forget_thumbnails(home: Path) -> None:
    """Remove what the desktop was given of a demo: once its catalog is gone nobody knows them."""
    environ = home_environ(str(home))
    if not find_paths(environ).catalog.is_file():
        return
    with suppress(PhotofsError), House(environ).catalog(read_only=True) as catalog:
        if not catalog.thumbnail_totals():  # the usual case, half a second sooner
            return
    with Path(os.devnull).open("w", encoding="utf-8") as unheard:
        run_agent(["thumbnails"], stdout=unheard, environ=environ)


def make_anew(home: Path) -> Path | None:
    """Empty the demo's folder; where the one before is kept, None if it is not."""
    before = _put_aside(home)
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(mode=0o700, parents=True)
    (home / MARKER).touch()
    return before


def _put_aside(home: Path) -> Path | None:
    """Move a demo that holds something of somebody's own to a name of its own; None if not.

    Photos are in Kept until they are sent, and with the emulated service from then on; what that
    paints itself it keeps no file of. Scratch holds the mount's trash, too.
    """
    paths = find_paths({HOME_VARIABLE: str(home)})
    services = (home / service / "originals" for service in (FLICKR, GOOGLE))
    if not any(_holds_files(room) for room in (paths.kept, paths.scratch, *services)):
        return None
    before = home.with_name(f"{home.name}-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}")
    home.rename(before)
    return before


def _holds_files(room: Path) -> bool:
    """Whether anything but folders lies there, and notes on what was trashed."""
    return any(
        path.is_symlink() or not path.is_dir()
        for path in room.rglob("*")
        if _TRASH_NOTES.match(path.relative_to(room).as_posix()) is None
    )


def _write_takeout(folder: Path) -> None:
    """The made-up export, in parts."""
    from photofs.emulators.takeout import demo_takeout

    folder.mkdir()
    demo_takeout(folder)


def _add_flickr(house: House, service: Mapping[str, str]) -> None:
    """The emulated account at Flickr as a library, and the login to it."""
    from photofs.providers.flickr.account import Stored, keep

    login = Stored(
        key=service["api_key"],
        secret=service["api_secret"],
        token=service["oauth_token"],
        token_secret=service["oauth_token_secret"],
        permissions="delete",
        username="ada",
    )
    keep(house.secrets(), service["user"], login)
    with house.catalog() as catalog:
        config = {"user": service["user"], "endpoint": service["url"], "settle": SETTLE}
        catalog.add_library("flickr", "flickr", config, account=service["user"])


def _add_google(house: House, takeout: Path, service: Mapping[str, str]) -> None:
    """One library of the Takeout, the emulated account, and what was picked at it; the login."""
    from photofs.cli.google_sources import SERVICE
    from photofs.cli.pick_session import find_source, take_picked
    from photofs.providers.google.account import ALLOWED, Stored, keep

    login = Stored(
        client_id=service["client_id"],
        client_secret=service["client_secret"],
        refresh_token=service["refresh_token"],
        scopes=sorted(ALLOWED["write"]),
        email=service["email"],
    )
    keep(house.secrets(), login)
    config = {"email": login.email, "client_id": login.client_id, "endpoint": service["url"]}
    with house.catalog() as catalog:
        library = catalog.add_library(SERVICE, "takeout", {"path": str(takeout)})
        catalog.add_source(library.library_id, SERVICE, config, account=login.email)
    take_picked(house, find_source(house, SERVICE), service["picked_session"])
