"""Originals that were sent to a service and that an archive has: which left Kept for that."""

from typing import Final, NamedTuple

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.cli.output import counted, human_size
from photofs.model.errors import Corrupt, NotFound, StoreError
from photofs.originals.port import Room


class Loose(NamedTuple):
    """Such originals that do not lie in Kept: how many, and their bytes."""

    files: int
    bytes: int


NONE_LOOSE: Final = Loose(0, 0)


def loose_copies(
    house: House, catalog: Catalog, library_id: int, source_id: int | None = None
) -> Loose:
    """Those of a library; with `source_id` those that this source has."""
    store = house.store()
    sizes = [
        size
        for sha256, size in catalog.sent_and_read(library_id, source_id)
        if store.has_sealed(sha256) is not Room.KEPT
    ]
    return Loose(len(sizes), sum(sizes))


def bring_back(house: House, catalog: Catalog, library_id: int, source_id: int) -> Loose:
    """Have those that the Cache still has lie in Kept again; the others."""
    store = house.store()
    left = []
    for sha256, size in catalog.sent_and_read(library_id, source_id):
        try:
            store.keep(sha256)
        except (Corrupt, NotFound, StoreError):
            left.append(size)
    return Loose(len(left), sum(left))


def loose_words(loose: Loose) -> str:
    """For people."""
    return f"{counted(loose.files, 'original')} ({human_size(loose.bytes)})"
