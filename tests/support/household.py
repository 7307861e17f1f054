"""A whole photofs of its own for a story: the real command, real processes, one folder."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import trio

from agent.program import scan_all
from photofs.assembly import House
from photofs.model.exit_codes import OK
from tests.support.warm_start import can_warm, run_warm

PATIENCE = 180
"""Seconds that any command of a story may take on a busy machine."""

IN_USE = "a program still uses"
LEAVING_S = 20.0
"""Seconds for programs to leave a mount whose test is over."""

PROGRESS = re.compile(r"^.*: [\d,]+( of [\d,]+)? .*, [\d,]+/s(, \d+ s left)?\n", re.MULTILINE)
"""A line on standard error, each ten seconds, of what takes long on a busy machine."""


class Household:
    """Runs `photofs` with everything below one folder, as a user would from a shell."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self.home = folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.environ = {**os.environ, **(environ or {}), "PHOTOFS_HOME": str(self.home)}

    def start(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:  # noqa: ANN401 - Popen's own
        """The command as a process; whoever starts it ends it."""
        return subprocess.Popen(
            [sys.executable, "-m", "photofs", *map(str, arguments)],
            env=self.environ,
            text=True,
            **options,
        )

    def run(self, *arguments: str | Path, code: int | None = 0) -> str:
        """Run the command to its end, check its status (None: any), and give what it printed."""
        run = run_warm if can_warm(self.environ) else _run_cold
        done = run(list(map(str, arguments)), self.environ, PATIENCE)
        told = done.stdout + done.stderr
        assert "Traceback" not in told, told
        if code is not None:
            assert done.returncode == code, (arguments, done.returncode, told)
        return told

    def scanned(self, *libraries: str) -> None:
        """What `photofs scan` does, in this process: how a story begins whose subject it is not.

        It saves two programs their start, 0.3 s of processor time.
        """
        house = House(self.environ)
        run = partial(scan_all, house, list(libraries), full=False, accept_removals=False)
        assert trio.run(partial(run, as_json=True)) == OK

    def ask(self, *arguments: str | Path, code: int | None = 0) -> Any:  # noqa: ANN401 - JSON
        """What the command prints with --json."""
        said = self.run(*arguments, "--json", code=code)
        return json.loads(PROGRESS.sub("", said))

    def until_done(self, *, stuck: int = 0) -> None:
        """All that was accepted is done, but for so much that waits for a person.

        What is unsure counts as that until the agent has asked; it may end soon, too.
        """
        until = time.monotonic() + 5 * PATIENCE
        while True:
            said = self.run("wait", "--timeout", "30", "--json", code=None)
            told, _ = json.JSONDecoder().raw_decode(said)  # behind it: that no agent works yet
            if (told["open"], told["stuck"]) == (0, stuck):
                return
            assert time.monotonic() < until, told
            time.sleep(0.2)

    def agent(self, *, but: int = 0) -> int:
        """The process id of the agent beside the one mount, once there is one.

        `but`: another one than this, which was killed; it is begun a second later. Never 0: who
        sends a signal there ends all tests.
        """
        (mount,) = self.ask("status")["mounts"]
        asked = ("pgrep", "-P", str(mount["pid"]), "-f", "agent serve")
        until = time.monotonic() + PATIENCE
        while not (found := {*map(int, shell(*asked, code=None).split())} - {but}):
            assert time.monotonic() < until, "no agent works beside the mount"
            time.sleep(0.05)
        return min(found)

    @contextmanager
    def mounted(self, *flags: str, agent: bool = False) -> Iterator[Path]:
        """The libraries as folders for the length of a block; unmounted in any case."""
        point = self.folder / "photos"
        with suppress(FileExistsError):  # a dead mount may lie on it, and answers nothing
            point.mkdir()
        more = [] if agent else ["--no-agent"]
        self.run("mount", "--daemon", *more, *flags, point)
        try:
            yield point
        finally:
            left = self._unmounted(point)
            if os.path.ismount(point):
                subprocess.run(["fusermount3", "-uz", str(point)], check=False)
                raise AssertionError(f"the mount had to be forced away: {left}")

    def _unmounted(self, point: Path) -> str:
        """Unmount; what is said at last.

        Who looks after the trash of all mounts (gvfsd-trash, of any session on this machine) has a
        folder of each open now and then, for an instant.
        """
        until = time.monotonic() + LEAVING_S
        while True:
            told = self.run("umount", point, code=None)
            if IN_USE not in told or time.monotonic() > until:
                return told
            time.sleep(0.2)


def _run_cold(
    arguments: Sequence[str], environ: Mapping[str, str], timeout: float
) -> "subprocess.CompletedProcess[str]":
    """The command as a shell starts it."""
    return subprocess.run(
        [sys.executable, "-m", "photofs", *arguments],
        env=environ,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def shell(*command: str | Path, code: int | None = 0, **options: Any) -> str:  # noqa: ANN401 - run's own
    """Run a real program (rsync, cp, exiftool ...); its output, standard error after it."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        **options,
    )
    if code is not None:
        assert done.returncode == code, (command, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr
