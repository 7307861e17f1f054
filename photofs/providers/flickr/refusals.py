"""What Flickr's noes to a change mean, by method and code (flickr.md 1.5), in our words."""

from photofs.model.errors import Gone, PhotofsError, Quota, Refused
from photofs.providers.flickr.answers import Failure

SCAN = "photofs scan finds out what there is now"

_NO_PHOTO = (Gone, "Flickr has no such photo (any more)", SCAN)
_NO_ALBUM = (Gone, "Flickr has no such album (any more)", SCAN)
_DATE = "Flickr takes dates from 1825 to today, and no others"

Refusal = tuple[type[Gone] | type[Quota] | type[Refused], str, str]

_REFUSALS: dict[str, dict[int, Refusal]] = {
    "flickr.photosets.create": {
        1: (Refused, "Flickr makes no album without a title", "give the folder a name"),
        2: _NO_PHOTO,
        3: (Quota, "the Flickr account can have no more albums", "remove an album there"),
    },
    "flickr.photosets.addPhoto": {
        1: _NO_ALBUM,
        2: _NO_PHOTO,
        10: (Refused, "the album at Flickr is full", "make another album"),
    },
    "flickr.photosets.removePhoto": {1: _NO_ALBUM, 2: _NO_PHOTO},
    "flickr.photosets.removePhotos": {1: _NO_ALBUM, 2: _NO_PHOTO},
    "flickr.photosets.editPhotos": {1: _NO_ALBUM, 2: _NO_PHOTO, 3: _NO_PHOTO},
    "flickr.photosets.reorderPhotos": {1: _NO_ALBUM, 2: _NO_PHOTO},
    "flickr.photosets.editMeta": {
        1: _NO_ALBUM,
        2: (Refused, "Flickr keeps no album without a title", "give the folder a name"),
    },
    "flickr.photosets.delete": {1: _NO_ALBUM},
    "flickr.favorites.add": {
        1: _NO_PHOTO,
        2: (Refused, "Flickr takes no favorite of one's own photos", ""),
        4: (Refused, "its owner does not show this photo (any more)", ""),
    },
    "flickr.photos.delete": {1: _NO_PHOTO},
    "flickr.photos.setMeta": {1: _NO_PHOTO},
    "flickr.photos.setTags": {
        1: _NO_PHOTO,
        2: (Refused, "Flickr keeps no more than 75 tags of a photo", "take some away"),
    },
    "flickr.photos.addTags": {
        1: _NO_PHOTO,
        2: (Refused, "Flickr keeps no more than 75 tags of a photo", "take some away"),
    },
    "flickr.photos.setDates": {
        1: _NO_PHOTO,
        **dict.fromkeys((2, 3, 5, 6), (Refused, _DATE, "set another date")),
    },
}


def refusal(method: str, failure: Failure) -> PhotofsError:
    """Our error for a change that was refused for good."""
    known = _REFUSALS.get(method, {}).get(failure.code)
    if known is None:
        return Refused(f"Flickr refuses this change (code {failure.code})")
    kind, what, remedy = known
    return kind(what, remedy=remedy)
