"""Keeps the providers open that fetching needs, each in a task of its own.

A provider's context must be entered and left in the same task, and opening one may cost a login, so
it stays open until it proves unusable (a login that is not valid any more) or fetching ends.
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import trio

from photofs.catalog.port import LibraryReads, SourceRow
from photofs.model.errors import Bug, NotAttached, NotFound, PhotofsError, Unauthorised, found_in
from photofs.providers.port import Provider

log = logging.getLogger(__name__)

OpenProvider = Callable[[SourceRow], AbstractAsyncContextManager[Provider]]

STREAMS = 16
"""Open streams per source at a time; more would only share the same line."""


class _Opened:
    """One provider and the task that holds it open."""

    def __init__(self) -> None:
        self.ready = trio.Event()
        self.leave = trio.Event()
        self.provider: Provider | None = None
        self.error: PhotofsError | None = None
        self.streams = trio.Semaphore(STREAMS)

    async def take_place(self) -> None:
        """Wait until one more stream may be open."""
        try:
            self.streams.acquire_nowait()
        except trio.WouldBlock:
            await self.streams.acquire()


class Sources:
    """Providers by source id, opened when first needed."""

    def __init__(
        self, library: LibraryReads, open_provider: OpenProvider, nursery: trio.Nursery
    ) -> None:
        """The nursery holds the tasks; leaving it closes the providers."""
        self._library = library
        self._open_provider = open_provider
        self._nursery = nursery
        self._opened: dict[int, _Opened] = {}

    @asynccontextmanager
    async def provider(self, source_id: int) -> AsyncIterator[Provider]:
        """The provider, for one stream; raises what opening it raised.

        A login that turns out invalid closes it, so that the next try reads the login anew; so does
        a folder that is not there, for the library may have been given its new place.
        """
        opened = self._opened.get(source_id)
        if opened is None:
            opened = self._opened[source_id] = _Opened()
            self._nursery.start_soon(self._hold, source_id, opened)
        if not opened.ready.is_set():  # waiting for nothing, too, lets all other tasks run first
            await opened.ready.wait()
        if opened.provider is None:
            raise opened.error or NotFound("the source is not there any more")
        await opened.take_place()
        try:
            yield opened.provider
        except (Unauthorised, NotAttached):
            self._forget(source_id, opened)
            raise
        finally:
            opened.streams.release()

    def _forget(self, source_id: int, opened: _Opened) -> None:
        """Close it; the next one who asks opens it anew."""
        opened.leave.set()
        if self._opened.get(source_id) is opened:
            del self._opened[source_id]

    async def _hold(self, source_id: int, opened: _Opened) -> None:
        """Enter the provider's context, and leave it when told.

        Whatever goes wrong with one source ends no other's fetches.
        """
        try:
            row = self._row(source_id)
            async with self._open_provider(row) as provider:
                opened.provider = provider
                opened.ready.set()
                await opened.leave.wait()
        except Exception as error:
            opened.error = found_in(error)
            if opened.error is None:
                log.exception("source %d met what nobody foresaw", source_id)
                opened.error = Bug(
                    f"the source could not be opened: {error!r}",
                    safe="what is here can be read",
                    remedy="please report this; the log of the mount says more",
                )
        finally:
            opened.ready.set()
            self._forget(source_id, opened)

    def _row(self, source_id: int) -> SourceRow:
        """The catalog's row of it."""
        for row in self._library.sources():
            if row.source_id == source_id:
                return row
        raise NotFound("the source was removed from its library")
