"""The catalog as one object: all its parts on one connection to one SQLite file."""

from pathlib import Path
from types import TracebackType
from typing import Self

from photofs.catalog.album_leads import AlbumLeads
from photofs.catalog.album_rows import AlbumRows
from photofs.catalog.album_writes import AlbumWriting
from photofs.catalog.beside_rows import BesideRows
from photofs.catalog.clock import ClockWriting
from photofs.catalog.database import BRIEFLY_MS, BUSY_MS, Database
from photofs.catalog.discards import DiscardRows
from photofs.catalog.errand_rows import ErrandRows
from photofs.catalog.fetch_writes import FetchWriting
from photofs.catalog.incoming import IncomingRows
from photofs.catalog.join_order import JoinOrder
from photofs.catalog.last_copies import LastCopyRows
from photofs.catalog.learnt_rows import LearntRows
from photofs.catalog.libraries import LibraryWriting
from photofs.catalog.merge_rows import MergeRows
from photofs.catalog.mirror_counts import MirrorCountRows
from photofs.catalog.mirror_proofs import ProofRows
from photofs.catalog.mirrors import MirrorRows
from photofs.catalog.opened_rows import OpenedRows
from photofs.catalog.photo_reads import PhotoReading
from photofs.catalog.photo_writes import PhotoWriting
from photofs.catalog.regrouping import Regrouping
from photofs.catalog.rule_rows import RuleRows
from photofs.catalog.scan_writes import ScanWriting
from photofs.catalog.sent_rows import SentRows
from photofs.catalog.splice_rows import SpliceRows
from photofs.catalog.thumbnail_rows import ThumbnailRows
from photofs.catalog.unread_rows import UnreadRows
from photofs.catalog.witness_rows import WitnessRows


class Catalog(
    SpliceRows,
    LibraryWriting,
    PhotoReading,
    FetchWriting,
    PhotoWriting,
    AlbumWriting,
    ScanWriting,
    ErrandRows,
    IncomingRows,
    DiscardRows,
    ClockWriting,
    MergeRows,
    LearntRows,
    SentRows,
    AlbumLeads,
    Regrouping,
    MirrorRows,
    MirrorCountRows,
    ProofRows,
    AlbumRows,
    BesideRows,
    JoinOrder,
    RuleRows,
    LastCopyRows,
    WitnessRows,
    OpenedRows,
    ThumbnailRows,
    UnreadRows,
):
    """Everything that port.py promises, and the rows that filing writes; for one thread."""

    def __enter__(self) -> Self:
        """The catalog itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.database.close()


def open_catalog(path: Path, *, read_only: bool = False, durable: bool = True) -> Catalog:
    """Open the catalog, made anew or brought up to date if need be; the caller closes it.

    `durable`: what is written survives a power cut; fetching does without, for its commits stand
    between a reader and the first byte, and what they note can be learnt again. It does not wait
    for other writers either, but gets Busy, and comes again: the loop that asks serves all readers.
    Raises NotFound (read-only, and there is none), Refused (of a newer version), Busy, Full,
    Corrupt or StoreError.
    """
    patience = BUSY_MS if durable else BRIEFLY_MS
    catalog = Catalog(Database(path, read_only=read_only, patience_ms=patience))
    if not durable:
        catalog.database.connection.pragma("synchronous", 1)
    return catalog
