"""What a file is, by its first bytes, whatever its name."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photofs.metadata.kind import sniff
from photofs.model.photo import Media


def tiff(*fields: tuple[int, int, int, bytes]) -> bytes:
    """A little-endian TIFF whose first directory has these fields (tag, type, count, value)."""
    entries = b"".join(struct.pack("<HHL4s", *field) for field in fields)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(fields)) + entries + b"\0\0\0\0"


def made(form: str) -> bytes:
    """A real small picture."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, form)
    return out.getvalue()


PICTURES = {
    "jpg": made("JPEG"),
    "png": made("PNG"),
    "gif": made("GIF"),
    "webp": made("WEBP"),
    "tif": made("TIFF"),
    "bmp": made("BMP"),
    "avif": made("AVIF"),
    "ico": made("ICO"),
    "jp2": made("JPEG2000"),
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "cr3": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
    "cr2": b"II*\0\x10\0\0\0CR\2\0",
    "dng": tiff((0xC612, 1, 4, b"\1\4\0\0")),
    "arw": tiff((0x010F, 2, 4, b"SONY"), (0x014A, 4, 1, b"\0\0\0\0")),
    "raf": b"FUJIFILMCCD-RAW 0201",
    "orf": b"IIRO\x08\0\0\0",
    "rw2": b"IIU\0\x18\0\0\0",
    "x3f": b"FOVb\0\0\2\0",
    "psd": b"8BPS\0\1",
    "jxl": b"\xff\x0a\x00",
}
VIDEOS = {
    "mp4": b"\0\0\0\x18ftypisom\0\0\0\0isom",
    "mov": b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
    "3gp": b"\0\0\0\x14ftyp3gp5\0\0\0\0",
    "3g2": b"\0\0\0\x14ftyp3g2a\0\0\0\0",
    "avi": b"RIFF\0\0\0\0AVI LIST",
    "mkv": b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska",
    "webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\1\x42\x82\x84webm",
    "mpg": b"\0\0\1\xba\x44",
    "wmv": b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9",
    "flv": b"FLV\1\5",
    "ogv": b"OggS" + b"\0" * 24 + b"\x80theora",
    "ts": (b"\x47" + b"\0" * 187) * 3,
    "mts": (b"\0\0\0\0\x47" + b"\0" * 187) * 3,
}


@pytest.mark.parametrize("extension", list(PICTURES))
def test_pictures(extension: str) -> None:
    """Each kind of picture is told by its bytes alone."""
    assert sniff(PICTURES[extension][:1024]) == (Media.PICTURE, extension)


@pytest.mark.parametrize("extension", list(VIDEOS))
def test_videos(extension: str) -> None:
    """Each kind of video is told by its bytes alone."""
    assert sniff(VIDEOS[extension][:1024]) == (Media.VIDEO, extension)


def test_raw_files_by_their_maker() -> None:
    """A TIFF with sub-directories by a camera's maker is that maker's raw file."""
    make = struct.pack("<HHLL", 0x010F, 2, 18, 38)
    sub = struct.pack("<HHLL", 0x014A, 4, 1, 0)
    nikon = b"II*\0\x08\0\0\0\2\0" + make + sub + b"\0\0\0\0" + b"NIKON CORPORATION\0"
    assert sniff(nikon) == (Media.PICTURE, "nef")
    assert sniff(nikon.replace(b"NIKON CORPORATION", b"PENTAX CORPORATIO")) == (
        Media.PICTURE,
        "pef",
    )
    assert sniff(nikon.replace(b"NIKON CORPORATION", b"Scanners Limited ")) == (
        Media.PICTURE,
        "tif",
    )


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heic", (Media.PICTURE, "heic")),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", (Media.PICTURE, "avif")),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42", (Media.VIDEO, "mp4")),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", None),
        (b"\0\0\0\x08wide\0\0\1\0mdat", (Media.VIDEO, "mov")),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (b"OggS" + b"\0" * 24 + b"\x01vorbis", None),
        (b"%PDF-1.7", None),
        (b"{}", None),
        (b"PK\3\4", None),
        (b"BM and so on, a text", None),
        (b"<html><body>", None),
        (b"", None),
    ],
)
def test_near_relations_and_strangers(head: bytes, kind: tuple[Media, str] | None) -> None:
    """Brands decide between movies, pictures and sound; other files are neither."""
    assert sniff(head) == kind


@given(st.binary(max_size=64), st.sampled_from([*PICTURES.values(), *VIDEOS.values()]))
def test_noise_never_raises(noise: bytes, start: bytes) -> None:
    """Any bytes are answered, whole or cut off."""
    for cut in range(0, 24, 4):
        found = sniff(start[:cut] + noise)
        assert found is None or found[0] in Media
