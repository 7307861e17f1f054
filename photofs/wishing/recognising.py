"""Whether this catalog is the one that was last worked with; if not, nothing is taken away (P18).

A random word stands in the folder of the data and in each mirror, and the same one in the catalog;
it is another one at each start of the agent, once an hour, and before a mirror is changed. A
catalog from an older backup, or a new one in place of one that was lost, finds another word than
its own: then rules are disarmed, what takes away waits in `photofs held`, and mirrors only take in,
until `photofs check --accept-restored`. Noted before it is written, so that no kill raises a doubt.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Final

from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.catalog.witness_rows import ANYTHING, Witness
from photofs.mirrors.disk_words import mirror_errors
from photofs.mirrors.folder import LocalMirror
from photofs.model.errors import NotFound, PhotofsError, Refused, StoreError
from photofs.model.operation import Event, State
from photofs.model.wish import GUARDED, WishVerb

NAME: Final = "catalog-seen"
"""The file in the folder of the data."""

MIRROR_NAME: Final = ".photofs-catalog"
"""The file in a mirror's root."""

HOME: Final = "home"

REMEDY: Final = "`photofs check --accept-restored` goes on with it as it is"

HELD_BY_DOUBT: Final = "the catalog may be an older one: it waits for you"

ROLL_NS: Final = 3_600 * 10**9
"""Between two words in the folder of the data: so much may go unnoticed after a kill."""

ROLL_MIRROR_NS: Final = 86_400 * 10**9
"""The same in a mirror in which nothing changes: its disk may sleep."""

_TAKES_AWAY: Final = GUARDED | {WishVerb.DELETE}
_ASKED_FOR: Final = MappingProxyType(
    {
        State.PLANNED: (Event.CLAIM, Event.SEND, Event.CRASH),
        State.CLAIMED: (Event.SEND, Event.CRASH),
    }
)
"""An upload that an older catalog has before it may have been sent since: its service is asked
first, as after a crash in the midst of it."""

_LONGEST: Final = 64
"""Bytes of such a file that are read; ours have 33."""


def recognise_home(catalog: Catalog, data: Path, now_ns: int) -> None:
    """Compare the word in the folder of the data; StoreError."""
    compare_home(catalog, data, catalog.witness(HOME), home_word(data), now_ns)


def compare_home(
    catalog: Catalog, data: Path, before: Witness | None, there: str | None, now_ns: int
) -> None:
    """The same with what was noted before, and with the word that was read since."""
    why = (
        f"another catalog was worked with in {data} since, or what was noted there is lost:"
        " this one is new, or from a backup"
    )
    compare(catalog, HOME, before, there, why, now_ns)


def recognise_mirror(catalog: Catalog, folder: LocalMirror, now_ns: int) -> None:
    """Compare the word in a mirror; StoreError, NotAttached."""
    before = catalog.witness(place_of(folder.marker.mirror))
    compare_mirror(catalog, folder, before, word_in(folder), now_ns)


def compare_mirror(
    catalog: Catalog, folder: LocalMirror, before: Witness | None, there: str | None, now_ns: int
) -> None:
    """The same with what was noted before, and with the word that was read since."""
    why = of_mirror(str(folder.root))
    compare(catalog, place_of(folder.marker.mirror), before, there, why, now_ns)


def compare(
    catalog: Catalog,
    place: str,
    before: Witness | None,
    there: str | None,
    why: str,
    now_ns: int,
) -> None:
    """Doubt, if there stands what nobody noted, before it was read or since.

    So, too, where nothing stands and a word was noted: a catalog that was put back on a new disk
    finds none there.
    """
    noted = before or Witness(None, None, 0)
    known = {noted.token} if noted.following is None else {noted.token, noted.following}
    if noted.token == ANYTHING or there in known:
        return
    with catalog.database.transaction():
        if catalog.witness(place) != before:  # another process is just putting a word there
            return
        catalog.begin_doubt(why, now_ns)
        for mirror in catalog.mirrors():
            catalog.doubt_beside(mirror.mirror_id)
        for row in catalog.in_state(State.PLANNED):
            if row.wish.verb in _TAKES_AWAY:
                catalog.happen(row.operation_id, Event.HOLD, now_ns, HELD_BY_DOUBT)
        for state, events in _ASKED_FOR.items():
            for row in catalog.in_state(state):
                for event in events if row.wish.verb == WishVerb.UPLOAD else ():
                    catalog.happen(row.operation_id, event, now_ns)


