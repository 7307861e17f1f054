"""What a newcomer does first, word by word, and what happens when the words are wrong."""

import json
import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from photofs.emulators.takeout import demo_takeout
from tests.support.household import PATIENCE, Household, shell
from tests.support.waiting import wait_until


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """A new user's empty home."""
    return Household(tmp_path)


@pytest.mark.mount
def test_the_demo_shows_two_libraries_and_leaves_nothing(tmp_path: Path) -> None:
    """`mount --demo --daemon`, a look around, `umount`; no process and no mount stays behind."""
    household = Household(tmp_path)
    del household.environ["PHOTOFS_HOME"]
    point = tmp_path / "photos"
    point.mkdir()
    told = household.run("mount", "--demo", "--daemon", "--no-agent", point)
    assert "rsync" in told
    assert "photofs status\n" in told
    try:
        assert sorted(path.name for path in point.iterdir()) == ["flickr", "google"]
        for library in point.iterdir():
            assert {"Albums", "Dates"} <= {path.name for path in library.iterdir()}
            pictures = [path for path in (library / "Dates").rglob("*") if path.is_file()]
            assert len(pictures) > 20
            assert all(path.read_bytes() for path in pictures)
        status = household.ask("status")
        assert [library["name"] for library in status["libraries"]] == ["flickr", "google"]
        assert [mount["point"] for mount in status["mounts"] if mount["serves"]] == [str(point)]
        google = status["libraries"][1]
        assert [each["provider"] for each in google["sources"]] == ["takeout", "google", "picker"]
        photo = next(path for path in (point / "google" / "Albums").rglob("*") if path.is_file())
        assert household.ask("info", photo)["links"] >= 2
        processes = shell("pgrep", "-f", str(tmp_path), code=None).split()
        assert processes
    finally:
        household.run("umount", point)
    wait_until(lambda: not shell("pgrep", "-f", tmp_path, code=None))  # they end by themselves
    assert list(point.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["status"], 0, "no library yet"),
        (["library", "list"], 0, "no library yet"),
        (["library", "list"], 0, "`photofs login --help`"),
        (["mount", "POINT"], 15, "`photofs login google`"),
        (["scan"], 4, "no library"),
        (["scan", "nobody"], 4, "nobody"),
        (["mount", "POINT"], 15, "photofs library add"),
        (["library", "add", "takeout"], 15, "folder"),
        (["library", "add", "takeout", "/not/there"], 4, "/not/there"),
        (["library", "add", "takeout", "POINT", "--name", "a/b"], 15, "a/b"),
        (["library", "add", "flickr"], 15, "photofs login flickr"),
        (["library", "add", "flickr", "POINT"], 15, "`library add flickr-export`"),
        (["library", "remove", "nobody", "--yes"], 4, "nobody"),
        (["library", "report", "nobody"], 4, "nobody"),
        (["info", "nobody/Dates"], 4, "add a library"),
        (["mount", "/not/there"], 4, "mkdir -p /not/there"),
        (["pin", "nobody/Dates"], 4, "nobody"),
        (["umount", "POINT"], 4, "photofs status"),
        (["logout", "flickr"], 4, "flickr"),
        (["login", "flickr"], 78, "--secret-file"),
        (["frobnicate"], 2, "frobnicate"),
        (["unmount", "POINT"], 2, "`photofs umount`"),
        (["help"], 2, "`photofs --help`"),
        (["--json", "status"], 2, "`photofs status --json`"),
        (["mnt"], 2, "`photofs mount`"),
        (["library", "add", "takeout", "/etc/passwd"], 15, "no .zip or .tgz"),
        (["library", "add", "takeout", "POINT"], 15, "is empty"),
        (["umount"], 4, "nothing of yours is mounted"),
        (["cache", "status"], 0, "cache"),
        (["check"], 0, "nothing is wrong"),
        (["version"], 0, "pyfuse3"),
        (["completion", "bash"], 0, "_PHOTOFS_COMPLETE"),
    ],
)
def test_every_first_step_is_answered_with_a_sentence(
    household: Household, tmp_path: Path, arguments: list[str], code: int, told: str
) -> None:
    """Nothing known yet, or a wrong word: the right status, and what to do; never a traceback."""
    (tmp_path / "point").mkdir()
    words = [str(tmp_path / "point") if word == "POINT" else word for word in arguments]
    assert told in household.run(*words, code=code)


def test_a_broken_setting_stops_everything_with_78(household: Household) -> None:
    """The file and the key are named, whatever the command."""
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[cache]\nlimit = 'a lot'\n")
    for command in ("status", "scan", "check"):
        told = household.run(command, code=78)
        assert str(config) in told
        assert "cache.limit" in told


