"""The bytes: originals and previews by their address, videos through the addresses of today.

A photo's address holds a secret that changes when the photo is replaced, rotated or made private;
the host besides refuses files that it has, now and then (flickr.md 3.4). So a file is gone only
when it was refused repeatedly and the API, asked anew, does not name it any more.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import trio

from photofs.model.errors import RemoteError, Temporary
from photofs.model.span import Span
from photofs.model.verdict import Verdict
from photofs.providers.flickr.answers import KEPT
from photofs.providers.flickr.api import Api, wait_for_place
from photofs.providers.flickr.endpoint import Endpoint
from photofs.providers.flickr.records import Ref
from photofs.providers.flickr.sizes import gone, sizes_of
from photofs.providers.port import SmallState, Tools
from photofs.providers.transport.client import Client
from photofs.providers.transport.pace import tell, verdict_of
from photofs.providers.transport.retrying import Retrying
from photofs.providers.transport.stream import HttpStream, Missing, Wanted, open_stream

FOR_PEOPLE = Retrying(deadline=50.0)
"""Who reads waits for 60 s (network.read_deadline), and is to be told why nothing comes."""
FOR_CENSUS = Retrying(deadline=120.0, tries=2)

REFUSED_ENOUGH = 3
"""Times that the host has to refuse a file before the API is asked about it."""

SIZES_HOLD = 3600.0
"""Seconds for which a video's addresses are used again without asking the API."""

REMEMBERED = 4096
"""Addresses and validators kept in memory at most."""

# The labels of photos.getSizes for the letters of the `url_` extras.
LABELS = {
    "o": "Original",
    "6k": "X-Large 6K",
    "5k": "X-Large 5K",
    "4k": "X-Large 4K",
    "3k": "X-Large 3K",
    "f": "X-Large 4K",
    "k": "Large 2048",
    "h": "Large 1600",
    "l": "Large",
    "c": "Medium 800",
    "z": "Medium 640",
    "m": "Medium",
    "w": "Small 400",
    "n": "Small 320",
    "s": "Small",
    "q": "Large Square",
    "t": "Thumbnail",
}
# Best first. The original is tried, though it is rarely given out (flickr.md 3.3); the label
# "Video Player" is a Flash program and no video.
VIDEO_ORIGINAL = "Video Original"
VIDEO_LABELS = (
    VIDEO_ORIGINAL,
    "1080p",
    "720p",
    "HD MP4",
    "appletv",
    "700",
    "Site MP4",
    "360p",
    "iphone_wifi",
    "288p",
    "Mobile MP4",
    "300",
    "100",
)

Value = TypeVar("Value")


class Candidate(NamedTuple):
    """One address under which a photo's bytes may be had; `name` goes into the validator."""

    url: str
    name: str
    refusals: int = REFUSED_ENOUGH


class _Refused(RemoteError):
    """The host refused the file as often as we ask."""


@dataclass(frozen=True, slots=True)
class _Sizes:
    """What photos.getSizes said, and when."""

    urls: dict[str, str]
    at: float


