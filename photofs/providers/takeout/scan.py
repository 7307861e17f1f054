"""One scan from the first part to the last album, as a plain generator for a worker thread.

It yields None now and then, so that whoever drives it can pause or stop it between any two steps.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain

from photofs.model.observation import Finding, FindingKind, Observation, PhotoSeen
from photofs.providers.archives.mishap import mishap
from photofs.providers.archives.plain import clean
from photofs.providers.archives.provider import Steps
from photofs.providers.archives.sweep import Sweep, finding
from photofs.providers.archives.told import Note
from photofs.providers.takeout.albums import Albums
from photofs.providers.takeout.basis import Basis, signs
from photofs.providers.takeout.copies import HASHED
from photofs.providers.takeout.exports import lacking_parts, marks_of, moment_ns, names_a_year
from photofs.providers.takeout.gathering import Folder, Gathering
from photofs.providers.takeout.item_copies import ItemCopies
from photofs.providers.takeout.items import Items
from photofs.providers.takeout.orphans import Orphans
from photofs.providers.takeout.recall import Recall
from photofs.providers.takeout.succession import last_resort, succession
from photofs.providers.takeout.takeover import Former, of_several
from photofs.providers.takeout.telling import Telling

_SPECIAL = frozenset({"archive", "trash", "bin", "locked folder", "failed videos"})


@dataclass(slots=True)
class Scan:
    """A full scan of parts as they were found."""

    sweep: Sweep
    _export_moments: dict[str, int] = field(default_factory=dict)
    _alone: list[Folder] = field(default_factory=list)

    def steps(self) -> Steps:
        """All but the ScanEnd, with the notes for the next scan among them."""
        new_pile = self.sweep.tools.new_pile
        with (
            closing(new_pile()) as files,
            closing(new_pile()) as copies,
            closing(new_pile()) as before,
        ):
            yield from self._steps(Gathering(files), ItemCopies(copies), Former(before))

    def _steps(self, gathering: Gathering, copies: ItemCopies, former: Former) -> Steps:
        told = self.sweep.told
        lacking = lacking_parts([part.path for part in self.sweep.parts.archives])
        yield from self.sweep.gather(gathering, lacking)
        sameness = self.sweep.sameness()
        orphans = Orphans(Recall(told), sameness.mark, told.superseded)
        before = told.ids_before(HASHED)
        items = Items(copies, before, sameness.mark, orphans)
        for folder in gathering.folders(sameness):
            if folder.album_alone:
                self._alone.append(folder)
            self._note_moment(folder)
            yield from album_lost(folder)
            yield from items.add_folder(folder)
            yield None
        yield from items.settle()
        yield sameness.note()
        moments = self._export_moments
        found = succession(told.all_before(), told.begun, told.superseded, items.copies, moments)
        yield from told.supersede(found)
        yield from told.begin(last_resort(items.copies, before, moments))
        albums = Albums()
        yield from self._learn(items, former)
        yield from self._tell(items, albums, former)
        products = sorted(gathering.products())
        marks = marks_of(self.sweep.parts)
        yield Basis(marks, products, sorted(signs(items.lone)), albums.all()).note()

    def _note_moment(self, folder: Folder) -> None:
        """When an export was made: by its name, else by the newest of its files."""
        export = folder.place.export
        told = moment_ns(export) if export else None
        if told is None:
            mtimes = {part.path: part.mtime_ns for part in self.sweep.parts.archives}
            members = [*folder.media, *(member for member, _facts in folder.sidecars)]
            told = max((mtimes.get(one.part, one.at) for one in members), default=0)
            told = max(told, self._export_moments.get(export, 0))
        self._export_moments[export] = told

    def _learn(self, items: Items, former: Former) -> Iterator[None]:
        """What was told before of those ids that may have passed from one file to another."""
        told, several = self.sweep.told, set[str]()
        if next(told.all_before(), None) is None:
            return
        for remote_id in of_several(items.copies, self._export_moments):
            if remote_id is None:
                yield None
            else:
                several.add(remote_id)
        yield from former.learn(told.all_before(), self._export_moments, several)

    def _tell(self, items: Items, albums: Albums, former: Former) -> Iterator[Observation | Note]:
        sizes = {part.path: part.size for part in self.sweep.parts.archives}
        telling = Telling(items, self._export_moments, sizes, self.sweep.read_head, albums, former)
        photos = (photos_of(telling, items, item_id) for item_id in items.copies)
        rest: Iterator[Observation] = chain(albums.tell(), albums.untold(self._alone))
        yield from self.sweep.tell(photos, len(items.copies), rest)


def photos_of(telling: Telling, items: Items, item_id: str) -> Iterator[PhotoSeen | Finding]:
    """The photos of one item; a Finding where that fails."""
    try:
        yield from telling.photos(item_id)
    except Exception as error:  # noqa: BLE001 - one bad file must not end the scan; it is logged
        members = (copy.member for copy in items.copies[item_id] if copy.member)
        yield finding(mishap(next((one.shown for one in members), item_id), error))


def album_lost(folder: Folder) -> Iterator[Finding]:
    """A folder that looks like an album's but has no album file: its part may not be here."""
    name = folder.path.rpartition("/")[2]
    if folder.album or not folder.media or folder.place.top or not folder.path:
        return
    if folder.sidecars and all(facts.archived or facts.trashed for _, facts in folder.sidecars):
        return  # the archive or the trash, by whatever name in the account's language
    if not names_a_year(name) and name.lower() not in _SPECIAL:
        why = "no album file is here for this folder; its photos are shown by date only"
        yield Finding(kind=FindingKind.GUESS, path=clean(folder.path), why=why)
