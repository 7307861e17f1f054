"""What can be changed in a live Flickr account, put together for the port.

Flickr has no trash: `delete` is for good, and needs a login that allows it.
"""

from functools import partial

from photofs.providers.flickr.account import Stored
from photofs.providers.flickr.album_changes import AlbumChanges
from photofs.providers.flickr.door import Door
from photofs.providers.flickr.finding import Finding
from photofs.providers.flickr.looking import look, look_album
from photofs.providers.flickr.photo_changes import PhotoChanges
from photofs.providers.flickr.presence import lost
from photofs.providers.flickr.unanswered import Notes
from photofs.providers.flickr.uploading import Patience, Uploads
from photofs.providers.port import Writes


def writes_of(door: Door, stored: Stored, patience: Patience) -> Writes | None:
    """All that the login allows; None if it allows reading only."""
    if not stored.allows("write"):
        return None
    tools = door.tools
    notes = Notes(tools.small_state)
    uploads, finding = Uploads(door, notes, patience), Finding(door, notes, patience)
    albums, photos = AlbumChanges(door), PhotoChanges(door, favorite_tag=tools.favorite_tag)
    return Writes(
        upload=uploads.upload,
        find_upload=finding.find,
        replace=uploads.replace,
        delete=photos.delete if stored.allows("delete") else None,
        make_album=albums.make,
        find_album=albums.find,
        empty_albums=False,
        rename_album=albums.rename,
        describe_album=albums.describe,
        remove_album=albums.remove,
        order_album=albums.order,
        join=albums.join,
        leave=albums.leave,
        favorite=photos.favorite,
        set_title=photos.set_title,
        set_description=photos.set_description,
        set_tags=photos.set_tags,
        set_taken=photos.set_taken,
        look=partial(look, door),
        look_album=partial(look_album, door),
        lost=partial(lost, door),
    )
