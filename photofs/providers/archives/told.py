"""What earlier scans told, noted on this machine: so that what is gone can be told as missing.

An export never says that a photo was deleted, and neither does a part that is not here any more.
Its photos are told again, marked as missing, at every scan that finds them nowhere; should the
notes be lost, they just stay in the catalog as they were.
"""

import base64
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple, Protocol

import msgspec

from photofs.model.observation import PhotoSeen, Superseded
from photofs.model.pile import Pile
from photofs.providers.port import SmallState

CHUNK = 2_000
"""Photos a note: about 1.5 MB of JSON, 150 KB as noted."""

_KEY = "told"
_SUPERSEDED = "superseded"
_BEGUN = "begun"
_encode = msgspec.json.Encoder().encode


class Brief(msgspec.Struct, frozen=True, gc=False):
    """What a photo that was told is known by; ten times as quick to read as all of it."""

    remote_id: str
    content_key: str


_decode = msgspec.json.Decoder(list[PhotoSeen]).decode
_decode_one = msgspec.json.Decoder(PhotoSeen).decode
_decode_briefly = msgspec.json.Decoder(list[Brief]).decode
_take_apart = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Note(msgspec.Struct, frozen=True):
    """Something to be noted: the key and the value for SmallState."""

    key: str
    value: object


class Ids(Protocol):
    """Ids that were told: a set, or what is like one."""

    def add(self, remote_id: str, /) -> None:
        """One more."""
        ...

    def __contains__(self, remote_id: object, /) -> bool:
        """Whether it was added."""
        ...


class PiledIds:
    """Ids in a pile."""

    def __init__(self, pile: Pile) -> None:
        """The pile is empty, and nobody else's."""
        self._pile = pile

    def add(self, remote_id: str, /) -> None:
        """One more."""
        self._pile.add(remote_id, ())

    def __contains__(self, remote_id: object, /) -> bool:
        """Whether it was added."""
        return remote_id in self._pile


class _Last(NamedTuple):
    """Where the notes of the last scan are: its side, 0 or 1, and the number of the last one.

    The first `whole` of them were left by one scan that told each photo once.
    """

    side: int
    end: int
    whole: int


