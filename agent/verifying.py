"""Re-reads the files of a mirror, and notes which are right, and when that was.

Those longest unread come first, by a thread for each processor: hashing gives the others way. What
a killed one has noted is not read again. Nothing is concluded from a disk that is away or fails all
over, and nothing in the mirror is ever changed.
"""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import trio

from agent.mirror_disk import Disk
from agent.verify_albums import Reading
from agent.verify_beside import Beside, BesideFound
from agent.verify_look import Look, Sight, look_at
from agent.verify_pace import Pace
from agent.verify_strays import Strays, find_strays, lost_of
from photofs.assembly import House
from photofs.catalog.mirrored import CopyRow
from photofs.catalog.mirrors import MirrorRow
from photofs.catalog.sqlite import Catalog
from photofs.kernel.lock import hold
from photofs.metadata.decoding import Decoder
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.opening import open_mirror
from photofs.model.errors import StoreError
from photofs.model.mirror import CopyState
from photofs.model.observation import Progress

PORTION: Final = 64
PORTION_BYTES: Final = 64 << 20
"""Files, and bytes, that a thread reads before it is noted: what a kill may cost is read again."""

HOPELESS: Final = 5
"""So many files in a row that cannot be read, and none that can: then it is the disk."""

Tell = Callable[[Progress], None]


class Wanted(NamedTuple):
    """How to verify.

    `oldest`: only so many files. `before_ns`: only those not re-read since. `anew`: begin with all
    files, though a former one was broken off. `rate`: bytes a second; None is as fast as can be.
    """

    oldest: int | None = None
    before_ns: int | None = None
    anew: bool = False
    rate: int | None = None
    threads: int = len(os.sched_getaffinity(0))


@dataclass
class Verified:
    """What verifying found. Sentences begin with the file's path; sizes in bytes."""

    files: int = 0
    size: int = 0
    good: int = 0
    damaged: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    undecodable: list[str] = field(default_factory=list)
    unsteady: list[str] = field(default_factory=list)
    unchecked: int = 0
    strays: Strays = field(default_factory=Strays)
    beside: BesideFound = field(default_factory=BesideFound)
    whole: bool = False

    @property
    def wrong(self) -> list[str]:
        """All files that prove nothing now, and what is wrong beside them."""
        return [*self.damaged, *self.absent, *self.undecodable, *self.beside.sentences]


@dataclass
class Checking:
    """One verifying's pieces. The catalog is used on the loop alone, the folder in threads."""

    catalog: Catalog
    folder: LocalMirror
    row: MirrorRow
    wanted: Wanted
    disk: Disk
    now_ns: Callable[[], int] = time.time_ns
    found: Verified = field(default_factory=Verified)


async def verify_mirror(
    house: House,
    catalog: Catalog,
    row: MirrorRow,
    wanted: Wanted,
    tell: Tell,
    disk: Disk | None = None,
) -> Verified:
    """Verify one. Busy if another process verifies it; NotAttached, Refused, StoreError."""
    what = f"the mirror {row.root} is being verified"
    with hold(house.paths.state / "locks" / f"verify-{row.mirror_id}", what):
        opening = partial(open_mirror, Path(row.root), row.marker, row.traits, writing=False)
        disk = disk or Disk(row.root)
        folder: LocalMirror = await disk.ask(opening)
        with closing(folder):
            return await verify(Checking(catalog, folder, row, wanted, disk), tell)


async def verify(checking: Checking, tell: Tell) -> Verified:
    """Read what is wanted; what is found is noted as it goes."""
    catalog, wanted, mirror_id = checking.catalog, checking.wanted, checking.row.mirror_id
    everything = wanted.oldest is None and wanted.before_ns is None
    before = wanted.before_ns or checking.now_ns()
    if everything:
        since = None if wanted.anew else catalog.verifying_since(mirror_id)
        before = since if since is not None and since <= before else before
        catalog.set_verifying(mirror_id, before)
    elif wanted.before_ns is None:
        before = 1 << 62  # all, the oldest first
    files = catalog.files_to_read(mirror_id, before, checking.now_ns())[: wanted.oldest]
    await _read_all(checking, files, tell)
    due = wanted.before_ns is not None and catalog.albums_read(mirror_id) < wanted.before_ns
    if everything or due:
        await _look_beside(checking)
    if everything:
        strays = partial(find_strays, checking.folder, _known(checking), _lost(checking))
        checking.found.strays = await checking.disk.ask(strays)
        catalog.set_verifying(mirror_id, None)
        if catalog.has_proven(mirror_id):  # else nothing was read that is right
            catalog.note_mirror_verified(mirror_id, checking.now_ns())
        checking.found.whole = True
    return checking.found


