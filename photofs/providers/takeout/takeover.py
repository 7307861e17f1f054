"""Ids that pass from one file to another one: what was told of the one must not hide the other.

An item of which one export holds several files tells them under its id and ids with a mark
(versions.py). Which one has the mark may change when another file comes: a zip that is put beside
what was unpacked from it, where an unpacked file was edited. The id then tells other bytes by the
word of an export that may be older than the word of before, and older words are not listened to
(filing/photos.py): the newcomer's bytes would be nowhere, those of before twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from photofs.model.observation import PhotoSeen
from photofs.providers.archives.member import Member
from photofs.providers.archives.member_stream import content_key
from photofs.providers.takeout.copies import Copy
from photofs.providers.takeout.recall import member_of
from photofs.providers.takeout.versions import Moments, versions


def of_several(items: Mapping[str, Sequence[Copy]], moments: Moments) -> Iterator[str | None]:
    """The ids of all items' files that are several of one role; None to breathe."""
    for item_id, copies in items.items():
        found = versions(copies, moments) if len(copies) > 1 else []
        if any(version.extra for version in found):
            yield from (item_id + version.suffix for version in found)
        else:
            yield None


def with_newest_word(
    seen: PhotoSeen, former: PhotoSeen | None, others: Sequence[Member]
) -> PhotoSeen:
    """The photo by its newest word, if the file of that word is one of the `others` now.

    `former` is what was told of the id before, `others` the item's files under other ids. All facts
    are the former's, and of its moment; where the bytes are, and what they are, is told anew.
    """
    if former is None or former.as_of_ns <= seen.as_of_ns:
        return seen
    before = member_of(former.ref)
    keys = {content_key(member) for member in others}
    places = {(member.part, member.path) for member in others}
    if former.content_key not in keys and (before and (before.part, before.path)) not in places:
        return seen
    return replace(
        former,
        media=seen.media,
        extension=seen.extension,
        file_name=seen.file_name,
        content_key=seen.content_key,
        ref=seen.ref,
        size=seen.size,
        hash=seen.hash,
        missing=False,
    )
