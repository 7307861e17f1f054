"""A mirror becomes a library again, with every album, favourite, date and byte."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photofs.emulators.pictures import make_jpeg, make_png, make_video
from photofs.emulators.takeout import Album, Shape, write_export
from tests.support.household import Household
from tests.support.takeout_worlds import MADE, account, item
from tests.support.waiting import wait_until

WHEN = datetime(2019, 7, 12, 23, 30, 5, tzinfo=UTC)
ITEMS = (
    item("one.jpg", 1, data=make_jpeg(1), favorite=True, description="hot &amp; cold\n2nd line"),
    item("two.jpg", 2, data=make_jpeg(2), taken=WHEN, position=(-12.0464, -77.0428)),
    item("three.png", 3, data=make_png(3), people=("Ada", "Grace")),
    item("four.jpg", 4, data=make_jpeg(4), archived=True),
    item("clip.mp4", 5, data=make_video(5, taken=WHEN), taken=WHEN, favorite=True),
    item("undated.jpg", 6, data=make_jpeg(6), taken=None),
    item("old.jpg", 7, data=make_jpeg(7), taken=datetime(1931, 2, 3, 4, 5, 6, tzinfo=UTC)),
    item("bin.jpg", 8, data=make_jpeg(8), trashed=True),
)
ALBUMS = (
    Album(title="Peru / Lima", item_ids=("AF1QipItem0003", "AF1QipItem0001", "AF1QipItem0002")),
    Album(title="Best", item_ids=("AF1QipItem0001", "AF1QipItem0005"), description="of all"),
)

Shown = dict[str, tuple[int, str]]


def shown(library: Path, *folders: str) -> Shown:
    """Each file below these folders, with its time and the hash of its bytes."""
    return {
        str(path.relative_to(library)): (
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for folder in folders
        for path in (library / folder).rglob("*")
        if path.is_file()
    }


def told(path: Path, *names: str) -> list[str]:
    """Extended attributes."""
    return [os.getxattr(path, f"user.{name}").decode() for name in names]


@pytest.mark.mount
def test_a_mirror_is_the_library_again(household: Household, tmp_path: Path) -> None:
    """Read back by another photofs: the same albums, favourites, archive, dates and bytes."""
    write_export(tmp_path / "export", account(*ITEMS, albums=ALBUMS), MADE, Shape())
    household.run("library", "add", "takeout", tmp_path / "export")
    folders = ("Albums", "Favorites", "Archive", "Dates", "Videos", "Unsorted", "Trash")
    with household.mounted() as point:
        right = shown(point / "google", *folders)
        described = told(point / "google" / "Favorites" / "one.jpg", "xdg.comment")
    (tmp_path / "mirror").mkdir()
    household.run("mirror", "add", "google", tmp_path / "mirror")
    household.run("mirror", "run")
    other = Household(tmp_path / "other")
    printed = other.run("library", "add", "folder", tmp_path / "mirror", "--name", "back")
    assert "8 photos" in printed
    with other.mounted() as point:
        back = shown(point / "back", *folders)
        assert back == right
        assert len([path for path in right if path.startswith("Dates/")]) == 7
        one = point / "back" / "Favorites" / "one.jpg"
        assert told(one, "xdg.comment") == described
        assert told(one, "photofs.albums") == ["Best\nPeru / Lima"]
        assert "sidecar" in told(one, "photofs.taken")[0]


@pytest.mark.mount
def test_a_plain_folder_is_followed(household: Household, tmp_path: Path) -> None:
    """What is put into it appears; what vanishes stays until that is certain; disks may be away."""
    pictures = tmp_path / "My Pictures"
    (pictures / "Lima").mkdir(parents=True)
    (pictures / "Lima" / "a.jpg").write_bytes(make_jpeg(1, taken=WHEN.replace(tzinfo=None)))
    household.run("library", "add", "folder", pictures)
    with household.mounted(agent=True) as point:
        album = point / "My Pictures" / "Albums" / "Lima"
        assert [path.name for path in album.iterdir()] == ["a.jpg"]
        (pictures / "Lima" / "b.jpg").write_bytes(make_jpeg(2))
        wait_until(lambda: sorted(path.name for path in album.iterdir()) == ["a.jpg", "b.jpg"])
        assert (album / "b.jpg").read_bytes() == make_jpeg(2)
        away = pictures.rename(tmp_path / "away")
        pictures.mkdir()
        assert "holds no file at all" in household.run("scan", "My Pictures", code=None)
        assert sorted(path.name for path in album.iterdir()) == ["a.jpg", "b.jpg"]
        pictures.rmdir()
        away.rename(pictures)
        assert (album / "a.jpg").read_bytes() == (pictures / "Lima" / "a.jpg").read_bytes()


def test_what_holds_no_picture_is_refused(household: Household, tmp_path: Path) -> None:
    """An empty folder, one of texts, and a file are no library; nothing is added."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("hello")
    for name in ("empty", "texts", "texts/a.txt"):
        said = household.run("library", "add", "folder", tmp_path / name, code=None)
        assert "nothing was added" in said
    assert household.ask("library", "list") == []
