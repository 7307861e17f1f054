"""The trash of file managers on a live account: what is trashed there, and comes back."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from photofs.emulators.flickr import Emulator
from tests.support.desktop import GVFS, why_not
from tests.support.desktop_trash import DesktopTrash, below
from tests.support.household import PATIENCE, Household, shell
from tests.support.logins import add_flickr

pytestmark = pytest.mark.mount

DAY = "Dates/2023/2023-04/Ramen.jpg"
WHY_NOT = why_not(("dbus-run-session", "gio", GVFS))


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """A home in which wishes are sent soon."""
    household = Household(tmp_path)
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[writing]\nquiet = 0.3\ngrace = 0.1\n")
    return household


@pytest.fixture
def live(household: Household, flickr: Emulator) -> Household:
    """The demo's account as a library that may be changed."""
    add_flickr(household, flickr, perms="delete")
    household.scanned("flickr")
    return household


def albums(flickr: Emulator) -> dict[str, list[str]]:
    """The service's albums, by title, with the ids of their photos in order."""
    return {album.title: list(album.photos) for album in flickr.account.state.albums}


def places(home: Path) -> set[tuple[str, int]]:
    """In which folder each photo stands; of two with one name either may carry the suffix."""
    files = (each for each in home.rglob("*") if each.is_file())
    return {(str(each.parent.relative_to(home)), each.stat().st_ino) for each in files}


def all_done(household: Household) -> None:
    """Wait until nothing is open."""
    assert "all is done\n" in household.run("wait", "--timeout", str(PATIENCE - 10))


def by_gio(_: Path, *paths: Path) -> None:
    """As GNOME's and Xfce's file managers do it."""
    shell("gio", "trash", *paths)


def by_trash_cli(point: Path, *paths: Path) -> None:
    """As a program does it that has no part of GLib."""
    shell("trash-put", *paths, cwd=point)


def moved_back(point: Path, name: str) -> None:
    """By the system calls of a file manager."""
    DesktopTrash(point).restore(name)


def by_trash_restore(point: Path, name: str) -> None:
    """By the program, which asks which of all that it finds."""
    listed = shell("trash-restore", cwd=point, input="\n", code=None)
    numbers = [line.split()[0] for line in listed.splitlines() if line.endswith(f"/{name}")]
    assert len(numbers) == 1, (listed, below(DesktopTrash(point).folder))
    shell("trash-restore", cwd=point, input=f"{numbers[0]}\n")


@pytest.mark.parametrize(
    ("trash", "restore"),
    [(by_gio, moved_back), (by_trash_cli, by_trash_restore)],
    ids=["gio", "trash-cli"],
)
@pytest.mark.parametrize("sent", [True, False], ids=["sent", "within the grace"])
def test_what_is_trashed_by_a_file_manager_comes_back(
    live: Household,
    flickr: Emulator,
    trash: Callable[..., None],
    restore: Callable[[Path, str], None],
    *,
    sent: bool,
) -> None:
    """A photo, one of an album, and an album; at the service nothing is deleted meanwhile."""
    before, photos = albums(flickr), {*flickr.account.state.photos}
    with live.mounted(agent=sent) as point:
        home = point / "flickr"
        stood = places(home)
        trash(point, home / DAY, home / "Albums" / "Lima" / "CON.jpg", home / "Albums" / "Family")
        assert "Trash/Ramen.jpg" in below(home)
        assert not {DAY, "Albums/Lima/CON.jpg", "Albums/Family"} & below(home)
        if sent:
            all_done(live)
            assert "Family" not in albums(flickr)
            assert len(albums(flickr)["Lima"]) == len(before["Lima"]) - 1
        for name in ("Family", "CON.jpg", "Ramen.jpg"):
            restore(point, name)
        assert places(home) == stood
        if sent:
            all_done(live)
        assert DesktopTrash(point).lying() == set()
    after = albums(flickr)
    assert {title: sorted(ids) for title, ids in after.items()} == {
        title: sorted(ids) for title, ids in before.items()
    }
    assert after["Family"] == before["Family"]
    assert {*flickr.account.state.photos} == photos
    assert sent or after == before


