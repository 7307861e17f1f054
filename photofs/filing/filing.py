"""Files what scans saw into the catalog: photos, albums, folders, names.

`Filing` is one catalog's filing by the user's settings; `Filing.scan` is one run over one source.
What was filed stays, however the run ends: every transaction leaves a catalog that `check` finds
clean, so a run may be killed at any moment and the next one goes on. Absence counts only once
`finish` was called.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from photofs.catalog.database import small_steps
from photofs.catalog.libraries import FiledBy
from photofs.catalog.port import ScanCounts
from photofs.catalog.sqlite import Catalog
from photofs.filing import clock
from photofs.filing.absence import APART_NS, Absence, Told
from photofs.filing.albums import AlbumFiling
from photofs.filing.claims import Claims
from photofs.filing.desk import Desk
from photofs.filing.merging import Merging
from photofs.filing.photos import PhotoFiling
from photofs.filing.placing import Placing
from photofs.filing.refining import Refining
from photofs.filing.shelves import Shelves
from photofs.filing.slices import Slices
from photofs.filing.superseding import Superseding
from photofs.filing.withdrawing import Withdrawing
from photofs.model.capture_time import (
    CaptureTime,
    OffsetOfZone,
    ZoneOfPosition,
    resolve,
    taken_from_title,
)
from photofs.model.errors import Bug, Refused
from photofs.model.moment import Moment
from photofs.model.observation import (
    AlbumGone,
    AlbumSeen,
    Checkpoint,
    CollectionSeen,
    Finding,
    Inventory,
    PhotoGone,
    PhotoSeen,
    Progress,
    ScanEnd,
    Superseded,
)

MERGED_AT_ONCE: Final = 0.25
"""Seconds for which one batch of a scan goes on merging what waits beside it."""


class Filing:
    """Filing into one catalog; used from the catalog's thread."""

    def __init__(
        self,
        catalog: Catalog,
        *,
        dates_template: str,
        default_zone: str,
        zone_of_position: ZoneOfPosition,
        offset_of_zone: OffsetOfZone,
        now: Callable[[], Moment] = clock.now,
        apart_ns: int = APART_NS,
    ) -> None:
        """`apart_ns`: how far apart two inventories must be for an absence to count twice."""
        self._catalog = catalog
        self._dates = dates_template
        self._zone = default_zone
        self._zone_of_position = zone_of_position
        self._offset_of_zone = offset_of_zone
        self._now = now
        self._apart_ns = apart_ns

    def _now_ns(self) -> int:
        return self._now().wall_ns

    @contextmanager
    def scan(
        self,
        source_id: int,
        *,
        folders: Iterable[str] | None = None,
        lists_everything: bool = True,
        accept_removals: bool = False,
        writes: Iterable[str] | None = None,
    ) -> "Iterator[ScanRun]":
        """One run over a source. `folders`: the special top folders that it can fill, if known.

        `writes`: what can be changed there, if known.
        `lists_everything`: whether absence from its inventory can mean deletion at all.
        `accept_removals`: the user said that what vanished was deleted on purpose.
        """
        if folders is not None:
            self._catalog.set_folders(source_id, folders)
        if writes is not None:
            self._catalog.set_writes(source_id, writes)
        desk = self._desk(source_id)
        self._finish_withdrawals(desk.library.library_id)
        self._follow_settings(desk.library.library_id)
        with desk.slices.whole():
            desk.shelves.make_standing()
            desk.scan = self._catalog.begin_scan(source_id, self._now_ns())
        desk.live = lists_everything
        run = ScanRun(desk, accept_removals=accept_removals)
        try:
            yield run
        finally:
            run.close()

    def _follow_settings(self, library_id: int) -> None:
        """Have all photos placed anew if Dates had another template when they were placed.

        If this is cut short, the next scan begins it anew: what is noted is noted last.
        """
        before = self._catalog.filed_by(library_id)
        if before.dates not in {"", self._dates}:
            self._catalog.queue_library(library_id)
        now = FiledBy(self._dates, before.zone or self._zone)
        if now != before:
            self._catalog.note_filed_by(library_id, now)

    def note_zone(self, library_id: int) -> None:
        """All times of the library are by the present zone, as far as a zone was set for them."""
        before = self._catalog.filed_by(library_id)
        self._catalog.note_filed_by(library_id, before._replace(zone=self._zone))

    def withdraw(self, source_id: int) -> None:
        """Take a source away from its library: what no other source tells of goes from the tree.

        Refused while changes wait to be done there. If this is cut short, the next scan of the
        library ends it. A scan of the source that goes on meanwhile ends with NotFound.
        """
        library = self._catalog.source(source_id).library_id
        self._catalog.mark_withdrawn(source_id, self._now_ns())
        self._finish_withdrawals(library)

    def _finish_withdrawals(self, library_id: int) -> None:
        for source_id in self._catalog.unfinished_withdrawals(library_id):
            Withdrawing(self._make_desk(library_id, source_id)).apply()

    @contextmanager
    def refining(self, source_id: int) -> "Iterator[Refining]":
        """Better capture times for the photos of a source; see `refining.Refining`."""
        yield Refining(self._desk(source_id))

    def merge_waiting(self, library_id: int, seconds: float = math.inf) -> bool:
        """Work out of which photos observations are that wait for it, in small transactions.

        For so long; whether more wait.
        """
        self._catalog.finish_removals()
        desk = self._make_desk(library_id, 0)
        desk.slices.begin()
        try:
            until = time.monotonic() + seconds
            more = Merging(desk).drain(desk.slices.breathe, until)
            desk.placing.drain(desk.slices.breathe)
            desk.slices.end()
        except BaseException:
            desk.slices.abandon()
            raise
        return more

    @contextmanager
    def merging(self, library_id: int) -> "Iterator[Merging]":
        """For what a user says of one photo: one transaction, then all that follows from it."""
        desk = self._make_desk(library_id, 0)
        with desk.slices.whole():
            yield Merging(desk)
        self.merge_waiting(library_id)

    def desk_of(self, library_id: int) -> Desk:
        """What wishes for a library are filed with; `source_id` is 0 if nothing can be changed."""
        source_id, _ = self._catalog.writes_of_library(library_id)
        return self._make_desk(library_id, source_id or 0)

    def _desk(self, source_id: int) -> Desk:
        self._catalog.finish_removals()
        library = self._catalog.source(source_id).library_id
        return self._make_desk(library, source_id, lambda: self._catalog.source(source_id))

    def _make_desk(
        self, library_id: int, source_id: int, check: Callable[[], object] = lambda: None
    ) -> Desk:
        """`check` raises once the source was taken away by another process."""
        catalog = self._catalog
        library = catalog.library_by_id(library_id)
        special = catalog.folders_of_library(library_id)
        shelves = Shelves(catalog, library, special, self._now_ns)
        return Desk(
            catalog=catalog,
            library=library,
            source_id=source_id,
            scan=0,
            shelves=shelves,
            placing=Placing(catalog, library, shelves, self._dates),
            slices=Slices(catalog, self._now_ns, shelves.forget, check=check),
            resolve=self._resolve,
            now_ns=self._now_ns,
            now=self._now,
            began=self._now(),
            apart_ns=self._apart_ns,
            several=catalog.has_several(library_id),
        )

    def _resolve(self, seen: PhotoSeen) -> CaptureTime:
        return resolve(
            seen.taken or taken_from_title(seen.title or seen.file_name or ""),
            seen.position,
            seen.uploaded_ns,
            zone=self._zone,
            zone_of_position=self._zone_of_position,
            offset_of_zone=self._offset_of_zone,
        )


