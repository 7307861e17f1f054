"""A folder of archives behind the port: parts, an unpacked tree, or both; or one part.

What differs from one kind of export to another is in `Export`. Reading order and concurrency: a
scan lists the parts, reads each once in worker threads, slice by slice, and keeps only facts; it
can be left between any two slices. Streams are independent of it and of each other. Nothing in the
folder is ever written.
"""

from collections.abc import AsyncIterator, Callable, Generator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
import trio

from photofs.model.errors import NotFound, Refused
from photofs.model.observation import Observation, ScanEnd
from photofs.model.span import Span
from photofs.providers.archives.member_stream import MemberStream
from photofs.providers.archives.ours import our_folders
from photofs.providers.archives.parts import Parts, find_parts, only_archives
from photofs.providers.archives.ref import open_ref, read_ref
from photofs.providers.archives.slices import in_worker
from photofs.providers.archives.tgz import TgzParts
from photofs.providers.archives.told import Note, PiledIds, Told
from photofs.providers.port import Abilities, Folders, OriginalStream, Tools

Steps = Generator[Observation | Note | None, None, None]
"""A full scan but for its ScanEnd, with pauses (None) and the notes for the next scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One kind of export.

    `name`, `parts` and `command` are its words in sentences to the user: what it is called, which
    files it comes in, and what adds it. `rules` rises when the same parts would be told
    differently: then an older cursor is worth nothing. `unpacked` are the names of folders that
    hold an unpacked export, in which no part is looked for. `marks`: by each export that can be
    read by itself, what changes when a part of it does.
    """

    name: str
    parts: str
    command: str
    rules: int
    folders: frozenset[Folders]
    scan: Callable[[Parts, TgzParts, Tools, Told], Steps]
    unpacked: frozenset[str] = frozenset()
    marks: Callable[[Parts], dict[str, str]] = lambda _parts: {}


class _Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rules: int
    parts: str
    marks: dict[str, str] = {}


class ArchiveProvider:
    """The exports of one kind under one path."""

    def __init__(self, export: Export, path: Path, tools: Tools) -> None:
        """The path need not exist yet."""
        self._export = export
        self._path = path
        self._tools = tools
        self._tgz_parts = TgzParts()

    @property
    def abilities(self) -> Abilities:
        """Checksums are in archives; an unpacked tree has none."""
        return Abilities(
            lists_everything=False,
            reports_size=True,
            reports_hash=only_archives(self._path),
            supports_ranges=True,
            folders=self._export.folders,
            local=True,
        )

    async def changes(self, cursor: str | None) -> AsyncIterator[Observation]:
        """All there is; what is new, where only exports came; nothing if no part changed.

        Raises NotFound if the folder is not there, or holds nothing at all: an unmounted disk looks
        like that, and is no reason to call photos missing.
        """
        parts = await trio.to_thread.run_sync(self._find_parts)
        if not parts.archives and not parts.tree:
            raise NotFound(
                f"{self._path} holds no {self._export.name}",
                safe="what was read from it before is kept",
                remedy=f"put the {self._export.parts} there, or attach the disk that holds them",
            )
        here = _Cursor(self._export.rules, parts.fingerprint(), self._export.marks(parts))
        last = _read_cursor(cursor) if cursor is not None else None
        same_rules = last is not None and last.rules == here.rules
        if last is not None and same_rules and last.parts == here.parts:
            yield ScanEnd(cursor=cursor, full=False)
            return
        state = self._tools.small_state
        async with _closed_aside(self._tools.new_pile()) as pile:
            since = last.marks if last is not None and same_rules else None
            told = Told(state, since, PiledIds(pile))
            steps = self._export.scan(parts, self._tgz_parts, self._tools, told)
            async with _closed_aside(steps):
                ended = False
                while not ended:
                    batch, ended = await trio.to_thread.run_sync(in_worker, steps)
                    for one in batch:
                        if isinstance(one, Note):
                            state.put(one.key, one.value)
                        else:
                            yield one
        yield ScanEnd(cursor=msgspec.json.encode(here).decode(), full=not told.partial)

    async def is_gone(self, remote_id: str) -> bool:
        """Never: what a later export does not hold was not deleted by that."""
        del remote_id
        await trio.lowlevel.checkpoint()
        return False

    def _find_parts(self) -> Parts:
        ours = our_folders(self._tools.own_folders)
        return find_parts(self._path, self._export.unpacked, ours)

    @asynccontextmanager
    async def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AsyncIterator[OriginalStream]:
        """The member's bytes. Gone if the part or the file is not there any more.

        A span of a deflated zip member costs decompressing what stands before it, a span of a tgz
        member decompressing the part from the last mark (archives/gzip_stream.py).
        """
        del person
        told = read_ref(ref)
        reader = await trio.to_thread.run_sync(open_ref, self._path, told, self._tgz_parts)
        try:
            yield MemberStream(told.member, reader, span)
        finally:
            reader.close()

    def close(self) -> None:
        """Close the streams that were kept for the next reader."""
        self._tgz_parts.close()


class _Closes(Protocol):
    """What lets go of something on the disk."""

    def close(self) -> None:
        """Let go of it."""
        ...


Closed = TypeVar("Closed", bound=_Closes)


@asynccontextmanager
async def _closed_aside(thing: Closed) -> AsyncIterator[Closed]:
    """Closed in a thread, whatever ends the block: a pile of a great export takes the disk long."""
    try:
        yield thing
    finally:
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(thing.close)


def _read_cursor(text: str) -> _Cursor | None:
    try:
        return msgspec.json.decode(text, type=_Cursor)
    except msgspec.DecodeError:
        return None


@asynccontextmanager
async def open_archives(
    export: Export, config: Mapping[str, object], tools: Tools
) -> AsyncIterator[ArchiveProvider]:
    """The exports under `config["path"]`, an absolute path of a folder or of one part.

    Refused if it is no such path.
    """
    path = config.get("path")
    if not isinstance(path, str) or not path or not Path(path).is_absolute():
        raise Refused(
            f"a library from a {export.name} needs the absolute path of its folder",
            remedy=export.command,
        )
    provider = ArchiveProvider(export, Path(path), tools)
    try:
        yield provider
    finally:
        provider.close()
