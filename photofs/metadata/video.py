"""What a movie's header tells: when, in which zone, and where.

Reads QuickTime and MP4, box by box, wherever `moov` lies; each read is small, and there are at most
MAX_BOXES of them, whatever the boxes claim. Sources, best first: `com.apple.quicktime.creationdate`
(wall time with offset), the user data's `©day`, then `mvhd`, whose time is UTC since 1904 and often
0 (not set). Before 1970 no camera wrote it: a program counted from another epoch, and it is not
used.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from photofs.metadata.exif import read_offset, read_time
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.photo import Position, is_on_earth

ReadAt = Callable[[int, int], bytes]
"""Bytes from an offset on, at most so many; fewer only at the file's end."""

MAX_BOXES: Final = 1000
MAX_TEXT: Final = 4096
_MAX_KEYS: Final = 64 * 1024
_SINCE_1904: Final = 2_082_844_800  # seconds from 1904-01-01 to 1970-01-01, both UTC
_ISO6709: Final = re.compile(r"([+-]\d{1,3}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)(?=[+-/]|$)")
_CREATED: Final = "com.apple.quicktime.creationdate"
_PLACED: Final = "com.apple.quicktime.location.ISO6709"
_DAY: Final = b"\xa9day"
_PLACE: Final = b"\xa9xyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """What was found."""

    taken: TakenFact | None
    position: Position | None


class _Box(NamedTuple):
    """One box: its name, and where its content begins and ends in the file."""

    name: bytes
    start: int
    stop: int


class _File:
    """A movie file with a count of how many more boxes may be read."""

    def __init__(self, read_at: ReadAt, size: int) -> None:
        self.read_at = read_at
        self.size = size
        self.left = MAX_BOXES

    def boxes(self, start: int, stop: int) -> Iterator[_Box]:
        """The boxes that follow one another between two offsets, as far as they are sound."""
        stop = min(stop, self.size)
        while start + 8 <= stop and self.left > 0:
            self.left -= 1
            box = self._box(start, stop)
            if box is None:
                return
            yield box
            start = box.stop

    def find(self, name: bytes, start: int, stop: int) -> _Box | None:
        """The first box of that name between two offsets."""
        return next((box for box in self.boxes(start, stop) if box.name == name), None)

    def content(self, box: _Box, most: int) -> bytes:
        """A box's content, or its first `most` bytes."""
        return self.read_at(box.start, min(box.stop - box.start, most))

    def _box(self, start: int, stop: int) -> _Box | None:
        """The box that begins at an offset; None if its length cannot be right."""
        head = self.read_at(start, 16)
        if len(head) < 8:  # noqa: PLR2004 - length and name
            return None
        length, name, header = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, header = int.from_bytes(head[8:16], "big"), 16
        if length == 0:
            length = stop - start
        if not header <= length <= stop - start:
            return None
        return _Box(name, start + header, start + length)


def read_video(read_at: ReadAt, size: int) -> VideoFacts | None:
    """The facts of a movie of `size` bytes; None if it has no `moov`, so is none or is cut off.

    Never raises on its own; what `read_at` raises goes through.
    """
    file = _File(read_at, size)
    moov = file.find(b"moov", 0, size)
    if moov is None:
        return None
    created, texts = _walk(file, moov)
    words = texts.get(_CREATED) or texts.get("day") or ""
    return VideoFacts(
        taken=_told(words) or _counted(created),
        position=read_iso6709(texts.get(_PLACED) or texts.get("place") or ""),
    )


def read_iso6709(words: str) -> Position | None:
    """A place such as "+52.5163+013.3777+034.5/", in degrees; exactly 0, 0 is no place."""
    found = _ISO6709.match(words.strip())
    if found is None:
        return None
    position = Position(float(found[1]), float(found[2]))
    nowhere = position.latitude == position.longitude == 0
    return position if is_on_earth(position) and not nowhere else None


def _walk(file: _File, moov: _Box) -> tuple[int, dict[str, str]]:
    """The header's count of seconds since 1904, and all texts that tell time or place."""
    created = 0
    texts: dict[str, str] = {}
    for box in file.boxes(moov.start, moov.stop):
        if box.name == b"mvhd":
            created = _created(file.content(box, 12))
        elif box.name == b"meta":
            texts |= _keyed(file, box)
        elif box.name == b"udta":
            texts |= _user_data(file, box)
    return created, texts


def _created(header: bytes) -> int:
    """mvhd: version and flags, then the creation time, in 4 or (version 1) 8 bytes."""
    return int.from_bytes(header[4:12] if header[:1] == b"\1" else header[4:8], "big")


def _keyed(file: _File, meta: _Box) -> dict[str, str]:
    """Apple's metadata: `keys` names them, `ilst` has the values by number, from 1."""
    start = _meta_start(file, meta)
    keys = file.find(b"keys", start, meta.stop)
    values = file.find(b"ilst", start, meta.stop)
    if keys is None or values is None:
        return {}
    names = dict(enumerate(_key_names(file.content(keys, _MAX_KEYS)), start=1))
    texts: dict[str, str] = {}
    for item in file.boxes(values.start, values.stop):
        name = names.get(int.from_bytes(item.name, "big"))
        if name in (_CREATED, _PLACED):
            texts[name] = _data(file, item)
    return texts


def _meta_start(file: _File, meta: _Box) -> int:
    """Where meta's boxes begin: at once in QuickTime, after version and flags in ISO files."""
    plain = file.read_at(meta.start, 8)[4:8] in (b"hdlr", b"keys", b"ilst")
    return meta.start if plain else meta.start + 4


def _key_names(content: bytes) -> Iterator[str]:
    """The names in a `keys` box: version, count, then length, namespace, name of each."""
    at = 8
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        if length < 8:  # noqa: PLR2004 - its own length and the namespace
            return
        yield content[at + 8 : at + length].decode("utf-8", "replace")
        at += length


def _data(file: _File, item: _Box) -> str:
    """The text in an item's `data` box, after type and locale."""
    box = file.find(b"data", item.start, item.stop)
    return _text(file.content(box, MAX_TEXT)[8:]) if box else ""


def _user_data(file: _File, udta: _Box) -> dict[str, str]:
    """QuickTime's user data, which Android writes too, and iTunes' within its `meta`."""
    texts: dict[str, str] = {}
    for box in file.boxes(udta.start, udta.stop):
        if box.name == b"meta":
            items = file.find(b"ilst", _meta_start(file, box), box.stop)
            day = file.find(_DAY, items.start, items.stop) if items else None
            texts.setdefault("day", _data(file, day) if day else "")
        elif box.name in (_DAY, _PLACE):
            words = _text(file.content(box, MAX_TEXT)[4:])  # after length and language
            texts["day" if box.name == _DAY else "place"] = words
    return texts


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace").strip()


def _told(words: str) -> TakenFact | None:
    """A time in words, with its offset; one that ends in "Z" is an instant without a zone."""
    local = read_time(words)
    if local is None:
        return None
    if words.endswith("Z"):
        return TakenFact(by=TakenBy.VIDEO, instant=local.replace(tzinfo=UTC))
    return TakenFact(by=TakenBy.VIDEO, local=local, offset=read_offset(words))


def _counted(since_1904: int) -> TakenFact | None:
    """The instant of a count of seconds, unless it is unset, before 1970, or no year's."""
    try:
        instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=since_1904 - _SINCE_1904)
    except OverflowError:
        return None
    return TakenFact(by=TakenBy.VIDEO, instant=instant) if since_1904 > _SINCE_1904 else None
