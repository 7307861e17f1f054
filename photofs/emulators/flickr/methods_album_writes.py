"""Methods that change albums (photosets), their content and their order."""

from photofs.emulators.flickr.listing import Ask
from photofs.emulators.flickr.methods import Method, own_photo
from photofs.emulators.flickr.methods_albums import asked_album
from photofs.emulators.flickr.render import ApiError, Model
from photofs.emulators.flickr.state import Album


def create(ask: Ask) -> Model:
    """flickr.photosets.create: with its first photo, for there are no empty albums."""
    title = ask.need("title", 1, "No title specified")
    photo = own_photo(ask, ask.arguments.get("primary_photo_id", ""), 2)
    most = ask.habits.max_albums
    if most is not None and len(ask.account.state.albums) >= most:
        raise ApiError(3, "Can't create any more sets")
    description = ask.arguments.get("description", "")
    album = ask.account.add_album(title, [photo.id], description=description)
    url = f"{ask.base}/photos/{ask.account.nsid}/sets/{album.id}/"
    return {"photoset": {"id": album.id, "url": url}}


def add_photo(ask: Ask) -> Model:
    """flickr.photosets.addPhoto: at the end."""
    album = asked_album(ask)
    photo = own_photo(ask, ask.arguments.get("photo_id", ""), 2)
    if photo.id in album.photos:
        raise ApiError(3, "Photo already in set")
    if len(album.photos) >= ask.habits.max_album:
        raise ApiError(10, "Maximum number of photos in set")
    album.photos.append(photo.id)
    return _changed(ask, album)


def remove_photo(ask: Ask) -> Model:
    """flickr.photosets.removePhoto."""
    album = asked_album(ask)
    photo = own_photo(ask, ask.arguments.get("photo_id", ""), 2)
    if photo.id not in album.photos:
        raise ApiError(3, "Photo not in set")
    _take_out(ask, album, {photo.id})
    return {}


def remove_photos(ask: Ask) -> Model:
    """flickr.photosets.removePhotos."""
    album = asked_album(ask)
    _take_out(ask, album, set(_asked_photos(ask)))
    return {}


def _take_out(ask: Ask, album: Album, photos: set[str]) -> None:
    ask.account.take_from_album(album, photos, keep_empty=ask.habits.keep_empty_albums)


def edit_photos(ask: Ask) -> Model:
    """flickr.photosets.editPhotos: the whole content anew, in the order given."""
    album = asked_album(ask)
    if not ask.arguments.get("photo_ids"):
        raise ApiError(5, "Empty photos list")
    photos = list(dict.fromkeys(_asked_photos(ask)))
    primary = own_photo(ask, ask.arguments.get("primary_photo_id", ""), 3).id
    if primary not in photos:
        raise ApiError(4, "Primary photo not in list")
    album.photos, album.primary = photos, primary
    return _changed(ask, album)


def reorder_photos(ask: Ask) -> Model:
    """flickr.photosets.reorderPhotos: those named come first, the others keep their order."""
    album = asked_album(ask)
    first = [photo for photo in _asked_photos(ask) if photo in album.photos]
    album.photos = list(dict.fromkeys([*first, *album.photos]))
    return _changed(ask, album)


def edit_meta(ask: Ask) -> Model:
    """flickr.photosets.editMeta."""
    album = asked_album(ask)
    album.title = ask.need("title", 2, "No title specified")
    album.description = ask.arguments.get("description", album.description)
    return _changed(ask, album)


def set_primary(ask: Ask) -> Model:
    """flickr.photosets.setPrimaryPhoto."""
    album = asked_album(ask)
    photo = own_photo(ask, ask.arguments.get("photo_id", ""), 2)
    if photo.id not in album.photos:
        raise ApiError(2, "Photo not found")
    album.primary = photo.id
    return _changed(ask, album)


def delete(ask: Ask) -> Model:
    """flickr.photosets.delete: the photos stay."""
    ask.account.state.albums.remove(asked_album(ask))
    ask.account.changed()
    return {}


def order_sets(ask: Ask) -> Model:
    """flickr.photosets.orderSets: albums that are not named go last, by id."""
    albums = {album.id: album for album in ask.account.state.albums}
    wanted = [i for i in ask.arguments.get("photoset_ids", "").split(",") if i]
    if any(i not in albums for i in wanted):
        raise ApiError(1, "Set not found")
    rest = sorted(set(albums) - set(wanted))
    ask.account.state.albums = [albums[i] for i in (*dict.fromkeys(wanted), *rest)]
    if ask.habits.order_touches:
        for album in albums.values():
            album.updated = ask.account.now()
    ask.account.changed()
    return {}


def _asked_photos(ask: Ask) -> list[str]:
    """The ids in `photo_ids`; a space after a comma makes an id that nothing has."""
    given = ask.arguments.get("photo_ids", "").split(",")
    return [own_photo(ask, i if i.isdecimal() else "", 2).id for i in given]


def _changed(ask: Ask, album: Album) -> Model:
    album.updated = ask.account.now()
    ask.account.changed()
    return {}


METHODS = {
    "flickr.photosets.create": Method(create, "write", changes=True),
    "flickr.photosets.addPhoto": Method(add_photo, "write", changes=True),
    "flickr.photosets.removePhoto": Method(remove_photo, "write", changes=True),
    "flickr.photosets.removePhotos": Method(remove_photos, "write", changes=True),
    "flickr.photosets.editPhotos": Method(edit_photos, "write", changes=True),
    "flickr.photosets.reorderPhotos": Method(reorder_photos, "write", changes=True),
    "flickr.photosets.editMeta": Method(edit_meta, "write", changes=True),
    "flickr.photosets.setPrimaryPhoto": Method(set_primary, "write", changes=True),
    "flickr.photosets.delete": Method(delete, "write", changes=True),
    "flickr.photosets.orderSets": Method(order_sets, "write", changes=True),
}
