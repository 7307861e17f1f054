"""What a mirror lacks, photo by photo: facts of the catalog in, one step out; pure.

A photo that is there as it should be gives no step, and costs no look at the disk. No step removes
anything: what is not current any more gets another name, and stays.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from photofs.model.capture_time import Granularity
from photofs.model.mirror import VANISHED_FOLDER, CopyState, Fact
from photofs.model.naming import with_suffix
from photofs.view.layout import date_steps

_NOT_ON_WINDOWS: Final = re.compile(r'[<>:"|?*\\]')
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)")


UNTIL: Final = " (until "
"""What tells a former file by its name."""


class MirrorManner(NamedTuple):
    """How a mirror places photos: its template, and whether names have to suit Windows.

    `keeps_all`: nothing is taken to have vanished, for the catalog may not know what was wished.
    """

    layout: str
    windows_names: bool
    keeps_all: bool = False


class Bring(NamedTuple):
    """The photo is not there: fetch it if need be, and write it."""

    fact: Fact
    wished: str


class Renew(NamedTuple):
    """The photo's bytes may be others than those that are there."""

    fact: Fact
    wished: str


class Move(NamedTuple):
    """Name or date changed at the service."""

    fact: Fact
    wished: str


class Retime(NamedTuple):
    """The capture instant changed, and the place did not."""

    fact: Fact
    wished: str


class SetAside(NamedTuple):
    """No source tells of the photo any more, and nobody said why."""

    fact: Fact
    wished: str


class Follow(NamedTuple):
    """The photo turned out to be another one, to which its file belongs now."""

    fact: Fact
    wished: str


Step = Bring | Renew | Move | Retime | SetAside | Follow


def plan(fact: Fact, manner: MirrorManner, today: str) -> Step | None:
    """The next step for one photo; None if there is nothing to do. `today` as 2026-11-21."""
    if fact.copy_id is None:
        hopeless = fact.gone or (fact.missing and fact.sha256 is None)
        return None if hopeless else Bring(fact, wished_path(fact, manner))
    if fact.gone:
        return _farewell(fact, manner, today)
    if fact.state == CopyState.DAMAGED.value:  # verifying's matter
        return None
    return _compared(fact, wished_path(fact, manner))


def _compared(fact: Fact, wished: str) -> Step | None:
    """What differs between a photo and its file."""
    if fact.state == CopyState.ABSENT.value:
        return Bring(fact, wished)
    if fact.copy_key != fact.content_key:
        return Renew(fact, wished)
    if fact.wished != wished or fact.placed_by != fact.placing:
        return Move(fact, wished)
    return Retime(fact, wished) if fact.shown_ns != fact.mtime_ns else None


def _farewell(fact: Fact, manner: MirrorManner, today: str) -> Step | None:
    """What becomes of the file of a photo that no source tells of."""
    if fact.merged_into is not None:
        return Follow(fact, fact.wished or "")
    if fact.excused or manner.keeps_all:
        return None
    return SetAside(fact, f"{VANISHED_FOLDER}/{today}/{fact.path}")


def wished_path(fact: Fact, manner: MirrorManner) -> str:
    """Where a photo should lie in a mirror, if nothing else is there."""
    local = fact.taken_local
    folder = _folder(local[:10] if local else None, fact.granularity, manner.layout)
    name = fit_windows(fact.name) if manner.windows_names else fact.name
    return f"{folder}/{name}"


@lru_cache(maxsize=8192)
def _folder(day: str | None, granularity: int, layout: str) -> str:
    """The folder of a day."""
    known = date.fromisoformat(day) if day else None
    return "/".join(step.name for step in date_steps(known, Granularity(granularity), layout))


def fit_windows(name: str) -> str:
    """The name as exFAT, NTFS and SMB take it; names of ours end in no space or dot anyway."""
    safe = _NOT_ON_WINDOWS.sub("_", name)
    return f"_{safe}" if _DEVICES.match(safe) else safe


def former_name(path: str, today: str, attempt: int) -> str:
    """What a file is called once other bytes have taken its place: found beside the new ones."""
    again = f", {attempt + 1}" if attempt else ""
    return _suffixed(path, f"{UNTIL}{today}{again})")


def clashing_name(path: str, short_id: str, attempt: int) -> str:
    """What a file is called if another one has its name: by its photo, as in the tree."""
    if attempt == 0:
        return path
    return _suffixed(path, f"_{short_id}" + (str(attempt) if attempt > 1 else ""))


def _suffixed(path: str, suffix: str) -> str:
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{with_suffix(name, suffix)}"
