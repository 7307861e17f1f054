"""The fetching process's side: runs the engine and answers questions until the mount is gone."""

import logging
from collections.abc import Callable
from contextlib import aclosing

import trio

from photofs.fetcher.guard import Guarding
from photofs.fetcher.messages import Ask, Failed, Forget, Guard, Message, Told, read_messages
from photofs.fetcher.outbox import Outbox
from photofs.model.errors import Bug, PhotofsError
from photofs.model.span import Span
from photofs.volume.engine import SIZE_ONLY, Engine, open_engine
from photofs.volume.fetch import Pieces
from photofs.volume.fetching import Arrival
from photofs.volume.want import Want

log = logging.getLogger(__name__)


async def serve(stream: trio.SocketStream, pieces: Pieces) -> None:
    """Answer until the stream ends; what is being fetched then ends too, and stays as drafts."""
    guarding = Guarding()
    async with open_engine(pieces) as engine, trio.open_nursery() as nursery:
        outbox = Outbox(stream)
        nursery.start_soon(outbox.run)
        nursery.start_soon(guarding.watch)
        answering = _Answering(outbox, engine)
        async with aclosing(read_messages(stream)) as messages:
            async for message in messages:
                if isinstance(message, Guard):
                    guarding.take(message)
                else:
                    answering.take(message)
        guarding.end()
        nursery.cancel_scope.cancel()


class _Answering:
    """The questions that are open. None has a task: each is answered where its bytes arrive."""

    def __init__(self, outbox: Outbox, engine: Engine) -> None:
        self._outbox = outbox
        self._engine = engine
        self._open: dict[int, Callable[[], None]] = {}

    def take(self, message: Message) -> None:
        """Begin to answer, or stop answering."""
        if isinstance(message, Ask):
            self._begin(message)
        elif isinstance(message, Forget):
            self._open.pop(message.number, _nothing)()

    def _begin(self, ask: Ask) -> None:
        """Ask the engine; whatever comes of it is told."""
        self._open[ask.number] = _nothing
        try:
            leave = self._ask_engine(ask)
        except PhotofsError as error:
            self._tell(ask.number, error)
        except Exception as error:
            log.exception("photo %d: a question could not be answered", ask.photo_id)
            self._tell(ask.number, Bug(f"fetching failed unexpectedly: {error!r}"))
        else:
            if ask.number in self._open:  # not answered at once
                self._open[ask.number] = leave

    def _ask_engine(self, ask: Ask) -> Callable[[], None]:
        """Have it told what the engine brings; what takes the question back."""
        if ask.verb == "size" and (size := self._engine.known_size(ask.photo_id)) is not None:
            self._tell(ask.number, Arrival("", size, SIZE_ONLY, None))
            return _nothing

        def tell(outcome: Arrival | PhotofsError) -> None:
            self._tell(ask.number, outcome)

        span = Span(ask.start, ask.stop) if ask.verb == "ensure" else SIZE_ONLY
        sealed = ask.verb == "whole"
        return self._engine.join(
            ask.photo_id, Want(span, draft=ask.draft, sealed=sealed, when_settled=tell)
        )

    def _tell(self, number: int, outcome: Arrival | PhotofsError) -> None:
        """The answer to a question that is still open."""
        if self._open.pop(number, None) is None:
            return
        if isinstance(outcome, PhotofsError):
            self._outbox.put(Failed.of(number, outcome))
        else:
            self._outbox.put(Told.of(number, outcome))


def _nothing() -> None:
    """Take nothing back."""
