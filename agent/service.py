"""The agent's rounds: scan what is due or has come, learn sizes; judge what was written, send it.

Until it is told to end. Mirrors are run, and re-read, as they are due. Each round has a catalog of
its own, so that a scan keeps no upload waiting.
"""

import logging
import math
import os
import signal
import time
from contextlib import closing
from enum import Enum

import trio

from agent.census import Census
from agent.comparing import merge_waiting
from agent.due import is_due, spread
from agent.ending import be_gone_soon
from agent.heads import Heads
from agent.mirror_rounds import keep_mirrored
from agent.noticing import notice_for_ever
from agent.posting import judge_and_send
from agent.proof_rounds import keep_verified
from agent.releasing import Releasing
from agent.ruling import rule_for_ever
from agent.scanning import scan
from agent.thumbnail_keeping import keep_filled
from agent.watching import Watching
from agent.witnessing import recognise_by_mirrors, witness_for_ever, witnessed
from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.kernel.lock import hold
from photofs.kernel.service_manager import READY, STOPPING, tell_manager
from photofs.model.errors import Busy, PhotofsError
from photofs.model.exit_codes import NEEDS_A_PERSON, OK, service_exit_code
from photofs.model.observation import Progress

log = logging.getLogger(__name__)

ROUND_SECONDS = 10.0
"""Between two looks at what is due: a source added while mounted appears so soon."""

RETRY_SECONDS = 300.0
"""Before a source whose scan failed is asked again, or a catalog that cannot be used is opened."""


class Outcome(Enum):
    """What became of a scan. BUSY: another process scans the source just now."""

    DONE = "done"
    BUSY = "busy"
    FAILED = "failed"


async def serve(house: House, *, until_signal: bool = False) -> int:
    """Work for one catalog until standard input is closed; the one that works keeps others out.

    `until_signal`: until SIGTERM or SIGINT instead, as a service that has no input. A second agent
    waits for the first one's end and takes over then. What does not end in time is left behind.
    """
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_work_when_alone, house)
        await (_until_signal() if until_signal else _until_input_ends())
        be_gone_soon(OK)
        nursery.cancel_scope.cancel()
    return OK


async def _until_signal() -> None:
    """Wait until we are told to end, and tell the service manager of both."""
    told = {signal.SIGINT, signal.SIGTERM}
    with trio.open_signal_receiver(*told) as signals:
        # `photofs agent` blocks them until somebody listens
        signal.pthread_sigmask(signal.SIG_UNBLOCK, told)
        tell_manager(os.environ, READY)
        await anext(signals)
        tell_manager(os.environ, STOPPING)


async def _until_input_ends() -> None:
    """Wait until whoever started us closes our standard input, or dies (the kernel closes it)."""
    stream = trio.lowlevel.FdStream(_duplicate_of_stdin())
    async with stream:
        async for _ in stream:
            pass


def _duplicate_of_stdin() -> int:
    """A descriptor of its own, for FdStream closes what it is given."""
    return os.dup(0)


async def _work_when_alone(house: House) -> None:
    """Take the agent's lock, then go round for ever."""
    while True:
        try:
            lock = hold(house.paths.state / "locks" / "agent", "an agent works")
            with (
                lock,
                house.catalog() as catalog,
                house.catalog() as journal,
                house.catalog() as mirrors,
                house.catalog() as proofs,
                house.catalog() as ruled,
                house.catalog() as thumbnails,
            ):
                async with witnessed(house, ruled):
                    await recognise_by_mirrors(ruled)
                    async with trio.open_nursery() as nursery:
                        nursery.start_soon(_go_round, house, catalog)
                        nursery.start_soon(judge_and_send, house, journal)
                        nursery.start_soon(keep_mirrored, house, mirrors)
                        nursery.start_soon(keep_verified, house, proofs)
                        nursery.start_soon(rule_for_ever, house, ruled)
                        nursery.start_soon(witness_for_ever, house, ruled)
                        nursery.start_soon(notice_for_ever, house)
                        nursery.start_soon(keep_filled, house, thumbnails)
        except Busy:
            await trio.sleep(ROUND_SECONDS)
        except PhotofsError as error:  # such as a full disk: it may have room by then
            if service_exit_code(error, house.environ) == NEEDS_A_PERSON:
                raise
            log.warning("nothing is scanned just now: %s", error)
            await trio.sleep(RETRY_SECONDS)


async def _go_round(house: House, catalog: Catalog) -> None:
    """Scan what is due or has changed on a disk, and take a census, for ever."""
    rounds = _Rounds(house, catalog)
    with closing(rounds.watching):
        while True:
            await rounds.go()
            await trio.sleep(ROUND_SECONDS)


