"""What is asked before anything is read: whether there is such a library, and such a folder."""

import os
import time
from pathlib import Path
from typing import Final

from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.output import shell_word
from photofs.model.errors import NotFound, Refused
from photofs.wishing.recognising import recognise_home

OF_LATE_NS: Final = 3_600 * 10**9
"""How old what is known of an account may be, where the catalog may have come from a backup."""

NOTHING_READ = "nothing was read or copied"


def check_library(house: House, catalog: Catalog, name: str) -> SourceRow:
    """The source that its uploads go to; NotFound, ReadOnly, Refused while nobody knows it all."""
    try:
        library = catalog.library(name)
    except NotFound as error:
        raise NotFound(
            error.what,
            safe=NOTHING_READ,
            remedy=f"`photofs library list` shows what there is; `photofs login flickr --name"
            f" {shell_word(name)}`, or `login google`, adds an account",
        ) from error
    house.wishing(catalog).desk(library.library_id).check_writable()
    number, _can = catalog.writes_of_library(library.library_id)
    source = next(each for each in catalog.sources(library.library_id) if each.source_id == number)
    if source.full_scan_ns is None:
        raise Refused(
            f"nobody knows yet all that {name} has: its account was never listed to the end",
            safe=NOTHING_READ,
            remedy=f"`photofs scan {shell_word(name)}`, and give the same command again",
        )
    _check_listed_of_late(house, catalog, name, source)
    return source


def _check_listed_of_late(house: House, catalog: Catalog, name: str, source: SourceRow) -> None:
    """Refused where the catalog may be an older one: what was sent since it does not know."""
    now_ns = time.time_ns()
    recognise_home(catalog, house.paths.data, now_ns)
    listed_ns = source.scan_ns or source.full_scan_ns or 0
    if (why := catalog.doubt()) and not 0 <= now_ns - listed_ns < OF_LATE_NS:
        raise Refused(
            why,
            safe=f"{NOTHING_READ}: what was sent to {name} since would be sent a second time",
            remedy=f"`photofs scan {shell_word(name)}`, and give the same command again",
        )


def check_folder(folder: Path) -> None:
    """NotFound or Refused, with what to do about it."""
    if not os.path.lexists(folder):
        raise NotFound(
            f"there is no folder {folder}",
            safe=NOTHING_READ,
            remedy="name the folder of a mirror, or of pictures; attach the disk that it lies on",
        )
    if not os.access(folder, os.R_OK | os.X_OK) or not folder.is_dir():
        raise Refused(
            f"{folder} is no folder that you may read",
            safe=NOTHING_READ,
            remedy="name the folder of a mirror, or of pictures; `ls -ld` shows whose it is",
        )