class ScanRun:
    """One run of a scan; keeps `catalog.port.ScanWrites`."""

    def __init__(self, desk: Desk, *, accept_removals: bool) -> None:
        """`desk` holds what the run's parts share."""
        self._desk = desk
        self._photos = PhotoFiling(desk)
        self._albums = AlbumFiling(desk)
        self._absence = Absence(desk, self._albums)
        self._superseding = Superseding(desk)
        self._merging = Merging(desk)
        self._accept_removals = accept_removals
        self._told = Told()
        self._finished = False
        self._cursor = desk.catalog.source(desk.source_id).cursor

    def file(self, batch: Sequence[object]) -> None:
        """File a batch of observations, in transactions of at most 50 ms each."""
        slices = self._desk.slices
        try:
            for observation in batch:
                slices.begin()
                self._take(observation)
                slices.breathe()
            slices.begin()
            if self._desk.several:
                # what a source that was added has everybody wait for comes bit by bit
                until = time.monotonic() + MERGED_AT_ONCE if batch else math.inf
                self._merging.drain(slices.breathe, until)
            self._desk.placing.drain(slices.breathe)
            slices.end()
        except BaseException:
            slices.abandon()
            raise

    def reached(self, cursor: str) -> None:
        """All that was filed by now stays: a scan from `cursor` would tell the rest."""
        self._note_cursor(cursor)

    def finish(self, cursor: str | None, *, full: bool) -> None:
        """The scan was complete; absence may count now.

        Refused if too much would vanish: then nothing is taken for deleted, the cursor stays where
        it was, and the source's trouble says why.
        """
        self._heed_other_sources()
        self.file(())
        if not self._accept_removals:
            self._guard(full=full)
        try:
            self._absence.apply(self._told)
            if self._accept_removals:
                self._absence.accept()
            self._superseding.apply()
            if full and self._told.tells_of_albums:
                self._absence.settle_albums()
            self.file(())
            Claims(self._desk).hear()
            self._end(cursor, full=full)
        except BaseException:
            self._desk.slices.abandon()
            raise

    def _heed_other_sources(self) -> None:
        """What another source kept from being shown is shown now that this one was read.

        If that one was added while this one was scanned, all is looked through.
        """
        catalog, library = self._desk.catalog, self._desk.library.library_id
        if not self._desk.several and catalog.has_several(library):
            self._desk.several = True
            catalog.queue_merging_of_library(library)
        for photo in catalog.stand_ins(self._desk.source_id):
            self._desk.slices.begin()
            self._merging.show_best(photo)
            self._desk.slices.breathe()
        self._desk.slices.end()

    def suspects(self) -> list[str]:
        """After the end: ids whose absence counts only if the source says so of each."""
        return self._absence.suspects()

    def answered(self, remote_id: str, *, gone: bool) -> None:
        """What the source says of a suspect."""
        with self._desk.slices.whole():
            self._absence.answered(remote_id, gone=gone)

    def conclude(self) -> None:
        """After the answers: what the source itself calls gone goes, unless that is too much.

        Refused if it is: then all of it stays, and the source's trouble says why.
        """
        try:
            self._absence.conclude()
        except Refused as refused:
            self._desk.catalog.source_trouble(self._desk.source_id, str(refused))
            raise
        except BaseException:
            self._desk.slices.abandon()
            raise
        self.file(())

    def close(self) -> None:
        """Note the end of a run that did not finish."""
        self._desk.slices.abandon()
        if not self._finished:
            with self._desk.catalog.database.transaction():
                self._desk.catalog.end_scan(
                    self._desk.scan, self._desk.now_ns(), None, self.counts()
                )

    def _note_cursor(self, cursor: str | None) -> None:
        with self._desk.catalog.database.transaction():
            self._desk.catalog.note_cursor(self._desk.source_id, cursor)

    def _guard(self, *, full: bool) -> None:
        try:
            self._absence.guard(self._told, full=full)
        except Refused as refused:
            self._desk.catalog.source_trouble(self._desk.source_id, str(refused))
            self._note_cursor(self._cursor)
            raise

    def _end(self, cursor: str | None, *, full: bool) -> None:
        catalog, source, scan = self._desk.catalog, self._desk.source_id, self._desk.scan
        now = self._desk.now_ns()
        with catalog.database.transaction():
            catalog.end_scan(scan, now, "full" if full else "incremental", self.counts())
            catalog.scan_done(source, cursor, now, full=full)
        self._finished = True

        def drop() -> bool:
            catalog.drop_findings(source, scan, full=full)
            return catalog.database.changed() > 0

        small_steps(catalog.database, drop)

    def counts(self) -> ScanCounts:
        """What the run has done so far."""
        filed = self._photos.filed
        removed = self._absence.removed + self._superseding.removed
        return ScanCounts(filed.seen, filed.added, filed.changed, removed)

    def _take(self, observation: object) -> None:
        match observation:
            case PhotoSeen():
                self._told.gone.discard(observation.remote_id)
                self._photos.file(observation)
            case AlbumSeen():
                self._albums.file(observation)
            case AlbumGone():
                self._albums.remove(observation)
            case CollectionSeen():
                self._albums.file_collection(observation)
            case PhotoGone():
                self._told.gone.add(observation.remote_id)
            case Superseded():
                self._superseding.file(observation)
            case Inventory():
                self._take_inventory(observation)
            case Finding():
                self._desk.catalog.add_finding(self._desk.source_id, self._desk.scan, observation)
            case Progress() | Checkpoint() | ScanEnd():
                pass
            case _:
                raise Bug(f"a provider yielded {type(observation).__name__}, no observation")

    def _take_inventory(self, inventory: Inventory) -> None:
        if not self._desk.live:
            raise Bug("an inventory was told by a source that does not list everything")
        self._told.inventory = inventory.remote_ids
        self._told.counted = inventory.counted
        self._told.albums_counted = inventory.albums_counted
        self._told.leaves_out = inventory.leaves_out
