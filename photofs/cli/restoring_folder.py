"""Copies what a mirror or a folder holds into a library, as if a program had copied it in.

Album by album, in the albums' order, so that the service gets them in it; then what is in none.
Each file comes in once, under a key made of its bytes: a command that was cut short is simply given
again. What the library has already, by its bytes, only joins its albums.
"""

import hashlib
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.cli.mirror_reading import FolderRead, open_folder
from photofs.cli.output import shell_word
from photofs.cli.restoring import Deleted, Restoring, Told
from photofs.metadata.exif import read_exif
from photofs.metadata.stamping import exif_place
from photofs.model.errors import Corrupt, Full, NotFound, PhotofsError, Rationed, Refused
from photofs.model.head import HEAD_LENGTH
from photofs.model.mirror import Cut
from photofs.model.node import folder_ino, photo_ino, row_id
from photofs.model.observation import AlbumSeen, PhotoSeen
from photofs.model.spot import Written
from photofs.model.wish import Asker
from photofs.providers.port import Provider
from photofs.wishing.album_wishes import AlbumWishes

EVERY = 100
"""Photos between two words on how far it is."""


@dataclass
class Restored:
    """What came of it. `untrashed`: of those that were there, how many come out of Trash.

    `unlisted`: photos that the mirror's list of albums does not name.

    `untold`: facts that the service does not take, and of how many photos.

    `collections`: folders of albums, which no service lets a program make.
    """

    copied: int = 0
    bytes: int = 0
    there: int = 0
    untrashed: int = 0
    albums: int = 0
    left: int = 0
    unlisted: int = 0
    collections: int = 0
    untold: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, object]:
        """For --json."""
        return {**vars(self), "untold": dict(self.untold)}


async def restore_folder(
    house: House, catalog: Catalog, root: Path, library: str, *, dry_run: bool
) -> Restored:
    """Bring all of it in; NotFound, NotAttached, ReadOnly, Full."""
    _check_library(catalog, library)  # reading a mirror may take hours
    async with open_folder(house, root) as (provider, read):
        run = _Run(house, catalog, library, provider, read)
        run.dry_run = dry_run
        for album in read.albums:
            await run.album(album)
        for remote_id in read.photos:
            await run.photo(remote_id)
        return run.done


def _check_library(catalog: Catalog, library: str) -> None:
    """NotFound, with how an empty library is made."""
    try:
        catalog.library(library)
    except NotFound as error:
        raise NotFound(
            error.what,
            safe="nothing was read or copied",
            remedy=f"`photofs library list` shows what there is; `photofs login flickr --name"
            f" {shell_word(library)}` adds an account",
        ) from error


class _Digest(NamedTuple):
    """Of a file's bytes: their SHA-256, how many, and the first of them."""

    sha256: str
    size: int
    head: bytes


