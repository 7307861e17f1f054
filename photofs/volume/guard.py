"""Refuses programs that draw or index a photo whose bytes are not here, once they had their share.

photofs/model/guard.py decides; here is who asks, what is here, and what was read. Only opens of
what would have to be fetched from a service come by here: nothing else costs anything.
"""

import logging
import shlex
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final, NamedTuple, Protocol

import trio

from photofs.catalog.mirrored import Readable
from photofs.catalog.port import OriginRow, PhotoRow, SourceRow
from photofs.kernel.process import Caller as Process
from photofs.kernel.process import caller_of
from photofs.model.errors import Guarded
from photofs.model.guard import Accounts, Caller, Leave, Reading, Told, short_names
from photofs.volume.guard_rules import GuardRules, Standing
from photofs.volume.handles import DraftHandle, Handle

log = logging.getLogger(__name__)

TOLD_AGAIN_S: Final = 3600.0
"""Seconds after which the log names the same program once more."""

ASKING_S: Final = 2.0
"""Seconds for finding out who opens a photo, which takes 0.1 ms; who is not told then is free."""

ASKED_AT_ONCE: Final = 8
"""Threads for that, of which each may wait for a process that hangs."""

NOTED_S: Final = 1.0
"""Seconds between two notes of what was refused: so much of the end of a burst is told of later."""


class Places(Protocol):
    """What of the catalog tells where a photo's bytes are."""

    def origins(self, photo_id: int) -> Sequence[OriginRow]:
        """The ways to its bytes."""
        ...

    def sources(self) -> Sequence[SourceRow]:
        """All sources."""
        ...

    def readable_copies(self, sha256: str) -> Sequence[Readable]:
        """Where in mirrors an original may be read from."""
        ...


class Surroundings(NamedTuple):
    """What the guard asks and tells.

    `is_local` is asked of a provider's name, `is_attached` of a mirror's folder; `note` hears what
    was refused, in a thread. `patience`: seconds for `caller`, which is asked in one as well.
    """

    places: Places
    is_local: Callable[[str], bool]
    is_attached: Callable[[str], bool]
    note: Callable[[list[Told]], None]
    caller: Callable[[int], Process | None] = caller_of
    clock: Callable[[], float] = time.monotonic
    patience: float = ASKING_S


class GuardedHandle:
    """An open photo of which it is noted how much is read."""

    whole = False

    def __init__(self, handle: Handle, size: int, closed: Callable[[Reading], None]) -> None:
        """Takes the handle over; `closed` hears what was read."""
        self._handle = handle
        self._reading = Reading(size)
        self._closed = closed

    async def read(self, offset: int, length: int) -> bytes:
        """As Handle says."""
        data = await self._handle.read(offset, length)
        self._reading.note(offset, len(data))
        return data

    def close(self) -> None:
        """Give the descriptor back."""
        self._handle.close()
        self._closed(self._reading)


class Entry:
    """One open that is under way."""

    def __init__(self, settle: Callable[[Reading], None] | None) -> None:
        """`settle` is None for what is not counted."""
        self._settle = settle

    def watched(self, handle: Handle, size: int) -> Handle:
        """The handle, with its reads noted if they count."""
        return handle if self._settle is None else GuardedHandle(handle, size, self._settle)