def test_emptying_it_sends_nothing(live: Household, flickr: Emulator) -> None:
    """By `trash-empty`, once all was sent: photos stay, in the tree and at the service."""
    with live.mounted(agent=True) as point:
        home = point / "flickr"
        by_gio(point, home / DAY, home / "Albums" / "Lima" / "CON.jpg", home / "Albums" / "Family")
        all_done(live)
        tree, calls = below(home), flickr.calls.copy()
        told, photos = albums(flickr), {*flickr.account.state.photos}
        # without a folder it would empty every trash of this machine, also of tests beside this one
        shell("trash-empty", f"--trash-dir={DesktopTrash(point).folder}")
        assert DesktopTrash(point).lying() == set()
        all_done(live)
        assert below(home) == tree
    assert "Trash/Ramen.jpg" in tree
    assert (albums(flickr), {*flickr.account.state.photos}) == (told, photos)
    assert {key: flickr.calls[key] for key in ("upload", "flickr.photos.delete")} == {
        key: calls[key] for key in ("upload", "flickr.photos.delete")
    }


def test_the_log_tells_of_it_and_undo_takes_it_back(live: Household) -> None:
    """As of any other wish; the trash forgets what came back, and what `info` told of it."""
    with live.mounted() as point:
        home = point / "flickr"
        stood = places(home)
        by_gio(point, home / DAY, home / "Albums" / "Family")
        (row,) = live.ask("log")
        assert row["program"] == "gio"
        live.run("undo", str(row["action"]))
        assert places(home) == stood
        assert DesktopTrash(point).lying() == set()


def album_in_the_trash(point: Path) -> tuple[Path, Path, set[str]]:
    """An album that was put there: where it was, where it lies, and its photos' names."""
    album = point / "flickr" / "Albums" / "Family"
    photos = {each.name for each in album.iterdir()}
    by_gio(point, album)
    return album, DesktopTrash(point).files / "Family", photos


def test_who_looks_at_once_finds_an_album_that_was_moved(live: Household) -> None:
    """Into the trash and out of it, before the kernel was told that it is another folder."""
    with live.mounted() as point:
        album, lying, photos = album_in_the_trash(point)
        seen = []
        for _ in range(20):
            assert lying.is_dir()
            lying.rename(album)
            seen.append({each.name for each in album.iterdir()})
            assert album.stat().st_nlink >= 1
            assert all((album / name).is_file() for name in photos)
            album.rename(lying)
            seen.append({each.name for each in lying.iterdir()})
        lying.rename(album)
    assert seen == [photos, set()] * 20


def test_who_looks_just_as_the_kernel_is_told_finds_an_album_that_was_moved(
    live: Household,
) -> None:
    """That comes 5 ms after the move: what was asked right before is answered right after."""
    with live.mounted() as point:
        album, lying, photos = album_in_the_trash(point)
        seen = []
        for tenth in range(40, 80):
            for source, target in ((lying, album), (album, lying)):
                source.rename(target)
                until = time.monotonic() + tenth / 10_000
                while time.monotonic() < until:
                    time.sleep(0.0002)
                seen.append({each.name for each in target.iterdir()})
        lying.rename(album)
    assert seen == [photos, set()] * 40


SESSION = """
set -e
own() {{ gio list -u -a trash::orig-path trash:/// | grep -F "trash::orig-path=$1/" | cut -f 1; }}
gio trash "$1/{day}" "$1/Albums/Family"
until lying=$(own "$1"); [ "$(wc -w <<< "$lying")" -eq 2 ]; do sleep 0.1; done
gio trash --list
for each in $lying; do gio trash --restore "$each"; done
ls "$1/Albums/Family" "$1/{day}"
gio trash "$1/Unsorted/DSC_0026.JPG"
until lying=$(own "$1") && [[ $lying == *DSC_0026* ]]; do sleep 0.1; done
for each in $lying; do gio remove "$each"; done
"""


@pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
def test_gio_lists_restores_and_empties(live: Household, tmp_path: Path) -> None:
    """With gvfs, as on a desktop: what is listed is where it was, and comes back by itself."""
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    with live.mounted() as point:
        home = point / "flickr"
        stood = places(home)
        script = SESSION.format(day=DAY)
        command = ["dbus-run-session", "--", "bash", "-c", script, "bash", str(home)]
        done = subprocess.run(
            command, env=environ, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, (done.stdout, done.stderr)
        assert f"\t{home}/{DAY}\n" in done.stdout
        assert f"\t{home}/Albums/Family\n" in done.stdout
        assert {each for each in places(home) if each[0] != "Trash"} < stood
        assert "Trash/DSC_0026.JPG" in below(home)
        assert DesktopTrash(point).lying() <= {"expunged"}
