"""The Library API's media items: only those that the calling client created."""

from typing import Any

from photofs.emulators.google.albums import BATCH, album_of, check_batch, place_in
from photofs.emulators.google.asking import Ask, Method
from photofs.emulators.google.errors import invalid, unknown
from photofs.emulators.google.pages import cut, read_page
from photofs.emulators.google.search import searched
from photofs.emulators.google.sniffing import sniff
from photofs.emulators.google.state import APPEND, EDIT, READ, Album, Item, Uploaded

USUAL, MOST = 25, 100
LONGEST_TEXT = 1000
LONGEST_NAME = 255
BAD_IMAGE = "BAD_IMAGE: There was an error while trying to create this media item."
FAILED = "Failed: There was an error while trying to create this media item."


def listed(ask: Ask) -> dict[str, object]:
    """mediaItems.list: archived ones are not among them."""
    own = [item for item in ask.account.items_of(ask.owner) if not item.archived]
    return _page(ask, own, ask.one("pageSize"), ask.one("pageToken"))


def found(ask: Ask) -> dict[str, object]:
    """mediaItems.search: an album's items in its order, or what filters let through."""
    body = ask.body()
    if body.get("albumId") and body.get("filters"):
        raise invalid("The album ID cannot be set if filters are used.")
    if album_id := body.get("albumId"):
        items = ask.account.members(album_of(ask, album_id))
    else:
        items = searched(ask.account.items_of(ask.owner), body)
    return _page(ask, items, body.get("pageSize"), body.get("pageToken"))


def _page(
    ask: Ask, items: list[Item], size: str | int | None, token: str | None
) -> dict[str, object]:
    some, following = cut(items, read_page(size, token, USUAL, MOST), ask.habits)
    answer: dict[str, object] = {}
    if some:
        answer["mediaItems"] = [ask.shapes.item(item) for item in some]
    return answer | ({"nextPageToken": following} if following else {})


def got(ask: Ask) -> dict[str, object]:
    """mediaItems.get."""
    return ask.shapes.item(_item(ask))


def got_many(ask: Ask) -> dict[str, object]:
    """mediaItems.batchGet: in the order asked for, each with its item or why not."""
    ids = ask.many("mediaItemIds")
    check_batch(ids)
    results: list[dict[str, object]] = []
    for each in ids:
        item = ask.account.item(each, ask.owner)
        if item is None or item.trashed:
            results.append({"status": {"code": 3, "message": "Invalid media item ID."}})
        else:
            results.append({"mediaItem": ask.shapes.item(item)})
    return {"mediaItemResults": results}


def patched(ask: Ask) -> dict[str, object]:
    """mediaItems.patch: the description, and nothing else."""
    item, text = _item(ask), ask.body().get("description", "")
    if ask.one("updateMask") != "description":
        raise invalid("Request must have a valid update mask.")
    if not isinstance(text, str) or len(text) >= LONGEST_TEXT:
        raise invalid("Request must have a description of less than 1000 characters.")
    item.description = text
    ask.account.changed()
    return ask.shapes.item(item)


def _item(ask: Ask) -> Item:
    item = ask.account.item(ask.parts["item"], ask.owner)
    if item is None or item.trashed:
        raise unknown(f"media item {ask.parts['item']}")
    return item


def created(ask: Ask) -> dict[str, object]:
    """mediaItems.batchCreate: each item succeeds or fails by itself, but for its token's form."""
    body = ask.body()
    wishes = _wishes(body)
    tokens = [_uploaded(ask, wish) for wish in wishes]
    album = album_of(ask, body["albumId"]) if body.get("albumId") else None
    if body.get("albumPosition") and album is None:
        raise invalid("Request must not contain an album position without an album id.")
    place = 0 if album is None else place_in(album, body.get("albumPosition") or {})
    if album is not None and len(album.content) + len(wishes) > ask.habits.max_album:
        raise invalid("The album has reached its limit of media items.")
    results = _Batch(ask, album, place).create(wishes, tokens)
    ask.account.changed()
    return {"newMediaItemResults": results}


