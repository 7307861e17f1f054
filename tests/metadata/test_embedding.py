"""Copies with facts in their EXIF: what they tell, what they show, and what is refused."""

import json
import os
import subprocess
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from photofs.emulators.pictures import make_jpeg, make_png
from photofs.metadata.embedding import embed, lacking, picture_hash
from photofs.metadata.exif import read_exif
from photofs.model.capture_time import Granularity
from photofs.model.errors import Corrupt, Refused
from photofs.model.photo import Position
from photofs.model.sidecar import DateTold, SidecarFacts

WHEN = datetime.fromisoformat("2019-07-12T18:30:05")
FACTS = SidecarFacts(
    description="Zwei Zeilen\nund ein Ü",
    taken=DateTold(local=WHEN, offset=timedelta(hours=-5)),
    position=Position(-12.0464, -77.0428),
)
OTHER = datetime.fromisoformat("2001-01-01T01:01:01")


def saved(kind: str, *, orientation: int | None = None) -> bytes:
    """A picture of that kind, with an orientation in its EXIF or with none at all."""
    with Image.open(BytesIO(make_png(1))) as picture:
        exif = Image.Exif()
        if orientation:
            exif[ExifTags.Base.Orientation] = orientation
        written = BytesIO()
        picture.convert("RGB").save(written, kind, exif=exif)
    return written.getvalue()


def names_in(folder: Path) -> list[str]:
    """What lies there."""
    return sorted(path.name for path in folder.iterdir())


def told_by_exiftool(path: Path) -> dict[str, object]:
    """What the real program reads in a file."""
    done = subprocess.run(
        ["exiftool", "-j", "-n", "-G1", path], capture_output=True, text=True, check=True
    )
    told: dict[str, object] = json.loads(done.stdout)[0]
    return told


@pytest.mark.parametrize(
    "data",
    [
        make_jpeg(1),
        saved("JPEG", orientation=6),
        saved("PNG"),
        saved("PNG", orientation=6),
        saved("WEBP"),
        saved("TIFF"),
    ],
    ids=["bare JPEG", "JPEG with EXIF", "PNG", "PNG with EXIF", "WebP", "TIFF"],
)
def test_a_copy_tells_the_facts(data: bytes, tmp_path: Path) -> None:
    """exiftool reads date, zone and place in it; it shows the same pixels; the original stays."""
    original, copy = tmp_path / "-IMG 1.x", tmp_path / "copy.x"
    original.write_bytes(data)
    assert embed(original, copy, FACTS)
    told = told_by_exiftool(copy)
    assert told["ExifIFD:DateTimeOriginal"] == "2019:07:12 18:30:05"
    assert told["ExifIFD:OffsetTimeOriginal"] == "-05:00"
    assert told["Composite:GPSLatitude"] == pytest.approx(-12.0464, abs=1e-6)
    assert told["Composite:GPSLongitude"] == pytest.approx(-77.0428, abs=1e-6)
    with Image.open(original) as before, Image.open(copy) as after:
        assert before.tobytes() == after.tobytes()
        orientation = ExifTags.Base.Orientation
        assert before.getexif().get(orientation) == after.getexif().get(orientation)
    assert original.read_bytes() == data
    assert names_in(tmp_path) == ["-IMG 1.x", "copy.x"]


def test_a_bare_jpeg_keeps_every_byte(tmp_path: Path) -> None:
    """All of it but the new block is as it was, and exiftool is not needed."""
    data = make_jpeg(1)
    (tmp_path / "a.jpg").write_bytes(data)
    assert embed(tmp_path / "a.jpg", tmp_path / "b.jpg", FACTS)
    copied = (tmp_path / "b.jpg").read_bytes()
    added = len(copied) - len(data)
    at = copied.index(b"\xff\xe1")
    assert copied[:at] + copied[at + added :] == data
    assert told_by_exiftool(tmp_path / "b.jpg")["IFD0:ImageDescription"] == FACTS.description


