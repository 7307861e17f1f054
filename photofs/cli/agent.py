"""`photofs agent`: the agent in the foreground, for those who want it without a mount."""

import os
import signal
import sys
from typing import Never

import click

from photofs.cli.house import find_house
from photofs.cli.open_work import agent_works


@click.command
def agent() -> Never:
    """Scan, learn sizes and send what waits, in the foreground until Ctrl-C or SIGTERM.

    `photofs mount` starts one by itself. Where one works already, this one waits until that ends.
    """
    house = find_house()
    # what comes before the agent can hear it waits until then
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    if agent_works(house):
        print("another agent works; this one takes over when it ends", flush=True)
    # in our place: a parent that only waits would hold 25 MB for as long as the agent runs
    command = [sys.executable, "-m", "agent", "serve", "--until-signal"]
    os.execve(sys.executable, command, dict(house.environ))  # noqa: S606 - our own program