class _Rounds:
    """Which sources are to be scanned, and which have failed of late."""

    def __init__(self, house: House, catalog: Catalog) -> None:
        self._house, self._catalog = house, catalog
        self._heads = Heads(catalog, house.store(), house.open_provider)
        self._census = Census(catalog, house.open_provider)
        self._releasing = Releasing(catalog, house.store(), house.open_provider)
        self._changed: set[int] = set()
        self._failed: dict[int, float] = {}
        self.watching = Watching()

    async def go(self) -> None:
        """One round."""
        sources = self._catalog.sources()
        # in a thread: a disk may hang, and each folder of an unpacked export is gone through
        await trio.to_thread.run_sync(self.watching.follow, sources, abandon_on_cancel=True)
        for source in sources:
            if self.watching.take(source.source_id):
                self._changed.add(source.source_id)
            if self._is_due(source):
                await self._scan(source)
            if self._house.settings.agent.census:
                await _census_quietly(self._census, source)
            if self._catalog.heads_wanted():
                await _census_quietly(self._heads, source)
        await _merge_quietly(self._house, self._catalog)
        await _release_quietly(self._releasing)
        await end_letting_go(self._house, self._catalog)

    def _is_due(self, source: SourceRow) -> bool:
        age = time.monotonic() - self._failed.get(source.source_id, -math.inf)
        every = spread(self._house.settings.agent.scan_every, source.scan_ns)
        due = is_due(source.scan_ns, every, time.time_ns()) or source.source_id in self._changed
        return due and age >= RETRY_SECONDS

    async def _scan(self, source: SourceRow) -> None:
        """What changes from now on makes it due anew; so does what a failed scan did not see."""
        source_id = source.source_id
        wanted = source_id in self._changed
        self._changed.discard(source_id)
        began = time.monotonic()
        outcome = await _scan_quietly(self._house, self._catalog, source)
        self._failed.pop(source_id, None)
        if outcome is Outcome.FAILED:
            self._failed[source_id] = began
        if outcome is not Outcome.DONE and wanted:
            self._changed.add(source_id)


async def _scan_quietly(house: House, catalog: Catalog, source: SourceRow) -> Outcome:
    """A scan whose failure is noted in the catalog and the log, and tried again when due."""
    try:
        await scan(house, catalog, source, _tell_nobody)
    except Busy as error:
        log.debug("%s", error)
        return Outcome.BUSY
    except PhotofsError as error:
        log.warning("source %d (%s): %s", source.source_id, source.provider, error)
    except Exception:
        log.exception("scanning source %d met what nobody foresaw", source.source_id)
    else:
        return Outcome.DONE
    return Outcome.FAILED


async def _census_quietly(census: Census | Heads, source: SourceRow) -> None:
    """A census, of sizes or of heads, whose failure waits for the next round."""
    try:
        await census.take(source)
    except PhotofsError as error:
        log.info("no census of source %d: %s", source.source_id, error)
    except Exception:
        log.exception("a census of source %d met what nobody foresaw", source.source_id)


async def _merge_quietly(house: House, catalog: Catalog) -> None:
    """What was learnt since the last scan may show that two photos are one."""
    try:
        for library_id in catalog.libraries_to_merge():
            await merge_waiting(house, catalog, library_id)
    except PhotofsError as error:
        log.info("photos of several sources are merged later: %s", error)
    except Exception:
        log.exception("merging photos of several sources met what nobody foresaw")


async def _release_quietly(releasing: Releasing) -> None:
    """What was sent and an archive has as well leaves Kept; what fails waits for the next pass."""
    try:
        await releasing.take()
    except PhotofsError as error:
        log.info("what was sent stays in Kept for now: %s", error)
    except Exception:
        log.exception("letting go of what was sent met what nobody foresaw")


async def end_letting_go(house: House, catalog: Catalog) -> None:
    """A command that let last copies go may have been killed: what it began is ended.

    What is on its way and in no journal, for the catalog is an older one, goes back to Kept.
    """
    try:
        names = await trio.to_thread.run_sync(house.store().leaving.names)
        if names or catalog.letting_go():
            await trio.to_thread.run_sync(_erase, house)
    except PhotofsError as error:
        log.info("last copies that were let go stay for now: %s", error)
    except Exception:
        log.exception("removing last copies met what nobody foresaw")


def _erase(house: House) -> None:
    """In a thread, with a catalog of its own: a slow disk takes 30 ms for each photo."""
    with house.catalog() as catalog, house.erasing(catalog) as erasing:
        erasing.go()


def _tell_nobody(_progress: Progress) -> None:
    """In the background nobody watches."""
