"""What a scan saw: the values that providers yield and the catalog files.

A provider's `changes()` yields these in any order but for two rules: an album's or collection's
members may be named before the photos themselves were seen, and `ScanEnd` comes last, exactly once,
and only if nothing was left out. A stream that ends without a `ScanEnd`, or raises, was not
complete and counts for no absence at all.
"""

from dataclasses import dataclass
from enum import StrEnum

from photofs.model.capture_time import TakenFact
from photofs.model.photo import Fidelity, Media, PixelSize, Position


class HashKind(StrEnum):
    """Which algorithm a service's content hash uses."""

    SHA256 = "sha256"
    MD5 = "md5"
    CRC32 = "crc32"


@dataclass(frozen=True, slots=True)
class ContentHash:
    """A hash of the original's bytes as a source tells it; `digest` in lower-case hex."""

    kind: HashKind
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSeen:
    """What one source says of one photo. None means that the source does not tell.

    `remote_id` is stable for the photo's life within the source. `content_key` changes whenever the
    original's bytes may have changed, and only then: bytes fetched under another key never mix.
    `ref` is what the provider's `open_original` needs, opaque to all others (JSON text).
    `uploaded_ns`, `changed_ns` and `as_of_ns` are nanoseconds since 1970-01-01 UTC; `as_of_ns` is
    the moment for which the facts held (an export's creation, or the time of the scan).
    `extension` is that of the original's bytes (lower case, no dot), "" if the source cannot tell.
    `hearsay`: files of a person say so (a sidecar, a mirror's list), not the service: it may have
    held long before it was written, and anybody may have written it.
    """

    remote_id: str
    media: Media
    content_key: str
    ref: str
    as_of_ns: int
    file_name: str | None = None
    extension: str = ""
    title: str | None = None
    description: str | None = None
    taken: TakenFact | None = None
    uploaded_ns: int | None = None
    changed_ns: int | None = None
    position: Position | None = None
    pixels: PixelSize | None = None
    tags: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    favorite: bool | None = None
    archived: bool | None = None
    trashed: bool | None = None
    owned: bool = True
    page_url: str | None = None
    size: int | None = None
    hash: ContentHash | None = None
    fidelity: Fidelity = Fidelity.ORIGINAL
    fidelity_note: str = ""
    missing: bool = False
    set_key: str | None = None
    set_role: str | None = None
    hearsay: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbumSeen:
    """An album with all its members in the service's order.

    `members` are remote ids. `members_complete` is False where the source may hold back
    members (an export part that is not there); absence from the list then means nothing. `count` is
    how many the service counts, where it tells that beside the list.
    """

    remote_id: str
    title: str
    members: tuple[str, ...]
    as_of_ns: int
    description: str | None = None
    position: int = 0
    members_complete: bool = True
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbumGone:
    """The service itself said that the album is no more."""

    remote_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionSeen:
    """A folder of albums, where the service nests them; `parent` None at the top."""

    remote_id: str
    title: str
    parent: str | None
    albums: tuple[str, ...]
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoGone:
    """The service itself said, for this very id, that the photo is no more."""

    remote_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """What was told under one id is known now to be the photo of another id of the same source.

    It comes before the PhotoSeen of `by`, and may be told again at any later scan. What was told
    under the former id counts as older than anything that is told of `by`.
    """

    remote_id: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Every remote id that a listing of all photos held; basis for finding deletions.

    Only a provider whose `lists_everything` is true yields it, only when all pages came. `counted`:
    they were as many as the service itself counts. If not, and reading the list twice gave the very
    same, then absence from it is a suspicion: each id must be asked for (`Provider.is_gone`).
    `albums_counted`: so were the albums, and all collections came. `leaves_out`: the service keeps
    photos out of its list that are there, as many as their owner likes (what was archived): then
    that many are absent from it says nothing at all, and each must be asked for.
    """

    remote_ids: frozenset[str]
    counted: bool = True
    albums_counted: bool = True
    leaves_out: bool = False


class FindingKind(StrEnum):
    """What the report of a source can say of one file."""

    NO_SIDECAR = "medium without a sidecar"
    NO_MEDIUM = "sidecar without a medium"
    GUESS = "guess"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    UNMERGED = "not merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `photofs library report`: which file, what about it, and why."""

    kind: FindingKind
    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the scan is; `total` None while unknown. `unit` as a plural noun."""

    done: int
    total: int | None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """All that was told before may be filed for good now; a scan from `cursor` tells the rest.

    It stands in for the end if the scan is cut short after it, but absence counts for nothing then.
    """

    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanEnd:
    """All that was there has been told. `cursor` starts the next incremental scan."""

    cursor: str | None
    full: bool


Observation = (
    PhotoSeen
    | AlbumSeen
    | AlbumGone
    | CollectionSeen
    | PhotoGone
    | Superseded
    | Inventory
    | Finding
    | Progress
    | Checkpoint
    | ScanEnd
)

__all__ = [
    "AlbumGone",
    "AlbumSeen",
    "Checkpoint",
    "CollectionSeen",
    "ContentHash",
    "Finding",
    "FindingKind",
    "HashKind",
    "Inventory",
    "Observation",
    "PhotoGone",
    "PhotoSeen",
    "Progress",
    "ScanEnd",
    "Superseded",
]
