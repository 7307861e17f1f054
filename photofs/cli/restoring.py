"""Bringing back what `photofs trash empty` deleted: copied in again, from the originals kept here.

Each file comes in as if a program had copied it into Unsorted, and is linked into the albums that
are still there; what looks at written files uploads it. The service gives it another id.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.kernel.lock import hold
from photofs.model.capture_time import Granularity, TakenBy, TakenFact
from photofs.model.errors import Exists, NotFound, PhotofsError, Refused
from photofs.model.naming import with_suffix
from photofs.model.node import folder_ino, row_id
from photofs.model.observation import PhotoSeen
from photofs.model.spot import Spot, Written
from photofs.model.wish import Asker
from photofs.originals.port import Room
from photofs.view.tree import Tree
from photofs.wishing.bringing_again import BringingAgain
from photofs.wishing.photo_wishes import stem

_TRIES: Final = 1000


class Told(msgspec.Struct, frozen=True):
    """What the service said of such a photo, as far as it is needed here."""

    taken: TakenFact | None = None


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a restore file, as far as it is needed here."""

    library: str
    remote_id: str = ""
    sha256: str
    size: int
    name: str
    title: str | None = None
    description: str | None = None
    tags: list[str] = []
    albums: list[str] = []
    favorite: bool = False
    taken: datetime | None = None
    granularity: Granularity = Granularity.SECOND
    told: Told | None = None


def restore_deleted(house: House, catalog: Catalog, file: Path) -> tuple[int, list[str]]:
    """Copy in again all that a restore file lists; how many, and a sentence a failure.

    What was copied in before from the same line is gone on with, and never copied in twice. Busy
    if photos are being restored to one of its libraries already.
    """
    restored, failed = 0, []
    listed = _read(file)
    named = {each.library for each in listed}
    with ExitStack() as stack:
        for library in catalog.libraries():  # in one order, so that two never hold one each
            if library.name in named:
                stack.enter_context(alone(house, library.library_id, library.name))
        each_once = Restoring(house, catalog)
        for each in listed:
            try:
                each_once.restore(each)
                restored += 1
            except PhotofsError as error:
                failed.append(f"{each.name}: {error.what}")
    return restored, failed


def alone(house: House, library_id: int, library: str) -> AbstractContextManager[None]:
    """Two at once would each find a photo missing, and copy it in; Busy."""
    path = house.paths.state / "locks" / f"restore-{library_id}"
    return hold(path, f"photos are being restored to {library}")


