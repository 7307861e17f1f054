"""Fetching from a mirror before any source is asked: as from a source, but with the hash known.

Bytes of a mirror and of a source never mix in one draft, for only the whole of one is compared.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import trio

from photofs.catalog.port import OriginRow, PhotoRow
from photofs.model.errors import Busy, Corrupt, Full, PhotofsError, Temporary
from photofs.model.mirror import CopyState
from photofs.model.observation import ContentHash, HashKind, PhotoSeen
from photofs.volume.fetch import Fetch
from photofs.volume.filling import Background, Filling
from photofs.volume.mirror_copies import MirrorCopy

log = logging.getLogger(__name__)

Lock = Callable[[Fetch, OriginRow, int | None], Awaitable[bool]]
"""`Engine._lock`."""


class Pace(NamedTuple):
    """The part of `filling.Background` that is the same whatever gives the bytes."""

    may_go_on: Callable[[], bool]
    step_aside: Callable[[], Awaitable[None]]


async def bring_from_mirror(fetch: Fetch, row: PhotoRow, lock: Lock, pace: Pace) -> bool:
    """What is wanted, from a mirror's file with the photo's very bytes; False if there is none.

    A file that turns out to be another than it was is noted so, and its source is asked.
    """
    copies = fetch.pieces.copies
    if copies is None or row.sha256 is None or row.size is None:
        return False
    copy = await copies.find(row.sha256)
    if copy is None:
        return False
    key = fetch.pieces.library.shown_key(row.photo_id)
    origin = OriginRow(0, 0, _seen(row, row.sha256, key))
    try:
        if await lock(fetch, origin, row.size):
            await _fill(fetch, copy, pace)
    except (Full, Busy):
        raise
    except Corrupt as error:  # hash or length; a disk that is slow or fails says nothing
        why = f"it could not be read as it was written: {error.what}"
        copies.note(copy.copy, CopyState.SUSPECT, why)
        return False
    except PhotofsError as error:
        log.info("%s in the mirror %s: %s", copy.copy.path, copy.copy.root, error)
        return False
    else:
        return True
    finally:
        fetch.close()
        copy.close()


async def _fill(fetch: Fetch, copy: MirrorCopy, pace: Pace) -> None:
    """The draft with the copy's bytes, sealed if they are all there."""
    if fetch.arrived and fetch.draft is not None and fetch.draft.validator != copy.validator:
        fetch.start_over()
    background = Background(
        pace.may_go_on, pace.step_aside, _give_up, _nothing, trio.lowlevel.checkpoint
    )
    await Filling(fetch, copy, "", background).run()
    if fetch.is_whole:
        await fetch.seal()


def _seen(row: PhotoRow, sha256: str, content_key: str) -> PhotoSeen:
    """What fetching has to know of the bytes."""
    return PhotoSeen(
        remote_id="",
        media=row.media,
        content_key=content_key,
        ref="",
        as_of_ns=0,
        size=row.size,
        hash=ContentHash(HashKind.SHA256, sha256),
    )


async def _give_up(error: Temporary) -> None:
    """A mirror's file is not tried twice: its source has the bytes."""
    raise error


def _nothing() -> None:
    """Nobody has to be told."""
