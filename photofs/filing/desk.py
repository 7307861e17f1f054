"""What all filing of one scan shares: the catalog, the library, the folders, the clock."""

from collections.abc import Callable
from dataclasses import dataclass

from photofs.catalog.port import LibraryRow
from photofs.catalog.sqlite import Catalog
from photofs.filing.facts import Resolve
from photofs.filing.placing import Placing
from photofs.filing.shelves import Shelves
from photofs.filing.slices import Slices


@dataclass(slots=True, kw_only=True)
class Desk:
    """One scan's tools.

    `apart_ns`: how far apart two words on an absence must be to count as two. `live`: the source
    tells how things are now, so that what it told before is never the newer word.
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
    apart_ns: int
    live: bool = False
