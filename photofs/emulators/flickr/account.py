"""An account of the emulated service: who it is, what it holds, and what anybody may see of it."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from photofs.emulators.flickr.state import ME, Album, Perms, Person, Photo, State, Tag, Token
from photofs.emulators.flickr.words import hex_word
from photofs.emulators.hosting.originals import Original, Stored
from photofs.emulators.hosting.vault import Vault

API_KEY = "0123456789abcdef0123456789abcdef"
API_SECRET = "fedcba9876543210"  # noqa: S105 - made up, opens only the emulator
TAKEN_FORM = "%Y-%m-%d %H:%M:%S"


class Account:
    """One person's account with its photos, and the photos of others that they like.

    `clock` gives unix seconds. With `folder` every change is written there at once, so that a
    process that is killed goes on from where it was; without, all is in memory.
    """

    def __init__(
        self,
        state: State | None = None,
        *,
        clock: Callable[[], float] = time.time,
        folder: Path | None = None,
    ) -> None:
        """Begin with `state`, or with an empty Pro account with one API key."""
        self.state = state or State(
            me=Person(nsid=ME, username="ada", realname="Ada L.", path_alias="ada"),
            keys={API_KEY: API_SECRET},
        )
        self.vault = Vault(folder)
        self.clock = clock
        self.version = 0
        self._unsaved = False
        self._stream: tuple[int, list[Photo]] = (-1, [])
        self._members: tuple[int, frozenset[str]] = (-1, frozenset())

    @property
    def nsid(self) -> str:
        """The owner's id."""
        return self.state.me.nsid

    def now(self) -> int:
        """Unix seconds by the account's clock."""
        return int(self.clock())

    def changed(self) -> None:
        """Say that the state is not what it was: drops what was derived, saves if it can."""
        self.version += 1
        if not self._unsaved:
            self.vault.save(self.state)

    @contextmanager
    def at_one_go(self) -> Iterator[None]:
        """Around all that one call changes: it is written down once, whole or not at all."""
        before, self._unsaved = self.version, True
        try:
            yield
        finally:
            self._unsaved = False
            if self.version != before:
                self.vault.save(self.state)

    # Who may do what

    def grant(self, perms: Perms, api_key: str = API_KEY) -> Token:
        """A new access token, as if the owner had agreed."""
        stem = f"{int(hex_word(56), 16):017d}"[-17:]
        token = Token(
            token=f"{stem}-{hex_word(64)}", secret=hex_word(64), perms=perms, api_key=api_key
        )
        self.state.tokens[token.token] = token
        self.changed()
        return token

    def revoke(self, token: str) -> None:
        """The owner takes an application's permission back."""
        del self.state.tokens[token]
        self.changed()

    # What there is

    def stream(self) -> list[Photo]:
        """The owner's photos, newest upload first."""
        version, photos = self._stream
        if version != self.version:
            photos = [p for p in self.state.photos.values() if p.owner == self.nsid]
            photos.sort(key=lambda p: (p.uploaded, p.id), reverse=True)
            self._stream = (self.version, photos)
        return photos

    def in_albums(self) -> frozenset[str]:
        """Ids of photos that are in one album at least."""
        version, members = self._members
        if version != self.version:
            members = frozenset(photo for album in self.state.albums for photo in album.photos)
            self._members = (self.version, members)
        return members

    def album(self, album_id: str) -> Album | None:
        """The album of that id."""
        return next((a for a in self.state.albums if a.id == album_id), None)

    def albums_of(self, photo_id: str) -> list[Album]:
        """The albums that hold a photo."""
        return [a for a in self.state.albums if photo_id in a.photos]

    def person(self, nsid: str) -> Person | None:
        """The owner, or somebody known of."""
        return self.state.me if nsid == self.nsid else self.state.people.get(nsid)

    def may_see(self, photo: Photo, viewer: str | None) -> bool:
        """Whether `viewer` (an nsid, None for anybody) sees the photo at all."""
        return photo.public or photo.owner == viewer

    def may_have_original(self, photo: Photo, viewer: str | None) -> bool:
        """Whether the original and sizes above 1024 pixels are to be had: not of free accounts."""
        if photo.owner != self.nsid:
            return photo.can_download
        return self.state.pro and (photo.can_download or viewer == photo.owner)

    def has_big_sizes(self, photo: Photo) -> bool:
        """Whether sizes above 1024 pixels exist for anybody: not for free accounts' photos."""
        return photo.owner != self.nsid or self.state.pro

    # What can be put in

    def next_id(self) -> str:
        """A fresh id of eleven digits."""
        self.state.last_id += 37
        return str(self.state.last_id)

    def local(self, unix: int) -> str:
        """A moment as naive text in the owner's zone, as the service writes unknown dates."""
        moment = datetime.fromtimestamp(unix, tz=UTC).astimezone(ZoneInfo(self.state.zone))
        return moment.strftime(TAKEN_FORM)

    def add_photo(self, original: Original, *, taken: str | None = None, **facts: object) -> Photo:
        """A new photo of the owner's (or of `owner`), uploaded now unless `uploaded` says when.

        `facts` are fields of Photo; `taken` None means that nobody knows.
        """
        now = self.now()
        given = {"id": self.next_id(), "owner": self.nsid, "uploaded": now, **facts}
        uploaded = given["uploaded"]
        if not isinstance(uploaded, int):
            raise TypeError("uploaded is unix seconds")
        given.setdefault("updated", uploaded)
        given["taken"] = taken or self.local(uploaded)
        given["taken_unknown"] = taken is None
        photo = Photo(original=original, **given)  # type: ignore[arg-type] # fields by name
        self.state.photos[photo.id] = photo
        self.changed()
        return photo

    def tag(self, photo: Photo, *raws: str) -> list[Tag]:
        """Add raw tags that the photo does not have yet; gives back those that were new."""
        known = {tag.raw for tag in photo.tags}
        fresh = [raw for raw in dict.fromkeys(raws) if raw not in known]
        made = [
            Tag(id=f"66926000-{photo.id}-{self.next_id()[-7:]}", raw=raw, author=self.nsid)
            for raw in fresh
        ]
        photo.tags = [*photo.tags, *made]
        return made

    def add_album(self, title: str, photos: list[str], **facts: object) -> Album:
        """A new album, first in order, with its first photo as the primary one."""
        now = self.now()
        given: dict[str, object] = {"id": self.next_album_id(), "primary": photos[0], **facts}
        given.setdefault("created", now)
        given.setdefault("updated", now)
        album = Album(title=title, photos=list(photos), **given)  # type: ignore[arg-type] # as above
        self.state.albums.insert(0, album)
        self.changed()
        return album

    def next_album_id(self) -> str:
        """A fresh id of seventeen digits."""
        return "72157" + self.next_id() + "0"

    def touch(self, photo: Photo) -> None:
        """Something about the photo changed (a comment is enough): its `lastupdate` is now."""
        photo.updated = self.now()
        self.changed()

    def remove_photo(self, photo_id: str) -> None:
        """The photo is gone for good; albums that become empty go with it."""
        del self.state.photos[photo_id]
        for album in self.albums_of(photo_id):
            self.take_from_album(album, {photo_id})
        self.state.hashes = {k: v for k, v in self.state.hashes.items() if v != photo_id}
        self.changed()

    def take_from_album(
        self, album: Album, photo_ids: set[str], *, keep_empty: bool = False
    ) -> None:
        """Take photos out; another becomes primary if need be, and an empty album vanishes."""
        album.photos = [p for p in album.photos if p not in photo_ids]
        album.updated = self.now()
        if not album.photos and keep_empty:
            album.primary = "0"
        elif not album.photos:
            self.state.albums.remove(album)
        elif album.primary in photo_ids:
            album.primary = album.photos[0]
        self.changed()

    def store(self, data: bytes) -> tuple[Stored, str]:
        """Keep uploaded bytes; gives what to call them and their SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        self.vault.put(digest, data)
        return Stored(sha256=digest), digest
