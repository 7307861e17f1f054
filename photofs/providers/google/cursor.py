"""What the last scan left for the next one: JSON text, kept in the catalog."""

import msgspec

VERSION = 1


class AlbumMark(msgspec.Struct, frozen=True, array_like=True):
    """How an album looked: if all of it is as before, its members are not asked for again.

    `count` as the service tells it, -1 where it does not; `cover` is a photo's id. `position` may
    differ alone, since a new album pushes others down.
    """

    title: str
    count: int
    cover: str
    position: int


class Halfway(msgspec.Struct, frozen=True):
    """How far a full scan is: the list of photos goes on at the page of that token.

    `told` photos were told before; `since` is when the scan began, in unix seconds.
    """

    page: str
    told: int
    since: int


class Cursor(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Times are unix seconds of this machine's clock.

    `login` is the account and the OAuth client, for another client sees other photos. `swept` is
    when all was last listed, which took `calls` and told of `count` photos. `confirm` asks for
    another sweep soon, for an absence counts only when seen twice.
    """

    version: int
    login: str
    swept: int = 0
    calls: int = 0
    count: int = 0
    confirm: bool = False
    albums: dict[str, AlbumMark] = {}
    halfway: Halfway | None = None


def encode(cursor: Cursor) -> str:
    """The cursor as text."""
    return msgspec.json.encode(cursor).decode()


def decode(encoded: str | None, login: str) -> Cursor | None:
    """The cursor in a text; None if it is none of this version and this login."""
    try:
        cursor = msgspec.json.decode(encoded or "", type=Cursor)
    except (msgspec.DecodeError, UnicodeError):
        return None
    return cursor if cursor.version == VERSION and cursor.login == login else None


def begin(login: str) -> Cursor:
    """The cursor that a full scan begins to fill."""
    return Cursor(version=VERSION, login=login)
