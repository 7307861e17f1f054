"""`photofs service`: units written, started, shown and removed, with a systemctl that listens."""

import json
import os
import pwd
import shutil
import sys
from pathlib import Path

import pytest

from photofs.cli.unit_files import MARK, is_hidden
from photofs.emulators.takeout import demo_takeout
from tests.support.household import Household

FAKE = """#!/bin/sh
echo "$@" >>"$SYSTEMCTL_LOG"
case "$*" in
*show*photofs-agent*) printf 'ActiveState=failed\\nSubState=failed\\nResult=exit-code\\n'
    printf 'ExecMainStatus=78\\nStateChangeTimestamp=Sat 2026-11-21 20:00:00 UTC\\n' ;;
*show*) printf 'ActiveState=active\\nSubState=running\\nResult=success\\n'
    printf 'StatusText=mounted at /x\\n' ;;
esac
"""
JOURNAL = """#!/bin/sh
case "$*" in *photofs-agent*) echo 'photofs: config.toml: line 3' ;; esac
"""


class Desk(Household):
    """A household beside a systemctl that notes what it is told."""

    def __init__(self, folder: Path, *, systemd: bool = True) -> None:
        super().__init__(folder)
        del self.environ["PHOTOFS_HOME"]
        self.told = folder / "systemctl.log"
        self.told.touch()
        programs = folder / "bin"
        programs.mkdir()
        for name, text in (("systemctl", FAKE), ("journalctl", JOURNAL)) if systemd else ():
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        for name in ("sh", "printf", "echo"):
            (programs / name).symlink_to(str(shutil.which(name)))
        self.lets_make_namespaces(lets=True)
        self.environ |= {"PATH": str(programs), "SYSTEMCTL_LOG": str(self.told)}
        self.units = Path(os.environ["XDG_CONFIG_HOME"], "systemd", "user")

    def lets_make_namespaces(self, *, lets: bool) -> None:
        """An `unshare` that says whether this system lets a user make a namespace."""
        program = self.folder / "bin" / "unshare"
        program.write_text(f"#!/bin/sh\nexit {0 if lets else 1}\n")
        program.chmod(0o755)

    def orders(self) -> list[str]:
        """What systemctl was told, but for questions."""
        return [line for line in self.told.read_text().splitlines() if " show " not in line]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """It."""
    return Desk(tmp_path)


def test_install_writes_the_units_and_has_them_started(desk: Desk) -> None:
    """The agent and the mount; the folder is made, closed to others; once more changes nothing."""
    point = desk.folder / "my photos"
    told = desk.ask("service", "install", point)
    instance = f"photofs@{str(point)[1:].replace('-', chr(92) + 'x2d').replace('/', '-')}.service"
    instance = instance.replace(" ", "\\x20")
    assert told["started"][0] == "photofs-agent.service"
    assert told["started"][-1] == instance
    assert {"photofs@.service", "photofs-mounter@.service"} <= set(told["written"])
    assert desk.orders() == [
        "--user daemon-reload",
        f"--user enable --now -- {' '.join(told['started'])}",
    ]
    assert point.stat().st_mode & 0o777 == 0o700
    assert all(path.read_text().startswith(MARK) for path in desk.units.iterdir())
    assert desk.ask("service", "install", point)["written"] == []


def test_a_timer_for_verify_comes_with_the_command(desk: Desk) -> None:
    """A photofs without `photofs mirror` installs no unit that could only fail."""
    from photofs.cli.main import COMMANDS

    written = desk.ask("service", "install")["written"]
    assert ("photofs-verify.timer" in written) is ("mirror" in COMMANDS)


def test_install_refuses_a_unit_of_somebody_else(desk: Desk) -> None:
    """Nothing is written, not even the others."""
    desk.units.mkdir(parents=True)
    (desk.units / "photofs-agent.service").write_text("[Service]\nExecStart=/bin/true\n")
    told = desk.run("service", "install", code=15)
    assert "these are not ours: photofs-agent.service" in told
    assert [path.name for path in desk.units.iterdir()] == ["photofs-agent.service"]
    assert desk.orders() == []


def test_without_a_manager_install_says_what_to_run(tmp_path: Path) -> None:
    """The units are written all the same."""
    desk = Desk(tmp_path, systemd=False)
    told = desk.run("service", "install", desk.folder / "photos", code=6)
    assert "systemctl is not here" in told
    assert "systemctl --user daemon-reload; systemctl --user enable --now -- photofs-agent" in told
    assert (desk.units / "photofs@.service").exists()


