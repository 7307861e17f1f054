"""Tells a person of a notice: by a command of theirs, and on their desktop.

The command is run without a shell; it gets the notice as JSON on standard input, no login, no
variable of ours, and no more than TIME_LIMIT seconds. What becomes of it changes nothing here.
"""

import json
import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import trio

from photofs.assembly import House
from photofs.credentials.redaction import redact
from photofs.model.notice import Notice

log = logging.getLogger(__name__)

TIME_LIMIT: Final = 30.0
PASSED_ON: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "USER",
    "LOGNAME",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
)
"""All that a command gets of our environment: neither credentials nor settings of ours."""


async def tell(house: House, notice: Notice, *, over: bool) -> None:
    """By all ways that the settings name; one that fails is told of in the log."""
    notify = house.settings.notify
    environ = {name: house.environ[name] for name in PASSED_ON if name in house.environ}
    if notify.command:
        await _run(list(notify.command), environ, as_json(notice, over=over))
    program = shutil.which("notify-send", path=environ.get("PATH"))
    if notify.desktop and program and has_desktop(environ):
        await _run(desktop_command(program, notice, over=over), environ, b"")


def as_json(notice: Notice, *, over: bool) -> bytes:
    """The notice for a command: one JSON document."""
    told = {
        "event": "over" if over else "begun",
        "kind": notice.kind.value,
        "library": notice.library,
        "what": redact(notice.what),
        "remedy": notice.remedy,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return json.dumps(told).encode()


def has_desktop(environ: Mapping[str, str]) -> bool:
    """Whether a session bus is there, on which a desktop may listen."""
    if environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = environ.get("XDG_RUNTIME_DIR")
    return bool(runtime) and Path(runtime or "", "bus").exists()


def desktop_command(program: str, notice: Notice, *, over: bool) -> Sequence[str]:
    """The words, with what desktops take for markup made harmless (names come from strangers)."""
    words = f"over: {notice.what}" if over else f"{notice.what}; {notice.remedy}"
    plain = redact(words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    urgency = "low" if over else "normal"
    title = f"photofs: {notice.library}"
    return [program, "--app-name=photofs", f"--urgency={urgency}", "--", title, plain]


async def _run(command: Sequence[str], environ: Mapping[str, str], given: bytes) -> None:
    """Run it to its end, or until its time is up; its children end with it."""
    running = partial(
        trio.run_process,
        command,
        stdin=given,
        capture_stdout=True,
        capture_stderr=True,
        check=False,
        env=dict(environ),
        cwd=os.sep,
        start_new_session=True,
        deliver_cancel=_kill_all_of,
    )
    try:
        with trio.move_on_after(TIME_LIMIT) as waiting:
            done = await running()
    except OSError as error:
        log.warning("%s could not be run: %s", command[0], error.strerror)
        return
    if waiting.cancelled_caught:
        log.warning("%s was ended: it took more than %.0f s", command[0], TIME_LIMIT)
    elif done.returncode:
        log.warning("%s ended with %d", command[0], done.returncode)


async def _kill_all_of(process: trio.Process) -> None:
    """The command and what it has started: they are a session of their own."""
    try:
        os.killpg(process.pid, 9)
    except ProcessLookupError:
        process.kill()