def _wishes(body: dict[str, Any]) -> list[dict[str, Any]]:
    wishes = body.get("newMediaItems") or []
    if not wishes:
        raise invalid("Request must contain at least one new media item.")
    if len(wishes) > BATCH:
        raise invalid("Request must have less than 50 items.")
    for wish in wishes:
        name = (wish.get("simpleMediaItem") or {}).get("fileName", "")
        if len(name) > LONGEST_NAME or len(wish.get("description", "")) >= LONGEST_TEXT:
            raise invalid("Request contains a file name or description that is too long.")
    return list(wishes)


def _uploaded(ask: Ask, wish: dict[str, Any]) -> Uploaded:
    token = (wish.get("simpleMediaItem") or {}).get("uploadToken", "")
    known = ask.account.state.tokens.get(token)
    too_old = ask.account.clock() - ask.habits.token_lifetime
    if known is None or known.owner != ask.owner or known.made <= too_old:
        raise invalid("Request must contain a valid upload token.")
    return known


class _Batch:
    """One batchCreate, item by item."""

    def __init__(self, ask: Ask, album: Album | None, place: int) -> None:
        self._ask = ask
        self._album = album
        self._place = place
        self._hashes: set[str] = set()

    def create(
        self, wishes: list[dict[str, Any]], tokens: list[Uploaded]
    ) -> list[dict[str, object]]:
        """A result for each, in order."""
        return [
            {"uploadToken": token.token, **self._one(wish, token)}
            for wish, token in zip(wishes, tokens, strict=True)
        ]

    def _one(self, wish: dict[str, Any], token: Uploaded) -> dict[str, object]:
        if token.sha256 in self._hashes:
            return _refused(6, "Failed: ALREADY_EXISTS")
        self._hashes.add(token.sha256)
        known = self._ask.account.with_bytes(token.sha256, self._ask.owner)
        try:
            item = known or self._new(wish, token)
        except ValueError as error:
            return _refused(3, str(error))
        if self._album is not None and item.id not in self._album.content:
            self._album.content.insert(self._place, item.id)
            self._place += 1
        return {"status": {"message": "Success"}, "mediaItem": self._ask.shapes.item(item)}

    def _new(self, wish: dict[str, Any], token: Uploaded) -> Item:
        """The new item; ValueError if the storage is full or the bytes are no medium."""
        account = self._ask.account
        room = account.state.storage_left
        if room is not None and token.size > room:
            raise ValueError(FAILED)
        blob = account.vault.get(token.sha256)
        name = (wish.get("simpleMediaItem") or {}).get("fileName") or "unnamed"
        data, text = blob.read(0, blob.size), wish.get("description", "")
        if sniff(data) is None:
            raise ValueError(BAD_IMAGE)
        item = account.add_item(data, name, self._ask.owner, description=text)
        if room is not None:
            account.state.storage_left = room - token.size
        item.polls = self._ask.habits.video_polls if item.is_video else 0
        return item


def _refused(code: int, message: str) -> dict[str, object]:
    return {"status": {"code": code, "message": message}}


METHODS = {
    ("GET", r"/v1/mediaItems"): Method("mediaItems.list", frozenset({READ}), listed),
    ("POST", r"/v1/mediaItems:search"): Method("mediaItems.search", frozenset({READ}), found),
    ("GET", r"/v1/mediaItems:batchGet"): Method("mediaItems.batchGet", frozenset({READ}), got_many),
    ("GET", r"/v1/mediaItems/(?P<item>[\w-]+)"): Method("mediaItems.get", frozenset({READ}), got),
    ("PATCH", r"/v1/mediaItems/(?P<item>[\w-]+)"): Method(
        "mediaItems.patch", frozenset({EDIT}), patched, is_write=True
    ),
    ("POST", r"/v1/mediaItems:batchCreate"): Method(
        "mediaItems.batchCreate", frozenset({APPEND}), created, is_write=True
    ),
}
