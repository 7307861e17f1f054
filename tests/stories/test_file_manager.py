"""A live library in a real file manager: Thunar under a display of its own, driven by its keys.

Each does what docs/SEMANTICS.md says of the verb: in the tree, and at the service.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from photofs.emulators.flickr import Emulator
from photofs.emulators.pictures import make_jpeg
from tests.support.desktop import desktop, why_not
from tests.support.desktop_trash import DesktopTrash
from tests.support.household import Household
from tests.support.logins import add_flickr
from tests.support.thunar import RESTORE, Thunar, thunar
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.mount,
    pytest.mark.xdist_group("the trash of all mounts"),
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
]

DAY: Final = "Dates/2023/2023-04/Ramen.jpg"
CON: Final = "Albums/Lima/CON.jpg"
SEA: Final = "Albums/Lima/Miraflores.jpg"


class Desk(NamedTuple):
    """A mounted library with an agent at work, and a file manager."""

    household: Household
    flickr: Emulator
    point: Path
    thunar: Thunar

    @property
    def home(self) -> Path:
        """The library."""
        return self.point / "flickr"

    def lying(self) -> set[str]:
        """What lies in the trash, by name."""
        told = DesktopTrash(self.point).lying()
        return {name.removeprefix("files/") for name in told if name.startswith("files/")}

    def leave_others_alone(self) -> None:
        """Skip a test that would restore or empty what is not its own.

        The trash that a file manager shows is that of all disks and mounts of this user: of the
        photos that somebody has mounted, of a disk that is plugged in, of tests beside this one.
        """
        mine = f"{self.point}/"
        wait_until(lambda: any(path.startswith(mine) for path in self.shown_in_trash()))
        others = [path for path in self.shown_in_trash() if not path.startswith(mine)]
        if others:
            pytest.skip(f"the trash of this user holds more than this test's: {others[:3]}")

    def shown_in_trash(self) -> list[str]:
        """Where all was that file managers show as trashed."""
        told = self.thunar.desktop.run("gio", "list", "-u", "-a", "trash::orig-path", "trash:///")
        return re.findall(r"trash::orig-path=(.*)$", told, re.MULTILINE)

    def album(self, title: str) -> list[str]:
        """The titles of an album's photos at the service; none if there is no such album."""
        state = self.flickr.account.state
        ids = [each.photos for each in state.albums if each.title == title]
        return [state.photos[photo].title for photo in (ids[0] if ids else [])]

    def uploads(self) -> int:
        """How many files the service was sent."""
        return self.flickr.calls["upload"]

    def done(self) -> None:
        """Wait until the service has all of it."""
        self.household.until_done()


@pytest.fixture
def desk(tmp_path: Path, flickr: Emulator) -> Iterator[Desk]:
    """The demo's account, in which wishes are sent soon."""
    household = Household(tmp_path)
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[writing]\nquiet = 0.3\ngrace = 0.1\n")
    add_flickr(household, flickr, perms="delete")
    household.run("scan", "flickr")
    with (
        household.mounted(agent=True) as point,
        desktop(tmp_path, household.environ) as session,
        thunar(session) as manager,
    ):
        yield Desk(household, flickr, point, manager)


def gone(path: Path) -> bool:
    """Whether nothing is there."""
    return not path.exists()


def test_trash_and_restore(desk: Desk) -> None:
    """A photo of an album leaves it, one of Dates goes to Trash; Restore brings both back."""
    inodes = {name: (desk.home / name).stat().st_ino for name in (CON, DAY)}
    for name in (CON, DAY):
        desk.thunar.select(desk.home / name).press("Delete")
        wait_until(partial(gone, desk.home / name))
    assert desk.lying() == {"CON.jpg", "Ramen.jpg"}
    assert (desk.home / "Trash" / "Ramen.jpg").exists()
    desk.done()
    assert "CON" not in desk.album("Lima")

    trash = desk.thunar.open_trash()
    trash.select_all()
    desk.leave_others_alone()
    trash.click(*RESTORE)
    wait_until(lambda: not desk.lying())
    assert {name: (desk.home / name).stat().st_ino for name in (CON, DAY)} == inodes
    desk.done()
    assert "CON" in desk.album("Lima")
    assert desk.uploads() == 0