def test_without_a_manager_status_and_remove_say_so(tmp_path: Path) -> None:
    """None is called unknown without the reason; what was not begun is not there."""
    desk = Desk(tmp_path, systemd=False)
    point = desk.folder / "photos"
    desk.run("service", "install", point, code=6)
    told = desk.run("service", "status")
    assert told.count("! systemd does not answer: systemctl is not here") == 1
    told = desk.run("service", "remove", point, code=4)
    assert "systemd is silent (systemctl is not here)" in told
    assert "without a folder takes all units away" in told
    assert not any(desk.units.glob("*.wants"))


def test_install_without_a_folder_says_how_to_have_a_mount(desk: Desk) -> None:
    """The agent alone, and the folder that would be usual; nothing of it once there is a mount."""
    (desk.units.parents[1] / "photofs").mkdir(parents=True)
    (desk.units.parents[1] / "photofs" / "config.toml").write_text("[mount]\npoint = '/srv/all'\n")
    told = desk.run("service", "install")
    assert "no mount is started by it; for one: " in told
    assert "service install /srv/all" in told
    desk.run("service", "install", desk.folder / "photos")
    (desk.units / "default.target.wants").mkdir()
    unit = (
        f"photofs@{str(desk.folder / 'photos')[1:].replace('-', chr(92) + 'x2d').replace('/', '-')}"
    )
    (desk.units / "default.target.wants" / f"{unit}.service").symlink_to("../photofs@.service")
    assert "no mount is started" not in desk.run("service", "install")


@pytest.mark.parametrize(
    ("kind", "told"), [("file", "is a file"), ("full", "is not empty: it holds mine.jpg")]
)
def test_install_refuses_where_nothing_can_be_mounted(desk: Desk, kind: str, told: str) -> None:
    """A file, or a folder with files that would be hidden: no unit is written, nothing is asked."""
    point = desk.folder / "photos"
    if kind == "file":
        point.write_text("mine")
    else:
        point.mkdir()
        (point / "mine.jpg").write_text("mine")
    assert told in desk.run("service", "install", point, code=15)
    assert not desk.units.exists()
    assert desk.orders() == []


def test_install_tells_what_the_mount_lacks(desk: Desk) -> None:
    """It makes the folder, and says that there is no library, for which the mount would end."""
    point = desk.folder / "photos"
    told = desk.run("service", "install", point)
    assert f"the folder {point} was made for it" in told
    assert "there is no library yet, and until there is the mount ends with 78" in told
    (desk.folder / "takeout").mkdir()
    demo_takeout(desk.folder / "takeout")
    desk.run("library", "add", "takeout", desk.folder / "takeout", "--no-scan")
    told = desk.run("service", "install", point)
    assert "was made" not in told
    assert "there is no library" not in told


def test_remove_says_each_thing_once(desk: Desk) -> None:
    """What is stopped, and which files are taken away."""
    desk.run("service", "install")
    lines = desk.run("service", "remove").splitlines()
    assert "stopped photofs-agent.service" in lines
    assert "removed photofs-agent.service" in lines
    assert len(set(lines)) == len(lines)


def test_remove_does_not_say_that_it_stopped_what_systemd_did_not_stop(desk: Desk) -> None:
    """In its words, and what became of the unit all the same."""
    desk.run("service", "install")
    program = desk.folder / "bin" / "systemctl"
    program.write_text("#!/bin/sh\necho 'Failed to stop it' >&2\nexit 1\n")
    told = desk.run("service", "remove")
    assert "not started any more, and left running if it runs: photofs-agent.service" in told
    assert "stopped photofs-agent.service" not in told
    assert "Failed to stop it" in told


def test_install_says_how_to_run_it_without_a_login(desk: Desk) -> None:
    """Unless that user lingers already."""
    lingers = Path("/var/lib/systemd/linger", pwd.getpwuid(os.getuid()).pw_name).exists()
    assert ("loginctl enable-linger" in desk.run("service", "install")) is not lingers


