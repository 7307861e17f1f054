"""Generated pictures and videos are what real programs take for such, with the facts asked for."""

import io
import json
import shutil
import struct
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from PIL import Image

from photofs.emulators.pictures import make_jpeg, make_png, make_video, make_webp

TAKEN = datetime(2019, 7, 1, 23, 59, 58)  # noqa: DTZ001 - wall time
CAPE_TOWN = (-33.918861, 18.4233)
EXIF, GPS = 0x8769, 0x8825
ORIGINAL_DATE, ORIGINAL_OFFSET, DESCRIPTION = 0x9003, 0x9011, 0x010E


def opened(data: bytes, kind: str) -> Image.Image:
    """The picture, decoded whole."""
    picture = Image.open(io.BytesIO(data), formats=[kind])
    picture.load()
    return picture


def test_a_jpeg_tells_its_facts() -> None:
    """Date, offset, place and title stand in the EXIF block as cameras write them."""
    made = make_jpeg(1, taken=TAKEN, offset="-03:30", position=CAPE_TOWN, title="Ünï 🐢")
    exif = opened(made, "JPEG").getexif()
    camera, gps = exif.get_ifd(EXIF), exif.get_ifd(GPS)
    assert camera[ORIGINAL_DATE] == "2019:07:01 23:59:58"
    assert camera[ORIGINAL_OFFSET] == "-03:30"
    assert (gps[1], gps[3]) == ("S", "E")
    degrees, minutes, seconds = gps[2]
    assert float(degrees + minutes / 60 + seconds / 3600) == pytest.approx(33.918861, abs=1e-6)
    assert exif[DESCRIPTION].encode("latin-1").decode() == "Ünï 🐢"


def test_a_bare_jpeg_has_no_exif() -> None:
    """With no fact at all there is no EXIF block, as in many an old scan."""
    assert not opened(make_jpeg(1, taken=None), "JPEG").getexif()


@pytest.mark.parametrize(("make", "kind"), [(make_png, "PNG"), (make_webp, "WEBP")])
def test_png_and_webp_are_such(make: type, kind: str) -> None:
    """They decode as their kind, in the size asked for, with the date if one is given."""
    picture = opened(make(1, width=120, height=80, taken=TAKEN), kind)
    assert picture.size == (120, 80)
    assert picture.getexif().get_ifd(EXIF)[ORIGINAL_DATE] == "2019:07:01 23:59:58"
    assert not opened(make(1), kind).getexif()


def test_a_seed_is_a_picture() -> None:
    """The same seed gives the same bytes, another one other pixels."""
    pictures = {make_jpeg(seed, width=64, height=48) for seed in range(40)}
    assert len(pictures) == 40
    assert make_jpeg(7, width=64, height=48) in pictures
    assert make_video("a", taken=None) == make_video("a", taken=None)
    assert make_video("a", taken=None) != make_video("b", taken=None)


def test_years_before_1000_keep_four_digits() -> None:
    """EXIF dates have a fixed length whatever the year."""
    made = make_jpeg(1, taken=datetime(33, 4, 3, 15, 0))  # noqa: DTZ001 - wall time
    assert opened(made, "JPEG").getexif().get_ifd(EXIF)[ORIGINAL_DATE] == "0033:04:03 15:00:00"


@pytest.mark.parametrize("header_last", [False, True])
def test_players_play_the_video(tmp_path: Path, *, header_last: bool) -> None:
    """ffprobe tells its date, place, length and frames, and ffmpeg decodes every frame."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    path = tmp_path / "video.mp4"
    taken = TAKEN.replace(tzinfo=timezone(timedelta(hours=2)))
    made = make_video(1, taken=taken, seconds=0.5, position=CAPE_TOWN, header_last=header_last)
    path.write_bytes(made)
    wanted = ["-show_format", "-show_streams", "-of", "json"]
    probed = subprocess.run(
        ["ffprobe", "-v", "error", *wanted, path], capture_output=True, check=True
    )
    told = json.loads(probed.stdout)
    assert told["format"]["tags"]["creation_time"] == "2019-07-01T21:59:58.000000Z"
    assert told["format"]["tags"]["location"].startswith("-33.9189+018.4233")
    assert told["streams"][0]["nb_frames"] == "5"
    assert float(told["format"]["duration"]) == 0.5
    decoded = subprocess.run(
        ["ffmpeg", "-v", "warning", "-i", path, "-f", "null", "-"], capture_output=True, check=True
    )
    assert decoded.stderr == b""


def created_field(video: bytes) -> tuple[int, int]:
    """The version of the movie header, and its creation time in seconds since 1904."""
    at = video.index(b"mvhd") + 4
    version = video[at]
    return version, struct.unpack_from(">Q" if version else ">I", video, at + 4)[0]


def test_a_video_without_a_date_says_0() -> None:
    """An unknown moment is 0 in the header, as cameras write it."""
    assert created_field(make_video(1, taken=None)) == (0, 0)


def test_a_naive_moment_is_utc_and_far_ones_fit() -> None:
    """A naive moment is UTC; after 2040 the header takes 64 bits."""
    now = make_video(1, taken=datetime(2019, 7, 1), seconds=0.1)  # noqa: DTZ001 - naive on purpose
    assert created_field(now) == (0, 3_644_784_000)
    far = make_video(1, taken=datetime(2100, 1, 1, tzinfo=UTC), seconds=0.1)
    assert created_field(far) == (1, 6_185_289_600)
