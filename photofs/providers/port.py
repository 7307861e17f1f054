"""The one contract between the core and whatever holds photos: a service, an account, an archive.

A provider must be able to tell what there is (`changes`) and to give bytes (`open_original`); all
else is an ability that it has or has not. The core asks abilities, never names. Every exception
that leaves a provider is one of photofs.model.errors.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from photofs.model.capture_time import ZoneOfPosition
from photofs.model.head import HeadFacts
from photofs.model.observation import ContentHash, Observation
from photofs.model.span import Span
from photofs.model.verdict import Verdict


class Folders(StrEnum):
    """The special top folders that a library can have, as far as its service knows such a thing."""

    COLLECTIONS = "Collections"
    FAVORITES = "Favorites"
    ARCHIVE = "Archive"
    VIDEOS = "Videos"
    TRASH = "Trash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a provider can do beyond listing and giving bytes; facts first.

    `lists_everything`: a complete listing holds all there is, so absence can mean deletion.
    `keeps_exact_bytes`: an original comes back as it was sent, byte by byte.
    `reports_size`, `reports_hash`: the listing tells the original's length, a content hash.
    `supports_ranges`: bytes can be asked for from the middle (a host may still refuse to).
    `folders`: which special folders a library of it shows.
    `local`: its bytes lie on this machine's disks; reading them costs no service's patience.
    """

    lists_everything: bool
    keeps_exact_bytes: bool
    reports_size: bool
    reports_hash: bool
    supports_ranges: bool
    folders: frozenset[Folders]
    local: bool = False


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
        what was yielded before stays true. An unknown or outdated cursor is taken as None.
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


class Pacer(Protocol):
    """Shared between processes, kept in the catalog: when the next request may go out."""

    def reserve(self, key: str, *, person: bool) -> float:
        """Take the next free place for `key` (host and API key); seconds to wait until it.

        Raises Quota when the day's budget is used up; its text says when it begins anew.
        """
        ...

    def report(self, key: str, verdict: Verdict, retry_after: float | None = None) -> None:
        """Tell what became of it; the interval adapts; the key is closed for `retry_after` s."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What assembly lends to a provider when it opens one.

    `zone_of_position` and `now_ns` come from outside so that tests can set them.
    `read_timeout` in seconds is how long a connection may be silent.
    `read_head` tells a medium's kind and facts by its first bytes (model/head.py says how many),
    None for what is no medium; where it is not lent, such facts stay unknown.
    `own_folders` are photofs's own (cache, catalog, kept originals), in which no source lies.
    """

    pacer: Pacer
    secrets: SecretStore
    small_state: SmallState
    zone_of_position: ZoneOfPosition
    now_ns: Callable[[], int]
    read_timeout: float = 30.0
    read_head: Callable[[bytes], HeadFacts | None] | None = None
    own_folders: tuple[Path, ...] = ()


class ProviderFactory(Protocol):
    """How assembly opens a provider: one function a provider folder, named `open_provider`."""

    def __call__(
        self, config: Mapping[str, object], tools: Tools
    ) -> AbstractAsyncContextManager[Provider]:
        """Open the source that `config` (the catalog's JSON of it) describes.

        Raises Refused with a remedy if the configuration cannot be right.
        """
        ...
