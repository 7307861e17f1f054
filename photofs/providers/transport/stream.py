"""An original's bytes out of an HTTP answer: what it is that came, and whether all of it came.

A host may ignore the wish for a range, hide the length, send a page of apology or nothing at all
with status 200, or stop half-way; none of these may ever look like the picture.
"""

import base64
import binascii
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio

from photofs.model.errors import Temporary
from photofs.model.observation import ContentHash, HashKind
from photofs.model.photo import Media
from photofs.model.span import Span
from photofs.providers.transport.allowance import LINE
from photofs.providers.transport.client import AGENT, Client
from photofs.providers.transport.connection import Answer
from photofs.providers.transport.retrying import Throttled, retry_after_of
from photofs.providers.transport.trouble import of_host

PARTIAL = 206
UNSATISFIABLE = 416
UNAUTHENTICATED = 401
THROTTLED = 429
REFUSALS = frozenset({401, 403, 404, 410})
SERVER_TROUBLE = 500

SLOWEST = 1024
"""Bytes a second. A host that drips fewer keeps a photo from coming for as long as it likes."""

JUDGED_AFTER = 30.0
"""Seconds of waiting over which the pace is taken; who asks again goes on where this one ended."""

CONTENT_RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)", re.ASCII)
MD5_HEX = re.compile(r'"?([0-9a-fA-F]{32})"?', re.ASCII)
# Types that say nothing are let through; the head of the bytes is looked at besides.
VAGUE_TYPES = frozenset(
    {"", "application/octet-stream", "binary/octet-stream", "application/mp4", "text/plain"}
)
PAGE_STARTS = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<rsp", b"<error", b'{"stat')


class Missing(Temporary):
    """The host says that the file is not there, or not for us; it need not be true."""


class Unwelcome(Missing):
    """The host does not accept the login."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bytes of which file are asked for; `if_range` makes a changed file come whole.

    `headers` are the service's own, such as a login's; redirects within its hosts get them, too.
    `person`: somebody waits for it.
    """

    url: str
    media: Media
    span: Span | None = None
    if_range: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    person: bool = False

    def __repr__(self) -> str:
        """Neither address nor login, for tracebacks and logs."""
        return f"Wanted({self.media}, {self.span})"


class HttpStream:
    """An OriginalStream over one answer."""

    def __init__(self, answer: Answer, wanted: Wanted) -> None:
        """Judge status and headers; raises Temporary if they are not those of the file."""
        _check_status(answer)
        self.start, self._end, self.total = _extent(answer, wanted)
        self._over = answer.status == UNSATISFIABLE
        if not self._over:
            _check_type(answer, wanted.media)
        self.etag = _strong_etag(answer)
        self.validator = answer.headers.get("etag") or answer.headers.get("last-modified")
        self.hash = _hash_of(answer)
        self._at = self.start
        self._stop = _earlier(self._end, None if wanted.span is None else wanted.span.stop)
        self._body = answer
        self._person = wanted.person
        self._waited = 0.0
        self._came = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Chunks in order, to the end of the span or the file; Temporary if fewer came."""
        return self

    async def __anext__(self) -> bytes:
        """The next bytes."""
        if self._over or self._at == self._stop:
            await self._let_go()
            raise StopAsyncIteration
        chunk = await self._next_chunk()
        if chunk is None:
            self._check_end()
            raise StopAsyncIteration
        if self._at == 0:
            _check_head(chunk)
        await LINE.pay(len(chunk), person=self._person)
        piece = chunk if self._stop is None else chunk[: self._stop - self._at]
        self._at += len(piece)
        return piece

    async def _next_chunk(self) -> bytes | None:
        """The body's next bytes; Temporary if those before came slower than one can wait for."""
        if self._waited >= JUDGED_AFTER:
            if self._came < self._waited * SLOWEST:
                raise of_host("the service sends too slowly")
            self._waited, self._came = 0.0, 0
        asked = trio.current_time()
        chunk = await self._body.next_chunk()
        self._waited += trio.current_time() - asked
        self._came += len(chunk or b"")
        return chunk

    async def _let_go(self) -> None:
        """Read on to the end of a body that has ended, so that the connection can be used again."""
        if not self._over and self._at == self._end:
            await self._body.next_chunk()

    def _check_end(self) -> None:
        # Without an announced length the body's end is the file's end, wherever it comes.
        if self._end is not None or self._at == self.start:
            raise of_host("the service sent fewer bytes than it had announced")


