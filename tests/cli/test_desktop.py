"""`photofs desktop`: extras for file managers, and what their menu entries do."""

import ast
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from photofs.emulators.flickr import Account, flickr_in_thread
from photofs.emulators.hosting.originals import Random
from tests.support.disks import fill, small_disk, why_no_mounts
from tests.support.household import Household
from tests.support.logins import add_flickr

ROOT = Path(__file__).parents[2]
PLACES = {
    "nautilus": "nautilus-python/extensions/photofs_files.py",
    "nemo": "nemo-python/extensions/photofs_files.py",
    "dolphin": "kio/servicemenus/photofs.desktop",
}


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """A home whose PATH knows no file manager."""
    programs = tmp_path / "programs"
    programs.mkdir()
    environ = {"HOME": str(tmp_path), "XDG_DATA_HOME": "", "PATH": f"{programs}:/sbin"}
    return Household(tmp_path, environ)


def place(household: Household, name: str) -> Path:
    """Where an extra belongs."""
    return household.folder / ".local" / "share" / PLACES[name]


def bring_program(household: Household, name: str, text: str = "exit 0\n") -> Path:
    """A program of that name on the PATH: a script."""
    program = household.folder / "programs" / name
    program.write_text(f"#!/bin/sh\n{text}")
    program.chmod(0o755)
    return program


def command_in(household: Household) -> Sequence[str]:
    """What the extension for Nautilus runs."""
    tree = ast.parse(place(household, "nautilus").read_text())
    (given,) = [
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "PHOTOFS"
    ]
    assert given is not None
    found: Sequence[str] = ast.literal_eval(given)
    return found


def test_extras_come_and_go_by_command(household: Household) -> None:
    """Where each file manager looks for them; twice is once; nothing is left."""
    for _ in range(2):
        household.run("desktop", "install", *PLACES)
    assert household.ask("desktop", "status") == dict.fromkeys(PLACES, "installed")
    for name in PLACES:
        path = place(household, name)
        assert stat.S_IMODE(path.stat().st_mode) & stat.S_IXUSR
        assert [each.name for each in path.parent.iterdir()] == [path.name]
    household.run("desktop", "remove", "nemo")
    assert not place(household, "nemo").exists()
    household.run("desktop", "remove")
    assert household.ask("desktop", "status") == dict.fromkeys(PLACES, "not installed")
    assert "nothing of photofs's" in household.run("desktop", "remove")


def test_those_that_are_here_are_meant_if_none_is_named(household: Household) -> None:
    """And where there is none, that is said, with how to name one."""
    said = household.run("desktop", "install", code=4)
    assert "photofs desktop install nautilus" in said
    assert "desktop do pin -- %F` in Thunar's custom actions" in said
    bring_program(household, "dolphin")
    said = household.run("desktop", "install")
    assert os.fspath(place(household, "dolphin")) in said
    assert household.ask("desktop", "status") == {
        **dict.fromkeys(PLACES, "not installed"),
        "dolphin": "installed",
    }


def test_a_file_of_somebody_elses_is_left_alone(household: Household) -> None:
    """Neither written over nor removed; one of another version of ours is."""
    path = place(household, "nautilus")
    path.parent.mkdir(parents=True)
    path.write_text("mine\n")
    for verb in ("install", "remove"):
        assert "no file of `photofs desktop install`" in household.run(
            "desktop", verb, "nautilus", code=15
        )
    assert path.read_text() == "mine\n"
    assert "somebody else's" in household.ask("desktop", "status")["nautilus"]
    path.unlink()
    household.run("desktop", "install", "nautilus")
    path.write_text(path.read_text().replace("Keep on this disk", "Pin"))
    assert "another version" in household.ask("desktop", "status")["nautilus"]
    household.run("desktop", "install", "nautilus")
    assert household.ask("desktop", "status")["nautilus"] == "installed"


def as_pipe(path: Path) -> None:
    """A pipe that nobody writes into."""
    os.mkfifo(path)


def as_lost_link(path: Path) -> None:
    """A link to what is on a disk that is away."""
    path.symlink_to("/nowhere/at/all")


@pytest.mark.parametrize("put", [as_pipe, as_lost_link, Path.mkdir])
def test_what_is_no_file_is_somebody_elses(
    household: Household, put: Callable[[Path], None]
) -> None:
    """It is told at once, and stays."""
    path = place(household, "nautilus")
    path.parent.mkdir(parents=True)
    put(path)
    before = path.lstat()
    for verb in ("install", "remove"):
        assert "no file of `photofs desktop install`" in household.run(
            "desktop", verb, "nautilus", code=15
        )
    assert (path.lstat().st_ino, path.lstat().st_mode) == (before.st_ino, before.st_mode)


