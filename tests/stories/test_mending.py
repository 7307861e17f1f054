"""What was broken or away and is mended by its owner: photofs goes on without being asked twice."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.support.household import Household
from tests.support.stocked import picture

pytestmark = pytest.mark.mount

FOLDER = "Takeout/Google Photos/Photos from 2019/"
TAKEN = {"timestamp": "1563900000"}


def write_part(path: Path, name: str, data: bytes) -> None:
    """One part of a Takeout with one photo in it."""
    sidecar = {"title": name, "photoTakenTime": TAKEN, "creationTime": TAKEN}
    with zipfile.ZipFile(path, "w") as part:
        part.writestr(FOLDER + name, data)
        part.writestr(f"{FOLDER}{name}.json", json.dumps(sidecar))


def test_a_part_that_is_put_back_leaves_no_trouble(household: Household, tmp_path: Path) -> None:
    """After a scan the photo can be read at once, and `status` asks for the part no more."""
    takeout = tmp_path / "takeout"
    takeout.mkdir()
    first, second = (takeout / f"takeout-20260408T142729Z-00{n}.zip" for n in (1, 2))
    data = picture(2, 70_000)
    write_part(first, "lake.jpg", picture(1, 70_000))
    write_part(second, "receipt.jpg", data)
    household.run("library", "add", "takeout", takeout, "--name", "google")
    second.rename(tmp_path / second.name)
    household.run("scan")
    with household.mounted() as point:
        photo = point / "google" / "Dates" / "2019" / "2019-07" / "receipt.jpg"
        household.run("pin", photo, code=None)
        assert "receipt.jpg" in household.run("status", code=None)
        (tmp_path / second.name).rename(second)
        household.run("scan")
        assert "receipt.jpg" not in household.run("status")
        assert photo.read_bytes() == data


def test_a_damaged_cached_original_is_set_aside_and_fetched_anew(
    household: Household, tmp_path: Path
) -> None:
    """`check --read` finds it, --repair takes it out of the cache, who reads next gets it right."""
    data = picture(1, 70_000)
    takeout = tmp_path / "takeout"
    takeout.mkdir()
    write_part(takeout / "takeout-20260408T142729Z-001.zip", "lake.jpg", data)
    household.run("library", "add", "takeout", takeout, "--name", "google")
    with household.mounted() as point:
        photo = point / "google" / "Dates" / "2019" / "2019-07" / "lake.jpg"
        household.run("cache", "warm", photo)
        (cached,) = [
            path
            for path in (household.home / "cache").rglob("*")
            if path.is_file() and path.read_bytes() == data
        ]
        cached.chmod(0o600)
        cached.write_bytes(b"damaged" + data[7:])
        cached.chmod(0o400)
        assert "to be set aside by --repair" in household.run("check", "--read", code=1)
        assert cached.exists()
        assert "set aside, fetched anew then" in household.run(
            "check", "--read", "--repair", code=1
        )
        assert not cached.exists()
        assert "nothing is wrong" in household.run("check", "--read")
        household.run("cache", "warm", photo)
        assert photo.read_bytes() == data == cached.read_bytes()
        assert "nothing is wrong" in household.run("check", "--read")
