"""Items from uploaded bytes: mediaItems.batchCreate, and what it answers (google.md 2.4, 2.9).

It may be asked again: the same bytes give the same item. One bad thing spoils no other: of a batch
refused as a whole both halves are tried, and each item of an answer has a word of its own.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from photofs.model.errors import PhotofsError, Quota, Refused, Temporary
from photofs.providers.google.answers import KEPT, Failure, Record
from photofs.providers.google.api import Api
from photofs.providers.google.batches import Again, Told
from photofs.providers.google.records import item_id, number, part, parts, text
from photofs.providers.google.unfinished import Unfinished

INVALID, EXISTS = 3, 6
PASSING = frozenset({1, 4, 8, 10, 13, 14})
"""Codes of an item that may go well the next time: CANCELLED, DEADLINE_EXCEEDED,
RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE."""

BAD_IMAGE = "BAD_IMAGE"
LONGEST_NAME = 255
ROOM = "https://one.google.com/storage"


class Uploaded(NamedTuple):
    """Bytes that are there under a token. `same`: of equal ones, for a batch takes none twice.

    `certain`: Google names this kind of file among those that it takes.
    """

    key: str
    token: str
    name: str
    same: str
    size: int
    certain: bool


class BadToken(Temporary):
    """The service does not know the upload token (any more): the bytes are to be sent again."""


class Creating:
    """Makes the items of one account."""

    def __init__(self, api: Api, notes: Unfinished) -> None:
        """Nothing is made yet."""
        self._api = api
        self._notes = notes

    async def create(self, some: Sequence[Uploaded]) -> list[Told[Record]]:
        """The item of each, or why there is none, in order. Raises Temporary, Unauthorised, Quota.

        After Temporary nobody knows what was made.
        """
        self._notes.asked(each.key for each in some)
        try:
            body = {"newMediaItems": [_wish(each) for each in some]}
            answer = await self._api.change("mediaItems.batchCreate", {"body": body})
        except Failure as error:
            return await self._refused(some, error)
        told = outcomes(some, parts(answer, "newMediaItemResults"))
        made = zip(some, told, strict=True)
        self._notes.made(
            {each.key: item_id(one) or "" for each, one in made if isinstance(one, Mapping)}
        )
        return told

    async def _refused(self, some: Sequence[Uploaded], error: Failure) -> list[Told[Record]]:
        """A whole batch was refused, for one of them: which, its halves tell."""
        if len(some) > 1:
            middle = len(some) // 2
            return [*await self.create(some[:middle]), *await self.create(some[middle:])]
        if "upload token" in error.message:
            return [BadToken("Google does not know the upload any more", safe=KEPT)]
        return [_no(error.message)]


def outcomes(some: Sequence[Uploaded], results: Sequence[Record]) -> list[Told[Record]]:
    """What an answer says of each."""
    by_token = {text(one, "uploadToken") or "": one for one in results}
    told: list[Told[Record]] = [outcome(by_token.get(each.token)) for each in some]
    for place, one in enumerate(told):
        if isinstance(one, Quota) and _is_bad(place, some, told):
            told[place] = _no("Failed")
    return told


def outcome(result: Record | None) -> Told[Record]:
    """What a result says. Quota: it may be that there is no room left, or that the file is bad."""
    if result is None:
        return Again(Temporary("Google told nothing of a file that it was given", safe=KEPT))
    item = part(result, "mediaItem")
    if item is not None and item_id(item):
        return item
    status = part(result, "status") or {}
    code, message = number(status.get("code")), text(status, "message") or ""
    if code == EXISTS:
        return Again(Temporary("Google is just making the same photo", safe=KEPT))
    if code in PASSING or code is None:
        what = "Google had trouble of its own with a file"
        return Again(Temporary(what, safe=KEPT, retry_after=None))
    if code == INVALID and BAD_IMAGE not in message:
        return _perhaps_full()
    return _no(message)


def _is_bad(place: int, some: Sequence[Uploaded], told: Sequence[Told[Record]]) -> bool:
    """Whether a file was refused for itself: one as long that came after it found room."""
    if not some[place].certain:
        return True
    later = zip(some[place + 1 :], told[place + 1 :], strict=True)
    return any(isinstance(one, Mapping) and each.size >= some[place].size for each, one in later)


def _wish(each: Uploaded) -> Record:
    name = each.name
    if len(name) > LONGEST_NAME:
        stem, dot, extension = name.rpartition(".")
        name = stem[: LONGEST_NAME - len(dot + extension)] + dot + extension
    return {"simpleMediaItem": {"uploadToken": each.token, "fileName": name}}


def _no(message: str) -> PhotofsError:
    said = f': "{message[:200]}"' if message else ""
    return Refused(
        f"Google makes no photo or video of the file{said}",
        safe="the file stays on this disk",
        remedy="look whether it can be opened, and copy it in in another format",
    )


def _perhaps_full() -> Quota:
    return Quota(
        "Google did not take a file that it usually takes: the account's storage may be full",
        safe="the file stays on this disk, and is tried again",
        remedy=f"look at {ROOM}",
    )
