"""What scans of all kinds of exports do alike: one pass over all parts, then all photos told.

Both are plain generators for a worker thread: they yield None now and then, so that whoever drives
them can pause or stop between any two steps.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from photofs.model.head import HeadFacts
from photofs.model.observation import Finding, FindingKind, Observation, PhotoSeen, Progress
from photofs.providers.archives.heads import read_head
from photofs.providers.archives.member import SMALL_FILE, Content, Member, Trouble
from photofs.providers.archives.mishap import mishap
from photofs.providers.archives.parts import Parts
from photofs.providers.archives.plain import clean
from photofs.providers.archives.reading import read_part, read_tree
from photofs.providers.archives.sameness import NOTED, Sameness
from photofs.providers.archives.tgz import TgzParts
from photofs.providers.archives.told import Note, Told
from photofs.providers.port import Tools

BREATH = 256
"""Files between two pauses: some 5 ms."""


class Gathers(Protocol):
    """What takes in the files of all parts, and counts them."""

    files: int

    def add(self, content: Content) -> Trouble | None:
        """Take one file; a Trouble if it cannot be read for what it should be."""
        ...

    def drop(self, part: str) -> None:
        """Forget all that came from a part: it turned out that it cannot be trusted."""
        ...


@dataclass(frozen=True, slots=True)
class Sweep:
    """The parts as they were found; JSON files of up to `largest` bytes are read."""

    parts: Parts
    tgz_parts: TgzParts
    tools: Tools
    told: Told
    largest: int = SMALL_FILE

    def gather(self, gathering: Gathers, lacking: Iterable[str]) -> Iterator[Observation | None]:
        """Have all files taken in; `lacking` are the names of parts that must exist."""
        for name in lacking:
            why = "this part is not here, though parts with higher numbers are"
            yield Finding(kind=FindingKind.UNREADABLE, path=clean(name), why=why)
        for part in self.parts.archives:
            contents = read_part(self.parts, part, self.tgz_parts, largest=self.largest)
            yield from _gathered(gathering, contents)
            yield Progress(done=gathering.files, total=None, unit="files")
        yield from _gathered(gathering, read_tree(self.parts, largest=self.largest))
        yield Progress(done=gathering.files, total=None, unit="files")

    def sameness(self) -> Sameness:
        """Tells files of the unpacked tree apart, with what the last scan noted."""
        noted = self.tools.small_state.get(NOTED)
        return Sameness(self.parts.root, self.parts.tree, noted)

    def read_head(self, member: Member) -> HeadFacts | None:
        """What the first bytes of a file tell."""
        return read_head(self.tools.read_head, self.parts.root, member, self.tgz_parts)

    def tell(
        self,
        photos: Iterable[Iterator[PhotoSeen | Finding]],
        total: int,
        rest: Iterable[Observation],
    ) -> Iterator[Observation | Note]:
        """The photos, those that are missing now, and the rest; all of it noted."""
        for done, of_one in enumerate(photos):
            for one in of_one:
                yield one
                if isinstance(one, PhotoSeen):
                    yield from self.told.add(one)
            if done % BREATH == 0:
                yield Progress(done=done, total=total, unit="photos")
        for seen in self.told.missing():
            yield seen
            yield from self.told.add(seen)
        yield from rest
        yield from self.told.end()


def finding(trouble: Trouble) -> Finding:
    """A line of the report."""
    kind = FindingKind.REFUSED if trouble.refused else FindingKind.UNREADABLE
    return Finding(kind=kind, path=clean(trouble.path), why=trouble.why)


def _gathered(
    gathering: Gathers, contents: Iterator[Content | Trouble | None]
) -> Iterator[Observation | None]:
    for content in contents:
        trouble = _taken_in(gathering, content) if isinstance(content, Content) else content
        if trouble is not None:
            if trouble.spoils:
                gathering.drop(trouble.path)
            yield finding(trouble)
        if content is None or gathering.files % BREATH == 0:
            yield None


def _taken_in(gathering: Gathers, content: Content) -> Trouble | None:
    try:
        return gathering.add(content)
    except Exception as error:  # noqa: BLE001 - one bad file must not end the scan; it is logged
        return mishap(content.member.shown, error)
