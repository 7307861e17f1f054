"""Which photo a file of an export is, told by its name; pure.

Names seen: `<slug>_<id>_o.<ext>`, untitled `<id>_<secret>_o.<ext>`, videos `<slug>_<id>.<ext>` and
`video_<id>.<ext>`, bare `<id>_o.<ext>`; old files without an extension. The slug may end in digits,
and a secret (10 hex digits) may have nothing but digits, so that only the set of ids that the
export knows can tell.
"""

import re
from collections.abc import Container
from typing import NamedTuple

from photofs.model.photo import Media

_EXTENSION = re.compile(r"\.([A-Za-z0-9]{2,4})$")
_SHORTEST_ID = 6
_SECRET = re.compile(r"[0-9a-f]{10}")

PICTURES = frozenset(
    "jpg jpeg jpe png gif webp tif tiff bmp heic heif avif jxl jp2 dng".split()  # noqa: SIM905 - read aloud
)
VIDEOS = frozenset(
    "mp4 m4v mov avi mpg mpeg mpe 3gp 3g2 m2ts mts m2t ogg ogv wmv mkv webm flv asf".split()  # noqa: SIM905 - read aloud
)


class MediaName(NamedTuple):
    """What a file's name tells: its id if any, how that was found, and its kind if it shows.

    `slug` is what stands before the id (Flickr's short form of the title), "" where nothing does.
    `guessed` is why the id may be another's, "" where the export itself knows it.
    """

    photo_id: str | None
    slug: str
    extension: str
    media: Media | None
    guessed: str


def read_name(name: str, known: Container[str]) -> MediaName:
    """Take a file's name apart; `known` are the ids that have a photo_<id>.json."""
    found = _EXTENSION.search(name)
    extension = found.group(1).lower() if found else ""
    stem = name[: found.start()] if found else name
    segments = stem.split("_")
    if len(segments) > 1 and segments[-1].lower() == "o":
        segments.pop()
    places = [place for place in range(len(segments) - 1, -1, -1) if _like_id(segments[place])]
    sure = next((place for place in places if segments[place] in known), None)
    place = sure if sure is not None else _likeliest(segments, places)
    guessed = "" if sure is not None or place is None else "its id is told by its name alone"
    media = Media.PICTURE if extension in PICTURES else None
    return MediaName(
        photo_id=None if place is None else segments[place],
        slug="_".join(segments[:place]) if place is not None else "_".join(segments),
        extension=extension,
        media=Media.VIDEO if extension in VIDEOS else media,
        guessed=guessed,
    )


def _like_id(segment: str) -> bool:
    return len(segment) >= _SHORTEST_ID and segment.isascii() and segment.isdecimal()


def _likeliest(segments: list[str], places: list[int]) -> int | None:
    """Where the id stands if no segment is a known one: before a secret, else the last number."""
    before_secret = len(segments) - 2
    if before_secret in places and _SECRET.fullmatch(segments[-1]):
        return before_secret
    return places[0] if places else None