class Originals:
    """Opens the bytes of one account's photos."""

    def __init__(self, api: Api, client: Client, endpoint: Endpoint, tools: Tools) -> None:
        """Nothing is connected yet."""
        self._api = api
        self._client = client
        self._endpoint = endpoint
        self._pacer = tools.pacer
        self._state: SmallState = tools.small_state
        self._moved: dict[str, str] = {}
        self._etags: dict[str, str] = {}
        self._sizes: dict[str, _Sizes] = {}

    @asynccontextmanager
    async def open(self, ref: Ref, span: Span | None, *, person: bool) -> AsyncIterator[HttpStream]:
        """The bytes; raises Temporary, Gone, Quota, Unauthorised."""
        async with AsyncExitStack() as stack:
            fetch = _Fetch(self, stack, Wanted("", ref.media, span, person=person), person=person)
            if ref.size == "video":
                stream = await self._video(fetch, ref)
            else:
                stream = await self._picture(fetch, ref)
            yield stream

    async def _picture(self, fetch: "_Fetch", ref: Ref) -> HttpStream:
        url = self._moved.get(ref.version, ref.url)
        try:
            return await fetch.from_(_picture_at(url))
        except _Refused:
            now = (await sizes_of(self._api, ref.id, media="photo", person=fetch.person)).get(
                LABELS.get(ref.size, "")
            )
        if now is None:
            raise gone()
        _remember(self._moved, ref.version, now)
        try:
            return await fetch.from_(_picture_at(now))
        except _Refused as error:
            raise Temporary(
                "Flickr names a photo that the host of its pictures does not hand out now",
                safe=KEPT,
            ) from error

    async def _video(self, fetch: "_Fetch", ref: Ref) -> HttpStream:
        note = f"video {ref.id}"
        used = self._state.get(note)
        for candidate in _videos(await self._video_sizes(fetch, ref), used):
            try:
                stream = await fetch.from_(candidate)
            except _Refused:
                if candidate.name != VIDEO_ORIGINAL:
                    self._sizes.pop(ref.id, None)
                continue
            if candidate.name != used:
                self._state.put(note, candidate.name)
            return stream
        raise Temporary("Flickr does not hand out any version of the video now", safe=KEPT)

    async def _video_sizes(self, fetch: "_Fetch", ref: Ref) -> dict[str, str]:
        known = self._sizes.get(ref.id)
        if known is None or trio.current_time() - known.at > SIZES_HOLD:
            urls = await sizes_of(self._api, ref.id, media="video", person=fetch.person)
            known = _Sizes(urls, trio.current_time())
            _remember(self._sizes, ref.id, known)
        if not known.urls.keys() & set(VIDEO_LABELS):
            raise gone()
        return known.urls

    async def attempt(
        self,
        stack: AsyncExitStack,
        wanted: Wanted,
        candidate: Candidate,
        policy: Retrying,
        *,
        person: bool,
    ) -> HttpStream:
        """One request for the bytes, paced and reported; the stream is closed with the stack."""
        key = self._endpoint.static_key
        await wait_for_place(self._pacer, key, policy, person=person)
        asked = replace(wanted, url=candidate.url, if_range=self._etags.get(candidate.url))
        try:
            stream = await stack.enter_async_context(open_stream(self._client, asked))
        except Missing:
            tell(self._pacer, key, Verdict.FINE)
            raise
        except Temporary as error:
            tell(self._pacer, key, verdict_of(error), error.retry_after)
            raise
        tell(self._pacer, key, Verdict.FINE)
        if stream.etag is not None:
            _remember(self._etags, candidate.url, stream.etag)
        # Another secret or size is another version, even if the host names none.
        stream.validator = f"{_short(candidate.name)} {stream.validator or ''}"
        return stream


@dataclass(frozen=True, slots=True)
class _Fetch:
    """One wish for bytes: tries one address after another on the same stack."""

    originals: Originals
    stack: AsyncExitStack
    wanted: Wanted
    person: bool

    async def from_(self, candidate: Candidate) -> HttpStream:
        """The bytes from one address; _Refused if the host refused it often enough."""
        policy = FOR_PEOPLE if self.person else FOR_CENSUS
        refused = 0

        async def once() -> HttpStream:
            nonlocal refused
            try:
                return await self.originals.attempt(
                    self.stack, self.wanted, candidate, policy, person=self.person
                )
            except Missing as error:
                refused += 1
                if refused >= min(candidate.refusals, policy.tries):
                    raise _Refused(error.what) from error
                raise

        return await policy.run(once, "opening a file at Flickr")


def _picture_at(url: str) -> Candidate:
    return Candidate(url, url.partition("?")[0].rpartition("/")[2])


def _videos(urls: dict[str, str], used: object) -> list[Candidate]:
    """The addresses to try: that of last time first, so that versions are not mixed."""
    labels = sorted(
        (label for label in urls if label in VIDEO_LABELS),
        key=lambda label: (label != used, VIDEO_LABELS.index(label)),
    )
    never_given = {VIDEO_ORIGINAL: 1}
    return [
        Candidate(urls[label], label, never_given.get(label, REFUSED_ENOUGH)) for label in labels
    ]


def _short(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def _remember(memory: dict[str, Value], key: str, value: Value) -> None:
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]
