"""Fetching in this process: one fetch at a time for a photo, however many wait for it.

Each fetch is a task of the engine's own: who waits may be cancelled, the request goes on. A photo
whose fetch has just failed fails at once for a moment, so that a thousand readers ask once. A
picture that somebody looked into is completed although nobody waits any more, a few at a time.
"""

import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import trio

from photofs.catalog.port import OriginRow, PhotoRow
from photofs.model.errors import (
    Bug,
    Busy,
    Corrupt,
    Full,
    Gone,
    NotFound,
    PhotofsError,
    RemoteError,
    Temporary,
    TimedOut,
    Unreachable,
)
from photofs.model.photo import Media
from photofs.model.span import Span
from photofs.volume.fetch import Fetch, Pieces
from photofs.volume.fetching import Arrival
from photofs.volume.filling import Background, Filling
from photofs.volume.from_mirror import Pace, bring_from_mirror
from photofs.volume.noting import offer
from photofs.volume.outages import Outages
from photofs.volume.sources import Sources
from photofs.volume.want import Want

log = logging.getLogger(__name__)

MEMORY_OF_FAILURE = 1.0
"""Seconds for which a failed photo fails at once."""

COMPLETIONS = 4
"""Pictures that are completed at a time while nobody waits for them."""

LET_PASS = 0.1
"""Seconds for which completing a picture steps aside at each write while somebody waits."""

UNFINISHED = 1000
"""Pictures remembered to be completed later; the oldest is forgotten."""

SEALED_FILES = 10_000
"""Photos whose sealed draft's inode is remembered."""

DRAFT_ITSELF = 64 * 1024
"""Bytes that a draft's files take before any byte of the photo is in them, amply."""

SIZE_ONLY = Span(0, 0)


