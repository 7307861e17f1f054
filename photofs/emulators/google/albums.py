"""The Library API's albums: only those that the calling client made."""

from photofs.emulators.google.asking import Ask, Method
from photofs.emulators.google.errors import invalid, unknown
from photofs.emulators.google.pages import cut, read_page
from photofs.emulators.google.state import APPEND, EDIT, READ, Album, Enrichment

USUAL, MOST = 20, 50
LONGEST_TITLE = 500
BATCH = 50
ENRICHMENTS = frozenset({"textEnrichment", "locationEnrichment", "mapEnrichment"})


def listed(ask: Ask) -> dict[str, object]:
    """albums.list."""
    own = [each for each in ask.account.state.albums.values() if each.owner == ask.owner]
    page = read_page(ask.one("pageSize"), ask.one("pageToken"), USUAL, MOST)
    some, token = cut(own, page, ask.habits)
    answer: dict[str, object] = {"albums": [ask.shapes.album(each) for each in some]}
    return answer | ({"nextPageToken": token} if token else {})


def got(ask: Ask) -> dict[str, object]:
    """albums.get."""
    return ask.shapes.album(album_of(ask))


def created(ask: Ask) -> dict[str, object]:
    """albums.create; a second one of the same title is another album."""
    title = _title((ask.body().get("album") or {}).get("title"))
    return ask.shapes.album(ask.account.add_album(title, ask.owner))


def patched(ask: Ask) -> dict[str, object]:
    """albums.patch: the title, and which photo stands for the album."""
    album, body = album_of(ask), ask.body()
    fields = {field for field in (ask.one("updateMask") or "").split(",") if field}
    if not fields or fields - {"title", "coverPhotoMediaItemId", "cover_photo_media_item_id"}:
        raise invalid("Request must have a valid update mask.")
    if "title" in fields:
        album.title = _title(body.get("title"))
    if fields - {"title"}:
        cover = str(body.get("coverPhotoMediaItemId", ""))
        if cover not in album.content:
            raise invalid("Request must contain a valid cover photo media item id.")
        album.cover = cover
    ask.account.changed()
    return ask.shapes.album(album)


def added(ask: Ask) -> dict[str, object]:
    """albums.batchAddMediaItems: all of them at the end, or none."""
    album, ids = album_of(ask), _ids(ask)
    fresh = [each for each in ids if each not in album.content]
    if len(album.content) + len(fresh) > ask.habits.max_album:
        raise invalid("The album has reached its limit of media items.")
    album.content += fresh
    ask.account.changed()
    return {}


def removed(ask: Ask) -> dict[str, object]:
    """albums.batchRemoveMediaItems: all of them, or none; the items themselves stay."""
    album, ids = album_of(ask), _ids(ask)
    if any(each not in album.content for each in ids):
        raise invalid("Request contains media items that are not in the album.")
    album.content = [each for each in album.content if each not in ids]
    ask.account.changed()
    return {}


def enriched(ask: Ask) -> dict[str, object]:
    """albums.addEnrichment."""
    album, body = album_of(ask), ask.body()
    content = body.get("newEnrichmentItem") or {}
    if len(content) != 1 or set(content) - ENRICHMENTS:
        raise invalid("Request must contain exactly one enrichment.")
    place = place_in(album, body.get("albumPosition") or {})
    enrichment = Enrichment(id=ask.account.new_id("AKCnXE"), content=content)
    ask.account.state.enrichments[enrichment.id] = enrichment
    album.content.insert(place, enrichment.id)
    ask.account.changed()
    return {"enrichmentItem": {"id": enrichment.id}}


def album_of(ask: Ask, album_id: str | None = None) -> Album:
    """The album that a call names; ApiError 404 if this client made no such."""
    wanted = album_id if album_id is not None else ask.parts["album"]
    album = ask.account.album(wanted, ask.owner)
    if album is None:
        raise unknown(f"album {wanted}")
    return album


def place_in(album: Album, position: dict[str, str]) -> int:
    """Where in the album's content something new goes; ApiError 400."""
    match position.get("position", "LAST_IN_ALBUM"):
        case "FIRST_IN_ALBUM":
            return 0
        case "LAST_IN_ALBUM" | "POSITION_TYPE_UNSPECIFIED":
            return len(album.content)
        case "AFTER_MEDIA_ITEM":
            after = position.get("relativeMediaItemId", "")
        case "AFTER_ENRICHMENT_ITEM":
            after = position.get("relativeEnrichmentItemId", "")
        case _:
            after = ""
    if after not in album.content:
        raise invalid("Request contains an invalid album position.")
    return album.content.index(after) + 1


def _title(given: object) -> str:
    if not isinstance(given, str) or not given or len(given) > LONGEST_TITLE:
        raise invalid("Request must contain a valid album title.")
    return given


def _ids(ask: Ask) -> list[str]:
    """The items that a batch names: this client's, each once, 1 to 50 of them."""
    ids = ask.body().get("mediaItemIds") or []
    check_batch(ids)
    if any(ask.account.item(each, ask.owner) is None for each in ids):
        raise invalid("Request contains an invalid media item id.")
    return list(ids)


def check_batch(ids: list[str]) -> None:
    """ApiError 400 unless there are 1 to 50, each once."""
    if not ids:
        raise invalid("Request must contain at least one media item id.")
    if len(ids) > BATCH:
        raise invalid("Request must have less than 50 items.")
    if len(set(ids)) != len(ids):
        raise invalid("Request must not contain duplicated ids.")


_EDITING = frozenset({EDIT})
_ADDING = frozenset({APPEND, EDIT})
METHODS = {
    ("GET", r"/v1/albums"): Method("albums.list", frozenset({READ}), listed),
    ("POST", r"/v1/albums"): Method("albums.create", frozenset({APPEND}), created, is_write=True),
    ("GET", r"/v1/albums/(?P<album>[\w-]+)"): Method("albums.get", frozenset({READ}), got),
    ("PATCH", r"/v1/albums/(?P<album>[\w-]+)"): Method(
        "albums.patch", _EDITING, patched, is_write=True
    ),
    ("POST", r"/v1/albums/(?P<album>[\w-]+):batchAddMediaItems"): Method(
        "albums.batchAddMediaItems", _ADDING, added, is_write=True
    ),
    ("POST", r"/v1/albums/(?P<album>[\w-]+):batchRemoveMediaItems"): Method(
        "albums.batchRemoveMediaItems", _EDITING, removed, is_write=True
    ),
    ("POST", r"/v1/albums/(?P<album>[\w-]+):addEnrichment"): Method(
        "albums.addEnrichment", _ADDING, enriched, is_write=True
    ),
}
