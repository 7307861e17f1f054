"""Proofs that bytes are here: read again to their end, with the hash that they are named by."""

import logging
from pathlib import Path

import trio

from agent.outbox import Outbox
from photofs.catalog.journal import OperationRow
from photofs.model.errors import Corrupt, Gone, NotFound, StoreError, Temporary
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity, Media
from photofs.originals.port import DraftKey, Room

log = logging.getLogger(__name__)

ROOM_STEP = 64 << 20
"""Room in the Cache is made for so many bytes at a time: it may mean a walk through all of it."""

UNTOLD_STEP = 1 << 20
"""The same of an original whose length its host does not tell."""


async def proven(box: Outbox, sha256: str) -> Path:
    """Where bytes lie in Kept; Corrupt or NotFound if they are not whole there."""
    await _let_go_before(box)
    if box.store.has_sealed(sha256) is Room.CACHE:
        await trio.to_thread.run_sync(box.store.keep, sha256)
    if not await trio.to_thread.run_sync(lambda: box.store.verify(sha256, room=Room.KEPT)):
        raise Corrupt(
            "the file in Kept is damaged, so it is not sent",
            safe="what the service has is untouched",
            remedy="copy the file in again; `photofs check --read` tells of the disk",
        )
    path = box.store.sealed_path(sha256)
    if path is None:
        raise NotFound(
            "the file is no longer in Kept, so it cannot be sent",
            safe="what the service has is untouched",
            remedy="copy the file in again",
        )
    return path


async def seal_old_original(box: Outbox, row: OperationRow, seen: PhotoSeen) -> bool:
    """Have what the service has of a photo in Kept, read again, before it gets other bytes.

    False if the original cannot be had: then nothing may take its place. Temporary, StoreError.
    """
    if seen.fidelity is not Fidelity.ORIGINAL:
        return False
    photo = row.wish.photo or 0
    told = box.catalog.told_original(photo)
    if told is None or box.store.has_sealed(told) is None:
        try:
            told = await _fetch(box, photo, seen)
        except (Gone, NotFound, Corrupt) as error:
            log.info("the original of photo %d cannot be had: %s", photo, error)
            return False
    sha256 = told
    with box.wishing.change():  # first: a copy of it that was just sent would be let go with it
        box.catalog.set_told_original(photo, sha256)
    await _let_go_before(box)
    await trio.to_thread.run_sync(box.store.keep, sha256)
    return await trio.to_thread.run_sync(lambda: box.store.verify(sha256, room=Room.KEPT))


async def _let_go_before(box: Outbox) -> None:
    """Wait for bytes that are leaving Kept; those that the catalog needs by now do not follow."""
    async with box.letting_go:
        pass


async def _fetch(box: Outbox, photo: int, seen: PhotoSeen) -> str:
    """Fetch an original whole; its hash."""
    draft = box.store.open_draft(DraftKey(photo, seen.content_key), None)
    try:
        draft.reset()
        async with box.provider.open_original(seen.ref, None, person=False) as stream:
            at = room = 0
            async for chunk in stream:
                if at + len(chunk) > room:
                    step = UNTOLD_STEP if stream.total is None else stream.total - at
                    room = at + max(len(chunk), min(step, ROOM_STEP))
                    pinned = box.catalog.pinned_hashes()
                    await trio.to_thread.run_sync(box.store.make_room, room - at, pinned)
                draft.write(at, chunk)
                at += len(chunk)
            if stream.total not in {None, at}:
                raise Temporary("fewer bytes came than were announced")
            expected = stream.hash
        draft.set_size(at)
        sealed = await trio.to_thread.run_sync(draft.seal, expected)
    finally:
        draft.close()
    with box.wishing.change():
        box.catalog.note_original(sealed.sha256, sealed.size, box.now_ns())
    return sealed.sha256


async def has_come(box: Outbox, row: OperationRow, seen: PhotoSeen) -> bool:
    """Whether what the service has of a photo now are the very bytes that a wish is to bring there.

    They are fetched and read: a version is another one after a change of privacy, too, or because
    somebody else replaced the photo (flickr.md 2.4). Temporary if that cannot be told now.
    """
    if seen.fidelity is not Fidelity.ORIGINAL:
        return False
    try:
        return await _fetch(box, row.wish.photo or 0, seen) == row.wish.details["sha256"]
    except (Gone, NotFound, Corrupt, StoreError) as error:
        raise Temporary(f"what the service has of the photo cannot be compared: {error}") from error


async def is_known_by(box: Outbox, row: OperationRow, seen: PhotoSeen) -> bool:
    """Whether the photo that a service names for our bytes has them still, and is to keep them.

    It may have been given others since, here or there, while the service goes on knowing the
    former ones: ours would be lost with that. What it does not give back as it was sent is taken
    at its word, and our copy stays in Kept (`let_go`). Temporary if that cannot be told now.
    """
    sha256 = row.wish.details["sha256"]
    known = box.catalog.observation(box.source.source_id, seen.remote_id)
    if known is not None:
        facts = box.catalog.photo_facts(known.photo_id)
        if facts.sha256 == sha256 and facts.content_key == seen.content_key:
            return True
        written = box.catalog.incoming(known.photo_id) is not None
        if facts.sha256 != sha256 and (facts.sha256 is not None or written):
            return False
    if seen.media is not Media.PICTURE or seen.fidelity is not Fidelity.ORIGINAL:
        return True
    return await has_come(box, row, seen)


async def let_go(box: Outbox, sha256: str, seen: PhotoSeen) -> None:
    """What the service has and showed may lie in the Cache, unless it is still needed in Kept.

    A service that gives back other bytes than it got keeps no copy, so ours stays for ever.
    """
    comes_back = box.provider.abilities.keeps_exact_bytes or (
        seen.media is Media.PICTURE and seen.fidelity is Fidelity.ORIGINAL
    )
    if not comes_back or seen.size not in {None, box.catalog.size_of_original(sha256)}:
        return
    async with box.letting_go:
        if box.catalog.needed_here(sha256):
            return
        try:
            await trio.to_thread.run_sync(box.store.release, sha256)
        except (StoreError, NotFound) as error:
            log.info("an original stays in Kept: %s", error)
