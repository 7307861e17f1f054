"""Errands: wishes that no program can carry out through a service's API, done by a hand; pure.

A *hand* does them on the photo's own page at the service: the user by a list of links, or a program
that works in the user's own browser. Only what can be taken back there is ever an errand: into the
service's trash, never out of it for good (docs/decisions/0017).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from photofs.model.photo import Media, PixelSize
from photofs.model.wish import WishVerb


class Deed(StrEnum):
    """What can be done on a photo's page; a source says which (`port.Writes.on_page`).

    The values are named as the functions of `port.Writes` that do the same where a service can.
    """

    TRASH = "trash"
    FAVORITE = "favorite"
    ARCHIVE = "archive"
    DATE = "set_taken"


DEED_OF: Final = MappingProxyType(
    {
        WishVerb.TRASH: Deed.TRASH,
        WishVerb.RESTORE: Deed.TRASH,
        WishVerb.FAVORITE: Deed.FAVORITE,
        WishVerb.UNFAVORITE: Deed.FAVORITE,
        WishVerb.ARCHIVE: Deed.ARCHIVE,
        WishVerb.UNARCHIVE: Deed.ARCHIVE,
        WishVerb.DATE: Deed.DATE,
    }
)
"""Which deed a wish is, and its way back."""

OPPOSITE: Final = MappingProxyType(
    {
        WishVerb.TRASH: WishVerb.RESTORE,
        WishVerb.RESTORE: WishVerb.TRASH,
        WishVerb.FAVORITE: WishVerb.UNFAVORITE,
        WishVerb.UNFAVORITE: WishVerb.FAVORITE,
        WishVerb.ARCHIVE: WishVerb.UNARCHIVE,
        WishVerb.UNARCHIVE: WishVerb.ARCHIVE,
    }
)
"""What takes a wish back: while that waits for a hand, neither needs to be done."""

ON_PAGE: Final = "on page: "
"""How the catalog notes, among what a source can change, a deed that a hand can do there."""

PAGES: Final = "page: "
"""The same for how the addresses of its pages begin."""


class Errand(NamedTuple):
    """One wish as a hand gets it, with what tells the right photo from another.

    `number` is the operation's, as `photofs queue` shows it; `key` its own for ever. `page`: the
    photo's page, as a source told it, http or https; it may redirect. `remote_id`: the id that the
    same source has for the photo. `name`: the original's file name, else that in the tree.
    `taken_local`: the local capture time that the service shows, ISO 8601, None if nobody knows.
    `to_date`: for DATE, the one wished for (model.capture_time.TakenFact as plain words).
    `begun`: it was begun before, and nobody knows how that ended. `otherwise`: the user has wished
    the opposite since, so it must not be done: only how it ended is still to be found out.
    """

    number: int
    key: str
    verb: WishVerb
    page: str
    remote_id: str
    name: str
    title: str | None
    media: Media
    taken_local: str | None
    pixels: PixelSize | None
    to_date: Mapping[str, object] | None = None
    begun: bool = False
    otherwise: bool = False


class Found(StrEnum):
    """How an errand ended.

    DONE and ALREADY need a proof: that the page itself showed it after the deed. NOT_DONE: it was
    certainly not done, and may be tried again. NOT_FOUND: the service says that it has no such
    photo. SURPRISE: something that nobody foresaw; whether it was done is not known, and no other
    errand is begun. WOULD: a dry run found the photo, and did nothing. CALLED_OFF: wished otherwise
    meanwhile, and a look showed that it was not done (no hand says so, but who reads what it saw).
    """

    DONE = "done"
    ALREADY = "already so"
    NOT_DONE = "not done"
    NOT_FOUND = "not found"
    SURPRISE = "surprise"
    WOULD = "would be done"
    CALLED_OFF = "called off"


class Outcome(NamedTuple):
    """What came of an errand. `text`: what was seen that proves it, or why not; no secrets."""

    found: Found
    text: str
