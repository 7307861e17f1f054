"""Decoding tells whole files from broken ones, and what it cannot decode from both."""

import io
import os
import random
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from photofs.metadata.decoding import WHOLE, Decoded, Decoder, Verdict


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    """A decoder whose child ends with the test."""
    made = Decoder()
    yield made
    made.close()


def encoded(form: str, size: tuple[int, int] = (320, 200), **options: object) -> bytes:
    """A picture of noise."""
    noise = random.Random(1).randbytes(size[0] * size[1] * 3)
    target = io.BytesIO()
    Image.frombytes("RGB", size, noise).save(target, form, **options)
    return target.getvalue()


def decoded(decoder: Decoder, folder: Path, data: bytes) -> Decoded:
    """What becomes of a file with those bytes."""
    path = folder / "file"
    path.write_bytes(data)
    fd = os.open(path, os.O_RDONLY)
    try:
        return decoder.decode(fd)
    finally:
        os.close(fd)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_whole_pictures_are_whole(decoder: Decoder, tmp_path: Path, form: str) -> None:
    """Each kind that cameras and services give."""
    assert decoded(decoder, tmp_path, encoded(form)) == WHOLE


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF"])
def test_cut_pictures_are_broken(decoder: Decoder, tmp_path: Path, form: str) -> None:
    """Half a file is no copy of it."""
    data = encoded(form)
    assert decoded(decoder, tmp_path, data[: len(data) // 2]).verdict is Verdict.BROKEN


def test_what_only_looks_whole_is_broken(decoder: Decoder, tmp_path: Path) -> None:
    """A PNG whose structure is right, and whose pixels are not what they should be."""
    data = encoded("PNG")
    at = data.index(b"IDAT")
    length = int.from_bytes(data[at - 4 : at], "big")
    chunk = b"IDAT" + bytes(length)
    spoiled = data[:at] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + data[at + length + 8 :]
    assert decoded(decoder, tmp_path, spoiled).verdict is Verdict.BROKEN
    headless = b"\xff\xd8\xff\xe1\x00\x04ab\xff\xd9"
    assert decoded(decoder, tmp_path, headless).verdict is Verdict.BROKEN


def test_a_picture_that_is_too_large_is_not_judged(decoder: Decoder, tmp_path: Path) -> None:
    """A few kilobytes that unpack to a gigabyte cost neither memory nor the picture its name."""
    target = io.BytesIO()
    Image.new("1", (40_000, 30_000)).save(target, "PNG")
    bomb = decoded(decoder, tmp_path, target.getvalue())
    assert bomb.verdict is Verdict.UNCHECKED
    assert "pixels" in bomb.why
    assert decoded(decoder, tmp_path, encoded("JPEG")) == WHOLE


def test_what_nothing_decodes_is_not_judged(decoder: Decoder, tmp_path: Path) -> None:
    """HEIC, and bytes of no known kind."""
    heic = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + b"\0\0\0\x08meta" + b"\0\0\0\x08mdat"
    for data in (heic, b"no picture"):
        assert decoded(decoder, tmp_path, data).verdict is Verdict.UNCHECKED


@pytest.mark.parametrize("program", ["import os; os._exit(3)", "import time; time.sleep(600)"])
def test_a_child_that_dies_or_hangs_is_begun_anew(tmp_path: Path, program: str) -> None:
    """No word against the picture, and no wait without end."""
    decoder = Decoder([sys.executable, "-c", program], patience=1.0)
    try:
        for _ in range(2):
            found = decoded(decoder, tmp_path, encoded("JPEG"))
            assert found.verdict is Verdict.UNCHECKED
            assert "memory or time" in found.why
    finally:
        decoder.close()


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg makes the video")
def test_videos_are_read_by_ffprobe(decoder: Decoder, tmp_path: Path) -> None:
    """One that is whole; one whose frames are gone, though its structure is right."""
    film = tmp_path / "film.avi"
    making = ["-f", "lavfi", "-i", "testsrc=duration=1:size=64x64:rate=5", "-c:v", "mjpeg"]
    subprocess.run(["ffmpeg", "-v", "error", *making, str(film)], check=True)
    data = film.read_bytes()
    assert decoded(decoder, tmp_path, data) == WHOLE
    start = data.index(b"strl") - 8
    spoiled = data[:start] + bytes(len(data) - start)
    assert decoded(decoder, tmp_path, spoiled).verdict is Verdict.BROKEN


def test_without_ffprobe_videos_are_not_judged(
    decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A video counts as not checked by decoding."""
    monkeypatch.setenv("PATH", str(tmp_path))
    film = b"FLV\x01\x01\0\0\0\x09\0\0\0\0" + b"\x09\0\0\x01" + bytes(8) + b"\0\0\0\x0c"
    found = decoded(decoder, tmp_path, film)
    assert found.verdict is Verdict.UNCHECKED
    assert "ffprobe" in found.why
