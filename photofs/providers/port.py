"""The one contract between the core and whatever holds photos: a service, an account, an archive.

A provider must be able to tell what there is (`changes`) and to give bytes (`open_original`); all
else is an ability that it has or has not. The core asks abilities, never names. Every exception
that leaves a provider is one of photofs.model.errors.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from photofs.model.capture_time import TakenFact, ZoneOfPosition
from photofs.model.errand import Deed, Errand, Outcome
from photofs.model.head import HeadFacts
from photofs.model.observation import AlbumSeen, ContentHash, Observation, PhotoSeen
from photofs.model.photo import Media
from photofs.model.pile import Pile
from photofs.model.sidecar import SidecarFacts
from photofs.model.span import Span
from photofs.model.splice import StampHead
from photofs.model.verdict import Verdict


class Folders(StrEnum):
    """The special top folders that a library can have, as far as its service knows such a thing."""

    COLLECTIONS = "Collections"
    FAVORITES = "Favorites"
    ARCHIVE = "Archive"
    VIDEOS = "Videos"
    TRASH = "Trash"


class Upload(NamedTuple):
    """A file to be sent. The caller keeps `path` as it is until all is over.

    `key` is the operation's own: what was sent with it can be found by it again. `name` is the
    file's name in the tree. `visibility` is "private", "friends", "family" or "public".
    `even_if_known`: a new photo, also if the service says that it has these bytes. `taken`: its
    capture time where the bytes tell none, for services that take it from the bytes (`stamps`).
    """

    path: Path
    size: int
    sha256: str
    media: Media
    name: str
    title: str
    key: str
    visibility: str = "private"
    even_if_known: bool = False
    taken: TakenFact | None = None


class Uploaded(NamedTuple):
    """What became of an upload: its id there; `known`: the service had these bytes already.

    `shown`: the photo, where the service's answer shows it as it is now: nobody need look again.
    """

    remote_id: str
    known: bool = False
    shown: PhotoSeen | None = None


class Sent(Protocol):
    """Hears how many bytes of an upload have gone out."""

    def __call__(self, sent: int) -> None:
        """So many bytes so far."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Writes:
    """What a source can change, each a function, or None where it cannot.

    All raise RemoteError's kinds: Temporary (it was not done, or nobody knows: `find_upload` and
    the `look` functions tell), Unauthorised, Quota (the account is full or its limit reached; the
    text says so), Gone, and Refused where the service says no for good; its text is the service's
    own reason. Those that change one fact may be repeated without harm; `upload` and `make_album`
    may not.

    `upload`: sends a file. After Temporary ask `find_upload` before another try.
    `find_upload`: what an upload whose answer was lost left there: its id, or None if the service
        certainly has nothing of it, or takes the same bytes again without harm. Raises Temporary
        where it cannot tell yet.
    `together`: so many uploads the service wants under way at once, as it takes them in batches;
        how many bytes go out at once is its own affair. `coming`: to be held while an upload is
        made ready and sent, so that the others of its batch wait for it, and for no other.
    `members_at_once`: so many photos join an album in one call.
    `stamps`: the capture time of `Upload.taken` is sent within a copy of the bytes.
    `replace`: other bytes for a photo, which keeps its id, albums, comments and dates.
    `delete`: for good. `trash`, `restore`: the service's own trash, if it has one.
    `make_album`: title and first photo; the album's id. `empty_albums`: the photo may be None.
        After Temporary ask `find_album` before another try.
    `find_album`: the album that holds that photo alone (None: nothing) under that title; its id,
        or None if there is none.
    `rename_album`, `describe_album`, `remove_album`, `order_album`: by the album's id.
    `join`, `leave`: photos into an album, out of it; what is so already is no error.
    `favorite`: on or off; `owned` says whose the photo is.
    `set_title`, `set_description`, `set_tags`, `set_taken`: of one photo.
    `look`: one photo as it is now, None if the service says that it is not there.
    `look_album`: one album with its members as they are now, None likewise.
    `lost`: those of these photos of which the service says that it has them no more; Temporary,
        or any other RemoteError, where it cannot say.
    `on_page`: what no call of the service does, and a hand can do on a photo's page there; `pages`:
        how the addresses of such pages begin.
    """

    upload: Callable[[Upload, Sent], Awaitable[Uploaded]] | None = None
    together: int = 3
    coming: Callable[[], AbstractContextManager[None]] = nullcontext
    members_at_once: int = 1
    stamps: bool = False
    find_upload: Callable[[Upload], Awaitable[str | None]] | None = None
    replace: Callable[[str, Upload, Sent], Awaitable[None]] | None = None
    delete: Callable[[str], Awaitable[None]] | None = None
    trash: Callable[[str], Awaitable[None]] | None = None
    restore: Callable[[str], Awaitable[None]] | None = None
    make_album: Callable[[str, str | None], Awaitable[str]] | None = None
    find_album: Callable[[str, str | None], Awaitable[str | None]] | None = None
    empty_albums: bool = False
    rename_album: Callable[[str, str], Awaitable[None]] | None = None
    describe_album: Callable[[str, str], Awaitable[None]] | None = None
    remove_album: Callable[[str], Awaitable[None]] | None = None
    order_album: Callable[[str, Sequence[str]], Awaitable[None]] | None = None
    join: Callable[[str, Sequence[str]], Awaitable[None]] | None = None
    leave: Callable[[str, Sequence[str]], Awaitable[None]] | None = None
    favorite: "Callable[[str, bool, bool], Awaitable[None]] | None" = None
    set_title: Callable[[str, str], Awaitable[None]] | None = None
    set_description: Callable[[str, str], Awaitable[None]] | None = None
    set_tags: Callable[[str, Sequence[str]], Awaitable[None]] | None = None
    set_taken: Callable[[str, TakenFact], Awaitable[None]] | None = None
    look: Callable[[str], Awaitable[PhotoSeen | None]] | None = None
    look_album: Callable[[str], Awaitable[AlbumSeen | None]] | None = None
    lost: Callable[[Sequence[str]], Awaitable[frozenset[str]]] | None = None
    on_page: frozenset[Deed] = frozenset()
    pages: tuple[str, ...] = ()


