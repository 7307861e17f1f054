"""Which stretch is asked for next."""

from hypothesis import given
from hypothesis import strategies as st

from photofs.model.ranges import Ranges
from photofs.model.span import Span
from photofs.volume.plan import CHUNK, ENDLESS, HEAD, MIB, next_span, stays

SIZE = 40 * MIB


def test_a_picture_is_asked_for_whole() -> None:
    """One request brings a picture of which nothing is here."""
    span = next_span(Span(0, 4096), Ranges(), SIZE, complete=True, ranges=True)
    assert span == Span(0, SIZE)


def test_a_picture_of_unknown_length_is_asked_for_to_its_end() -> None:
    """The first answer tells the length."""
    assert next_span(None, Ranges(), None, complete=True, ranges=True) == Span(0, ENDLESS)


def test_a_first_look_at_a_video_asks_for_its_head_only() -> None:
    """Players and thumbnailers look at the head of many videos that nobody watches."""
    assert next_span(Span(0, 4096), Ranges(), SIZE, complete=False, ranges=True) == Span(0, HEAD)


def test_the_end_of_a_video_is_one_aligned_chunk() -> None:
    """A player that looks for the index at the end gets only that."""
    wanted = Span(SIZE - 4096, SIZE)
    arrived = Ranges([Span(0, HEAD)])
    span = next_span(wanted, arrived, SIZE, complete=False, ranges=True)
    assert span == Span(SIZE - CHUNK, SIZE)


def test_a_video_read_from_front_to_back_is_one_open_request() -> None:
    """Who has read a while goes on reading."""
    arrived = Ranges([Span(0, 2 * MIB)])
    span = next_span(Span(2 * MIB, 3 * MIB), arrived, SIZE, complete=False, ranges=True)
    assert span == Span(2 * MIB, SIZE)


def test_a_host_without_ranges_is_asked_for_all() -> None:
    """Whatever is here, such a host begins at 0."""
    arrived = Ranges([Span(0, 2 * MIB)])
    assert next_span(None, arrived, SIZE, complete=False, ranges=False) == Span(0, ENDLESS)


def test_a_stream_is_left_for_bytes_it_will_not_bring_soon() -> None:
    """Bytes just ahead are waited for, others are worth a request of their own."""
    assert stays(Span(MIB, 2 * MIB), Ranges(), MIB, SIZE)
    assert not stays(Span(SIZE - 10, SIZE), Ranges(), MIB, SIZE)
    assert not stays(Span(0, 10), Ranges(), MIB, SIZE)


spans = st.tuples(st.integers(0, SIZE - 1), st.integers(1, 3 * MIB)).map(
    lambda pair: Span(pair[0], min(pair[0] + pair[1], SIZE))
)


@given(spans, st.lists(spans, max_size=6), st.sampled_from([True, False]))
def test_what_is_asked_for_is_missing_and_serves_the_reader(
    wanted: Span,
    here: list[Span],
    complete: bool,  # noqa: FBT001 - hypothesis gives it so
) -> None:
    """No byte that is here is asked for again, and the reader's first missing byte is."""
    arrived = Ranges(here)
    if arrived.whole(SIZE):
        return
    span = next_span(wanted, arrived, SIZE, complete=complete, ranges=True)
    assert span.length > 0
    assert arrived.missing(span) == [span]
    missing = arrived.missing(wanted)
    assert not missing or span.start <= missing[0].start < span.stop
