"""Copies for a mirror that is to tell date, place and description in the pictures' own EXIF.

Made beside the Cache and proven there, before a row says what is to be written. A picture into
which nothing can be written is copied as it is: a copy comes first (docs/decisions/0023).
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import trio

from photofs.metadata.embedding import embed, hashes_of
from photofs.model.errors import Corrupt, StoreError
from photofs.model.mirror import Embedded
from photofs.model.sidecar import SidecarFacts

SETTING: Final = "embed"
"""A mirror's setting: true where facts are to be written into its copies."""


class Prepared(NamedTuple):
    """A copy that waits to be written into the mirror: where, its own SHA-256 and its bytes."""

    path: Path
    sha256: str
    size: int
    embedded: Embedded


@asynccontextmanager
async def bench(workshop: Path, mirror_id: int) -> AsyncIterator[Path]:
    """A folder for a batch of copies; what a killed run left there goes. StoreError."""
    folder = workshop / str(mirror_id)
    await trio.to_thread.run_sync(_clear, folder)
    try:
        yield folder
    finally:
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(partial(shutil.rmtree, folder, ignore_errors=True))


def _clear(folder: Path) -> None:
    """In a thread: have it there and empty; a batch of films takes a while to remove."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise StoreError(f"{folder} cannot be made: {error.strerror}") from error


def prepare(
    original: Path, sha256: str, facts: SidecarFacts, folder: Path, name: str
) -> Prepared | None:
    """In a thread: the copy; None if its EXIF lacks nothing. Refused, Corrupt, StoreError."""
    path = folder / name
    made = embed(original, path, facts)
    if made is None:
        return None
    try:
        whole, without = hashes_of(path, made.cut)
        size = path.stat().st_size
    except OSError as error:
        raise StoreError(f"{name} cannot be read again: {error.strerror}") from error
    if made.cut is not None and without != sha256:
        raise Corrupt(
            "without what was written into it the copy is not the original",
            safe="the copy was not kept",
        )
    return Prepared(path, whole, size, Embedded(sha256, made.cut))
