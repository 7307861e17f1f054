"""A folder behind the port. A listing is all there is, if all of it could be listed.

So what is deleted there goes from the tree, after the second listing without it, an hour after the
first (docs/SEMANTICS.md, "Facts have a time"). A disk that is not there is trouble and tells
nothing (attached.py). Streams are independent of a scan and of each other.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

import msgspec
import trio

from photofs.model.errors import Gone, NotAttached, NotFound, Refused
from photofs.model.observation import Inventory, Observation, PhotoSeen, Progress, ScanEnd
from photofs.model.span import Span
from photofs.providers.archives.member import Packing
from photofs.providers.archives.member_stream import MemberStream
from photofs.providers.archives.ours import our_folders
from photofs.providers.archives.provider import Steps
from photofs.providers.archives.ref import open_ref, read_ref
from photofs.providers.archives.slices import in_worker
from photofs.providers.archives.sweep import finding
from photofs.providers.archives.tgz import TgzParts
from photofs.providers.archives.told import Note, Told
from photofs.providers.folder import attached
from photofs.providers.folder.albums import albums_of
from photofs.providers.folder.mirror_list import not_whole, read_list
from photofs.providers.folder.telling import Telling, id_of
from photofs.providers.folder.tree import Tree, walk
from photofs.providers.port import Abilities, Folders, OriginalStream, Tools

AGAIN_NS: Final = 65 * 60 * 10**9
"""After a listing without something that was there: the next one, which may confirm that."""

BREATH: Final = 32
"""Files between two pauses: each new one costs a read."""

_RULES: Final = 2
"""Rises when the same folder would be told differently."""


class _Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`again_ns`: from then on the folder is listed anew even if nothing has changed; 0: never."""

    rules: int
    files: str
    again_ns: int = 0

    def is_still(self, files: str, now_ns: int) -> bool:
        """Whether another listing would tell nothing new."""
        due = self.again_ns and now_ns >= self.again_ns
        return (self.rules, self.files) == (_RULES, files) and not due


class FolderProvider:
    """The pictures under one folder."""

    def __init__(self, path: Path, tools: Tools) -> None:
        """The path need not be there now."""
        self._path = path
        self._tools = tools

    @property
    def abilities(self) -> Abilities:
        """Lengths are known, hashes are not: SHA256SUMS is only somebody's word."""
        return Abilities(
            lists_everything=True,
            reports_size=True,
            reports_hash=False,
            supports_ranges=True,
            folders=frozenset(Folders),
            local=True,
            keeps_exact_bytes=True,
        )

    async def changes(self, cursor: str | None) -> AsyncIterator[Observation]:
        """All there is, or nothing but the end if no file came, went or changed.

        Raises NotFound if the folder is not there or holds no file at all, NotAttached if a disk
        is away that was there before.
        """
        tree, here = await trio.to_thread.run_sync(self._look)
        now_ns = self._tools.now_ns()
        files, known = tree.fingerprint(), _read_cursor(cursor)
        if known is not None and known.is_still(files, now_ns):
            yield ScanEnd(cursor=cursor, full=False)
            return
        state = self._tools.small_state
        told = Told(state)
        before = {seen.remote_id: seen for seen in told.all_before()}
        listed: set[str] = set()
        with closing(self._steps(tree, here, told, before, listed)) as steps:
            ended = False
            while not ended:
                batch, ended = await trio.to_thread.run_sync(in_worker, steps)
                for one in batch:
                    if isinstance(one, Note):
                        state.put(one.key, one.value)
                    else:
                        yield one
        if tree.whole:
            attached.note(state, here)
        lost = not tree.whole or not before.keys() <= listed
        again_ns = now_ns + AGAIN_NS if lost else 0
        end = msgspec.json.encode(_Cursor(_RULES, files, again_ns)).decode()
        yield ScanEnd(cursor=end, full=True)

    def _look(self) -> tuple[Tree, attached.Attached]:
        """What lies there, on disks that are all there."""
        tree = walk(self._path, our_folders(self._tools.own_folders))
        here = attached.check(self._tools.small_state, tree)
        if not tree.files:
            raise NotFound(
                f"{self._path} holds no file at all",
                safe="what was read from it before is kept",
                remedy="attach the disk that holds the pictures, or put them back",
            )
        return tree, here

    def _look_again(self) -> Tree:
        """What lies there; NotAttached if that is nothing at all."""
        try:
            return self._look()[0]
        except NotFound as error:
            raise NotAttached(error.what, safe=error.safe, remedy=error.remedy) from error

    def _steps(
        self,
        tree: Tree,
        here: attached.Attached,
        told: Told,
        before: dict[str, PhotoSeen],
        listed: set[str],
    ) -> Steps:
        """A full scan but for its end, for a worker thread; `listed` fills with ids."""
        is_mirror = bool(here.mirror)
        mirror_list = read_list(tree, is_mirror=is_mirror)
        telling = Telling(tree, self._tools, mirror_list, before, is_mirror)
        troubles = [*tree.troubles, *([mirror_list.trouble] if mirror_list.trouble else [])]
        yield from map(finding, troubles)
        yield from not_whole(mirror_list)
        members, paths = telling.members(), []
        for done, member in enumerate(members):
            bare = telling.bare(member)
            if bare is None:
                yield from telling.no_medium(member)
                continue
            yield telling.photo(member, bare)
            yield from told.add(bare)
            listed.add(bare.remote_id)
            paths.append(member.path)
            if done % BREATH == 0:
                yield Progress(done=done, total=len(members), unit="files")
        yield from albums_of(tree, mirror_list, paths, self._tools.now_ns(), is_mirror=is_mirror)
        if tree.whole:
            yield Inventory(remote_ids=frozenset(listed))
        yield from told.end()

    async def is_gone(self, remote_id: str) -> bool:
        """Whether no file of that id lies there, while all disks are."""
        tree = await trio.to_thread.run_sync(self._look_again)
        return tree.whole and remote_id not in map(id_of, tree.files)

    @asynccontextmanager
    async def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AsyncIterator[OriginalStream]:
        """The file's bytes. Gone if it is another by now; NotAttached if its disk is away."""
        del person
        told = read_ref(ref)
        if told.member.part or told.member.packing is not Packing.FILE:
            raise Gone("no folder holds this file", remedy="run photofs scan")
        try:
            reader = await trio.to_thread.run_sync(open_ref, self._path, told, TgzParts())
        except Gone:
            await trio.to_thread.run_sync(self._look_again)  # unless the disk is away
            raise
        try:
            yield MemberStream(told.member, reader, span)
        finally:
            reader.close()


def _read_cursor(text: str | None) -> _Cursor | None:
    try:
        return msgspec.json.decode(text or "", type=_Cursor)
    except msgspec.DecodeError:
        return None


@asynccontextmanager
async def open_provider(
    config: Mapping[str, object], tools: Tools
) -> AsyncIterator[FolderProvider]:
    """The pictures under `config["path"]`, an absolute path of a folder; Refused if it is none."""
    path = config.get("path")
    if not isinstance(path, str) or not path or not Path(path).is_absolute():
        raise Refused(
            "a library from a folder needs that folder's absolute path",
            remedy="photofs library add folder PATH",
        )
    yield FolderProvider(Path(path), tools)
