"""Asking systemd, through systemctl and journalctl, where they are and a manager answers."""

import shutil
import subprocess
from collections.abc import Mapping
from typing import Final

from photofs.cli.unit_files import Scope

PATIENCE: Final = 150.0
"""Seconds for a unit to start or stop, a little longer than its own limit."""

SHOWN: Final = "ActiveState,SubState,Result,StatusText,ExecMainStatus,UnitFileState,LoadState"
SINCE: Final = "StateChangeTimestamp"


class Systemctl:
    """The manager of a scope."""

    def __init__(self, scope: Scope, environ: Mapping[str, str]) -> None:
        """Nothing is asked yet."""
        self._flags = scope.flags
        self._environ = dict(environ)
        self._program = shutil.which("systemctl", path=environ.get("PATH"))

    def run(self, *arguments: str) -> str | None:
        """Have it done: None if it was, else why not, in systemd's words."""
        if self._program is None:
            return "systemctl is not here"
        done = self._asked(self._program, *self._flags, *arguments)
        if done is None:
            return f"systemctl {arguments[0]} did not end in time"
        if done.returncode == 0:
            return None
        return " ".join(done.stderr.split()) or f"systemctl ended with {done.returncode}"

    def silent(self) -> str | None:
        """Why the manager does not answer at all; None if it does."""
        return self.run("show", "-p", "Version")

    def command(self, *arguments: str) -> str:
        """What a person would type for that."""
        return " ".join(["systemctl", *self._flags, *arguments])

    def show(self, unit: str) -> dict[str, str]:
        """What the manager knows of a unit; nothing if none answers."""
        if self._program is None:
            return {}
        done = self._asked(
            self._program, *self._flags, "show", "-p", f"{SHOWN},{SINCE}", "--", unit
        )
        if done is None or done.returncode != 0:
            return {}
        pairs = (line.partition("=") for line in done.stdout.splitlines())
        return {key: value for key, _, value in pairs if value}

    def last_trouble(self, unit: str) -> str:
        """The last warning or error that a unit has logged."""
        program = shutil.which("journalctl", path=self._environ.get("PATH"))
        if program is None:
            return ""
        scope = ["--user-unit" if self._flags else "--unit", unit]
        flags = ["--quiet", "--no-pager", "--output=cat", "--priority=warning", "--lines=1"]
        done = self._asked(program, *scope, *flags)
        return "" if done is None or done.returncode else " ".join(done.stdout.split())

    def _asked(self, *command: str) -> "subprocess.CompletedProcess[str] | None":
        try:
            return subprocess.run(  # noqa: S603 - found on the PATH; a unit is one argument
                list(command),
                env=self._environ,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PATIENCE,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return None
