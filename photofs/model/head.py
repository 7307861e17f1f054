"""What the first bytes of a picture or video tell."""

from typing import NamedTuple

from photofs.model.capture_time import TakenFact
from photofs.model.photo import Media, Position

HEAD_LENGTH = 128 * 1024
"""How many bytes are looked at, or the whole file if it is shorter."""


class HeadFacts(NamedTuple):
    """Medium, usual extension (lower case, no dot), and capture time and place if they stand there.

    A video's facts stand at its end as often as not: then they are None.
    """

    media: Media
    extension: str
    taken: TakenFact | None
    position: Position | None
