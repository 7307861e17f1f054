"""An account of the emulated Google: who may do what, and what it holds."""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from photofs.emulators.google.sniffing import Sniffed, sniff
from photofs.emulators.google.state import Access, Album, App, Grant, Item, State
from photofs.emulators.google.times import instant
from photofs.emulators.hosting.originals import Original, Painted, Stored, paint
from photofs.emulators.hosting.vault import Vault

CLIENT_ID = "123456789012-abcdefghijklmnopqrstuvwxyz012345.apps.googleusercontent.com"
CLIENT_SECRET = "GOCSPX-0123456789abcdefghijklmnopqr"  # noqa: S105 - made up, opens only the emulator
PROJECT = "123456789012"
ID_BYTES = 48  # 64 letters: real ones have 55 and more
ACCESS_LIFETIME = 3600.0


class Account:
    """One person's account, and the apps that may see what they themselves put there.

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
        """Begin with `state`, or with an empty account and one app."""
        self.state = state or State(
            apps={CLIENT_ID: App(client_id=CLIENT_ID, secret=CLIENT_SECRET, project=PROJECT)}
        )
        self.vault = Vault(folder)
        self.clock = clock

    def changed(self) -> None:
        """Say that the state is not what it was: saves if it can."""
        self.vault.save(self.state)

    # Who may do what

    def grant(self, scopes: Iterable[str], client_id: str = CLIENT_ID) -> Grant:
        """The owner agrees: a refresh token."""
        grant = Grant(
            refresh=f"1//{secrets.token_urlsafe(40)}",
            client_id=client_id,
            scopes=sorted(scopes),
            made=self.clock(),
        )
        self.state.grants[grant.refresh] = grant
        self.changed()
        return grant

    def access(self, grant: Grant, lifetime: float = ACCESS_LIFETIME) -> Access:
        """An access token for what was agreed to; `lifetime` in seconds."""
        access = Access(
            token=f"ya29.{secrets.token_urlsafe(60)}",
            refresh=grant.refresh,
            ends=self.clock() + lifetime,
        )
        self.state.accesses[access.token] = access
        self.changed()
        return access

    def revoke(self, grant: Grant) -> None:
        """The owner takes it back; access tokens end with it."""
        grant.revoked = True
        self.state.accesses = {
            token: access
            for token, access in self.state.accesses.items()
            if access.refresh != grant.refresh
        }
        self.changed()

    # What there is

    def items_of(self, owner: str) -> list[Item]:
        """The items that a client created and that are not in the trash, newest first."""
        own = [item for item in self.state.items.values() if item.owner == owner]
        return sorted((item for item in own if not item.trashed), key=_newest, reverse=True)

    def everything(self) -> list[Item]:
        """All that the owner sees in their timeline, newest first."""
        shown = [item for item in self.state.items.values() if not item.trashed]
        return sorted(shown, key=_newest, reverse=True)

    def item(self, item_id: str, owner: str) -> Item | None:
        """An item that this client created."""
        item = self.state.items.get(item_id)
        return item if item is not None and item.owner == owner else None

    def item_of_web(self, web_id: str) -> Item | None:
        """What photos.google.com knows by that id."""
        return next((i for i in self.state.items.values() if i.web_id == web_id), None)

    def album(self, album_id: str, owner: str) -> Album | None:
        """An album that this client created."""
        album = self.state.albums.get(album_id)
        return album if album is not None and album.owner == owner else None

    def members(self, album: Album) -> list[Item]:
        """The items of an album in its order."""
        found = (self.state.items.get(each) for each in album.content)
        return [item for item in found if item is not None and not item.trashed]

    # What can be put in

    def new_id(self, stem: str) -> str:
        """A fresh id that begins like that."""
        self.state.last_id += 1
        return f"{stem}{self.state.last_id:06d}{secrets.token_urlsafe(ID_BYTES)}"

    def with_bytes(self, sha256: str, owner: str) -> Item | None:
        """The client's item with these bytes."""
        own = (item for item in self.state.items.values() if item.owner == owner)
        return next((item for item in own if item.sha256 == sha256 and not item.trashed), None)

    def store(self, data: bytes) -> str:
        """Keep bytes; their SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        self.vault.put(digest, data)
        return digest

    def add_item(self, data: bytes, filename: str, owner: str = "", **facts: object) -> Item:
        """A new item with these bytes, uploaded now; ValueError if the service takes no such."""
        original = Stored(sha256=hashlib.sha256(data).hexdigest())
        item = self._add(original, data, filename, owner, facts)
        self.store(data)
        return item

    def add_painted(
        self, painted: Painted, filename: str, owner: str = "", **facts: object
    ) -> Item:
        """The same of what is painted anew whenever somebody asks for it: nothing is kept of it."""
        return self._add(painted, paint(painted), filename, owner, facts)

    def _add(
        self, original: Original, data: bytes, filename: str, owner: str, facts: dict[str, object]
    ) -> Item:
        seen = sniff(data)
        if seen is None:
            raise ValueError("the service does not take such a file")
        now = self.clock()
        given: dict[str, object] = {
            "id": self.new_id("AKCnXU"),
            "web_id": self.new_id("AF1Qip"),
            "created": _created(seen, now),
            "dated": seen.taken is not None,
            "uploaded": now,
            **facts,
        }
        item = Item(
            owner=owner,
            original=original,
            sha256=hashlib.sha256(data).hexdigest(),
            filename=filename,
            mime=seen.mime,
            width=seen.width,
            height=seen.height,
            position=seen.position,
            **given,  # type: ignore[arg-type] # fields by name
        )
        self.state.items[item.id] = item
        self.changed()
        return item

    def add_album(self, title: str, owner: str = "", items: Iterable[Item] = ()) -> Album:
        """A new album; one of the same title may be there already."""
        album = Album(
            id=self.new_id("AKCnXA"), owner=owner, title=title, content=[each.id for each in items]
        )
        self.state.albums[album.id] = album
        self.changed()
        return album


def _newest(item: Item) -> tuple[str, float, str]:
    return item.created, item.uploaded, item.id


def _created(seen: Sniffed, now: float) -> str:
    """Capture time in UTC; a time without offset is taken as it stands; else the upload time."""
    if seen.taken is None:
        return instant(now)
    return instant(datetime.fromisoformat(seen.taken + (seen.offset or "+00:00")).timestamp())
