"""The one way in: bytes that programs write (docs/decisions/0008).

A photo that is opened for writing is read as before until the first write: then it gets a file of
its own in the store, filled with the photo's bytes, unless the program empties it. `flush` is the
promise: once it has returned, bytes, name and row survive a power cut.
"""

import os
import time
from collections.abc import Callable
from typing import Final
from weakref import WeakValueDictionary

import trio

from photofs.model.choke import Choke
from photofs.model.errors import Busy, NotFound, Refused, StoreError, TooLong
from photofs.model.spot import Spot
from photofs.model.wish import Asker
from photofs.originals.disk_errors import disk_errors
from photofs.volume.drafts import Draft, WritingHandle, WrittenHandle
from photofs.volume.volume import Opened, Volume
from photofs.volume.writer import Disk, Writer

TRIES: Final = 200
PAUSE: Final = 0.05
"""A file that is just being sealed is asked for again: ten seconds hash some 10 GB."""

LONGEST: Final = 1 << 44
"""Bytes: what ext4 lets a file have. Lengths of sparse files on other disks, added up, would go
beyond what the catalog's numbers hold; no service takes a thousandth of it."""

FILLS: Final = 3
"""How often an original is brought in anew that was evicted before it could be copied."""


class Intake:
    """Writing to the files of one volume."""

    def __init__(
        self,
        volume: Volume,
        disk: Disk,
        writer: Writer,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Nothing is open for writing yet. `clock` gives seconds."""
        self._volume = volume
        self._drafts = volume.drafts
        self._disk = disk
        self._writer = writer
        self._choke = Choke(clock)
        self._turns: WeakValueDictionary[int, trio.Lock] = WeakValueDictionary()

    async def create(self, spot: Spot, asker: Asker) -> Opened:
        """A new file, open; it is durable from its first flush on. Exists, Refused."""
        written = await self._writer.do(lambda wishes: wishes.create(spot, asker), spot)
        draft = Draft(written.ino, written.draft, changed=True)
        self._drafts.add(draft)
        return self._volume.adopt(written.ino, await self._open(draft, fresh=True), asker)

    async def open(self, ino: int, asker: Asker, *, empty: bool) -> Opened:
        """A photo or file for writing; emptied at once, or else as it is until the first write."""
        self._volume.check_may_write(ino)
        if empty:
            handle = await self._begin(ino, asker, empty=True)
            await self._cut(handle, 0)
            return self._volume.adopt(ino, handle, asker)
        return await self._volume.open(ino, asker)

    async def write(self, number: int, offset: int, data: bytes) -> int:
        """Into an open file; how much of it that is. Refused if it was opened for reading."""
        handle = self._volume.handle(number)
        if not isinstance(handle, WritingHandle):
            handle = await self._begin_at(number, empty=False)
        _check_length(offset + len(data))
        began = self._choke.begin()
        if began is None:
            return await trio.to_thread.run_sync(handle.write, offset, data)
        done = handle.write(offset, data)
        self._choke.ended(began)
        return done

    async def truncate(self, number: int, size: int) -> None:
        """Cut or lengthen an open file."""
        handle = self._volume.handle(number)
        if not isinstance(handle, WritingHandle):
            handle = await self._begin_at(number, empty=size == 0)
        await self._cut(handle, size)

    async def truncate_closed(self, ino: int, size: int, asker: Asker) -> None:
        """Cut or lengthen a file that the program does not have open; durable."""
        opened = await self.open(ino, asker, empty=size == 0)
        try:
            if size:
                await self.truncate(opened.number, size)
            await self.flush(opened.number)
        finally:
            self._volume.release(opened.number)

    async def flush(self, number: int) -> None:
        """Bytes, name and row are durable once this returns; Full, StoreError if they are not."""
        handle = self._volume.handle(number)
        if isinstance(handle, WritingHandle) and handle.draft.changed:
            await self._settle(handle)

    def is_nameless(self, ino: int) -> bool:
        """Whether a file is only there for who has it open, and nothing is noted of it."""
        draft = self._drafts.get(ino)
        return draft is not None and draft.gone

    def set_time(self, ino: int, mtime_ns: int) -> None:
        """A program set a time: the open file follows, so that a later write is seen to move it."""
        draft = self._drafts.get(ino)
        if draft is not None and draft.writers:
            draft.set_time(next(iter(draft.writers)).fd, mtime_ns)

    async def _settle(self, handle: WritingHandle) -> None:
        """One after the other for each file: who comes second has to wait for the first."""
        draft = handle.draft
        async with draft.turn:
            if not draft.changed:
                return
            draft.changed = False
            try:
                await trio.to_thread.run_sync(
                    lambda: self._disk.sync(handle.fd, name_too=not draft.named)
                )
                draft.named = True
                if not draft.gone:
                    await self._note(draft, handle.fd)
            except BaseException:
                draft.changed = True
                raise

    async def _note(self, draft: Draft, fd: int) -> None:
        """In the catalog, as it is then; nothing for a file that was removed meanwhile."""
        try:
            await self._writer.do(lambda wishes: wishes.written(draft.ino, *draft.told(fd)))
        except NotFound:
            draft.gone = True

    async def _cut(self, handle: WritingHandle, size: int) -> None:
        _check_length(size)
        handle.draft.changed = True
        with disk_errors("cutting a file"):
            await trio.to_thread.run_sync(os.ftruncate, handle.fd, size)

    async def _begin_at(self, number: int, *, empty: bool) -> WritingHandle:
        """Begin to write what was opened as it is."""
        ino, asker = self._volume.opened_by(number)
        if asker is None:
            raise Refused("this file was opened for reading", remedy="open it for writing")
        try:
            made = await self._begin(ino, asker, empty=empty)
        except NotFound:
            made = self._begin_nameless(number, ino)
        here = self._volume.handle(number)
        if isinstance(here, WritingHandle):  # another request of the same handle was faster
            made.close()
            return here
        self._volume.replace(number, made)
        return made

    def _begin_nameless(self, number: int, ino: int) -> WritingHandle:
        """Begin to write what was removed while it was open; nothing is kept of it."""
        here = self._volume.handle(number)
        fd = self._disk.open_again(here.fd) if isinstance(here, WrittenHandle) else None
        if fd is None:
            raise NotFound("this file is no longer there")
        draft = self._drafts.get(ino)
        if draft is None:
            draft = Draft(ino, "", gone=True)
            self._drafts.add(draft)
        return WritingHandle(self._drafts, draft, fd)

    async def _begin(self, ino: int, asker: Asker, *, empty: bool) -> WritingHandle:
        """A handle to write with, on the file that everybody writes who has that photo open.

        While a writer has it open nobody seals it. If the last one went while we were opening it,
        it may have been sealed, and it is begun anew.
        """
        async with self._turns.setdefault(ino, trio.Lock()):
            for _ in range(TRIES):
                present = await self._present(ino, empty=empty)
                draft = self._drafts.get(ino)
                if draft is not None and draft.gone:
                    raise NotFound("this file is no longer there")
                anew = draft is None or not draft.writers
                if draft is None or anew:
                    draft = await self._begin_anew(ino, asker, present)
                handle = await self._open(draft, fresh=False)
                if anew:
                    self._show_to_readers(draft)
                if anew or len(draft.writers) > 1:
                    return handle
                handle.close()
        raise StoreError("a file is closed as soon as it is opened", remedy="try again")

    async def _present(self, ino: int, *, empty: bool) -> str | None:
        """The hash of the bytes that are to stay, whole on this disk; None if none are to come.

        It may take long, and others write meanwhile: whoever awaits it looks again afterwards.
        """
        draft = self._drafts.get(ino)
        if empty or (draft is not None and draft.writers) or self._volume.draft_here(ino):
            return None
        self._volume.check_as_it_is(ino)
        return await self._volume.whole(ino)

    async def _begin_anew(self, ino: int, asker: Asker, present: str | None) -> Draft:
        """Note that other bytes are coming, and bring in the present ones if they are to stay.

        First the bytes are had and only then the row says so: where they cannot be had, nothing
        has changed. A row without its file is a writing that ended before its first byte.
        """
        begun = await self._writer.do(lambda wishes: wishes.overwrite(ino, asker))
        here = self._drafts.get(ino)
        if here is not None and here.name == begun.written.draft:
            return here  # a file that is open took the photo's place meanwhile
        draft = Draft(ino, begun.written.draft)
        if present is not None and not self._volume.draft_here(ino):
            await self._fill(draft, present)
        self._drafts.add(draft)
        return draft

    async def _fill(self, draft: Draft, sha256: str) -> None:
        """Copy the original, which may be evicted before it is."""
        for left in reversed(range(FILLS)):
            try:
                await trio.to_thread.run_sync(self._disk.fill, draft.name, sha256)
            except NotFound:
                if not left:
                    raise
                sha256 = await self._volume.whole(draft.ino)
            else:
                draft.named = True
                return

    def _show_to_readers(self, draft: Draft) -> None:
        """Who reads the photo just now, or opens it, sees what is written from now on."""
        self._volume.bytes_changed(draft.ino)
        for number in self._volume.open_numbers(draft.ino):
            fd = self._disk.open_for_reading(draft.name)
            if fd is not None:
                self._volume.replace(number, WrittenHandle(fd))

    async def _open(self, draft: Draft, *, fresh: bool) -> WritingHandle:
        """A handle on it; waits for whoever looks at the file just now."""
        for _ in range(TRIES):
            try:
                fd = await trio.to_thread.run_sync(
                    lambda: self._disk.open_for_writing(draft.name, fresh=fresh)
                )
            except Busy:
                await trio.sleep(PAUSE)
                continue
            return WritingHandle(self._drafts, draft, fd)
        raise StoreError("a file stays locked by another process", remedy="see `photofs status`")


def _check_length(size: int) -> None:
    """TooLong for what no disk is asked for."""
    if size > LONGEST:
        raise TooLong(
            "no file here can be longer than 16 TiB", safe="nothing was changed", remedy="split it"
        )
