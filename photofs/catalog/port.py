"""What the rest of the house may ask of the catalog, cut into what each asker needs.

`TreeReads` is for the view: microseconds, synchronous, no locks. `LibraryReads` is for commands and
for fetching. `FetchWrites` is what fetching learns. `ScanWrites` is how the agent hands a scan to
filing, in transactions of at most 50 ms. Times are nanoseconds since 1970-01-01 UTC.
Errors: NotFound, Busy (the file is locked for longer than the set time), StoreError.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from photofs.model.discard import Discard, TrashSpot
from photofs.model.incoming import Stage
from photofs.model.node import Entry, Node
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity, Media
from photofs.model.splice import Splice


class LibraryRow(NamedTuple):
    """A library: what a top folder shows."""

    library_id: int
    name: str
    folder_id: int


class SourceRow(NamedTuple):
    """A source behind a library. `config` is the provider's JSON; `account` fixes whose it is.

    `full_scan_ns`, `scan_ns`: the end of the last complete full, of the last complete scan.
    `trouble`: why it could not be scanned or read the last time, as a sentence; empty if all is
    well.
    """

    source_id: int
    library_id: int
    provider: str
    account: str | None
    config: Mapping[str, object]
    cursor: str | None
    full_scan_ns: int | None
    scan_ns: int | None
    trouble: str


class Unsent(NamedTuple):
    """What of a photo its service does not have yet.

    `stage`, `why`: of a file that a program wrote, until all is done; None of any other photo.
    `wished`, `held`: whether something that is wished about it is not over, whether it is held.
    """

    stage: Stage | None
    why: str
    wished: bool
    held: bool


SENT = Unsent(None, "", wished=False, held=False)


class SetMember(NamedTuple):
    """Another file of the same shot: what it is there (main, edited, ...), and its name."""

    role: str
    name: str


class PhotoRow(NamedTuple):
    """All that is shown of a photo.

    `set_role` says what it is among the files of one shot; `set_others` are the others of them.
    """

    photo_id: int
    library_id: int
    media: Media
    title: str | None
    file_name: str | None
    description: str | None
    tags: tuple[str, ...]
    size: int | None
    size_exact: bool
    sha256: str | None
    mtime_ns: int
    ctime_ns: int
    taken_local: str | None
    taken_how: str
    links: int
    favorite: bool
    archived: bool
    trashed: bool
    owned: bool
    missing: bool
    pinned: bool
    fidelity: Fidelity
    fidelity_note: str
    page_url: str | None
    albums: tuple[str, ...]
    trouble: str
    set_role: str | None
    set_others: tuple[SetMember, ...]


class OriginRow(NamedTuple):
    """One way to a photo's bytes: what a source's observation says of it, best first."""

    observation_id: int
    source_id: int
    seen: PhotoSeen


class Counts(NamedTuple):
    """For `status`: how many there are of each in a library."""

    photos: int
    albums: int
    trashed: int
    missing: int
    sized: int
    sealed: int
    size_total: int


class Change(NamedTuple):
    """Something that the kernel may have cached is no longer true.

    `name` is set when an entry appeared, went or was renamed (then `parent_ino` says where); else
    the attributes of `ino` changed; `content` says that its bytes did too.
    """

    sequence: int
    ino: int
    parent_ino: int | None
    name: str | None
    content: bool


class ScanCounts(NamedTuple):
    """What a run did, for its row."""

    seen: int
    added: int
    changed: int
    gone: int


class TreeReads(Protocol):
    """The view's questions. A folder id of 0 is the root."""

    def node(self, ino: int) -> Node | None:
        """The attributes of a folder or photo."""
        ...

    def child(self, folder_id: int, name: str) -> Node | None:
        """What stands under exactly that name in the folder."""
        ...

    def entries(self, folder_id: int, after: int, limit: int) -> list[Entry]:
        """Up to `limit` entries with a cookie above `after`, in cookie order."""
        ...

    def parent(self, folder_id: int) -> int | None:
        """The id of the folder that holds this folder; None for the root or an unknown one."""
        ...

    def data_version(self) -> int:
        """A number that differs once another connection has committed (PRAGMA data_version)."""
        ...

    def last_change(self) -> int:
        """The sequence number of the newest change."""
        ...

    def changes_since(self, sequence: int, limit: int) -> list[Change]:
        """Changes after that number, oldest first."""
        ...

    def discards(self, owner: int, after: int, limit: int) -> list[Discard]:
        """What lies in the trash of the mount of a user, in the order in which it came there.

        At most so many, with numbers above `after`.
        """
        ...

    def discard_at(self, spot: TrashSpot) -> Discard | None:
        """What lies there under exactly that name."""
        ...

    def discarded_album(self, discard_id: int) -> Discard | None:
        """The album of that number, if it still lies in anybody's trash."""
        ...

    def totals(self) -> tuple[int, int]:
        """For statfs: the number of photos, and the sum of their sizes in bytes."""
        ...

    def path_of_folder(self, folder_id: int) -> str:
        """The path of a folder below the root, which has none."""
        ...

    def path_of(self, photo_id: int) -> str:
        """Where it stands below the mount's root, in Dates rather than elsewhere; "" if nowhere."""
        ...