def _read(file: Path) -> list[Deleted]:
    """The lines of a restore file; NotFound, or Refused if it is none."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        return [msgspec.convert(json.loads(line), Deleted) for line in lines if line.strip()]
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {file}") from error
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise Refused(
            f"{file} is no list of deleted photos: {error}",
            safe="nothing was changed",
            remedy="name a file from the folder `deleted` that `photofs trash empty` wrote",
        ) from error


class Restoring:
    """Brings deleted photos back, each with a step that may be repeated for all that it was."""

    def __init__(self, house: House, catalog: Catalog, asker: Asker | None = None) -> None:
        """All of it is one action, of the command that `asker` names."""
        self._asker = asker or Asker(os.getpid(), "photofs trash restore")
        self._catalog, self._store = catalog, house.store()
        self._tree, self._wishing = Tree(catalog), house.wishing(catalog)
        self._again = BringingAgain(catalog, self._wishing, self._asker)

    def restore(self, each: Deleted) -> None:
        """One file: into Unsorted, with its bytes, then into its albums."""
        if self._store.has_sealed(each.sha256) is not Room.KEPT:
            raise NotFound("its original is not in Kept any more")
        library = self._catalog.library(each.library)
        key = f"{library.library_id}:{each.remote_id}:{each.sha256}"
        ino, written = self.once(library.name, each.name, key)
        if written is not None:
            self._store.written.fill(written.draft, each.sha256)
            self._wishing.written(ino, each.size, time.time_ns())
        for title in each.albums:
            folder = self._catalog.folder_of_title(library.library_id, title)
            if folder is not None:
                self.link(ino, folder_ino(folder), each.name)
        if each.favorite:
            self.mark(ino, library.name, each.name)
        for _what, step in self.steps(ino, each):
            step()

    def once(self, library: str, name: str, key: str) -> tuple[int, Written | None]:
        """The file of that key in Unsorted, made if it is not there; and what to write, if any."""
        ino = self._again.find(key)
        if ino is None:
            ino = self._create(self._ino(library, "Unsorted"), name, key)
        return ino, self._again.lacks_bytes(ino)

    def brought(self, key: str) -> int | None:
        """The photo that was brought in under that key before, be it sent yet or not."""
        return self._again.brought(key)

    def mark(self, ino: int, library: str, name: str) -> None:
        """Among the favorites of its library."""
        self.link(ino, self._ino(library, "Favorites"), name)

    def has_archive(self, library: str) -> bool:
        """Whether the library has an archive at all; Flickr has none."""
        try:
            self._ino(library, "Archive")
        except NotFound:
            return False
        return True

    def archive(self, ino: int, library: str, name: str) -> None:
        """In the archive of its library: an errand, where no program may put it there."""
        self.link(ino, self._ino(library, "Archive"), name)

    def _ino(self, *path: str) -> int:
        return self._tree.resolve(list(path)).ino

    def _create(self, folder: int, name: str, key: str) -> int:
        """A new file of that name, or of the first one like it that is free."""
        for wanted in _names(name):
            try:
                return self._again.create(Spot(folder, wanted), key, name)
            except Exists:
                continue
        raise Exists(f"{name!r} is taken in Unsorted")

    def stands_in(self, ino: int, folder: int) -> bool:
        """Whether it is in that folder already."""
        return self._again.stands_in(ino, row_id(folder))

    def link(self, ino: int, folder: int, name: str) -> bool:
        """Into a folder, by that name or the first free one like it; False: it is there already."""
        if self.stands_in(ino, folder):
            return False
        for wanted in _names(name):
            try:
                self._wishing.link(ino, Spot(folder, wanted), self._asker)
            except Exists:
                continue
            break
        return True

    def steps(self, ino: int, each: Deleted) -> Iterator[tuple[str, Callable[[], object]]]:
        """Give a file that was copied in what the photo said, but for what its name says."""
        taken, wishing, asker = _taken(each), self._wishing, self._asker
        if each.title and each.title != stem(each.name):
            yield "titles", partial(wishing.set_title, ino, each.title, asker)
        if taken is not None:
            yield "dates", partial(wishing.set_taken, row_id(ino), taken, asker)
        for what, name, value in (
            ("tags", "user.xdg.tags", ",".join(each.tags)),
            ("descriptions", "user.xdg.comment", each.description),
        ):
            if value:
                yield what, partial(wishing.set_attribute, ino, name, value, asker)


def told_of(seen: PhotoSeen, library: str, name: str, *, dated: bool) -> Deleted:
    """What a folder tells of a photo, as a line of a restore file; its date only if `dated`."""
    return Deleted(
        library=library,
        sha256="",
        size=0,
        name=name,
        title=seen.title,
        description=seen.description,
        tags=list(seen.tags),
        told=Told(taken=seen.taken) if dated else None,
    )


def _taken(each: Deleted) -> TakenFact | None:
    """When it was taken: with its zone where that is what the service said, else as it was shown.

    None where only the time of its upload was known.
    """
    told = each.told.taken if each.told else None
    if each.taken is None or (told is not None and told.local == each.taken):
        return told
    return TakenFact(by=TakenBy.USER, local=each.taken, granularity=each.granularity)


def _names(name: str) -> Iterator[str]:
    """The name, then the same with a number before its extension."""
    yield name
    yield from (with_suffix(name, f"_{number}") for number in range(2, _TRIES))
