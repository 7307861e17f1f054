"""The mirrors that are there while rules are looked at: open, and known to be this catalog's."""

import logging
import threading
from functools import partial
from pathlib import Path
from typing import NamedTuple

from photofs.catalog.mirrored import CopyRow
from photofs.catalog.mirrors import MirrorRow
from photofs.catalog.sqlite import Catalog
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.opening import open_mirror
from photofs.mirrors.proof import is_right
from photofs.model.errors import NotAttached, PhotofsError
from photofs.wishing.proof_disks import ProofDisks
from photofs.wishing.recognising import compare_mirror, place_of, word_in

log = logging.getLogger(__name__)


class ProofMirrors:
    """Used on the loop, to be closed; reading goes on in threads (`ProofDisks`)."""

    def __init__(self, catalog: Catalog, disks: ProofDisks) -> None:
        """None is open yet."""
        self._catalog, self._disks = catalog, disks
        self._there: dict[int, _Shared] = {}

    async def look(self, now_ns: int) -> None:
        """Open those that are there now, and compare their words.

        One that cannot be read, or whose disk is silent, proves nothing now; no other waits for it.
        """
        for row in self._catalog.mirrors():
            before = self._catalog.witness(place_of(row.marker))
            opening = partial(_opened, row)
            try:
                found = await self._disks.ask_aside(row.mirror_id, row.root, opening, _close)
            except PhotofsError as error:
                log.info("the mirror %s proves nothing now: %s", row.root, error)
                continue
            self._there[row.mirror_id] = _Shared(found.folder)
            compare_mirror(self._catalog, found.folder, before, found.word, now_ns)

    def close(self) -> None:
        """Each as soon as nobody reads in it."""
        for shared in self._there.values():
            shared.end()
        self._there.clear()

    def markers(self) -> dict[int, str]:
        """Of those that are there, by their numbers."""
        return {number: shared.folder.marker.mirror for number, shared in self._there.items()}

    async def is_right(self, copy: CopyRow) -> bool | None:
        """Whether a copy, read to its end, is still what it was; None if its disk is away."""
        shared = self._there.get(copy.mirror_id)
        if shared is None or self._disks.is_silent(copy.mirror_id):
            return None
        root = str(shared.folder.root)
        shared.begin()  # ended by the thread, however long that reads
        try:
            reading = partial(_read, shared, copy)
            return await self._disks.ask_aside(copy.mirror_id, root, reading)
        except NotAttached as error:
            log.info("%s proves nothing now: %s", copy.path, error)
            return None
        except PhotofsError as error:
            log.info("%s proves nothing now: %s", copy.path, error)
            return False


class _Found(NamedTuple):
    """A mirror that was opened, and the catalog's word in it."""

    folder: LocalMirror
    word: str | None


class _Shared:
    """A folder that is closed by the last one who lets go of it.

    A thread that was left alone would find its descriptor to be another file's.
    """

    def __init__(self, folder: LocalMirror) -> None:
        """Held by who opened it."""
        self.folder = folder
        self._lock = threading.Lock()
        self._held = 1

    def begin(self) -> None:
        """One more holds it."""
        with self._lock:
            self._held += 1

    def end(self) -> None:
        """One holds it no more."""
        with self._lock:
            self._held -= 1
            if self._held == 0:
                self.folder.close()


def _opened(row: MirrorRow) -> _Found:
    """In a thread: the folder, with its word."""
    folder = open_mirror(Path(row.root), row.marker, row.traits, writing=False)
    try:
        return _Found(folder, word_in(folder))
    except BaseException:
        folder.close()
        raise


def _close(found: _Found) -> None:
    """In a thread: it was opened too late."""
    found.folder.close()


def _read(shared: _Shared, copy: CopyRow) -> bool:
    """In a thread."""
    try:
        return is_right(shared.folder, copy.path, copy.stamp, copy.sha256)
    finally:
        shared.end()
