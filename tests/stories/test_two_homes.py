"""Two homes of one user, as a demo beside one's own: a mount is told of with whose it is."""

from pathlib import Path

import pytest

from photofs.cli.output import own_name
from photofs.emulators.takeout import demo_takeout
from tests.support.household import Household, shell

pytestmark = pytest.mark.mount


def test_a_mount_of_another_home_is_told_as_that(household: Household, tmp_path: Path) -> None:
    """Status of one does not take the other's for its own; no service is begun over it."""
    folder = tmp_path / "takeout"
    demo_takeout(folder)
    household.run("library", "add", "takeout", folder, "--no-scan")
    other = Household(tmp_path / "other")
    with household.mounted() as point:
        assert f"mounted at {point}\n" in household.run("status")
        told = other.run("status")
        assert f"mounted at {point}; it shows {household.home}, not this" in told
        assert "nothing of this is mounted" in told
        refused = other.run("service", "install", point, code=15)
        assert f"is mounted already by a photofs with its files in {household.home}" in refused
        assert f"photofs umount {point}" in refused
        assert "is mounted already, and not" in household.run("service", "install", point, code=15)


def test_commands_name_the_way_to_a_home_that_is_mounted(
    household: Household, tmp_path: Path
) -> None:
    """Where they find nothing in their own, or not what was asked for; that way leads there."""
    folder = tmp_path / "takeout"
    demo_takeout(folder)
    household.run("library", "add", "takeout", folder)
    other = Household(tmp_path / "other")
    asked = f"{own_name()} --home {household.home}"
    with household.mounted() as point:
        added = other.run("library", "add", "takeout", folder, "--no-scan")
        assert f"{point} does not show it, for it shows another home" in added
        assert f"umount {point}, then" in added
        for verb in ("log", "queue", "wait", "mirror status"):
            way = f"{point} shows another home: `{asked} {verb}` asks there"
            assert way in other.run(*verb.split())
            assert "another home" not in household.run(*verb.split())
        assert f"`{asked} undo` asks there" in other.run("undo", "23", code=4)
        assert f"`{asked} info` asks there" in other.run("info", "nobody/Albums", code=4)
        assert "another home" not in household.run("undo", "23", code=4)
        assert "another home" not in other.run("info", point / "google" / "nothing", code=4)
        assert f"{asked} status (log" in other.run("status")
        assert "google" in other.run("--home", household.home, "library", "list")
        told = other.run("mount", point, code=5)
        assert f"is mounted already, and shows another home: {household.home}\n" in told
        assert "another home" not in household.run("mount", point, code=5)


def test_an_empty_variable_names_no_home(household: Household, tmp_path: Path) -> None:
    """PHOTOFS_HOME="" is as if it were not set: what alone is mounted is found."""
    folder = tmp_path / "takeout"
    demo_takeout(folder)
    household.run("library", "add", "takeout", folder, "--no-scan")
    with household.mounted():
        usual = Household(tmp_path / "other", {})
        usual.environ["PHOTOFS_HOME"] = ""
        assert "google" in usual.run("library", "list")


def test_the_copy_that_a_mount_proposes_leaves_scratch_out(
    household: Household, tmp_path: Path
) -> None:
    """Typed as it stands there, it copies the library, and not what is no part of it."""
    folder, point = tmp_path / "takeout", tmp_path / "photos"
    demo_takeout(folder)
    household.run("library", "add", "takeout", folder)
    point.mkdir()
    told = household.run("mount", "--daemon", "--no-agent", point)
    try:
        (proposed,) = [line.strip() for line in told.splitlines() if "rsync" in line]
        copy = tmp_path / "copy"
        shell("sh", "-c", proposed.replace("/tmp/copy", str(copy)), code=None)  # noqa: S108 - replaced
        assert any((copy / "google" / "Dates").rglob("*.jpg"))
        assert not (copy / "google" / "Scratch").exists()
    finally:
        household.run("umount", point)
