"""What mount process and fetching process say to each other, and how it travels.

A frame is its length in 4 bytes, big-endian, and that many bytes of MessagePack. The mount asks and
forgets, and says what is to be guarded; the fetcher answers each question once, with what has
arrived or with an error of ours. Bytes of photos never travel here: both see the same files.
"""

from collections.abc import AsyncGenerator
from typing import Literal

import msgspec
import trio

from photofs.model import errors
from photofs.model.errors import Bug, PhotofsError, Temporary
from photofs.model.span import Span
from photofs.volume.fetching import Arrival

LONGEST = 1 << 20
"""Bytes of a frame; a longer one can only be noise."""

HEADER = 4
RECEIVE = 1 << 16

Verb = Literal["size", "ensure", "whole"]


class Ask(msgspec.Struct, tag="ask", array_like=True, frozen=True):
    """A question; `number` is the asker's own."""

    number: int
    verb: Verb
    photo_id: int
    start: int = 0
    stop: int = 0
    draft: int | None = None


class Forget(msgspec.Struct, tag="forget", array_like=True, frozen=True):
    """Nobody waits for that answer any more."""

    number: int


class Guard(msgspec.Struct, tag="guard", array_like=True, frozen=True):
    """Which mount the asker serves, and which process that is (photofs.kernel has the words)."""

    pid: int
    started: int
    point: str
    mount_id: int
    minor: int


class Told(msgspec.Struct, tag="told", array_like=True, frozen=True):
    """The answer: what is there."""

    number: int
    content_key: str
    size: int
    start: int
    stop: int
    sha256: str | None

    @classmethod
    def of(cls, number: int, arrival: Arrival) -> "Told":
        """The message for an arrival."""
        return cls(
            number,
            arrival.content_key,
            arrival.size,
            arrival.span.start,
            arrival.span.stop,
            arrival.sha256,
        )

    def arrival(self) -> Arrival:
        """What the message says."""
        return Arrival(self.content_key, self.size, Span(self.start, self.stop), self.sha256)


class Failed(msgspec.Struct, tag="failed", array_like=True, frozen=True):
    """The answer: why it will not come. `kind` is the class's name."""

    number: int
    kind: str
    what: str
    safe: str
    remedy: str
    retry_after: float | None

    @classmethod
    def of(cls, number: int, error: PhotofsError) -> "Failed":
        """The message for an error."""
        retry_after = error.retry_after if isinstance(error, Temporary) else None
        # rooms have errors of their own below those of model/errors.py, which the mount knows
        kind = next(each.__name__ for each in type(error).__mro__ if hasattr(errors, each.__name__))
        return cls(number, kind, error.what, error.safe, error.remedy, retry_after)

    def error(self) -> PhotofsError:
        """The error that the message tells of."""
        kind = getattr(errors, self.kind, Bug)
        if not (isinstance(kind, type) and issubclass(kind, PhotofsError)):
            kind = Bug
        error: PhotofsError = kind(self.what, safe=self.safe, remedy=self.remedy)
        if isinstance(error, Temporary):
            error.retry_after = self.retry_after
        return error


Message = Ask | Forget | Guard | Told | Failed

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Message)


def to_frame(message: Message) -> bytes:
    """The message as it travels."""
    body = _encoder.encode(message)
    return len(body).to_bytes(HEADER, "big") + body


async def read_messages(stream: trio.abc.ReceiveStream) -> AsyncGenerator[Message, None]:
    """All messages until the other side is gone. Bug if what comes is no message."""
    buffer = bytearray()
    while True:
        for body in _whole_frames(buffer):
            try:
                yield _decoder.decode(body)
            except msgspec.MsgspecError as error:
                raise Bug(f"the fetching process and the mount disagree: {error}") from error
        try:
            data = await stream.receive_some(RECEIVE)
        except trio.BrokenResourceError:
            return
        if not data:
            return
        buffer += data


def _whole_frames(buffer: bytearray) -> list[bytes]:
    """Take all whole frames off the buffer."""
    frames = []
    at = 0
    while len(buffer) - at >= HEADER:
        length = int.from_bytes(buffer[at : at + HEADER], "big")
        if length > LONGEST:
            raise Bug("the fetching process and the mount disagree: a frame is too long")
        if len(buffer) - at - HEADER < length:
            break
        frames.append(bytes(buffer[at + HEADER : at + HEADER + length]))
        at += HEADER + length
    del buffer[:at]
    return frames
