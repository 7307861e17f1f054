"""A program that mounts a stock: `python -m tests.support.mount_server ROOT POINT [options]`.

Says "ready" on standard output once the mount answers. Looking up the name "boom" makes a handler
fail, as a mistake of ours would; to make a folder "stuck" never ends.
"""

import argparse
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pyfuse3
import trio

from photofs.catalog.sqlite import Catalog
from photofs.cli.mounts import note_mount
from photofs.fetcher.parent import ChildFetching, open_child_fetching
from photofs.fuse.mount import run
from photofs.fuse.mount_options import MountOptions
from photofs.model.errors import PhotofsError
from photofs.model.node import Node
from photofs.model.spot import Spot
from photofs.model.wish import Asker
from photofs.view.tree import Tree
from photofs.volume.engine import open_engine
from photofs.volume.fetching import Fetching
from photofs.volume.volume import Volume
from photofs.volume.waiting import Deadlines
from photofs.volume.writer import Writer
from photofs.volume.writing import Writing
from tests.support.stocked import Stock, pieces


class TripVolume(Volume):
    """A volume with a mistake in it."""

    def lookup(self, parent_ino: int, name: str) -> Node:
        """Fail unexpectedly for one name."""
        if name == "boom":
            raise RuntimeError("boom")
        return super().lookup(parent_ino, name)


class TripWriting(Writing):
    """The same for what is written."""

    async def mkdir(self, spot: Spot, asker: Asker) -> int:
        """Never answer for one name, while a note to the kernel waits for that folder."""
        if spot.name == "stuck":
            note = partial(pyfuse3.invalidate_entry, spot.folder_ino, b"none")
            threading.Thread(target=note, daemon=True).start()
            await trio.sleep_forever()
        return await super().mkdir(spot, asker)


@asynccontextmanager
async def fetching_for(made: Stock, catalog: Catalog, *, child: bool) -> AsyncIterator[Fetching]:
    """Fetching in this process or in a child."""
    if child:
        command = [sys.executable, "-m", "tests.support.fetch_server", str(made.root)]
        async with open_child_fetching(command) as fetching:
            yield fetching
        return
    async with open_engine(pieces(made, catalog)) as engine:
        yield engine


def tell_ready(fetching: Fetching, point: Path, *, noted: bool) -> None:
    """The mount answers."""
    if noted:
        note_mount(str(point), os.environ)
    if isinstance(fetching, ChildFetching):
        fetching.guard(str(point))
    print("ready", flush=True)


async def serve(arguments: argparse.Namespace) -> None:
    """Mount until told to stop."""
    made = Stock(arguments.root)
    deadlines = Deadlines(open=arguments.deadline, read=arguments.deadline)
    with made.open_catalog() as catalog, made.open_catalog() as other:
        if arguments.embed:
            catalog.show_spliced()
        async with fetching_for(made, catalog, child=arguments.child) as fetching:
            volume = TripVolume(Tree(catalog), catalog, made.store(), fetching, deadlines)
            options = MountOptions(
                read_only=arguments.read_only,
                allow_other=arguments.allow_other,
                exact_sizes=arguments.exact_sizes,
            )
            writing = TripWriting(
                volume, made.store(), Writer(made.wishing(other)), other_files=arguments.other_files
            )
            await run(
                volume,
                arguments.point,
                options,
                scratch=made.scratch,
                writing=writing,
                ready=lambda: tell_ready(fetching, arguments.point, noted=arguments.noted),
            )


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("point", type=Path)
    parser.add_argument("--child", action="store_true")
    parser.add_argument("--noted", action="store_true")
    parser.add_argument("--read-only", action="store_true")
    parser.add_argument("--allow-other", action="store_true")
    parser.add_argument("--exact-sizes", action="store_true")
    parser.add_argument("--embed", action="store_true")
    parser.add_argument("--other-files", default="keep")
    parser.add_argument("--deadline", type=float, default=20.0)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        trio.run(serve, parser.parse_args())
    except PhotofsError as error:
        print(f"photofs: {error}", file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    main()
