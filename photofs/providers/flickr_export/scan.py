"""One scan of an export, from the first part to the last album, as a generator for a worker thread.

It yields None now and then, so that whoever drives it can pause or stop it between any two steps.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from photofs.model.observation import Finding, Observation
from photofs.providers.archives.member import Content, Member
from photofs.providers.archives.mishap import mishap
from photofs.providers.archives.parts import Part
from photofs.providers.archives.provider import Steps
from photofs.providers.archives.sweep import BREATH, Sweep, finding
from photofs.providers.archives.told import Note
from photofs.providers.flickr_export.choosing import Choosing
from photofs.providers.flickr_export.gathering import Gathering
from photofs.providers.flickr_export.parts import lacking_parts, moment_ns
from photofs.providers.flickr_export.telling import Telling

LARGEST_JSON = 64 << 20
"""Bytes; albums.json of a million photos in three albums each has some 50 MB."""


@dataclass(slots=True)
class Scan:
    """A full scan of parts as they were found."""

    sweep: Sweep
    _parts: dict[str, Part] = field(default_factory=dict)
    _moments: dict[str, int] = field(default_factory=dict)

    def steps(self) -> Steps:
        """All but the ScanEnd, with the notes for the next scan among them."""
        self._parts = {part.path: part for part in self.sweep.parts.archives}
        gathering = Gathering(self._moment)
        yield from self.sweep.gather(gathering, lacking_parts(self._parts))
        mtimes = {path: part.mtime_ns for path, part in self._parts.items()}
        sameness = self.sweep.sameness()
        choosing = Choosing(gathering.sidecars, mtimes, self.sweep.read_head, sameness.crc)
        for done, member in enumerate(sorted(gathering.media)):
            yield from _chosen(choosing, member)
            if done % BREATH == 0:
                yield None
        yield sameness.note()
        yield from self._tell(gathering, choosing)

    def _moment(self, content: Content) -> int:
        """For when a file's facts hold; a part of media only is not looked into for that."""
        part = self._parts.get(content.member.part)
        if part is None:
            return content.member.at
        if content.data is None:
            return part.mtime_ns
        if part.path not in self._moments:
            self._moments[part.path] = moment_ns(self.sweep.parts.root, part)
        return self._moments[part.path]

    def _tell(self, gathering: Gathering, choosing: Choosing) -> Iterator[Observation | Note]:
        lacking = frozenset(gathering.sidecars.keys() - choosing.chosen.keys())
        telling = Telling(
            gathering=gathering,
            chosen=choosing.chosen,
            part_sizes={path: part.size for path, part in self._parts.items()},
            part_moments=choosing.mtimes,
            before=self.sweep.told.before(lacking),
        )
        here = (telling.present(photo_id) for photo_id in choosing.chosen)
        missing = (telling.missing(photo_id) for photo_id in sorted(lacking))
        albums = (telling.album(dated) for dated in gathering.albums.values())
        total = len(choosing.chosen) + len(lacking)
        rest: Iterator[Observation] = chain(albums, telling.favorites())
        yield from self.sweep.tell(chain(here, missing), total, rest)


def _chosen(choosing: Choosing, member: Member) -> Iterator[Finding]:
    try:
        yield from choosing.add(member)
    except Exception as error:  # noqa: BLE001 - one bad file must not end the scan; it is logged
        yield finding(mishap(member.shown, error))
