"""The unit files of systemd: what they say, what systemd says of them, and how exposed they are."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from photofs.cli.unit_files import PROGRAMS, escaped_path, fitted, scope_of, shipped
from photofs.model.errors import Busy, Full, Misconfigured, NotFound, Refused, Unauthorised
from photofs.model.exit_codes import NEEDS_A_PERSON, OTHER, TRY_LATER, service_exit_code

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "systemd").glob("*/photofs*.[st][ei][rm]*"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
ANALYZE = shutil.which("systemd-analyze")
needs_analyze = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")

MOST_EXPOSED = {"photofs": 5.0, "photofs-agent": 2.0, "photofs-verify": 2.0}
"""Of ten, by `systemd-analyze security`. The mounter is not among them: fusermount3 is setuid."""


def named(path: Path) -> str:
    """A unit as a reader finds it."""
    return f"{path.parent.name}/{path.name}"


def settings(path: Path) -> dict[str, list[str]]:
    """Each setting of a unit with its values in order."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        if not line.startswith(("#", "[")) and "=" in line:
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_the_user_and_the_machine_have_the_same_units() -> None:
    """Five each."""
    folders = {
        folder: {p.name for p in UNITS if p.parent.name == folder} for folder in ("user", "system")
    }
    assert folders["user"] == folders["system"]
    assert len(folders["user"]) == 5


@needs_analyze
@pytest.mark.parametrize("folder", ["user", "system"])
def test_systemd_finds_nothing_wrong_with_them(tmp_path: Path, folder: str) -> None:
    """`systemd-analyze verify` has not a word to say, of any of them."""
    assert ANALYZE is not None
    for unit in (path for path in UNITS if path.parent.name == folder):
        # an instance as well, for a template alone is not looked into
        name = unit.name.replace("@.", "@srv-photos.")
        (tmp_path / unit.name).write_text(unit.read_text())
        if name != unit.name:
            (tmp_path / name).symlink_to(unit.name)
    (tmp_path / "run").mkdir()
    done = subprocess.run(
        [ANALYZE, "verify", f"--{folder}", "--man=no", *sorted(tmp_path.glob("photofs*"))],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": f"{tmp_path}/run"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_analyze
@pytest.mark.parametrize("path", SERVICES, ids=named)
def test_how_exposed_each_service_is(path: Path) -> None:
    """By systemd's own measure at most what docs/SERVICE.md says, and the figure is printed."""
    assert ANALYZE is not None
    done = subprocess.run(
        [ANALYZE, "security", "--offline=true", path],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "SYSTEMD_PAGER": ""},
    )
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stdout
    print(f"{named(path)}: {found[1]}")
    limit = MOST_EXPOSED.get(path.name.removesuffix("@.service").removesuffix(".service"))
    if limit is None:
        assert path.name == "photofs-mounter@.service"
    else:
        assert float(found[1]) <= limit


@pytest.mark.parametrize("path", SERVICES, ids=named)
def test_the_page_tells_how_exposed_each_service_is(path: Path) -> None:
    """docs/SERVICE.md has a row for each, within the limits."""
    page = (ROOT / "docs" / "SERVICE.md").read_text()
    found = re.search(rf"^\| `{re.escape(named(path))}` \| ([\d.]+) \|", page, re.MULTILINE)
    assert found
    assert float(found[1]) <= MOST_EXPOSED.get(
        path.name.removesuffix("@.service").removesuffix(".service"), 10.0
    )


@pytest.mark.parametrize("path", SERVICES, ids=named)
def test_what_holds_for_every_service(path: Path) -> None:
    """It stops within 20 s, and is not begun anew over what only a person can mend."""
    told = settings(path)
    assert int(told["TimeoutStopSec"][0]) <= 20
    assert told["Environment"][0] == "PHOTOFS_SERVICE=1"
    assert "ExecStopPost" not in told
    assert "auto_unmount" not in path.read_text()
    if told["Type"] == ["notify"]:
        assert told["Restart"] == ["on-failure"]
        assert str(NEEDS_A_PERSON) in told["RestartPreventExitStatus"][0].split()
        assert {"StartLimitIntervalSec", "StartLimitBurst"} <= set(told)


