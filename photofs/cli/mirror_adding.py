"""Where a mirror may be; one is begun there, known again after a move, or taken over."""

import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from photofs.assembly import House
from photofs.catalog.mirrors import MirrorRow, NewMirror
from photofs.catalog.port import LibraryRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.mirror_owner import accounts_of, check_owner
from photofs.cli.output import safe_text, shell_word
from photofs.mirrors.claims import claimed_files
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.opening import begin_mirror, marker_at, open_mirror, renew_marker
from photofs.model.errors import PhotofsError, Refused
from photofs.model.mirror import AlbumFolders, Stamp
from photofs.wishing.recognising import recognise_mirror

Claim = tuple[str, str, Stamp]
"""A file of a mirror by its own list: path, hash, and what the disk tells of it."""

FOUND_AT_ONCE: Final = 500
"""Files of a mirror that is taken over which are noted in one transaction: some 10 ms."""


def check_place(house: House, catalog: Catalog, root: Path) -> None:
    """Refused where a mirror would lie in, or hold, what photofs itself reads or keeps."""
    paths = house.paths
    own = [paths.config, paths.data, paths.state, paths.cache]
    read = [
        Path(value)
        for source in catalog.sources()
        for value in source.config.values()
        if isinstance(value, str) and value.startswith("/")
    ]
    mirrors = [Path(row.root) for row in catalog.mirrors() if Path(row.root) != root]
    for places, what in (
        (own, "photofs keeps its own files there"),
        (read, "a library's export lies there"),
        (mirrors, "another mirror lies there"),
    ):
        for place in places:
            if root.is_relative_to(place) or place.is_relative_to(root):
                raise Refused(
                    f"{safe_text(str(root))} cannot be a mirror: {what} ({place})",
                    safe="nothing was changed",
                    remedy="name another folder",
                )


def check_no_own_mirror(catalog: Catalog, library: LibraryRow, folder: Path) -> None:
    """Refused where a library would read its own mirror: damage there would become the photo."""
    place = folder.resolve()
    roots = [Path(row.root) for row in catalog.mirrors() if row.library_id == library.library_id]
    if any(place.is_relative_to(root) or root.is_relative_to(place) for root in roots) or (
        _is_of(catalog, library, place)
    ):
        raise Refused(
            f"{safe_text(str(folder))} is a mirror of {library.name} itself",
            safe="nothing was changed",
            remedy="reads are served from a mirror without that; `photofs mirror verify` and"
            " `repair` look after it; `photofs restore` sends from it",
        )


def _is_of(catalog: Catalog, library: LibraryRow, place: Path) -> bool:
    """Whether a folder has the marker of one of the library's mirrors: it may be a copy of it."""
    try:
        marker = marker_at(place)
    except PhotofsError:
        return False
    known = None if marker is None else catalog.mirror_with(marker.mirror)
    return known is not None and known.library_id == library.library_id


def moved(
    catalog: Catalog, known: MirrorRow, library: LibraryRow, root: Path
) -> tuple[MirrorRow, int]:
    """A mirror that is known lies elsewhere now; how many files it has that nobody has noted yet.

    Only of one in which no run has done anything: who began to take it over may have been killed.
    """
    if known.library_id != library.library_id:
        raise Refused(
            f"{safe_text(str(root))} is the mirror of another library",
            safe="nothing was changed",
            remedy="name an empty folder",
        )
    if Path(known.root) != root and _is_there(known):
        raise Refused(
            f"{safe_text(str(root))} is a copy of the mirror in {safe_text(known.root)}, or that"
            " very folder",
            safe="nothing was changed",
            remedy="a second mirror begins in an empty folder; one that was moved leaves nothing",
        )
    with closing(open_mirror(root, known.marker, None, writing=True)) as folder:
        catalog.set_mirror_place(known.mirror_id, str(root), folder.disk, folder.traits)
        found = 0
        if known.run_ns is None and not catalog.mirror_counts(known).photos:
            found = _take_over(catalog, known.mirror_id, list(claimed_files(folder)))
        renew_marker(folder, library.name, accounts_of(catalog, library))
    return catalog.mirror(known.mirror_id), found


def _is_there(known: MirrorRow) -> bool:
    """Whether it is still where it was noted."""
    try:
        marker = marker_at(Path(known.root))
    except PhotofsError:
        return False
    return marker is not None and marker.mirror == known.marker


def _check_free(catalog: Catalog, root: Path) -> None:
    """Refused where a mirror is noted that is not there now: asked before anything is written."""
    if any(Path(row.root) == root for row in catalog.mirrors()):
        place = safe_text(str(root))
        raise Refused(
            f"{place} is the place of another mirror, whose disk is not there now",
            safe="nothing was changed",
            remedy=f"mount its disk; or `photofs mirror remove {shell_word(str(root))}` forgets it"
            " (its files stay), then add the new one",
        )


class Choices(NamedTuple):
    """What the command line says of how a mirror is to be."""

    layout: str
    albums: str | None
    settings: dict[str, object]
    was: str | None
    """The name of the library in the marker of a mirror that is taken over all the same."""


def added(
    catalog: Catalog, library: LibraryRow, root: Path, choices: Choices
) -> tuple[MirrorRow, int]:
    """A new mirror, or one that this catalog does not know yet and how many files it has."""
    _check_free(catalog, root)
    marker = marker_at(root)
    accounts = accounts_of(catalog, library)
    check_owner(root, marker, library.name, accounts, choices.was)
    if marker is None:
        made = datetime.now(tz=UTC).isoformat(timespec="seconds")
        folder = begin_mirror(root, library.name, made, accounts)
    else:
        folder = open_mirror(root, marker.mirror, None, writing=True)
    with closing(folder):
        new = NewMirror(
            library.library_id,
            str(root),
            folder.marker.mirror,
            folder.disk,
            choices.layout,
            _albums(folder, choices.albums),
            choices.settings,
            folder.traits,
        )
        # before an agent can see it, and run it: a disk is read for minutes
        claimed = [] if marker is None else list(claimed_files(folder))
        number = catalog.add_mirror(new, time.time_ns())
        if marker is not None:
            recognise_mirror(catalog, folder, time.time_ns())
        found = 0 if marker is None else _take_over(catalog, number, claimed)
        renew_marker(folder, library.name, accounts)
    return catalog.mirror(number), found


def _take_over(catalog: Catalog, mirror_id: int, claimed: Sequence[Claim]) -> int:
    """Note the files that the mirror's own lists name; how many."""
    with catalog.database.transaction():
        catalog.doubt_beside(mirror_id)  # nobody knows who wrote what stands beside them
    for start in range(0, len(claimed), FOUND_AT_ONCE):
        with catalog.database.transaction():
            catalog.add_found(mirror_id, claimed[start : start + FOUND_AT_ONCE])
    return len(claimed)


def _albums(folder: LocalMirror, wished: str | None) -> AlbumFolders:
    """How albums are shown: links unless told otherwise, and none where the disk knows no links."""
    if wished is None:
        return AlbumFolders.LINKS if folder.traits.symlinks else AlbumFolders.NONE
    if wished == AlbumFolders.LINKS.value and not folder.traits.symlinks:
        raise Refused(
            "the file system of that folder knows no links",
            safe="no file was copied yet",
            remedy="use --albums copies, which takes the room of each photo once more, or none",
        )
    return AlbumFolders(wished)
