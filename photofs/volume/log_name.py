"""What the log calls a photo: by its path, as the user knows it, and by its number."""

from photofs.catalog.port import LibraryReads
from photofs.model.errors import PhotofsError


def log_name(library: LibraryReads, photo_id: int) -> str:
    """The photo's number and its path below the mount's root, as far as the catalog tells it."""
    try:
        path = library.path_of(photo_id)
    except PhotofsError:  # a line without the path is better than none
        path = ""
    return f"photo {photo_id} ({path})" if path else f"photo {photo_id}"
