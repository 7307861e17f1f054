"""`photofs scan`: bring the catalog up to what the sources say."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from tempfile import TemporaryFile
from typing import IO, NoReturn

import click

from photofs.cli import suggestions
from photofs.cli.house import find_house
from photofs.cli.output import json_option, print_json


def run_agent(
    arguments: Sequence[str],
    *,
    stdout: IO[str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> int:
    """Run the agent as a program with our own standard streams, or that output; its exit status.

    An interrupt (Ctrl-C) reaches both; the agent ends by itself and says where it stopped. SIGTERM
    reaches only us, and is passed on. SIGKILL reaches only us, too, and closes our end of a pipe.
    """
    its, ours = os.pipe()
    command = [sys.executable, "-m", "agent", f"--until-closed={its}", *arguments]
    try:
        with subprocess.Popen(command, stdout=stdout, env=environ, pass_fds=[its]) as process:  # noqa: S603 - our own program
            before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
            try:
                return _status_of(process)
            finally:
                signal.signal(signal.SIGTERM, before)
    finally:
        os.close(its)
        os.close(ours)


def _status_of(process: "subprocess.Popen[bytes]") -> int:
    """Its exit status, once it has ended; that it is interrupted is its to answer."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def scan_after(
    name: str,
    document: Mapping[str, object] | None,
    *,
    no_scan: bool,
    otherwise: int = 0,
    environ: Mapping[str, str] | None = None,
) -> NoReturn:
    """Scan a library that was just added, as a command's last act; exits with the scan's status.

    `document` is printed with what the scan tells, as "scan"; None if people are told instead.
    `otherwise` is the status where the scan went well, or was not wanted; `environ` says whose
    library it is, if it may be the demo's.
    """
    code, scanned = 0, None
    if not no_scan and document is None:
        code = run_agent(["scan", "--", name], environ=environ)
    elif not no_scan:
        with TemporaryFile("w+", encoding="utf-8") as told:
            code = run_agent(["scan", "--json", "--", name], stdout=told, environ=environ)
            told.seek(0)
            scanned = json.loads(told.read() or "null")
    if code:
        print(
            f"{name} stays in the list: `photofs scan '{name}'` tries again,"
            f" `photofs library remove '{name}'` forgets it",
            file=sys.stderr,
        )
    if document is not None:
        print_json({**document, "scan": scanned})
    sys.exit(code or otherwise)


@click.command
@click.argument("libraries", nargs=-1, shell_complete=suggestions.libraries)
@click.option("--full", is_flag=True, help="List everything anew instead of what has changed.")
@click.option(
    "--accept-removals",
    is_flag=True,
    help="What vanished was deleted on purpose, however much it is (implies --full).",
)
@click.option(
    "--refine", is_flag=True, help="List better dates found in bytes that are here already."
)
@click.option("--yes", is_flag=True, help="With --refine: apply them.")
@json_option
def scan(libraries: tuple[str, ...], **flags: bool) -> None:
    """Bring the catalog up to what the sources say; all LIBRARIES if none is named."""
    flags["json"] = flags.pop("as_json")
    given = [f"--{flag.replace('_', '-')}" for flag, on in flags.items() if on]
    environ = dict(find_house().environ)
    sys.exit(run_agent(["scan", *given, "--", *libraries], environ=environ))
