"""Judges files that programs wrote, once they are quiet: what they are, and whether they are whole.

A file is looked at, and sealed under its hash, in a thread; what follows is photofs/wishing's. A
file that was touched meanwhile is judged anew.
"""

import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice
from typing import Final, NamedTuple

import trio

from agent.doubles import Answers
from photofs.catalog.incoming import IncomingRow
from photofs.catalog.sqlite import Catalog
from photofs.metadata.exif import HEAD, read_exif
from photofs.metadata.head import read_head
from photofs.metadata.video import ReadAt, read_video
from photofs.metadata.wholeness import what_is_missing
from photofs.model.errors import Busy, NotFound, PhotofsError
from photofs.model.head import HEAD_LENGTH, HeadFacts
from photofs.model.judgement import Broken, Judgement, Other, Untouched, Whole
from photofs.model.naming import looks_temporary
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Media
from photofs.model.wording import agreeing
from photofs.originals.local_disk import LocalDisk
from photofs.wishing.known_bytes import NONE, KnownThere, NotThere, known_there
from photofs.wishing.wishing import Wishing

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
"""Files looked at in one round."""

AHEAD_NS: Final = 60 * 10**9
"""By more than that no clock of this machine is ahead of another one; then it has been set back."""

ASK_AGAIN: Final = 30.0
"""Seconds until a service is asked once more that could not be asked for photos."""

ASKED_AT_ONCE: Final = 50
"""Files whose photos services are asked for together: one call at Google, 50 at Flickr."""

_PICTURES: Final = "jpg jpeg png gif webp tif tiff heic heif avif bmp jxl jp2 psd ico"
_RAWS: Final = "cr2 cr3 nef arw dng pef srw orf rw2 raf x3f"
_VIDEOS: Final = "mp4 m4v mov avi mkv webm mpg mpeg wmv flv ogv ts mts m2ts 3gp 3g2"
_OF_MEDIA: Final = frozenset(f"{_PICTURES} {_RAWS} {_VIDEOS}".split())


Lost = Callable[[Iterable[KnownThere]], Awaitable[Answers]]


class SameBytes(NamedTuple):
    """A file that has the bytes of a photo of the service, as it was when it was looked at."""

    changed_ns: int
    verdict: Whole
    known: dict[int, KnownThere]


class Judge:
    """For all libraries of one catalog."""

    def __init__(
        self,
        catalog: Catalog,
        wishing: Wishing,
        store: LocalDisk,
        *,
        quiet_s: float,
        now_ns: Callable[[], int] = time.time_ns,
        lost: Lost | None = None,
    ) -> None:
        """`quiet_s`: for how long nobody may have touched a file before it is looked at.

        `lost` asks services which photos they have no more; None: nobody can be asked.
        """
        self._catalog = catalog
        self._wishing = wishing
        self._store = store
        self._quiet_ns = int(quiet_s * 1e9)
        self._now_ns = now_ns
        self._lost = lost
        self._found: dict[int, SameBytes] = {}
        self._not_before: dict[int, float] = {}
        self._complained: set[int] = set()
        self._unknown = 0

    async def round(self) -> int:
        """Both of these, once; how many files were judged."""
        return await self.look_at_quiet() + await self.ask_for_known()

    async def look_at_quiet(self) -> int:
        """Judge what is quiet, but for what services have to be asked; how many files that were."""
        judged = 0
        now = self._now_ns()
        quiet, ahead = now - self._quiet_ns, now + self._quiet_ns + AHEAD_NS
        for row in self._catalog.quiet_incoming(quiet, AT_ONCE + len(self._found), ahead):
            try:
                judged += await self._judge(row)
            except PhotofsError as error:
                self._complain(row.photo_id, error)
        if judged:
            await self.sweep()
        return judged

    def _complain(self, photo: int, error: PhotofsError) -> None:
        """Once for each file."""
        if photo not in self._complained:
            self._complained.add(photo)
            log.warning("a written file cannot be judged yet: %s", error)

    async def ask_for_known(self) -> int:
        """Judge what has the bytes of photos of a service, once that one was asked for them.

        It takes a second a photo at some services, so that other files are looked at beside it.
        """
        judged = 0
        while self._lost is not None and (found := self._to_ask_for()):
            known = [there for each in found.values() for there in each.known.values()]
            answers = await self._lost(known)
            for source in answers.unasked:
                self._not_before[source] = trio.current_time() + ASK_AGAIN
            taken = [self._answered(photo, each, answers) for photo, each in found.items()]
            if any(taken):
                await self.sweep()
            judged += sum(taken)
        return judged

    def _to_ask_for(self) -> dict[int, SameBytes]:
        """Some of them, none of a service that could not be asked a moment ago."""
        now = trio.current_time()
        resting = {source for source, until in self._not_before.items() if until > now}
        due = (
            (photo, each)
            for photo, each in self._found.items()
            if resting.isdisjoint(there.source_id for there in each.known.values())
        )
        return dict(islice(due, ASKED_AT_ONCE))

    def _answered(self, photo: int, found: SameBytes, answers: Answers) -> bool:
        """Judge one of them, unless its service could not be asked."""
        for there in found.known.values():
            if there.source_id in answers.unasked:
                self._complain(photo, answers.unasked[there.source_id])
                return False
        if self._found.get(photo) is found:
            del self._found[photo]
        lost = frozenset(each for each, there in found.known.items() if there in answers.lost)
        try:
            return self._take(photo, found.changed_ns, found.verdict, lost)
        except PhotofsError as error:  # it is looked at anew, and its service asked again
            self._complain(photo, error)
            return False

    def _take(self, photo: int, changed_ns: int, verdict: Judgement, lost: NotThere = NONE) -> bool:
        """Have what follows from a judgement."""
        judged = self._wishing.judged(photo, changed_ns, verdict, lost)
        self._complained.discard(photo)
        return judged

    async def sweep(self) -> int:
        """Remove the files that no row needs any more; how many. Names are asked for before rows.

        Files that this catalog never gave a name stay: it was lost, or is an older one, brought
        back from a backup, and what programs wrote since may be nowhere else.

        The disk is asked in a thread; the catalog here, for in a thread it could be read in the
        middle of what another task writes, and is given up again: a file in use would go.
        """
        names = await trio.to_thread.run_sync(self._store.written.names)
        files = {name.removesuffix(".copy") for name in names}
        begun = self._catalog.drafts_begun(files) if names else frozenset()
        over = self._catalog.drafts_over(files) if names else frozenset()
        spare = [name for name in names if name.removesuffix(".copy") in over]
        await trio.to_thread.run_sync(self._remove, spare)
        self._tell_unknown(len(files - begun))
        return len(spare)

    def _tell_unknown(self, number: int) -> None:
        """Once, and again if they become more: nobody sees these files in any folder."""
        if number > self._unknown:
            log.warning(
                "of what programs wrote %s unknown to the catalog (an older one, or a new one?):"
                " kept in %s; copy what you miss from there into the mount",
                agreeing(number, "file", "is", "are"),
                self._store.written.folder,
            )
        self._unknown = number

    def _remove(self, names: list[str]) -> None:
        for name in names:
            self._store.written.remove(name)

    async def _judge(self, row: IncomingRow) -> bool:
        found = self._found.get(row.photo_id)
        if found is not None and found.changed_ns == row.changed_ns:
            return False  # its service could not be asked yet
        if self._store.written.is_open(row.draft):  # a film may take an hour to be copied in
            return False
        placed = self._catalog.names_of(row.photo_id)
        facts = self._catalog.photo_facts(row.photo_id)
        name = placed[-1].name if placed else facts.name
        verdict: Judgement
        size = self._store.written.size(row.draft)
        if size is None:
            verdict = await trio.to_thread.run_sync(
                look_at_original, self._store, facts.sha256, self._now_ns()
            )
        elif looks_temporary(name):
            verdict = Other("its name is one that programs give to what does not stay", size)
        else:
            try:
                verdict = await trio.to_thread.run_sync(
                    look, self._store, row.draft, name, self._now_ns()
                )
            except Busy:  # somebody has it open
                return False
        if self._lost is not None and isinstance(verdict, Whole):
            known = known_there(self._catalog, row, verdict.sha256)
            if known:
                self._found[row.photo_id] = SameBytes(row.changed_ns, verdict, known)
                return False
        return self._take(row.photo_id, row.changed_ns, verdict)


def look(store: LocalDisk, draft: str, name: str, now_ns: int) -> Judgement:
    """What a file is; sealed if it is a whole picture or video. Busy while it is being written."""
    fd = store.written.open_for_reading(draft)
    if fd is None:
        return Untouched()
    try:
        size = os.fstat(fd).st_size
        head = os.pread(fd, HEAD_LENGTH, 0)
        facts = read_head(head)
        if facts is None:
            return _no_medium(name, size)

        def read_at(offset: int, length: int) -> bytes:
            return os.pread(fd, length, offset)

        missing = what_is_missing(read_at, size, facts.extension)
        if missing:
            return Broken(missing, size)
        seen = _seen(facts, read_at, size, now_ns)
    finally:
        os.close(fd)
    try:
        sealed = store.written.seal(draft)
    except NotFound as error:
        raise Busy(str(error)) from error
    if sealed.size != size:
        raise Busy("the file grew while it was looked at")
    return Whole(sealed.sha256, sealed.size, seen, sealed.crc32)


def look_at_original(store: LocalDisk, sha256: str | None, now_ns: int) -> Judgement:
    """What a file is that a mount was killed over before it had a file of its own.

    The bytes that it had are sealed, if programs wrote them before, or somebody read them: it has
    those.
    """
    fd = None if sha256 is None else store.open_sealed(sha256)
    if fd is None or sha256 is None:
        return Untouched()
    try:
        size = os.fstat(fd).st_size
        facts = read_head(os.pread(fd, HEAD_LENGTH, 0))
        if facts is None:
            return Untouched()
        return Whole(
            sha256, size, _seen(facts, lambda at, length: os.pread(fd, length, at), size, now_ns)
        )
    finally:
        os.close(fd)


def _no_medium(name: str, size: int) -> Judgement:
    """A file whose bytes are no picture and no video, whatever it is called."""
    if name.rpartition(".")[2].lower() not in _OF_MEDIA:
        return Other("it is no picture and no video: it is kept here, and here alone", size)
    if size == 0:
        return Broken("the file is empty: nothing was written to it", 0)
    return Broken("its bytes are no picture and no video", size)


def _seen(facts: HeadFacts, read_at: ReadAt, size: int, now_ns: int) -> PhotoSeen:
    """What the bytes tell, as a source would."""
    taken, position = facts.taken, facts.position
    if facts.media is Media.VIDEO:
        film = read_video(read_at, size)
        taken, position = (film.taken, film.position) if film else (taken, position)
    elif taken is None:
        more = read_exif(read_at(0, HEAD))
        taken, position = (more.taken, more.position) if more else (taken, position)
    return PhotoSeen(
        remote_id="",
        media=facts.media,
        content_key="",
        ref="",
        as_of_ns=now_ns,
        extension=facts.extension,
        taken=taken,
        position=position,
    )
