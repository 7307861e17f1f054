"""Sends files: new photos, and other bytes for photos that are there.

An upload is sent once. Whatever leaves its outcome open makes it unsure, and from there the service
is asked (`find_upload`) and never sent to, until it certainly has nothing of it.
"""

from functools import partial
from typing import Final

import msgspec
import trio

from agent.joint_changes import JointChanges
from agent.outbox import Outbox
from agent.proving import has_come, is_known_by, let_go, proven, seal_old_original
from photofs.catalog.journal import OperationRow
from photofs.model.capture_time import TakenFact
from photofs.model.errors import (
    Bug,
    Busy,
    Corrupt,
    Gone,
    NotFound,
    Quota,
    Refused,
    RemoteError,
    StoreError,
    Temporary,
    Unauthorised,
)
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Media
from photofs.model.wish import WishVerb
from photofs.providers.port import Sent, Upload, Writes

PRIVATE: Final = "private"

PROOFS: Final = 3
"""Files that are read and hashed at once before they are sent; more would only wait for disk and
processor together."""


class _PhotoGone(Gone):
    """The very photo that was to get other bytes is no more."""


class Uploading:
    """For one source. Raises Unauthorised and Quota, having noted that nothing was done."""

    def __init__(self, box: Outbox) -> None:
        """Nothing is sent yet."""
        self.arrived: list[tuple[str, PhotoSeen]] = []
        self._proofs = trio.CapacityLimiter(PROOFS)
        self._box = box
        self._changes = JointChanges(box.wishing.change)
        self._writes: Writes = box.writes

    async def send(self, row: OperationRow) -> None:
        """A claimed operation, as far as it goes now; Temporary once that is noted."""
        box, sent = self._box, "nothing"
        try:
            async with self._proofs:
                path = await proven(box, str(row.wish.details["sha256"]))
            more = await self._how(row)
        except (Corrupt, NotFound) as error:
            box.give_up(row, str(error), sent)
            return
        except _PhotoGone:
            box.photo_gone(row, sent)
            return
        except (Refused, Gone) as error:
            box.give_up(row, str(error), sent)
            return
        except (StoreError, RemoteError, Busy) as error:
            box.unclaim(row, error)
            raise
        upload = self._upload(row)._replace(path=path)
        sent = _words(upload, row)
        box.begin([row], more)
        try:
            await self._send(box.catalog.operation(row.operation_id), upload, tries=row.tries)
        except _PhotoGone:
            box.photo_gone(row, sent)
        except (Refused, Gone) as error:
            box.give_up(row, str(error), sent)
        except (Unauthorised, Quota) as error:
            box.refused(row, error, sent)
            raise
        except Temporary as error:
            box.unsure(row, error, sent)
            raise
        finally:
            box.under_way.ended(row.operation_id)
        await self._tidy()

    async def reconcile(self, row: OperationRow) -> None:
        """Ask what became of an unsure one. Temporary if the service cannot tell yet."""
        sent = "asked what became of it"
        try:
            await self._ask(row)
            await self._tidy()
        except _PhotoGone:
            self._box.photo_gone(row, sent)
        except (Refused, Gone) as error:
            self._box.give_up(row, str(error), sent)
        except RemoteError as error:
            self._box.unsure(row, error, sent)
            raise

    async def _ask(self, row: OperationRow) -> None:
        sent = "asked what became of it"
        if row.wish.verb == WishVerb.REPLACE and row.wish.details["in_place"] is True:
            if not await self._is_replaced(row):
                self._box.not_found(row, sent)
            return
        if self._writes.find_upload is None:
            raise Bug("a source that takes uploads does not find them")
        found = await self._writes.find_upload(self._upload(row))
        if found is None:
            self._box.not_found(row, sent)
        else:
            await self._shown(row, found, sent)

    async def _is_replaced(self, row: OperationRow) -> bool:
        """Whether a replacement came: the service tells another version than before."""
        origin = self._box.origin(row)
        if origin is None:
            raise _PhotoGone("the photo is no longer at the service")
        seen = await self._look(origin[0])
        if seen is None:
            raise _PhotoGone("the photo is no longer at the service")
        if seen.content_key == row.wish.details["content_key"]:
            return False
        if not await has_come(self._box, row, seen):
            raise _changed_there()
        self._replaced(row, seen, "asked what became of it")
        return True

    async def _how(self, row: OperationRow) -> dict[str, object] | None:
        """How other bytes are to be sent: in place only if the old original is proven to be here.

        With the version that is replaced, by which it can be told afterwards whether they came.
        """
        if row.wish.verb != WishVerb.REPLACE:
            return None
        if row.wish.details.get("in_place") is not True:
            return {"in_place": False}
        origin = self._box.origin(row)
        seen = None if origin is None else await self._look(origin[0])
        if origin is None or seen is None:
            raise _PhotoGone("the photo is no longer at the service")
        wished = row.wish.details["content_key"]
        if row.tries > 0 and seen.content_key != wished:
            return {"in_place": True}  # it came after all
        if seen.content_key not in {wished, origin[1].content_key}:
            raise _changed_there()
        in_place = await seal_old_original(self._box, row, seen)
        if in_place:
            await self._check_unchanged(seen)
        told = self._box.catalog.told_original(row.wish.photo or 0) if in_place else None
        return {"in_place": in_place, "content_key": seen.content_key, "told": told}

    async def _check_unchanged(self, sealed: PhotoSeen) -> None:
        """Look once more: to fetch and to read the old original may have taken minutes."""
        seen = await self._look(sealed.remote_id)
        if seen is None:
            raise _PhotoGone("the photo is no longer at the service")
        if seen.content_key != sealed.content_key:
            raise _changed_there()

    async def _send(self, row: OperationRow, upload: Upload, *, tries: int) -> None:
        box = self._box

        def heard(sent: int) -> None:
            box.under_way.note(row.operation_id, sent)

        if row.wish.verb == WishVerb.REPLACE and row.wish.details["in_place"] is True:
            # one that was sent before may have come by now
            if not (tries > 0 and await self._is_replaced(row)):
                await self._replace(row, upload, heard)
            return
        if self._writes.upload is None:
            raise Refused("this service takes no uploads")
        uploaded = await self._writes.upload(upload, heard)
        if uploaded.known and not await self._is_known(row, uploaded.remote_id):
            upload = upload._replace(even_if_known=True)
            uploaded = await self._writes.upload(upload, heard)
        await self._shown(row, uploaded.remote_id, _words(upload, row), uploaded.shown)

    async def _is_known(self, row: OperationRow, remote_id: str) -> bool:
        """Whether the photo that the service names for these bytes has them."""
        seen = await self._look(remote_id)
        return seen is not None and await is_known_by(self._box, row, seen)

    async def _replace(self, row: OperationRow, upload: Upload, heard: Sent) -> None:
        """Under the id that the photo has."""
        origin = self._box.origin(row)
        if origin is None or self._writes.replace is None:
            raise _PhotoGone("the photo is no longer at the service")
        await self._writes.replace(origin[0], upload, heard)
        try:
            seen = await self._look(origin[0])
        except (Refused, RemoteError) as error:
            raise _not_shown(error) from error
        if seen is None or seen.content_key == row.wish.details["content_key"]:
            raise _not_shown(None)
        self._replaced(row, seen, _words(upload, row))

    async def _shown(
        self, row: OperationRow, remote_id: str, sent: str, shown: PhotoSeen | None = None
    ) -> None:
        """It counts once the service has shown it, with its date; `shown`: with its answer."""
        try:
            told = await self._set_date(row, remote_id)
            seen = shown or await self._look(remote_id)
        except (Refused, RemoteError) as error:
            raise _not_shown(error) from error
        if seen is None:
            raise _not_shown(None)
        answer = f"photo {remote_id}{told}"
        await self._changes.make(partial(self._note_shown, row, sent, answer, seen, remote_id))
        self.arrived.append((str(row.wish.details["sha256"]), seen))

    def _note_shown(
        self, row: OperationRow, sent: str, answer: str, seen: PhotoSeen, remote_id: str
    ) -> None:
        """Its outcome; within a change."""
        box = self._box
        box.note([row], sent, answer)
        if row.wish.verb == WishVerb.REPLACE:
            box.outcomes.swapped(row, remote_id, seen)
        else:
            box.outcomes.uploaded(row, remote_id, seen)

    async def _set_date(self, row: OperationRow, remote_id: str) -> str:
        """Tell the date where the bytes tell none; why that was refused, if it was."""
        taken = taken_of(row)
        if taken is None or self._writes.set_taken is None:
            return ""
        try:
            await self._writes.set_taken(remote_id, taken)
        except Refused as error:
            return f"; its date: {error}"
        return ""

    async def _look(self, remote_id: str) -> PhotoSeen | None:
        """The photo as the service shows it now."""
        if self._writes.look is None:
            raise Bug("a source that takes uploads does not show them")
        return await self._writes.look(remote_id)

    def _replaced(self, row: OperationRow, seen: PhotoSeen, sent: str) -> None:
        box = self._box
        with box.wishing.change():
            box.note([row], sent, f"photo {seen.remote_id} has other bytes")
            box.outcomes.replaced(row, seen)
        self.arrived.append((str(row.wish.details["sha256"]), seen))

    async def _tidy(self) -> None:
        """What has arrived need not lie in Kept any more."""
        while self.arrived:
            sha256, seen = self.arrived.pop()
            await let_go(self._box, sha256, seen)

    def _upload(self, row: OperationRow) -> Upload:
        """The wish as the service's port has it."""
        details = row.wish.details
        sha256 = str(details["sha256"])
        return Upload(
            path=self._box.store.kept_path(sha256),
            size=msgspec.convert(details["size"], int),
            sha256=sha256,
            media=Media(str(details["media"])),
            name=str(details["name"]),
            title=str(details["title"] or ""),
            key=row.key,
            visibility=self._seen_by(row),
            taken=taken_of(row),
        )

    def _seen_by(self, row: OperationRow) -> str:
        """Who is to see it; what the service had before, its user alone.

        Who could see that is not known here, and nobody is to see it who could not.
        """
        had = row.wish.verb == WishVerb.REPLACE or "again" in row.wish.details
        return PRIVATE if had else self._box.visibility


def taken_of(row: OperationRow) -> TakenFact | None:
    """The capture time that is sent with bytes that tell none."""
    taken = row.wish.details.get("taken")
    return None if taken is None else msgspec.convert(taken, TakenFact)


def _not_shown(why: Exception | None) -> Temporary:
    """The service took it, and that has not been seen yet: nothing is certain."""
    return Temporary(
        f"the service took the file and does not show it{f': {why}' if why else ' yet'}"
    )


def _changed_there() -> Refused:
    """Nobody here has seen what the service has now: neither is it replaced, nor taken for ours."""
    return Refused(
        "the photo got other bytes at the service meanwhile",
        safe="yours are kept here, those are at the service",
        remedy="copy your file in under another name",
    )


def _words(upload: Upload, row: OperationRow) -> str:
    """What is sent, for the log."""
    seen_by = "" if row.wish.details.get("in_place") is True else f", {upload.visibility}"
    return f"{row.wish.verb} {upload.name}, {upload.size:,} bytes{seen_by}"
