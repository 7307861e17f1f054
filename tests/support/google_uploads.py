"""Uploads to the emulated Google by our provider, and what became of them."""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import trio

from photofs.emulators.google import Account
from photofs.emulators.google.state import Item
from photofs.emulators.pictures import make_jpeg
from photofs.metadata.head import read_head
from photofs.metadata.stamping import stamp_head
from photofs.providers.google.writing import SendingManner
from photofs.providers.port import Upload, Uploaded, Writes
from tests.support.google_library import Emulated
from tests.support.uploads import Heard, upload_of

QUICK = {"lull": 0}
"""A batch waits for nothing that is not on its way."""

BY_SESSION = {**QUICK, "raw_below": 0}
"""Each file goes by a session."""

USUAL = SendingManner()


@asynccontextmanager
async def writes_to(service: Emulated, **config: object) -> AsyncIterator[Writes]:
    """What can be changed there; kinds of files are told by their bytes."""
    service.tools = replace(service.tools, read_head=read_head, stamp_head=stamp_head)
    async with service.provider(**config) as provider:
        assert provider.abilities.writes is not None
        yield provider.abilities.writes


def pictures(folder: Path, number: int, first: int = 500) -> list[Upload]:
    """So many files to be sent, in order."""
    return [
        upload_of(
            folder,
            make_jpeg(first + each, width=64, height=48),
            name=f"IMG_{each:04}.jpg",
            key=f"{first + each:032x}",
        )
        for each in range(number)
    ]


async def upload_all(writes: Writes, uploads: Sequence[Upload]) -> list[Uploaded | Exception]:
    """All at once, as the agent does; what came of each, in order."""
    told: dict[str, Uploaded | Exception] = {}

    async def one(upload: Upload) -> None:
        assert writes.upload is not None
        with writes.coming():
            try:
                told[upload.key] = await writes.upload(upload, Heard())
            except Exception as error:  # noqa: BLE001 - told to the test
                told[upload.key] = error

    async with trio.open_nursery() as nursery:
        for upload in uploads:
            nursery.start_soon(one, upload)
    return [told[upload.key] for upload in uploads]


def ours(account: Account) -> list[Item]:
    """What clients have uploaded, in the order in which it was made."""
    return [item for item in account.state.items.values() if item.owner]


def hashes(account: Account) -> list[str]:
    """The hashes of all bytes that clients have uploaded."""
    return sorted(item.sha256 for item in ours(account))


def sent_hashes(uploads: Sequence[Upload]) -> list[str]:
    """The same of files."""
    return sorted(hashlib.sha256(upload.path.read_bytes()).hexdigest() for upload in uploads)


def calls_of(service: Emulated) -> Callable[[], int]:
    """How many calls were counted since, of the day's."""
    before = sum(service.emulator.calls.values())
    return lambda: sum(service.emulator.calls.values()) - before