class Guard:
    """The guard of one mount."""

    def __init__(self, rules: GuardRules, around: Surroundings) -> None:
        """Nobody has opened anything."""
        self._rules = rules
        self._around = around
        self._accounts = Accounts(rules.now().share)
        self._named: dict[str, float] = {}
        self._noted = -NOTED_S
        self._noting = False
        self._limiter = trio.CapacityLimiter(ASKED_AT_ONCE)

    async def asker(self, photo: PhotoRow, thread: int) -> Caller | None:
        """Who is counted for opening a photo that is not in the store; None if nobody is.

        `thread`: whose request it is, 0 if that cannot be told. A process's arguments are read from
        its memory, and who waits for that may wait for ever (proc_pid_cmdline(5) takes its map's
        lock): nobody else is to.
        """
        standing = self._rules.now()
        if not standing.on or not thread or self._is_here(photo):
            return None
        process = None
        with trio.move_on_after(self._around.patience):
            process = await trio.to_thread.run_sync(
                self._around.caller, thread, abandon_on_cancel=True, limiter=self._limiter
            )
        return process and _counted(process, standing)

    @contextmanager
    def entry(self, photo: PhotoRow, caller: Caller | None) -> Iterator[Entry]:
        """Around the opening of a photo by whom `asker` has told; Guarded."""
        leave = self._leave(photo, caller)
        if leave is None:
            yield Entry(None)
            return
        accounts = self._accounts
        try:
            yield Entry(lambda reading: accounts.settle(leave, reading, self._around.clock()))
        except BaseException:
            accounts.withdraw(leave)
            raise

    def _leave(self, photo: PhotoRow, caller: Caller | None) -> Leave | None:
        """Leave to open a photo; None if that is not counted."""
        if caller is None:
            return None
        share = self._rules.now().share
        if self._accounts.share != share:
            self._accounts = Accounts(share)
        leave = self._accounts.ask(caller, photo.photo_id, self._around.clock())
        if leave is None:
            self._tell(caller)
            raise Guarded(
                f"{caller.name} has had its share of photos that are not on this disk",
                safe="nothing was fetched",
                remedy=f"`photofs guard allow {_word(caller)}` lets it fetch as many as it likes",
            )
        return leave

    def _is_here(self, photo: PhotoRow) -> bool:
        """Whether the bytes lie on a disk that is attached here: an export, a folder, a mirror."""
        places = self._around.places
        local = {
            each.source_id for each in places.sources() if self._around.is_local(each.provider)
        }
        ways = places.origins(photo.photo_id) if local else ()
        if any(each.source_id in local and not each.seen.missing for each in ways):
            return True
        copies = places.readable_copies(photo.sha256) if photo.sha256 else ()
        return any(self._around.is_attached(copy.root) for copy in copies)

    def _tell(self, caller: Caller) -> None:
        """One line in the log a program, and a note for `photofs status`."""
        now = self._around.clock()
        if now - self._named.get(caller.key, -TOLD_AGAIN_S) >= TOLD_AGAIN_S:
            recent = {key: at for key, at in self._named.items() if now - at < TOLD_AGAIN_S}
            self._named = {**recent, caller.key: now}
            log.warning(
                "%s opens photos that are not on this disk, %s: it gets no more for some time,"
                " and what is here as ever; `photofs guard allow %s` lets it",
                caller.name,
                "and is known to draw or index" if caller.known else "and reads only their heads",
                _word(caller),
            )
        if now - self._noted >= NOTED_S and not self._noting:
            self._noting = True
            note = partial(self._note, self._accounts.told())
            try:
                trio.lowlevel.start_thread_soon(note, lambda _: None)
                self._noted = now
            except RuntimeError:  # the system gives no more threads: the next refusal is noted
                self._noting = False

    def _note(self, told: list[Told]) -> None:
        """In a thread, which nobody waits for: a disk may let those wait who write to it."""
        try:
            self._around.note(told)
        except Exception:
            log.exception("what was refused could not be noted")
        finally:
            self._noting = False


async def guarded(
    guard: Guard | None,
    photo: PhotoRow,
    thread: int,
    open_draft: Callable[[PhotoRow], Awaitable[DraftHandle]],
) -> Handle:
    """A photo that is not in the store, opened by who may open it; Guarded."""
    if guard is None:
        return await open_draft(photo)
    with guard.entry(photo, await guard.asker(photo, thread)) as entry:
        draft = await open_draft(photo)
        return entry.watched(draft, draft.size)


def _word(caller: Caller) -> str:
    """The name as it can be pasted into a shell: "Web Content" is one, "-bash" another."""
    quoted = shlex.quote(caller.name)
    return f"-- {quoted}" if caller.name.startswith("-") else quoted


def _counted(process: Process, standing: Standing) -> Caller | None:
    """Under what a program is counted; None for one that is free.

    One that is known is one, however many processes it starts. Others are told apart by who started
    them, but not by their own number: a shell's loop starts `head` anew for each photo.
    """
    name = process.shown
    names = short_names((*process.names, name))  # as the log calls it, too
    if names & standing.free:
        return None
    known = bool(names & standing.drawers)
    return Caller(name if known else f"{name} {process.parent}", name, known)
