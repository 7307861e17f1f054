"""Files that what was told under one id is the photo of another.

Where only the former id is known, its photo goes on under the other id: the same inode, names,
albums and times. Where both are known, there are two photos for one: the former is taken out, as
one that is absent is, but only at the end of a complete scan, when the other has been told of.
"""

from dataclasses import replace

from photofs.catalog.photo_writes import ObservationRow
from photofs.catalog.seen_json import from_json, to_json
from photofs.filing.desk import Desk
from photofs.model.observation import Superseded


class Superseding:
    """Files Superseded values of one scan; `removed` counts the photos taken out."""

    def __init__(self, desk: Desk) -> None:
        """`desk` holds what all filing of a scan shares."""
        self._desk = desk
        self._doubles: list[Superseded] = []
        self.removed = 0

    def file(self, told: Superseded) -> None:
        """Give the photo its other id, or note that there are two; nothing if it is not known."""
        catalog, source = self._desk.catalog, self._desk.source_id
        former = catalog.observation(source, told.remote_id)
        if former is None or told.by == told.remote_id:
            return
        if catalog.observation(source, told.by) is not None:
            self._doubles.append(told)
        elif not catalog.is_buried(source, told.by):
            self._rename(former, told)

    def _rename(self, former: ObservationRow, told: Superseded) -> None:
        catalog = self._desk.catalog
        seen = replace(from_json(former.seen, 0), remote_id=told.by)
        catalog.rename_observation(former.observation_id, told.by, to_json(seen))
        catalog.rename_member(self._desk.source_id, told.remote_id, told.by, former.photo_id)
        catalog.queue_photo(former.photo_id)

    def apply(self) -> None:
        """At the end of a complete scan: take out what stands there twice."""
        for told in self._doubles:
            self._desk.slices.begin()
            self._take_out(told)
            self._desk.slices.breathe()
        self._doubles.clear()
        self._desk.slices.end()

    def _take_out(self, told: Superseded) -> None:
        catalog, source = self._desk.catalog, self._desk.source_id
        former = catalog.observation(source, told.remote_id)
        stays = catalog.observation(source, told.by)
        if former is None or stays is None or former.gone or stays.gone:
            return
        if former.photo_id == stays.photo_id or former.last_scan == self._desk.scan:
            return
        catalog.set_observation_gone(former.observation_id, gone=True)
        catalog.rename_member(source, told.remote_id, told.by, stays.photo_id)
        self.removed += 1
        if catalog.sources_having(former.photo_id) == 0:
            self._hand_over(former.photo_id, stays.photo_id)
        # first, so that its name is free for the other one where that follows it into an album
        self._desk.placing.replace(former.photo_id)
        catalog.queue_photo(stays.photo_id)

    def _hand_over(self, photo_id: int, to: int) -> None:
        """The photo goes; what the user had of it, the other one has from now on."""
        desk = self._desk
        desk.catalog.pass_pin_on(photo_id, to)
        old, new = desk.catalog.photo_facts(photo_id), desk.catalog.photo_facts(to)
        if new.sha256 is None and old.sha256 and old.content_key == new.content_key:
            known = new._replace(sha256=old.sha256, size=old.size, size_exact=old.size_exact)
            desk.catalog.set_photo_facts(to, known)
        ctime = max(desk.now_ns(), old.ctime_ns + 1)
        desk.catalog.set_photo_facts(photo_id, old._replace(gone=1, ctime_ns=ctime))
