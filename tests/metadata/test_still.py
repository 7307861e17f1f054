"""Videos show one of their frames, made by ffmpeg; what is none, or broken, shows nothing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from photofs.emulators.pictures import make_jpeg, make_video
from photofs.metadata.still import MOST, is_shown, still_of
from photofs.model.photo import Media

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def film(path: Path, size: str, *options: str) -> Path:
    """A film of a second by ffmpeg itself."""
    source = ["-f", "lavfi", "-i", f"testsrc=size={size}:rate=5:duration=1"]
    command = ["ffmpeg", "-v", "error", "-y", *source, *options, str(path)]
    subprocess.run(command, check=True, timeout=120)
    return path


def shown(path: Path) -> tuple[int, int] | None:
    """How large a still is; None if there is none."""
    fd = os.open(path, os.O_RDONLY)
    try:
        still = still_of(fd)
    finally:
        os.close(fd)
    if still is None:
        return None
    with os.fdopen(still, "rb") as file, Image.open(file) as picture:
        picture.load()
        assert picture.format == "JPEG"
        return picture.size


@needs_ffmpeg
@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "avi", "mpg"])
def test_films_show_a_frame(tmp_path: Path, ending: str) -> None:
    """In each of the usual wrappings, as large as they are."""
    options = ("-r", "25") if ending == "mpg" else ()
    assert shown(film(tmp_path / f"film.{ending}", "320x240", *options)) == (320, 240)


@needs_ffmpeg
def test_a_large_film_is_shrunk(tmp_path: Path) -> None:
    """No thumbnail is larger than that."""
    assert shown(film(tmp_path / "film.mp4", "2048x1024")) == (MOST, MOST // 2)


@needs_ffmpeg
def test_a_film_held_upright_is_shown_upright(tmp_path: Path) -> None:
    """A phone notes that beside the frames, which lie on their side."""
    lying = film(tmp_path / "lying.mp4", "320x240")
    turned = tmp_path / "turned.mp4"
    command = ["ffmpeg", "-v", "error", "-i", str(lying), "-c", "copy"]
    subprocess.run([*command, "-metadata:s:v", "rotate=90", str(turned)], check=True, timeout=120)
    assert shown(turned) == (240, 320)


@needs_ffmpeg
def test_a_film_without_a_name_is_read(tmp_path: Path) -> None:
    """By its descriptor alone: that is how films out of archives come."""
    path = tmp_path / "film.mp4"
    path.write_bytes(make_video("film", taken=None))
    fd = os.open(path, os.O_RDONLY)
    path.unlink()
    try:
        still = still_of(fd)
    finally:
        os.close(fd)
    assert still is not None
    os.close(still)


@pytest.mark.parametrize(
    "data",
    [
        make_jpeg("picture"),
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        make_video("film", taken=None)[:400],
        b"\0\0\0\x18ftypmp42" + bytes(5000),
        b"",
    ],
    ids=["a picture", "a playlist", "a list", "cut short", "zeros", "nothing"],
)
def test_what_is_no_film_shows_nothing(tmp_path: Path, data: bytes) -> None:
    """Nor does what only begins like one; nothing else is opened for it, and nothing stays open."""
    path = tmp_path / "any"
    path.write_bytes(data)
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert shown(path) is None
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_without_ffmpeg_no_film_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is an extra; pictures are shown all the same."""
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "film.mp4"
    path.write_bytes(make_video("film", taken=None))
    assert shown(path) is None
    assert not is_shown(Media.VIDEO)
    assert is_shown(Media.PICTURE)