async def _look_beside(checking: Checking) -> None:
    """What photofs makes of the mirror's own files: albums, lists, sidecars."""
    found, catalog, mirror_id = checking.found, checking.catalog, checking.row.mirror_id
    reading = Reading()
    pause = Pace(checking.wanted.rate).take
    await reading.read_all(catalog, mirror_id, checking.folder, checking.disk, pause)
    found.files += reading.files
    found.size += reading.size
    found.good += reading.files - len(reading.absent) - len(reading.damaged)
    found.absent += reading.absent
    found.damaged += reading.damaged
    beside = Beside(catalog, checking.row, checking.folder, checking.disk, pause)
    found.beside = await beside.look()
    found.beside.wrong |= reading.links
    found.size += found.beside.size
    catalog.note_albums_read(mirror_id, checking.now_ns())


def _known(checking: Checking) -> set[str]:
    return checking.catalog.mirror_folds(checking.row.mirror_id)


def _lost(checking: Checking) -> dict[str, tuple[int, str]]:
    return lost_of(checking.catalog.bad_copies(checking.row.mirror_id))


async def _read_all(checking: Checking, files: Sequence[tuple[int, int]], tell: Tell) -> None:
    """All portions, by several threads at once."""
    pace = Pace(checking.wanted.rate)
    waiting = portions(files)
    total = len(files)

    async def work() -> None:
        with closing(Decoder()) as decoder:
            while waiting:
                copies = checking.catalog.copies_by_number(waiting.pop(0))
                look = partial(_look_at_all, checking.folder, copies, pace, decoder)
                looks = await checking.disk.ask(look)
                _note(checking, copies, looks)
                unit = f"files, {checking.found.size / 1e6:,.1f} MB re-read"
                tell(Progress(done=checking.found.files, total=total, unit=unit))

    async with trio.open_nursery() as nursery:
        for _ in range(max(1, min(checking.wanted.threads, len(waiting)))):
            nursery.start_soon(work)


def portions(files: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Numbers of files in portions of some bytes."""
    made: list[list[int]] = []
    room = 0
    for number, size in files:
        if not made or len(made[-1]) >= PORTION or room < size:
            made.append([])
            room = PORTION_BYTES
        made[-1].append(number)
        room -= size
    return made


def _look_at_all(
    folder: LocalMirror, copies: Sequence[CopyRow], pace: Pace, decoder: Decoder
) -> list[Look]:
    """In a thread: look at each. A disk that fails all over, or is not there, proves nothing."""
    looks: list[Look] = []
    failing = 0
    for copy in copies:
        look = look_at(folder, copy, pace.take, decoder)
        failing = failing + 1 if look.sight is Sight.UNREADABLE else 0
        if failing >= HOPELESS:
            raise StoreError(
                f"the mirror's disk cannot be read: {look.why}",
                safe="nothing was concluded from that, and nothing is removed anywhere",
                remedy="see the kernel's log (dmesg); verify again once the disk is well",
            )
        if look.sight is Sight.RIGHT and copy.state is CopyState.ABSENT:
            folder.sync(copy.path.rpartition("/")[0])  # whoever put it back may not have
        looks.append(look)
    folder.check()
    return looks


def _note(checking: Checking, copies: Sequence[CopyRow], looks: Sequence[Look]) -> None:
    """One transaction for a portion."""
    found = checking.found
    with checking.catalog.database.transaction():
        for copy, look in zip(copies, looks, strict=True):
            found.files += 1
            found.size += look.size
            found.unchecked += look.unchecked
            sentence = f"{copy.path}: {look.why}"
            match look.sight:
                case Sight.RIGHT if look.stamp is not None:
                    checking.catalog.note_proven(copy, look.stamp, checking.now_ns())
                    found.good += 1
                case Sight.ABSENT:
                    _note_bad(checking, copy, CopyState.ABSENT, look.why)
                    found.absent.append(sentence)
                case Sight.UNDECODABLE:
                    _note_bad(checking, copy, CopyState.SUSPECT, look.why)
                    found.undecodable.append(sentence)
                case Sight.UNSTEADY:
                    _note_bad(checking, copy, CopyState.SUSPECT, look.why)
                    found.unsteady.append(sentence)
                case _:
                    _note_bad(checking, copy, CopyState.DAMAGED, look.why)
                    found.damaged.append(sentence)


def _note_bad(checking: Checking, copy: CopyRow, state: CopyState, why: str) -> None:
    checking.catalog.note_not_proven(copy, state, why)
