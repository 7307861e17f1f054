"""What a photo is: a picture or a video, its bytes' fidelity, and where its bytes are."""

from dataclasses import dataclass
from enum import StrEnum


class Media(StrEnum):
    """The kind of a photo's bytes."""

    PICTURE = "picture"
    VIDEO = "video"


class Fidelity(StrEnum):
    """How near the obtainable bytes are to what was once uploaded."""

    ORIGINAL = "original"
    RECOMPRESSED = "recompressed"
    PREVIEW = "preview"


class PhotoState(StrEnum):
    """Where a photo's bytes are, or what is still to be sent: `user.photofs.state`."""

    REMOTE = "remote"
    CACHED = "cached"
    PINNED = "pinned"
    MISSING = "missing"
    FAILED = "failed"
    LOCAL = "local"
    PENDING = "pending"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Position:
    """A place on earth, WGS 84 degrees, north and east positive."""

    latitude: float
    longitude: float


def is_on_earth(position: Position) -> bool:
    """Whether the degrees are within their bounds (a NaN is not)."""
    return abs(position.latitude) <= 90 and abs(position.longitude) <= 180  # noqa: PLR2004 - degrees


@dataclass(frozen=True, slots=True)
class PixelSize:
    """Width and height of a picture or a video frame, in pixels, as stored (not rotated)."""

    width: int
    height: int
