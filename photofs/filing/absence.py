"""Decides what may be taken for deleted at a source, and takes it out of the tree.

The rules (docs/SEMANTICS.md "Facts have a time"): the source's own word for an id counts at once;
absence counts only from complete inventories, two of them at least an hour apart. Where the source
counts otherwise than it lists, that makes but a suspect, for which the source's own word is needed.
If more than a tenth of a source, and at least 20 photos, would vanish in one scan, or all of it,
nothing is changed and the user is asked. The same holds for albums and for collections. Where a
service leaves out of its list what is there (Google what was archived), absence stops no scan; it
is what the service itself calls gone that must not be so much. Bytes on this disk are never
touched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from photofs.catalog.scan_writes import KnownId
from photofs.filing.albums import AlbumFiling
from photofs.filing.desk import Desk
from photofs.filing.overruling import Overruling
from photofs.filing.photos import set_gone
from photofs.filing.replaced import Replaced
from photofs.model.errors import Refused
from photofs.model.wording import counted

SHARE: Final = 0.1
AT_LEAST: Final = 20
"""More than this share of a source, and at least this many, in one scan: stop and ask."""

APART_NS: Final = 3600 * 10**9
"""Two inventories count as two only if the second was begun so long after the first was told."""

ASKED_AT_ONCE: Final = 100
"""Suspects that are asked for after one scan: one request each, two minutes at Flickr's pace."""

ASKED_AGAIN: Final = 3
"""Of those that are called gone and may not go: so many are asked for once more after a scan. A
service that finds one of them was wrong of them all."""

FIRST, SUSPECT, CALLED_GONE, AGREED = 1, 2, 3, 4
"""The stages of an absence: not in an inventory; nor in one apart from it, so it is asked for; gone
by the source's own word; to be asked for, and if it is gone that is what the user expects."""


@dataclass(slots=True)
class Told:
    """What a scan told of absence: an inventory, if it was complete, and ids known to be gone.

    `counted`: the inventory holds as many as the source itself counts; `albums_counted`: as many
    albums were told of; `leaves_out`: it is without what is there, as Inventory says.
    """

    inventory: frozenset[str] | None = None
    counted: bool = True
    albums_counted: bool = True
    leaves_out: bool = False
    gone: set[str] = field(default_factory=set)

    @property
    def tells_of_albums(self) -> bool:
        """Whether an album that was not told of may be gone, if the scan was a full one."""
        return self.inventory is not None and self.albums_counted


