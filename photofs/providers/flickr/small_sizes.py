"""The sizes of up to 1024 pixels, whose addresses are the same but for a suffix; pure.

They share one secret, so that one address tells all of them (flickr.md 3.1); a photo has each size
that is shorter than itself. Squares are cut off at the sides, and left out.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from photofs.providers.flickr.answers import Record
from photofs.providers.flickr.endpoint import Endpoint
from photofs.providers.flickr.values import text


class SmallSize(NamedTuple):
    """`letter` as in the `url_` extras, `label` as in photos.getSizes; the longest side."""

    letter: str
    suffix: str
    label: str
    edge: int


SIZES: Final = (
    SmallSize("t", "_t", "Thumbnail", 100),
    SmallSize("s", "_m", "Small", 240),
    SmallSize("n", "_n", "Small 320", 320),
    SmallSize("w", "_w", "Small 400", 400),
    SmallSize("m", "", "Medium", 500),
    SmallSize("z", "_z", "Medium 640", 640),
    SmallSize("c", "_c", "Medium 800", 800),
    SmallSize("l", "_b", "Large", 1024),
)
_BY_LETTER: Final = {size.letter: size for size in SIZES}


class Small(NamedTuple):
    """How the addresses of a photo's small sizes begin, and the letter of the largest; or ""s."""

    stem: str = ""
    largest: str = ""


def small_of(record: Record, endpoint: Endpoint, remote_id: str) -> Small:
    """By a list record: the addresses that it names, else those that its secret makes."""
    for size in reversed(SIZES):
        url = (text(record.get(f"url_{size.letter}")) or "").partition("?")[0]
        if url.endswith(f"{size.suffix}.jpg"):
            return Small(url.removesuffix(f"{size.suffix}.jpg"), size.letter)
    secret, server = text(record.get("secret")), text(record.get("server"))
    if not secret or not server:
        return Small()
    return Small(f"{endpoint.static}/{server}/{remote_id}_{secret}", SIZES[-1].letter)


def address_of(small: Small, pixels: int) -> str | None:
    """Of the smallest size with so many pixels, else of the largest; None if none is known."""
    largest = _BY_LETTER.get(small.largest)
    if not small.stem or largest is None:
        return None
    enough = (size for size in SIZES if size.edge >= min(pixels, largest.edge))
    return f"{small.stem}{next(enough, largest).suffix}.jpg"


def address_among(urls: Mapping[str, str], pixels: int) -> str | None:
    """The same of the addresses that photos.getSizes names by their labels."""
    there = [size for size in SIZES if size.label in urls]
    enough = (size for size in there if size.edge >= pixels)
    size = next(enough, there[-1] if there else None)
    return None if size is None else urls[size.label]
