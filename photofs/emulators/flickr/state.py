"""What the emulated service remembers, as values that can be written to a file."""

from typing import Literal

import msgspec

from photofs.emulators.flickr.words import new_secret
from photofs.emulators.hosting.originals import Original

ME = "66956608@N06"
SERVER = "65535"
FARM = 66

Media = Literal["photo", "video"]
Perms = Literal["read", "write", "delete"]


class Person(msgspec.Struct, kw_only=True):
    """Somebody with an account."""

    nsid: str
    username: str
    realname: str = ""
    path_alias: str | None = None
    location: str = ""


class Tag(msgspec.Struct, kw_only=True):
    """A tag of a photo; `id` is "<n>-<photo>-<n>"."""

    id: str
    raw: str
    author: str


class Place(msgspec.Struct, kw_only=True):
    """Where a photo was taken, in degrees; accuracy 1 (world) to 16 (street)."""

    latitude: float
    longitude: float
    accuracy: int = 16
    context: int = 0


class Photo(msgspec.Struct, kw_only=True):
    """A photo or video; `uploaded` and `updated` are unix seconds, `taken` naive local time."""

    id: str
    owner: str
    original: Original
    uploaded: int
    updated: int
    taken: str
    secret: str = msgspec.field(default_factory=new_secret)
    original_secret: str = msgspec.field(default_factory=new_secret)
    title: str = ""
    description: str = ""
    tags: list[Tag] = []
    granularity: int = 0
    taken_unknown: bool = False
    media: Media = "photo"
    format: str = "jpg"
    width: int = 640
    height: int = 480
    duration: int = 0
    public: bool = True
    friend: bool = False
    family: bool = False
    perm_comment: int = 3
    perm_addmeta: int = 2
    place: Place | None = None
    views: int = 0
    license: str = "0"
    rotation: int = 0
    safety: int = 1
    content_type: int = 0
    hidden: bool = False
    can_download: bool = True


class Album(msgspec.Struct, kw_only=True):
    """A photoset; `photos` are ids in the owner's order."""

    id: str
    title: str
    primary: str
    photos: list[str]
    created: int
    updated: int
    description: str = ""
    views: int = 0


class Collection(msgspec.Struct, kw_only=True):
    """A folder of albums or of collections; `id` is "<n>-<n>"."""

    id: str
    title: str
    description: str = ""
    albums: list[str] = []
    collections: list["Collection"] = []


class Token(msgspec.Struct, kw_only=True):
    """What an application may do for the account's owner."""

    token: str
    secret: str
    perms: Perms
    api_key: str


class Ticket(msgspec.Struct, kw_only=True):
    """An asynchronous upload: done from `ready` (unix seconds) on; no photo if it failed.

    `held` is the new photo until then: no list shows it before it was worked on.
    """

    ready: float
    photo: str | None
    held: Photo | None = None


class State(msgspec.Struct, kw_only=True):
    """The whole account: all that a restart must bring back.

    `favorites` maps photo ids to the unix second they were favoured; `keys` API keys to secrets.
    """

    me: Person
    pro: bool = True
    zone: str = "PST8PDT"
    upload_limit: int = 1000
    photos: dict[str, Photo] = {}
    albums: list[Album] = []
    collections: list[Collection] = []
    favorites: dict[str, int] = {}
    people: dict[str, Person] = {}
    keys: dict[str, str] = {}
    tokens: dict[str, Token] = {}
    hashes: dict[str, str] = {}
    tickets: dict[str, Ticket] = {}
    last_id: int = 50_000_000_000
