"""What a user can wish of a library, and how a wish changes what is shown; pure.

The tree shows what the sources told, and on top of it the user's unsettled wishes in the order in
which they were made (docs/decisions/0007). `shown` is that rule for a photo's facts; which albums
hold a photo follows the same rule in the catalog's `shown_member`.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class Asker(NamedTuple):
    """Which program made a wish; process 0 is a command of photofs itself.

    `age_ns`: for how long the process has been running; None if nobody knows.
    """

    process: int
    program: str
    age_ns: int | None = None


class WishVerb(StrEnum):
    """What is wished; the column `operation.verb`."""

    UPLOAD = "upload"
    REPLACE = "replace"
    JOIN = "join"
    LEAVE = "leave"
    FAVORITE = "favorite"
    UNFAVORITE = "unfavorite"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    RETITLE = "retitle"
    DESCRIBE = "describe"
    TAG = "tag"
    DATE = "date"
    TRASH = "trash"
    RESTORE = "restore"
    DELETE = "delete"
    LET_GO = "let go"
    MAKE_ALBUM = "make album"
    RENAME_ALBUM = "rename album"
    REMOVE_ALBUM = "remove album"


NEW_ALBUM: Final = "new:"
"""How the remote id of an album begins that the service does not have yet."""

BRING_IN: Final = "bring in"
"""What commands call a RESTORE that copies a file in anew, out of no Trash: it has `AGAIN`."""

AGAIN: Final = "again"
"""In the details of a RESTORE: the key of the file that it copied in (bringing_again.py)."""

NAMED: Final = "as"
"""Beside it: the name that the file was to have; another file may have had that there."""

OF_NEW: Final = "of_new"
"""In the details of a wish that tells of a photo what nobody had yet: no guard counts it."""

SEEN: Final = "seen"
"""In the details of a wish that was refused: its user knows, and is told of it no more."""

GUARDED: Final = frozenset(
    {
        WishVerb.REPLACE,
        WishVerb.LEAVE,
        WishVerb.UNFAVORITE,
        WishVerb.ARCHIVE,
        WishVerb.UNARCHIVE,
        WishVerb.RETITLE,
        WishVerb.DESCRIBE,
        WishVerb.TAG,
        WishVerb.DATE,
        WishVerb.TRASH,
        WishVerb.RENAME_ALBUM,
        WishVerb.REMOVE_ALBUM,
    }
)
"""What takes away or alters: waits for the grace, and counts for the guard.

DELETE and LET_GO are not among them: they are made only by a command that shows what it deletes and
asks. LET_GO is about bytes on this disk alone, and no source's.
"""


class Shown(NamedTuple):
    """The facts of a photo that wishes change.

    `name` is the name wished for in every folder. `trashed`: as the sources tell it, for Trash here
    is a mark that is laid over all of it. `taken`: a capture time as `DATE` wishes it, JSON
    of model.capture_time.TakenFact; None: as told.
    """

    favorite: bool
    title: str | None
    name: str
    description: str | None
    tags: tuple[str, ...]
    taken: Mapping[str, object] | None
    archived: bool = False
    trashed: bool = False


class Change(NamedTuple):
    """An unsettled wish about one photo: its verb and its details."""

    verb: WishVerb
    details: Mapping[str, object]


def shown(told: Shown, wishes: Iterable[Change]) -> Shown:
    """What the tree shows: the told facts, changed by each wish in order."""
    for wish in wishes:
        match wish.verb:
            case WishVerb.FAVORITE | WishVerb.UNFAVORITE:
                told = told._replace(favorite=wish.verb is WishVerb.FAVORITE)
            case WishVerb.ARCHIVE | WishVerb.UNARCHIVE:
                told = told._replace(archived=wish.verb is WishVerb.ARCHIVE)
            case WishVerb.RESTORE if wish.details.get("there"):  # of the service's own trash
                told = told._replace(trashed=False)
            case WishVerb.RETITLE:
                told = told._replace(
                    title=_text(wish.details["title"]), name=str(wish.details["name"])
                )
            case WishVerb.DESCRIBE:
                told = told._replace(description=_text(wish.details["description"]))
            case WishVerb.TAG:
                told = told._replace(tags=_texts(wish.details["tags"]))
            case WishVerb.DATE:
                taken = wish.details["taken"]
                told = told._replace(taken=taken if isinstance(taken, Mapping) else None)
            case _:  # these change places, not facts
                pass
    return told


def _text(value: object) -> str | None:
    """A text among a wish's details, which are JSON."""
    return None if value is None else str(value)


def _texts(value: object) -> tuple[str, ...]:
    """A list of texts among a wish's details."""
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else ()