class LibraryReads(Protocol):
    """Questions of commands, of fetching, and of the agent."""

    def libraries(self) -> list[LibraryRow]:
        """All libraries by name."""
        ...

    def library(self, name: str) -> LibraryRow:
        """That library, or NotFound."""
        ...

    def sources(self, library_id: int | None = None) -> list[SourceRow]:
        """The sources of a library, or all."""
        ...

    def photo(self, photo_id: int) -> PhotoRow:
        """All that is shown of a photo, or NotFound."""
        ...

    def shown_head(self, photo_id: int) -> Splice:
        """What is shown in place of a photo's first bytes, where sizes are told so as well."""
        ...

    def draft_of(self, photo_id: int) -> str:
        """The name in the store of the file that a program writes; '' if there is none."""
        ...

    def unsent(self, photo_id: int) -> Unsent:
        """What of a photo its service does not have yet."""
        ...

    def is_incoming(self, photo_id: int) -> bool:
        """Whether a program wrote it, and that is not over yet."""
        ...

    def incoming_photos(self) -> list[int]:
        """The ids of all photos of which that is so."""
        ...

    def library_of(self, ino: int) -> int | None:
        """The id of the library that a folder or photo is of; None for the root."""
        ...

    def writable_libraries(self) -> frozenset[int]:
        """The ids of those libraries in which anything can be changed."""
        ...

    def path_of(self, photo_id: int) -> str:
        """Where it stands below the mount's root, in Dates rather than elsewhere; "" if nowhere."""
        ...

    def origins(self, photo_id: int) -> list[OriginRow]:
        """The ways to its bytes: present before missing, original before lesser fidelity."""
        ...

    def shown_key(self, photo_id: int) -> str:
        """The content key of the bytes that a photo shows; "" if there is no such photo."""
        ...

    def pinned_hashes(self) -> frozenset[str]:
        """The hashes of pinned photos."""
        ...

    def counts(self, library_id: int) -> Counts:
        """Numbers for `status`."""
        ...

    def unsized(self, source_id: int, after: int, limit: int) -> list[int]:
        """Photo ids above `after` whose exact size is not known yet (for the census)."""
        ...

    def photos_under(self, folder_id: int) -> Iterator[int]:
        """The ids of all photos in a folder and the folders below it, each once."""
        ...

    def troubled(self, library_id: int, limit: int) -> list[tuple[str, str]]:
        """Names of photos whose bytes cannot be had, each with the reason."""
        ...

    def findings(self, library_id: int) -> Iterator[tuple[str, str, str]]:
        """The last scan's report: kind, path, why; ordered by kind and path."""
        ...


class FetchWrites(Protocol):
    """What fetching learns of a photo while it gets the bytes."""

    def size_learnt(
        self, photo_id: int, content_key: str, size: int, before: str | None = None
    ) -> None:
        """Its exact size; ignored if the photo's bytes are of another content key by now.

        Or if their hash is known by now, and is not the one that it was `before`.
        """
        ...

    def sealed(
        self, photo_id: int, content_key: str, sha256: str, size: int, before: str | None = None
    ) -> None:
        """Its original is whole here; ignored as above."""
        ...

    def shown_from(self, photo_id: int, shown: str, observation_id: int) -> None:
        """Its bytes come from that observation now; ignored if it does not show `shown` any more.

        `shown`: a content key. For where the best of several sources cannot be read.
        """
        ...

    def source_trouble(self, source_id: int, sentence: str) -> None:
        """Why the source cannot be read now, for `status`; the empty sentence clears it."""
        ...

    def set_pinned(self, photo_id: int, *, pinned: bool) -> None:
        """Pin or unpin."""
        ...

    def photo_trouble(self, photo_id: int, sentence: str) -> None:
        """Why this photo's bytes cannot be had, for `status` and xattr; empty clears it."""
        ...


class ScanWrites(Protocol):
    """One run of a scan of one source."""

    def file(self, batch: Sequence[object]) -> None:
        """File a batch of observations, in transactions of at most 50 ms each."""
        ...

    def reached(self, cursor: str) -> None:
        """What was filed by now stays: the next scan begins at this cursor if none better comes."""
        ...

    def finish(self, cursor: str | None, *, full: bool) -> None:
        """The scan was complete; absence may count now."""
        ...

    def suspects(self) -> list[str]:
        """After the end: ids that are taken for deleted only if the source says so of each."""
        ...

    def answered(self, remote_id: str, *, gone: bool) -> None:
        """What the source says of a suspect."""
        ...

    def conclude(self) -> None:
        """After the answers: take out what is gone; Refused, with none of it, if it is too much."""
        ...

    def counts(self) -> ScanCounts:
        """What the run has done so far."""
        ...
