"""`photofs scan`: bring the catalog up to what the sources say."""

import subprocess
import sys
from collections.abc import Sequence

import click

from photofs.cli.output import json_option


def run_agent(arguments: Sequence[str]) -> int:
    """Run the agent as a program with our own standard streams; its exit status.

    An interrupt (Ctrl-C) reaches both; the agent ends by itself and says where it stopped.
    """
    with subprocess.Popen([sys.executable, "-m", "agent", *arguments]) as process:  # noqa: S603 - our own program
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


@click.command
@click.argument("libraries", nargs=-1)
@click.option("--full", is_flag=True, help="List everything anew instead of what has changed.")
@click.option(
    "--accept-removals",
    is_flag=True,
    help="What vanished was deleted on purpose, however much it is (implies --full).",
)
@json_option
def scan(libraries: tuple[str, ...], *, full: bool, accept_removals: bool, as_json: bool) -> None:
    """Bring the catalog up to what the sources say; all LIBRARIES if none is named."""
    arguments = ["scan", *libraries]
    arguments += ["--full"] * full + ["--accept-removals"] * accept_removals + ["--json"] * as_json
    sys.exit(run_agent(arguments))
