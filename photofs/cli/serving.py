"""A mount put together and run: volume, fetcher, agent, and the kernel's door."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from photofs.assembly import House

AGENT_PATIENCE = 10.0
"""Seconds that the agent has to end after its standard input was closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How to serve: the flags of `photofs mount`.

    `read_only` changes nothing yet: this version refuses every write.
    """

    read_only: bool = False
    allow_other: bool = False
    exact_sizes: bool = False
    no_agent: bool = False


async def serve(house: House, point: Path, serving: Serving, ready: Callable[[], None]) -> None:
    """Mount and answer the kernel until the mount is taken away or a signal says so.

    Raises Refused (the folder is not empty, no /dev/fuse ...) before anything is mounted.
    """
    from photofs.fetcher.parent import open_child_fetching
    from photofs.fuse.mount import MountOptions, run
    from photofs.view.tree import Tree
    from photofs.volume.volume import Deadlines, Volume

    network = house.settings.network
    options = MountOptions(allow_other=serving.allow_other, exact_sizes=serving.exact_sizes)
    with house.catalog() as catalog:
        async with open_child_fetching(environ=dict(house.environ)) as fetching:
            volume = Volume(
                Tree(catalog),
                catalog,
                house.store(),
                fetching,
                Deadlines(open=network.open_deadline, read=network.read_deadline),
            )
            with agent_beside(house, wanted=not serving.no_agent):
                await run(volume, point, options, ready=ready)


@contextmanager
def agent_beside(house: House, *, wanted: bool) -> Iterator[None]:
    """The agent for the length of a block; one that works already for this catalog goes on."""
    if not wanted:
        yield
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", "serve"],
        stdin=subprocess.PIPE,
        env=dict(house.environ),
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.communicate()
        process.wait(AGENT_PATIENCE)
