"""What rules would do in random worlds: nothing without a proof, and nothing for lack of facts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofs.model.moment import Moment
from photofs.model.photo import Fidelity, Media
from photofs.model.rule import DAY_NS, Rule, RuleVerb, When
from photofs.model.rule_plan import Copy, Limits, Subject, Told, Would, plan, trusted

NOW = 20_000 * DAY_NS
LIMITS = Limits(photos=1000, today=0, held_after=50)
RECORD = 7
AGES = st.sampled_from([-400, -1, 0, 1, 6, 8, 29, 31, 400]).map(lambda days: NOW - days * DAY_NS)
RECORDS = st.sampled_from([RECORD, 8, 9])


def told(values: st.SearchStrategy[object]) -> st.SearchStrategy[Told | None]:
    """A fact, or none, of any record and age."""
    return st.none() | st.builds(Told, values, RECORDS, AGES)


COPIES = st.builds(
    Copy,
    copy_id=st.integers(1, 9),
    marker=st.just("m"),
    sha256=st.just("0"),
    record=st.none() | RECORDS,
    fidelity=st.sampled_from(Fidelity),
    good=st.booleans(),
    seen=st.booleans(),
    read_ns=st.none() | AGES,
    rewritten=st.booleans(),
)
GOOD = Copy(1, "m", "0", RECORD, Fidelity.ORIGINAL, good=True, seen=True, read_ns=NOW - DAY_NS)
FINE = Subject(
    1,
    "a.jpg",
    Media.PICTURE,
    size=10,
    taken=Told(NOW - 400 * DAY_NS, RECORD, NOW),
    archived=Told(True, RECORD, NOW),
    favorite=Told(False, RECORD, NOW),
    tags=Told(("x",), RECORD, NOW),
    albums=(Told("A", RECORD, NOW),),
    copies=(GOOD,),
    record=RECORD,
    record_as_of_ns=NOW,
    joined=frozenset({RECORD}),
)
OTHERWISE: dict[str, st.SearchStrategy[object]] = {
    "size": st.none() | st.integers(0, 100),
    "taken": told(AGES),
    "archived": told(st.booleans()),
    "favorite": told(st.booleans()),
    "tags": told(st.sampled_from([(), ("x",), ("x", "y")])),
    "albums": st.lists(st.builds(Told, st.sampled_from("AB"), RECORDS, AGES), max_size=2).map(
        tuple
    ),
    "copies": st.lists(COPIES, max_size=3).map(tuple),
    "record": st.none() | st.just(RECORD),
    "record_as_of_ns": AGES,
    "joined": st.sampled_from([frozenset({RECORD}), frozenset({RECORD, 8})]),
    "likened": st.booleans(),
    "busy": st.sampled_from(["", "it is busy"]),
}


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    """A photo that is to go, but for some things about it that are anyhow."""
    names = draw(st.lists(st.sampled_from(sorted(OTHERWISE)), max_size=4, unique=True))
    return FINE._replace(**{name: draw(OTHERWISE[name]) for name in names})  # type: ignore[arg-type]


FLAGS = st.none() | st.booleans()
WHENS = st.builds(
    When,
    archived=FLAGS,
    favorite=FLAGS,
    album=st.sampled_from([None, None, "A"]),
    tag=st.sampled_from([None, None, "x"]),
    older_than_ns=st.sampled_from([None, 5 * DAY_NS]),
    mirrored=st.sampled_from([None, True]),
)


def removal(when: When, most: int = 50) -> Rule:
    """A rule that trashes."""
    return Rule("r", "l", when, RuleVerb.TRASH, (), None, most, "digest")


def proven(subject: Subject, copy: Copy) -> bool:
    """Said once more, in other words than the planner's, of what may count."""
    return (
        copy.good
        and copy.seen
        and copy.fidelity is Fidelity.ORIGINAL
        and not copy.rewritten
        and copy.record in subject.joined
        and copy.read_ns is not None
        and 0 <= NOW - copy.read_ns <= 30 * DAY_NS
    )


def lately(fact: Told | None, subject: Subject) -> bool:
    """Whether a fact is there, of this photo for sure, and of this week."""
    fresh = fact is not None and 0 <= NOW - fact.as_of_ns <= 7 * DAY_NS
    return fact is not None and fresh and fact.record in subject.joined


@settings(max_examples=600, deadline=None)
@given(when=WHENS, subject=subjects())
def test_nothing_is_taken_without_a_proof_and_facts(when: When, subject: Subject) -> None:
    """P8: whose copy is the Cache's, another record's, old or away is not taken, nor is a guess."""
    would = plan(removal(when), [subject], LIMITS, NOW).would
    if not would:
        return
    (each,) = would
    assert each.proof in [copy for copy in subject.copies if proven(subject, copy)]
    assert subject.record == RECORD
    assert not subject.likened
    assert not subject.busy
    assert 0 <= NOW - subject.record_as_of_ns <= 7 * DAY_NS
    for wanted, fact in ((when.archived, subject.archived), (when.favorite, subject.favorite)):
        if wanted is not None:
            assert fact is not None
            assert fact.value is wanted
            assert lately(fact, subject)
    if when.tag is not None:
        assert lately(subject.tags, subject)
    if when.album is not None:
        assert any(each.value == "A" and lately(each, subject) for each in subject.albums)
    if when.older_than_ns is not None:
        assert subject.taken is not None
        assert subject.taken.value < NOW - 5 * DAY_NS