class Engine:
    """Brings bytes into the store; see `fetching.Fetching`."""

    def __init__(self, pieces: Pieces, nursery: trio.Nursery) -> None:
        """The nursery holds the fetches; `open_engine` makes one."""
        self._pieces = pieces
        self._nursery = nursery
        self._sources = Sources(pieces.library, pieces.open_provider, nursery)
        self._fetches: dict[int, Fetch] = {}
        self._failures: dict[int, tuple[PhotofsError, float]] = {}
        self._completing: set[int] = set()
        self._unfinished: deque[int] = deque(maxlen=UNFINISHED)
        self._troubles: dict[int, str] = {}
        self._outages = Outages()
        self._sealed: dict[int, int] = {}

    async def size(self, photo_id: int) -> int:
        """The exact length in bytes, asked of the source if it is not known yet."""
        known = self.known_size(photo_id)
        return (await self._ask(photo_id, Want(SIZE_ONLY))).size if known is None else known

    def known_size(self, photo_id: int) -> int | None:
        """The exact length in bytes, as far as the catalog knows it."""
        row = self._pieces.library.photo(photo_id)
        return row.size if row.size_exact else None

    async def ensure(self, photo_id: int, span: Span, draft: int | None = None) -> Arrival:
        """Return once the bytes of the span are in the store."""
        return await self._ask(photo_id, Want(span, draft=draft))

    async def whole(self, photo_id: int, *, person: bool = True) -> Arrival:
        """Return once the original is sealed; without a person who waits, behind those who do."""
        return await self._ask(photo_id, Want(SIZE_ONLY, sealed=True, person=person))

    async def _ask(self, photo_id: int, want: Want) -> Arrival:
        """Join the photo's fetch, or begin it, and wait."""
        leave = self.join(photo_id, want)
        try:
            return await want.outcome()
        finally:
            leave()

    def join(self, photo_id: int, want: Want) -> Callable[[], None]:
        """Have the want settled by the photo's fetch, begun if need be; what takes it back.

        Raises the error of a moment ago, if the photo's fetch has just failed.
        """
        fetch = self._fetches.get(photo_id)
        if fetch is None:
            self._refuse_if_just_failed(photo_id)
            fetch = self._begin(photo_id)
        fetch.add(want)
        return partial(fetch.remove, want)

    def _refuse_if_just_failed(self, photo_id: int) -> None:
        """Raise the error of a moment ago again."""
        error, until = self._failures.get(photo_id, (None, 0.0))
        if error is None:
            return
        if trio.current_time() < until:
            raise error.with_traceback(None)
        del self._failures[photo_id]

    def _begin(self, photo_id: int) -> Fetch:
        """A fetch in a task of its own."""
        fetch = Fetch(photo_id, self._pieces, self._sealed.get(photo_id))
        self._fetches[photo_id] = fetch
        self._nursery.start_soon(self._run, fetch)
        return fetch

    async def _run(self, fetch: Fetch) -> None:
        """The task: whatever happens, everybody who waits is told, and nothing escapes."""
        try:
            await self._bring(fetch)
        except PhotofsError as error:
            self._note_failure(fetch, error)
        except Exception as error:
            log.exception("%s: fetching failed for a reason that nobody foresaw", fetch.name())
            bug = Bug(f"fetching failed unexpectedly: {error!r}", safe="what had arrived is kept")
            self._note_failure(fetch, bug)
        except BaseException:  # cancelled: nothing is begun any more, or this would never end
            self._unfinished.clear()
            fetch.fail(Temporary("fetching was ended", safe="what had arrived is kept"))
            raise
        finally:
            self._end(fetch)

    def _note_failure(self, fetch: Fetch, error: PhotofsError) -> None:
        """Tell who waits, and remember it for a moment."""
        if not fetch.wants:
            log.info("%s: not completed: %s", fetch.name(), error)
        now = trio.current_time()
        over = [photo_id for photo_id, (_, until) in self._failures.items() if until <= now]
        for photo_id in over:  # an error holds on to all that was going on when it was raised
            del self._failures[photo_id]
        self._failures[fetch.photo_id] = (error, now + MEMORY_OF_FAILURE)
        fetch.fail(error)

    def _end(self, fetch: Fetch) -> None:
        """Forget the fetch; who came in the last moment gets a new one."""
        fetch.close()
        self._remember_file(fetch)
        del self._fetches[fetch.photo_id]
        self._completing.discard(fetch.photo_id)
        if fetch.wants:
            successor = self._begin(fetch.photo_id)
            for want in fetch.wants:
                successor.add(want)
            fetch.wants = successor.wants
        elif self._unfinished and len(self._completing) < COMPLETIONS:
            photo_id = self._unfinished.pop()
            if photo_id not in self._fetches:
                self._begin(photo_id)

    def _remember_file(self, fetch: Fetch) -> None:
        """Remember which file was sealed: readers who have it open may ask for more of it."""
        if fetch.sealed is not None and fetch.draft_ino is not None:
            self._sealed[fetch.photo_id] = fetch.draft_ino
            if len(self._sealed) > SEALED_FILES:
                del self._sealed[next(iter(self._sealed))]

    async def _let_people_pass(self, fetch: Fetch) -> None:
        """Wait a moment while somebody waits for bytes of another photo, but not for ever."""
        with trio.move_on_after(LET_PASS):
            while not fetch.wants and any(other.wants for other in self._fetches.values()):
                await fetch.stir(LET_PASS / 10)

    async def _bring(self, fetch: Fetch) -> None:
        """Try the origins, best first, until one has given what was wanted."""
        row = self._pieces.library.photo(fetch.photo_id)
        fetch.before = row.sha256
        if fetch.find_sealed(row):
            return
        fetch.complete = fetch.complete or row.media is Media.PICTURE
        pace = Pace(lambda: self._may_complete(fetch), lambda: self._let_people_pass(fetch))
        if await bring_from_mirror(fetch, row, self._lock, pace):
            return
        trouble: PhotofsError = NotFound(
            "no source has this photo any more", remedy="see `photofs library report`"
        )
        origins = self._pieces.library.origins(fetch.photo_id)
        for origin in origins:
            try:
                _refuse_missing(origin)
                if (away := self._refusal(origin.source_id)) is not None:
                    trouble = away
                    continue
                await self._bring_from(fetch, row, origin, self._shown(fetch, origins))
            except Full:
                raise
            except PhotofsError as error:
                trouble = await self._note_trouble(fetch, origin, error)
                self._outages.failed(origin.source_id, fetch.photo_id, error)
                fetch.close()
            else:
                await self._clear_trouble(fetch, row, origin)
                return
        raise trouble

    def _shown(self, fetch: Fetch, origins: Sequence[OriginRow]) -> str | None:
        """Which of several sources' bytes the photo shows; None if nothing else can be shown."""
        shown = self._pieces.library.shown_key(fetch.photo_id) if len(origins) > 1 else ""
        return shown if shown in {each.seen.content_key for each in origins} else None

    async def _bring_from(
        self, fetch: Fetch, row: PhotoRow, origin: OriginRow, shown: str | None
    ) -> None:
        """What is wanted, from this origin; sealed if it became whole. A bad hash counts once.

        `shown`: the content key of the bytes that the photo shows, where others may stand in.
        """
        size = row.size if row.size_exact else None
        if shown not in {None, origin.seen.content_key}:
            size = origin.seen.size
        for last in (False, True):
            if not await self._lock(fetch, origin, size):
                return
            if fetch.arrived:
                await self._show(fetch, origin, shown)
            async with self._sources.provider(origin.source_id) as provider:
                background = Background(
                    lambda: self._may_complete(fetch),
                    lambda: self._let_people_pass(fetch),
                    lambda error: self._note_try(fetch, origin.source_id, error),
                    lambda: self._outages.answered(origin.source_id),
                    lambda: self._show(fetch, origin, shown),
                )
                filling = Filling(fetch, provider, origin.seen.ref, background)
                await filling.run()
            if not fetch.is_whole:
                fetch.close()
                return
            await self._show(fetch, origin, shown)
            try:
                await fetch.seal()
            except Corrupt as error:
                if last:
                    raise
                log.warning("%s: fetching it anew: %s", fetch.name(), error)
            else:
                return

    async def _show(self, fetch: Fetch, origin: OriginRow, shown: str | None) -> None:
        """Have the photo show this origin's bytes, which come: better ones could not be had.

        Or better ones can be had again. Before any of it is told, so that nobody takes one for
        the other: Busy if it cannot be noted.
        """
        photo, key = fetch.photo_id, origin.seen.content_key
        if shown in {None, key} or self._pieces.library.shown_key(photo) == key:
            return
        learnt, before = self._pieces.learnt, shown or ""
        if not await offer(lambda: learnt.shown_from(photo, before, origin.observation_id)):
            raise Busy("the catalog is locked", safe="nothing was changed", remedy="try again")

    def _refusal(self, source_id: int) -> PhotofsError | None:
        """With what to refuse to ask a source that is away; None once anybody was answered.

        Whoever was (a scan, another mount) has cleared the source's trouble in the catalog.
        """
        if self._outages.is_away(source_id):
            told = {row.source_id: row.trouble for row in self._pieces.library.sources()}
            if not told.get(source_id):
                self._outages.answered(source_id)
                self._troubles.pop(source_id, None)
        return self._outages.refusal(source_id)

    async def _note_try(self, fetch: Fetch, source_id: int, error: Temporary) -> None:
        """Note a try in vain; raises it if the source is known to be away: one was enough."""
        away = self._outages.is_away(source_id)
        await self._note_source(fetch, source_id, str(error))
        self._outages.met(source_id, fetch.photo_id, error)
        if away and isinstance(error, Unreachable | TimedOut):
            raise error

    async def _lock(self, fetch: Fetch, origin: OriginRow, size: int | None) -> bool:
        """`fetch.lock`; on a disk without room for even a draft's name, room is made first."""
        try:
            return await fetch.lock(origin, size)
        except Full:
            store, pinned = self._pieces.store, self._pieces.library.pinned_hashes()
            if not store.make_room(DRAFT_ITSELF, pinned):
                raise
            return await fetch.lock(origin, size)

    def _may_complete(self, fetch: Fetch) -> bool:
        """Whether a fetch for which nobody waits may go on now; else it is remembered."""
        if fetch.photo_id in self._completing:
            return True
        if len(self._completing) < COMPLETIONS:
            self._completing.add(fetch.photo_id)
            return True
        if fetch.photo_id not in self._unfinished:
            self._unfinished.append(fetch.photo_id)
        return False

    async def _note_trouble(
        self, fetch: Fetch, origin: OriginRow, error: PhotofsError
    ) -> PhotofsError:
        """Put into the catalog why source or photo cannot be read, for `photofs status`."""
        log.warning("%s: %s", fetch.name(), error)
        if isinstance(error, Gone | Corrupt):
            learnt = self._pieces.learnt
            await fetch.note(lambda: learnt.photo_trouble(fetch.photo_id, str(error)))
        elif isinstance(error, RemoteError | NotFound):
            await self._note_source(fetch, origin.source_id, str(error))
        return error

    async def _clear_trouble(self, fetch: Fetch, row: PhotoRow, origin: OriginRow) -> None:
        """It works (again)."""
        await self._note_source(fetch, origin.source_id, "")
        if row.trouble and fetch.sealed is not None:
            learnt = self._pieces.learnt
            await fetch.note(lambda: learnt.photo_trouble(fetch.photo_id, ""))

    async def _note_source(self, fetch: Fetch, source_id: int, sentence: str) -> None:
        """Note how the source fares, if that is news to us."""
        if self._troubles.get(source_id) != sentence:
            self._troubles[source_id] = sentence
            learnt = self._pieces.learnt
            await fetch.note(lambda: learnt.source_trouble(source_id, sentence))


def _refuse_missing(origin: OriginRow) -> None:
    """An origin whose bytes are known not to be there is not asked."""
    if origin.seen.missing:
        raise Gone(
            "the archive part that held the photo is not there any more",
            safe="everything known of it is kept",
            remedy="put the part back and run `photofs scan`",
        )


@asynccontextmanager
async def open_engine(pieces: Pieces) -> AsyncIterator[Engine]:
    """An engine for the length of a block; leaving it ends all fetches, what arrived stays."""
    raised: Exception | None = None
    async with trio.open_nursery() as nursery:
        try:
            yield Engine(pieces, nursery)
        except Exception as error:  # noqa: BLE001 - raised again, outside of the nursery's group
            raised = error
        nursery.cancel_scope.cancel()
    if raised is not None:
        raise raised
