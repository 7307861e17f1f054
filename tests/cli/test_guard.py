"""`photofs guard` without a mount."""

import os
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, TimeoutExpired

from photofs.kernel.lock import hold
from photofs.model.guard import Told
from photofs.volume.guard_notes import note_told
from tests.support.household import PATIENCE, Household


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


def test_two_commands_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each of many programs that are allowed at the same time is allowed in the end."""
    household = Household(tmp_path)
    names = [f"program-{number}" for number in range(8)]
    commands = [household.start("guard", "allow", name, stdout=DEVNULL) for name in names]
    assert [command.wait(PATIENCE) for command in commands] == [0] * len(names)
    assert sorted(household.ask("guard", "status")["allowed"]) == names


def test_a_command_waits_its_turn(tmp_path: Path) -> None:
    """What another one has read is not changed behind its back."""
    household = Household(tmp_path)
    household.run("guard", "off")
    with hold(household.home / "state" / "locks" / "guard", "a test holds it"):
        command = household.start("guard", "on", stdout=DEVNULL)
        with suppress(TimeoutExpired):
            command.wait(2)  # long enough for it to come there, mostly
        assert not household.ask("guard", "status")["on"]
    assert command.wait(PATIENCE) == 0
    assert household.ask("guard", "status")["on"]


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


def test_words_that_cannot_be_read_keep_nothing_else_from_being_told(tmp_path: Path) -> None:
    """`photofs status` names the file and the cure, and tells all else."""
    household = Household(tmp_path)
    words = household.home / "config" / "guard.json"
    words.parent.mkdir(exist_ok=True)
    words.write_bytes(b"")
    note_told(household.home / "state" / "guard", [Told("tumblerd", True, 0, 16)])
    told = household.run("status")
    (line,) = [line for line in told.splitlines() if line.startswith(f"! {words} cannot be read")]
    assert "remove it" in line
    assert "tumblerd" in told
    assert [str(words) in each for each in household.ask("status")["troubles"]] == [True]


def test_what_was_refused_is_not_told_as_if_it_held(tmp_path: Path) -> None:
    """Of a program that is allowed now, or while the guard is off; `photofs status` is silent."""
    household = Household(tmp_path)
    refused = [Told("tumblerd", True, 0, 16), Told("exiftool", False, 30, 2)]
    note_told(household.home / "state" / "guard", refused)
    said = household.run("guard", "status")
    assert "tumblerd (known to draw or index) is kept from what is not on this disk, as is" in said
    assert "exiftool (read only the heads of many photos) may open no more" in said
    assert "`photofs thumbnails fill`" in said
    household.run("guard", "allow", "tumblerd")
    said = household.run("guard", "status")
    assert "tumblerd was refused before that: 0 opens given, 16 refused" in said
    assert "exiftool (read only" in said
    assert "thumbnails fill" not in said
    assert "tumblerd" not in household.run("status")
    household.run("guard", "off")
    assert "may open no more" not in household.run("guard", "status")
    assert "exiftool" not in household.run("status")
