"""What the emulated Google remembers, as values that can be written to a file."""

from typing import Literal

import msgspec

from photofs.emulators.hosting.originals import Original

SCOPE = "https://www.googleapis.com/auth/"
APPEND = SCOPE + "photoslibrary.appendonly"
READ = SCOPE + "photoslibrary.readonly.appcreateddata"
EDIT = SCOPE + "photoslibrary.edit.appcreateddata"
PICK = SCOPE + "photospicker.mediaitems.readonly"
GONE_SCOPES = frozenset(
    SCOPE + name for name in ("photoslibrary", "photoslibrary.readonly", "photoslibrary.sharing")
)
"""Scopes that can still be asked for and granted; every call with them alone is refused."""

Status = Literal["PROCESSING", "READY", "FAILED"]


class App(msgspec.Struct, kw_only=True):
    """An OAuth client, of the desktop kind, and the project that it belongs to.

    `testing`: refresh tokens die after seven days. `api_enabled`: whether the project may call.
    """

    client_id: str
    secret: str
    project: str
    testing: bool = False
    api_enabled: bool = True


class Grant(msgspec.Struct, kw_only=True):
    """What the owner has agreed to; `refresh` is the refresh token, `made` unix seconds."""

    refresh: str
    client_id: str
    scopes: list[str]
    made: float
    revoked: bool = False


class Access(msgspec.Struct, kw_only=True):
    """An access token; good before `ends` (unix seconds)."""

    token: str
    refresh: str
    ends: float


class Item(msgspec.Struct, kw_only=True):
    """A photo or video.

    `owner` is the client that created it, "" for what came from the owner's phone. `web_id` is what
    photos.google.com calls it. `created` is its capture time or, without one, its upload time, as
    ISO text in UTC; `dated` tells which. `polls`: how often a video says PROCESSING yet.
    `trashed_at`: unix seconds.
    """

    id: str
    web_id: str
    owner: str
    original: Original
    sha256: str
    filename: str
    mime: str
    created: str
    dated: bool
    uploaded: float
    width: int
    height: int
    description: str = ""
    polls: int = 0
    failed: bool = False
    favorite: bool = False
    archived: bool = False
    trashed: bool = False
    trashed_at: float = 0.0
    position: tuple[float, float] | None = None

    @property
    def is_video(self) -> bool:
        """Whether it is a video."""
        return self.mime.startswith("video/")


class Enrichment(msgspec.Struct, kw_only=True):
    """A text, place or map in an album."""

    id: str
    content: dict[str, object]


class Album(msgspec.Struct, kw_only=True):
    """An album; `content` are ids of items and enrichments in the album's order."""

    id: str
    owner: str
    title: str
    content: list[str] = []
    cover: str | None = None


class Upload(msgspec.Struct, kw_only=True):
    """A resumable upload; `size` was announced, `received` bytes lie in the vault's draft."""

    id: str
    owner: str
    size: int
    mime: str
    made: float
    received: int = 0
    token: str | None = None
    cancelled: bool = False


class Uploaded(msgspec.Struct, kw_only=True):
    """What an upload token stands for, until it is a day old."""

    token: str
    owner: str
    sha256: str
    size: int
    mime: str
    made: float


class Picking(msgspec.Struct, kw_only=True):
    """A picker session; `picked` are ids once the owner pressed Done."""

    id: str
    owner: str
    made: float
    most: int
    picked: list[str] | None = None


class State(msgspec.Struct, kw_only=True):
    """The whole account: all that a restart must bring back.

    `counts`: calls by project, kind and day; `storage_left` in bytes, None = without end.
    """

    email: str = "ada@example.org"
    subject: str = "101234567890123456789"
    apps: dict[str, App] = {}
    grants: dict[str, Grant] = {}
    accesses: dict[str, Access] = {}
    items: dict[str, Item] = {}
    albums: dict[str, Album] = {}
    enrichments: dict[str, Enrichment] = {}
    uploads: dict[str, Upload] = {}
    tokens: dict[str, Uploaded] = {}
    pickings: dict[str, Picking] = {}
    counts: dict[str, int] = {}
    storage_left: int | None = None
    last_id: int = 0
