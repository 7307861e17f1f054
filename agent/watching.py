"""Watches the folders of archives, so that an export that is put there is taken in at once.

The system tells of each change (inotify, by watchdog). A file is finished once its writer has
closed it; one whose writer only pauses (a download that stalls) is left alone for STALLED seconds.
Where the system tells nothing, as on network disks that others write, the scan that is due every
half an hour finds it all the same.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from photofs.catalog.port import SourceRow

log = logging.getLogger(__name__)

QUIET_S: Final = 10.0
"""Seconds without a change before a folder is scanned: the parts of an export come together."""

STALLED: Final = 600.0
"""Seconds after its last byte before a file that was never closed counts as finished."""

CHANGES: Final[list[type[FileSystemEvent]]] = [
    *(FileClosedEvent, FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent),
    *(DirCreatedEvent, DirDeletedEvent, DirMovedEvent),
]
"""To read a file, as a scan does, is none."""


class WatchedFolder(NamedTuple):
    """A folder as it was when it was begun to be watched: another disk there is another place."""

    path: Path
    device: int
    inode: int


class Changes(FileSystemEventHandler):
    """What has changed in one folder since it was last scanned. Told by the observer's thread."""

    def __init__(self, only: str, clock: Callable[[], float]) -> None:
        """`only`: the path of the one file that counts, '' for all. `clock` in seconds."""
        self._only = only
        self._clock = clock
        self._lock = threading.Lock()
        self._last: float | None = None
        self._written: dict[str, float] = {}

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note it."""
        paths = {str(event.src_path), str(event.dest_path)} - {""}
        if self._only and self._only not in paths:
            return
        with self._lock:
            self._last = self._clock()
            for path in paths:
                self._note(path, event)

    def _note(self, path: str, event: FileSystemEvent) -> None:
        """Whether somebody writes that file now.

        A new name tells nothing of it: `mv` from elsewhere gives one to a file that is whole. Of
        times that are set after the close, as unzip does it, watchdog tells nothing.
        """
        if isinstance(event, FileModifiedEvent):
            self._written[path] = self._clock()
        else:
            self._written.pop(path, None)

    def changed(self) -> None:
        """Nobody knows what has changed."""
        with self._lock:
            self._last = -QUIET_S + self._clock()

    def take(self, quiet_s: float) -> bool:
        """Whether it has changed and is quiet now; asked again, what was told of is forgotten."""
        with self._lock:
            if self._last is None:
                return False
            now = self._clock()
            writing = any(now - at < STALLED for at in self._written.values())
            if writing or now - self._last < quiet_s:
                return False
            self._last = None
            self._written.clear()
            return True


class Watching:
    """The folders of all sources that have one."""

    def __init__(
        self, quiet_s: float = QUIET_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Nothing is watched yet; `close` ends it."""
        self._quiet_s = quiet_s
        self._clock = clock
        self._observer: BaseObserver | None = None
        self._places: dict[int, WatchedFolder | None] = {}
        self._watches: dict[int, ObservedWatch] = {}
        self._changes: dict[int, Changes] = {}
        self._complained: set[int] = set()

    def follow(self, sources: Iterable[SourceRow]) -> None:
        """Watch what these read from, as it is now, and nothing else. Called every few seconds."""
        paths = {
            source.source_id: Path(path)
            for source in sources
            if isinstance(path := source.config.get("path"), str)
        }
        for source_id in self._places.keys() - paths.keys():
            self._leave(source_id)
            del self._places[source_id]
        for source_id, path in paths.items():
            place = _place_at(path)
            if source_id not in self._places or place != self._places[source_id]:
                self._follow_one(source_id, path, place)

    def _follow_one(self, source_id: int, path: Path, place: WatchedFolder | None) -> None:
        """Begin with a folder that is new here, or has come back, or is another one now.

        It counts as changed: nobody has watched it until now.
        """
        self._leave(source_id)
        self._places[source_id] = place
        if place is None:
            return
        changes = Changes("" if path.is_dir() else str(path), self._clock)
        try:
            self._watches[source_id] = self._started().schedule(
                changes, str(place.path), recursive=path.is_dir(), event_filter=CHANGES
            )
        except OSError as error:  # such as more folders than the system lets a user watch
            if source_id not in self._complained:
                self._complained.add(source_id)
                log.warning("%s cannot be watched: %s; scans find what is new", path, error)
            return
        self._changes[source_id] = changes
        changes.changed()

    def take(self, source_id: int) -> bool:
        """Whether that source's folder has changed and is quiet now; once for each change."""
        changes = self._changes.get(source_id)
        return changes is not None and changes.take(self._quiet_s)

    def close(self) -> None:
        """Watch nothing any more."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def _started(self) -> BaseObserver:
        if self._observer is None:
            self._observer = Observer()
            self._observer.daemon = True
            self._observer.start()
        return self._observer

    def _leave(self, source_id: int) -> None:
        changes = self._changes.pop(source_id, None)
        watch = self._watches.pop(source_id, None)
        if watch is None or changes is None or self._observer is None:
            return
        if watch in self._watches.values():  # two libraries of one folder share a watch
            self._observer.remove_handler_for_watch(changes, watch)
        else:
            self._observer.unschedule(watch)


def _place_at(path: Path) -> WatchedFolder | None:
    """The folder to be watched for that path, None if there is none now."""
    folder = path if not path.is_file() else path.parent
    try:
        status = folder.stat()
    except OSError:
        return None
    return WatchedFolder(folder, status.st_dev, status.st_ino)
