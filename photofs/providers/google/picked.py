"""What was picked from a Google library, as a source of its own: files on this disk.

Google gives such an item once; so this folder is all that there is of it. The Picker tells no
albums, texts, places or favourites.
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import trio

from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.errors import Gone, Misconfigured, NotFound
from photofs.model.observation import (
    ContentHash,
    HashKind,
    Observation,
    PhotoSeen,
    Progress,
    ScanEnd,
)
from photofs.model.photo import Fidelity, Media, PixelSize
from photofs.model.span import Span
from photofs.providers.google.picks import Pick, Picks, disk_errors
from photofs.providers.google.records import (
    PICTURE_NOTE,
    VIDEO_NOTE,
    extension_of,
    instant_of,
)
from photofs.providers.port import Abilities, Folders, Provider, Tools

ABILITIES = Abilities(
    lists_everything=False,
    reports_size=True,
    reports_hash=True,
    supports_ranges=True,
    folders=frozenset({Folders.VIDEOS}),
    local=True,
)
CHUNK = 256 << 10


class Ref(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which of the picks."""

    pick: str


class FileStream:
    """An OriginalStream over a file that nobody changes."""

    def __init__(self, descriptor: int, size: int, pick: Pick, span: Span | None) -> None:
        """Whoever opened it closes it."""
        self.total: int | None = size
        self.start = 0 if span is None else min(max(span.start, 0), size)
        self._stop = size if span is None else min(span.stop, size)
        self.hash: ContentHash | None = ContentHash(HashKind.SHA256, pick.sha256)
        self.validator: str | None = pick.sha256
        self._descriptor = descriptor
        self._at = self.start

    def __aiter__(self) -> "FileStream":
        """Itself: a stream is read once."""
        return self

    async def __anext__(self) -> bytes:
        """The next chunk of up to 256 KiB."""
        count = min(CHUNK, self._stop - self._at)
        if count <= 0:
            raise StopAsyncIteration
        with disk_errors():
            chunk = await trio.to_thread.run_sync(os.pread, self._descriptor, count, self._at)
        if not chunk:
            raise StopAsyncIteration
        self._at += len(chunk)
        return chunk


class PickedProvider:
    """One folder of picks."""

    def __init__(self, picks: Picks) -> None:
        """The folder need not be there yet: nothing was picked."""
        self.abilities = ABILITIES
        self._picks = picks

    async def changes(self, cursor: str | None) -> AsyncIterator[Observation]:
        """All there is, or nothing but the end if nothing was added."""
        await trio.to_thread.run_sync(self._picks.make)
        here = await trio.to_thread.run_sync(self._picks.mark)
        if cursor == here:
            yield ScanEnd(cursor=cursor, full=False)
            return
        found = await trio.to_thread.run_sync(lambda: list(self._picks.all()))
        for pick in found:
            there = await trio.to_thread.run_sync(self._picks.path_of(pick.item).exists)
            yield self._seen(pick, missing=not there)
        yield Progress(done=len(found), total=len(found), unit="photos")
        yield ScanEnd(cursor=here, full=True)

    def _seen(self, pick: Pick, *, missing: bool) -> PhotoSeen:
        video = pick.mime.startswith("video/")
        media = Media.VIDEO if video else Media.PICTURE
        instant = instant_of(pick.created)
        return PhotoSeen(
            remote_id=pick.item,
            media=media,
            content_key=pick.sha256[:24],
            ref=msgspec.json.encode(Ref(pick.item)).decode(),
            as_of_ns=int(pick.picked.timestamp()) * 10**9,
            file_name=pick.file_name or None,
            extension=extension_of(pick.mime, media),
            taken=None if instant is None else TakenFact(by=TakenBy.SERVICE, instant=instant),
            pixels=PixelSize(pick.width, pick.height) if pick.width and pick.height else None,
            size=pick.size,
            hash=ContentHash(HashKind.SHA256, pick.sha256),
            fidelity=Fidelity.RECOMPRESSED,
            fidelity_note=VIDEO_NOTE if video else PICTURE_NOTE,
            missing=missing,
        )

    async def is_gone(self, remote_id: str) -> bool:
        """Never: what was picked is no list of what there is."""
        del remote_id
        await trio.lowlevel.checkpoint()
        return False

    @asynccontextmanager
    async def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AsyncIterator[FileStream]:
        """The bytes; NotFound if the ref is none of ours, Gone if the file was taken away."""
        del person
        pick = await trio.to_thread.run_sync(self._pick_of, ref)
        try:
            descriptor = os.open(self._picks.path_of(pick.item), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise Gone(
                "the file of what was picked is not there any more",
                safe="other photos are not touched",
                remedy="pick it again: photofs pick google",
            ) from error
        try:
            yield FileStream(descriptor, os.fstat(descriptor).st_size, pick, span)
        finally:
            os.close(descriptor)

    def _pick_of(self, ref: str) -> Pick:
        try:
            pick = self._picks.get(msgspec.json.decode(ref, type=Ref).pick)
        except (msgspec.DecodeError, UnicodeError):
            pick = None
        if pick is None:
            raise NotFound("nothing of that kind was picked")
        return pick


@asynccontextmanager
async def open_provider(config: Mapping[str, object], tools: Tools) -> AsyncIterator[Provider]:
    """The picks in the folder that `config` names: {"folder": an absolute path}."""
    folder = config.get("folder")
    if not isinstance(folder, str) or not folder.startswith("/"):
        raise Misconfigured(
            "the source of this library does not say where its picks are",
            remedy="remove the library and add it again",
        )
    del tools
    yield PickedProvider(Picks(Path(folder)))
