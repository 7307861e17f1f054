"""Whether a folder holds the export that a library was read from, after it was moved.

By what is known of it: the names of its parts or files, and their lengths. No byte is read.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from photofs.model.errors import PhotofsError, Refused
from photofs.model.wording import counted
from photofs.providers.archives.parts import size_of_part
from photofs.providers.archives.ref import read_ref


class KnownFiles(NamedTuple):
    """How many known parts and files there are, how many of them are there, and one that is not."""

    known: int
    here: int
    lacking: str


def find_known(path: Path, refs: Iterable[str]) -> KnownFiles:
    """What of the files that these refs name lies at `path`, the new folder or single archive."""
    known = {_file_of(ref) for ref in refs} - {None}
    lacking = sorted(one[0] for one in known if one is not None and not _is_there(path, *one))
    return KnownFiles(len(known), len(known) - len(lacking), lacking[0] if lacking else "")


def check_moved(path: Path, refs: Iterable[str]) -> None:
    """Refused unless the files that these refs name lie at `path`, but for a few.

    At least half of them must: parts may have been deleted on purpose, which a scan tells of.
    """
    found = find_known(path, refs)
    if found.here * 2 < found.known:
        raise Refused(
            f"{path} does not hold this library's export: of {counted(found.known, 'file')} known"
            f" of it {found.here:,} {'is' if found.here == 1 else 'are'} there, by name and size;"
            f" {found.lacking} is not",
            safe="nothing was changed",
            remedy="name the folder that holds them as the old one did;"
            " another export is added with `photofs library add`",
        )


def _file_of(text: str) -> tuple[str, int] | None:
    """Path and length of the part, or the file, that a ref names; a length of 0 is not known."""
    try:
        told = read_ref(text)
    except PhotofsError:
        return None
    member = told.member
    return (member.part, told.part_size) if member.part else (member.path, member.size)


def _is_there(path: Path, name: str, size: int) -> bool:
    """Whether such a file is there."""
    try:
        here = size_of_part(path.parent if path.is_file() else path, name)
    except PhotofsError:
        return False
    return size in {0, here}