FACTS: Final = frozenset(
    {"empty_albums", "together", "coming", "members_at_once", "stamps", "on_page", "pages"}
)
"""The fields of `Writes` that are no change of anything."""


class Unwritable(NamedTuple):
    """Why nothing can be changed at a source whose wishes wait, and what to do about it."""

    why: str
    remedy: str


MAY_READ_ONLY: Final = Unwritable(
    "the login may read only, so what was changed here is not sent",
    "`photofs login` asks for more with --allow write",
)


class Renditions(NamedTuple):
    """Small JPEGs that a service makes of photos, and of videos a still; upright, whatever is told.

    `get`: that of a photo by its ref, of at least so many pixels on the longest side, but for what
        the service has none as large of. Raises Gone or Corrupt (none of that photo now), NotFound,
        Temporary, Unauthorised, Quota. Background work: it gives way to people.
    `expect`: these will be asked for next, `together` at the most: where addresses have to be asked
        for, those of all of them are, at once. Raises as `get` does.
    """

    get: Callable[[str, int], Awaitable[bytes]]
    expect: Callable[[Sequence[str]], Awaitable[None]] | None = None
    together: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a provider can do beyond listing and giving bytes; facts first.

    `lists_everything`: a complete listing holds all there is, so absence can mean deletion.
    `keeps_exact_bytes`: an original comes back as it was sent, byte by byte.
    `takes_once`: the same bytes, uploaded again, are the photo that is there: no second one comes.
    `reports_size`, `reports_hash`: the listing tells the original's length, a content hash.
    `supports_ranges`: bytes can be asked for from the middle (a host may still refuse to).
    `folders`: which special folders a library of it shows.
    `local`: its bytes lie on this machine's disks; reading them costs no service's patience.
    `metered`: the service counts a day's requests: nobody asks only to learn a size.
    `writes`: what can be changed there; None: nothing can, and `unwritable` says why.
    `renditions`: small pictures, which count as no original; None: there are only originals.
    """

    lists_everything: bool
    reports_size: bool
    reports_hash: bool
    supports_ranges: bool
    folders: frozenset[Folders]
    local: bool = False
    metered: bool = False
    keeps_exact_bytes: bool = False
    takes_once: bool = False
    writes: "Writes | None" = None
    unwritable: Unwritable = MAY_READ_ONLY
    renditions: Renditions | None = None


class OriginalStream(Protocol):
    """The bytes of an original, from `start` on, as the source gives them.

    `start` is where the bytes really begin: 0 where a host ignored the wish for a range.
    `total` is the whole original's length, None where the host does not say.
    `hash` is a content hash of the whole original where the host gives one with the bytes.
    `validator` names the version of the whole original that the bytes belong to, None where the
    source tells none: bytes from two streams may be joined only if `validator` and `total` agree.
    Iterating yields non-empty chunks; it raises Temporary if the line breaks, and also if fewer
    bytes came than announced. It ends where the wished-for span or the file ends.
    """

    start: int
    total: int | None
    hash: ContentHash | None
    validator: str | None

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Chunks in order."""
        ...