class Absence:
    """Applies at a scan's end what it told of absence."""

    def __init__(self, desk: Desk, albums: AlbumFiling) -> None:
        """`desk` holds what all filing of a scan shares."""
        self._desk = desk
        self._albums = albums
        self._noted_ns: int | None = None
        self.removed = 0

    def guard(self, told: Told, *, full: bool) -> None:
        """Refused, with nothing changed, if too much would vanish."""
        catalog, source, scan = self._desk.catalog, self._desk.source_id, self._desk.scan
        vanished = sum(1 for each in self._known(told) if self._would_go(each, told))
        _refuse_many("photos", vanished, catalog.count_known(source))
        if full and told.tells_of_albums:
            unseen = len(catalog.albums_not_seen(source, scan))
            _refuse_many("albums", unseen, catalog.count_albums(source))
            unseen = len(catalog.collections_not_seen(source, scan))
            _refuse_many("collections", unseen, catalog.count_collections(source))

    def apply(self, told: Told) -> None:
        """Count absences, take out what is gone, bring back what is there again."""
        for each in self._known(told):
            self._desk.slices.begin()
            self._settle(each, told)
            self._desk.slices.breathe()
        if told.inventory is not None:
            self._bring_back(told.inventory - told.gone)
        self._desk.slices.end()

    def settle_albums(self) -> None:
        """After a full scan of all there is: albums and collections not told of, twice apart."""
        catalog, source, scan = self._desk.catalog, self._desk.source_id, self._desk.scan
        self._desk.slices.begin()
        for album in catalog.albums_not_seen(source, scan):
            if album.absent_ns is None or self._desk.contradicts(album.absent_ns):
                catalog.note_album_absence(album.row_id, self._noted())
            elif self._desk.is_apart(album.absent_ns):
                self._albums.retire(album.row_id)
            self._desk.slices.breathe()
        for collection in catalog.collections_not_seen(source, scan):
            if collection.absent_ns is None or self._desk.contradicts(collection.absent_ns):
                catalog.note_collection_absence(collection.row_id, self._noted())
            elif self._desk.is_apart(collection.absent_ns):
                self._albums.retire_collection(collection.remote_id)
            self._desk.slices.breathe()
        self._desk.slices.end()

    def accept(self) -> None:
        """The user says that what vanished was deleted on purpose: what is called gone goes."""
        source = self._desk.source_id
        self._take_out_called_gone()
        self._desk.slices.begin()
        self._desk.catalog.move_absent(source, SUSPECT, AGREED)
        self._desk.slices.end()

    def suspects(self) -> list[str]:
        """Ids that two inventories left out, while the source counts otherwise than it lists.

        Where none is left to be asked for, a few of those that are called gone and may not go.
        """
        catalog, source = self._desk.catalog, self._desk.source_id
        found = catalog.absent_at(source, AGREED, ASKED_AT_ONCE)
        found += catalog.absent_at(source, SUSPECT, ASKED_AT_ONCE - len(found))
        found = found or catalog.some_absent_at(source, CALLED_GONE, ASKED_AGAIN)
        return [each.remote_id for each in found]

    def answered(self, remote_id: str, *, gone: bool) -> None:
        """The source's own word for a suspect; if it is there, its absence begins anew.

        If it was called gone before, no such word was worth anything: all are asked for anew.
        """
        catalog, source = self._desk.catalog, self._desk.source_id
        row = catalog.observation(source, remote_id)
        if row is None or row.gone:
            return
        if not gone:
            catalog.set_absence(row.observation_id, 0, None)
            if row.absent == CALLED_GONE:
                catalog.move_absent(source, CALLED_GONE, SUSPECT)
        elif row.absent == AGREED:
            self._take_out(row.observation_id, row.photo_id)
        else:
            catalog.set_absence(row.observation_id, CALLED_GONE, self._noted())

    def conclude(self) -> None:
        """What the source calls gone goes, once so many as may go are left to be asked for.

        Refused, and nothing goes, if it calls too many so; this is known for good only when all
        were asked for, as they are by and by (ASKED_AT_ONCE after each scan).
        """
        catalog, source = self._desk.catalog, self._desk.source_id
        called = catalog.count_absent_at(source, CALLED_GONE)
        if not called:
            return
        known = catalog.count_known(source)
        if _are_many(called, known):
            raise Refused(
                f"of {called:,} of {counted(known, 'photo')} the service says they are no more",
                safe="none was taken for deleted, and all of them are still shown",
                remedy="look at the account itself; if they were deleted on purpose:"
                " photofs scan --accept-removals",
            )
        if not _are_many(called + catalog.count_absent_at(source, SUSPECT), known):
            self._take_out_called_gone()

    def _take_out_called_gone(self) -> None:
        for each in self._desk.catalog.absent_at(self._desk.source_id, CALLED_GONE):
            self._desk.slices.begin()
            self._take_out(each.observation_id, each.photo_id)
            self._desk.slices.breathe()
        self._desk.slices.end()

    def _noted(self) -> int:
        """The moment at which this scan's absences are noted."""
        if self._noted_ns is None:
            self._noted_ns = self._desk.note_now()
        return self._noted_ns

    def _known(self, told: Told) -> Iterator[KnownId]:
        """All known ids, where the scan told of absence at all."""
        if told.inventory is None and not told.gone:
            return iter(())
        return self._desk.catalog.known_ids(self._desk.source_id)

    def _would_go(self, each: KnownId, told: Told) -> bool:
        """Whether it is on its way out of the tree by what this scan told."""
        return each.remote_id in told.gone or (not told.leaves_out and self._is_absent(each, told))

    def _is_absent(self, each: KnownId, told: Told) -> bool:
        if each.remote_id in told.gone:
            return True
        # a photo that came while the inventory was taken is not in it, but was told of
        not_listed = told.inventory is not None and each.remote_id not in told.inventory
        return not_listed and each.last_scan != self._desk.scan

    def _settle(self, each: KnownId, told: Told) -> None:
        """What follows for one known id."""
        catalog = self._desk.catalog
        if each.remote_id in told.gone:
            self._take_out(each.observation_id, each.photo_id)
        elif told.inventory is None:
            return
        elif not self._is_absent(each, told):
            if each.absent:
                catalog.set_absence(each.observation_id, 0, None)
        elif each.absent_ns is None or self._desk.contradicts(each.absent_ns):
            catalog.set_absence(each.observation_id, FIRST, self._noted())
        elif self._desk.is_apart(each.absent_ns):
            if told.counted:
                self._take_out(each.observation_id, each.photo_id)
            elif each.absent < SUSPECT:
                catalog.set_absence(each.observation_id, SUSPECT, each.absent_ns)

    def _take_out(self, observation_id: int, photo_id: int) -> None:
        """Take it for deleted: out of all folders once no source has it; its row stays."""
        catalog = self._desk.catalog
        catalog.set_observation_gone(observation_id, gone=True)
        self.removed += 1
        if catalog.sources_having(photo_id) > 0:
            Replaced(self._desk).put_sent_away(observation_id, photo_id)
            Overruling(catalog, self._desk.now_ns).photo_left(photo_id, self._desk.source_id)
            return
        Replaced(self._desk).put_told_away(photo_id)
        Replaced(self._desk).put_hidden_away(photo_id)
        if Overruling(catalog, self._desk.now_ns).photo_gone(photo_id):
            self._desk.placing.replace(photo_id)
        else:
            set_gone(self._desk, photo_id, gone=True)

    def _bring_back(self, listed: frozenset[str]) -> None:
        catalog = self._desk.catalog
        for observation_id, remote_id, photo_id in catalog.gone_ids(self._desk.source_id):
            if remote_id in listed and not catalog.is_buried(self._desk.source_id, remote_id):
                self._desk.slices.begin()
                catalog.set_observation_gone(observation_id, gone=False)
                Overruling(catalog, self._desk.now_ns).photo_is_back(photo_id)
                set_gone(self._desk, photo_id, gone=False)
                self._desk.slices.breathe()


def _refuse_many(noun: str, vanished: int, known: int) -> None:
    """Refused if that many of so many are too many to vanish at once."""
    if _are_many(vanished, known):
        raise Refused(
            f"{vanished:,} of {known:,} {noun} were not there any more in this scan",
            safe="nothing was taken for deleted, and all of them are still shown",
            remedy="if they were deleted on purpose: photofs scan --accept-removals",
        )


def _are_many(vanished: int, known: int) -> bool:
    """Whether that many of so many are too many to vanish at once."""
    many = vanished >= AT_LEAST and vanished > known * SHARE
    return vanished > 0 and (many or vanished == known)