class _Run:
    """One restore into one library."""

    def __init__(
        self, house: House, catalog: Catalog, library: str, provider: Provider, read: FolderRead
    ) -> None:
        self._catalog, self._provider, self._read = catalog, provider, read
        self._name = library
        self._library = catalog.library(library).library_id
        self._asker = Asker(os.getpid(), "photofs restore")
        self._wishing = house.wishing(catalog)
        self._wishing.desk(self._library).check_writable()
        self._store = house.store()
        self._restoring = Restoring(house, catalog, self._asker)
        self._inodes: dict[str, int | None] = {}
        self._by_hash: dict[str, int] = {}
        self._cuts: dict[str, Cut] = {}
        self.dry_run = False
        self.done = Restored(left=read.left, unlisted=read.unlisted, collections=read.collections)
        self._heads: dict[str, bytes] = {}

    async def album(self, album: AlbumSeen) -> None:
        """An album with its photos, in its order; one of which nothing is here is not made."""
        members = [each for each in album.members if each in self._read.photos]
        if not members:
            return
        self.done.albums += 1
        folder = None if self.dry_run else folder_ino(self._album_folder(album.title))
        for remote_id in members:
            ino = await self.photo(remote_id)
            if ino is not None and folder is not None:
                self._restoring.link(ino, folder, _name(self._read.photos[remote_id]))

    async def photo(self, remote_id: str) -> int | None:
        """A photo's inode in the library, brought in if it was not yet; None if it could not be."""
        if remote_id not in self._inodes:
            self._inodes[remote_id] = await self._once(self._read.photos[remote_id])
            if len(self._inodes) % EVERY == 0:
                total = len(self._read.photos)
                print(f"{len(self._inodes):,} of {total:,} photos", file=sys.stderr)
        return self._inodes[remote_id]

    async def _once(self, seen: PhotoSeen) -> int | None:
        try:
            return await self._bring(seen)
        except (Full, Rationed):
            raise
        except PhotofsError as error:
            self.done.failed.append(f"{seen.remote_id}: {error.what}")
            return None

    async def _bring(self, seen: PhotoSeen) -> int | None:
        """One photo; the same bytes under two names are one."""
        sha256, size = await self._hash(seen)
        there = self._by_hash.get(sha256, self._known(sha256))
        if there is not None:
            self.done.there += 1
            self.done.untrashed += self._is_in_trash(there)
        else:
            self.done.copied += 1
            self.done.bytes += size
            self._count_untold(seen)
        self._heads.pop(seen.remote_id, None)
        if self.dry_run:
            self._by_hash[sha256] = 0
            return None
        ino = await self._copy(seen, sha256, size) if there is None else there
        self._by_hash[sha256] = ino
        if there is None:
            self._describe(ino, seen)
        else:
            self._wishing.restore([row_id(ino)], self._asker)
        if seen.archived:
            self._telling("archive", lambda: self._restoring.archive(ino, self._name, _name(seen)))
        if seen.favorite:
            self._telling("favorites", lambda: self._restoring.mark(ino, self._name, _name(seen)))
        return ino

    def _known(self, sha256: str) -> int | None:
        """The photo of the library's account that has these bytes already, in Trash or not."""
        source, _can = self._catalog.writes_of_library(self._library)
        found = self._catalog.with_hash(self._library, sha256, 0, source or 0)
        return None if found is None else photo_ino(found)

    def _is_in_trash(self, ino: int) -> bool:
        """Whether a photo that is there lies in Trash; 0 is one that a dry run would bring."""
        return ino != 0 and bool(self._catalog.photo(row_id(ino)).trashed)

    async def _hash(self, seen: PhotoSeen) -> tuple[str, int]:
        """The hash and length of a file; Corrupt if the mirror's own list has another hash."""
        whole = await self._digest(seen)
        listed = self._read.hash_of(seen.remote_id)
        if listed and whole.sha256 != listed:
            raise Corrupt("its bytes are not those that the mirror's list names: it is damaged")
        self._heads[seen.remote_id] = whole.head
        original = self._read.originals.get(seen.remote_id)
        if not original:
            return whole.sha256, whole.size
        cut = exif_place(whole.head)
        if cut is not None:
            self._cuts[seen.remote_id] = cut
            without = await self._digest(seen)
            if without.sha256 == original:
                self._heads[seen.remote_id] = without.head
                return original, without.size
            del self._cuts[seen.remote_id]
        self.done.untold["originals: facts were written into the mirror's copy"] += 1
        return whole.sha256, whole.size

    def _count_untold(self, seen: PhotoSeen) -> None:
        """What no service lets a program tell, though the mirror has it."""
        if seen.people:
            self.done.untold["people: no service lets a program name them"] += 1
        told = read_exif(self._heads[seen.remote_id]) if seen.position else None
        if seen.position and not (told and told.position):
            self.done.untold["positions: the picture itself does not tell its place"] += 1

    async def _digest(self, seen: PhotoSeen) -> "_Digest":
        """Hash, length and first bytes of what would be uploaded."""
        digest, size, head = hashlib.sha256(), 0, bytearray()
        async with aclosing(self._parts(seen)) as parts:
            async for chunk in parts:
                digest.update(chunk)
                size += len(chunk)
                head += chunk[: HEAD_LENGTH - len(head)]
        return _Digest(digest.hexdigest(), size, bytes(head))

    async def _parts(self, seen: PhotoSeen) -> AsyncGenerator[bytes, None]:
        """A file's bytes, without what was put into it, where that is known."""
        cut, at = self._cuts.get(seen.remote_id, Cut(0, 0)), 0
        async with self._provider.open_original(seen.ref, None) as stream:
            async for chunk in stream:
                yield chunk[: max(cut.at - at, 0)]
                yield chunk[max(cut.at + cut.size - at, 0) :]
                at += len(chunk)

    async def _copy(self, seen: PhotoSeen, sha256: str, size: int) -> int:
        """Into Unsorted, with its bytes, once; its inode."""
        key = f"{self._library}:restored:{sha256}"
        ino, written = self._restoring.once(self._name, _name(seen), key)
        if written is not None:
            await self._fill(seen, written, sha256)
            self._wishing.written(ino, size, time.time_ns())
        return ino

    async def _fill(self, seen: PhotoSeen, written: Written, sha256: str) -> None:
        """The bytes, whole and on the disk; else none."""
        fd = self._store.written.open_for_writing(written.draft)
        try:
            os.ftruncate(fd, 0)
            digest = hashlib.sha256()
            async with aclosing(self._parts(seen)) as parts:
                async for chunk in parts:
                    digest.update(chunk)
                    self._store.written.append(fd, chunk)
            if digest.hexdigest() != sha256:
                os.ftruncate(fd, 0)
                raise Corrupt("its file was changed while it was read")
            self._store.written.sync(fd, name_too=True)
        finally:
            os.close(fd)

    def _describe(self, ino: int, seen: PhotoSeen) -> None:
        """Title, date, tags and description, each as far as the service takes it."""
        photo = self._catalog.photo(row_id(ino))
        told = Deleted(
            library=self._name,
            sha256="",
            size=0,
            name=_name(seen),
            title=seen.title,
            description=seen.description,
            tags=list(seen.tags),
            told=Told(taken=seen.taken),
        )
        local = seen.taken.local if seen.taken else None
        if local is not None and photo.taken_local == local.isoformat():
            told = _undated(told)
        for what, step in self._restoring.steps(ino, told):
            self._telling(what, step)

    def _telling(self, what: str, step: Callable[[], object]) -> None:
        """Tell one fact; what the service does not take is counted."""
        try:
            step()
        except (Refused, NotFound) as error:
            self.done.untold[f"{what}: {error.what}"] += 1

    def _album_folder(self, title: str) -> int:
        """The folder of the library's album of that title, made if there is none."""
        folder = self._catalog.folder_of_title(self._library, title)
        if folder is None:
            with self._wishing.change():
                desk = self._wishing.desk(self._library)
                action = self._catalog.act(self._library, self._asker, time.time_ns())
                AlbumWishes(desk).make_anew(title, action, instead_of=None)
            folder = self._catalog.folder_of_title(self._library, title)
        if folder is None:
            raise Refused(
                f"the album {title!r} cannot be made",
                safe="what was copied in stays",
                remedy="make it at the service, and give the same command again",
            )
        return folder


def _name(seen: PhotoSeen) -> str:
    """The file's name."""
    return seen.file_name or seen.remote_id.rpartition("/")[2]


def _undated(told: Deleted) -> Deleted:
    """The same without a date: it is shown so already."""
    return Deleted(**{**{key: getattr(told, key) for key in told.__struct_fields__}, "told": None})
