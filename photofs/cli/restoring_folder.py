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
from collections.abc import Callable
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.catalog.unread_rows import second_of
from photofs.cli.comparing import Comparing, open_comparing
from photofs.cli.mirror_reading import FolderRead, open_folder
from photofs.cli.restored_bytes import FileBytes, RestoredBytes
from photofs.cli.restoring import Restoring, alone, told_of
from photofs.cli.restoring_checks import check_folder, check_library
from photofs.cli.still_there import Alike, StillThere
from photofs.filing.desk import Desk
from photofs.metadata.exif import read_exif
from photofs.metadata.pixels import read_pixels
from photofs.model.errors import Corrupt, Full, NotFound, PhotofsError, Rationed, Refused
from photofs.model.likeness import Sought
from photofs.model.node import folder_ino, photo_ino, row_id
from photofs.model.observation import AlbumSeen, PhotoSeen
from photofs.model.photo import Fidelity, Media
from photofs.model.spot import Written
from photofs.model.wish import Asker
from photofs.wishing.album_wishes import AlbumWishes

WOULD_BE: Final = -1
"""In place of the inode of what a dry run would copy in."""

SHOWN = 20
"""Files that are left, at the most, that are told by name."""

EVERY = 100
"""Photos between two words on how far it is."""


@dataclass
class Restored:
    """What came of it. `there`: had before, by their bytes; `untrashed` of those come out of Trash.

    `waiting`: of `there`, copied in by an earlier restore, and not sent yet. `alike`: of a dry run,
    those of which photos of the library are asked first whether they are the same; `unsure`: left,
    for nobody can tell, with the reasons. `unread`: photos of the library whose bytes nobody here
    has read; `takes_once`: its service knows the same bytes by itself.

    `favorites`, `archived`: of all that come in or were there, those that are to be it from now on.

    `unasked`: why its service could not be asked whether it still has those that were there.

    `listed`: when the library's account was last listed, in Unix seconds; `trouble`: why not since.

    `albums`: that get photos; `joined` of those are there already, or share one title.

    `left`: files that are no photos as they are now, and `left_such_as` some of their paths;
    `passed_over`: pipes, links out of the folder and the like, each with the reason.

    `unlisted`: photos that the mirror's list of albums does not name; `lacking`: those of which the
    mirror itself says that it has no file.

    `untold`: facts that the service does not take, and of how many photos.

    `collections`: folders of albums, which no service lets a program make.
    """

    copied: int = 0
    bytes: int = 0
    there: int = 0
    waiting: int = 0
    untrashed: int = 0
    alike: int = 0
    unread: int = 0
    takes_once: bool = False
    favorites: int = 0
    archived: int = 0
    listed: float = 0.0
    trouble: str = ""
    unasked: str = ""
    albums: int = 0
    joined: int = 0
    left: int = 0
    left_such_as: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    unlisted: int = 0
    lacking: int = 0
    collections: int = 0
    unsure: list[str] = field(default_factory=list)
    untold: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, object]:
        """For --json."""
        return {**vars(self), "untold": dict(self.untold)}


class Wanted(NamedTuple):
    """How it is to be done: `dry`: only told; `unsure`: what may be there is sent as well."""

    dry: bool = False
    unsure: bool = False


async def restore_folder(
    house: House, catalog: Catalog, root: Path, library: str, wanted: Wanted
) -> Restored:
    """Bring all of it in; NotFound, NotAttached, ReadOnly, Refused, Busy, Full."""
    source = check_library(house, catalog, library)  # reading a mirror may take hours
    check_folder(root)
    with nullcontext() if wanted.dry else alone(house, source.library_id, library):
        async with (
            open_folder(house, root) as (provider, read),
            open_comparing(house, catalog, source) as comparing,
        ):
            sizes = {seen.size for seen in read.photos.values() if seen.size is not None}
            hashes = {*read.hashes.values(), *read.originals.values()}
            still = StillThere(catalog, source, house.open_provider, Alike(sizes, hashes))
            using = _Using(catalog, library, RestoredBytes(provider, read), read, comparing, still)
            run = _Run(house, using, wanted)
            run.done.trouble = source.trouble
            run.done.listed = (source.scan_ns or source.full_scan_ns or 0) / 1e9
            return await run.all()


class _Using(NamedTuple):
    """What a restore works with: where to, from what, and what it asks first."""

    catalog: Catalog
    library: str
    bytes: RestoredBytes
    read: FolderRead
    comparing: Comparing
    still: StillThere


