"""A source whose originals lie in a folder, with faults on order; the same in any process.

FOLDER/originals/REF     the bytes of an original
FOLDER/faults.json       how to misbehave (`Faults`); read anew for every stream
FOLDER/asked.log         one line a stream that was asked for: ref
FOLDER/requests.log      one JSON line a stream that has ended: ref, span, bytes sent
"""

import hashlib
import io
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
import trio

from photofs.catalog.port import SourceRow
from photofs.model import errors
from photofs.model.errors import PhotofsError, Temporary, Unreachable
from photofs.model.observation import ContentHash, HashKind, Observation
from photofs.model.span import Span
from photofs.providers.port import Abilities

HANGS = 0.05
"""Seconds between two looks whether a host that hangs still does."""

PAGE = b"<!DOCTYPE html><html>please log in</html>"


class Faults(msgspec.Struct, kw_only=True):
    """How the source misbehaves; the defaults are a host in good health."""

    down: bool = False
    hang: bool = False
    hang_on: list[str] = []
    error: str = ""
    retry_after: float | None = None
    connecting: float = 0.0
    rate: float = 0.0
    chunk: int = 65536
    drop_after: int = 0
    drops: int = 1_000_000
    no_ranges: bool = False
    no_total: bool = False
    html: bool = False
    lie_total: int = 0
    short: int = 0
    cut: int = 0
    cuts: int = 1_000_000
    wrong_hash: bool = False
    tell_hash: bool = False
    validator: bool = True
    metered: bool = False


class Request(NamedTuple):
    """One stream: what was asked, and how many bytes were sent."""

    ref: str
    start: int | None
    stop: int | None
    sent: int


class FakeSource:
    """Keeps `providers.port.Provider`."""

    def __init__(self, folder: Path) -> None:
        """A source over a folder that `make_source` made."""
        self.folder = folder
        self._dropped = 0
        self._cut = 0

    @property
    def abilities(self) -> Abilities:
        """It can do all that reading asks for."""
        return Abilities(
            lists_everything=True,
            reports_size=False,
            reports_hash=False,
            supports_ranges=True,
            metered=read_faults(self.folder).metered,
            folders=frozenset(),
        )

    async def changes(self, cursor: str | None) -> AsyncIterator[Observation]:
        """Nothing: tests file what they need themselves."""
        del cursor
        await trio.lowlevel.checkpoint()
        nothing: tuple[Observation, ...] = ()
        for observation in nothing:
            yield observation

    async def is_gone(self, remote_id: str) -> bool:
        """Nothing is ever gone."""
        del remote_id
        await trio.lowlevel.checkpoint()
        return False

    @asynccontextmanager
    async def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AsyncIterator["FakeStream"]:
        """A stream with the faults of the moment."""
        del person
        await trio.lowlevel.checkpoint()
        with (self.folder / "asked.log").open("a") as file:
            file.write(f"{ref}\n")
        while (  # noqa: ASYNC110 - another process says when
            faults := read_faults(self.folder)
        ).hang or ref in faults.hang_on:
            await trio.sleep(HANGS)
        if faults.down:
            await trio.sleep(faults.connecting)
            raise Unreachable("the host cannot be reached", remedy="check the line")
        if faults.error:
            kind: type[PhotofsError] = getattr(errors, faults.error)
            if faults.retry_after is not None:
                raise errors.Temporary("asked too often", retry_after=faults.retry_after)
            raise kind(f"the source says {faults.error}")
        stream = FakeStream(self, ref, span, faults)
        try:
            yield stream
        finally:
            stream.close()
            start, stop = span or (None, None)
            self._log(Request(ref, start, stop, stream.sent))

    def may_drop(self, faults: Faults) -> bool:
        """Whether the line may break once more."""
        self._dropped += 1
        return self._dropped <= faults.drops

    def may_cut(self, faults: Faults) -> bool:
        """Whether one more whole answer may be shortened."""
        self._cut += 1
        return self._cut <= faults.cuts

    def _log(self, request: Request) -> None:
        with (self.folder / "requests.log").open("a") as file:
            file.write(json.dumps(request) + "\n")


class FakeStream:
    """Keeps `providers.port.OriginalStream`."""

    def __init__(self, source: FakeSource, ref: str, span: Span | None, faults: Faults) -> None:
        """The bytes that will be sent are settled now."""
        self._file: BinaryIO = (source.folder / "originals" / ref).open("rb")
        size = os.fstat(self._file.fileno()).st_size
        honoured = span is not None and not faults.no_ranges
        self.start = span.start if honoured and span else 0
        self._stop = min(span.stop, size) if honoured and span else size
        self.total = None if faults.no_total else faults.lie_total or size
        self.validator = f"{size}-{self._first_bytes()}" if faults.validator else None
        self.hash: ContentHash | None = None
        if faults.tell_hash or faults.wrong_hash:
            self._file.seek(0)
            data = b"" if faults.wrong_hash else self._file.read()
            self.hash = ContentHash(HashKind.SHA256, hashlib.sha256(data).hexdigest())
        if faults.html:
            self._file.close()
            self._file = io.BytesIO(PAGE)
            self.start, self._stop, self.total = 0, len(PAGE), len(PAGE)
        if faults.cut and span is None and source.may_cut(faults):
            self._stop = faults.cut
            self.total = None if faults.no_total else faults.cut
        self._stop -= faults.short
        self._source = source
        self._faults = faults
        self.sent = 0

    def _first_bytes(self) -> str:
        return self._file.read(16).hex()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The chunks, until the line drops or all is sent."""
        faults = self._faults
        while (at := self.start + self.sent) < self._stop:
            dropping = faults.drop_after and self.sent >= faults.drop_after
            if dropping and self._source.may_drop(faults):
                raise Temporary("the line broke")
            self._file.seek(at)
            chunk = self._file.read(min(faults.chunk, self._stop - at))
            await trio.sleep(len(chunk) / faults.rate if faults.rate else 0)
            self.sent += len(chunk)
            yield chunk


@asynccontextmanager
async def open_fake_source(row: SourceRow) -> AsyncIterator[FakeSource]:
    """As assembly opens providers."""
    await trio.lowlevel.checkpoint()
    yield FakeSource(Path(str(row.config["folder"])))


def make_source(folder: Path) -> Path:
    """An empty source."""
    (folder / "originals").mkdir(parents=True)
    return folder


def set_faults(folder: Path, faults: Faults) -> None:
    """From the next stream on."""
    new = folder / "faults.new"
    new.write_bytes(msgspec.json.encode(faults))
    new.rename(folder / "faults.json")


def read_faults(folder: Path) -> Faults:
    """The faults of the moment."""
    try:
        return msgspec.json.decode((folder / "faults.json").read_bytes(), type=Faults)
    except FileNotFoundError:
        return Faults()


def is_asked(folder: Path, ref: str) -> bool:
    """Whether that original was ever asked for."""
    asked = folder / "asked.log"
    return asked.exists() and ref in asked.read_text().splitlines()


def requests_of(folder: Path) -> list[Request]:
    """All streams that have ended so far."""
    try:
        lines = (folder / "requests.log").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [Request(*json.loads(line)) for line in lines]
