"""The fetching process's side: runs the engine and answers questions until the mount is gone."""

import logging
from contextlib import aclosing

import trio

from photofs.fetcher.messages import Ask, Failed, Forget, Message, Told, read_messages, to_frame
from photofs.model.errors import Bug, PhotofsError
from photofs.model.span import Span
from photofs.volume.engine import Engine, open_engine
from photofs.volume.fetch import Pieces
from photofs.volume.fetching import Arrival

log = logging.getLogger(__name__)


async def serve(stream: trio.abc.Stream, pieces: Pieces) -> None:
    """Answer until the stream ends; what is being fetched then ends too, and stays as drafts."""
    async with open_engine(pieces) as engine, trio.open_nursery() as nursery:
        answering = _Answering(stream, engine)
        async with aclosing(read_messages(stream)) as messages:
            async for message in messages:
                answering.take(message, nursery)
        nursery.cancel_scope.cancel()


class _Answering:
    """The questions that are open."""

    def __init__(self, stream: trio.abc.SendStream, engine: Engine) -> None:
        self._stream = stream
        self._engine = engine
        self._sending = trio.Lock()
        self._open: dict[int, trio.CancelScope] = {}

    def take(self, message: Message, nursery: trio.Nursery) -> None:
        """Begin to answer, or stop answering."""
        if isinstance(message, Ask):
            scope = self._open[message.number] = trio.CancelScope()
            nursery.start_soon(self._answer, message, scope)
        elif isinstance(message, Forget) and message.number in self._open:
            self._open[message.number].cancel()

    async def _answer(self, ask: Ask, scope: trio.CancelScope) -> None:
        """One question, whatever comes of it."""
        answer: Message | None = None
        try:
            with scope:
                answer = Told.of(ask.number, await self._arrival(ask))
        except PhotofsError as error:
            answer = Failed.of(ask.number, error)
        except Exception as error:
            log.exception("photo %d: a question could not be answered", ask.photo_id)
            answer = Failed.of(ask.number, Bug(f"fetching failed unexpectedly: {error!r}"))
        del self._open[ask.number]
        if answer is not None:
            await self._send(answer)

    async def _arrival(self, ask: Ask) -> Arrival:
        """Ask the engine."""
        if ask.verb == "size":
            size = await self._engine.size(ask.photo_id)
            return Arrival("", size, Span(0, 0), None)
        if ask.verb == "ensure":
            return await self._engine.ensure(ask.photo_id, Span(ask.start, ask.stop), ask.draft)
        return await self._engine.whole(ask.photo_id)

    async def _send(self, message: Message) -> None:
        """One frame after the other; a mount that is gone needs no answer."""
        try:
            self._sending.acquire_nowait()  # `acquire` lets all other tasks run before it returns
        except trio.WouldBlock:
            await self._sending.acquire()
        try:
            await self._stream.send_all(to_frame(message))
        except trio.BrokenResourceError:
            log.debug("the mount is gone")
        finally:
            self._sending.release()
