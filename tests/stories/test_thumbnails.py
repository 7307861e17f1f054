"""File managers find thumbnails of what is on this disk, and none of it is fetched."""

import os
import shutil
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photofs.emulators.pictures import make_jpeg
from photofs.emulators.takeout import Account, Item, write_export
from photofs.model.thumbnail import file_uri, uri_digest
from tests.support.household import Household, shell
from tests.support.watched_folder import WatchedFolder

pytestmark = pytest.mark.mount

OLD = datetime(1961, 4, 12, 6, 7, tzinfo=UTC)
NEW = datetime(2019, 7, 21, 12, 30, tzinfo=UTC)
VALID = "thumbnail::is-valid: TRUE"


@pytest.fixture
def library(household: Household, tmp_path: Path) -> Household:
    """A Takeout of two photos, one of them old; the desktop's folder is a test's own.

    Nothing is filled but by command.
    """
    with (household.home / "config" / "config.toml").open("a") as config:
        config.write('[thumbnails]\nfill = "off"\n')
    household.environ["XDG_CACHE_HOME"] = str(tmp_path / "cache")
    items = [
        Item(item_id=f"AF1Qip{name}", title=f"{name}.jpg", data=make_jpeg(name), taken=taken)
        for name, taken in (("old #1", OLD), ("new", NEW))
    ]
    write_export(tmp_path / "takeout", Account(items=items), datetime(2024, 1, 1, tzinfo=UTC))
    household.run("library", "add", "takeout", tmp_path / "takeout")
    return household


def thumbnails(household: Household) -> set[str]:
    """The names of all PNGs of usual size."""
    folder = Path(household.environ["XDG_CACHE_HOME"]) / "thumbnails" / "normal"
    return {path.name for path in folder.glob("*")}


def shown(path: Path) -> str:
    """The name of a file's thumbnail."""
    return f"{uri_digest(file_uri(os.fsencode(path)))}.png"


def told_by_gio(household: Household, path: Path) -> str:
    """What GLib tells of a file's thumbnail."""
    return shell("gio", "info", "-a", "thumbnail::*", path, env=household.environ)


@pytest.mark.skipif(shutil.which("gio") is None, reason="gio is not installed")
def test_glib_finds_them_valid_in_the_mount(library: Household) -> None:
    """Of what an export holds, in the folders that were asked for; none once they are cleared."""
    with library.mounted() as point:
        dates = point / "google" / "Dates"
        new, old = dates / "2019/2019-07/new.jpg", next((dates / "1961").rglob("*.jpg"))
        assert library.ask("thumbnails", "fill", new.parent) == {
            "made": 2,
            "without": 0,
            "away": 0,
        }
        assert VALID in told_by_gio(library, new)
        assert VALID not in told_by_gio(library, old)
        assert "2 thumbnails made" not in library.run("thumbnails", "fill", new.parent)
        assert library.ask("thumbnails", "fill")["made"] > 0
        assert VALID in told_by_gio(library, old)
        (mount,) = library.ask("thumbnails", "status")["mounts"]
        assert mount["point"] == str(point)
        assert str(point) in library.run("thumbnails", "status")
        assert library.ask("thumbnails", "clear")["removed"] == mount["thumbnails"]
        assert thumbnails(library) == set()


def test_who_shows_a_folder_hears_of_new_thumbnails(library: Household) -> None:
    """Of each file once its thumbnails are there, so that it is drawn without being opened anew."""
    with library.mounted() as point:
        new = point / "google/Dates/2019/2019-07/new.jpg"
        library.run("cache", "warm", point / "google")
        with closing(WatchedFolder(new.parent)) as watched:
            library.run("thumbnails", "fill", new.parent)
            assert watched.heard() == [new.name]
            library.run("thumbnails", "fill", new.parent)
            assert watched.heard() == []


def test_a_removed_library_takes_its_thumbnails_along(library: Household) -> None:
    """The next time they are filled, wherever another one is mounted."""
    with library.mounted() as point:
        library.run("cache", "warm", point / "google")
        library.run("thumbnails", "fill")
        assert shown(point / "google/Dates/2019/2019-07/new.jpg") in thumbnails(library)
        library.run("library", "remove", "google", "--yes")
        library.run("thumbnails", "fill")
    assert thumbnails(library) == set()


def test_filling_ends_however_little_room_there_is(library: Household) -> None:
    """What does not fit is not made and removed for ever; a lower limit counts from then on."""
    config = library.home / "config" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    with library.mounted() as point:
        library.run("cache", "warm", point / "google")
        for limit, fits in (("1 KB", False), ("1 MB", True), ("1 KB", False)):
            config.write_text(f'[thumbnails]\nlimit = "{limit}"\n')
            library.run("thumbnails", "fill")
            library.run("thumbnails", "fill", point)
            taken = library.ask("thumbnails", "status")["taken"]
            assert (taken > 1000) is fits


def test_what_cannot_be_filled_says_why(library: Household) -> None:
    """No mount, a file, a size that no desktop knows."""
    assert "nothing of yours is mounted" in library.run("thumbnails", "fill", code=4)
    with library.mounted() as point:
        new = point / "google/Dates/2019/2019-07/new.jpg"
        assert "is no folder" in library.run("thumbnails", "fill", new, code=15)
    config = library.home / "config" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text('[thumbnails]\nsizes = ["huge"]\n')
    assert "xx-large" in library.run("thumbnails", "status", code=78)


def test_settings_that_were_changed_while_mounted_are_told_of(library: Household) -> None:
    """They count from the next mount on; those of an hour before are what it goes by."""
    config = library.home / "config" / "config.toml"
    said = "counts from the next mount on"
    config.write_text('[thumbnails]\nfill = "all"\n')
    before = time.time() - 3600
    os.utime(config, (before, before))
    with library.mounted():
        assert said not in library.run("thumbnails", "status")
        config.write_text('[thumbnails]\nfill = "opened"\n')
        assert said in library.run("thumbnails", "status")
        assert library.ask("thumbnails", "status")["changed"]
        config.unlink()
        assert not library.ask("thumbnails", "status")["changed"]
    config.write_text('[thumbnails]\nfill = "all"\n')
    assert said not in library.run("thumbnails", "status"), "nothing goes by others"