def test_json_is_json_wherever_it_is_offered(household: Household) -> None:
    """The commands of a new home print one JSON document each."""
    for words in (["status"], ["library", "list"], ["cache", "status"], ["check"], ["version"]):
        assert household.ask(*words) is not None


def test_json_of_what_changes_something_is_one_document(
    household: Household, tmp_path: Path
) -> None:
    """A library that comes and goes: each step tells what it did."""
    export = tmp_path / "takeout"
    demo_takeout(export)
    added = household.ask("library", "add", "takeout", export)
    assert added["added"] == "google"
    assert added["scan"][0]["ok"]
    assert [one["path"] for one in household.ask("pin", "google/Videos", "google/Trash")] == [
        "google/Videos",
        "google/Trash",
    ]
    assert household.ask("free", "google/Videos", "google/Trash")[0]["freed"] == 0
    assert household.ask("unpin", "google/Trash")[0]["unpinned"] > 0
    assert household.ask("cache", "clear", "--yes")["removed"] > 0
    assert household.ask("library", "remove", "google", "--yes")["forgotten"] == "google"


def test_a_library_is_not_added_twice(household: Household, tmp_path: Path) -> None:
    """The same folder again, or another one under the name of a library: what to do is said."""
    demo_takeout(tmp_path / "one")
    demo_takeout(tmp_path / "two")
    household.run("library", "add", "takeout", tmp_path / "one")
    again = ["library", "add", "takeout"]
    assert "photofs scan 'google'" in household.run(*again, tmp_path / "one", code=15)
    assert "photofs scan 'google'" in household.run(
        *again, tmp_path / "one", "--name", "other", code=15
    )
    assert "--name" in household.run(*again, tmp_path / "two", code=15)
    household.run(*again, tmp_path / "two", "--name", "other")
    assert [each["name"] for each in household.ask("library", "list")] == ["google", "other"]


def test_a_folder_with_something_in_it_is_not_mounted_on(
    household: Household, tmp_path: Path
) -> None:
    """What is in the way is listed, and stays."""
    export = tmp_path / "export"
    (export / "Takeout").mkdir(parents=True)
    (export / "Takeout" / "a.jpg").touch()
    household.run("library", "add", "takeout", export, "--no-scan")
    point = tmp_path / "photos"
    point.mkdir()
    (point / "letter.txt").write_text("dear")
    assert "letter.txt" in household.run("mount", point, code=15)
    assert (point / "letter.txt").read_text() == "dear"


@pytest.mark.mount
def test_a_second_mount_on_a_folder_is_refused_and_the_first_still_known(
    household: Household, tmp_path: Path
) -> None:
    """`photofs status` still names the first, and what is told to be typed can be typed."""
    demo_takeout(tmp_path / "takeout")
    household.run("library", "add", "takeout", tmp_path / "takeout", "--no-scan")
    missing = tmp_path / "Fotos für Ömi"
    assert f"mkdir -p '{missing}'" in household.run("mount", "--daemon", missing, code=4)
    with household.mounted() as point:
        assert f"photofs umount {point}" in household.run("mount", "--daemon", point, code=5)
        assert [each["point"] for each in household.ask("status")["mounts"]] == [str(point)]


@pytest.mark.mount
def test_ctrl_c_unmounts_a_mount_in_front(household: Household, tmp_path: Path) -> None:
    """SIGINT ends `photofs mount` cleanly, with nothing mounted afterwards."""
    export = tmp_path / "export"
    (export / "Takeout").mkdir(parents=True)
    (export / "Takeout" / "a.jpg").touch()
    household.run("library", "add", "takeout", export, "--no-scan")
    point = tmp_path / "photos"
    point.mkdir()
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "photofs", "mount", "--no-agent", str(point)],
        env={**household.environ, "PHOTOFS_READY_FD": str(writing)},
        pass_fds=[writing],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.close(writing)
    assert os.read(reading, 1) == b"r"
    os.close(reading)
    assert os.path.ismount(point)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode in {0, 130}
    assert b"Traceback" not in told
    assert not os.path.ismount(point)


def test_json_of_status_holds_no_secret(household: Household) -> None:
    """What people paste into reports says where logins lie, and nothing of them."""
    document = json.dumps(household.ask("status"))
    assert "logins_in" in document
    assert "token" not in document


def test_a_scan_on_a_terminal_shows_a_live_line(household: Household, tmp_path: Path) -> None:
    """On a terminal the first command shows its progress, and ends well (it once did not)."""
    demo_takeout(tmp_path / "takeout")
    ours, theirs = pty.openpty()
    process = household.start("library", "add", "takeout", tmp_path / "takeout", stderr=theirs)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # a terminal that nobody writes to any more ends by EIO
        while piece := os.read(ours, 65536):  # a full one would stop who writes
            shown += piece
    os.close(ours)
    assert process.wait(PATIENCE) == 0
    assert b"google" in shown
    assert b"Traceback" not in shown