class _Run:
    """One restore into one library."""

    def __init__(self, house: House, using: _Using, wanted: Wanted) -> None:
        self._catalog, self._name, self._bytes, self._read, self._comparing, self._still = using
        self._wanted = wanted
        self._library = self._catalog.library(self._name).library_id
        self._asker = Asker(os.getpid(), "photofs restore")
        self._wishing = house.wishing(self._catalog)
        self._store = house.store()
        self._restoring = Restoring(house, self._catalog, self._asker)
        self._inodes: dict[str, int | None] = {}
        self._by_hash: dict[str, int] = {}
        self._instead_of: dict[str, str] = {}
        self._titles: set[str] = set()
        read, comparing = self._read, self._comparing
        self.done = Restored(
            left=len(read.left),
            left_such_as=sorted(read.left)[:SHOWN],
            passed_over=read.passed_over,
            failed=list(read.unreadable),
            unlisted=read.unlisted,
            lacking=read.lacking,
            collections=read.collections,
        )
        self.done.unread, self.done.takes_once = comparing.number, comparing.takes_once

    async def all(self) -> Restored:
        """Album by album, then what is in none."""
        for album in self._read.albums:
            await self.album(album)
        for remote_id in self._read.photos:
            await self.photo(remote_id)
        await self._tell_of_absent()
        self.done.unasked = self._still.unasked
        return self.done

    async def album(self, album: AlbumSeen) -> None:
        """An album with its photos, in its order; one of which nothing is here is not made."""
        members = [each for each in album.members if each in self._read.photos]
        if not members:
            return
        there = self._catalog.folder_of_title(self._library, album.title)
        gets = False
        for remote_id in members:
            ino = await self.photo(remote_id)
            if self._wanted.dry:
                gets |= there is None or ino is None or not self._is_in(ino, there)
            elif ino is not None:
                folder = folder_ino(self._album_folder(album.title))
                gets |= self._restoring.link(ino, folder, _name(self._read.photos[remote_id]))
        self.done.albums += gets
        self.done.joined += gets and (there is not None or album.title in self._titles)
        self._titles.add(album.title)

    def _is_in(self, ino: int, folder: int) -> bool:
        return ino != WOULD_BE and self._restoring.stands_in(ino, folder_ino(folder))

    async def photo(self, remote_id: str) -> int | None:
        """A photo's inode in the library, brought in if it was not yet; None if it is not there."""
        if remote_id not in self._inodes:
            self._inodes[remote_id] = await self._once(self._read.photos[remote_id])
            if len(self._inodes) % EVERY == 0:
                total = len(self._read.photos)
                print(f"{len(self._inodes):,} of {total:,} photos", file=sys.stderr)
        return self._inodes[remote_id]

    async def _tell_of_absent(self) -> None:
        """Files that the mirror's list names and that are nowhere: neither there nor brought in."""
        for path, sha256 in self._read.absent().items():
            if await self._there(sha256) is None:
                self.done.failed.append(f"{path}: the mirror's list names it, and it is not there")

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
        file = await self._bytes.look(seen)
        there = await self._there(file.sha256)
        brought = self._restoring.brought(self._key(file.sha256)) if there is None else None
        if there is None and brought is None:
            if self._wanted.dry:
                self._would_copy(seen, file)
                return None
            same = await self._comparing.find(self._sought(seen, file), file.sha256)
            if same.unsure and not self._wanted.unsure:
                self.done.unsure.append(f"{seen.remote_id} may be there {same.unsure}")
                return None
            there = None if same.photo is None else photo_ino(same.photo)
        if there is None and brought is None:
            self._count_copied(seen, file)
        else:
            self._count_there(there, brought)
        here = photo_ino(brought) if there is None and brought is not None else there
        self._count_marks(seen, here)
        return here if self._wanted.dry else await self._take(seen, file, there)

    async def _take(self, seen: PhotoSeen, file: FileBytes, there: int | None) -> int:
        """Have it in the library, and said of it what is to be said; its inode."""
        ino = await self._copy(seen, file) if there is None else there
        self._by_hash[file.sha256] = ino
        if there is None:
            self._describe(ino, seen)
        else:
            self._wishing.restore([row_id(ino)], self._asker)
        if seen.archived and self._restoring.has_archive(self._name):
            self._telling("archive", lambda: self._restoring.archive(ino, self._name, _name(seen)))
        if seen.favorite:
            self._telling("favorites", lambda: self._restoring.mark(ino, self._name, _name(seen)))
        return ino

    def _would_copy(self, seen: PhotoSeen, file: FileBytes) -> None:
        """Of a dry run: what is new, or has to be compared first."""
        self._by_hash[file.sha256] = WOULD_BE
        if self._comparing.is_worth_a_look(self._sought(seen, file)):
            self.done.alike += 1
        else:
            self._count_copied(seen, file)
        self._count_marks(seen, None)

    def _count_marks(self, seen: PhotoSeen, there: int | None) -> None:
        """What it is to be that it is not yet."""
        shown = None if there in {None, WOULD_BE} else self._catalog.photo(row_id(there or 0))
        self.done.favorites += bool(seen.favorite) and not (shown and shown.favorite)
        if seen.archived and not self._restoring.has_archive(self._name):
            self.done.untold[f"archive: {self._name} has none"] += 1
        else:
            self.done.archived += bool(seen.archived) and not (shown and shown.archived)

    def _count_there(self, there: int | None, brought: int | None) -> None:
        """It need not be copied; `brought`: an earlier restore did that, and nobody has sent it."""
        self.done.there += 1
        self.done.waiting += brought is not None
        photo = brought if there in {None, WOULD_BE} else row_id(there or 0)
        if photo is not None:
            self.done.untrashed += bool(self._catalog.photo(photo).trashed)

    def _count_copied(self, seen: PhotoSeen, file: FileBytes) -> None:
        """It is new; what no service lets a program tell of it is counted, too."""
        self.done.copied += 1
        self.done.bytes += file.size
        if file.changed:
            self.done.untold["originals: facts were written into the mirror's copy"] += 1
        if seen.people:
            self.done.untold["people: no service lets a program name them"] += 1
        told = read_exif(file.head) if seen.position else None
        if seen.position and not (told and told.position):
            self.done.untold["positions: the picture itself does not tell its place"] += 1

    def _sought(self, seen: PhotoSeen, file: FileBytes) -> Sought:
        """By what the account's photos are likened to it."""
        exif = read_exif(file.head)
        times = (self._desk().resolve(seen).local, exif and exif.taken and exif.taken.local)
        names = (seen.title, _name(seen), seen.remote_id.rpartition("/")[2])
        return Sought(
            media=seen.media,
            size=file.size,
            names=tuple(name for name in names if name),
            taken_local=frozenset(second_of(time) for time in times if time),
            remote_id=self._read.ids.get(seen.remote_id, ""),
            pixels=read_pixels(file.head) if seen.media is Media.PICTURE else None,
            original=seen.fidelity is Fidelity.ORIGINAL,
        )

    def _desk(self) -> Desk:
        return self._wishing.desk(self._library).desk

    def _key(self, sha256: str) -> str:
        """Under which it is noted that these bytes were copied in."""
        instead_of = self._instead_of.get(sha256)
        more = f":instead of {instead_of}" if instead_of else ""
        return f"{self._library}:restored:{sha256}{more}"

    async def _there(self, sha256: str) -> int | None:
        """The photo that has these bytes by now, and that its service still has."""
        there = self._by_hash.get(sha256)
        if there is None:
            known = await self._still.known(sha256)
            self._instead_of[sha256] = known.instead_of
            there = None if known.photo is None else photo_ino(known.photo)
        return there

    async def _copy(self, seen: PhotoSeen, file: FileBytes) -> int:
        """Into Unsorted, with its bytes, once; its inode."""
        ino, written = self._restoring.once(self._name, _name(seen), self._key(file.sha256))
        if written is not None:
            await self._fill(seen, written, file.sha256)
            self._wishing.written(ino, file.size, time.time_ns())
        return ino

    async def _fill(self, seen: PhotoSeen, written: Written, sha256: str) -> None:
        """The bytes, whole and on the disk; else none."""
        digest = hashlib.sha256()
        with self._store.written.filling(written.draft) as fd:
            async with aclosing(self._bytes.parts(seen)) as parts:
                async for chunk in parts:
                    digest.update(chunk)
                    self._store.written.append(fd, chunk)
            if digest.hexdigest() != sha256:
                raise Corrupt("its file was changed while it was read")

    def _describe(self, ino: int, seen: PhotoSeen) -> None:
        """Title, date, tags and description, each as far as the service takes it."""
        shown = self._catalog.photo(row_id(ino)).taken_local
        local = seen.taken.local if seen.taken else None
        dated = local is None or local.isoformat() != shown
        told = told_of(seen, self._name, _name(seen), dated=dated)
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