@asynccontextmanager
async def open_stream(client: Client, wanted: Wanted) -> AsyncIterator[HttpStream]:
    """Ask for the bytes; raises Missing, Throttled, and other Temporary."""
    async with client.get(wanted.url, _headers(wanted)) as answer:
        yield HttpStream(answer, wanted)


def _earlier(first: int | None, second: int | None) -> int | None:
    return min((end for end in (first, second) if end is not None), default=None)


def _headers(wanted: Wanted) -> dict[str, str]:
    usual = {"accept": "*/*", "accept-encoding": "identity", "user-agent": AGENT}
    headers = {**usual, **dict(wanted.headers)}
    if wanted.span is not None:
        headers["range"] = f"bytes={wanted.span.start}-{wanted.span.stop - 1}"
        if wanted.if_range is not None:
            headers["if-range"] = wanted.if_range
    return headers


def _check_status(answer: Answer) -> None:
    status = answer.status
    if status in (200, PARTIAL, UNSATISFIABLE):
        return
    retry_after = retry_after_of(answer.headers.get("retry-after"))
    if status == THROTTLED:
        raise of_host("the service asks us to slow down", Throttled, retry_after)
    if status in REFUSALS:
        kind = Unwelcome if status == UNAUTHENTICATED else Missing
        raise of_host(f"the service does not hand out the file (status {status})", kind)
    whose = "has trouble of its own" if status >= SERVER_TROUBLE else "gave an unexpected answer"
    raise of_host(f"the service {whose} (status {status})", retry_after=retry_after)


def _extent(answer: Answer, wanted: Wanted) -> tuple[int, int | None, int | None]:
    """Where the bytes begin, where the announced ones end, and how long the whole file is."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise of_host("the service packed the file, which we had not asked for")
    length = _number(answer.headers.get("content-length"))
    if answer.status == PARTIAL:
        return _partial_extent(answer, wanted, length)
    if answer.status == UNSATISFIABLE:
        return _beyond(answer)
    if length == 0:
        raise of_host("the service sent an empty file")
    return 0, length, length


def _partial_extent(
    answer: Answer, wanted: Wanted, length: int | None
) -> tuple[int, int, int | None]:
    found = CONTENT_RANGE.fullmatch(answer.headers.get("content-range", ""))
    if found is None or found[1] is None or wanted.span is None:
        raise of_host("the service sent a part without saying which one")
    first, end, total = int(found[1]), int(found[2]) + 1, _number(found[3])
    if first != wanted.span.start or end <= first or length not in (None, end - first):
        raise of_host("the service sent another part than the one asked for")
    if end < min(wanted.span.stop, end if total is None else total):
        raise of_host("the service sent less than the part asked for")
    return first, end, total


def _beyond(answer: Answer) -> tuple[int, int, int]:
    """The file ends before the span begins: an empty stream that tells how long it is."""
    found = CONTENT_RANGE.fullmatch(answer.headers.get("content-range", ""))
    total = None if found is None else _number(found[3])
    if not total:
        raise of_host("the service refused the part asked for")
    return total, total, total


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() else None


def _check_type(answer: Answer, media: Media) -> None:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    family = {Media.PICTURE: "image/", Media.VIDEO: "video/"}[media]
    if not kind.startswith(family) and kind not in VAGUE_TYPES:
        raise of_host("the service sent a page instead of the file")


def _check_head(chunk: bytes) -> None:
    if chunk[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PAGE_STARTS):
        raise of_host("the service sent a page instead of the file")


def _strong_etag(answer: Answer) -> str | None:
    etag = answer.headers.get("etag")
    return etag if etag and etag.startswith('"') else None


def _hash_of(answer: Answer) -> ContentHash | None:
    """The MD5 that Content-MD5 and a bare ETag agree on, or the only one of them.

    Content-MD5 may speak of the part (RFC 1864) and so counts for whole answers alone; a photo's
    ETag has a suffix and is no hash of the bytes, a video's is (measured).
    """
    tag = MD5_HEX.fullmatch(answer.headers.get("etag", ""))
    told = {tag[1].lower()} if tag else set()
    if answer.status != PARTIAL and (body := _content_md5(answer)):
        told.add(body)
    return ContentHash(HashKind.MD5, told.pop()) if len(told) == 1 else None


def _content_md5(answer: Answer) -> str | None:
    value = answer.headers.get("content-md5", "")
    if found := MD5_HEX.fullmatch(value):
        return found[1].lower()
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == 16 else None  # noqa: PLR2004 - an MD5 has 16 bytes