def waits_in_doubt(catalog: Catalog, row: OperationRow, now_ns: int) -> bool:
    """Whether it takes away and may not be begun now; it is held, inside a transaction.

    Asked wherever a wish is about to be begun. So what was under way in the backup and becomes
    planned again, or was released or wished since, waits as well. What is unsure stays so.
    """
    if row.wish.verb not in _TAKES_AWAY or not catalog.doubt():
        return False
    if row.state is State.PLANNED:
        catalog.happen(row.operation_id, Event.HOLD, now_ns, HELD_BY_DOUBT)
    return True


def next_word(catalog: Catalog, place: str, every_ns: int, now_ns: int) -> str | None:
    """A word that is noted as about to be put there; None if the last one is not that old.

    One of which nobody knows whether it came there is put there again: three words at a time would
    be one too many to know.
    """
    known = catalog.witness(place)
    waiting = known.following if known is not None else None
    if waiting is None and known is not None and 0 <= now_ns - known.rolled_ns < every_ns:
        return None
    word = waiting or secrets.token_hex(16)
    catalog.begin_witness(place, word, now_ns)
    return word


def accept(catalog: Catalog) -> None:
    """Its user says that the catalog is to go on as it is, whatever words stand where."""
    with catalog.database.transaction():
        catalog.believe_witness(HOME)
        for mirror in catalog.mirrors():
            catalog.believe_witness(place_of(mirror.marker))
        catalog.end_doubt()


def doubt_words(why: str) -> str:
    """A doubt for people: what follows from it, and what ends it."""
    return (
        f"{why}; until you say so rules are disarmed, what takes away is held, and mirrors move"
        f" nothing to Vanished: {REMEDY}"
    )


def check_no_doubt(catalog: Catalog) -> None:
    """Refused while the catalog may not know what happened last."""
    if why := catalog.doubt():
        raise Refused(why, safe="nothing was changed", remedy=REMEDY)


def of_mirror(root: str) -> str:
    """Why a mirror has the catalog doubted, a sentence without its end."""
    return (
        f"another catalog has worked on the mirror {root} since, or what was noted there is lost:"
        " this one is new, or from a backup"
    )


def place_of(marker: str) -> str:
    """What a mirror is called among the witnesses: by its marker, wherever it lies."""
    return f"mirror {marker}"


def word_in(folder: LocalMirror) -> str | None:
    """In any thread: what stands in a mirror; StoreError, NotAttached."""
    with suppress(NotFound):
        fd = folder.open(MIRROR_NAME)
        with os.fdopen(fd, "rb") as file, mirror_errors(f"reading {MIRROR_NAME}"):
            return _word(file.read(_LONGEST))
    return None


def put_word(folder: LocalMirror, word: str) -> None:
    """In any thread: have that word stand there, durably; StoreError, NotAttached, Full."""
    folder.put(MIRROR_NAME, f"{word}\n".encode())
    folder.sync("")


def home_word(data: Path) -> str | None:
    """In any thread: what stands in the folder of the data, None if nothing does; StoreError."""
    path = data / NAME
    try:
        with path.open("rb") as file:
            return _word(file.read(_LONGEST))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _failed(path, error) from error


def put_home_word(data: Path, word: str) -> None:
    """In any thread: have that word stand there, whole and on the disk; StoreError."""
    path = data / NAME
    fresh = path.with_name(f"{path.name}.new")
    try:
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(f"{word}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
        above = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(above)
        finally:
            os.close(above)
    except OSError as error:
        raise _failed(path, error) from error


def _word(data: bytes) -> str:
    return data.decode("ascii", "replace").strip()


def _failed(path: Path, error: OSError) -> PhotofsError:
    return StoreError(
        f"{path} cannot be used: {error.strerror}", remedy="check the folder and its permissions"
    )