def test_only_what_is_lacking_is_written(tmp_path: Path) -> None:
    """A date that the picture tells stays, and the place is added beside it."""
    (tmp_path / "a.jpg").write_bytes(make_jpeg(1, taken=OTHER))
    assert embed(tmp_path / "a.jpg", tmp_path / "b.jpg", FACTS)
    facts = read_exif((tmp_path / "b.jpg").read_bytes())
    assert facts is not None
    assert facts.taken is not None
    assert facts.taken.local == OTHER
    assert facts.position is not None


@pytest.mark.parametrize(
    ("data", "facts"),
    [
        (make_jpeg(1, taken=OTHER, position=(1.0, 2.0)), FACTS),
        (make_jpeg(1), SidecarFacts(title="only a title")),
        (
            make_jpeg(1),
            SidecarFacts(taken=DateTold(local=WHEN, granularity=Granularity.MONTH)),
        ),
        (b"GIF89a no picture at all", FACTS),
        (b"", FACTS),
    ],
    ids=["tells all", "no fact for EXIF", "a month alone", "another kind", "empty"],
)
def test_what_lacks_nothing_is_not_copied(data: bytes, facts: SidecarFacts, tmp_path: Path) -> None:
    """Nothing is made where nothing can be added."""
    (tmp_path / "a.jpg").write_bytes(data)
    assert not embed(tmp_path / "a.jpg", tmp_path / "b.jpg", facts)
    assert lacking(data, facts) is None
    assert names_in(tmp_path) == ["a.jpg"]


def test_without_exiftool_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the package, and nothing is left behind."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "a.png").write_bytes(saved("PNG"))
    with pytest.raises(Refused, match="needs exiftool") as told:
        embed(tmp_path / "a.png", tmp_path / "b.png", FACTS)
    assert "libimage-exiftool-perl" in told.value.remedy
    assert names_in(tmp_path) == ["a.png"]


def test_what_exiftool_refuses_is_refused(tmp_path: Path) -> None:
    """A picture whose end is missing is not written, and nothing is left behind."""
    (tmp_path / "a.png").write_bytes(saved("PNG")[:60])
    with pytest.raises((Refused, Corrupt)):
        embed(tmp_path / "a.png", tmp_path / "b.png", FACTS)
    assert names_in(tmp_path) == ["a.png"]


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ('cat "{other}" > "$5"', "other pixels"),
        ('cp "$(eval echo \\${{$#}})" "$5"', "does not tell"),
        ("exit 3", "does not write"),
        ("exit 0", "does not write"),
    ],
)
def test_a_bad_exiftool_is_found_out(
    script: str, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that changes pixels, writes nothing, or fails: its copy is not kept."""
    other = tmp_path / "other.jpg"
    other.write_bytes(make_jpeg(2, taken=WHEN, position=(1.0, 2.0)))
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "exiftool"
    program.write_text(f"#!/bin/sh\n{script.format(other=other)}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    (tmp_path / "a.jpg").write_bytes(saved("JPEG", orientation=6))
    with pytest.raises((Refused, Corrupt), match=error):
        embed(tmp_path / "a.jpg", tmp_path / "b.jpg", FACTS)
    assert not (tmp_path / "b.jpg").exists()


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    """Where the copy's name is taken, it is refused and that file stays."""
    (tmp_path / "a.jpg").write_bytes(make_jpeg(1))
    (tmp_path / "b.jpg").write_bytes(b"somebody's")
    with pytest.raises(Refused):
        embed(tmp_path / "a.jpg", tmp_path / "b.jpg", FACTS)
    assert (tmp_path / "b.jpg").read_bytes() == b"somebody's"


def test_one_bit_of_the_picture_makes_another_hash(tmp_path: Path) -> None:
    """Of a JPEG every byte counts but the segments of metadata; of others every pixel."""
    for kind in ("JPEG", "PNG"):
        data = saved(kind)
        path = tmp_path / kind
        path.write_bytes(data)
        before = picture_hash(path)
        with Image.open(BytesIO(data)) as picture:
            picture.load()
            picture.putpixel((0, 0), (1, 2, 250))
            picture.save(path, kind)
        assert picture_hash(path) != before
    path.write_bytes(saved("JPEG")[:-1] + b"\x00")
    assert picture_hash(path) != picture_hash(tmp_path / "JPEG")
