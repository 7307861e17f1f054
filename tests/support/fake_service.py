"""A service in memory that can be written to, and misbehaves on order; keeps `port.Provider`.

Each function of `Writes` is a method here. `trouble` says what befalls the next calls of a name:

    "lost"      it is done, and the answer lost (Temporary)
    "down"      it is not done (Temporary)
    "throttled" it is not done (Temporary with `retry_after` 30)
    "no"        Refused for good
    "gone"      Gone
    "full"      Quota
    "later"     Quota (with `retry_after` 3600)
    "login"     Unauthorised
    "touched"   Corrupt: the file was touched while it was sent
    "bug"       an exception that nobody foresees
    "killed"    it is done, and whoever asked for it dies (Killed)
    "stopped"   whoever asked dies before it is done
"""

import hashlib
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace

import trio

from photofs.model.capture_time import TakenFact
from photofs.model.errors import Busy, Corrupt, Gone, Quota, Refused, Temporary, Unauthorised
from photofs.model.observation import AlbumSeen, ContentHash, Observation, PhotoSeen
from photofs.model.photo import Media
from photofs.model.span import Span
from photofs.providers.port import FACTS, Abilities, Sent, Upload, Uploaded, Writes


class Killed(BaseException):
    """The process was killed at this moment."""


@dataclass
class Picture:
    """What the service has of one photo."""

    seen: PhotoSeen
    data: bytes
    key: str = ""
    version: int = 1