def test_emptying_the_trash_deletes_nothing(desk: Desk) -> None:
    """What lay there stays where `rm` would have left it, here and at the service."""
    photos = {*desk.flickr.account.state.photos}
    desk.thunar.select(desk.home / DAY).press("Delete")
    wait_until(lambda: not (desk.home / DAY).exists())
    desk.done()
    trash = desk.thunar.open_trash()
    desk.leave_others_alone()
    trash.press("alt+f", "e")
    desk.thunar.dialog("Empty").press("Return")
    wait_until(lambda: not desk.lying())
    desk.done()
    assert (desk.home / "Trash" / "Ramen.jpg").exists()
    assert {*desk.flickr.account.state.photos} == photos
    assert desk.flickr.calls["flickr.photos.delete"] == 0


def test_undo_of_trash(desk: Desk) -> None:
    """Ctrl+Z takes a photo out of the trash again."""
    window = desk.thunar.select(desk.home / CON)
    window.press("Delete")
    wait_until(lambda: desk.lying() == {"CON.jpg"})
    window.undo((desk.home / CON).exists)
    assert desk.lying() == set()
    desk.done()
    assert "CON" in desk.album("Lima")


def test_files_that_are_dragged_in_are_uploaded(desk: Desk, tmp_path: Path) -> None:
    """Once, into the album."""
    picture = tmp_path / "Harbour.jpg"
    picture.write_bytes(make_jpeg("harbour"))
    desk.thunar.drag_in(desk.home / "Albums" / "Lima", picture)
    wait_until((desk.home / "Albums" / "Lima" / "Harbour.jpg").exists)
    wait_until(lambda: "Harbour" in desk.album("Lima"))
    desk.done()
    assert desk.uploads() == 1
    assert (desk.home / "Albums" / "Lima" / "Harbour.jpg").read_bytes() == picture.read_bytes()


def test_move_to_another_album_and_undo(desk: Desk) -> None:
    """Cut and paste moves it between the albums, Ctrl+Z back; nothing is uploaded."""
    there = desk.home / "Albums" / "Family" / "Miraflores.jpg"
    inode = (desk.home / SEA).stat().st_ino
    desk.thunar.select(desk.home / SEA).press("ctrl+x")
    window = desk.thunar.open(there.parent)
    window.press("ctrl+v")
    wait_until(there.exists)
    assert (there.stat().st_ino, (desk.home / SEA).exists()) == (inode, False)
    desk.done()
    assert "Miraflores" in desk.album("Family")
    assert "Miraflores" not in desk.album("Lima")
    window.undo((desk.home / SEA).exists)
    desk.done()
    assert "Miraflores" in desk.album("Lima")
    assert "Miraflores" not in desk.album("Family")
    assert desk.uploads() == 0


def test_a_copy_into_another_album_is_the_same_photo(desk: Desk) -> None:
    """Copy and paste has it in both albums; nothing is uploaded."""
    there = desk.home / "Albums" / "Family" / "Miraflores.jpg"
    desk.thunar.select(desk.home / SEA).press("ctrl+c")
    desk.thunar.open(there.parent).press("ctrl+v")
    wait_until(there.exists)
    wait_until(lambda: "Miraflores" in desk.album("Family"))
    desk.done()
    assert "Miraflores" in desk.album("Lima")
    assert desk.uploads() == 0
    assert there.samefile(desk.home / SEA)


def test_rename_and_undo(desk: Desk) -> None:
    """F2 changes the title, Ctrl+Z changes it back."""
    window = desk.thunar.select(desk.home / SEA)
    window.press("F2")
    desk.thunar.dialog("Rename").write("Pacific.jpg")
    new = (desk.home / SEA).with_name("Pacific.jpg")
    wait_until(new.exists)
    desk.done()
    assert "Pacific" in desk.album("Lima")
    window.undo((desk.home / SEA).exists)
    desk.done()
    assert "Miraflores" in desk.album("Lima")
    assert not new.exists()


def test_a_new_folder_is_an_album(desk: Desk) -> None:
    """Made at the service with the first photo that is pasted into it."""
    albums = desk.home / "Albums"
    window = desk.thunar.open(albums)
    window.press("ctrl+shift+n")
    desk.thunar.dialog("Create New Folder").write("Harbours")
    wait_until((albums / "Harbours").is_dir)
    desk.thunar.select(desk.home / SEA).press("ctrl+c")
    desk.thunar.open(albums / "Harbours").press("ctrl+v")
    wait_until(lambda: desk.album("Harbours") == ["Miraflores"])
    desk.done()
    assert desk.uploads() == 0
