"""What the last scan left for the next one: JSON text, kept in the catalog."""

import msgspec

VERSION = 1


class AlbumMark(msgspec.Struct, frozen=True, array_like=True):
    """How an album looked: if all of it is as before, its members are not asked for again.

    `position` may differ alone, since a new album pushes all others down.
    """

    updated: int
    count: int
    facts: str
    position: int


class Cursor(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Times are unix seconds of the service's clock, at which a scan began.

    `since` is where recentlyUpdated goes on from; `swept` when all ids were last looked through or
    counted, `forced` when they were last really looked through. `count` is how many own photos
    there must be if none was deleted since; `recent` names those among them that were uploaded so
    shortly before that the next scan will see them again. `confirm` asks for another sweep soon,
    for an absence counts only when seen twice. `favorites` is their total, -1 if some may have been
    taken away; `faved` when the newest was added. `tree` is a hash of the collections.
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
