"""Which photos of a service a file may already be, where nobody here has read their bytes; pure.

Likeness proves nothing: it says which photos are worth a look before a file is sent as a new one.
A photo is looked at if its service's id is the one that the file's mirror names, or if it has the
file's capture second or its name, and nothing that is known of both tells them apart.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from photofs.model.naming import fold
from photofs.model.photo import Media, PixelSize


class UnreadPhoto(NamedTuple):
    """A photo whose bytes are unknown here, as its service tells it.

    `size`: of its original, in bytes, where it is known exactly. `original`: the service gives its
    bytes back as they were sent; where it does not, neither size nor pixels tell anything.
    `taken_local`: ISO 8601, to the second, None if it is not known so exactly.
    """

    photo_id: int
    remote_id: str
    media: Media
    names: tuple[str, ...]
    taken_local: str | None = None
    pixels: PixelSize | None = None
    size: int | None = None
    original: bool = True


class Sought(NamedTuple):
    """A file of which it is asked. `remote_id`: what its mirror calls it, "" if it does not.

    `names`: its file's and its title; `taken_local`: by its bytes, and as its mirror has it.
    `original`: False where its mirror says that it is only what a service made of the original.
    """

    media: Media
    size: int
    names: tuple[str, ...]
    taken_local: frozenset[str] = frozenset()
    remote_id: str = ""
    pixels: PixelSize | None = None
    original: bool = True


class UnreadPhotos:
    """All such photos of one service."""

    def __init__(self, photos: Iterable[UnreadPhoto]) -> None:
        """Each is found by its id, its second and its names."""
        self.number = 0
        self._by_id: dict[str, UnreadPhoto] = {}
        self._by_second: defaultdict[str, list[UnreadPhoto]] = defaultdict(list)
        self._by_name: defaultdict[str, list[UnreadPhoto]] = defaultdict(list)
        for photo in photos:
            self.number += 1
            self._by_id[photo.remote_id] = photo
            if photo.taken_local is not None:
                self._by_second[photo.taken_local].append(photo)
            for key in _keys(photo.names):
                self._by_name[key].append(photo)

    def like(self, sought: Sought) -> list[UnreadPhoto]:
        """Those that the file may be, the likeliest first."""
        found: dict[int, UnreadPhoto] = {}
        known = self._by_id.get(sought.remote_id)
        second = [each for key in sought.taken_local for each in self._by_second.get(key, ())]
        named = [each for key in _keys(sought.names) for each in self._by_name.get(key, ())]
        same = {each.photo_id for each in second}
        both = [each for each in named if each.photo_id in same]
        alike = (each for each in named if _counts(sought, each))
        for photo in (*([known] if known else ()), *both, *second, *alike):
            if may_be(sought, photo):
                found.setdefault(photo.photo_id, photo)
        return list(found.values())


def may_be(sought: Sought, photo: UnreadPhoto) -> bool:
    """Whether nothing that is known of both tells them apart."""
    if sought.media is not photo.media:
        return False
    if not photo.original:
        return True
    if photo.size is not None and photo.size != sought.size:
        return False
    return _turned(sought.pixels, photo.pixels)


def _counts(sought: Sought, photo: UnreadPhoto) -> bool:
    """Whether a name alone makes a photo worth a look: not of bytes that nobody can compare.

    Cameras count anew from 0001, and a service may have any photo's date changed; where no look
    follows, a name and another date are two photos.
    """
    dated = sought.taken_local and photo.taken_local is not None
    return photo.original or not dated or photo.taken_local in sought.taken_local


def _turned(one: PixelSize | None, other: PixelSize | None) -> bool:
    """Whether they are as many, as stored or turned upright, as far as both are known."""
    if one is None or other is None:
        return True
    return sorted((one.width, one.height)) == sorted((other.width, other.height))


def _keys(names: Iterable[str]) -> frozenset[str]:
    """The names as they are compared: without their extensions, folded."""
    stems = (_stem(name.strip()) for name in names)
    return frozenset(fold(stem) for stem in stems if stem)


def _stem(name: str) -> str:
    """Without its extension; services take a file's name for a title without it."""
    stem, dot, tail = name.rpartition(".")
    return stem if dot and stem and tail.isalnum() else name
