"""Brings photos into a mirror: fetched several at once, written in batches, noted once durable.

A batch is one commit before and one after, and one sync a folder. Killed anywhere in between, the
rows say `absent`; the next run finds what is in the store, and takes files that are there already
if their bytes are right.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import trio

from agent.mirror_embedding import SETTING, Prepared, bench, prepare
from agent.mirror_plan import Bring, Renew
from agent.mirror_steps import GONE, retime
from agent.mirror_work import Work, folder_of
from photofs.catalog.mirrored import CopyRow, NewCopy
from photofs.catalog.mirrors import BLOCKED
from photofs.filing.mirror_facts import sidecar_of
from photofs.model.errors import (
    BadName,
    Corrupt,
    Exists,
    Full,
    Gone,
    NotFolder,
    NotFound,
    PhotofsError,
    Refused,
    RemoteError,
    StoreError,
    TooLong,
)
from photofs.model.mirror import CopyState, Fact, Role, Stamp
from photofs.model.photo import Fidelity
from photofs.originals.port import Room

FETCHES: Final = 4
"""Originals that are fetched at once; how often a service is asked is paced beside that."""

WRITES: Final = 4
"""Files that are written at once: while one waits for the disk's sync, another one is hashed."""

_READ: Final = os.O_RDONLY | os.O_CLOEXEC

AWAY: Final = 12
"""After so many failures of the line in a row a run ends: it goes on at the next one."""


@dataclass
class Ready:
    """A photo whose bytes are in the store, on its way into the mirror."""

    fact: Fact
    wished: str
    sha256: str
    content_key: str
    fetched: bool
    fidelity: Fidelity
    observation: int | None
    copy_id: int = 0
    path: str = ""
    stamp: Stamp | None = None
    names: Iterator[str] = field(default_factory=lambda: iter(()))
    made: Prepared | None = None

    @property
    def written_sha256(self) -> str:
        """Of the file as it is to be in the mirror."""
        return self.made.sha256 if self.made else self.sha256


