"""A person opens a folder of the mount, and the agent draws it: real mount, real agent."""

import os
import shutil
import signal
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from photofs.emulators.flickr import Emulator
from photofs.emulators.pictures import make_jpeg
from photofs.emulators.takeout import Account, Item, write_export
from photofs.model.thumbnail import file_uri, uri_digest
from tests.support.household import Household, shell
from tests.support.logins import add_flickr
from tests.support.waiting import wait_until

pytestmark = pytest.mark.mount

VALID = "thumbnail::is-valid: TRUE"
MANY = 60


def thumbnail(household: Household, path: Path) -> Path:
    """Where a file's thumbnail of usual size is to lie."""
    root = Path(household.environ["XDG_CACHE_HOME"]) / "thumbnails" / "normal"
    return root / f"{uri_digest(file_uri(os.fsencode(path)))}.png"


def drawn(household: Household, paths: Iterable[Path]) -> bool:
    """Whether each of these files has one."""
    return all(thumbnail(household, path).exists() for path in paths)


def glib_shows(household: Household, path: Path) -> bool:
    """Whether GLib finds a file's thumbnail valid; as ours says, where GLib is not there."""
    if shutil.which("gio") is None:
        return thumbnail(household, path).exists()
    return VALID in shell("gio", "info", "-a", "thumbnail::*", path, env=household.environ)


def test_what_is_opened_is_drawn_and_stays_right(household: Household, flickr: Emulator) -> None:
    """Renamed, or mounted elsewhere, a photo shows what it is; nothing else is drawn."""
    add_flickr(household, flickr, perms="delete")
    household.scanned("flickr")
    with household.mounted() as point:
        albums = point / "flickr" / "Albums"
        household.run("cache", "warm", albums)
        photos = sorted(albums.glob("*/*.jpg"))
    household.run("thumbnails", "clear")  # globbing has opened all of them: that is forgotten
    with household.mounted(agent=True):
        photo = photos[0]
        album = photo.parent
        others = [each for each in photos if each.parent != album]
        shell("ls", album)
        own = sorted(each for each in photos if each.parent == album)
        wait_until(lambda: drawn(household, own))
        assert glib_shows(household, photo)
        assert not any(drawn(household, [each]) for each in others)
        renamed = photo.with_name("Renamed here.jpg")
        photo.rename(renamed)
        wait_until(lambda: drawn(household, [renamed]))
        wait_until(lambda: not drawn(household, [photo]))
        assert glib_shows(household, renamed)
        household.run("umount", "--no-wait", point)
        elsewhere = household.folder / "elsewhere"
        elsewhere.mkdir()
        household.run("mount", "--daemon", elsewhere)
        try:
            again = elsewhere / renamed.relative_to(point)
            wait_until(lambda: drawn(household, [again]))
            assert glib_shows(household, again)
        finally:
            household.run("umount", "--no-wait", elsewhere)
            household.run("mount", "--daemon", "--no-agent", point)


def waiting_in(household: Household, name: str) -> list[str]:
    """The folders of that name that wait for thumbnails."""
    waiting = household.ask("thumbnails", "status")["waiting"]
    return [each["path"] for each in waiting if each["path"].endswith(f"/{name}")]


@pytest.fixture
def many(household: Household, tmp_path: Path) -> Household:
    """A Takeout of photos that all lie in one folder, and on this disk."""
    taken = datetime(2019, 7, 21, 12, 30, tzinfo=UTC)
    items = [
        Item(item_id=f"AF1Qip{at}", title=f"{at}.jpg", data=make_jpeg(str(at)), taken=taken)
        for at in range(MANY)
    ]
    write_export(tmp_path / "takeout", Account(items=items), datetime(2024, 1, 1, tzinfo=UTC))
    household.run("library", "add", "takeout", tmp_path / "takeout")
    with household.mounted() as point:
        household.run("cache", "warm", point / "google")
    household.run("thumbnails", "clear")  # and that warming has opened folders
    return household


def test_an_agent_that_is_killed_is_followed_by_one_that_goes_on(many: Household) -> None:
    """Nothing half is left, nothing is missing."""
    with many.mounted(agent=True) as point:
        folder = point / "google/Dates/2019/2019-07"
        names = shell("ls", folder).split()
        photos = [folder / name for name in names]
        assert len(photos) == MANY
        wait_until(lambda: sum(drawn(many, [each]) for each in photos) > 3)
        os.kill(killed := many.agent(), signal.SIGKILL)
        assert many.agent(but=killed) != killed
        wait_until(lambda: drawn(many, photos))
        for photo in photos:
            with Image.open(thumbnail(many, photo)) as picture:
                picture.load()
        wait_until(lambda: not waiting_in(many, "2019-07"))  # noted a moment after it is there


@pytest.mark.skipif(os.geteuid() != 0, reason="others need `user_allow_other` in fuse.conf")
def test_a_mount_for_others_is_left_alone(many: Household) -> None:
    """Status says so, and a mount of one's own beside it is filled for all that."""
    shared = many.folder / "shared"
    shared.mkdir()
    many.run("mount", "--daemon", "--no-agent", "--allow-other", shared)
    try:
        with many.mounted(agent=True) as point:
            below = Path("google/Dates/2019/2019-07")
            shell("ls", shared / below)
            names = shell("ls", point / below).split()
            wait_until(lambda: drawn(many, [point / below / name for name in names]))
            assert not any(drawn(many, [shared / below / name]) for name in names)
            told = many.ask("thumbnails", "status")
            assert list(told["off"]) == [str(shared)]
            assert f"{shared} gets none" in many.run("thumbnails", "status")
            assert "other users" in many.run("thumbnails", "fill", shared / below, code=15)
    finally:
        many.run("umount", "--no-wait", shared)


def test_status_says_who_waits_for_what(many: Household) -> None:
    """Where no agent works, the folders, and by which program they were opened."""
    with many.mounted() as point:
        folder = point / "google/Dates/2019/2019-07"
        shell("ls", folder)
        wait_until(lambda: bool(many.ask("thumbnails", "status")["waiting"]))
        (waiting,) = many.ask("thumbnails", "status")["waiting"]
        assert (waiting["point"], waiting["path"]) == (str(point), "/google/Dates/2019/2019-07")
        assert (waiting["photos"], waiting["pictured"]) == (MANY, 0)
        told = many.run("thumbnails", "status")
        assert f"waiting: {MANY} of {MANY} photos in {folder}, opened by" in told
        assert "no agent works" in told


def test_the_agent_ends_in_time_whatever_it_draws(many: Household) -> None:
    """SIGTERM in the middle of a round; nothing half is left that others would take for whole."""
    config = many.home / "config" / "config.toml"
    config.write_text(config.read_text() + '[thumbnails]\nfill = "all"\n')
    with many.mounted(agent=True):
        root = Path(many.environ["XDG_CACHE_HOME"]) / "thumbnails" / "normal"
        wait_until(lambda: len([*root.glob("*.png")]) > 3)
        began = time.monotonic()
        os.kill(agent := many.agent(), signal.SIGTERM)
        wait_until(lambda: not Path(f"/proc/{agent}/exe").exists())
        assert time.monotonic() - began < 60
        for path in root.glob("*.png"):
            with Image.open(path) as picture:
                picture.load()
