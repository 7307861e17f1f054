"""Methods that tell of albums (photosets) and collections."""

from photofs.emulators.flickr.choosing import chosen
from photofs.emulators.flickr.listing import MOST_PER_PAGE, Ask, cut, record
from photofs.emulators.flickr.methods import Method, asked_user
from photofs.emulators.flickr.render import ApiError, Model, text
from photofs.emulators.flickr.sizes import wanted_sizes
from photofs.emulators.flickr.state import FARM, SERVER, Album, Collection, Photo


def seen(ask: Ask, album: Album) -> list[Photo]:
    """The album's photos that the caller may see, in album order."""
    photos = ask.account.state.photos
    return chosen(ask, [photos[i] for i in album.photos])


def asked_album(ask: Ask) -> Album:
    """The album that `photoset_id` names."""
    album = ask.account.album(ask.arguments.get("photoset_id", ""))
    if album is None:
        raise ApiError(1, "Photoset not found")
    return album


def album_record(ask: Ask, album: Album, extras: frozenset[str] = frozenset()) -> Model:
    """An album as getList and getInfo tell it."""
    photos = ask.account.state.photos
    primary = photos.get(album.primary)
    shown = [photos[i] for i in album.photos]
    shown = [p for p in shown if ask.account.may_see(p, ask.caller.nsid)]
    videos = sum(p.media == "video" for p in shown)
    made: Model = {
        "id": album.id,
        "owner": ask.account.nsid,
        "username": ask.account.state.me.username,
        "primary": album.primary,
        "secret": primary.secret if primary else "",
        "server": SERVER,
        "farm": FARM,
        "count_views": str(album.views),
        "count_comments": "0",
        "count_photos": len(shown) - videos,
        "count_videos": videos,
        "photos": len(shown) - videos,
        "videos": videos,
        "title": text(album.title),
        "description": text(album.description),
        "can_comment": int(ask.caller.nsid is not None),
        "date_create": str(album.created),
        "date_update": str(album.updated),
        "visibility_can_see_set": 1,
        "needs_interstitial": 0,
    }
    if extras and primary:
        made["primary_photo_extras"] = record(ask, primary, extras, wanted_sizes(extras))
    return made


def get_list(ask: Ask) -> Model:
    """flickr.photosets.getList: in the owner's order, all at once unless `per_page` is given."""
    user = asked_user(ask)
    albums = ask.account.state.albums if user == ask.account.nsid else []
    per_page = min(MOST_PER_PAGE, ask.number("per_page", 0)) or max(1, len(albums))
    page = max(1, ask.number("page", 1))
    extras = frozenset(filter(None, ask.arguments.get("primary_photo_extras", "").split(",")))
    shown = albums[(page - 1) * per_page : page * per_page] if ask.lie != "empty" else []
    made = [album_record(ask, album, extras) for album in shown]
    asked = [i for i in ask.arguments.get("photo_ids", "").split(",") if i]
    for album, one in zip(shown, made, strict=True):
        if asked:
            one["has_requested_photos"] = [text(i) for i in asked if i in album.photos]
    return {
        "photosets": {
            "cancreate": int(user == ask.caller.nsid),
            "page": page,
            "pages": -(-len(albums) // per_page),
            "perpage": per_page,
            "total": len(albums),
            "photoset": made,
        }
    }


def get_photos(ask: Ask) -> Model:
    """flickr.photosets.getPhotos: in album order; past the last page it fails."""
    album = asked_album(ask)
    photos = seen(ask, album)
    piece = cut(ask, photos, usual=MOST_PER_PAGE)
    if piece.page > max(1, piece.pages):
        raise ApiError(1, "Photoset not found")
    extras = ask.extras()
    sizes = wanted_sizes(extras)
    made = []
    for photo in piece.photos:
        one = record(ask, photo, extras, sizes)
        del one["owner"]
        made.append({**one, "isprimary": int(photo.id == album.primary)})
    return {
        "photoset": {
            "id": album.id,
            "primary": album.primary,
            "owner": ask.account.nsid,
            "ownername": ask.account.state.me.username,
            **piece.head(),
            "per_page": piece.per_page,
            "title": album.title,
            "photo": made,
        }
    }


def get_info(ask: Ask) -> Model:
    """flickr.photosets.getInfo."""
    return {"photoset": album_record(ask, asked_album(ask))}


def get_tree(ask: Ask) -> Model:
    """flickr.collections.getTree: nothing at all where there is no collection."""
    user = asked_user(ask)
    roots = ask.account.state.collections if user == ask.account.nsid else []
    wanted = ask.arguments.get("collection_id", "0")
    if wanted != "0":
        roots = [c for c in _all(roots) if c.id == wanted]
        if not roots:
            raise ApiError(2, "Collection not found")
    made = [_branch(ask, collection) for collection in roots]
    return {"collections": {"collection": made} if made else {}}


def _all(roots: list[Collection]) -> list[Collection]:
    return [c for root in roots for c in (root, *_all(root.collections))]


def _branch(ask: Ask, collection: Collection) -> Model:
    made: Model = {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "iconlarge": "/images/collection_default_l.gif",
        "iconsmall": "/images/collection_default_s.gif",
    }
    albums = [a for a in map(ask.account.album, collection.albums) if a]
    if albums:
        made["set"] = [{"id": a.id, "title": a.title, "description": a.description} for a in albums]
    if collection.collections:
        made["collection"] = [_branch(ask, child) for child in collection.collections]
    return made


METHODS = {
    "flickr.photosets.getList": Method(get_list),
    "flickr.photosets.getPhotos": Method(get_photos),
    "flickr.photosets.getInfo": Method(get_info),
    "flickr.collections.getTree": Method(get_tree),
}
