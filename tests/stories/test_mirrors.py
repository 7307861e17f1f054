"""The mirror by the real command: begun, filled, looked at, moved, taken over, forgotten."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from photofs.assembly import House
from photofs.emulators.pictures import make_jpeg
from photofs.emulators.takeout import demo_takeout
from photofs.kernel.lock import hold
from photofs.model.mirror import MARKER_NAME
from tests.support.household import PATIENCE, Household, shell
from tests.support.mirrored import check_sums, files_of

WITHOUT_RIGHTS = (
    ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--"]
    if os.geteuid() == 0
    else []
)
"""Root itself is asked for no rights unless it gives this power away."""


@pytest.fixture
def export(tmp_path: Path, household: Household) -> Path:
    """The folder of a library that was scanned."""
    folder = tmp_path / "export"
    demo_takeout(folder)
    household.run("library", "add", "takeout", folder)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty folder for a mirror."""
    folder = tmp_path / "nas"
    folder.mkdir()
    return folder


def test_where_no_mirror_is_the_timer_has_nothing_to_do(household: Household) -> None:
    """A person is told that there is none; the weekly service does not fail for that."""
    assert "there is no mirror yet" in household.run("mirror", "verify", code=4)
    household.environ["PHOTOFS_SERVICE"] = "1"
    household.run("mirror", "verify")
    household.run("mirror", "verify", "google", code=78)


def test_a_mirror_is_begun_filled_and_told_of(
    household: Household, export: Path, root: Path
) -> None:
    """All photos whose bytes the export has are there, and status says what is not, and why."""
    del export
    told = household.run("mirror", "add", "google", root)
    assert "it lies on the disk of the cache" in told
    (ran,) = household.ask("mirror", "run", code=None)
    (status,) = household.ask("mirror", "status")
    assert ran["ok"]
    assert ran["photos"] == status["photos"] == ran["written"] > 40
    assert status["lacking"] == sum(each["photos"] for each in status["why_lacking"])
    assert check_sums(root) == ran["written"]
    assert any((root / "Albums").rglob("0001 *"))
    (again,) = household.ask("mirror", "run", code=None)
    assert (again["written"], again["moved"], again["photos"]) == (0, 0, ran["photos"])
    assert "mirror of google" in household.run("mirror", "status")


def test_a_mirror_lies_where_it_harms_nothing(
    household: Household, export: Path, root: Path, tmp_path: Path
) -> None:
    """Not in an export, not among photofs's own files, not where something is, not nowhere."""
    (root / "mine.txt").write_text("mine", encoding="utf-8")
    for folder in (export, household.home, tmp_path, root):
        told = household.run("mirror", "add", "google", folder, code=15)
        assert "photofs: " in told
        assert not (folder / MARKER_NAME).exists()
    household.run("mirror", "add", "google", tmp_path / "nowhere", code=4)
    told = household.run("mirror", "add", "google", root / "mine.txt", code=15)
    assert "mine.txt is a file" in told
    told = household.run("mirror", "add", "google", root, "--layout", "{yaer}", code=78)
    assert "--layout: '{yaer}'" in told
    assert household.ask("mirror", "status") == []