@dataclass
class FakeService:
    """`without`: functions that it has not, "empty_albums" among them.

    `lag`: how many looks at a new photo show nothing; `album_lag`: how many lists lack new albums.
    `exact`: it gives back what it got. `unwanted`: hashes of bytes that it will not take.
    `vanishing`: an album goes with its last photo.
    """

    photos: dict[str, Picture] = field(default_factory=dict)
    albums: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    trouble: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    calls: Counter[str] = field(default_factory=Counter)
    without: frozenset[str] = frozenset({"trash", "restore", "empty_albums"})
    lag: int = 0
    album_lag: int = 0
    exact: bool = True
    vanishing: bool = False
    most_bytes: int = 10**9
    unwanted: set[str] = field(default_factory=set)
    slow: float = 0.0
    log: list[str] = field(default_factory=list)
    _number: int = 0
    _unseen: dict[str, int] = field(default_factory=dict)

    def plan(self, name: str, *words: str) -> None:
        """What befalls the next calls of that name."""
        self.trouble[name].extend(words)

    @property
    def abilities(self) -> Abilities:
        """What it can do: all that it was not made without."""
        names = {each.name for each in fields(Writes)} - FACTS - self.without
        return Abilities(
            lists_everything=True,
            keeps_exact_bytes=self.exact,
            reports_size=False,
            reports_hash=False,
            supports_ranges=False,
            folders=frozenset(),
            writes=Writes(
                **{name: self._told(name) for name in names},  # type: ignore[arg-type]
                empty_albums="empty_albums" not in self.without,
            ),
        )

    @property
    def writes(self) -> Writes:
        """What can be changed."""
        writes = self.abilities.writes
        assert writes is not None
        return writes

    def _told(self, name: str) -> Callable[..., Awaitable[object]]:
        function: Callable[..., object] = getattr(self, f"_{name}")

        async def call(*arguments: object) -> object:
            await trio.sleep(self.slow if name == "upload" else 0.0)
            self.calls[name] += 1
            waiting = self.trouble[name]
            word = waiting.popleft() if waiting else ""
            if word in {"", "lost", "killed"}:
                answer = function(*arguments)
                self.log.append(name)
            if word:
                raise error_of(word)
            return answer

        return call

    def add(self, data: bytes, key: str = "", **facts: object) -> str:
        """One more photo; its id."""
        self._number += 1
        remote_id = f"r{self._number}"
        seen = PhotoSeen(
            remote_id=remote_id,
            media=Media.PICTURE,
            content_key="1",
            ref=remote_id,
            as_of_ns=1,
            extension="jpg",
        )
        self.photos[remote_id] = Picture(replace(seen, **facts), data, key)  # type: ignore[arg-type]
        self._unseen[remote_id] = self.lag
        return remote_id

    def members(self, title: str) -> list[str]:
        """The photos of the albums of that title, each as often as it is in one."""
        return [each for name, photos in self.albums.values() if name == title for each in photos]

    # the functions of Writes

    def _upload(self, upload: Upload, sent: Sent) -> Uploaded:
        data = upload.path.read_bytes()
        assert len(data) == upload.size
        assert hashlib.sha256(data).hexdigest() == upload.sha256
        if upload.sha256 in self.unwanted:
            raise Refused("the service will not do that")
        if len(data) > self.most_bytes:
            raise Refused("the file is too big", remedy="make it smaller")
        sent(len(data))
        facts = {"title": upload.title, "media": upload.media}
        return Uploaded(self.add(data, upload.key, **facts))

    def _find_upload(self, upload: Upload) -> str | None:
        keys = {photo.key: remote_id for remote_id, photo in self.photos.items()}
        return keys.get(upload.key)

    def _replace(self, remote_id: str, upload: Upload, sent: Sent) -> None:
        photo = self._photo(remote_id)
        photo.data = upload.path.read_bytes()
        photo.version += 1
        photo.seen = replace(photo.seen, content_key=str(photo.version))
        sent(upload.size)

    def _delete(self, remote_id: str) -> None:
        self.photos.pop(remote_id, None)

    def _trash(self, remote_id: str) -> None:
        self._set(remote_id, trashed=True)

    def _restore(self, remote_id: str) -> None:
        self._set(remote_id, trashed=False)

    def _make_album(self, title: str, first: str | None) -> str:
        self._number += 1
        self.albums[f"a{self._number}"] = (title, [first] if first else [])
        return f"a{self._number}"

    def _find_album(self, title: str, first: str | None) -> str | None:
        if self.album_lag > 0:
            self.album_lag -= 1
            return None
        for remote_id, (name, photos) in self.albums.items():
            if name == title and photos == ([first] if first else []):
                return remote_id
        return None

    def _rename_album(self, remote_id: str, title: str) -> None:
        self.albums[remote_id] = (title, self._album(remote_id)[1])

    def _describe_album(self, remote_id: str, description: str) -> None:
        self._album(remote_id)
        del description

    def _remove_album(self, remote_id: str) -> None:
        self.albums.pop(remote_id, None)

    def _order_album(self, remote_id: str, photos: Sequence[str]) -> None:
        self._album(remote_id)
        del photos

    def _join(self, remote_id: str, photos: Sequence[str]) -> None:
        members = self._album(remote_id)[1]
        for photo in photos:
            self._photo(photo)
            if photo not in members:
                members.append(photo)

    def _leave(self, remote_id: str, photos: Sequence[str]) -> None:
        members = self._album(remote_id)[1]
        members[:] = [each for each in members if each not in photos]
        if self.vanishing and not members:
            del self.albums[remote_id]

    def _favorite(self, remote_id: str, on: bool, owned: bool) -> None:  # noqa: FBT001 - the port's form
        self._set(remote_id, favorite=on)
        del owned

    def _set_title(self, remote_id: str, title: str) -> None:
        self._set(remote_id, title=title)

    def _set_description(self, remote_id: str, description: str) -> None:
        self._set(remote_id, description=description)

    def _set_tags(self, remote_id: str, tags: Sequence[str]) -> None:
        self._set(remote_id, tags=tuple(tags))

    def _set_taken(self, remote_id: str, taken: TakenFact) -> None:
        self._set(remote_id, taken=taken)

    def _look(self, remote_id: str) -> PhotoSeen | None:
        if self._unseen.get(remote_id, 0) > 0:
            self._unseen[remote_id] -= 1
            return None
        photo = self.photos.get(remote_id)
        return photo.seen if photo else None

    def _lost(self, remote_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(remote_ids) - self.photos.keys()

    def _look_album(self, remote_id: str) -> AlbumSeen | None:
        if remote_id not in self.albums:
            return None
        title, photos = self.albums[remote_id]
        return AlbumSeen(remote_id=remote_id, title=title, members=tuple(photos), as_of_ns=1)

    def _set(self, remote_id: str, **facts: object) -> None:
        photo = self._photo(remote_id)
        photo.seen = replace(photo.seen, **facts)  # type: ignore[arg-type]

    def _photo(self, remote_id: str) -> Picture:
        if remote_id not in self.photos:
            raise Gone("there is no such photo")
        return self.photos[remote_id]

    def _album(self, remote_id: str) -> tuple[str, list[str]]:
        if remote_id not in self.albums:
            raise Gone("there is no such album")
        return self.albums[remote_id]

    # the rest of a provider

    async def changes(self, cursor: str | None) -> AsyncIterator[Observation]:
        """Nothing: tests file what they need themselves."""
        del cursor
        await trio.lowlevel.checkpoint()
        nothing: tuple[Observation, ...] = ()
        for observation in nothing:
            yield observation

    async def is_gone(self, remote_id: str) -> bool:
        """Whether it has no such photo (any more)."""
        await trio.lowlevel.checkpoint()
        return remote_id not in self.photos

    @asynccontextmanager
    async def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AsyncIterator["FakeOriginal"]:
        """All of its bytes."""
        del span, person
        await trio.lowlevel.checkpoint()
        self.calls["open_original"] += 1
        waiting = self.trouble["open_original"]
        if waiting:
            raise error_of(waiting.popleft())
        yield FakeOriginal(self._photo(ref).data)


class FakeOriginal:
    """Keeps `port.OriginalStream`."""

    start = 0
    hash: ContentHash | None = None
    validator: str | None = None

    def __init__(self, data: bytes) -> None:
        """All of it, in two chunks."""
        self._data = data
        self.total: int | None = len(data)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Both halves."""
        half = len(self._data) // 2
        for chunk in (self._data[:half], self._data[half:]):
            await trio.lowlevel.checkpoint()
            if chunk:
                yield chunk


_ERRORS: dict[str, Callable[[], BaseException]] = {
    "lost": lambda: Temporary("the answer was lost"),
    "down": lambda: Temporary("the service did not do it"),
    "throttled": lambda: Temporary("too many requests", retry_after=30.0),
    "no": lambda: Refused("the service will not do that"),
    "gone": lambda: Gone("the service does not have it"),
    "full": lambda: Quota("the account is full", remedy="make room there"),
    "later": lambda: Quota("come back later", retry_after=3600.0),
    "login": lambda: Unauthorised("the login was taken back", remedy="photofs login"),
    "busy": lambda: Busy("the catalog is held by another process"),
    "touched": lambda: Corrupt("the file was touched while it was sent"),
    "bug": lambda: KeyError("nobody foresaw this"),
    "killed": Killed,
    "stopped": Killed,
}


def error_of(word: str) -> BaseException:
    """What befalls a call."""
    return _ERRORS[word]()
