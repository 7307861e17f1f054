"""A test's mirror verified and repaired as by the agent, and damaged as by disks and people."""

import os
from contextlib import closing
from pathlib import Path

from agent.mirror_disk import Disk
from agent.repairing import Repaired, repair
from agent.verifying import Checking, Tell, Verified, Wanted, verify
from photofs.catalog.mirrored import CopyRow
from photofs.catalog.mirrors import MirrorRow
from photofs.mirrors.opening import open_mirror
from tests.support.mirrored import tell_nobody, working
from tests.support.stocked import Stock


async def verified(
    made: Stock, row: MirrorRow, wanted: Wanted | None = None, tell: Tell = tell_nobody
) -> Verified:
    """Verify it once."""
    opened = open_mirror(Path(row.root), row.marker, row.traits, writing=False)
    with made.open_catalog() as catalog, closing(opened) as folder:
        return await verify(
            Checking(catalog, folder, row, wanted or Wanted(), Disk(row.root)), tell
        )


async def repaired(made: Stock, row: MirrorRow) -> Repaired:
    """Repair it once."""
    async with working(made, row) as work:
        return await repair(work, tell_nobody)


def copies(made: Stock) -> dict[str, CopyRow]:
    """All files that are known, by path."""
    with made.open_catalog() as catalog:
        return {copy.path: copy for copy in catalog.copies(1, 0, 100_000)}


def flip(path: Path, at: int = -40) -> None:
    """Turn a bit as a disk does: neither length nor times tell."""
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.chmod(0o644)
    path.write_bytes(data)
    path.chmod(before.st_mode & 0o777)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def edit(path: Path, data: bytes) -> None:
    """Write other bytes into a file, as a person does."""
    path.chmod(0o644)
    path.write_bytes(data)