class Told:
    """Collects what is told now, and knows what was told before.

    Notes are written under other keys than those of the scan before, whose notes so stay whole
    until this scan has ended and says under "told" where its own are. A scan that tells only what
    is new (`only_more`) adds its notes to theirs, and the later one of two notes of a photo counts.
    """

    def __init__(
        self, state: SmallState, since: Mapping[str, str] | None = None, ids: Ids | None = None
    ) -> None:
        """Look where the notes of the last scan that ended are.

        `since`: by export, the mark of the parts that the last scan had read which was filed.
        `ids` takes the ids that are told now; a set of its own, if none is given.
        """
        self._state = state
        self._last = _last(state.get(_KEY))
        self.since = dict(since or {})
        self.partial = False
        self._side = 1 - self._last.side
        self._now: list[PhotoSeen] = []
        self._ids: Ids = set() if ids is None else ids
        self._written = 0
        self.superseded = _words(state.get(_SUPERSEDED))
        self.begun = _words(state.get(_BEGUN))

    def all_before(self) -> Iterator[PhotoSeen]:
        """What was told the last time, missing photos too."""
        known: set[str] = set()
        for number, text in self._noted():
            try:
                told = _decode(_unpacked(text))
            except (ValueError, zlib.error, msgspec.DecodeError):
                continue
            for seen in told:
                if seen.remote_id in known:
                    continue
                if number > self._last.whole:
                    known.add(seen.remote_id)
                yield seen

    def some_before(self, wanted: Callable[[Brief], bool]) -> list[PhotoSeen] | None:
        """Those of them that are wanted; None if not all notes can be read."""
        found: dict[str, PhotoSeen] = {}
        read = 0
        for _number, text in self._noted():
            try:
                told = _unpacked(text)
                places = [at for at, one in enumerate(_decode_briefly(told)) if wanted(one)]
                raw = _take_apart(told) if places else []
                for seen in (_decode_one(raw[at]) for at in places):
                    found.setdefault(seen.remote_id, seen)
            except (ValueError, zlib.error, msgspec.DecodeError):
                return None
            read += 1
        return list(found.values()) if 0 < read == self._last.end else None

    def _noted(self) -> Iterator[tuple[int, str]]:
        """The notes of the last scan by number, the newest first, read one by one."""
        for number in range(self._last.end, 0, -1):
            note = self._state.get(f"{_KEY}-{self._last.side}-{number}")
            if isinstance(note, str):
                yield number, note

    def only_more(self) -> None:
        """What is told now comes beside what was told before, of which nothing is missing."""
        self.partial = True
        self._side, self._written = self._last.side, self._last.end

    def ids_before(self, prefix: str) -> frozenset[str]:
        """The ids told before that begin so."""
        return frozenset(
            seen.remote_id for seen in self.all_before() if seen.remote_id.startswith(prefix)
        )

    def before(self, ids: frozenset[str]) -> dict[str, PhotoSeen]:
        """What was told of these the last time."""
        return {seen.remote_id: seen for seen in self.all_before() if seen.remote_id in ids}

    def supersede(self, found: Mapping[str, str]) -> Iterator[Note | Superseded]:
        """These former ids stand for others; they are not told as missing any more.

        Noted before they are told, and told at every scan from now on: whoever files them may be
        stopped in between, and then they stand in no note but this one.
        """
        if found != self.superseded:
            self.superseded = dict(found)
            yield Note(_SUPERSEDED, self.superseded)
        for remote_id, by in found.items():
            yield Superseded(remote_id=remote_id, by=by)

    def begin(self, refs: Mapping[str, str]) -> Iterator[Note]:
        """These ids are about to be told, and may have to be superseded: by id, their files.

        Whoever files them may be stopped before the notes are whole; so they are noted first, and
        kept until a scan has ended that tells them or what stands for them.
        """
        found = {**self.begun, **refs}
        if found != self.begun:
            self.begun = found
            yield Note(_BEGUN, found)

    def add(self, seen: PhotoSeen) -> Iterator[Note]:
        """The photo is told now."""
        self._ids.add(seen.remote_id)
        self._now.append(seen)
        if len(self._now) >= CHUNK:
            yield self._note()

    def missing(self) -> Iterator[PhotoSeen]:
        """What was told before and was not added since; add these too."""
        if self.partial:
            return
        for seen in self.all_before():
            if not self._is_over(seen.remote_id):
                yield replace(seen, missing=True)

    def end(self) -> Iterator[Note]:
        """All is told."""
        if self._now:
            yield self._note()
        whole = self._last.whole if self.partial else self._written
        yield Note(_KEY, [self._side, self._written, whole])
        left = {one: ref for one, ref in self.begun.items() if not self._is_over(one)}
        if left != self.begun:
            yield Note(_BEGUN, left)

    def _is_over(self, remote_id: str) -> bool:
        """Whether the id was told now, or stands for another."""
        return remote_id in self._ids or remote_id in self.superseded

    def _note(self) -> Note:
        packed = zlib.compress(_encode(self._now), 1)
        self._now = []
        self._written += 1
        return Note(f"{_KEY}-{self._side}-{self._written}", base64.b64encode(packed).decode())


def _unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))


def _words(noted: object) -> dict[str, str]:
    """A note of words by words; empty if it is anything else."""
    told = noted if isinstance(noted, dict) else {}
    return {str(key): word for key, word in told.items() if isinstance(word, str)}


def _last(noted: object) -> _Last:
    """As `Told.end` noted it; older versions did not say how many notes tell each photo once."""
    if isinstance(noted, list) and 2 <= len(noted) <= 3 and all(isinstance(n, int) for n in noted):  # noqa: PLR2004 - side, count, whole
        side, count, *whole = noted
        return _Last(side & 1, count, *(whole or [0]))
    return _Last(0, 0, 0)
