"""What all filing of one scan shares: the catalog, the library, the folders, the clock."""

from collections.abc import Callable
from dataclasses import dataclass

from photofs.catalog.port import LibraryRow
from photofs.catalog.sqlite import Catalog
from photofs.filing.facts import Resolve
from photofs.filing.placing import Placing
from photofs.filing.shelves import Shelves
from photofs.filing.slices import Slices
from photofs.model.moment import Moment, between_ns


@dataclass(slots=True, kw_only=True)
class Desk:
    """One scan's tools.

    `apart_ns`: how far apart two words on an absence must be to count as two; `began`: when the
    scan did, which is the earliest that any word of it was true. `live`: the source tells how
    things are now, so that what it told before is never the newer word. `several`: other sources
    tell of the same library.
    """

    catalog: Catalog
    library: LibraryRow
    source_id: int
    scan: int
    shelves: Shelves
    placing: Placing
    slices: Slices
    resolve: Resolve
    now_ns: Callable[[], int]
    now: Callable[[], Moment]
    began: Moment
    apart_ns: int
    live: bool = False
    several: bool = False

    def note_now(self) -> int:
        """Remember the moment that it is; its wall time stands for it in the catalog."""
        now = self.now()
        self.catalog.note_moment(now)
        return now.wall_ns

    def is_apart(self, noted_ns: int) -> bool:
        """Whether this scan began so long after a moment that was noted that both count."""
        return between_ns(self.catalog.moment(noted_ns), self.began) >= self.apart_ns

    def contradicts(self, noted_ns: int) -> bool:
        """Whether a moment that was noted would be later than this scan: a clock was ahead then."""
        return between_ns(self.catalog.moment(noted_ns), self.now()) < 0
