"""Originals of an emulated service: uploaded, or made when somebody asks for them."""

from datetime import datetime
from typing import Literal

import msgspec

from photofs.emulators.hosting.blobs import Blob, Held, Noise
from photofs.emulators.hosting.vault import Vault
from photofs.emulators.pictures import make_jpeg, make_png, make_video

MP4_HEAD = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
JPEG_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"


class Painted(msgspec.Struct, frozen=True, tag="painted"):
    """An original that is made when somebody asks for it: a picture or a short film.

    `taken` is naive local time (for a film: UTC) as ISO text, `offset` like "+02:00", `position`
    (latitude, longitude) in degrees; all three go into the picture's EXIF where they are known.
    """

    kind: Literal["jpg", "png", "mp4"]
    seed: int | str
    width: int
    height: int
    taken: str | None = None
    offset: str | None = None
    position: tuple[float, float] | None = None


class Stored(msgspec.Struct, frozen=True, tag="stored"):
    """An original that was uploaded: its bytes lie in the vault under their SHA-256."""

    sha256: str


class Random(msgspec.Struct, frozen=True, tag="random"):
    """An original of `size` random bytes that only looks like a film or picture at its head."""

    seed: int
    size: int
    kind: Literal["jpg", "mp4"] = "mp4"


Original = Painted | Stored | Random


def blob_of(original: Original, vault: Vault) -> Blob:
    """The bytes that were uploaded; those that were, lie in `vault`."""
    match original:
        case Stored():
            return vault.get(original.sha256)
        case Random():
            head = MP4_HEAD if original.kind == "mp4" else JPEG_HEAD
            return Noise(original.seed, original.size, head)
        case Painted():
            return Held(paint(original))


def paint(picture: Painted) -> bytes:
    """The bytes of an original that is made on demand."""
    taken = datetime.fromisoformat(picture.taken) if picture.taken else None
    if picture.kind == "mp4":
        return make_video(picture.seed, taken=taken, position=picture.position)
    if picture.kind == "png":
        return make_png(picture.seed, width=picture.width, height=picture.height, taken=taken)
    return make_jpeg(
        picture.seed,
        width=picture.width,
        height=picture.height,
        taken=taken,
        offset=picture.offset,
        position=picture.position,
    )
