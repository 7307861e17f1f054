"""albums.json: the one list of memberships that is trusted, in the albums' own order; pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from photofs.providers.flickr_export.sidecar import items, read_object, whole, words

# Flickr's own catch-all for photos in no album, with a number where there are several of them
_SYNTHETIC = re.compile(r"not in an album( \d+)?", re.IGNORECASE)


class Album(NamedTuple):
    """One album: its photos' ids in order, each once; `held_back` if the export names fewer."""

    album_id: str
    title: str
    description: str | None
    photos: tuple[str, ...]
    position: int
    held_back: bool


def read_albums(data: bytes) -> list[Album] | None:
    """All albums but the synthetic ones; None if this is no albums.json."""
    told = read_object(data)
    if told is None or not isinstance(told.get("albums"), list):
        return None
    return list(_albums(told["albums"]))


def _albums(told: object) -> Iterator[Album]:
    for position, album in enumerate(items(told)):
        album_id, title = album.get("id"), words(album.get("title")) or ""
        if not isinstance(album_id, str | int) or not str(album_id) or _SYNTHETIC.fullmatch(title):
            continue
        listed = album.get("photos")
        photos = listed if isinstance(listed, list) else []
        members = dict.fromkeys(str(one) for one in photos if _is_id(one))
        yield Album(
            album_id=str(album_id),
            title=title,
            description=words(album.get("description")),
            photos=tuple(members),
            position=position,
            held_back=(whole(album.get("photo_count")) or 0) > len(members),
        )


def _is_id(value: object) -> bool:
    """Exports are said to list the number 0 for a photo that is gone."""
    number = whole(value)
    return number is not None and number > 0