@pytest.mark.parametrize(
    ("mode", "verb", "told"),
    [
        (0o555, ("mirror", "add", "google"), "you may not write in {}: Permission denied"),
        (0o000, ("mirror", "add", "google"), "you may not look into {}: Permission denied"),
        (0o000, ("library", "add", "folder"), "you may not look into {}"),
    ],
)
def test_a_folder_without_rights_is_called_that(
    household: Household, export: Path, root: Path, mode: int, verb: tuple[str, ...], told: str
) -> None:
    """No disk failed, and none is away: whose folder it is has to be looked at."""
    del export
    root.chmod(mode)
    try:
        done = subprocess.run(
            [*WITHOUT_RIGHTS, sys.executable, "-m", "photofs", *verb, root],
            env=household.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 15, done.stderr
        assert told.format(root) in done.stderr
        assert f"ls -ld {root}" in done.stderr
        assert "dmesg" not in done.stderr
        assert "read from it before" not in done.stderr
        assert household.ask("mirror", "status") == []
    finally:
        root.chmod(0o755)
    assert list(root.iterdir()) == []


def test_a_mirror_that_is_away_is_called_so(household: Household, export: Path, root: Path) -> None:
    """P12: An empty folder in its place: nothing is written there, status says why, it goes on."""
    del export
    household.run("mirror", "add", "google", root)
    aside = root.rename(root.with_name("aside"))
    root.mkdir()
    told = household.run("mirror", "run", code=5)
    assert "no marker" in told
    assert "Traceback" not in told
    assert list(root.iterdir()) == []
    assert "no marker" in household.run("mirror", "status")
    root.rmdir()
    aside.rename(root)
    household.run("mirror", "run", code=None)
    assert "trouble" not in household.run("mirror", "status")


def test_a_mirror_is_known_where_it_was_moved_to(
    household: Household, export: Path, root: Path
) -> None:
    """`mirror add` finds the marker: the same mirror, and nothing is written anew."""
    del export
    household.run("mirror", "add", "google", root)
    household.run("mirror", "run", code=None)
    new = root.rename(root.with_name("other disk"))
    household.run("mirror", "add", "google", new)
    (ran,) = household.ask("mirror", "run", new, code=None)
    assert ran["written"] == 0
    assert ran["photos"] > 40
    (told,) = household.ask("mirror", "status")
    assert (told["verified_ns"], told["suspect"]) == (None, ran["photos"])
    household.run("mirror", "verify", new)
    (told,) = household.ask("mirror", "status")
    assert told["suspect"] == 0


def test_a_copy_of_a_mirror_is_not_taken_for_it(
    household: Household, export: Path, root: Path
) -> None:
    """The first one stays the mirror, for the copy may lack files; a new one begins empty."""
    del export
    household.run("mirror", "add", "google", root)
    copy = root.with_name("copy")
    shell("cp", "-a", root, copy)
    assert "a second mirror begins in an empty folder" in household.run(
        "mirror", "add", "google", copy, code=15
    )
    (told,) = household.ask("mirror", "status")
    assert told["mirror"] == str(root)


def test_a_new_disk_at_the_place_of_a_mirror_is_told_from_it(
    household: Household, export: Path, root: Path
) -> None:
    """Nothing is written to it before the old mirror is forgotten; then it is one as any other."""
    del export
    household.run("mirror", "add", "google", root)
    root.rename(root.with_name("broken disk"))
    root.mkdir()
    assert "photofs mirror remove" in household.run("mirror", "add", "google", root, code=15)
    assert list(root.iterdir()) == []
    household.run("mirror", "remove", root)
    household.run("mirror", "add", "google", root)
    assert (root / MARKER_NAME).exists()


def left_by_a_lost_catalog(household: Household, export: Path, root: Path) -> dict[str, bytes]:
    """A run mirror, and a new home that knows of the library alone; what lies in the mirror."""
    household.run("mirror", "add", "google", root)
    household.run("mirror", "run", code=None)
    before = files_of(root)
    shutil.rmtree(household.home)
    household.home.mkdir()
    household.run("library", "add", "takeout", export)
    return before


def test_a_lost_catalog_finds_its_mirror_again(
    household: Household, export: Path, root: Path
) -> None:
    """P18: Taken over by a new catalog its files count again, and not one is written twice."""
    before = left_by_a_lost_catalog(household, export, root)
    told = household.ask("mirror", "add", "google", root)
    assert told["taken_over"] == len(before)
    (ran,) = household.ask("mirror", "run", code=None)
    assert (ran["written"], ran["moved"], ran["claimed"]) == (0, 0, len(before))
    assert files_of(root) == before
    assert check_sums(root) == len(before)


def test_regression_a_mirror_is_taken_over_whole_after_a_kill(
    household: Household, export: Path, root: Path
) -> None:
    """The command was killed while it noted the files: given again, it knows all of them.

    Photos that stand elsewhere in the mirror by then were written once more.
    """
    before = left_by_a_lost_catalog(household, export, root)
    household.run("mirror", "add", "google", root, "--layout", "{year}")
    with House(household.environ).catalog() as catalog, catalog.database.transaction():
        catalog.database.run("DELETE FROM mirrored")
    assert household.ask("mirror", "add", "google", root)["taken_over"] == len(before)
    (ran,) = household.ask("mirror", "run", code=None)
    assert ran["written"] == 0
    assert sorted(files_of(root).values()) == sorted(before.values())
    assert household.ask("mirror", "add", "google", root)["taken_over"] == 0


def edited(root: Path) -> tuple[Path, bytes, bytes]:
    """A sidecar that somebody changed by a text editor: its path; its bytes now, and before."""
    path = min(root.rglob("*.jpg.xmp"))
    before = path.read_bytes()
    now = before.replace(b"</rdf:RDF>", b"<!-- with Aunt Ada on the left --></rdf:RDF>")
    assert now != before
    path.write_bytes(now)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path, now, before


def in_damaged(root: Path, path: Path) -> list[bytes]:
    """What is kept of it."""
    return [each.read_bytes() for each in (root / "Damaged").rglob(path.name)]


def test_regression_p18_a_person_s_sidecar_outlives_a_lost_catalog(
    household: Household, export: Path, root: Path
) -> None:
    """In a mirror that was taken over it stays in doubt, and is kept in Damaged after that."""
    household.run("mirror", "add", "google", root)
    household.run("mirror", "run", code=None)
    path, now, before = edited(root)
    for each in House(household.environ).paths.catalog.parent.glob("catalog.db*"):
        each.unlink()
    household.run("library", "add", "takeout", export)
    household.run("mirror", "add", "google", root)
    household.run("mirror", "run", code=None)
    assert path.read_bytes() == now
    household.run("check", "--accept-restored")
    household.run("mirror", "run", code=None)
    assert path.read_bytes() == before
    assert in_damaged(root, path) == [now]


def test_regression_a_person_s_sidecar_outlives_that_its_mirror_was_forgotten(
    household: Household, export: Path, root: Path
) -> None:
    """Forgotten and added again by the same catalog, nobody knows whose work it is: it is kept."""
    del export
    household.run("mirror", "add", "google", root)
    household.run("mirror", "run", code=None)
    path, now, before = edited(root)
    household.run("mirror", "remove", root)
    household.run("mirror", "add", "google", root)
    household.run("mirror", "run", code=None)
    assert path.read_bytes() == before
    assert in_damaged(root, path) == [now]


def test_a_forgotten_mirror_keeps_its_files(household: Household, export: Path, root: Path) -> None:
    """`mirror remove` forgets; the marker goes only if asked; a library takes its mirrors along."""
    del export
    household.run("mirror", "add", "google", root)
    household.run("mirror", "run", code=None)
    before = files_of(root)
    household.run("mirror", "remove", root)
    assert files_of(root) == before
    assert (root / MARKER_NAME).exists()
    household.run("mirror", "add", "google", root)
    household.run("mirror", "remove", "--with-marker", root)
    assert not (root / MARKER_NAME).exists()
    assert files_of(root) == before
    household.run("mirror", "remove", root, code=4)
    other = root.with_name("other")
    other.mkdir()
    household.run("mirror", "add", "google", other)
    household.run("library", "remove", "google", "--yes")
    assert household.ask("mirror", "status") == []
    household.run("check")


@pytest.mark.mount
def test_a_mount_reads_a_mirror_of_its_own_disk(
    household: Household, export: Path, root: Path
) -> None:
    """With the export away and nothing cached all photos are read, and take no room twice."""
    household.run("mirror", "add", "google", root)
    household.run("mirror", "run", code=None)
    household.run("cache", "clear", "--yes")
    export.rename(export.with_name("away"))
    mirrored = set(files_of(root).values())
    with household.mounted() as point:
        read = 0
        for path in (point / "google" / "Dates").rglob("*"):
            if path.is_file() and household.ask("info", path)["sha256"]:
                assert path.read_bytes() in mirrored
                read += 1
            if read == 5:
                break
        assert read == 5
    assert household.ask("cache", "status")["cache"] == 0


def test_p24_two_runs_of_one_mirror_take_turns(
    household: Household, export: Path, root: Path
) -> None:
    """P24: While one works another one is told so, and touches nothing."""
    del export
    household.run("mirror", "add", "google", root)
    with hold(household.home / "state" / "locks" / "mirror-1", "the test works"):
        told = household.run("mirror", "run", code=5)
        assert "is being worked on" in told
    assert files_of(root) == {}


@pytest.mark.mount
def test_the_agent_fills_a_mirror_by_itself(household: Household, export: Path, root: Path) -> None:
    """Beside a mount nobody has to run it."""
    del export
    household.run("mirror", "add", "google", root)
    with household.mounted(agent=True):
        until = time.monotonic() + 120
        while household.ask("mirror", "status")[0]["run_ns"] is None:
            assert time.monotonic() < until
            time.sleep(0.2)
    assert check_sums(root) > 40


def test_a_mirror_is_no_source_of_its_own_library(
    household: Household, export: Path, root: Path
) -> None:
    """Nor is a copy of it; another library may read it."""
    del export
    household.run("mirror", "add", "google", root)
    (root / "a.jpg").write_bytes(make_jpeg("a"))
    copy = root.parent / "there" / "copy"
    copy.parent.mkdir()
    shell("cp", "-a", root, copy)
    for folder in (root, copy):
        told = household.run("library", "add", "folder", folder, "--to", "google", code=15)
        assert "is a mirror of google itself" in told
    household.run("library", "add", "folder", root, "--name", "back")
