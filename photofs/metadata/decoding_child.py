"""`python -m photofs.metadata.decoding_child FD`: decodes pictures that come through that socket.

A packet is a picture's kind, with its descriptor; the answer is a verdict and why. Memory and time
are limited for each picture, and nothing is written anywhere.
"""

import os
import socket
import sys
import warnings
from typing import Final

from PIL import Image, UnidentifiedImageError

from photofs.metadata.guarded_child import limit_process, limit_seconds

SECONDS: Final = 60
"""Of processor time for one picture."""

PIXELS: Final = 50_000_000
"""Of a picture that is decoded in full, and of all frames of an animation together."""

SHRINK: Final = 8
"""A JPEG is decoded to its end at an eighth of its width and height: every coefficient is read."""

FORMATS: Final = {
    "jpg": ("JPEG", "MPO"),
    "png": ("PNG",),
    "gif": ("GIF",),
    "webp": ("WEBP",),
    "bmp": ("BMP",),
    "tif": ("TIFF",),
    "avif": ("AVIF",),
}
CERTAIN: Final = frozenset({"jpg", "png", "gif", "webp"})
"""Kinds of which Pillow knows all there is; what it cannot read of the others may yet be right."""


def main() -> None:
    """Answer until the other end is closed."""
    limit_process(written=0)
    Image.MAX_IMAGE_PIXELS = None  # asked below, for a JPEG may be larger than others
    warnings.simplefilter("ignore")
    with socket.socket(fileno=int(sys.argv[1])) as line:
        while True:
            packet, fds, _flags, _address = socket.recv_fds(line, 16, 1)
            if not packet or not fds:
                return
            answer = judge(fds[0], packet.decode())
            os.close(fds[0])
            line.send(answer.encode("utf-8", "replace")[:4000])


def judge(fd: int, extension: str) -> str:
    """The verdict on an open picture, as text."""
    limit_seconds(SECONDS)
    if FORMATS[extension][0] not in Image.OPEN:
        Image.init()
    if FORMATS[extension][0] not in Image.OPEN:
        return f"unchecked nothing here decodes {extension}"
    try:
        with os.fdopen(os.dup(fd), "rb") as file:
            file.seek(0)
            with Image.open(file, formats=FORMATS[extension]) as picture:
                return decode(picture)
    except MemoryError:
        return "unchecked decoding it takes more memory than it may"
    except UnidentifiedImageError:
        return _doubt(extension, "it is no picture of its kind")
    except Exception as error:  # noqa: BLE001 - a decoder may raise whatever the bytes make it
        return _doubt(extension, str(error) or type(error).__name__)


def decode(picture: Image.Image) -> str:
    """Decode all frames."""
    if picture.format in {"JPEG", "MPO"}:
        picture.draft("RGB", (picture.width // SHRINK, picture.height // SHRINK))
        if picture.width * picture.height > PIXELS:
            return f"unchecked it has more than {PIXELS:,} pixels"
        picture.load()
        return "whole"
    pixels = 0
    for frame in range(getattr(picture, "n_frames", 1)):
        picture.seek(frame)
        pixels += picture.width * picture.height
        if pixels > PIXELS:
            return f"unchecked it has more than {PIXELS:,} pixels"
        picture.load()
    return "whole"


def _doubt(extension: str, why: str) -> str:
    """Broken, if Pillow must know."""
    known = extension in CERTAIN or "truncated" in why
    return f"broken {why}" if known else f"unchecked Pillow cannot read it: {why}"


if __name__ == "__main__":
    main()
