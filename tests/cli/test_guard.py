"""`photofs guard` without a mount."""

import os
from pathlib import Path

from photofs.model.guard import Told
from photofs.volume.guard_notes import note_told
from tests.support.household import Household


def test_what_is_said_lasts_and_can_be_taken_back(tmp_path: Path) -> None:
    """Allowed programs are listed until --undo, and the guard is off until it is on."""
    household = Household(tmp_path)
    assert household.ask("guard", "status")["on"]
    household.run("guard", "allow", "digikam")
    household.run("guard", "allow", "digikam")
    household.run("guard", "off")
    said = household.ask("guard", "status")
    assert said["allowed"] == ["digikam"]
    assert not said["on"]
    assert "allowed: digikam" in household.run("guard", "status")
    household.run("guard", "allow", "digikam", "--undo")
    household.run("guard", "on")
    said = household.ask("guard", "status")
    assert said["on"]
    assert said["allowed"] == []


def test_a_name_that_is_no_utf_8_is_allowed_as_the_log_has_it(tmp_path: Path) -> None:
    """By its bytes, and by what can be pasted from the log; and it is guarded again so."""
    household = Household(tmp_path)
    typed, pasted = os.fsdecode(b"caf\xe9.py"), "caf\N{REPLACEMENT CHARACTER}.py"
    household.run("guard", "allow", typed)
    household.run("guard", "allow", pasted)
    assert household.ask("guard", "status")["allowed"] == [pasted]
    household.run("guard", "allow", typed, "--undo")
    assert household.ask("guard", "status")["allowed"] == []


def test_what_was_never_allowed_cannot_be_taken_back(tmp_path: Path) -> None:
    """4, and where the other list is."""
    assert "[guard] free" in Household(tmp_path).run("guard", "allow", "cp", "--undo", code=4)


def test_on_counts_though_config_says_off(tmp_path: Path) -> None:
    """The command is the later word."""
    household = Household(tmp_path)
    (household.home / "config").mkdir()
    (household.home / "config" / "config.toml").write_text("[guard]\non = false\n")
    assert not household.ask("guard", "status")["on"]
    household.run("guard", "on")
    assert household.ask("guard", "status")["on"]


def test_status_tells_who_was_refused(tmp_path: Path) -> None:
    """With the counts, in `photofs status` as well as in `photofs guard status`."""
    household = Household(tmp_path)
    note_told(household.home / "state" / "guard", [Told("tumblerd", True, 10, 1234)])
    for command in (["status"], ["guard", "status"]):
        said = household.run(*command)
        assert "tumblerd" in said
        assert "1,234" in said
    assert household.ask("status")["guarded"] == household.ask("guard", "status")["refused"]
