"""One scan of an export, from the first part to the last album, as a generator for a worker thread.

It yields None now and then, so that whoever drives it can pause or stop it between any two steps.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from photofs.model.head import HeadFacts
from photofs.model.observation import Finding, FindingKind, Observation, PhotoSeen, Progress
from photofs.providers.archives.heads import read_head
from photofs.providers.archives.member import Content, Member, Trouble
from photofs.providers.archives.mishap import mishap
from photofs.providers.archives.parts import Part, Parts
from photofs.providers.archives.reading import read_part, read_tree
from photofs.providers.archives.sameness import Sameness
from photofs.providers.archives.tgz import TgzParts
from photofs.providers.archives.told import Note, Told
from photofs.providers.flickr_export.choosing import Choosing
from photofs.providers.flickr_export.gathering import Gathering
from photofs.providers.flickr_export.parts import lacking_parts, moment_ns
from photofs.providers.flickr_export.sidecar import plain
from photofs.providers.flickr_export.telling import Telling
from photofs.providers.port import Tools

LARGEST_JSON = 64 << 20
"""Bytes; albums.json of a million photos in three albums each has some 50 MB."""

_BREATH = 256
"""Files between two pauses: some 5 ms."""


@dataclass(slots=True)
class Scan:
    """A full scan of parts as they were found; `checksums` are those that the last one noted."""

    parts: Parts
    tgz_parts: TgzParts
    tools: Tools
    told: Told
    checksums: object
    _moments: dict[str, int] = field(default_factory=dict)

    def steps(self) -> Generator[Observation | Note | None, None, None]:
        """All but the ScanEnd, with the notes for the next scan among them."""
        gathering = Gathering()
        yield from self._gather(gathering)
        mtimes = {part.path: part.mtime_ns for part in self.parts.archives}
        sameness = Sameness(self.parts.root, self.parts.tree, self.checksums)
        choosing = Choosing(gathering.sidecars, mtimes, self._read_head, sameness.crc)
        for done, member in enumerate(sorted(gathering.media)):
            yield from _chosen(choosing, member)
            if done % _BREATH == 0:
                yield None
        yield sameness.note()
        yield from self._tell(gathering, choosing)

    def _gather(self, gathering: Gathering) -> Iterator[Observation | None]:
        for name in lacking_parts(part.path for part in self.parts.archives):
            why = "this part is not here, though parts with higher numbers are"
            yield Finding(kind=FindingKind.UNREADABLE, path=plain(name), why=why)
        for part in self.parts.archives:
            contents = read_part(self.parts, part, self.tgz_parts, largest=LARGEST_JSON)
            yield from self._take_in(gathering, contents, part)
            yield Progress(done=gathering.files, total=None, unit="files")
        tree = read_tree(self.parts, largest=LARGEST_JSON)
        yield from self._take_in(gathering, tree, None)
        yield Progress(done=gathering.files, total=None, unit="files")

    def _take_in(
        self,
        gathering: Gathering,
        contents: Iterator[Content | Trouble | None],
        part: Part | None,
    ) -> Iterator[Finding | None]:
        for content in contents:
            trouble = content
            if isinstance(content, Content):
                trouble = self._taken_in(gathering, content, part)
            if isinstance(trouble, Trouble):
                yield _finding(trouble)
            if content is None or gathering.files % _BREATH == 0:
                yield None

    def _taken_in(
        self, gathering: Gathering, content: Content, part: Part | None
    ) -> Trouble | None:
        try:
            return gathering.add(content, self._moment(content, part))
        except Exception as error:  # noqa: BLE001 - one bad file must not end the scan; it is logged
            return mishap(content.member.shown, error)

    def _moment(self, content: Content, part: Part | None) -> int:
        """For when a file's facts hold; a part of media only is not looked into for that."""
        if part is None:
            return content.member.at
        if content.data is None:
            return part.mtime_ns
        if part.path not in self._moments:
            self._moments[part.path] = moment_ns(self.parts.root, part)
        return self._moments[part.path]

    def _tell(
        self, gathering: Gathering, choosing: Choosing
    ) -> Iterator[Observation | Note | None]:
        lacking = frozenset(gathering.sidecars.keys() - choosing.chosen.keys())
        telling = Telling(
            gathering=gathering,
            chosen=choosing.chosen,
            part_sizes={part.path: part.size for part in self.parts.archives},
            part_moments=choosing.mtimes,
            before=self.told.before(lacking),
        )
        total = len(choosing.chosen) + len(lacking)
        for done, photo_id in enumerate([*choosing.chosen, *sorted(lacking)]):
            told = telling.missing if photo_id in lacking else telling.present
            for one in told(photo_id):
                yield one
                if isinstance(one, PhotoSeen):
                    yield from self.told.add(one)
            if done % _BREATH == 0:
                yield Progress(done=done, total=total, unit="photos")
        for seen in self.told.missing():
            yield seen
            yield from self.told.add(seen)
        yield from (telling.album(dated) for dated in gathering.albums.values())
        yield from telling.favorites()
        yield from self.told.end()

    def _read_head(self, member: Member) -> HeadFacts | None:
        return read_head(self.tools.read_head, self.parts.root, member, self.tgz_parts)


def _chosen(choosing: Choosing, member: Member) -> Iterator[Finding]:
    try:
        yield from choosing.add(member)
    except Exception as error:  # noqa: BLE001 - one bad file must not end the scan; it is logged
        yield _finding(mishap(member.shown, error))


def _finding(trouble: Trouble) -> Finding:
    kind = FindingKind.REFUSED if trouble.refused else FindingKind.UNREADABLE
    return Finding(kind=kind, path=plain(trouble.path), why=trouble.why)
