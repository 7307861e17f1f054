"""Which bytes a source tells of, where it does not tell all that this follows from; pure.

A content key that is made of facts (Google's: type and size in pixels) cannot be made when an
answer lacks one of them. Such an answer says nothing of the bytes: they are those that were told
before, and those that are told next. It never tells a change.
"""

from dataclasses import replace
from typing import Final

from photofs.model.observation import PhotoSeen

_IN_PART: Final = "part:"


def in_part(key: str) -> str:
    """The content key of what was told without all that it follows from."""
    return f"{_IN_PART}{key}"


def is_in_part(key: str) -> bool:
    """Whether it is such a key."""
    return key.startswith(_IN_PART)


def completed(before: PhotoSeen, seen: PhotoSeen) -> PhotoSeen:
    """What was told of a photo in part, and of the bytes and what goes with them as told before."""
    if not is_in_part(seen.content_key):
        return seen
    kind = seen if seen.extension else before
    return replace(
        seen,
        content_key=before.content_key,
        media=kind.media,
        extension=kind.extension,
        ref=kind.ref,
        file_name=seen.file_name or before.file_name,
        taken=seen.taken or before.taken,
        pixels=seen.pixels or before.pixels,
        page_url=seen.page_url or before.page_url,
    )
