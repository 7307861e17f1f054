"""`photofs agent`: the agent in the foreground, for those who want it without a mount."""

import signal
import subprocess
import sys

import click

from photofs.cli.house import find_house
from photofs.cli.open_work import agent_works


@click.command
def agent() -> None:
    """Scan, learn sizes and send what waits, in the foreground until Ctrl-C or SIGTERM.

    `photofs mount` starts one by itself. Where one works already, this one waits until that ends.
    """
    house = find_house()
    process: subprocess.Popen[bytes] | None = None

    def end(*_: object) -> None:
        if process is None:
            raise KeyboardInterrupt
        if process.stdin is not None:
            process.stdin.close()

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    waits = agent_works(house)
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", "serve"],
        stdin=subprocess.PIPE,
        env=dict(house.environ),
        start_new_session=True,  # Ctrl-C is for us: the agent ends in order once its input does
    )
    try:
        if waits:
            print("another agent works; this one takes over when it ends", flush=True)
        sys.exit(process.wait())
    finally:
        end()
        process.wait()
        for each, handler in before.items():
            signal.signal(each, handler)
