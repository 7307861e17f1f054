"""One photo's fetch: who waits, what has arrived, and the steps from an origin to a sealed file.

Bytes are written to the draft as they come and told at once to whoever waits for them. The last
byte is told only when the length is beyond doubt and, where the source names a hash, after the hash
was found right: a program that read to the end has read what the source promised.
"""

import logging
import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import trio

from photofs.catalog.port import FetchWrites, LibraryReads, OriginRow, PhotoRow
from photofs.model.errors import Busy, Corrupt, PhotofsError
from photofs.model.ranges import Ranges
from photofs.model.span import Span
from photofs.originals.port import Draft, DraftKey, DraftReader, OriginalStore, Sealed
from photofs.volume.endings import LOOKED_AT, ends_well
from photofs.volume.fetching import Arrival
from photofs.volume.log_name import log_name
from photofs.volume.mirror_copies import MirrorCopies
from photofs.volume.noting import offer
from photofs.volume.plan import ENDLESS, FIRST_WINDOW, LAST_WINDOW, complement
from photofs.volume.sources import OpenProvider
from photofs.volume.want import Want

if TYPE_CHECKING:
    from photofs.model.observation import ContentHash

log = logging.getLogger(__name__)

WATCH_EVERY = 0.05
"""Seconds between two looks at a draft that another process writes."""

NOTE_AWAITED = 1.0
"""Seconds for which another process may still have to note what it sealed."""


class Pieces(NamedTuple):
    """What fetching is put together from; `copies`: those in mirrors. One thread uses them all."""

    library: LibraryReads
    learnt: FetchWrites
    store: OriginalStore
    open_provider: OpenProvider
    copies: MirrorCopies | None = None


