"""Fetching what was picked, within the hour of its addresses, into a folder of picks."""

import hashlib
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import trio

from photofs.model.errors import Quota, RemoteError, Unauthorised
from photofs.model.photo import Media
from photofs.providers.google import picker
from photofs.providers.google.answers import Record
from photofs.providers.google.api import Api
from photofs.providers.google.picks import Pick, Picks, disk_errors
from photofs.providers.google.records import (
    FAILED,
    FAILED_NOTE,
    READY,
    SUFFIXES,
    number,
    part,
    text,
)
from photofs.providers.transport.client import Client
from photofs.providers.transport.retrying import Retrying
from photofs.providers.transport.stream import (
    HttpStream,
    Missing,
    Unwelcome,
    Wanted,
    open_stream,
)

AT_ONCE = 4
"""Downloads side by side: enough to fill a home line."""

PASSES = 3
"""Times that the session is listed: what was refused by an old address gets one of now."""

FETCHING = Retrying(deadline=4 * 3600.0)
"""Of one item: a film of 20 GB takes its time."""


@dataclass(slots=True)
class Taken:
    """What came of a session: items that are here now, those that were here before, and the rest.

    `waiting`: videos that Google still works on. `failed`: why others are not here, by file name.
    `never`: likewise those that no later run will bring.
    """

    new: int = 0
    known: int = 0
    waiting: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    never: dict[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether nothing is left in the session that may yet come."""
        return not self.waiting and not self.failed

    @property
    def listed(self) -> int:
        """How many items it held, as far as their names tell them apart."""
        return self.new + self.known + self.waiting + len(self.failed) + len(self.never)

    def add(self, later: "Taken") -> None:
        """Count what came of a later session as well."""
        self.new += later.new
        self.known += later.known
        self.waiting += later.waiting
        self.failed |= later.failed
        self.never |= later.never


Tell = Callable[[int], object]
"""Hears how many items are here by now."""


class Picking:
    """One session's fetching; it may be left and begun again at any moment."""

    def __init__(self, api: Api, client: Client, picks: Picks, tell: Tell) -> None:
        """Nothing is asked yet."""
        self._api = api
        self._client = client
        self._picks = picks
        self._tell = tell
        self._here: set[str] = set()

    async def take(self, session_id: str) -> Taken:
        """Fetch all that is not here. Raises Unauthorised, Quota, StoreError, Temporary."""
        taken = Taken()
        for _pass in range(PASSES):
            taken.waiting, taken.failed = 0, {}
            async with aclosing(picker.picked(self._api, session_id)) as listing:
                async for page in listing:
                    await self._take_page(page.records, taken)
            if not taken.failed:
                break
        return taken

    async def _take_page(self, records: list[Record], taken: Taken) -> None:
        """A page's items, some at a time, each told once it is here."""
        waiting = iter(records)

        async def work() -> None:
            for record in waiting:
                await self._take(record, taken)

        async with trio.open_nursery() as nursery:
            for _worker in range(AT_ONCE):
                nursery.start_soon(work)

    async def _take(self, record: Record, taken: Taken) -> None:
        """One item; trouble with it leaves the others alone."""
        item, file = text(record, "id"), part(record, "mediaFile") or {}
        if item is None or item in self._here:
            return
        if await trio.to_thread.run_sync(self._picks.has, item):
            self._here.add(item)
            taken.known += 1
            return
        name = text(file, "filename") or item
        if (status := status_of(file)) != READY:
            if status == FAILED:
                taken.never[name] = FAILED_NOTE
            else:
                taken.waiting += 1
            return
        try:
            once = partial(self._fetch, item, record, file)
            pick = await FETCHING.run(once, "fetching what was picked")
        except (Unauthorised, Quota):
            raise
        except RemoteError as error:
            taken.failed[name] = error.what
            return
        if pick is None:
            taken.failed[name] = "Google does not hand it out now"
            return
        await trio.to_thread.run_sync(self._picks.keep, pick)
        self._here.add(item)
        taken.new += 1
        self._tell(taken.new)

    async def _fetch(self, item: str, record: Record, file: Record) -> Pick | None:
        """The bytes into the item's part file, from the beginning; None if they are refused."""
        url = text(file, "baseUrl") or ""
        media = media_of(record, file)
        token = await self._api.tokens.current()
        login = (("authorization", f"Bearer {token}"),)
        wanted = Wanted(url + SUFFIXES[media], media, headers=login)
        path = self._picks.part_of(item)
        try:
            async with open_stream(self._client, wanted) as stream:
                size, sha256 = await _written(path, stream)
        except Unwelcome:
            self._api.tokens.spoil(token)
            return None
        except Missing:
            return None
        return pick_of(item, record, file, size, sha256)


async def _written(path: Path, stream: HttpStream) -> tuple[int, str]:
    """Write all that comes; its length and SHA-256."""
    size, hashed = 0, hashlib.sha256()
    with disk_errors():
        async with await trio.open_file(path, "wb") as part_file:
            async for chunk in stream:
                await part_file.write(chunk)
                hashed.update(chunk)
                size += len(chunk)
    return size, hashed.hexdigest()


def status_of(file: Record) -> str:
    """How far Google is with a video; READY for all else."""
    metadata = part(file, "mediaFileMetadata") or {}
    return text(part(metadata, "videoMetadata") or {}, "processingStatus") or READY


def media_of(record: Record, file: Record) -> Media:
    """Picture or video."""
    kind, mime = text(record, "type"), text(file, "mimeType") or ""
    return Media.VIDEO if kind == "VIDEO" or mime.startswith("video/") else Media.PICTURE


def pick_of(item: str, record: Record, file: Record, size: int, sha256: str) -> Pick:
    """The facts of an item whose bytes are here."""
    metadata = part(file, "mediaFileMetadata") or {}
    return Pick(
        item=item,
        file_name=text(file, "filename") or "",
        mime=text(file, "mimeType") or "",
        created=text(record, "createTime") or "",
        width=number(metadata.get("width")) or 0,
        height=number(metadata.get("height")) or 0,
        size=size,
        sha256=sha256,
        picked=datetime.now(UTC),
    )
