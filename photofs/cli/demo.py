"""The demo: a made-up Google Takeout and an emulated Flickr account, all on this machine.

It lives in a folder of its own below the user's cache and is made anew each time. What lies in its
Scratch stays there, and a demo that somebody put photos into is put aside and never deleted: they
may be the only copies. The user's own catalog, settings and logins are not touched. The emulated
Flickr ends with the mount.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from photofs.assembly import HOME_VARIABLE, House, find_paths
from photofs.cli.house import home_environ
from photofs.cli.mounts import list_mounts, serves
from photofs.cli.output import own_name, safe_text, shell_word
from photofs.cli.scan import run_agent
from photofs.model.errors import Bug, Busy, Refused

MARKER = ".photofs-demo"
"""Only a folder that holds this file is ever removed."""


@contextmanager
def demo_home(environ: Mapping[str, str]) -> Iterator[Path]:
    """A home with both libraries added and scanned, for the length of a block.

    Yields the value for PHOTOFS_HOME. Busy if another demo is mounted.
    """
    home = _new_folder(environ)
    house = House(home_environ(str(home)))
    house.make_folders()
    print("making pictures ...", flush=True)
    takeout = home / "takeout"
    _write_takeout(takeout)
    with _emulated_flickr(home) as service:
        _add_libraries(house, takeout, service)
        previous = os.environ.get(HOME_VARIABLE)
        os.environ[HOME_VARIABLE] = str(home)
        try:
            code = run_agent(["scan"])
            if code:
                raise Bug(f"the demo's libraries could not be scanned (status {code})")
            yield home
        finally:
            os.environ.pop(HOME_VARIABLE)
            if previous is not None:
                os.environ[HOME_VARIABLE] = previous


def _new_folder(environ: Mapping[str, str]) -> Path:
    """An empty folder for the demo, an older one's taken away first."""
    plain = {key: value for key, value in environ.items() if key != HOME_VARIABLE}
    home = find_paths(plain).cache / "demo"
    for mount in list_mounts(environ):
        if mount.home == str(home) and serves(mount):
            raise Busy(
                f"a demo is mounted at {mount.point} already",
                remedy=f"use it, or `{own_name()} umount {shell_word(mount.point)}` first",
            )
    if home.exists() and not (home / MARKER).is_file():
        raise Refused(f"{home} is in the way and no demo of ours", remedy="move it away")
    before = make_anew(home)
    if before is not None:
        print(
            f"what was put into the demo before is kept in {safe_text(str(before))}; to see it:\n"
            f"  {own_name()} --home {shell_word(str(before))} mount --read-only --no-agent FOLDER",
            flush=True,
        )
    return home


def make_anew(home: Path) -> Path | None:
    """Empty the demo's folder but for Scratch; where the one before is kept, None if it is not."""
    scratch = find_paths({HOME_VARIABLE: str(home)}).scratch
    aside = home.with_name(f"{home.name}-scratch")
    if scratch.exists():
        scratch.rename(aside)
    before = _put_aside(home)
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(mode=0o700, parents=True)
    (home / MARKER).touch()
    if aside.exists():  # also after a crash in between
        scratch.parent.mkdir(mode=0o700)
        aside.rename(scratch)
    return before


def _put_aside(home: Path) -> Path | None:
    """Move a demo that holds photos of somebody's own to a name of its own; None if it does not.

    Those are in Kept until they are sent, and with the emulated Flickr from then on; what it paints
    itself it keeps no file of.
    """
    rooms = (find_paths({HOME_VARIABLE: str(home)}).kept, home / "flickr" / "originals")
    if not any(path.is_file() for room in rooms for path in room.rglob("*")):
        return None
    before = home.with_name(f"{home.name}-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}")
    home.rename(before)
    return before


def _write_takeout(folder: Path) -> None:
    """The made-up export, in parts."""
    from photofs.emulators.takeout import demo_takeout

    folder.mkdir()
    demo_takeout(folder)


@contextmanager
def _emulated_flickr(home: Path) -> Iterator[dict[str, str]]:
    """The emulated service as a process; yields where it is and a login to it."""
    with (home / "flickr.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [
                sys.executable,
                "-m",
                "photofs.emulators.flickr",
                "--until-eof",
                "--state",
                str(home / "flickr"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    try:
        line = process.stdout.readline() if process.stdout else b""
        if not line:
            raise Bug(f"the emulated Flickr did not start; see {home / 'flickr.log'}")
        facts: dict[str, str] = json.loads(line)
        yield facts
    finally:
        process.terminate()
        process.communicate()


def _add_libraries(house: House, takeout: Path, service: Mapping[str, str]) -> None:
    """Both libraries into the demo's catalog, and the login to the emulated account."""
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
        catalog.add_library("google", "takeout", {"path": str(takeout)})
        config = {"user": service["user"], "endpoint": service["url"]}
        catalog.add_library("flickr", "flickr", config, account=service["user"])