class Fetch:
    """The state of one photo's fetch, in one task; `wants` may come and go at any time."""

    def __init__(self, photo_id: int, pieces: Pieces, sealed_ino: int | None = None) -> None:
        """Nobody waits yet, nothing is open. `sealed_ino`: the draft that was sealed last.

        `flush` writes what has come and is not in the draft yet; set by who fills it. `before`: the
        hash that the photo had when this began.
        """
        self.photo_id = photo_id
        self.pieces = pieces
        self.name = partial(log_name, pieces.library, photo_id)
        self.wants: list[Want] = []
        self.complete = False
        self.content_key = ""
        self.before: str | None = None
        self.draft: Draft | None = None
        self.draft_ino = sealed_ino
        self.arrived = Ranges()
        self.hash: ContentHash | None = None
        self.unsure = False
        self.sealed: Sealed | None = None
        self.window = FIRST_WINDOW
        self.furthest = 0
        self.flush: Callable[[], None] = lambda: None
        self._sealing: int | None = None
        self._noted_size: int | None = None
        self._stirred = trio.Event()

    # who waits

    def add(self, want: Want) -> None:
        """Somebody waits from now on."""
        self.wants.append(want)
        self.complete = self.complete or want.sealed
        near = want.span.start <= self.furthest
        self.window = min(self.window * 2, LAST_WINDOW) if near else FIRST_WINDOW
        self.furthest = max(self.furthest, want.span.stop) if near else want.span.stop
        if want.draft not in {None, self.draft_ino}:
            self._know_file()
        self.flush()
        self.settle()
        self._stirred.set()

    def remove(self, want: Want) -> None:
        """It no longer waits."""
        if want in self.wants:
            self.wants.remove(want)
        self._stirred.set()

    async def stir(self, seconds: float) -> bool:
        """Wait until somebody comes or goes; False after so many seconds of quiet."""
        self._stirred = trio.Event()
        with trio.move_on_after(seconds):
            await self._stirred.wait()
            return True
        return False

    @property
    def wanted(self) -> Span | None:
        """The stretch that somebody has waited for longest; None if it is only size or sealing."""
        spans = (want.span for want in self.wants if want.span.length and not want.sealed)
        return next(spans, None)

    def is_awaited_by(self, stop: int) -> bool:
        """Whether somebody waits for bytes that are all there once those up to `stop` are."""
        spans = [want.span for want in self.wants if want.span.length]
        return any(min(span.stop, self.size or stop) <= stop for span in spans)

    def settle(self) -> None:
        """Tell everybody whose wish has come true."""
        if self.sealed is not None:
            self._refuse_other_files()
        for want in [*self.wants]:
            arrival = self._arrival(want)
            if arrival is not None:
                self.wants.remove(want)
                want.fulfil(arrival)

    def fail(self, error: PhotofsError, when: Callable[[Want], bool] = lambda _: True) -> None:
        """Tell everybody (for whom `when` holds) that it will not come."""
        for want in [want for want in self.wants if when(want)]:
            self.wants.remove(want)
            want.fail(error)

    def _arrival(self, want: Want) -> Arrival | None:
        """What can be told to a want now."""
        if self.sealed is not None:
            size = self.sealed.size
            return Arrival(self.content_key, size, Span(0, size), self.sealed.sha256)
        size_known = self.size
        if size_known is None or size_known != self._noted_size or want.sealed:
            return None
        span = Span(want.span.start, min(want.span.stop, size_known))
        if span.length <= 0:
            return Arrival(self.content_key, size_known, Span(want.span.start, span.start), None)
        if want.draft not in {None, self.draft_ino}:
            return None
        stop = self._told_up_to(span.start, size_known)
        if stop < span.stop:
            return None
        return Arrival(self.content_key, size_known, Span(span.start, stop), None)

    def _told_up_to(self, start: int, size: int) -> int:
        """How far the bytes from `start` on are there and may be told of."""
        told = size - 1 if self.unsure or self.hash is not None else size
        gaps = self.arrived.missing(Span(start, size))
        return min(gaps[0].start if gaps else size, told)

    # what is here

    @property
    def size(self) -> int | None:
        """The exact length, as far as known."""
        return self.draft.size if self.draft is not None else self._sealing

    @property
    def is_whole(self) -> bool:
        """Whether every byte has arrived."""
        return self.size is not None and self.arrived.whole(self.size)

    @property
    def key(self) -> DraftKey:
        """The draft's name."""
        return DraftKey(self.photo_id, self.content_key)

    def find_sealed(self, row: PhotoRow | None = None) -> bool:
        """Whether the catalog and the store have the whole original; then everybody is told."""
        row = row or self.pieces.library.photo(self.photo_id)
        room = None if row.sha256 is None else self.pieces.store.has_sealed(row.sha256)
        if row.sha256 is None or row.size is None or room is None:
            return False
        if not self._has_right_length(row.sha256, row.size):
            return False
        self.sealed = Sealed(row.sha256, row.size, room)
        self.settle()
        return True

    def _has_right_length(self, sha256: str, size: int) -> bool:
        """Whether the sealed file is as long as it was; one in the Cache that is not goes."""
        status = self.pieces.store.sealed_status(sha256)
        if status is None or status.st_size == size:
            return status is not None
        log.warning("%s: its original here is damaged; it is fetched anew", self.name())
        self.pieces.store.free(sha256)
        return False

    async def lock(self, origin: OriginRow, size: int | None) -> bool:
        """Open the draft for writing; False if another process brought the original meanwhile.

        While another process writes it, its progress is watched: what it brings is told here too.
        """
        self.content_key = origin.seen.content_key
        self.hash = origin.seen.hash
        self.unsure = False
        shared = any(want.draft is not None for want in self.wants)
        while True:
            try:
                self.draft = self.pieces.store.open_draft(self.key, size)
            except Busy:
                shared = True
                watched = self._watch()
                await trio.sleep(WATCH_EVERY)
                if not watched and self.find_sealed():
                    return False
            else:
                if shared and await self._was_sealed_elsewhere(self.draft):
                    return False
                self._noted_size = size
                if self.draft.size not in {None, size}:  # who learnt it was killed before the note
                    await self._note_size(self.draft.size)
                self._look_at_draft()
                return True

    async def _was_sealed_elsewhere(self, draft: Draft) -> bool:
        """Whether the draft is empty because another process sealed it; its note is awaited."""
        with trio.move_on_after(NOTE_AWAITED):
            while draft.missing(Span(0, ENDLESS)) == [Span(0, ENDLESS)]:
                if self.find_sealed():
                    self.close()
                    return True
                await trio.sleep(WATCH_EVERY)
        return False

    def _look_at_draft(self) -> None:
        """Note what the draft holds and which file it is; refuse readers of another one."""
        if self.draft is None:
            return
        everything = Span(0, ENDLESS if self.draft.size is None else self.draft.size)
        self.arrived = complement(self.draft.missing(everything), everything)
        self.draft_ino = None
        self._know_file()
        self.settle()

    def _know_file(self) -> None:
        """Find out which file the draft is, if a reader has one open; refuse those of another."""
        if self.draft is not None and any(want.draft is not None for want in self.wants):
            self.draft_ino = self._inode()
            self._refuse_other_files()

    def _refuse_other_files(self) -> None:
        """Tell readers who have another file open than the one that the bytes are in."""
        if all(want.draft in {None, self.draft_ino} for want in self.wants):
            return
        inos = {None, self.draft_ino, self._sealed_inode()}
        changed = Corrupt(
            "the original was replaced at its source while it was being read",
            safe="nothing was mixed",
            remedy="open it again",
        )
        self.fail(changed, lambda want: want.draft not in inos)

    def _sealed_inode(self) -> int | None:
        """The inode of the sealed file, if it is here."""
        status = self.pieces.store.sealed_status(self.sealed.sha256) if self.sealed else None
        return None if status is None else status.st_ino

    def _inode(self) -> int | None:
        """The inode of the draft's file."""
        reader = self.pieces.store.read_draft(self.key)
        if reader is None:
            return None
        try:
            return os.fstat(reader.fileno()).st_ino
        finally:
            reader.close()

    def _watch(self) -> bool:
        """Look once at a draft that another process writes; False once it is gone."""
        reader = self.pieces.store.read_draft(self.key)
        if reader is None:
            return False
        try:
            reader.refresh()
            self._tell_of(reader)
        finally:
            reader.close()
        return True

    def _tell_of(self, reader: DraftReader) -> None:
        """Tell who waits for bytes that another process has brought."""
        row = self.pieces.library.photo(self.photo_id)
        if row.size is None or not row.size_exact:
            return
        files = {None, os.fstat(reader.fileno()).st_ino}
        for want in [*self.wants]:
            span = Span(want.span.start, min(want.span.stop, row.size))
            if not want.sealed and want.draft in files and reader.has(span):
                self.wants.remove(want)
                want.fulfil(Arrival(self.content_key, row.size, span, None))

    def ends_well(self) -> bool:
        """Whether the bytes that are here show that nothing is lacking at their end."""
        reader = self.pieces.store.read_draft(self.key)
        if reader is None or self.size is None:
            return False
        try:
            head = os.pread(reader.fileno(), LOOKED_AT, 0)
            tail = os.pread(reader.fileno(), LOOKED_AT, max(self.size - LOOKED_AT, 0))
        except OSError:  # a disk that fails shows nothing
            return False
        finally:
            reader.close()
        return ends_well(head, tail, self.size)

    def write(self, position: int, chunk: bytes) -> int:
        """Put what is new of a chunk into the draft; the position after it."""
        if self.draft is None:
            raise AssertionError("bytes come only while the draft is open")
        stop = position + len(chunk)
        for gap in self.arrived.missing(Span(position, stop)):
            piece = chunk[gap.start - position : gap.stop - position]
            self.draft.write(gap.start, piece)
            self.arrived.add(gap)
        return stop

    async def learn_size(self, size: int) -> None:
        """The length is known now: note it in draft and catalog, tell who waits.

        One answer alone is not believed: until a second agrees, or the bytes themselves show that
        nothing is lacking, the fetch is `unsure`, and the last byte is not told.
        """
        if self.draft is None:
            return
        self.unsure = self.draft.size != size
        if not self.unsure:
            return
        self.draft.set_size(size)
        await self._note_size(size)
        self.settle()

    def sure(self) -> None:
        """The length is beyond doubt."""
        self.unsure = False
        self.settle()

    async def _note_size(self, size: int) -> None:
        """Have the length in the catalog; Busy if that cannot be, for then it is not told either.

        A program that opens the photo asks for its length next, and takes no byte beyond that.
        """
        note, key, before = self.pieces.learnt.size_learnt, self.content_key, self.before
        if not await offer(lambda: note(self.photo_id, key, size, before)):
            raise Busy(
                "the catalog is locked, so a photo's length could not be noted",
                safe="what has arrived is kept",
                remedy="open the photo again once the other program has ended",
            )
        self._noted_size = size

    def start_over(self) -> None:
        """Throw away what arrived: it was of another version."""
        if self.draft is not None:
            self.draft.reset()
            self._look_at_draft()

    async def seal(self) -> None:
        """Hash and seal the draft in a thread, note it in the catalog, tell everybody.

        Who asks meanwhile is told what had arrived: 100 MB take half a second to hash and sync.
        """
        self.draft_ino = self._inode()
        draft, self.draft = self.draft, None
        if draft is None:
            return
        self._sealing = draft.size
        self.settle()
        try:
            sealed = await trio.to_thread.run_sync(draft.seal, self.hash)
        finally:
            self._sealing = None
            draft.close()
        note, key, before = self.pieces.learnt.sealed, self.content_key, self.before
        await self.note(lambda: note(self.photo_id, key, sealed.sha256, sealed.size, before))
        self.sealed = sealed
        self.settle()

    def close(self) -> None:
        """Give the draft back; what has arrived stays."""
        self.flush = lambda: None
        if self.draft is not None:
            self.draft.close()
            self.draft = None

    async def note(self, write: Callable[[], None]) -> None:
        """Write a fact into the catalog; one that could not be costs a second fetch some day."""
        if not await offer(write):
            log.warning("%s: the catalog is locked; what was fetched is not noted", self.name())
