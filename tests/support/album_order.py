"""The order of an emulated Flickr album, by the names that its folder shows."""

import os
from pathlib import Path

from photofs.emulators.flickr.emulator import Emulator


def in_album_order(flickr: Emulator, folder: Path) -> list[str]:
    """The names in a folder of an album, as Flickr orders that album."""
    ids = {os.getxattr(path, "user.photofs.id").decode(): path.name for path in folder.iterdir()}
    albums = flickr.account.state.albums
    (album,) = (one for one in albums if one.title == folder.name)
    return [ids[photo] for photo in album.photos]
