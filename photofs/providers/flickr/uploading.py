"""Sending files: new photos, and other bytes for photos that are there.

An upload is sent once. What becomes of one whose answer is lost, finding.py finds out.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import msgspec

from photofs.model.errors import Misconfigured, Refused, Unauthorised
from photofs.model.photo import Media
from photofs.providers.flickr.door import Door
from photofs.providers.flickr.machine_tags import operation_tag, tags_of
from photofs.providers.flickr.sending import send_file
from photofs.providers.flickr.tickets import Work, await_ticket
from photofs.providers.flickr.unanswered import Notes, Unanswered
from photofs.providers.flickr.upload_answer import (
    DUPLICATE,
    KEEPS,
    Declined,
    Taken,
    declined_replace,
    declined_upload,
    not_replaced,
    read_upload,
)
from photofs.providers.port import Sent, Upload, Uploaded
from photofs.providers.transport.retrying import Throttled

UNCLEAR_CODES = frozenset({3, 106})
"""Refusals that do not say that nothing was done: a general failure, a failed write."""

WHO_SEES = {
    "private": ("0", "0", "0"),
    "friends": ("0", "1", "0"),
    "family": ("0", "0", "1"),
    "public": ("1", "0", "0"),
}
"""is_public, is_friend and is_family; never left to the account's default, which may be wider."""

SHOWN_IN_SEARCHES, HIDDEN_IN_SEARCHES = "1", "2"


class Patience(NamedTuple):
    """When to ask for a ticket, and how long an upload without an answer may still show itself.

    `later_from`: bytes from which on a file is sent asynchronously. A synchronous answer comes only
    after the file was worked on, and proxies in between give up after 30 to 60 s; then a long
    upload's outcome would be unknown. 32 MiB is more than nearly all cameras' JPEGs have: for them
    the ticket would cost a second call out of one a second, and for longer files that is nothing
    beside the time of sending. `ticket`: seconds for which a ticket is asked about; after that it
    is for `find_upload` to ask. `settle`: seconds for which a photo may be on its way into the
    lists once its bytes are there; `settle_later` likewise behind a ticket that was lost, while a
    long video is converted.
    """

    later_from: int = 32 * 2**20
    ticket: float = 600.0
    settle: float = 120.0
    settle_later: float = 3600.0


class Uploads:
    """Sends the files of one account."""

    def __init__(self, door: Door, notes: Notes, patience: Patience) -> None:
        """Nothing is sent yet."""
        self._door = door
        self._notes = notes
        self._patience = patience

    async def upload(self, upload: Upload, sent: Sent) -> Uploaded:
        """Send a new photo; see `Writes.upload`."""
        arguments = arguments_of(upload)
        self._notes.note(upload.key, Unanswered(whole=False))
        await self._door.check_owner()
        try:
            uploaded = await self._new_or_known(upload, arguments, sent)
        except Refused:
            self._notes.forget(upload.key)
            raise
        self._notes.forget(upload.key)
        return uploaded

    async def _new_or_known(
        self, upload: Upload, arguments: dict[str, str], sent: Sent
    ) -> Uploaded:
        try:
            if not upload.even_if_known:
                return await self._new(upload, {**arguments, "dedup_check": "1"}, sent)
        except Declined as error:
            if error.code != DUPLICATE:
                raise declined_upload(error, upload.media) from error
            known = await self._known(upload, error.duplicate)
            if known is not None:
                return known
        try:
            return await self._new(upload, arguments, sent)
        except Declined as error:
            raise declined_upload(error, upload.media) from error

    async def _new(self, upload: Upload, arguments: dict[str, str], sent: Sent) -> Uploaded:
        """Send it once. The notes say at each moment how far it can have come."""
        begun = Unanswered(begun=self._door.now, whole=False)
        whole = msgspec.structs.replace(begun, whole=True)
        self._notes.note(upload.key, begun)
        try:
            last = partial(self._notes.note, upload.key, whole)
            taken = await self._send(upload, arguments, sent, last)
        except (Throttled, Unauthorised):
            self._notes.note(upload.key, begun)
            raise
        except Declined as error:
            if error.code not in UNCLEAR_CODES:
                self._notes.note(upload.key, begun)
            raise
        if taken.ticket is not None:
            self._notes.note(upload.key, msgspec.structs.replace(whole, ticket=taken.ticket))
        return Uploaded(await self._photo_of(taken))

    async def _known(self, upload: Upload, duplicate: str | None) -> Uploaded | None:
        """The photo that has the same bytes; None if it is not there (any more)."""
        if duplicate is None:
            what = "Flickr has this file already, and does not say as which photo"
            raise Refused(what, safe=KEEPS, remedy="look for it on Flickr's pages")
        photo = await self._door.photo(duplicate)
        if photo is None:
            return None
        ours = operation_tag(upload.key) in {tag.raw for tag in tags_of(photo)}
        return Uploaded(duplicate, known=not ours)

    async def replace(self, photo_id: str, upload: Upload, sent: Sent) -> None:
        """Send other bytes for a photo; see `Writes.replace`."""
        if upload.media is Media.VIDEO:
            raise not_replaced()
        await self._door.check_owner()
        try:
            # Without a title flickrapi would make one up.
            arguments = {"photo_id": photo_id, "title": upload.title}
            await self._photo_of(await self._send(upload, arguments, sent, _nothing))
        except Declined as error:
            raise declined_replace(error, upload.media) from error

    async def _send(
        self, upload: Upload, arguments: dict[str, str], sent: Sent, last: Callable[[], None]
    ) -> Taken:
        if is_large(upload, self._patience):
            arguments = {**arguments, "async": "1"}
        return await self._door.api.send(
            lambda caller: send_file(caller, upload, arguments, sent, last), read_upload
        )

    async def _photo_of(self, taken: Taken) -> str:
        """The photo that came of it, waited for if need be."""
        if taken.ticket is None:
            return taken.photo or ""
        told = await await_ticket(self._door.api, taken.ticket, self._patience.ticket)
        if told.work is Work.FAILED:
            raise Refused(
                "Flickr cannot make a photo or video of the file",
                safe=KEEPS,
                remedy="look whether it plays, and copy it in another format",
            )
        return told.photo


def is_large(upload: Upload, patience: Patience) -> bool:
    """Whether it is sent asynchronously."""
    return upload.size >= patience.later_from


def arguments_of(upload: Upload) -> dict[str, str]:
    """What is sent with a new photo; Misconfigured if nobody knows who shall see it."""
    seen_by = WHO_SEES.get(upload.visibility)
    if seen_by is None:
        raise Misconfigured(
            f'writing.visibility: "{upload.visibility}" is none',
            remedy=f"use one of {', '.join(WHO_SEES)}",
        )
    public, friends, family = seen_by
    title = upload.title or upload.name.rpartition(".")[0] or upload.name
    return {
        "title": title.encode("utf-8", "replace").decode(),
        "tags": operation_tag(upload.key),
        "is_public": public,
        "is_friend": friends,
        "is_family": family,
        "hidden": SHOWN_IN_SEARCHES if public == "1" else HIDDEN_IN_SEARCHES,
    }


def _nothing() -> None:
    """A replacement may be sent twice, so nothing is noted of it."""
