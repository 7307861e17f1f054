"""Google Takeout behind the port: a folder of parts, an unpacked tree, or both; or one part.

Reading order and concurrency: a scan lists the parts, reads each once in worker threads, slice by
slice, and keeps only facts; it can be left between any two slices. Streams are independent of it
and of each other. Nothing in the folder is ever written.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path

import msgspec
import trio

from photofs.model.errors import NotFound, Refused
from photofs.model.observation import Observation, ScanEnd
from photofs.model.span import Span
from photofs.providers.archives.member_stream import MemberStream
from photofs.providers.archives.parts import find_parts, only_archives
from photofs.providers.archives.ref import open_ref, read_ref
from photofs.providers.archives.slices import in_worker
from photofs.providers.archives.tgz import TgzParts
from photofs.providers.archives.told import Note, Told
from photofs.providers.port import Abilities, Folders, OriginalStream, Tools
from photofs.providers.takeout.exports import TOP
from photofs.providers.takeout.scan import Scan

RULES = 1
"""Rises when the same parts would be told differently: then a cursor is worth nothing."""


class _Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rules: int
    parts: str


class TakeoutProvider:
    """Exports under one path."""

    def __init__(self, path: Path, tools: Tools) -> None:
        """The path need not exist yet."""
        self._path = path
        self._tools = tools
        self._tgz_parts = TgzParts()

    @property
    def abilities(self) -> Abilities:
        """Checksums are in archives; an unpacked tree has none."""
        return Abilities(
            lists_everything=False,
            keeps_exact_bytes=True,
            reports_size=True,
            reports_hash=only_archives(self._path),
            supports_ranges=True,
            folders=frozenset({Folders.FAVORITES, Folders.ARCHIVE, Folders.VIDEOS, Folders.TRASH}),
            local=True,
        )

    async def changes(self, cursor: str | None) -> AsyncIterator[Observation]:
        """All there is, or nothing but the end if no part came, went or changed.

        Raises NotFound if the folder is not there, or holds nothing at all: an unmounted disk looks
        like that, and is no reason to call photos missing.
        """
        parts = await trio.to_thread.run_sync(
            partial(find_parts, self._path, unpacked=frozenset({TOP}))
        )
        if not parts.archives and not parts.tree:
            raise NotFound(
                f"{self._path} holds no Takeout",
                safe="what was read from it before is kept",
                remedy="put the .zip or .tgz parts there, or attach the disk that holds them",
            )
        here = _Cursor(RULES, parts.fingerprint())
        if cursor is not None and _read_cursor(cursor) == here:
            yield ScanEnd(cursor=cursor, full=False)
            return
        state = self._tools.small_state
        with closing(Scan(parts, self._tgz_parts, self._tools, Told(state)).steps()) as steps:
            ended = False
            while not ended:
                batch, ended = await trio.to_thread.run_sync(in_worker, steps)
                for one in batch:
                    if isinstance(one, Note):
                        state.put(one.key, one.value)
                    else:
                        yield one
        yield ScanEnd(cursor=msgspec.json.encode(here).decode(), full=True)

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


def _read_cursor(text: str) -> _Cursor | None:
    try:
        return msgspec.json.decode(text, type=_Cursor)
    except msgspec.DecodeError:
        return None


@asynccontextmanager
async def open_provider(
    config: Mapping[str, object], tools: Tools
) -> AsyncIterator[TakeoutProvider]:
    """The exports under `config["path"]`, an absolute path of a folder or of one archive."""
    path = config.get("path")
    if not isinstance(path, str) or not path or not Path(path).is_absolute():
        raise Refused(
            "a Takeout library needs the absolute path of its folder",
            remedy="photofs library add takeout FOLDER",
        )
    provider = TakeoutProvider(Path(path), tools)
    try:
        yield provider
    finally:
        provider.close()
