"""What the menu entries of file managers do: our own verbs, and a photo's page in the browser."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from photofs.cli.mounts import mount_of
from photofs.model.errors import NotFound, Refused
from photofs.model.terminal import safe_text

VERBS: Final = frozenset({"pin", "unpin", "free"})
DEEDS: Final = ("pin", "unpin", "free", "web")
"""Those that are our own verbs, and the page."""

PAGES: Final = 10
"""Pages opened at once; a browser with a tab for each photo of an album is no help."""

PATIENCE_S: Final = 10.0
"""Seconds for the desktop to take a notice."""


def do_deed(deed: str, paths: Sequence[Path], environ: Mapping[str, str]) -> tuple[int, str]:
    """Do it; the exit status, and what is to be told (nothing of pages that were opened).

    NotFound of files without a page; Refused of too many, or where no browser can be opened.
    """
    if deed not in VERBS:
        _open_pages(paths, environ)
        return 0, ""
    command = [sys.executable, "-P", "-m", "photofs", deed, "--", *map(os.fspath, paths)]
    done = subprocess.run(  # noqa: S603 - our own program
        command, env=dict(environ), capture_output=True, text=True, errors="replace", check=False
    )
    for path in paths:
        if mount_of(path, environ) is not None:
            _look_again(path)
    lines = (" ".join(line.split()) for line in (done.stdout + done.stderr).splitlines())
    return done.returncode, "; ".join(filter(None, lines))


def _look_again(path: Path) -> None:
    """Have file managers that show it ask for its emblem: nothing but their watch of it changes.

    In a mount of ours, that is: any other file would have another ctime, and be backed up anew.

    A mode that is set to what it is, which each library takes (photofs/fuse/writing_operations.py).
    """
    try:
        path.chmod(stat.S_IMODE(path.stat().st_mode))
    except OSError:  # mounted --read-only: then it is asked for at the next look
        return


def _open_pages(paths: Sequence[Path], environ: Mapping[str, str]) -> None:
    if len(paths) > PAGES:
        raise Refused(f"no more than {PAGES} pages are opened at once", remedy="select fewer")
    pages = [_page(path) for path in paths]
    program = shutil.which("xdg-open", path=environ.get("PATH"))
    if program is None:
        raise Refused("no browser can be opened without xdg-open", remedy="install xdg-utils")
    for page in pages:
        subprocess.run([program, page], env=dict(environ), check=False)  # noqa: S603 - a page of https


def _page(path: Path) -> str:
    """A photo's page; only one of the web, for a service's word is to start no other program."""
    try:
        page = os.getxattr(path, "user.photofs.url").decode()
    except (OSError, UnicodeDecodeError):
        page = ""
    if not page.startswith(("https://", "http://")):
        raise NotFound(
            f"no page of {path.name} at a service is known",
            remedy="`photofs info` tells what is known of it",
        )
    return page


def tell_desktop(said: str, environ: Mapping[str, str], *, urgent: bool) -> None:
    """By notify-send, where there is one: who clicked in a menu sees no terminal."""
    program = shutil.which("notify-send", path=environ.get("PATH"))
    if program is None or not said:
        return
    # names come from strangers, and desktops take some of a notice for markup
    plain = safe_text(said).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    level = "--urgency=normal" if urgent else "--urgency=low"
    command = [program, "--app-name=photofs", level, "--", "photofs", plain]
    try:
        subprocess.run(  # noqa: S603 - as above
            command, env=dict(environ), capture_output=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return
