"""Ranges against a plain set of integers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.model.errors import Corrupt
from photofs.model.ranges import Ranges
from photofs.model.span import Span

TOP = 60
spans = st.tuples(st.integers(0, TOP), st.integers(0, TOP)).map(lambda pair: Span(*pair))


def members(span: Span) -> set[int]:
    """The offsets that a span covers."""
    return set(range(*span))


@given(st.lists(spans), spans)
def test_ranges_answer_as_a_set_of_offsets_does(added: list[Span], asked: Span) -> None:
    """Whatever was added: has, missing, total, stop and whole agree with a set of integers."""
    ranges, model = Ranges(added), set[int]().union(*map(members, added))

    assert ranges.has(asked) == (members(asked) <= model)
    gaps = ranges.missing(asked)
    assert [at for gap in gaps for at in range(*gap)] == sorted(members(asked) - model)
    assert all(gap.start < gap.stop for gap in gaps)
    assert ranges.total == len(model)
    assert ranges.stop == max(model, default=-1) + 1
    assert bool(ranges) == bool(model)
    assert ranges.whole(asked.stop) == (set(range(asked.stop)) <= model)


@given(st.lists(spans))
def test_spans_are_sorted_and_never_touch(added: list[Span]) -> None:
    """Spans come in order, none empty, with a gap between each two."""
    told = list(Ranges(added))

    assert all(span.start < span.stop for span in told)
    assert all(left.stop < right.start for left, right in pairwise(told))


@given(st.lists(spans))
def test_the_order_of_adding_does_not_matter(added: list[Span]) -> None:
    """The same spans backwards make an equal set."""
    assert Ranges(added) == Ranges(reversed(added))


@given(st.lists(spans))
def test_text_tells_everything(added: list[Span]) -> None:
    """from_text undoes to_text."""
    assert Ranges.from_text(Ranges(added).to_text()) == Ranges(added)


@given(st.text(max_size=20))
def test_any_text_is_ranges_or_corrupt(text: str) -> None:
    """No text makes from_text fail in another way than Corrupt."""
    try:
        ranges = Ranges.from_text(text)
    except Corrupt:
        return
    assert ranges == Ranges.from_text(ranges.to_text())


@pytest.mark.parametrize(
    "text", ["5", "5 3", "5 5", "-1 4", "1 2 3", "a b", "1  2", "\u0661 3", "1 " + "9" * 5000]
)
def test_what_is_no_range_is_refused(text: str) -> None:
    """Lines that are not two growing decimal numbers are Corrupt."""
    with pytest.raises(Corrupt):
        Ranges.from_text(text)


def test_a_copy_grows_on_its_own() -> None:
    """Adding to a copy leaves the first as it was."""
    first = Ranges([Span(0, 4)])
    twin = first.copy()
    twin.add(Span(4, 9))

    assert list(first) == [Span(0, 4)]
    assert list(twin) == [Span(0, 9)]
    assert first != twin
    assert first != "0 4"
    assert repr(twin) == "Ranges([Span(start=0, stop=9)])"
