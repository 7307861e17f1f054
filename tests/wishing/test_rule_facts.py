"""A photo's rows as the facts that rules go by."""

from dataclasses import replace

import pytest

from photofs.catalog.mirrored import CopyRow
from photofs.catalog.rule_rows import AlbumWord, Looked, Record, RulePhoto
from photofs.model.capture_time import Granularity
from photofs.model.mirror import CopyState, Cut, Embedded, Role, Stamp
from photofs.model.photo import Fidelity
from photofs.model.rule import DAY_NS
from photofs.wishing.hand_reach import NO_HAND, HandReach
from photofs.wishing.rule_facts import subject_of
from tests.support.filed import photo

TAKEN = 10**18


def looked(*, kind: str = "page", granularity: int = 0, archived: int = 1) -> Looked:
    """A photo that an account and an export tell of, put together by that kind of evidence."""
    row = RulePhoto(
        photo_id=1,
        name="a.jpg",
        media="picture",
        size=10,
        size_exact=1,
        mtime_ns=TAKEN,
        taken_local="2001-09-09T01:46:40",
        granularity=granularity,
        favorite=0,
        archived=archived,
        trashed=0,
        owned=1,
        pinned=0,
        content_key="1",
        sha256=None,
        set_mtime_ns=None,
        once=0,
        open=0,
        here=0,
    )
    records = (
        Record(11, 1, photo("a", as_of_ns=5)),
        Record(12, 2, photo("b", as_of_ns=6, archived=True)),
    )
    return Looked(row, records, ((12, kind, 11),), (), ())


@pytest.mark.parametrize(
    ("kind", "sure"),
    [("sha256", True), ("md5", True), ("page", True)]
    + [(kind, False) for kind in ("crc32", "sized", "look", "near")],
)
def test_only_hashes_and_pages_make_two_records_one(kind: str, sure: bool) -> None:  # noqa: FBT001 - a table
    """What merely looks alike is no record of the photo that would go."""
    subject = subject_of(looked(kind=kind), 1, NO_HAND, lambda _: None, {})
    assert subject.record == 11
    assert subject.likened is not sure
    assert subject.joined == ({11, 12} if sure else {11})


def test_what_is_shown_otherwise_than_told_is_no_fact() -> None:
    """Told archived and shown otherwise: nobody knows."""
    told = subject_of(looked(), 1, NO_HAND, lambda _: None, {}).archived
    assert told == (True, 12, 6)
    assert subject_of(looked(archived=0), 1, NO_HAND, lambda _: None, {}).archived is None


@pytest.mark.parametrize(
    ("granularity", "latest"),
    [
        (Granularity.SECOND, TAKEN),
        (Granularity.MONTH, TAKEN + 31 * DAY_NS),
        (Granularity.YEAR, TAKEN + 366 * DAY_NS),
        (Granularity.CIRCA, None),
    ],
)
def test_a_vague_date_counts_from_the_latest_that_it_may_mean(
    granularity: int, latest: int | None
) -> None:
    """Of a year alone its end; of "about" nothing is known."""
    taken = subject_of(looked(granularity=granularity), 1, NO_HAND, lambda _: None, {}).taken
    assert (taken.value if taken else None) == latest


def heard(told: Looked, number: int) -> Looked:
    """The same, if that record is a sidecar's or a mirror's list's."""
    records = [
        each._replace(seen=replace(each.seen, hearsay=True)) if each.number == number else each
        for each in told.records
    ]
    return told._replace(records=tuple(records))


def test_hearsay_is_never_fresh() -> None:
    """What a mirror's list or a sidecar tells may have held long before it was written."""
    told = looked()._replace(albums=(AlbumWord("Rome", 11, 5), AlbumWord("Oslo", 12, 6)))
    subject = subject_of(heard(told, 12), 1, NO_HAND, lambda _: None, {})
    assert subject.archived == (True, 12, 0)
    assert subject.albums == (("Rome", 11, 5), ("Oslo", 12, 0))


def test_a_page_of_hearsay_makes_no_two_records_one() -> None:
    """A line in a sidecar does not prove that its picture is the one on that page."""
    assert subject_of(heard(looked(), 12), 1, NO_HAND, lambda _: None, {}).joined == {11}
    by_hash = subject_of(heard(looked(kind="sha256"), 12), 1, NO_HAND, lambda _: None, {})
    assert by_hash.joined == {11, 12}


def test_hearsay_is_not_what_would_be_trashed() -> None:
    """Its page is nobody's word that the photo stands there."""
    hand = HandReach(frozenset({"trash"}), ("https://photos.example/",))
    told = looked()
    page = replace(told.records[1].seen, page_url="https://photos.example/1")
    told = told._replace(records=(told.records[0], told.records[1]._replace(seen=page)))
    assert subject_of(told, 3, hand, lambda _: None, {}).record == 12
    assert subject_of(heard(told, 12), 3, hand, lambda _: None, {}).record is None
    assert subject_of(heard(told, 12), 2, NO_HAND, lambda _: None, {}).record is None


COPY = CopyRow(
    copy_id=7, mirror_id=3, photo_id=1, role=Role.CURRENT, path="a.jpg", moving="", wished="",
    shown_ns=0, content_key="1", sha256="ab", stamp=Stamp(10, 0, 0, 0),
    fidelity=Fidelity.ORIGINAL, observation=12, written_ns=1, read_ns=2, state=CopyState.GOOD,
    why="",
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "service", "told"),
    [
        ("sha256", Fidelity.ORIGINAL, Fidelity.ORIGINAL),
        ("sha256", Fidelity.RECOMPRESSED, Fidelity.RECOMPRESSED),
        ("page", Fidelity.ORIGINAL, Fidelity.RECOMPRESSED),
    ],
)
def test_hearsay_calls_no_copy_an_original(kind: str, service: Fidelity, told: Fidelity) -> None:
    """A transcode that was read back from a mirror proves nothing of the video at the service."""
    one = looked(kind=kind)
    account = replace(one.records[0].seen, fidelity=service)
    records = (one.records[0]._replace(seen=account), one.records[1])
    one = one._replace(records=records, copies=(7,))
    (copy,) = subject_of(heard(one, 12), 1, NO_HAND, lambda _: COPY, {}).copies
    assert copy.fidelity is told
    (copy,) = subject_of(one, 1, NO_HAND, lambda _: COPY, {}).copies
    assert copy.fidelity is Fidelity.ORIGINAL


@pytest.mark.parametrize(
    ("embedded", "good", "rewritten"),
    [
        (None, True, False),
        (Embedded("0", Cut(2, 9)), True, False),
        (Embedded("0", None), True, True),
        (Embedded("9", Cut(2, 9)), False, False),
    ],
    ids=["plain", "put in", "written anew", "of another original"],
)
def test_a_copy_with_facts_in_it_counts_by_its_original(
    embedded: Embedded | None, *, good: bool, rewritten: bool
) -> None:
    """Its own hash is another one; what a program wrote anew is told apart."""
    told = looked()
    told = told._replace(row=told.row._replace(sha256="0"), copies=(7,))
    sha256 = "1" if embedded else "0"
    copy = COPY._replace(observation=11, sha256=sha256, embedded=embedded)
    (seen,) = subject_of(told, 1, NO_HAND, {7: copy}.get, {1: "m"}).copies
    assert (seen.good, seen.rewritten) == (good, rewritten)
