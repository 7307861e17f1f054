"""The unit files that photofs brings for systemd, made fit for this installation.

They are data of the package; in a clone they lie in its folder `systemd`. A file of ours is known
by its first line: one without it is somebody else's, and is never written over or removed.
"""

import os
import shutil
import string
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from photofs.assembly import HOME_VARIABLE
from photofs.model.errors import NotFound, PhotofsError, Refused, StoreError

MARK: Final = "# Written by `photofs service install`; changes of your own go into a drop-in"
"""(`systemctl edit UNIT`); the next install would write over them here."""

PROGRAMS: Final = {
    "/usr/bin/env photofs-mounter": "photofs.fuse.mounter",
    "/usr/bin/env photofs-agent": "agent",
    "/usr/bin/env photofs": "photofs",
}
"""What starts each program in the files as they come, and which module it is."""

OURS: Final = "Environment=PHOTOFS_SERVICE=1"
"""A line that each service has."""

NAMESPACED: Final = (
    "AmbientCapabilities",
    "BindPaths",
    "CapabilityBoundingSet",
    "DevicePolicy",
    "PrivateDevices",
    "PrivateTmp",
    "PrivateUsers",
    "ProcSubset",
    "ProtectClock",
    "ProtectControlGroups",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "ProtectProc",
    "ProtectSystem",
)
"""What a user's manager can do in a user namespace alone; without one such a unit does not start
(217, 218, 226). The rest, NoNewPrivileges= and the list of system calls, needs none."""

AGENT: Final = "photofs-agent.service"
MOUNT: Final = "photofs@.service"
MOUNTER: Final = "photofs-mounter@.service"
VERIFY: Final = "photofs-verify.service"
TIMER: Final = "photofs-verify.timer"

SAFE: Final = frozenset(string.ascii_letters + string.digits + ":_.")
"""What systemd leaves as it is in the name of an instance (systemd-escape(1))."""


class Scope(NamedTuple):
    """Whose units: the user's, or the machine's (`system`), and in which folder they lie."""

    system: bool
    folder: Path

    @property
    def flags(self) -> tuple[str, ...]:
        """What systemctl is to be told."""
        return () if self.system else ("--user",)


def scope_of(environ: Mapping[str, str], *, system: bool) -> Scope:
    """The folder for units that people install."""
    if system:
        return Scope(system=True, folder=Path("/etc/systemd/system"))
    config = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Scope(system=False, folder=Path(config) / "systemd" / "user")


def escaped_path(path: Path) -> str:
    """A path as the name of an instance, as `systemd-escape --path` gives it."""
    parts = [part for part in os.fspath(path).split("/") if part]
    if not parts:
        return "-"
    text = "-".join(map(_escaped, parts))
    return f"\\x2e{text[1:]}" if text.startswith(".") else text


def _escaped(part: str) -> str:
    return "".join(
        chr(byte) if chr(byte) in SAFE else f"\\x{byte:02x}" for byte in os.fsencode(part)
    )


def unit_for(point: Path) -> str:
    """The unit that mounts there."""
    return f"photofs@{escaped_path(point)}.service"


def shipped(scope: Scope) -> dict[str, str]:
    """Each unit's name and text, as they come; NotFound if the installation lacks them."""
    beside = Path(__file__).with_name("units")
    root = beside if beside.is_dir() else Path(__file__).parents[2] / "systemd"
    folder = root / ("system" if scope.system else "user")
    found = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(folder.glob("photofs*"))
        if path.suffix in {".service", ".timer"}
    }
    if not found:
        raise NotFound(f"there are no unit files in {folder}", remedy="install photofs anew")
    return found


def user_namespaces(environ: Mapping[str, str]) -> bool:
    """Whether this user may make a user namespace: some systems do not let them (Ubuntu 24.04)."""
    program = shutil.which("unshare", path=environ.get("PATH"))
    if program is None:
        return True
    asked = [program, "--user", "--mount", "true"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0  # noqa: S603 - no argument from outside


def without_namespaces(text: str) -> str:
    """A unit's text without what needs a user namespace."""
    lines = text.splitlines()
    return "".join(f"{line}\n" for line in lines if line.partition("=")[0] not in NAMESPACED)


def is_hidden(program: str) -> bool:
    """Whether the units cannot see a program: each has a /tmp of its own (PrivateTmp=)."""
    return program.startswith(("/tmp/", "/var/tmp/"))  # noqa: S108 - nothing is written there


def fitted(text: str, environ: Mapping[str, str]) -> str:
    """A unit's text with the programs of this installation, and its home if that is not the usual.

    -P: what lies in the folder in which systemd starts it is never taken for a module.
    """
    python = _word(sys.executable)
    for named, module in PROGRAMS.items():
        text = text.replace(f"ExecStart={named} ", f"ExecStart={python} -P -m {module} ")
    home = environ.get(HOME_VARIABLE)
    if home:
        setting = f"Environment={_word(f'{HOME_VARIABLE}={home}')}"
        kept = [line for line in text.splitlines() if HOME_VARIABLE not in line]
        text = "".join(f"{line}\n{setting}\n" if line == OURS else f"{line}\n" for line in kept)
    return f"{MARK}\n{text}"


def _word(text: str) -> str:
    """One word of a unit's line (systemd.syntax(7))."""
    plain = text.replace("%", "%%")
    if all(char.isalnum() or char in "/._-=%+:@" for char in plain):
        return plain
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_ours(path: Path) -> bool | None:
    """Whether a unit file there is ours; None if there is none."""
    try:
        with path.open(encoding="utf-8", errors="replace") as opened:
            return opened.readline().rstrip("\n") == MARK
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _not_written(path, error) from error


def check_none_is_foreign(scope: Scope, names: Mapping[str, str]) -> None:
    """Refused if a file of one of the names is somebody else's."""
    foreign = [name for name in names if is_ours(scope.folder / name) is False]
    if foreign:
        raise Refused(
            f"in {scope.folder} these are not ours: {', '.join(foreign)}",
            safe="nothing was written",
            remedy="move them away first, if they are not needed",
        )


def write_unit(scope: Scope, name: str, text: str) -> bool:
    """Write it; False if it lies there already, word for word."""
    path = scope.folder / name
    try:
        if path.is_file() and path.read_text(encoding="utf-8", errors="replace") == text:
            return False
        scope.folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{name}.new")
        fresh.write_text(text, encoding="utf-8")
        fresh.chmod(0o644)
        fresh.replace(path)
    except OSError as error:
        raise _not_written(path, error) from error
    return True


def remove_unit(scope: Scope, name: str) -> bool:
    """Remove a unit of ours; False if it is somebody else's, or not there."""
    path = scope.folder / name
    if not is_ours(path):
        return False
    try:
        path.unlink()
    except OSError as error:
        raise _not_written(path, error) from error
    return True


def enabled_mounts(scope: Scope) -> list[str]:
    """The units of the mounts that are enabled, by their links."""
    links = scope.folder.glob("*.wants/photofs@*.service")
    return sorted({link.name for link in links if link.name != MOUNT})


def remove_links(scope: Scope, names: list[str]) -> None:
    """What `systemctl disable` does, where there is no systemctl."""
    for name in names:
        for link in scope.folder.glob("*.wants/*"):
            if link.name == name and link.is_symlink():
                link.unlink()


def _not_written(path: Path, error: OSError) -> PhotofsError:
    if isinstance(error, PermissionError):
        return Refused(
            f"{path} may not be written by this user",
            safe="nothing was changed",
            remedy="run it as root, or leave --system out",
        )
    return StoreError(f"{path} cannot be written: {error.strerror}", remedy="check the folder")