class Provider(Protocol):
    """One source: a provider account or an archive folder behind a library."""

    @property
    def abilities(self) -> Abilities:
        """What this source can do (an account may be able to do less than its service)."""
        ...

    def changes(self, cursor: str | None) -> AsyncIterator[Observation]:
        """All there is (`cursor` None), or what has changed since the scan that gave the cursor.

        Raises Temporary, Unauthorised, Quota, or NotFound where an archive folder is not there;
        what was yielded before stays true. An unknown or outdated cursor is taken as None; that of
        a `Checkpoint` begins where the scan was cut short.
        """
        ...

    async def is_gone(self, remote_id: str) -> bool:
        """Whether the source says, asked for this very id, that it has no such photo any more.

        False where it cannot tell. Raises Temporary, Unauthorised or Quota.
        """
        ...

    def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AbstractAsyncContextManager[OriginalStream]:
        """The original's bytes, all or a span of them; `ref` as this provider's PhotoSeen gave it.

        `person`: whether somebody waits for it; background work gives way.
        Entering raises Temporary, Unauthorised, Gone, Quota or Corrupt (a damaged archive).
        """
        ...


class Hand(Protocol):
    """Does errands on photos' pages, one after the other (docs/decisions/0017).

    `name` is what the journal calls it. It touches a photo only if the page shows it to be the
    right one, looks first whether what is wished is so already, and never deletes for good.
    """

    @property
    def name(self) -> str:
        """Such as "browser"."""
        ...

    async def do(self, errand: Errand, *, dry: bool) -> Outcome:
        """Do one errand; with `dry` only find the photo, and say what would be done.

        The journal holds SEND before this is called (but for `dry`). What it raises counts as a
        surprise. Cancelling it leaves the errand unsure: the next one looks first.
        """
        ...


class Pacer(Protocol):
    """Shared between processes, kept in the catalog: when the next request may go out."""

    def reserve(self, key: str, *, person: bool) -> float:
        """Take the next free place for `key` (host and API key); seconds to wait until it.

        Raises Quota when the day's budget is used up; its text says when it begins anew. Busy,
        without having waited, if others write just now: to be asked again.
        """
        ...

    def report(self, key: str, verdict: Verdict, retry_after: float | None = None) -> None:
        """Tell what became of it; the interval adapts; the key is closed for `retry_after` s.

        Raises Busy as above.
        """
        ...


class SecretStore(Protocol):
    """Where logins lie: the desktop's keyring, or a file that only the user can read."""

    def get(self, name: str) -> str | None:
        """The secret of that name."""
        ...

    def put(self, name: str, secret: str) -> None:
        """Keep it, durably, replacing an older one of that name."""
        ...

    def remove(self, name: str) -> None:
        """Forget it; no error if it is not there."""
        ...

    @property
    def where(self) -> str:
        """For `photofs status`: which kind of place this is."""
        ...


class SmallState(Protocol):
    """A source's own small notes on this machine: JSON by key; losing them costs only time."""

    def get(self, key: str) -> object | None:
        """The value noted under the key."""
        ...

    def put(self, key: str, value: object) -> None:
        """Note a JSON value under the key."""
        ...

    def put_all(self, notes: Mapping[str, object]) -> None:
        """Note all of these, each by itself; a crash may leave some of them out."""
        ...

    def drop(self, key: str) -> None:
        """Note nothing under the key any more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What assembly lends to a provider when it opens one.

    `new_pile` gives an empty one, which whoever asked for it closes.
    `zone_of_position` and `now_ns` come from outside so that tests can set them.
    `read_timeout` in seconds is how long a connection may be silent.
    `read_head` tells a medium's kind and facts by its first bytes (model/head.py says how many),
    None for what is no medium; where it is not lent, such facts stay unknown. `stamp_head` writes a
    capture time into the head of a copy, `read_sidecar` tells what an XMP file says.
    `own_folders` are photofs's own (cache, catalog, kept originals), in which no source lies.
    `favorite_tag`: own favorites may be marked by a tag where the service takes no other mark.
    """

    pacer: Pacer
    secrets: SecretStore
    small_state: SmallState
    new_pile: Callable[[], Pile]
    zone_of_position: ZoneOfPosition
    now_ns: Callable[[], int]
    read_timeout: float = 30.0
    read_head: Callable[[bytes], HeadFacts | None] | None = None
    stamp_head: StampHead | None = None
    read_sidecar: Callable[[bytes], SidecarFacts | None] | None = None
    own_folders: tuple[Path, ...] = ()
    favorite_tag: bool = True


class ProviderFactory(Protocol):
    """How assembly opens a provider: one function a provider folder, named `open_provider`."""

    def __call__(
        self, config: Mapping[str, object], tools: Tools
    ) -> AbstractAsyncContextManager[Provider]:
        """Open the source that `config` (the catalog's JSON of it) describes.

        Raises Refused with a remedy if the configuration cannot be right.
        """
        ...
