"""A file that is cut off anywhere is not called whole, and a whole one is never called broken."""

import io
import random
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from photofs.emulators.pictures import make_jpeg, make_png, make_video, make_webp
from photofs.metadata.kind import sniff
from photofs.metadata.wholeness import what_is_missing

SNIFFED = 1200
"""A shorter stump may be no medium at all any more, which is as good."""

FILMS = ("mp4", "mov", "mkv", "webm", "avi", "flv", "wmv", "ogv", "ts", "3gp")
UNITS = frozenset({"flv", "ogv", "ts"})
"""Made of units that stand for themselves: a cut between two of them leaves a shorter whole."""


def missing(data: bytes) -> str:
    """What is wrong with these bytes."""
    kind = sniff(data[:4096])
    assert kind is not None
    return what_is_missing(lambda at, most: data[at : at + most], len(data), kind[1])


def check_cuts(data: bytes, seed: int, allowed: float = 0.0) -> None:
    """Whole as it is; cut at many places, and near its end at each, it is not."""
    assert missing(data) == ""
    begin = min(SNIFFED, len(data) // 2)
    dice = random.Random(seed)
    cuts = {dice.randrange(begin, len(data)) for _ in range(400)}
    cuts |= set(range(max(begin, len(data) - 64), len(data)))
    passed = [cut for cut in sorted(cuts) if not missing(data[:cut])]
    assert len(passed) <= allowed * len(cuts), passed


def saved(form: str, **options: object) -> bytes:
    """A noisy picture in that form."""
    written = io.BytesIO()
    picture = Image.effect_noise((120, 90), 80).convert("RGB")
    picture.save(written, form, **options)
    return written.getvalue()


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True, "restart_marker_blocks": 4}),
        ("PNG", {}),
        ("GIF", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("BMP", {}),
        ("ICO", {}),
        ("JPEG2000", {}),
        ("AVIF", {}),
    ],
)
def test_pictures(form: str, options: dict[str, object]) -> None:
    """Each form of picture, cut at hundreds of places."""
    check_cuts(saved(form, **options), seed=1)


@pytest.mark.parametrize("make", [make_jpeg, make_png, make_webp])
def test_pictures_with_exif(make: object) -> None:
    """As cameras write them, with their facts in front."""
    from datetime import datetime

    data = make(3, width=64, height=48, taken=datetime(2019, 7, 1, 12))  # type: ignore[operator] # noqa: DTZ001 - wall time
    check_cuts(data, seed=2)


@pytest.mark.parametrize("last", [False, True])
def test_films_of_our_own(last: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Index first, index last."""
    check_cuts(make_video(1, taken=None, header_last=last), seed=3)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("form", FILMS)
def test_films_of_ffmpeg(form: str, tmp_path: Path) -> None:
    """Each form of film; those made of units that stand alone are caught but for a few cuts."""
    path = tmp_path / f"film.{form}"
    more = ["-c:v", "h263", "-s", "176x144"] if form == "3gp" else ["-pix_fmt", "yuv420p"]
    source = ["-f", "lavfi", "-i", "testsrc=size=160x120:rate=5:duration=2"]
    command = ["ffmpeg", "-loglevel", "error", "-y", *source, *more, str(path)]
    subprocess.run(command, check=True, timeout=60)
    check_cuts(path.read_bytes(), seed=4, allowed=0.02 if form in UNITS else 0.0)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_a_film_with_its_index_first_cut_between_boxes(tmp_path: Path) -> None:
    """The whole index and none of the bytes: cut off."""
    path = tmp_path / "film.mp4"
    source = ["-f", "lavfi", "-i", "testsrc=size=160x120:rate=5:duration=2"]
    how = ["-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    subprocess.run(["ffmpeg", "-loglevel", "error", *source, *how, str(path)], check=True)
    data = path.read_bytes()
    assert missing(data) == ""
    assert missing(data[: data.index(b"mdat") - 4])
    assert missing(data[: data.index(b"mdat") - 12])


def test_zeros_in_place_of_bytes_that_were_still_to_come() -> None:
    """A copy into a file made long enough before: no end of the picture is found in it."""
    data = make_jpeg(1, width=64, height=48)
    half = len(data) // 2
    assert missing(data[:half] + bytes(len(data) - half))
    png = make_png(1, width=64, height=48)
    assert missing(png[:-40] + bytes(40))


def test_what_stands_behind_a_picture_does_not_count_against_it() -> None:
    """Motion photos and makers' trailers; but what the picture names must be there."""
    data = make_jpeg(1, width=64, height=48)
    assert missing(data + b"SEFT and so on") == ""
    words = b'<x:xmpmeta GCamera:MicroVideoOffset="500"/>'
    body = b"http://ns.adobe.com/xap/1.0/\0" + words
    motion = data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]
    assert missing(motion)
    assert missing(motion + bytes(499))
    assert missing(motion + bytes(500)) == ""


def test_a_second_picture_named_by_the_first_has_to_be_there(tmp_path: Path) -> None:
    """MPF, as phones write it for depth and previews."""
    first = Image.effect_noise((64, 48), 60).convert("RGB")
    path = tmp_path / "two.mpo"
    first.save(path, "MPO", save_all=True, append_images=[first.rotate(90)])
    data = path.read_bytes()
    assert missing(data) == ""
    assert missing(data[:-1])
    assert missing(data[: data.index(b"\xff\xd9") + 2 + len(data) // 4])


def test_broken_bytes_end_in_an_answer() -> None:
    """Whatever stands behind a known beginning, the check ends and raises nothing."""
    dice = random.Random(5)
    starts = [saved("JPEG"), saved("PNG"), saved("TIFF"), saved("GIF"), make_video(1, taken=None)]
    for start in starts:
        for _ in range(60):
            data = bytearray(start)
            for _ in range(dice.randrange(1, 30)):
                data[dice.randrange(20, len(data))] = dice.randrange(256)
            if sniff(bytes(data[:4096])):
                missing(bytes(data))