@pytest.mark.mount
def test_a_demo_that_cannot_be_mounted_is_not_made(household: Household, tmp_path: Path) -> None:
    """Where there is no folder, or one that holds something or is mounted: what was there stays."""
    household.environ["XDG_CACHE_HOME"] = str(tmp_path / "cache")
    old = tmp_path / "cache" / "photofs" / "demo" / ".photofs-demo"
    old.parent.mkdir(parents=True)
    old.touch()
    before = old.stat().st_ino
    export = tmp_path / "export"
    demo_takeout(export)
    household.run("library", "add", "takeout", export, "--no-scan")

    def refused(point: Path, code: int) -> str:
        told = household.run("mount", "--demo", "--daemon", point, code=code)
        assert "making pictures" not in told
        assert old.stat().st_ino == before
        return told

    assert "mkdir -p" in refused(tmp_path / "nowhere", 4)
    assert "is not empty" in refused(export, 15)
    with household.mounted() as point:
        assert "is mounted already" in refused(point, 5)


@pytest.mark.mount
def test_a_demo_that_was_killed_is_mounted_again(tmp_path: Path) -> None:
    """After kill -9 the next `mount --demo` clears what is left, thumbnails of its photos, too."""
    household = Household(tmp_path, {"XDG_CACHE_HOME": str(tmp_path / "cache")})
    del household.environ["PHOTOFS_HOME"]
    point = tmp_path / "photos"
    point.mkdir()

    def thumbnails() -> list[Path]:
        return [*(tmp_path / "cache" / "thumbnails").rglob("*.png")]

    household.run("mount", "--demo", "--daemon", "--no-agent", point)
    try:
        household.run("thumbnails", "fill", point / "google" / "Albums" / "Sydney")
        assert thumbnails()
        (mount,) = household.ask("status")["mounts"]
        os.kill(mount["pid"], signal.SIGKILL)
        household.run("mount", "--demo", "--daemon", "--no-agent", point)
        assert sorted(path.name for path in point.iterdir()) == ["flickr", "google"]
        assert household.ask("library", "list")[0]["photos"] > 20
        assert thumbnails() == []
        assert household.ask("thumbnails", "status")["fill"] == "opened"
        household.run("thumbnails", "fill", point / "google" / "Albums" / "Sydney")
        assert thumbnails()
    finally:
        household.run("umount", point)
    assert thumbnails() == []


@pytest.mark.mount
def test_force_takes_a_mount_away_from_under_a_shell(household: Household, tmp_path: Path) -> None:
    """`umount --force` ends though a program stands inside; the folder is open again."""
    export = tmp_path / "export"
    demo_takeout(export)
    household.run("library", "add", "takeout", export)
    point = tmp_path / "photos"
    point.mkdir()
    household.run("mount", "--daemon", "--no-agent", point)
    with subprocess.Popen(["sleep", "1000"], cwd=point / "google") as inside:
        told = household.run("umount", point, code=5)
        assert "--force" in told
        household.run("umount", "--force", point)
        inside.kill()
    assert list(point.iterdir()) == []
    assert point.stat().st_mode & 0o700 == 0o700


@pytest.mark.mount
def test_who_looks_in_for_an_instant_keeps_no_mount(household: Household, tmp_path: Path) -> None:
    """As our own agent does to show new thumbnails, and gvfs at its trash: it is waited for."""
    export = tmp_path / "export"
    demo_takeout(export)
    household.run("library", "add", "takeout", export)
    with household.mounted() as point:
        with subprocess.Popen(["sleep", "0.7"], cwd=point / "google"):
            assert "is unmounted\n" in household.run("umount", point)
        assert not os.path.ismount(point)


def test_files_that_hold_titles_are_private(household: Household, tmp_path: Path) -> None:
    """No other user reads the catalog, the notes, or the log."""
    demo_takeout(tmp_path / "takeout")
    household.run("library", "add", "takeout", tmp_path / "takeout")
    made = [path for path in (household.home / "state").rglob("*") if path.is_file()]
    assert made
    assert all(path.stat().st_mode & 0o077 == 0 for path in made)


def test_without_a_terminal_nothing_is_asked(household: Household) -> None:
    """A question that nobody can answer is refused, and names --yes."""
    done = subprocess.run(
        [sys.executable, "-m", "photofs", "cache", "clear"],
        env=household.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 15
    assert "--yes" in done.stderr
