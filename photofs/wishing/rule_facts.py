"""A photo as rules look at it, from what the catalog has of it.

A fact is what a source told. One that is shown otherwise than it was told, because something was
wished of it, is no fact until its source tells it. The record is what would be trashed there.
Hearsay (a sidecar, a mirror's list) is as old as can be: whoever wrote it down, it may have held
long before. It names no record, and no page by which two records are of one photo.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from photofs.catalog.mirrored import CopyRow
from photofs.catalog.rule_rows import Looked, Record
from photofs.model.capture_time import Granularity
from photofs.model.fusing import Word, teller
from photofs.model.mirror import CopyState
from photofs.model.photo import Fidelity, Media
from photofs.model.rule import DAY_NS
from photofs.model.rule_plan import Copy, Subject, Told
from photofs.model.trace import SURE, TraceKind
from photofs.wishing.hand_reach import HandReach

_MAY_MEAN_NS: Final = {Granularity.SECOND: 0, Granularity.MONTH: 31, Granularity.YEAR: 366}
"""Days after its instant at which a photo with such a date may have been taken at the latest."""

_HASH: Final = frozenset({TraceKind.SHA256, TraceKind.MD5})
BUSY: Final = "something is wished of it that its source has not told yet"
ONCE: Final = "it was in Trash before, and was taken out: a rule puts it there no second time"


def subject_of(
    looked: Looked,
    source: int | None,
    hand: HandReach,
    copy_of: Callable[[int], CopyRow | None],
    seen_mirrors: Mapping[int, str],
) -> Subject:
    """`source` is the one that wishes are sent to; `seen_mirrors`: markers that were just read."""
    row = looked.row
    record = record_of(looked.records, source, hand)
    joined, likened = _joined(looked, record)
    copies = [copy for number in looked.copies if (copy := copy_of(number)) is not None]
    return Subject(
        photo=row.photo_id,
        name=row.name,
        media=Media(row.media),
        size=row.size if row.size_exact else None,
        taken=_taken(looked),
        archived=_flag(looked, "archived", row.archived),
        favorite=_flag(looked, "favorite", row.favorite),
        tags=_fact(looked.records, "tags"),
        albums=_albums(looked),
        copies=tuple(_copy(each, looked, seen_mirrors) for each in copies),
        record=record.number if record else None,
        record_as_of_ns=_held(record) if record else 0,
        joined=joined,
        likened=likened,
        busy=_busy(looked),
    )


def _busy(looked: Looked) -> str:
    """Why nothing may be done with it now."""
    row = looked.row
    reasons = {
        "it lies in Trash": row.trashed,
        "it is somebody else's": not row.owned,
        "it is kept on this disk alone, or just being sent": row.here,
        BUSY: row.open,
    }
    return next((why for why, so in reasons.items() if so), "")


def record_of(records: Sequence[Record], source: int | None, hand: HandReach) -> Record | None:
    """What a removal would reach: the photo of the account, or the page that a hand would open."""
    by_hand = [each for each in records if _has_page(each, hand)]
    if by_hand:
        return min(by_hand, key=lambda each: each.source)
    own = (each for each in records if each.source == source and not each.seen.hearsay)
    return next(own, None)


def _has_page(record: Record, hand: HandReach) -> bool:
    page = None if record.seen.hearsay else record.seen.page_url
    return "trash" in hand.deeds and page is not None and page.startswith(hand.pages)


def _albums(looked: Looked) -> tuple[Told, ...]:
    """The albums that its sources say it is in."""
    heard = {each.number for each in looked.records if each.seen.hearsay}
    return tuple(
        Told(each.title, each.record, 0 if each.record in heard else each.as_of_ns)
        for each in looked.albums
    )


def _joined(looked: Looked, record: Record | None) -> tuple[frozenset[int], bool]:
    """The records that are surely of the same photo, and whether there are others besides."""
    if record is None:
        return frozenset(), False
    joined = {record.number}
    heard = {each.number for each in looked.records if each.seen.hearsay}
    sure = [
        (one, other)
        for one, kind, other in looked.merges
        if kind in SURE and not (kind == TraceKind.PAGE and {one, other} & heard)
    ]
    for _ in sure:
        for one, other in sure:
            if {one, other} & joined:
                joined |= {one, other}
    return frozenset(joined), any(each.number not in joined for each in looked.records)


def _taken(looked: Looked) -> Told | None:
    """The latest instant that its date may mean; None if it is not known well enough."""
    row = looked.row
    granularity = Granularity(row.granularity)
    if row.taken_local is None or row.set_mtime_ns is not None or granularity not in _MAY_MEAN_NS:
        return None
    if not looked.records:
        return None
    told = _teller(looked.records, "taken") or looked.records[0]
    latest = row.mtime_ns + _MAY_MEAN_NS[granularity] * DAY_NS
    return Told(latest, told.number, _held(told))


def _flag(looked: Looked, fact: str, shown: int) -> Told | None:
    """A fact that is so or not; None where it is shown otherwise than it was told."""
    told = _fact(looked.records, fact)
    return told if told is not None and told.value == bool(shown) else None


def _fact(records: Sequence[Record], fact: str) -> Told | None:
    """What the source tells that is believed in it."""
    told = _teller(records, fact)
    if told is None:
        return None
    return Told(getattr(told.seen, fact), told.number, _held(told))


def _held(record: Record) -> int:
    """For when its facts held, nanoseconds; 0 where nobody can know."""
    return 0 if record.seen.hearsay else record.seen.as_of_ns


def _teller(records: Sequence[Record], fact: str) -> Record | None:
    words = [Word(each.source, each.seen) for each in records]
    believed = teller(words, fact)
    if believed is None:
        return None
    return next(each for each, word in zip(records, words, strict=True) if word is believed)


def _copy(copy: CopyRow, looked: Looked, seen_mirrors: Mapping[int, str]) -> Copy:
    """A file in a mirror; of other bytes than those of the photo now it is not good."""
    row = looked.row
    now = copy.content_key == row.content_key and row.sha256 in {None, copy.original}
    whole = copy.state is CopyState.GOOD and not copy.moving
    return Copy(
        copy_id=copy.copy_id,
        marker=seen_mirrors.get(copy.mirror_id, ""),
        sha256=copy.sha256,
        record=copy.observation,
        fidelity=_fidelity(copy, looked),
        good=now and whole,
        seen=copy.mirror_id in seen_mirrors,
        read_ns=copy.read_ns,
        rewritten=copy.embedded is not None and copy.embedded.cut is None,
    )


def _fidelity(copy: CopyRow, looked: Looked) -> Fidelity:
    """Hearsay calls no file an original: only a service's original with the very same hash does."""
    seen = {each.number: each.seen for each in looked.records}
    by = seen.get(copy.observation or 0)
    if by is None or not by.hearsay:
        return copy.fidelity
    same = {
        other for one, kind, other in looked.merges if one == copy.observation and kind in _HASH
    }
    same |= {
        one for one, kind, other in looked.merges if other == copy.observation and kind in _HASH
    }
    told = [seen[each] for each in same if each in seen and not seen[each].hearsay]
    is_original = any(each.fidelity is Fidelity.ORIGINAL for each in told)
    return copy.fidelity if is_original else Fidelity.RECOMPRESSED
