"""Chromium itself, and the profile folder in which the user is signed in.

photofs never sees a password: the user signs in by themselves, in an ordinary window that no
program drives, in a profile of photofs's own. Whoever can read that folder can be the user at
Google; it is closed to others (0700).
"""

import os
import socket
import subprocess
from pathlib import Path
from shutil import which
from typing import Final, NamedTuple

import trio

from photofs.model.errors import Busy, Misconfigured, NotFound, Refused

NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
BASIC: Final = "--password-store=basic"
"""Cookies are closed with a key of Chromium's own, not with one of the desktop's keyring. The
sign-in and the hand must agree on it, or the one cannot read what the other one has kept."""

LEAVING: Final = 10.0
"""Seconds that a browser whose program was killed may take to end."""


class Profile(NamedTuple):
    """A profile's folder; `own`: photofs made it."""

    folder: Path
    own: bool

    @property
    def not_given(self) -> list[str]:
        """What of Playwright's usual arguments a user's own profile must do without."""
        return [] if self.own else [BASIC]


def find_chromium(named: str) -> Path:
    """The browser's program: the one named, else the first that is on the PATH."""
    for each in (named,) if named else NAMES:
        if (found := which(each)) is not None:
            return Path(found)
    if named:
        raise Misconfigured(f"there is no program {named}", remedy="name Chromium's by its path")
    raise NotFound(
        "no Chromium was found", remedy="apt install chromium, or name another one's program"
    )


def use_profile(folder: Path, *, own: bool) -> Profile:
    """The profile, if nobody has it open: Busy; a user's own must be there: NotFound.

    Chromium marks an open profile by a link that names host and process; one that was killed leaves
    it behind.
    """
    if own:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    elif not (folder / "Default").is_dir() and not (folder / "Local State").is_file():
        raise NotFound(f"{folder} is no profile folder of Chromium")
    try:
        host, _, number = str((folder / "SingletonLock").readlink()).rpartition("-")
    except OSError:
        return Profile(folder, own)
    if host != socket.gethostname() or not number.isdecimal() or _runs(int(number)):
        raise Busy(
            f"a browser has the profile {folder} open",
            safe="nothing was done",
            remedy="close that browser, then run this again",
        )
    return Profile(folder, own)


def _runs(process: int) -> bool:
    """Whether that process is a browser yet; numbers are given anew."""
    try:
        return b"chrom" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


async def wait_for_profile(folder: Path, *, own: bool) -> Profile:
    """The profile, once a browser that is just ending has left it; Busy if none does."""
    ends = trio.current_time() + LEAVING
    while True:
        try:
            return use_profile(folder, own=own)
        except Busy:
            if trio.current_time() >= ends:
                raise
        await trio.sleep(LEAVING / 50)


def sign_in(executable: Path, profile: Profile, site: str) -> None:
    """Open a window in which the user signs in, and wait until it is closed."""
    if not profile.own:
        raise Refused("sign in to a profile of your own in your own browser")
    command = [str(executable), f"--user-data-dir={profile.folder}", BASIC, "--no-first-run"]
    if os.geteuid() == 0:
        command.append("--no-sandbox")
    ended = subprocess.run([*command, site], check=False, stdin=subprocess.DEVNULL)  # noqa: S603 - the user's own browser
    if ended.returncode != 0:
        raise Misconfigured(
            f"{executable} ended with status {ended.returncode}",
            remedy="it needs a desktop; where there is none, sign in on one that has it and copy"
            f" {profile.folder}",
        )
