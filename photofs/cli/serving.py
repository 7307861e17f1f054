"""A mount put together and run: volume, fetcher, agent, and the kernel's door."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from photofs.assembly import House
from photofs.cli.companion import agent_beside
from photofs.model.errors import Busy, Full
from photofs.model.importing import uncollected

if TYPE_CHECKING:
    from photofs.volume.volume import Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How to serve: the flags of `photofs mount`."""

    read_only: bool = False
    allow_other: bool = False
    exact_sizes: bool = False
    no_agent: bool = False
    mounter: bool = False
    embed: bool = False


async def serve(house: House, point: Path, serving: Serving, ready: Callable[[], None]) -> None:
    """Mount and answer the kernel until the mount is taken away or a signal says so.

    `point` is free of links.

    Raises Refused (the folder is not empty, no /dev/fuse ...) before anything is mounted.
    """
    with uncollected():
        from photofs.fetcher.parent import open_child_fetching
        from photofs.fuse.device import mounter_address
        from photofs.fuse.mount import run
        from photofs.fuse.mount_options import MountOptions
        from photofs.kernel.mount_table import SameDisk
        from photofs.view.tree import Tree
        from photofs.volume.mirror_copies import MirrorCopies
        from photofs.volume.volume import Volume
        from photofs.volume.waiting import Deadlines
        from photofs.volume.writer import Writer
        from photofs.volume.writing import Writing

    network = house.settings.network
    options = MountOptions(
        read_only=serving.read_only,
        allow_other=serving.allow_other,
        exact_sizes=serving.exact_sizes,
    )
    mounter = mounter_address(point, house.environ) if serving.mounter else None
    store = house.store()
    with house.catalog() as catalog, house.catalog() as other:
        store.elsewhere = partial(MirrorCopies(catalog).find_on, SameDisk(house.paths.cache))
        with suppress(Busy, Full):  # the mount is worth more than a note for the agent
            other.want_heads(wanted=serving.embed)
        if serving.embed:
            catalog.show_spliced()
        async with open_child_fetching(environ=dict(house.environ)) as fetching:

            def guarded() -> None:
                fetching.guard(str(point))
                ready()

            volume = Volume(
                Tree(catalog),
                catalog,
                store,
                fetching,
                Deadlines(open=network.open_deadline, read=network.read_deadline),
            )
            volume.guard = house.guard(catalog)
            notes = _opened_folders(house, volume, serving)
            others = house.settings.writing.other_files
            writing = Writing(volume, store, Writer(house.wishing(other)), other_files=others)
            with agent_beside(house.environ, wanted=not serving.no_agent), notes:
                await run(
                    volume,
                    point,
                    options,
                    scratch=house.paths.scratch,
                    writing=writing,
                    ready=guarded,
                    mounter=mounter,
                )


@contextmanager
def _opened_folders(house: House, volume: "Volume", serving: Serving) -> Iterator[None]:
    """Folders that are opened in the block are noted, if thumbnails are to be made of them.

    Not where others see the mount as well: thumbnails are for who mounted it.
    """
    from photofs.volume.opened_folders import OpenedFolders

    if serving.allow_other or house.settings.thumbnails.fill == "off":
        yield
        return
    volume.opened_folders = opened = OpenedFolders(partial(house.catalog, durable=False))
    try:
        yield
    finally:
        opened.stop()
