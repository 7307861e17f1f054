"""`photofs service`: have systemd run the agent and mounts, for this user or for the machine."""

import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click

from photofs.assembly import House
from photofs.cli.house import has_libraries
from photofs.cli.indexed_folders import indexing_words
from photofs.cli.output import json_option, own_name, print_json, safe_text, shell_word
from photofs.cli.service_point import check_point, make_point
from photofs.cli.suggestions import folders
from photofs.cli.systemctl import SINCE, Systemctl
from photofs.cli.unit_files import (
    AGENT,
    TIMER,
    VERIFY,
    Scope,
    check_none_is_foreign,
    enabled_mounts,
    escaped_path,
    fitted,
    is_hidden,
    is_ours,
    remove_links,
    remove_unit,
    scope_of,
    shipped,
    unit_for,
    user_namespaces,
    without_namespaces,
    write_unit,
)
from photofs.cli.usual_point import usual_point
from photofs.model.errors import NotFound, Refused
from photofs.model.exit_codes import NEEDS_A_PERSON, OK, SOME_FAILED

LINGER = Path("/var/lib/systemd/linger")
"""A file for each user whose services run while they are not logged in."""

system_option = click.option(
    "--system", is_flag=True, help="For the whole machine, by the user photofs (as root)."
)
point_argument = click.argument(
    "mountpoint",
    required=False,
    type=click.Path(path_type=Path),
    shell_complete=folders,
)


@dataclass(slots=True)
class Installed:
    """What an install did: files written, units started, what a person has to do yet."""

    folder: str
    written: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    to_do: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """A unit: whether its file is ours, how it is, since when, and its last trouble."""

    unit: str
    installed: bool
    state: str
    since: str
    status: str
    trouble: str


@click.group
def service() -> None:
    """Have systemd run the agent and mounts, from login or from the machine's start on."""


@service.command
@point_argument
@system_option
@json_option
def install(mountpoint: Path | None, *, system: bool, as_json: bool) -> None:
    """Have the agent run from now on; the mount too, if one is named.

    What lies there already is left as it is; a unit of somebody else is never written over.
    """
    scope = scope_of(os.environ, system=system)
    point = _point_of(mountpoint)
    confined = system or user_namespaces(os.environ)
    units = {name: fitted(text, os.environ) for name, text in _wanted(scope).items()}
    if not confined:
        units = {name: without_namespaces(text) for name, text in units.items()}
    check_none_is_foreign(scope, units)
    done = Installed(str(scope.folder))
    if point is not None:
        check_point(point, scope, os.environ)
        if not system and make_point(point):
            done.to_do.append(f"the folder {safe_text(str(point))} was made for it")
    done.written = [name for name, text in units.items() if write_unit(scope, name, text)]
    started = [AGENT, *([TIMER] if TIMER in units else []), *([unit_for(point)] if point else [])]
    _start(scope, started, done)
    done.to_do += _hints(scope, point)
    if is_hidden(sys.executable):
        done.to_do.append(
            f"the units cannot start {safe_text(sys.executable)}, for they see no /tmp of others:"
            " install photofs elsewhere, and run this again"
        )
    if not confined:
        done.to_do.append(
            "this system lets you make no user namespace, so the units are less confined"
        )
    if as_json:
        print_json(asdict(done))
    else:
        _print_installed(done)
    sys.exit(OK if done.started else SOME_FAILED)


@service.command
@point_argument
@system_option
@json_option
def remove(mountpoint: Path | None, *, system: bool, as_json: bool) -> None:
    """Stop the mount on a folder, or all, and take the units away.

    Catalog, logins, settings and photos stay.
    """
    scope = scope_of(os.environ, system=system)
    point = _point_of(mountpoint)
    manager = Systemctl(scope, os.environ)
    names = _of_ours(scope)
    if point is not None:
        stopped = [unit_for(point)]
        if stopped[0] not in enabled_mounts(scope):
            raise NotFound(
                f"no service of ours mounts {safe_text(str(point))}{_unheard(manager)}",
                safe="nothing was changed",
                remedy=f"`{own_name()} service status` shows those that are enabled; `service"
                " remove` without a folder takes all units away",
            )
    else:
        enabled = [name for name in names if name in {AGENT, TIMER}]
        stopped = [*enabled_mounts(scope), *enabled]
    trouble = manager.run("disable", "--now", "--", *stopped) if stopped else None
    did = "stopped" if trouble is None else "not started any more, and left running if it runs:"
    remove_links(scope, stopped)
    removed = [name for name in names if point is None and remove_unit(scope, name)]
    if trouble is None:
        trouble = manager.run("daemon-reload")
    if as_json:
        print_json({"stopped": stopped, "removed": removed, "trouble": trouble})
        return
    for name in stopped:
        print(f"{did} {safe_text(name)}")
    for name in removed:
        print(f"removed {safe_text(name)}")
    if not stopped and not removed:
        print(f"no unit of ours lies in {scope.folder}")
    if trouble:
        print(f"systemd was not told: {safe_text(trouble)}")
    print("catalog, logins, settings and photos are as they were")


