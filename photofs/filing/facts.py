"""What the catalog should say of a photo, given what was seen of it now and before; pure.

Two rules guard the times that the tree shows. mtime: once shown it moves when the service's own
date changes, or the photo has other bytes, never because a provider has read more of the same bytes
(`photofs scan --refine` applies such facts). ctime: moves when something that the tree shows of the
photo has changed, never because photofs learnt more or an archive was moved.
"""

from collections.abc import Callable

from photofs.catalog.photo_writes import PhotoFacts
from photofs.model.capture_time import CaptureTime, TakenBy
from photofs.model.naming import photo_name, short_id
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Media

BYTES_PER_PIXEL = 0.35
"""A camera's JPEG at usual quality: 12 megapixels in 4.2 MB."""

PICTURE_GUESS = 3_000_000
VIDEO_GUESS = 30_000_000
"""Sizes shown, marked as estimates, where neither size nor pixels are told; bytes."""

_READ_FROM_BYTES = frozenset({TakenBy.EXIF, TakenBy.VIDEO})
_LONGEST_ID = 40
"""Of a remote id as a name of last resort; what is longer is no name for people."""

Resolve = Callable[[PhotoSeen], CaptureTime]


def first_facts(seen: PhotoSeen, library: int, resolve: Resolve, now_ns: int) -> PhotoFacts:
    """A photo that nobody has told of before."""
    taken = resolve(seen)
    size, exact = _told_size(seen)
    return PhotoFacts(
        size=size,
        size_exact=exact,
        mtime_ns=taken.instant_ns,
        ctime_ns=now_ns,
        library=library,
        media=seen.media.value,
        name=name_of(seen),
        title=seen.title,
        file_name=seen.file_name,
        content_key=seen.content_key,
        sha256=None,
        taken_local=taken.local.isoformat() if taken.local else None,
        granularity=int(taken.granularity),
        taken_how=taken.how,
        favorite=int(seen.favorite or False),
        archived=int(seen.archived or False),
        trashed=int(seen.trashed or False),
        owned=int(seen.owned),
        missing=int(seen.missing),
        gone=0,
    )


def next_facts(
    old: PhotoFacts, before: PhotoSeen, seen: PhotoSeen, resolve: Resolve, now_ns: int
) -> PhotoFacts:
    """A photo that was told of before: what stays and what moves."""
    same_bytes = seen.content_key == old.content_key
    facts = old._replace(
        media=seen.media.value,
        name=name_of(seen),
        title=seen.title,
        file_name=seen.file_name,
        content_key=seen.content_key,
        favorite=_kept(seen.favorite, old.favorite),
        archived=_kept(seen.archived, old.archived),
        trashed=_kept(seen.trashed, old.trashed),
        owned=int(seen.owned),
        missing=int(seen.missing),
        gone=0,
    )
    if not same_bytes:
        size, exact = _told_size(seen)
        facts = facts._replace(size=size, size_exact=exact, sha256=None)
    elif seen.size is not None and not old.size_exact:
        facts = facts._replace(size=seen.size, size_exact=1)
    if not same_bytes or date_moved(before, seen):
        facts = dated(facts, resolve(seen))
    if _shown(facts, seen) != _shown(old, before):
        facts = facts._replace(ctime_ns=max(now_ns, old.ctime_ns + 1))
    return facts


def regrouped_facts(
    old: PhotoFacts, before: PhotoSeen | None, seen: PhotoSeen, resolve: Resolve, now_ns: int
) -> PhotoFacts:
    """A photo of which other sources tell than before: what they tell together now.

    `before` is what was told until then, None if nothing was: then all is new but its row. What was
    learnt of bytes that are still the same, and a date that nobody tells otherwise, stays.
    """
    facts = first_facts(seen, old.library, resolve, old.ctime_ns)
    if seen.content_key == old.content_key and old.size_exact:
        facts = facts._replace(size=old.size, size_exact=1, sha256=old.sha256)
    if before is None:
        return facts._replace(ctime_ns=max(now_ns, old.ctime_ns + 1))
    if _dating(before) == _dating(seen):
        facts = facts._replace(**{each: getattr(old, each) for each in _OF_DATE})
    if _shown(facts, seen) != _shown(old, before):
        facts = facts._replace(ctime_ns=max(now_ns, old.ctime_ns + 1))
    return facts


_OF_DATE = ("mtime_ns", "taken_local", "granularity", "taken_how")


def _dating(seen: PhotoSeen) -> tuple[object, ...]:
    """All that a capture time follows from."""
    if seen.taken is None:
        return (seen.title or seen.file_name, seen.position, seen.uploaded_ns)
    return (seen.taken, seen.position)


def date_moved(before: PhotoSeen, seen: PhotoSeen) -> bool:
    """Whether the service tells another date than before."""
    if seen.taken is None and before.taken is None:
        return seen.uploaded_ns != before.uploaded_ns
    if seen.taken == before.taken:
        return False
    deciding = seen.taken or before.taken
    return deciding is not None and deciding.by not in _READ_FROM_BYTES


def name_of(seen: PhotoSeen) -> str:
    """The name wished for: file name, else title, else the service's id."""
    fallback = seen.remote_id if len(seen.remote_id) <= _LONGEST_ID else short_id(seen.remote_id)
    return photo_name(seen.file_name, seen.title, fallback, seen.extension)


def places_moved(old: PhotoFacts, facts: PhotoFacts) -> bool:
    """Whether the photo may belong into other folders than before."""
    return _placing(old) != _placing(facts)


def _placing(facts: PhotoFacts) -> tuple[object, ...]:
    """All that decides on a photo's folders but for its albums."""
    return (
        facts.taken_local and facts.taken_local[:10],
        facts.granularity,
        facts.media,
        facts.favorite,
        facts.archived,
        facts.trashed,
        facts.owned,
        facts.gone,
    )


def _shown(facts: PhotoFacts, seen: PhotoSeen) -> tuple[object, ...]:
    """All that the tree shows of a photo and that a source can change.

    Sizes and hashes are learnt rather than changed; whether an archive is there changes no photo.
    """
    return (
        facts._replace(size=0, size_exact=0, ctime_ns=0, missing=0, sha256=None),
        seen.description,
        seen.tags,
        seen.page_url,
        seen.fidelity,
        seen.fidelity_note,
    )


def dated(facts: PhotoFacts, taken: CaptureTime) -> PhotoFacts:
    """The facts with another capture time."""
    return facts._replace(
        mtime_ns=taken.instant_ns,
        taken_local=taken.local.isoformat() if taken.local else None,
        granularity=int(taken.granularity),
        taken_how=taken.how,
    )


def _told_size(seen: PhotoSeen) -> tuple[int, int]:
    """The size to show, and whether it is exact."""
    if seen.size is not None:
        return seen.size, 1
    if seen.missing:
        return 0, 0
    if seen.media is Media.VIDEO:
        return VIDEO_GUESS, 0
    if seen.pixels is None:
        return PICTURE_GUESS, 0
    return int(seen.pixels.width * seen.pixels.height * BYTES_PER_PIXEL), 0


def _kept(told: int | None, old: int) -> int:
    """What a source does not tell stays as it was."""
    return old if told is None else int(told)
