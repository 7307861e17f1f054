"""The units under a real `systemd --user` of an ordinary user: started, stopped, begun anew."""

import os
import time
from collections.abc import Iterator

import pytest

from photofs.cli.unit_files import unit_for
from tests.support.jpegs import jpeg
from tests.support.user_manager import NOBODY, UserManager, user_manager, why_no_manager

pytestmark = [
    pytest.mark.mount,
    pytest.mark.skipif(bool(why_no_manager()), reason=why_no_manager() or "systemd"),
    pytest.mark.xdist_group("systemd"),
]

STOP_WITHIN = 20
"""Seconds, of TimeoutStopSec= in the units; after them systemd kills, and the unit has failed."""

AGENT, VERIFY, TIMER = "photofs-agent.service", "photofs-verify.service", "photofs-verify.timer"
PHOTOS = {f"p{number}.jpg": jpeg(number, 3000) for number in range(3)}


@pytest.fixture
def manager() -> Iterator[UserManager]:
    """A user with a library "pictures"."""
    with user_manager() as manager:
        folder = manager.home / "pictures"
        folder.mkdir()
        for name, data in PHOTOS.items():
            (folder / name).write_bytes(data)
        os.chown(folder, NOBODY, NOBODY)
        manager.photofs("library", "add", "folder", folder)
        yield manager


def stop(manager: UserManager, unit: str) -> None:
    """Stopped by itself, in time."""
    began = time.monotonic()
    manager.systemctl("stop", unit)
    assert time.monotonic() - began < STOP_WITHIN
    assert (manager.show(unit, "ActiveState"), manager.show(unit, "Result")) == (
        "inactive",
        "success",
    )


def test_the_mount_and_the_agent_run_as_services(manager: UserManager) -> None:
    """Installed they serve, stopped they leave nothing, killed they come back."""
    point = manager.home / "photos"
    mount = unit_for(point)
    told = manager.ask("service", "install", point)
    assert told["started"] == [AGENT, TIMER, mount], told
    for unit in told["started"]:
        assert manager.show(unit, "ActiveState") == "active", manager.systemctl("status", unit)
    listed = manager.user("ls", point / "pictures" / "Unsorted").split()
    assert listed == sorted(PHOTOS)
    manager.systemctl("kill", "--signal=KILL", "--kill-whom=main", mount)
    manager.until(mount, "NRestarts", "1")
    manager.until(mount, "ActiveState", "active")
    assert manager.user("ls", point / "pictures" / "Unsorted").split() == listed
    stop(manager, mount)
    assert manager.user("ls", point) == ""
    manager.systemctl("start", mount)
    stop(manager, AGENT)
    manager.systemctl("start", AGENT)
    manager.photofs("service", "remove")
    assert manager.user("ls", point) == ""


@pytest.mark.soak
def test_the_timer_verifies_a_mirror(manager: UserManager) -> None:
    """The agent fills a real mirror, the timer's unit re-reads it, and fails while one is wrong."""
    nas = manager.home / "nas"
    manager.user("mkdir", nas)
    manager.ask("service", "install")
    manager.photofs("mirror", "add", "pictures", nas)
    end = time.monotonic() + 180
    while manager.ask("mirror", "status")[0]["run_ns"] is None:
        assert time.monotonic() < end
        time.sleep(0.5)
    stop(manager, AGENT)  # what stands beside the photos is written after the run was noted
    assert manager.show(TIMER, "ActiveState") == "active"
    assert manager.show(TIMER, "Unit") == VERIFY
    manager.systemctl("start", VERIFY)
    assert manager.ask("mirror", "status")[0]["verified_ns"] is not None
    wrong = next(nas.rglob("p0.jpg"))
    wrong.write_bytes(wrong.read_bytes()[:-1] + b"x")
    manager.systemctl("start", VERIFY, code=1)
    assert manager.show(VERIFY, "ExecMainStatus") == "6"


def test_what_a_person_must_mend_is_not_tried_again(manager: UserManager) -> None:
    """Settings that cannot be right end the agent with 78, once."""
    manager.ask("service", "install")
    settings = manager.home / ".config" / "photofs" / "config.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("[mirror\n")
    manager.systemctl("restart", AGENT, code=1)
    assert manager.until(AGENT, "ActiveState", "failed") == "failed"
    assert manager.show(AGENT, "ExecMainStatus") == "78"
    assert manager.show(AGENT, "NRestarts") == "0"
    (agent,) = [each for each in manager.ask("service", "status") if each["unit"] == AGENT]
    assert agent["state"] == "failed (failed)"
    assert "78" in agent["trouble"]


@pytest.mark.soak
def test_an_agent_that_is_killed_comes_back(manager: UserManager) -> None:
    """By its unit, after some seconds."""
    manager.ask("service", "install")
    manager.systemctl("kill", "--signal=KILL", "--kill-whom=main", AGENT)
    manager.until(AGENT, "NRestarts", "1")
    manager.until(AGENT, "ActiveState", "active")
