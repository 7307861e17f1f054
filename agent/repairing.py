"""Mends the files of a mirror that verifying found wrong; the wrong ones are kept aside.

Right bytes come from any file of the mirror, the store, another mirror, or the service, each
compared by its SHA-256 before the wrong file is moved to Damaged/DATE/ and after the new one was
written. What cannot be mended stays as it is, and is told each time.
"""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import trio

from agent.mirror_albums import show_albums
from agent.mirror_aside import set_aside_damaged
from agent.mirror_beside import write_beside
from agent.mirror_copying import Copying
from agent.mirror_plan import Bring, plan
from agent.mirror_sums import look_after
from agent.mirror_work import Work, folder_of
from agent.mirroring import opened_mirror
from agent.repair_held import Held
from agent.verify_look import UNDECODABLE, Look, Sight, look_at
from agent.verify_pace import Pace
from photofs.assembly import House
from photofs.catalog.mirrored import CopyRow, Readable
from photofs.catalog.mirrors import MirrorRow
from photofs.catalog.sqlite import Catalog
from photofs.kernel.lock import hold
from photofs.metadata.decoding import Decoder
from photofs.mirrors.opening import open_mirror
from photofs.model.errors import Full, NotFound, PhotofsError, StoreError
from photofs.model.mirror import CopyState, Role, Stamp
from photofs.model.observation import Progress
from photofs.model.photo import Fidelity
from photofs.originals.port import Room

NOWHERE: Final = (
    "its bytes are in no file of this mirror, no cache, no other mirror, and not at the service any"
    " more"
)
UNSEARCHED: Final = "the mirror could not be searched for its bytes"

FROM_MIRROR: Final = "made anew from the mirror's own file; what was there is kept in Damaged"
NOT_WHOLE: Final = "the mirror's own file of that photo is not whole either"

DOUBTED: Final = "albums' folders stay as they are until `photofs check --accept-restored`"
MADE_ANEW: Final = "made anew; what was there, if anything was, is kept in Damaged"

Tell = Callable[[Progress], None]


@dataclass
class Repaired:
    """What became of the wrong files. Sentences begin with the file's path.

    `held`: where in this very mirror right bytes stand.
    """

    held: Held
    mended: list[str] = field(default_factory=list)
    right: int = 0
    set_aside: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


async def repair_mirror(house: House, catalog: Catalog, row: MirrorRow, tell: Tell) -> Repaired:
    """Repair one. Busy if it is run just now; NotAttached, Refused, StoreError, Full."""
    what = f"the mirror {row.root} is being worked on"
    with hold(house.paths.state / "locks" / f"mirror-{row.mirror_id}", what):
        async with opened_mirror(house, catalog, row) as work:
            return await repair(work, tell)


async def repair(work: Work, tell: Tell) -> Repaired:
    """All files that are noted as wrong; look for more with verifying first."""
    repaired = Repaired(Held(work))
    bad = work.catalog.bad_copies(work.mirror_id)
    with closing(Decoder()) as decoder:
        for done, copy in enumerate(bad, 1):
            try:
                await _mend(work, copy, decoder, repaired)
            except Full:
                raise
            except PhotofsError as error:
                await work.disk.ask(work.folder.check)  # else it is a source's disk
                repaired.left.append(f"{copy.path}: {error.what}")
            tell(Progress(done=done, total=len(bad), unit="files looked into"))
    await _mend_beside(work, repaired)
    return repaired


async def _mend_beside(work: Work, repaired: Repaired) -> None:
    """What is made of the mirror's own files and of the catalog: albums, lists, sidecars."""
    catalog, mirror_id = work.catalog, work.mirror_id
    wrong, beside = catalog.wrong_album_files(mirror_id), catalog.wrong_beside(mirror_id)
    await look_after(work)
    if (wrong or beside) and not catalog.doubt():  # an older one's albums take no links away
        await show_albums(work)
    await write_beside(work)
    still = {*catalog.wrong_album_files(mirror_id), *catalog.wrong_beside(mirror_id)}
    why = DOUBTED if catalog.doubt() else NOT_WHOLE
    for path, words in (*((each, why) for each in wrong), *beside.items()):
        if path in still:
            repaired.left.append(f"{path}: {words}")
        else:
            repaired.mended.append(f"{path}: {FROM_MIRROR if path in wrong else MADE_ANEW}")


async def _mend(work: Work, copy: CopyRow, decoder: Decoder, repaired: Repaired) -> None:
    """One file."""
    look = await _look(work, copy, decoder)
    await work.disk.ask(work.folder.check)
    if look.sight is Sight.RIGHT and look.stamp is not None:
        # a killed repair may have written it and not synced its name
        await work.disk.ask(work.folder.sync, folder_of(copy.path))
        work.catalog.note_proven(copy, look.stamp, work.now_ns())
        repaired.right += 1
        return
    if look.sight in {Sight.UNDECODABLE, Sight.UNSTEADY}:
        work.catalog.note_not_proven(copy, CopyState.SUSPECT, look.why)
        repaired.left.append(f"{copy.path}: {look.why}")
        return
    if look.sight is Sight.ABSENT:
        work.catalog.note_not_proven(copy, CopyState.ABSENT, look.why)
    else:
        work.catalog.note_not_proven(copy, CopyState.DAMAGED, look.why)
    found = await _find_bytes(work, copy, repaired.held)
    if found is None:
        if copy.embedded is None or not await _make_again(work, copy, decoder, repaired):
            await _give_up(work, copy, repaired, look.why)
        return
    fd, origin = found
    try:
        await _put_right(work, copy, fd, repaired)
    finally:
        os.close(fd)
    await _prove(work, copy.copy_id, decoder)
    repaired.mended.append(f"{copy.path}: {origin}")


async def _look(work: Work, copy: CopyRow, decoder: Decoder) -> Look:
    pace = Pace(None)
    return await work.disk.ask(partial(look_at, work.folder, copy, pace.take, decoder))


# where right bytes are


async def _find_bytes(work: Work, copy: CopyRow, held: Held) -> tuple[int, str] | None:
    """An open file with the right bytes, and where they are from; the caller closes it."""
    own = await held.open(copy.sha256)
    if own is not None:
        return own[0], f"mended from {own[1]}, which has its bytes"
    fd = await _in_store(work, copy.sha256)
    if fd is not None:
        return fd, "mended from the bytes kept on this disk"
    fd = await work.disk.ask(partial(_in_mirrors, copy, _others(work, copy)))
    if fd is not None:
        return fd, "mended from another mirror"
    if copy.role is not Role.CURRENT or copy.photo_id is None or copy.embedded is not None:
        return None
    return await _from_service(work, copy, copy.photo_id)


async def _from_service(work: Work, copy: CopyRow, photo_id: int) -> tuple[int, str] | None:
    """What the service has, if it is that."""
    if _would_be_lesser(work, photo_id):
        return None
    arrival = await work.fetching.whole(photo_id, person=False)
    if arrival.sha256 != copy.sha256:
        return None
    fd = await _in_store(work, copy.sha256)
    return None if fd is None else (fd, "mended from the service")


def _would_be_lesser(work: Work, photo_id: int) -> bool:
    """Whether the service has only its own encoding of what was sent: it mends nothing.

    Fetched, it would be shown, and taken for the photo's own bytes from then on.
    """
    if work.catalog.sent_and_shown(photo_id) is None:
        return False
    origins = work.catalog.origins(photo_id)
    return not any(each.seen.fidelity is Fidelity.ORIGINAL for each in origins)


async def _in_store(work: Work, sha256: str) -> int | None:
    """The store's file, read to its end; one that is damaged there, too, is no help."""
    for room in Room:
        try:
            verify = partial(work.store.verify, sha256, room=room)
            if not await trio.to_thread.run_sync(verify):
                return None
        except NotFound:
            continue
    return work.store.open_sealed(sha256)


def _others(work: Work, copy: CopyRow) -> list[Readable]:
    readable = work.catalog.readable_copies(copy.sha256)
    return [each for each in readable if each.copy_id != copy.copy_id]


