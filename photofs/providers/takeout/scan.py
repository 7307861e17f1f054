"""One scan from the first part to the last album, as a plain generator for a worker thread.

It yields None now and then, so that whoever drives it can pause or stop it between any two steps.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from photofs.model.head import HeadFacts
from photofs.model.observation import Finding, FindingKind, Observation, PhotoSeen, Progress
from photofs.providers.archives.heads import read_head
from photofs.providers.archives.member import Content, Member, Trouble
from photofs.providers.archives.mishap import mishap
from photofs.providers.archives.parts import Parts
from photofs.providers.archives.reading import read_part, read_tree
from photofs.providers.archives.sameness import Sameness
from photofs.providers.archives.tgz import TgzParts
from photofs.providers.archives.told import Note, Told
from photofs.providers.port import Tools
from photofs.providers.takeout.exports import lacking_parts, moment_ns, names_a_year
from photofs.providers.takeout.file_name import clean
from photofs.providers.takeout.gathering import Folder, Gathering
from photofs.providers.takeout.items import Items
from photofs.providers.takeout.telling import Telling

_BREATH = 256
"""Files between two pauses: some 5 ms."""

_SPECIAL = frozenset({"archive", "trash", "bin", "locked folder", "failed videos"})


@dataclass(slots=True)
class Scan:
    """A full scan of parts as they were found; `checksums` are those that the last one noted."""

    parts: Parts
    tgz_parts: TgzParts
    tools: Tools
    told: Told
    checksums: object
    _export_moments: dict[str, int] = field(default_factory=dict)

    def steps(self) -> Generator[Observation | Note | None, None, None]:
        """All but the ScanEnd, with the notes for the next scan among them."""
        gathering = Gathering()
        yield from self._gather(gathering)
        sameness = Sameness(self.parts.root, self.parts.tree, self.checksums)
        items = Items(self.told.ids_before("file-"), sameness.mark)
        for folder in gathering.folders(sameness.mark):
            self._note_moment(folder)
            yield from _album_lost(folder)
            yield from items.add_folder(folder)
            yield None
        yield from items.settle()
        yield sameness.note()
        yield from self._tell(items)

    def _gather(self, gathering: Gathering) -> Iterator[Observation | None]:
        for name in lacking_parts([part.path for part in self.parts.archives]):
            why = "this part is not here, though parts with higher numbers are"
            yield Finding(kind=FindingKind.UNREADABLE, path=name, why=why)
        for part in self.parts.archives:
            yield from _gathered(gathering, read_part(self.parts, part, self.tgz_parts))
            yield Progress(done=gathering.files, total=None, unit="files")
        yield from _gathered(gathering, read_tree(self.parts))
        yield Progress(done=gathering.files, total=None, unit="files")

    def _note_moment(self, folder: Folder) -> None:
        """When an export was made: by its name, else by the newest of its files."""
        export = folder.place.export
        told = moment_ns(export) if export else None
        if told is None:
            mtimes = {part.path: part.mtime_ns for part in self.parts.archives}
            members = [*folder.media, *(member for member, _facts in folder.sidecars)]
            told = max((mtimes.get(one.part, one.at) for one in members), default=0)
            told = max(told, self._export_moments.get(export, 0))
        self._export_moments[export] = told

    def _tell(self, items: Items) -> Iterator[Observation | Note | None]:
        sizes = {part.path: part.size for part in self.parts.archives}
        telling = Telling(items, self._export_moments, sizes, self._read_head)
        total = len(items.copies)
        for done, item_id in enumerate(items.copies):
            for one in self._photos(telling, items, item_id):
                yield one
                if isinstance(one, PhotoSeen):
                    yield from self.told.add(one)
            if done % _BREATH == 0:
                yield Progress(done=done, total=total, unit="photos")
        for seen in self.told.missing():
            yield seen
            yield from self.told.add(seen)
        yield from telling.albums.tell()
        yield from self.told.end()

    def _photos(
        self, telling: Telling, items: Items, item_id: str
    ) -> Iterator[PhotoSeen | Finding]:
        try:
            yield from telling.photos(item_id)
        except Exception as error:  # noqa: BLE001 - one bad file must not end the scan; it is logged
            members = (copy.member for copy in items.copies[item_id] if copy.member)
            yield _finding(mishap(next((one.shown for one in members), item_id), error))

    def _read_head(self, member: Member) -> HeadFacts | None:
        return read_head(self.tools.read_head, self.parts.root, member, self.tgz_parts)


def _gathered(
    gathering: Gathering, contents: Iterator[Content | Trouble | None]
) -> Iterator[Observation | None]:
    for content in contents:
        trouble = _taken_in(gathering, content) if isinstance(content, Content) else content
        if trouble is not None:
            if trouble.spoils:
                gathering.drop(trouble.path)
            yield _finding(trouble)
        if content is None or gathering.files % _BREATH == 0:
            yield None


def _taken_in(gathering: Gathering, content: Content) -> Trouble | None:
    try:
        return gathering.add(content)
    except Exception as error:  # noqa: BLE001 - one bad file must not end the scan; it is logged
        return mishap(content.member.shown, error)


def _finding(trouble: Trouble) -> Finding:
    kind = FindingKind.REFUSED if trouble.refused else FindingKind.UNREADABLE
    return Finding(kind=kind, path=clean(trouble.path), why=trouble.why)


def _album_lost(folder: Folder) -> Iterator[Finding]:
    """A folder that looks like an album's but has no album file: its part may not be here."""
    name = folder.path.rpartition("/")[2]
    if folder.album or not folder.media or folder.place.top or not folder.path:
        return
    if not names_a_year(name) and name.lower() not in _SPECIAL:
        why = "no album file is here for this folder; its photos are shown by date only"
        yield Finding(kind=FindingKind.GUESS, path=clean(folder.path), why=why)