def test_nothing_is_written_through_a_link(household: Household) -> None:
    """Where the new file is written first somebody has put one to a file of the user's."""
    path = place(household, "nautilus")
    path.parent.mkdir(parents=True)
    letter = household.folder / "letter.txt"
    letter.write_text("dear Ada")
    mode = letter.stat().st_mode
    path.with_name(f".{path.name}.new").symlink_to(letter)
    household.run("desktop", "install", "nautilus")
    assert (letter.read_text(), letter.stat().st_mode) == ("dear Ada", mode)
    assert household.ask("desktop", "status")["nautilus"] == "installed"


def test_files_that_lie_in_no_mount_are_left_as_they_are(household: Household) -> None:
    """Dolphin shows the entries at every picture: not even a ctime changes, by links neither."""
    picture, link = household.folder / "ours.jpg", household.folder / "link.jpg"
    picture.write_bytes(b"mine")
    link.symlink_to(picture)
    before = picture.stat()
    for path in (picture, link):
        household.run("desktop", "do", "pin", "--", path, code=None)
    assert picture.stat() == before


def test_what_cannot_be_written_is_said(household: Household) -> None:
    """A file stands in place of a folder; an XDG_DATA_HOME that is no whole path is none."""
    household.environ["XDG_DATA_HOME"] = "relative"
    (household.folder / ".local").write_text("none")
    said = household.run("desktop", "install", "nautilus", code=None)
    assert f"{place(household, 'nautilus')} cannot be" in said
    assert "see whose" in said


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts())
def test_a_full_disk_leaves_what_was_there(household: Household, tmp_path: Path) -> None:
    """An older version stays, and nothing is left beside it."""
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        household.environ["XDG_DATA_HOME"] = str(disk)
        household.run("desktop", "install", "nautilus")
        path = disk / PLACES["nautilus"]
        old = path.read_text().replace("Keep on this disk", "Pin")
        path.write_text(old)
        fill(disk)
        assert "make room" in household.run("desktop", "install", "nautilus", code=None)
        assert path.read_text() == old
        assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_is_written_runs_this_very_installation(household: Household) -> None:
    """File managers have another PATH than a shell: the command is named by its whole path."""
    household.run("desktop", "install", "nautilus", "nemo", "dolphin")
    command = command_in(household)
    assert command[0] == sys.executable
    run = subprocess.run(
        [*command, "version"], env=household.environ, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr
    texts = {name: place(household, name).read_text() for name in PLACES}
    assert texts["nautilus"] == texts["nemo"]
    lines = texts["dolphin"].splitlines()
    assert f"Exec={' '.join(command)} desktop do pin -- %F" in lines
    assert not [line for line in lines if line.startswith("Exec=photofs")]


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="no desktop-file-utils")
def test_the_service_menu_is_a_valid_desktop_file(household: Household, tmp_path: Path) -> None:
    """But for its type, which KDE alone knows: as an application's it has no fault."""
    household.run("desktop", "install", "dolphin")
    text = place(household, "dolphin").read_text()
    assert "\nType=Service\n" in text
    checked = tmp_path / "menu.desktop"
    checked.write_text(text.replace("\nType=Service\n", "\nType=Application\nExec=true\n"))
    program = shutil.which("desktop-file-validate")
    assert program is not None
    done = subprocess.run([program, checked], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.mount
def test_menu_entries_pin_and_free_and_tell_it(household: Household) -> None:
    """As the commands do, with a notice on the desktop; only pages of the web are opened."""
    heard, opened = household.folder / "heard", household.folder / "opened"
    bring_program(household, "notify-send", f'for last; do :; done; echo "$last" >> "{heard}"\n')
    bring_program(household, "xdg-open", f'echo "$1" >> "{opened}"\n')
    account = Account()
    account.add_photo(Random(kind="jpg", seed=1, size=5000), title="a <b>")
    household.environ["PATH"] += f":{os.environ['PATH']}"
    with flickr_in_thread(account) as emulator:
        add_flickr(household, emulator)
        household.scanned("flickr")
        with household.mounted() as point:
            (photo,) = (point / "flickr" / "Unsorted").iterdir()
            for deed, state in (("pin", "pinned"), ("unpin", "cached"), ("free", "remote")):
                said = household.ask("desktop", "do", deed, photo)
                assert said["code"] == 0
                assert os.getxattr(photo, "user.photofs.state").decode() == state
            assert "0 B freed (nothing of it is cached)" in household.run("free", photo)
            household.run("pin", photo)
            assert "0 B freed (what is pinned stays" in household.run("free", photo)
            assert "a &lt;b&gt;.jpg: 1 photo pinned" in heard.read_text()
            household.run("desktop", "do", "web", photo)
            assert opened.read_text() == os.getxattr(photo, "user.photofs.url").decode() + "\n"
            assert "no page" in household.run("desktop", "do", "web", point / "flickr", code=4)
            assert len(opened.read_text().splitlines()) == 1
            assert "no page of flickr" in heard.read_text().splitlines()[-1]
            told = json.loads(
                household.run("desktop", "do", "pin", household.folder, "--json", code=4)
            )
            assert "is in no mount of photofs; name something in a mount" in told["said"]
            assert "in no mount of photofs" in heard.read_text()
