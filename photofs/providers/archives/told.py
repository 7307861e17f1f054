"""What earlier scans told, noted on this machine: so that what is gone can be told as missing.

An export never says that a photo was deleted, and neither does a part that is not here any more.
Its photos are told again, marked as missing, at every scan that finds them nowhere; should the
notes be lost, they just stay in the catalog as they were.
"""

import base64
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import msgspec

from photofs.model.observation import PhotoSeen, Superseded
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


class Told:
    """Collects what is told now, and knows what was told before.

    Notes are written under other keys than those of the scan before, whose notes so stay whole
    until this scan has ended and says under "told" where its own are. A scan that tells only what
    is new (`only_more`) adds its notes to theirs, and the later one of two notes of a photo counts.
    """

    def __init__(self, state: SmallState, since: Mapping[str, str] | None = None) -> None:
        """Read the notes of the last scan that ended.

        `since`: by export, the mark of the parts that the last scan had read which was filed.
        """
        self._last = _last(state.get(_KEY))
        side, count = self._last
        notes = [state.get(f"{_KEY}-{side}-{number + 1}") for number in range(count)]
        self._before = [note for note in notes if isinstance(note, str)]
        self._whole = 0 < count == len(self._before)
        self.since = dict(since or {})
        self.partial = False
        self._side = 1 - side
        self._now: list[PhotoSeen] = []
        self._ids: set[str] = set()
        self._written = 0
        self.superseded = _words(state.get(_SUPERSEDED))
        self.begun = _words(state.get(_BEGUN))

    def all_before(self) -> Iterator[PhotoSeen]:
        """What was told the last time, missing photos too."""
        known: set[str] = set()
        for text in reversed(self._before):
            try:
                told = _decode(_unpacked(text))
            except (ValueError, zlib.error, msgspec.DecodeError):
                continue
            for seen in told:
                if seen.remote_id not in known:
                    known.add(seen.remote_id)
                    yield seen

    def some_before(self, wanted: Callable[[Brief], bool]) -> list[PhotoSeen] | None:
        """Those of them that are wanted; None if not all notes can be read."""
        found: dict[str, PhotoSeen] = {}
        for text in reversed(self._before):
            try:
                told = _unpacked(text)
                places = [at for at, one in enumerate(_decode_briefly(told)) if wanted(one)]
                raw = _take_apart(told) if places else []
                for seen in (_decode_one(raw[at]) for at in places):
                    found.setdefault(seen.remote_id, seen)
            except (ValueError, zlib.error, msgspec.DecodeError):
                return None
        return list(found.values()) if self._whole else None

    def only_more(self) -> None:
        """What is told now comes beside what was told before, of which nothing is missing."""
        self.partial = True
        self._side, self._written = self._last

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
        known = self._ids.union(self.superseded)
        for seen in self.all_before():
            if seen.remote_id not in known:
                yield replace(seen, missing=True)

    def end(self) -> Iterator[Note]:
        """All is told."""
        if self._now:
            yield self._note()
        yield Note(_KEY, [self._side, self._written])
        known = self._ids.union(self.superseded)
        left = {one: ref for one, ref in self.begun.items() if one not in known}
        if left != self.begun:
            yield Note(_BEGUN, left)

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


def _last(noted: object) -> tuple[int, int]:
    """On which side, 0 or 1, the last scan noted, and how many notes."""
    if isinstance(noted, list) and len(noted) == 2 and all(isinstance(one, int) for one in noted):  # noqa: PLR2004 - side and count
        side, count = noted
        return side & 1, count
    return 0, 0
