"""`python -m photofs.metadata.shrinking_child FD`: shrinks pictures that come through that socket.

A packet is a picture's kind, the wished sides and the texts, as JSON, with descriptors of the
picture and of one empty file for each side; the answer is "made", or why not. Memory and time are
limited for each picture, and so is what may be written.
"""

import json
import os
import socket
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from PIL import Image, ImageOps, PngImagePlugin

from photofs.metadata.decoding_child import FORMATS
from photofs.metadata.guarded_child import limit_process, limit_seconds
from photofs.metadata.shrinking import MADE

SECONDS: Final = 30
"""Of processor time for one picture."""

PIXELS: Final = 50_000_000
"""Of a picture as it is decoded; a JPEG is decoded at a fraction of its size."""

WRITTEN: Final = 16 << 20
"""Bytes of one PNG: 1024 x 1024 pixels with transparency are 4 MB before they are packed."""

ORIENTATION: Final = 0x0112
LYING: Final = range(5, 9)
"""EXIF orientations of pictures that lie on their side."""

_QUESTION: Final = 128 << 10
"""Bytes of the longest question: a path has 4 kB, and three characters for each in its URI."""

_MOST_FILES: Final = 8
_GAP: Final = 2.0
"""JPEGs are decoded to at least so many times the wished side, then shrunk well."""


def main() -> None:
    """Answer until the other end is closed."""
    limit_process(written=WRITTEN)
    Image.MAX_IMAGE_PIXELS = None  # asked below, for a JPEG may be larger than others
    warnings.simplefilter("ignore")
    with socket.socket(fileno=int(sys.argv[1])) as line:
        while True:
            packet, fds, _flags, _address = socket.recv_fds(line, _QUESTION, _MOST_FILES)
            if not packet or not fds:
                return
            said = answer(fds, json.loads(packet))
            for fd in fds:
                os.close(fd)
            line.send(said.encode("utf-8", "replace")[:4000])


def answer(fds: Sequence[int], question: dict[str, Any]) -> str:
    """What became of a picture, as text."""
    limit_seconds(SECONDS)
    kind, sides, texts = question["kind"], question["sides"], question["texts"]
    if not (isinstance(kind, str) and isinstance(sides, list) and isinstance(texts, dict)):
        return "the question is none"
    if FORMATS[kind][0] not in Image.OPEN:
        Image.init()
    try:
        with os.fdopen(os.dup(fds[0]), "rb") as file:
            file.seek(0)
            with Image.open(file, formats=FORMATS[kind]) as picture:
                held = question.get("held") or told_orientation(picture)
                return shrink(picture, dict(zip(sides, fds[1:], strict=True)), texts, held)
    except MemoryError:
        return "decoding it takes more memory than it may"
    except Exception as error:  # noqa: BLE001 - a decoder may raise whatever the bytes make it
        return str(error) or type(error).__name__


def shrink(
    picture: Image.Image, outs: Mapping[int, int], texts: Mapping[str, str], held: int
) -> str:
    """Write a PNG into each open file, by the longest side that it is to have.

    `held`: how the camera was, as EXIF counts.
    """
    told = PngImagePlugin.PngInfo()
    for key, value in texts.items():
        told.add_text(key, value)
    for side, small in sizes(picture, sorted(outs, reverse=True), held):
        with os.fdopen(os.dup(outs[side]), "wb") as file:
            small.save(file, "PNG", pnginfo=told)
    return MADE


def sizes(
    picture: Image.Image, sides: Sequence[int], orientation: int
) -> Iterator[tuple[int, Image.Image]]:
    """The picture upright, as large as each side at most, the largest first."""
    width, height = picture.size
    whole = (height, width) if orientation in LYING else (width, height)
    picture.draft(None, (round(sides[0] * _GAP), round(sides[0] * _GAP)))
    if picture.width * picture.height > PIXELS:
        raise ValueError(f"it has more than {PIXELS:,} pixels")
    small = in_colours(picture)
    small.thumbnail((sides[0], sides[0]))
    small.getexif()[ORIENTATION] = orientation
    small = ImageOps.exif_transpose(small)
    small.info.clear()  # profiles, comments: what was not asked for
    for side in sides:
        size = fitted(whole, side)
        small = small if small.size == size else small.resize(size)
        yield side, small


def fitted(whole: tuple[int, int], side: int) -> tuple[int, int]:
    """How large a picture of those sides becomes, whatever it was shrunk to on the way."""
    ratio = min(1.0, side / max(whole))
    return max(1, round(whole[0] * ratio)), max(1, round(whole[1] * ratio))


def in_colours(picture: Image.Image) -> Image.Image:
    """The picture in 8 bits of red, green and blue, with its transparency if it has any."""
    if picture.mode.startswith("I"):  # 16 bits of grey, which converting alone would cut off
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("RGB")
    if picture.mode == ("RGBA" if picture.has_transparency_data else "RGB"):
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def told_orientation(picture: Image.Image) -> int:
    """How the picture's EXIF says that it was held; upright (1) if that cannot be read."""
    try:
        told = picture.getexif().get(ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - an EXIF block may be any bytes
        return 1
    return told if told in range(1, 9) else 1


if __name__ == "__main__":
    main()
