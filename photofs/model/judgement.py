"""What a file that a program wrote turned out to be, told by its bytes and its name."""

from typing import NamedTuple

from photofs.model.observation import PhotoSeen


class Whole(NamedTuple):
    """A whole picture or video, sealed under its hash; `seen` holds what its bytes tell.

    `crc32`: of all its bytes, 8 lower-case hex digits; None if it was not worked out.
    """

    sha256: str
    size: int
    seen: PhotoSeen
    crc32: str | None = None


class Other(NamedTuple):
    """No picture and no video, or a name that programs give to files that do not stay.

    `size`: its length in bytes as it was looked at; None if nobody looked.
    """

    why: str
    size: int | None = None


class Broken(NamedTuple):
    """A picture or video that is not whole, or cannot be read; `size` as above."""

    why: str
    size: int | None = None


class Untouched(NamedTuple):
    """It was opened to be written, and ended before its first byte: it has no file of its own."""


Judgement = Whole | Other | Broken | Untouched
