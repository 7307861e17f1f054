"""What is asked before anything is read: whether there is such a library, and such a folder."""

import os
from pathlib import Path

from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.output import shell_word
from photofs.model.errors import NotFound, Refused

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
    return source


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