@pytest.mark.parametrize("folder", ["user", "system"])
def test_only_the_mounter_may_gain_privileges(folder: str) -> None:
    """All others have NoNewPrivileges= and not one capability."""
    free = {
        path.name
        for path in SERVICES
        if path.parent.name == folder and settings(path).get("NoNewPrivileges") != ["yes"]
    }
    assert free == {"photofs-mounter@.service"}
    for path in SERVICES:
        if path.parent.name == folder and path.name not in free:
            assert settings(path)["CapabilityBoundingSet"] == [""], path.name


@needs_analyze
@pytest.mark.parametrize("path", SERVICES, ids=named)
def test_each_directive_that_is_left_out_has_its_reason(path: Path) -> None:
    """What systemd counts against a unit as a whole is named in the unit's comments."""
    if path.name.startswith("photofs-mounter"):
        said = " ".join(re.findall(r"^# (.*)$", path.read_text(), re.MULTILINE))
        assert "NoNewPrivileges= (it needs seccomp" in said
        assert "with which fusermount3 may not mount" in said
        return
    assert ANALYZE is not None
    done = subprocess.run(
        [ANALYZE, "security", "--offline=true", path],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "SYSTEMD_PAGER": ""},
    )
    against = re.findall(r"^✗ (\w+)=\S*\s", done.stdout, re.MULTILINE)
    reasons = {"User": "DynamicUser", "RootDirectory": "RootDirectory"}
    text = path.read_text()
    unsaid = {key for key in against if f"{reasons.get(key, key)}=" not in text}
    # PrivateMounts= comes with the others that make a mount namespace; DeviceAllow= with its policy
    assert unsaid <= {"PrivateMounts", "DeviceAllow"}


def test_an_installed_unit_starts_the_photofs_that_installed_it() -> None:
    """By its own Python, whose modules cannot be those of a folder that systemd stands in."""
    units = shipped(scope_of({}, system=False))
    for text in units.values():
        found = fitted(text, {})
        assert "/usr/bin/env" not in found
        for line in found.splitlines():
            if line.startswith("ExecStart="):
                assert re.match(
                    r"ExecStart=/\S+ -P -m (photofs|agent|photofs\.fuse\.mounter) ", line
                )
    assert len(PROGRAMS) == 3
    assert len(units) == 5


def test_a_home_of_ones_own_goes_into_the_units() -> None:
    """Quoted as systemd reads it; the machine's own home is replaced, not added to."""
    for system in (False, True):
        for text in shipped(scope_of({}, system=system)).values():
            lines = fitted(text, {"PHOTOFS_HOME": '/srv/my "100%"'}).splitlines()
            homes = [line for line in lines if "PHOTOFS_HOME" in line]
            services = [line for line in lines if line == "[Service]"]
            assert homes == ['Environment="PHOTOFS_HOME=/srv/my \\"100%%\\""'] * len(services)


@pytest.mark.parametrize(
    "path", ["/", "/home/ada/photos", "/a b/-x", "/.hidden/y", "/é\\%/z", "//a//b/", "/-"]
)
def test_a_mount_point_is_escaped_as_systemd_does_it(path: str) -> None:
    """`systemd-escape --path` says the same of every path."""
    program = shutil.which("systemd-escape")
    if program is None:
        pytest.skip("systemd-escape is not installed")
    told = subprocess.run([program, "--path", path], capture_output=True, text=True, check=True)
    assert escaped_path(Path(path)) == told.stdout.rstrip("\n")


def test_a_service_says_who_has_to_mend_what() -> None:
    """78 what waits for a person, 75 what passes; a command in a shell keeps its own codes."""
    here = {"PHOTOFS_SERVICE": "1"}
    for error in (Misconfigured("x"), Refused("x"), NotFound("x"), Unauthorised("x")):
        assert service_exit_code(error, here) == NEEDS_A_PERSON
    for passing in (Busy("x"), Full("x")):
        assert service_exit_code(passing, here) == TRY_LATER
    assert service_exit_code(Refused("x"), {}) == 15
    assert OTHER == 1


def test_the_units_are_part_of_what_is_installed() -> None:
    """The build's own settings put the folder into wheel and source archive."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["force-include"] == {"systemd": "photofs/cli/units"}
    assert "systemd" in build["targets"]["sdist"]["include"]