def test_status_tells_what_runs_and_the_last_trouble(desk: Desk) -> None:
    """Before an install it says that there is none; then state, since when, and what went wrong."""
    assert "photofs-agent.service: not installed" in desk.run("service", "status")
    desk.run("service", "install")
    enable(desk, "photofs@x.service")
    told = desk.run("service", "status")
    assert "photofs-agent.service: failed (failed) since Sat 2026-11-21 20:00:00 UTC" in told
    assert "! ended by exit-code (status 78); photofs: config.toml: line 3" in told
    assert "photofs@x.service: active (running), mounted at /x" in told
    agent = desk.ask("service", "status")[0]
    assert agent["installed"] is True
    assert agent["state"] == "failed (failed)"


def test_remove_takes_the_units_away_and_leaves_all_else(desk: Desk) -> None:
    """A drop-in, a unit of somebody else, and whatever photofs knows stay."""
    desk.run("service", "install")
    enable(desk, "photofs@x.service")
    (desk.units / "photofs-mine.service").write_text("[Service]\nExecStart=/bin/true\n")
    (desk.units / "photofs-agent.service.d").mkdir()
    (desk.units / "photofs-agent.service.d" / "mine.conf").write_text("[Service]\nNice=0\n")
    state = Path(os.environ["XDG_STATE_HOME"], "photofs")
    state.mkdir(parents=True)
    (state / "catalog.db").write_text("kept")
    told = desk.ask("service", "remove")
    assert "photofs@x.service" in told["stopped"]
    assert desk.orders()[-2].startswith("--user disable --now -- photofs@x.service")
    left = {path.name for path in desk.units.iterdir()} - {"default.target.wants"}
    assert left == {"photofs-mine.service", "photofs-agent.service.d"}
    assert list((desk.units / "default.target.wants").iterdir()) == []
    assert (state / "catalog.db").read_text() == "kept"
    assert desk.ask("service", "remove")["removed"] == []


def test_remove_of_a_mount_leaves_the_agent(desk: Desk) -> None:
    """One mount point's unit is stopped; one that there is not is told of."""
    desk.run("service", "install")
    enable(desk, "photofs@srv-photos.service")
    assert "no service of ours mounts" in desk.run("service", "remove", "/srv/other", code=4)
    told = desk.ask("service", "remove", "/srv/photos")
    assert told["stopped"] == ["photofs@srv-photos.service"]
    assert told["removed"] == []
    assert (desk.units / "photofs-agent.service").exists()


def test_a_home_of_ones_own_is_the_services_home(desk: Desk) -> None:
    """`photofs --home DIR service install` runs for that home."""
    desk.run("--home", desk.home, "service", "install")
    unit = (desk.units / "photofs-agent.service").read_text()
    assert f"Environment=PHOTOFS_HOME={desk.home}\n" in unit.replace('"', "")


def enable(desk: Desk, name: str) -> None:
    """The link that a real systemctl makes."""
    wants = desk.units / "default.target.wants"
    wants.mkdir(exist_ok=True)
    prefix, _, _ = name.partition("@")
    (wants / name).symlink_to(desk.units / f"{prefix}@.service")


def test_json_of_an_install_is_one_document(desk: Desk) -> None:
    """With what is left to do for a person."""
    document = json.loads(desk.run("service", "install", "--json"))
    assert set(document) == {"folder", "written", "started", "to_do"}


def test_where_users_may_make_no_namespace_the_units_start_all_the_same(desk: Desk) -> None:
    """What needs one is left out and told of; privileges and system calls stay barred."""
    desk.run("service", "install")
    agent = desk.units / "photofs-agent.service"
    assert "\nPrivateUsers=yes\n" in agent.read_text()
    desk.lets_make_namespaces(lets=False)
    assert "the units are less confined" in desk.run("service", "install")
    text = agent.read_text()
    assert "\nNoNewPrivileges=yes\n" in text
    assert "\nSystemCallFilter=@system-service\n" in text
    for directive in ("PrivateUsers", "CapabilityBoundingSet", "ProtectClock", "BindPaths"):
        assert f"\n{directive}=" not in text


def test_install_tells_of_a_photofs_that_the_units_cannot_see(desk: Desk) -> None:
    """They have a /tmp of their own, and a program there would never start."""
    told = desk.run("service", "install")
    assert ("the units cannot start" in told) is sys.executable.startswith("/tmp/")  # noqa: S108 - compared
    assert is_hidden("/tmp/photofs/.venv/bin/python")  # noqa: S108 - compared
    assert not is_hidden("/srv/tmp/photofs/bin/python")