@service.command
@system_option
@json_option
def status(*, system: bool, as_json: bool) -> None:
    """Show which units run, since when, and the last trouble of each."""
    scope = scope_of(os.environ, system=system)
    manager = Systemctl(scope, os.environ)
    names = [AGENT, TIMER, VERIFY, *enabled_mounts(scope)]
    found = [_status_of(scope, manager, name) for name in names]
    if as_json:
        print_json([asdict(each) for each in found])
        return
    for each in found:
        _print_status(each)
    silent = manager.silent() if any(each.installed for each in found) else None
    if silent is not None:
        print(f"! systemd does not answer: {safe_text(silent)}")


def _unheard(manager: Systemctl) -> str:
    """That nobody knows what runs, for a sentence; "" if systemd answers."""
    silent = manager.silent()
    return "" if silent is None else f", as far as its links tell, and systemd is silent ({silent})"


def _status_of(scope: Scope, manager: Systemctl, name: str) -> UnitStatus:
    prefix, at, _ = name.partition("@")
    file = f"{prefix}@.service" if at else name
    known = manager.show(name)
    state = known.get("ActiveState", "")
    trouble = manager.last_trouble(name) if known else ""
    if known.get("Result", "success") != "success":
        code = known.get("ExecMainStatus", "")
        trouble = f"ended by {known['Result']} (status {code}); {trouble}".rstrip("; ")
    return UnitStatus(
        unit=name,
        installed=is_ours(scope.folder / file) is True,
        state=f"{state} ({known.get('SubState', '')})" if state else "unknown",
        since=known.get(SINCE, ""),
        status=known.get("StatusText", ""),
        trouble=trouble,
    )


def _print_status(each: UnitStatus) -> None:
    if not each.installed:
        print(f"{safe_text(each.unit)}: not installed")
        return
    since = f" since {each.since}" if each.since else ""
    status = f", {each.status}" if each.status else ""
    print(safe_text(f"{each.unit}: {each.state}{since}{status}"))
    if each.trouble:
        print(f"  ! {safe_text(each.trouble)}")


def _wanted(scope: Scope) -> dict[str, str]:
    """The units to be installed: a timer for what this photofs cannot do would only fail."""
    from photofs.cli.main import COMMANDS

    units = shipped(scope)
    without = set() if "mirror" in COMMANDS else {TIMER, VERIFY}
    return {name: text for name, text in units.items() if name not in without}


def _of_ours(scope: Scope) -> list[str]:
    """The units of ours that lie there, those of an older photofs too."""
    files = [
        each for kind in ("service", "timer") for each in scope.folder.glob(f"photofs*.{kind}")
    ]
    return sorted(path.name for path in files if is_ours(path))


def _start(scope: Scope, units: list[str], done: Installed) -> None:
    """Through systemctl; what cannot be done is told for a person to do."""
    manager = Systemctl(scope, os.environ)
    orders = [("daemon-reload",), ("enable", "--now", "--", *units)]
    for number, order in enumerate(orders):
        trouble = manager.run(*order)
        if trouble is not None:
            left = "; ".join(manager.command(*map(shell_word, each)) for each in orders[number:])
            done.to_do.append(f"systemd did not do it ({trouble}); once it runs: {left}")
            return
    done.started = units


def _hints(scope: Scope, point: Path | None) -> list[str]:
    """What else a person may want to do."""
    if scope.system:
        make = "useradd --system --home-dir /var/lib/photofs --shell /usr/sbin/nologin photofs"
        hints = [f"the user photofs must be there: {make}"]
        if point is not None:
            hints.append(
                f"the folder must be its own: install -d -o photofs {shell_word(str(point))}"
            )
        return hints
    hints = [] if point is not None or enabled_mounts(scope) else [_no_mount()]
    indexed = indexing_words(point, os.environ) if point is not None else None
    hints += [] if indexed is None else [indexed]
    if not has_libraries(House()):
        hints.append(
            f"there is no library yet, and until there is the mount ends with {NEEDS_A_PERSON}: see"
            " `photofs library add --help` and `photofs login --help`"
        )
    if (LINGER / _user_name()).exists():
        return hints
    return [*hints, "it runs while you are logged in; for always: loginctl enable-linger"]


def _no_mount() -> str:
    """That only the agent was asked for, with the folder that `photofs mount` would take."""
    try:
        point = shell_word(str(usual_point(House().settings.mount.point, os.environ)))
    except Refused:  # a home without room for one
        point = "FOLDER"
    return f"no mount is started by it; for one: {own_name()} service install {point}"


def _user_name() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _point_of(mountpoint: Path | None) -> Path | None:
    if mountpoint is None:
        return None
    point = Path(os.path.normpath(mountpoint.expanduser().absolute()))
    # where the unit's path is read back, an instance's name is a file's: 255 bytes at most
    if len(escaped_path(point)) > 200:  # noqa: PLR2004 - with photofs-mounter@ and .service
        raise Refused(
            f"the path {safe_text(str(point))} is too long for a unit's name",
            remedy="choose a shorter one",
        )
    return point


def _print_installed(done: Installed) -> None:
    for name in done.written:
        print(f"wrote {safe_text(f'{done.folder}/{name}')}")
    if not done.written:
        print(f"the units in {safe_text(done.folder)} are as they should be")
    for name in done.started:
        print(f"started {safe_text(name)}")
    for hint in done.to_do:
        print(f"note: {safe_text(hint)}")
