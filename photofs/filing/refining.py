"""Better capture times from the bytes themselves; found for all photos, applied only when asked.

What a service tells of a date outweighs the bytes (its owner may have mended it there); the bytes
add what it does not tell: the camera's offset from UTC, a position, or a date at all. A zone that
is set otherwise than before is such a fact too. Because this moves times that were shown before,
it never happens by itself (docs/SEMANTICS.md "Time").
"""

from dataclasses import replace
from typing import NamedTuple

from photofs.catalog.photo_writes import PhotoFacts
from photofs.filing.desk import Desk
from photofs.filing.facts import dated, places_moved
from photofs.model.capture_time import TakenFact, ZoneBy
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Position


class Refinement(NamedTuple):
    """A photo whose shown time or local date would move; instants in ns since 1970-01-01 UTC."""

    photo_id: int
    name: str
    old_ns: int
    new_ns: int
    old_local: str | None
    new_local: str | None
    how: str


def better_fact(told: TakenFact | None, read: TakenFact | None) -> TakenFact | None:
    """The service's fact with what the bytes add to it; None if they add nothing."""
    if read is None or told is None:
        return read
    if told.offset is not None or read.offset is None:
        return None
    if told.instant is not None:
        return replace(told, local=None, offset=read.offset)
    if told.local is None or read.local is None:
        return None
    same = told.local.replace(microsecond=0) == read.local.replace(microsecond=0)
    return replace(told, offset=read.offset) if same else None


class Refining:
    """Finds and applies refinements of one library's photos."""

    def __init__(self, desk: Desk) -> None:
        """`desk` as for a scan, with the photo's library."""
        self._desk = desk

    def find(
        self, photo_id: int, seen: PhotoSeen, read: TakenFact | None, position: Position | None
    ) -> Refinement | None:
        """What would move, given what stands in the bytes; None if nothing would."""
        old = self._desk.catalog.photo_facts(photo_id)
        new = self._refined(old, seen, read, position)
        if (old.mtime_ns, old.taken_local) == (new.mtime_ns, new.taken_local):
            return None
        return Refinement(
            photo_id,
            old.name,
            old.mtime_ns,
            new.mtime_ns,
            old.taken_local,
            new.taken_local,
            new.taken_how,
        )

    def apply(
        self, photo_id: int, seen: PhotoSeen, read: TakenFact | None, position: Position | None
    ) -> None:
        """Move it: time, and folder if its date changed. One transaction."""
        desk = self._desk
        with desk.slices.whole():
            old = desk.catalog.photo_facts(photo_id)
            new = self._refined(old, seen, read, position)
            new = new._replace(ctime_ns=max(desk.now_ns(), old.ctime_ns + 1))
            desk.catalog.set_photo_facts(photo_id, new)
            if places_moved(old, new):
                desk.placing.replace(photo_id)

    def _refined(
        self,
        old: PhotoFacts,
        seen: PhotoSeen,
        read: TakenFact | None,
        position: Position | None,
    ) -> PhotoFacts:
        """The facts with the better time."""
        fact = better_fact(seen.taken, read)
        if fact is None and (seen.position is not None or position is None):
            return self._by_zone_set(old, seen)
        better = replace(seen, taken=fact or seen.taken, position=seen.position or position)
        return dated(old, self._desk.resolve(better))

    def _by_zone_set(self, old: PhotoFacts, seen: PhotoSeen) -> PhotoFacts:
        """The facts with the zone that is set now, if a zone that was set then gave the time."""
        taken = self._desk.resolve(seen)
        by_setting = taken.zone_by is ZoneBy.SETTING and taken.how == old.taken_how
        return dated(old, taken) if by_setting else old
