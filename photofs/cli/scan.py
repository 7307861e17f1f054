"""`photofs scan`: bring the catalog up to what the sources say."""

import signal
import subprocess
import sys
from collections.abc import Sequence

import click

from photofs.cli.output import json_option


def run_agent(arguments: Sequence[str]) -> int:
    """Run the agent as a program with our own standard streams; its exit status.

    An interrupt (Ctrl-C) reaches both; the agent ends by itself and says where it stopped. SIGTERM
    reaches only us, and is passed on.
    """
    with subprocess.Popen([sys.executable, "-m", "agent", *arguments]) as process:  # noqa: S603 - our own program
        before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:
                    continue
        finally:
            signal.signal(signal.SIGTERM, before)


@click.command
@click.argument("libraries", nargs=-1)
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
    sys.exit(run_agent(["scan", *given, "--", *libraries]))