def _in_mirrors(copy: CopyRow, others: list[Readable]) -> int | None:
    """In a thread: a file of a mirror that has the bytes, read to its end."""
    for each in others:
        try:
            mirror = open_mirror(Path(each.root), each.marker, each.traits, writing=False)
        except PhotofsError:
            continue
        with closing(mirror):
            try:
                if mirror.hash(each.path) == copy.sha256:
                    return mirror.open(each.path)
            except PhotofsError:
                continue
    return None


async def _make_again(work: Work, copy: CopyRow, decoder: Decoder, repaired: Repaired) -> bool:
    """A copy with facts written into it, from the original; False if that cannot be had."""
    if copy.role is not Role.CURRENT or copy.photo_id is None:
        return False
    if _would_be_lesser(work, copy.photo_id):
        return False
    arrival = await work.fetching.whole(copy.photo_id, person=False)
    if arrival.sha256 != copy.original:
        return False
    if not await work.disk.ask(work.folder.is_free, copy.path):
        await work.disk.ask(_set_aside, work, copy.path, repaired)
    work.catalog.note_copy_state(copy.copy_id, CopyState.ABSENT, "it is being made again")
    facts = work.catalog.facts_of(work.row.library_id, work.mirror_id, [copy.photo_id])
    steps = [plan(fact, work.manner, work.today) for fact in facts]
    await Copying(work).bring([step for step in steps if isinstance(step, Bring)])
    await _prove(work, copy.copy_id, decoder)
    repaired.mended.append(f"{copy.path}: made again from the original")
    return True


async def _give_up(work: Work, copy: CopyRow, repaired: Repaired, why: str) -> None:
    """It stays, and is told of; where the service has other bytes now, as a former version."""
    photo_changed = False
    if copy.role is Role.CURRENT and copy.photo_id is not None:
        photo_changed = work.catalog.photo_facts(copy.photo_id).sha256 != copy.original
    now = work.catalog.copy(copy.copy_id)
    if photo_changed and now is not None and now.state is CopyState.DAMAGED:
        await work.move(now, work.former_names(now.path), Role.FORMER)
        former = work.catalog.copy(copy.copy_id)
        repaired.held.note_moved(now.path, former.path if former else now.path)
        repaired.left.append(f"{copy.path}: {why}; the service has other bytes by now")
        return
    unread = repaired.held.unread
    nowhere = f"{UNSEARCHED}: {unread}" if unread else NOWHERE
    repaired.left.append(f"{copy.path}: {why}; {nowhere}")


# putting them in place


async def _put_right(work: Work, copy: CopyRow, fd: int, repaired: Repaired) -> None:
    """The wrong file aside, the right one in its place, and both synced, before the row says so."""
    with work.catalog.database.transaction():
        work.catalog.mark_stale(work.mirror_id, {folder_of(copy.path)})
    stamp = await work.disk.ask(partial(_place, work, copy, fd, repaired))
    await work.disk.ask(work.folder.check)
    with work.catalog.database.transaction():
        work.catalog.note_written(copy.copy_id, stamp, work.now_ns())


def _place(work: Work, copy: CopyRow, fd: int, repaired: Repaired) -> Stamp:
    """In a thread."""
    folder = work.folder
    if not folder.is_free(copy.path):
        _set_aside(work, copy.path, repaired)
    stamp = folder.write(copy.path, fd, copy.sha256, copy.shown_ns)
    folder.sync(folder_of(copy.path))
    return stamp


def _set_aside(work: Work, path: str, repaired: Repaired) -> None:
    """In a thread."""
    aside = set_aside_damaged(work, path)
    repaired.held.note_moved(path, aside)
    repaired.set_aside.append(f"{path}: kept as {aside}")


async def _prove(work: Work, copy_id: int, decoder: Decoder) -> None:
    """Read what was just written, as verifying does."""
    copy = work.catalog.copy(copy_id)
    if copy is None:
        return
    look = await _look(work, copy, decoder)
    if look.sight is Sight.RIGHT and look.stamp is not None:
        work.catalog.note_proven(copy, look.stamp, work.now_ns())
        return
    state = CopyState.SUSPECT if look.why.startswith(UNDECODABLE) else CopyState.DAMAGED
    work.catalog.note_not_proven(copy, state, look.why)
    raise StoreError(f"it was written anew, and is still not right: {look.why}")
