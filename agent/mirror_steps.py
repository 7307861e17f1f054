"""What a run does to files that are in the mirror already: moves them, sets times, sets aside."""

from agent.mirror_plan import UNTIL, Follow, Move, Retime, SetAside
from agent.mirror_work import Work
from photofs.catalog.mirrored import CopyRow
from photofs.model.errors import NotFolder, NotFound
from photofs.model.mirror import VANISHED_FOLDER, CopyState, Role, Stamp
from photofs.model.sidecar import ENDING

GONE = "it was not there when it was to be moved"


async def finish_moves(work: Work) -> None:
    """Find out what became of the moves of a run that was killed."""
    for copy in work.catalog.copies_moving(work.mirror_id):
        here = await work.disk.ask(work.folder.stamp, copy.path)
        there = await work.disk.ask(work.folder.stamp, copy.moving)
        # renamed for certain only if it is not here any more, and what is there is as long and old
        moved = here is None and there is not None and there[:2] == copy.stamp[:2]
        role = _role_of_move(copy.path, copy.moving) if moved else None
        if moved and role is not Role.FORMER:
            await work.disk.ask(work.move_sidecar, copy.path, copy.moving)
        path = copy.moving if moved else copy.path
        with work.catalog.database.transaction():
            if moved and role is not Role.FORMER:
                work.catalog.move_beside(work.mirror_id, copy.path + ENDING, path + ENDING)
            work.catalog.end_move(copy.copy_id, path, there if moved else None)
            if role is not None:
                work.catalog.set_role(copy.copy_id, role, copy.photo_id)
            if here is None and not moved:
                work.catalog.note_copy_state(copy.copy_id, CopyState.ABSENT, GONE)


def _role_of_move(old: str, new: str) -> Role | None:
    """What a file was moved to be; None: what it was. By its new name, which says it."""
    if new.startswith(f"{VANISHED_FOLDER}/") > old.startswith(f"{VANISHED_FOLDER}/"):
        return Role.VANISHED
    return Role.FORMER if (UNTIL in new) > (UNTIL in old) else None


async def finish_writes(work: Work) -> None:
    """Take the files that a killed run had written, and not noted: nothing is fetched again."""
    for folder in work.catalog.stale_folders(work.mirror_id):
        absent = [
            copy
            for copy in work.catalog.copies_in(work.mirror_id, folder)
            if copy.state is CopyState.ABSENT
        ]
        taken = [(copy, await work.disk.ask(_whole, work, copy)) for copy in absent]
        there = [(copy, stamp) for copy, stamp in taken if stamp is not None]
        if there:
            await work.disk.ask(work.folder.sync, folder)
            with work.catalog.database.transaction():
                for copy, stamp in there:
                    work.catalog.note_written(copy.copy_id, stamp, work.now_ns())


def _whole(work: Work, copy: CopyRow) -> Stamp | None:
    """In a thread: the file, synced, if it has all the bytes that it was to have."""
    there = work.folder.stamp(copy.path)
    if there is None or there.size != copy.stamp.size:
        return None
    if work.folder.hash(copy.path) != copy.sha256:
        return None
    return work.folder.touch(copy.path, copy.shown_ns)


async def settle(work: Work, step: Move | Retime | SetAside | Follow) -> None:
    """Do a step that needs no bytes."""
    copy = work.catalog.copy(step.fact.copy_id or 0)
    if copy is None:
        return
    if isinstance(step, Follow):
        follow(work, copy, step.fact.merged_into)
    elif isinstance(step, SetAside):
        await set_aside(work, copy, step.wished)
    else:
        if isinstance(step, Move):
            await _move(work, copy, step)
        if step.fact.shown_ns != step.fact.mtime_ns:
            await retime(work, copy, step.fact.mtime_ns)


async def _move(work: Work, copy: CopyRow, step: Move) -> None:
    """To where its new name or date wants it."""
    if not await work.move(copy, work.names(step.fact, step.wished)):
        work.catalog.note_copy_state(copy.copy_id, CopyState.ABSENT, GONE)
        return
    with work.catalog.database.transaction():
        work.catalog.set_placing(copy.copy_id, step.wished, step.fact.placing)
    now = work.catalog.copy(copy.copy_id)
    work.tally.moved += now is not None and now.path != copy.path


async def retime(work: Work, copy: CopyRow, mtime_ns: int) -> None:
    """Give a file the capture instant that the tree shows now."""
    now = work.catalog.copy(copy.copy_id)
    if now is None or now.state is CopyState.ABSENT:
        return
    seen = await work.disk.ask(work.folder.stamp, now.path)
    with work.catalog.database.transaction():  # whoever reads it meanwhile is to find it no fault
        work.catalog.begin_move(now.copy_id, now.path)
    try:
        stamp = await work.disk.ask(work.folder.touch, now.path, mtime_ns)
    except (NotFound, NotFolder):
        with work.catalog.database.transaction():
            work.catalog.end_move(now.copy_id, now.path, None)
            work.catalog.note_copy_state(now.copy_id, CopyState.ABSENT, GONE)
        return
    with work.catalog.database.transaction():
        work.catalog.end_move(now.copy_id, now.path, None)
        work.catalog.set_shown_time(now.copy_id, mtime_ns)
        if seen == now.stamp:  # else somebody has changed it, and that is not to be covered up
            work.catalog.set_stamp(now.copy_id, stamp)


async def set_aside(work: Work, copy: CopyRow, wished: str) -> None:
    """Move the file of a photo that vanished to where it stays until a person decides."""
    paths = (path for path in _with_numbers(wished) if _no_row(work, path))
    if not await work.move(copy, paths, Role.VANISHED):
        with work.catalog.database.transaction():
            work.catalog.set_role(copy.copy_id, Role.VANISHED, copy.photo_id)
            work.catalog.note_copy_state(copy.copy_id, CopyState.ABSENT, GONE)
    work.tally.vanished += 1


def _with_numbers(path: str) -> "list[str]":
    """The path, and others beside it."""
    stem, dot, extension = path.rpartition(".")
    return [path, *(f"{stem} ({number}){dot}{extension}" for number in range(2, 1000))]


def _no_row(work: Work, path: str) -> bool:
    return work.catalog.copy_at(work.mirror_id, path) is None


def follow(work: Work, copy: CopyRow, photo_id: int | None) -> None:
    """The file belongs to another photo now; where that has one already, it is a former one."""
    if photo_id is None:
        return
    others = work.catalog.copies_of(photo_id)
    has_one = any(each.mirror_id == work.mirror_id and each.role is Role.CURRENT for each in others)
    role = Role.FORMER if has_one else Role.CURRENT
    with work.catalog.database.transaction():
        work.catalog.set_role(copy.copy_id, role, photo_id)
