"""Opens mirrors, makes new ones, and makes them ordinary folders again: by their marker alone."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from photofs.mirrors.disk_words import FORBIDDEN, away, may_not_look, mirror_errors
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.marker import (
    marker_bytes,
    new_marker,
    read_marker,
    remove_marker,
    write_marker,
)
from photofs.mirrors.port import Marker
from photofs.mirrors.traits import clear_left, find_traits
from photofs.model.errors import ReadOnly, Refused
from photofs.model.mirror import MARKER_NAME, Traits

OF_THE_DISK: Final = frozenset(
    {"lost+found", "@eaDir", "System Volume Information", "$RECYCLE.BIN", ".Trashes", "#recycle"}
)
"""What stands in the root of an empty disk, or of a NAS's empty folder, all the same."""


def open_mirror(root: Path, marker: str, traits: Traits | None, *, writing: bool) -> LocalMirror:
    """Open a mirror that has that marker; nothing is touched if it has not.

    NotAttached if folder or marker are not there, Refused if the marker is another's, ReadOnly.
    """
    fd = _open_root(root)
    try:
        found = _expected(root, fd, marker)
        if writing:
            _check_writable(root, fd)
            with mirror_errors("clearing up"):
                clear_left(fd)
        mirror = LocalMirror(root, fd, found, traits)
        if writing:
            mirror.sweep("")
    except BaseException:
        os.close(fd)
        raise
    return mirror


def begin_mirror(
    root: Path, library: str, made: str, accounts: tuple[str, ...] = ()
) -> LocalMirror:
    """Make an empty folder a mirror; Refused if something is in it."""
    fd = _open_root(root)
    try:
        _check_empty(root, fd)
        _check_writable(root, fd)
        with mirror_errors("writing the marker"), _rights_told(root):
            traits = find_traits(fd)
            marker = new_marker(library, made, accounts)
            write_marker(fd, marker)
        return LocalMirror(root, fd, marker, traits)
    except BaseException:
        os.close(fd)
        raise


def renew_marker(folder: LocalMirror, library: str, accounts: tuple[str, ...]) -> None:
    """Have the marker of an open mirror name its library as it is now; its id stays."""
    now = folder.marker._replace(library=library, accounts=accounts)
    if now != folder.marker:
        folder.put(MARKER_NAME, marker_bytes(now))
        folder.sync("")


def marker_at(root: Path) -> Marker | None:
    """The marker in a folder, if it has one."""
    fd = _open_root(root)
    try:
        with mirror_errors("reading its marker"):
            return read_marker(fd)
    finally:
        os.close(fd)


def unmark(root: Path, marker: str) -> None:
    """Take the marker away from a mirror that has that one; its files stay."""
    fd = _open_root(root)
    try:
        _expected(root, fd, marker)
        with mirror_errors("removing its marker"):
            remove_marker(fd)
    finally:
        os.close(fd)


def _expected(root: Path, fd: int, marker: str) -> Marker:
    """The marker in the open root, if it is that one."""
    with mirror_errors("reading its marker"):
        found = read_marker(fd)
    if found is None:
        raise away(f"{root} has no marker {MARKER_NAME}: its disk may not be mounted there")
    if found.mirror != marker:
        raise Refused(
            f"{root} is another mirror: of {found.library}, made {found.made}",
            safe="nothing in it was touched",
            remedy="mount the disk of this mirror there",
        )
    return found


def _check_writable(root: Path, fd: int) -> None:
    """ReadOnly if the file system is mounted so."""
    with mirror_errors("asking how it is mounted"):
        flags = os.fstatvfs(fd).f_flag
    if flags & os.ST_RDONLY:
        raise ReadOnly(
            f"{root} is mounted read-only",
            safe="nothing was changed",
            remedy="mount it for writing, then run it again",
        )


def _check_empty(root: Path, fd: int) -> None:
    """Refused if anything of a person's is in the folder."""
    with mirror_errors("looking whether the folder is empty"), os.scandir(fd) as found:
        held = sorted({each.name for each in found} - OF_THE_DISK)
    if held:
        more = f" and {len(held) - 1:,} more" if held[1:] else ""
        raise Refused(
            f"{root} is not empty: it holds {held[0]!r}{more}",
            safe="nothing in it was touched",
            remedy="name an empty folder",
        )


@contextmanager
def _rights_told(root: Path) -> Iterator[None]:
    """Refused where this user may not write in a folder: no disk failed."""
    try:
        yield
    except OSError as error:
        if error.errno not in FORBIDDEN:
            raise
        raise Refused(
            f"you may not write in {root}: {error.strerror}",
            safe="nothing was changed",
            remedy=f"see whose it is (`ls -ld {shlex.quote(str(root))}`), and have it given to you"
            " (chown), or name another folder",
        ) from error


def _open_root(root: Path) -> int:
    """The root's descriptor."""
    try:
        return os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in FORBIDDEN:
            raise may_not_look(root, error) from error
        raise away(f"the folder {root} is not there: {error.strerror}") from error