class Copying:
    """Batches of one run. `trouble` is set once there is no sense in going on."""

    def __init__(self, work: Work) -> None:
        """Nothing has failed yet."""
        self._work = work
        self._fetch_limit = trio.CapacityLimiter(FETCHES)
        self._write_limit = trio.CapacityLimiter(WRITES)
        self._failures = 0
        self._spared: frozenset[str] = frozenset()
        self._shared: set[str] = set()
        self.trouble: PhotofsError | None = None

    async def bring(self, steps: Sequence[Bring | Renew]) -> None:
        """One batch. Full, NotAttached or StoreError of the mirror's disk."""
        here: list[tuple[Bring | Renew, str, bool]] = []
        async with trio.open_nursery() as nursery:
            for step in steps:
                nursery.start_soon(self._have, step, here)
        here.sort(key=lambda each: each[0].fact.photo_id)
        ready = [got for each in here if (got := await self._settled(*each)) is not None]
        if ready and self._work.row.settings.get(SETTING):
            async with bench(self._work.store.workshop, self._work.mirror_id) as folder:
                made = [each for each in ready if await self._embed(each, folder)]
                await self._write_all(made)
        elif ready:
            await self._write_all(ready)

    async def _embed(self, each: Ready, folder: Path) -> bool:
        """Make the copy that is to be written, where the picture's EXIF lacks anything.

        False if that failed for no reason of the picture's: a plain one would stay so for good.
        """
        work = self._work
        original = work.store.sealed_path(each.sha256)
        if original is None:
            return True
        facts = sidecar_of(work.catalog, each.fact.photo_id)
        making = partial(
            prepare, original, each.sha256, facts, folder, f"{each.fact.photo_id}.made"
        )
        try:
            each.made = await trio.to_thread.run_sync(making)
        except (Refused, Corrupt) as error:
            work.tally.plain.append(f"{each.fact.name}: {error.what}")
        except StoreError as error:  # the Cache's disk is full, or fails: the next run makes it
            work.tally.failed.append(f"{each.fact.name}: {error.what}")
            return False
        return True

    # bytes into the store

    async def _have(self, step: Bring | Renew, here: list[tuple[Bring | Renew, str, bool]]) -> None:
        """Have a photo's bytes in the store; what fails is noted, and the others go on."""
        fact = step.fact
        if isinstance(step, Renew) and self._is_lesser(fact):
            return
        if fact.sha256 is not None and self._work.store.has_sealed(fact.sha256) is not None:
            here.append((step, fact.sha256, False))
            return
        if fact.sha256 is not None and self._can_reclaim(step):
            here.append((step, fact.sha256, False))
            return
        async with self._fetch_limit:
            if self.trouble is not None:
                return
            try:
                arrival = await self._work.fetching.whole(fact.photo_id, person=False)
            except PhotofsError as error:
                self._note_failure(fact, error)
                return
        self._failures = 0
        if arrival.sha256 is not None:
            here.append((step, arrival.sha256, True))

    def _note_failure(self, fact: Fact, error: PhotofsError) -> None:
        """Remember why a photo did not come; a line that is away ends the run."""
        self._work.tally.failed.append(f"{fact.name}: {error.what}")
        if isinstance(error, Full):
            self.trouble = error
        elif isinstance(error, RemoteError) and not isinstance(error, Gone):
            self._failures += 1
            if self._failures >= AWAY:
                self.trouble = error
        else:
            self._failures = 0

    def _is_lesser(self, fact: Fact) -> bool:
        """Whether what the photo shows now is less than what is here; then that stays.

        Noted as this version's, so that nobody looks again until the bytes change once more.
        """
        fidelity, _ = self._origin(fact.photo_id, fact.content_key, fact.sha256 or "")
        if fact.fidelity != Fidelity.ORIGINAL.value or fidelity is Fidelity.ORIGINAL:
            return False
        copy = self._work.catalog.copy(fact.copy_id or 0)
        if copy is not None:
            with self._work.catalog.database.transaction():
                self._work.catalog.set_version(
                    copy.copy_id, fact.content_key, copy.fidelity, copy.observation
                )
        return True

    def _origin(self, photo_id: int, content_key: str, sha256: str) -> tuple[Fidelity, int | None]:
        """How near to the original the bytes of a version are, and by whose record."""
        for origin in self._work.catalog.origins(photo_id):
            if origin.seen.content_key == content_key:
                sent = self._work.catalog.sent_as(origin.observation_id)
                own = sent is not None and sent == sha256
                fidelity = Fidelity.ORIGINAL if own else origin.seen.fidelity
                return fidelity, origin.observation_id
        return Fidelity.ORIGINAL, None

    # what is there already

    def _can_reclaim(self, step: Bring | Renew) -> bool:
        """Whether a file of the mirror can become the photo's: one that has a row keeps that."""
        new = isinstance(step, Bring) and step.fact.copy_id is None
        return new and self._in_mirror(step.fact) is not None

    def _in_mirror(self, fact: Fact) -> CopyRow | None:
        """A file of this mirror that has the bytes, and that nobody else needs."""
        roles = {Role.VANISHED, Role.FOUND}
        for copy in self._work.catalog.copies_with_bytes(self._work.mirror_id, fact.sha256 or ""):
            mine = copy.photo_id in {None, fact.photo_id}
            if copy.role in roles and mine and copy.state in {CopyState.GOOD, CopyState.SUSPECT}:
                return copy
        return None

    async def _settled(self, step: Bring | Renew, sha256: str, fetched: bool) -> Ready | None:  # noqa: FBT001 - part of a row
        """The same; None, too, if something else stands where a folder of the mirror was."""
        try:
            return await self._settle(step, sha256, fetched)
        except NotFolder as error:
            self._work.tally.failed.append(f"{step.fact.name}: {error.what}")
            return None

    async def _settle(self, step: Bring | Renew, sha256: str, fetched: bool) -> Ready | None:  # noqa: FBT001 - part of a row
        """What is still to be written of a photo; None if the mirror has it by now."""
        work, fact = self._work, step.fact
        facts = work.catalog.photo_facts(fact.photo_id)
        fidelity, observation = self._origin(fact.photo_id, facts.content_key, sha256)
        if isinstance(step, Renew) and sha256 == fact.copy_sha256:
            with work.catalog.database.transaction():
                work.catalog.set_version(
                    fact.copy_id or 0, facts.content_key, fidelity, observation
                )
            return None
        if isinstance(step, Renew):
            fact = await self._retire(fact)
        else:
            old = self._in_mirror(fact._replace(sha256=sha256))
            if old is not None and await self._reclaim(
                old, step, (facts.content_key, fidelity, observation)
            ):
                return None
        return Ready(fact, step.wished, sha256, facts.content_key, fetched, fidelity, observation)

    async def _retire(self, fact: Fact) -> Fact:
        """The file that is there is a former one from now on."""
        copy = self._work.catalog.copy(fact.copy_id or 0)
        if copy is not None:
            if not await self._work.move(copy, self._work.former_names(copy.path), Role.FORMER):
                with self._work.catalog.database.transaction():
                    self._work.catalog.note_copy_state(
                        copy.copy_id, CopyState.ABSENT, "it was not there any more"
                    )
                return fact
            self._work.tally.versions += 1
        return fact._replace(copy_id=None)

    async def _reclaim(
        self, old: CopyRow, step: Bring | Renew, version: tuple[str, Fidelity, int | None]
    ) -> bool:
        """A file that vanished, or was there before, is the photo's again."""
        work, fact = self._work, step.fact
        if fact.copy_id is not None:
            return False
        names = work.names(fact._replace(copy_id=old.copy_id), step.wished)
        if not await work.move(old, names):
            work.catalog.note_copy_state(old.copy_id, CopyState.ABSENT, GONE)
            return False
        with work.catalog.database.transaction():
            work.catalog.set_role(old.copy_id, Role.CURRENT, fact.photo_id)
            work.catalog.set_version(old.copy_id, *version)
            work.catalog.set_placing(old.copy_id, step.wished, fact.placing)
        if old.shown_ns != fact.mtime_ns:
            await retime(work, old, fact.mtime_ns)
        work.count_claimed(old)
        return True

    # bytes into the mirror

    async def _write_all(self, ready: list[Ready]) -> None:
        """Rows, files, syncs, rows."""
        work = self._work
        # what is pinned, or nowhere else any more, stays in the Cache whatever the mirror has
        self._spared = work.catalog.pinned_hashes() | work.catalog.only_here()
        uses = Counter(each.sha256 for each in ready)
        self._shared = {sha256 for sha256, number in uses.items() if number > 1}
        self._begin(ready)
        while True:
            async with trio.open_nursery() as nursery:
                for each in ready:
                    if each.stamp is None:
                        nursery.start_soon(self._write, each)
            clashing = [each for each in ready if each.stamp is None and each.path]
            if not clashing:
                break
            self._begin(clashing)
        written = [each for each in ready if each.stamp is not None]
        for folder in sorted({folder_of(each.path) for each in written}):
            await work.disk.ask(work.folder.sync, folder)
        await work.disk.ask(work.folder.check)
        with work.catalog.database.transaction():
            for each in written:
                if each.stamp is not None:
                    work.catalog.note_written(each.copy_id, each.stamp, work.now_ns())
                    work.tally.written += 1
                    work.tally.fresh.add(each.fact.photo_id)
                    work.tally.size += each.stamp.size
        await self._let_go(written)

    def _begin(self, ready: Sequence[Ready]) -> None:
        """Note what is about to be written, each under a name that no row has."""
        work = self._work
        with work.catalog.database.transaction():
            for each in ready:
                if not each.path:
                    each.names = work.names(each.fact, each.wished)
                each.path = next(each.names)
                new = self._row(each)
                if each.copy_id or each.fact.copy_id:
                    each.copy_id = each.copy_id or each.fact.copy_id or 0
                    work.catalog.begin_copy_again(each.copy_id, new, work.now_ns())
                else:
                    each.copy_id = work.catalog.begin_copy(new, work.now_ns())
                    each.fact = each.fact._replace(copy_id=each.copy_id)
            work.catalog.mark_stale(work.mirror_id, {folder_of(each.path) for each in ready})

    def _row(self, each: Ready) -> NewCopy:
        facts = self._work.catalog.photo_facts(each.fact.photo_id)
        made = each.made
        return NewCopy(
            self._work.mirror_id,
            each.fact.photo_id,
            each.path,
            each.wished,
            each.fact.placing,
            facts.mtime_ns,
            each.content_key,
            each.written_sha256,
            made.size if made else facts.size,
            each.fidelity,
            each.observation,
            made.embedded if made else None,
        )

    async def _write(self, each: Ready) -> None:
        """One file; its stamp stays None where another file stands in the way."""
        work = self._work
        mtime_ns = work.catalog.photo_facts(each.fact.photo_id).mtime_ns
        room = work.store.has_sealed(each.sha256)
        movable = str(work.store.sealed_path(each.sha256)) if self._may_take(each, room) else None
        fd = os.open(each.made.path, _READ) if each.made else work.store.open_sealed(each.sha256)
        if fd is None:
            work.tally.failed.append(f"{each.fact.name}: its bytes left the cache meanwhile")
            each.path = ""
            return
        try:
            async with self._write_limit:
                each.stamp = await work.disk.ask(_place, work, each, fd, mtime_ns, movable)
        except Corrupt as error:
            work.tally.failed.append(f"{each.fact.name}: {error.what}")
            await trio.to_thread.run_sync(work.store.verify, each.sha256)
            each.path = ""
        except (BadName, TooLong) as error:  # of this file alone
            work.tally.failed.append(f"{each.fact.name}: {error.what}")
            each.path = ""
        except NotFolder as error:
            work.tally.failed.append(f"{each.fact.name}: {error.what}")
            work.catalog.note_copy_state(each.copy_id, CopyState.ABSENT, BLOCKED)
            each.path = ""
        finally:
            os.close(fd)

    def _may_take(self, each: Ready, room: Room | None) -> bool:
        """Whether the Cache's file itself may become the mirror's, as no other photo needs it."""
        needed = each.sha256 in self._spared or each.sha256 in self._shared
        return room is Room.CACHE and not needed and each.made is None

    async def _let_go(self, written: Sequence[Ready]) -> None:
        """What was fetched for the mirror alone leaves the Cache: what people read stays there."""
        for each in written:
            if each.fetched and each.sha256 not in self._spared:
                try:
                    await trio.to_thread.run_sync(self._work.store.free, each.sha256)
                except (StoreError, NotFound) as error:
                    self._work.tally.failed.append(f"{each.fact.name}: {error.what}")


def _place(work: Work, each: Ready, fd: int, mtime_ns: int, movable: str | None) -> Stamp | None:
    """In a thread: the file in its place; None if another one stands there."""
    try:
        if movable is not None and not work.folder.can_share(fd):
            taken = work.folder.take(movable, each.path, mtime_ns)
            if taken is not None:
                return taken
        return work.folder.write(each.path, fd, each.written_sha256, mtime_ns)
    except Exists:
        return _adopted(work, each, fd, mtime_ns)


def _adopted(work: Work, each: Ready, fd: int, mtime_ns: int) -> Stamp | None:
    """What stands there, if it has the very bytes: a killed run wrote it, or an older catalog's."""
    there = work.folder.stamp(each.path)
    if there is None or there.size != os.fstat(fd).st_size:
        return None
    if work.folder.hash(each.path) != each.written_sha256:
        return None
    return work.folder.touch(each.path, mtime_ns)
