"""Ids that pass from one file to another one: what was told of the one must not hide the other.

An item of which one export holds several files tells them under its id and ids with a mark
(versions.py). Which one has the mark may change when another file comes: a zip that is put beside
what was unpacked from it, where an unpacked file was edited. The id then tells other bytes by the
word of an export that may be older than the word of before, and older words are not listened to
(filing/photos.py): the newcomer's bytes would be nowhere, those of before twice. So it is,
too, where what was unpacked gives way to its zip, or a newer export was taken away.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

import msgspec

from photofs.model.observation import PhotoSeen
from photofs.model.pile import Pile
from photofs.providers.archives.member import Member
from photofs.providers.archives.member_stream import content_key
from photofs.providers.takeout.copies import Copy
from photofs.providers.takeout.recall import member_of
from photofs.providers.takeout.versions import Moments, versions

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(PhotoSeen).decode


def of_several(items: Mapping[str, Sequence[Copy]], moments: Moments) -> Iterator[str | None]:
    """The ids of all items' files that are several of one role; None to breathe."""
    for item_id, copies in items.items():
        found = versions(copies, moments) if len(copies) > 1 else []
        if any(version.extra for version in found):
            yield from (item_id + version.suffix for version in found)
        else:
            yield None


class Former:
    """What was told before, as far as that may be newer than what is told now: on the disk."""

    def __init__(self, pile: Pile) -> None:
        """The pile is empty, and nobody else's."""
        self._pile = pile
        self._any = False

    def learn(
        self, before: Iterable[PhotoSeen], moments: Moments, several: Container[str]
    ) -> Iterator[None]:
        """Of these keep what was told of `several`, or by exports that are not here as they were.

        Yields None to breathe.
        """
        here = frozenset(moments.values())
        for seen in before:
            if seen.as_of_ns not in here or seen.remote_id in several:
                self._pile.add(seen.remote_id, (_encode(seen).decode(),))
                self._any = True
            yield None

    def of(self, remote_id: str) -> PhotoSeen | None:
        """What was told of it."""
        rows = self._pile.rows(remote_id) if self._any else ()
        return next((_decode(cast("str", text)) for (text,) in rows), None)


def with_newest_word(
    seen: PhotoSeen, former: PhotoSeen | None, held: Iterable[Member], others: Sequence[Member]
) -> PhotoSeen:
    """The photo by its newest word, if the file of that word is gone, or is one of the `others`.

    `former` is what was told of the id before, `held` the item's files, `others` those with other
    ids. All facts are the former's, and of its moment; where the bytes are is told anew.
    """
    if former is None or former.as_of_ns <= seen.as_of_ns:
        return seen
    before = member_of(former.ref)
    place = before and (before.part, before.path)
    is_here = place in {(member.part, member.path) for member in held}
    keys = {content_key(member) for member in others}
    passed = place in {(member.part, member.path) for member in others}
    if is_here and not passed and former.content_key not in keys:
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
