"""What the last scan left for the next one: JSON text, kept in the catalog."""

import msgspec

VERSION = 1

OVERLAP = 300
"""Seconds by which recentlyUpdated reaches back behind the last scan's begin: indexes lag."""

UNKNOWN = -1
"""A number that nobody knows, and with which none agrees."""


class AlbumMark(msgspec.Struct, frozen=True, array_like=True):
    """How an album looked: if all of it is as before, its members are not asked for again.

    `position` may differ alone, since a new album pushes all others down.
    """

    updated: int
    count: int
    facts: str
    position: int


class Told(msgspec.Struct, frozen=True):
    """How much of a list, newest first, was told for sure: `whole`, or all newer than `low`.

    `low` is the unix second of the oldest that was told, 0 if there is none. `above` ids are newer
    than `low` + 1, those left out that came shortly before the scan's begin or later. `again`: the
    service counted more than that once, and the list was begun anew.
    """

    low: int = 0
    above: int = 0
    again: bool = False
    whole: bool = False


class Halfway(msgspec.Struct, frozen=True):
    """How far a full scan is; the albums that were told have their marks in the cursor."""

    photos: Told = Told()
    favorites: Told = Told()


class Cursor(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Times are unix seconds of the service's clock, at which a scan began.

    `since` is where recentlyUpdated goes on from; `swept` when all ids were last looked through or
    counted, `forced` when they were last really looked through. `count` is how many own photos
    there must be if none was deleted since; `recent` names those among them that were uploaded so
    shortly before that the next scan will see them again. `confirm` asks for another sweep soon,
    for an absence counts only when seen twice; `swept` is then the last sweep's end. `tree` is a
    hash of the collections. `favorites` is their total, UNKNOWN if some may have been taken away;
    `faved` when the newest was added. `halfway` is there while a full scan has not come to its end.
    """

    version: int
    user: str
    since: int
    swept: int
    forced: int
    count: int
    recent: list[str] = []
    confirm: bool = False
    albums: dict[str, AlbumMark] = {}
    tree: str = ""
    favorites: int = 0
    faved: int = 0
    halfway: Halfway | None = None


def encode(cursor: Cursor) -> str:
    """The cursor as text."""
    return msgspec.json.encode(cursor).decode()


def decode(encoded: str | None, user: str) -> Cursor | None:
    """The cursor in a text; None if it is none of this version and this account."""
    try:
        cursor = msgspec.json.decode(encoded or "", type=Cursor)
    except (msgspec.DecodeError, UnicodeError):
        return None
    return cursor if cursor.version == VERSION and cursor.user == user else None


def begin(user: str, now: int) -> Cursor:
    """The cursor that a full scan begins to fill."""
    return Cursor(version=VERSION, user=user, since=now, swept=now, forced=now, count=0)
