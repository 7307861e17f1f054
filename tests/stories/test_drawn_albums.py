"""Thunar and tumbler draw albums of which nothing is here, and the service sends no original."""

import os
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from photofs.model.thumbnail import file_uri, uri_digest
from tests.support.at_the_desk import AtTheDesk, at_the_desk
from tests.support.desktop import why_not
from tests.support.thunar import Window
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.mount,
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
]

PHOTOS: Final = 300
PER_PHOTO_S: Final = 1.5
"""Of tumbler, which tries each photo by all of its plugins, one after the other."""

PAGES: Final = 40
"""More than a window has of them."""

SIZES: Final = {"normal": 128, "large": 256}


def valid(desk: AtTheDesk, path: Path) -> bool:
    """Whether GLib finds a thumbnail of that file, as it is now."""
    return "thumbnail::is-valid: TRUE" in desk.desktop.run(
        "gio", "info", "-a", "thumbnail::*", path
    )


def missing_of(desk: AtTheDesk) -> set[tuple[str, str]]:
    """Files of the album, each with a size in which no right thumbnail lies."""
    lacking = set()
    for path in desk.album.iterdir():
        uri = file_uri(os.fsencode(path))
        for size, pixels in SIZES.items():
            png = desk.desktop.thumbnails / size / f"{uri_digest(uri)}.png"
            try:
                with Image.open(png) as picture:
                    picture.load()
                    right = max(picture.size) == pixels
                    right = right and picture.info.get("Thumb::URI") == uri
                    right = right and picture.info.get("Thumb::MTime") == str(told_time(path))
            except OSError:
                right = False
            if not right:
                lacking.add((path.name, size))
    return lacking


def told_time(path: Path) -> int:
    """Whole seconds; before 1970 as GLib tells them."""
    return (path.stat().st_mtime_ns // 10**9) % 2**64


def colours(window: Window) -> int:
    """How many colours a window shows: an icon has few, a photo many."""
    picture = window.picture()
    return len(picture.getcolors(picture.width * picture.height) or [])


def refused(desk: AtTheDesk) -> int:
    """How many opens the guard has refused."""
    return sum(told["refused"] for told in desk.household.ask("status")["guarded"])


def test_an_album_of_which_nothing_is_here_is_drawn_without_originals(tmp_path: Path) -> None:
    """Opened, drawn without F5 while it is shown, and scrolled to its end."""
    with at_the_desk(tmp_path, PHOTOS) as desk:
        window = desk.thunar.open(desk.album)
        wait_until(desk.thunar.has_asked)
        icons = colours(window)
        desk.household.run("thumbnails", "fill", desk.album)
        assert missing_of(desk) == set()
        wait_until(lambda: colours(window) > 2 * icons)

        asked = refused(desk)
        window.press(*["Next"] * PAGES)
        wait_until(lambda: colours(window) > 2 * icons)
        paths = sorted(desk.album.iterdir())
        assert valid(desk, paths[0])
        assert valid(desk, paths[-1])
        assert refused(desk) == asked
        assert missing_of(desk) == set()
        assert not (desk.desktop.thumbnails / "fail").exists()
        assert desk.originals_sent() == 0


def test_tumbler_let_loose_fetches_nothing(tmp_path: Path) -> None:
    """Scrolled through while no thumbnail was made yet; and it remembers no failure."""
    with at_the_desk(tmp_path, 40) as desk:
        window = desk.thunar.open(desk.album)
        wait_until(desk.thunar.has_asked)
        window.press(*["Next"] * PAGES)
        wait_until(desk.thunar.has_asked)
        assert refused(desk) > 0
        assert desk.originals_sent() == 0
        assert not (desk.desktop.thumbnails / "fail").exists()
        assert "tumblerd" in desk.household.run("status")


def test_tumbler_asked_for_a_whole_album_at_once_fetches_nothing(tmp_path: Path) -> None:
    """As file managers ask by D-Bus: it ends, with a refusal for each, and remembers no failure."""
    with at_the_desk(tmp_path, PHOTOS) as desk:
        desk.thunar.ask_for([file_uri(os.fsencode(path)) for path in sorted(desk.album.iterdir())])
        wait_until(desk.thunar.has_asked, PER_PHOTO_S * PHOTOS)
        assert refused(desk) >= PHOTOS
        assert desk.originals_sent() == 0
        assert not (desk.desktop.thumbnails / "fail").exists()


def test_renamed_dated_and_mounted_elsewhere(tmp_path: Path) -> None:
    """Right again each time once they are filled, without any original; none lies wrong."""
    with at_the_desk(tmp_path, 6) as desk:
        run = desk.household.run
        window = desk.thunar.select(desk.album / "IMG_0002.jpg")
        wait_until(desk.thunar.has_asked)
        run("thumbnails", "fill", desk.album)
        window.press("F2")
        desk.thunar.dialog("Rename").write("Harbour.jpg")
        wait_until((desk.album / "Harbour.jpg").exists)
        run("date", "set", desk.album / "IMG_0003.jpg", "1961-04-12 06:07:00")
        run("thumbnails", "fill", desk.album)
        assert missing_of(desk) == set()
        assert valid(desk, desk.album / "Harbour.jpg")
        assert valid(desk, desk.album / "IMG_0003.jpg")

        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        run("mount", "--daemon", "--no-agent", elsewhere)
        try:
            album = elsewhere / desk.album.relative_to(tmp_path / "photos")
            run("thumbnails", "fill", album)
            assert missing_of(desk._replace(album=album)) == set()
        finally:
            run("umount", elsewhere)
        assert desk.originals_sent() == 0


def test_the_agent_draws_an_album_that_is_opened_for_the_first_time(tmp_path: Path) -> None:
    """Nobody asks for it: opened, and drawn without F5, without any original."""
    with at_the_desk(tmp_path, 300, agent=True) as desk:
        window = desk.thunar.open(desk.album)
        wait_until(lambda: not missing_of(desk) and desk.thunar.has_asked())
        wait_until(lambda: not missing_of(desk))  # what tumbler removed while it failed, too
        window.press("Next")
        assert valid(desk, min(desk.album.iterdir()))
        assert desk.originals_sent() == 0
