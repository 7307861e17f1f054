"""What of a library its service does not have: counted, and a reason to refuse a removal."""

from typing import NamedTuple

from photofs.catalog.sqlite import Catalog
from photofs.cli.output import counted, human_size, shell_word
from photofs.model.errors import Refused


class Unsent(NamedTuple):
    """Files that are on this disk alone, their bytes, and changes that are not done."""

    files: int
    bytes: int
    changes: int


def unsent_of(catalog: Catalog, library_id: int) -> Unsent:
    """How much of it a library has."""
    files, size = catalog.here_alone(library_id)
    return Unsent(files, size, sum(catalog.count_open(library_id).values()))


def files_words(unsent: Unsent) -> str:
    """The files, for people."""
    return f"{counted(unsent.files, 'file')} ({human_size(unsent.bytes)}) that no service has"


def unsent_fate(unsent: Unsent) -> list[str]:
    """What becomes of it with the library, as sentences."""
    fate = []
    if unsent.files:
        fate.append(
            f"{files_words(unsent)} leave the tree; they stay in Kept, without their names."
        )
    if unsent.changes:
        fate.append(f"{counted(unsent.changes, 'change')} not done there yet will never be done.")
    return fate


def refuse_unsent(library: str, unsent: Unsent) -> None:
    """Refused if there is any."""
    there = []
    if unsent.files:
        there.append(f"{files_words(unsent)}: they are on this disk alone")
    if unsent.changes:
        there.append(f"{counted(unsent.changes, 'change')} not done at its service yet")
    if there:
        raise Refused(
            f"{library} has {', and '.join(there)}",
            safe="nothing was changed",
            remedy="mount it and let `photofs wait` end; copy elsewhere what cannot be sent"
            " (`photofs queue` lists it), what lies in Trash, and what its service gives back"
            " otherwise than it was sent (Google); or, to give all that up,"
            f" `photofs library remove {shell_word(library)} --with-unsent`",
        )