ARCHIVED = removal(When(archived=True, favorite=False, older_than_ns=365 * DAY_NS))


def test_what_is_proven_and_fits_is_taken() -> None:
    """The whole of it at once, so that the careful tests above test something."""
    assert plan(ARCHIVED, [FINE], LIMITS, NOW).would == (Would(1, GOOD),)


def test_each_reason_is_told() -> None:
    """Of what is not meant, the first reason."""
    changed = [
        (FINE._replace(copies=()), "no mirror has it"),
        (FINE._replace(copies=(GOOD._replace(seen=False),)), "the disk of its mirror"),
        (FINE._replace(copies=(GOOD._replace(record=9),)), "belongs to another record"),
        (FINE._replace(copies=(GOOD._replace(read_ns=None),)), "never re-read"),
        (FINE._replace(copies=(GOOD._replace(rewritten=True),)), "written anew with its facts"),
        (FINE._replace(archived=None), "nobody tells whether it is archived"),
        (FINE._replace(favorite=Told(True, RECORD, NOW)), "it is a favorite"),
        (FINE._replace(archived=Told(True, RECORD, NOW - 60 * DAY_NS)), "older than the rule"),
        (FINE._replace(archived=Told(True, 9, NOW)), "only looks like"),
        (FINE._replace(likened=True), "by likeness alone"),
    ]
    for subject, why in changed:
        ((_photo, said),) = plan(ARCHIVED, [subject], LIMITS, NOW).left
        assert why in said


@pytest.mark.parametrize(
    ("as_of_ns", "words"),
    [
        (NOW - 8 * DAY_NS, "is 8 days old, older than the rule allows (facts_within: 7 days)"),
        (NOW - 60 * DAY_NS, "is 8 weeks old"),
        (0, "nobody knows how old it is"),
        (NOW + 3 * DAY_NS, "is told of a time that is yet to come"),
    ],
)
def test_how_old_a_fact_is_and_may_be_is_told(as_of_ns: int, words: str) -> None:
    """With what makes it new: where a Takeout told it, no scan does."""
    old = FINE._replace(archived=Told(True, RECORD, as_of_ns))
    ((_photo, why),) = plan(ARCHIVED, [old], LIMITS, NOW).left
    assert words in why
    assert "a newer export, or `photofs scan --full` of an account" in why


def test_a_fact_that_is_not_told_matches_neither_way() -> None:
    """Not archived is as little known as archived."""
    for wanted in (True, False):
        rule = removal(When(archived=wanted))
        assert plan(rule, [FINE._replace(archived=None)], LIMITS, NOW).would == ()


def test_a_run_takes_no_more_than_it_may_and_very_many_are_held() -> None:
    """`most` is the cap of a run; a twentieth of the library, or fifty, that of a day."""
    many = [FINE._replace(photo=number) for number in range(60)]
    found = plan(ARCHIVED, many, LIMITS, NOW)
    assert (len(found.would), found.later, found.held) == (50, 10, "")
    assert plan(ARCHIVED, many, LIMITS._replace(today=1), NOW).held
    wide = ARCHIVED._replace(most=60)
    assert "60 photos" in plan(wide, many, LIMITS, NOW).held
    assert not plan(wide, many, LIMITS._replace(photos=1200), NOW).held


def test_p23_a_clock_that_jumps_makes_no_photo_older() -> None:
    """A photo is as old as at the moment for which its date was told; a jump is told of."""
    young = FINE._replace(taken=Told(NOW - 10 * DAY_NS, RECORD, NOW))
    then = NOW + 3650 * DAY_NS
    young = young._replace(
        archived=Told(True, RECORD, then),
        favorite=Told(False, RECORD, then),
        copies=(GOOD._replace(read_ns=then),),
        record_as_of_ns=then,
    )
    assert plan(ARCHIVED, [young], LIMITS, then).left == ((1, "it is not that old"),)
    before = Moment(NOW, "boot", 10**12)
    jumped = Moment(NOW + 365 * DAY_NS, "boot", 10**12 + 60 * 10**9)
    now = trusted(before, jumped)
    assert now.now_ns == NOW + 60 * 10**9
    assert "365.0 days" in now.trouble
    assert trusted(before, Moment(NOW - 365 * DAY_NS, "boot", 10**12 + 1)).trouble
    assert trusted(before, Moment(NOW - DAY_NS, "next", 10**9)).trouble
    assert trusted(before, Moment(NOW + 90 * DAY_NS, "next", 10**9)).trouble
    assert not trusted(before, Moment(NOW + DAY_NS, "next", 10**9)).trouble
    assert not trusted(None, jumped).trouble


def test_another_outcome_is_another_digest() -> None:
    """What was seen was this rule with these photos."""
    one = plan(ARCHIVED, [FINE], LIMITS, NOW)
    assert one.digest(ARCHIVED) == plan(ARCHIVED, [FINE], LIMITS, NOW).digest(ARCHIVED)
    other = plan(ARCHIVED, [FINE._replace(photo=2)], LIMITS, NOW)
    assert one.digest(ARCHIVED) != other.digest(ARCHIVED)
    assert one.digest(ARCHIVED) != one.digest(ARCHIVED._replace(digest="another"))
