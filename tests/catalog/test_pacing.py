"""When requests may go out: intervals, throttling, people first, budgets, clocks."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from photofs.catalog.pacing import CatalogPacer, PacePolicy
from photofs.catalog.sqlite import open_catalog
from photofs.model.errors import Quota
from photofs.model.verdict import Verdict

KEY = "api.example.org k"
S = 10**9


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        """Some day in 2023, at noon."""
        self.now = 1_700_049_600 * S

    def __call__(self) -> int:
        """Nanoseconds since 1970."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The pacers' clock."""
    return Clock()


Open = Callable[..., CatalogPacer]


@pytest.fixture
def open_pacer(path: Path, clock: Clock) -> Iterator[Open]:
    """Opens pacers on one catalog, and closes them."""
    opened: list[CatalogPacer] = []

    def open_one(**policy: float | str) -> CatalogPacer:
        pacer = CatalogPacer(
            path,
            intervals={"api.": PacePolicy(**policy), "api.example.": PacePolicy(**policy)},  # type: ignore[arg-type]
            now_ns=clock,
        )
        opened.append(pacer)
        return pacer

    yield open_one
    for pacer in opened:
        pacer.close()


def test_places_are_an_interval_apart_across_processes(open_pacer: Open) -> None:
    """Two pacers on one catalog share the queue, and a third one after a restart goes on."""
    one, two = open_pacer(interval=1.0), open_pacer(interval=1.0)
    waits = [one.reserve(KEY, person=False), two.reserve(KEY, person=False)]
    waits.append(open_pacer(interval=1.0).reserve(KEY, person=False))
    assert waits == [0.0, 1.0, 2.0]


def test_time_that_passed_is_waited_no_more(open_pacer: Open, clock: Clock) -> None:
    """After a pause the first place is free at once."""
    pacer = open_pacer(interval=1.0)
    pacer.reserve(KEY, person=False)
    clock.now += 10 * S
    assert pacer.reserve(KEY, person=False) == 0.0


def test_keys_do_not_wait_for_each_other(open_pacer: Open) -> None:
    """Another host, or another key, has a queue of its own."""
    pacer = open_pacer(interval=1.0)
    pacer.reserve(KEY, person=False)
    assert pacer.reserve("api.example.org other", person=False) == 0.0


def test_a_person_goes_before_background_work(open_pacer: Open) -> None:
    """With ten background requests queued, a person's waits for none of them."""
    pacer = open_pacer(interval=1.0)
    for _ in range(10):
        pacer.reserve(KEY, person=False)
    assert pacer.reserve(KEY, person=True) == 0.0
    assert pacer.reserve(KEY, person=True) == 1.0
    assert pacer.reserve(KEY, person=False) == 12.0


def test_background_work_steps_aside_for_a_person(open_pacer: Open) -> None:
    """Right after a person's request, background work leaves the line alone for a moment."""
    pacer = open_pacer(interval=0.1)
    pacer.reserve(KEY, person=True)
    assert pacer.reserve(KEY, person=True) == pytest.approx(0.1)
    assert pacer.reserve(KEY, person=False) == pytest.approx(2.1)


def test_throttling_doubles_the_interval_up_to_a_limit(open_pacer: Open) -> None:
    """1, 2, 4, then the slowest; at most nine times in a row."""
    pacer = open_pacer(interval=1.0, slowest=5.0)
    spans = []
    for _ in range(5):
        before = pacer.reserve(KEY, person=False)
        spans.append(pacer.reserve(KEY, person=False) - before)
        pacer.report(KEY, Verdict.THROTTLED)
    assert spans == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_fine_requests_speed_up_slowly_and_not_beyond_the_policy(open_pacer: Open) -> None:
    """It takes dozens of fine requests to forget one that was throttled."""
    pacer = open_pacer(interval=1.0)
    pacer.report(KEY, Verdict.THROTTLED)

    def span() -> float:
        before = pacer.reserve(KEY, person=False)
        return pacer.reserve(KEY, person=False) - before

    assert span() == 2.0
    pacer.report(KEY, Verdict.FINE)
    assert 1.9 < span() < 2.0
    for _ in range(40):
        pacer.report(KEY, Verdict.FINE)
    assert span() == pytest.approx(1.0)


def test_retry_after_closes_the_key_for_everybody(open_pacer: Open) -> None:
    """Also a person waits as long as the host said; a failure without it changes nothing."""
    one, two = open_pacer(interval=0.0), open_pacer(interval=0.0)
    one.report(KEY, Verdict.FAILED)
    assert two.reserve(KEY, person=True) == 0.0
    one.report(KEY, Verdict.THROTTLED, retry_after=30.0)
    assert two.reserve(KEY, person=True) == 30.0


def test_ten_straight_throttles_are_followed_by_a_nap(open_pacer: Open, clock: Clock) -> None:
    """Nobody asks for twenty minutes; nine in a row with a fine one between do not count."""
    pacer = open_pacer(interval=0.0, slowest=1.0)
    for _ in range(9):
        pacer.report(KEY, Verdict.THROTTLED)
    pacer.report(KEY, Verdict.FINE)
    pacer.report(KEY, Verdict.THROTTLED)
    assert pacer.reserve(KEY, person=True) < 60
    for _ in range(9):
        pacer.report(KEY, Verdict.THROTTLED)
    assert pacer.reserve(KEY, person=True) == 1200.0
    clock.now += 1201 * S
    assert pacer.reserve(KEY, person=True) == 0.0


def test_a_key_without_an_interval_costs_no_write(open_pacer: Open, path: Path) -> None:
    """Loopback work is not slowed: the catalog does not change, and there is no wait."""
    pacer = open_pacer(interval=0.0)
    with open_catalog(path) as watcher:
        version = watcher.data_version()
        for _ in range(5):
            assert pacer.reserve(KEY, person=False) == 0.0
            pacer.report(KEY, Verdict.FINE)
            assert pacer.reserve("unknown.example.org", person=True) == 0.0
        assert watcher.data_version() == version


def test_a_throttled_key_without_an_interval_recovers_to_none(open_pacer: Open) -> None:
    """In the end it costs nothing again."""
    pacer = open_pacer(interval=0.0)
    pacer.report(KEY, Verdict.THROTTLED)
    for _ in range(400):
        pacer.report(KEY, Verdict.FINE)
    assert [pacer.reserve(KEY, person=False) for _ in range(3)] == [0.0, 0.0, 0.0]


def test_a_used_up_budget_is_told_and_begins_anew(open_pacer: Open, clock: Clock) -> None:
    """The sentence names the host, not the key, and when it begins anew."""
    pacer = open_pacer(daily=2)
    for _ in range(2):
        pacer.reserve(KEY, person=False)
    with pytest.raises(Quota, match=r"2 requests to api.example.org are used up.*2023-11-16 00:00"):
        open_pacer(daily=2).reserve(KEY, person=True)
    clock.now += 86_400 * S
    assert pacer.reserve(KEY, person=False) == 0.0


@pytest.mark.parametrize("years", [1, -1])
def test_a_clock_that_was_set_stops_nobody_for_long(
    open_pacer: Open, clock: Clock, years: int
) -> None:
    """A year ahead and back, or back and ahead: at most a day's worth of waiting is believed."""
    pacer = open_pacer(interval=1.0)
    clock.now += years * 365 * 86_400 * S
    pacer.report(KEY, Verdict.THROTTLED, retry_after=60.0)
    pacer.reserve(KEY, person=True)
    clock.now -= years * 365 * 86_400 * S
    assert pacer.reserve(KEY, person=False) <= 60.0


def test_a_day_begins_where_the_policy_says(open_pacer: Open, clock: Clock) -> None:
    """At midnight there, with its summer time; the error says when, and how long that is."""
    clock.now = 1_689_490_800 * S  # 2023-07-16 00:00 in Los Angeles, 07:00 UTC
    pacer = open_pacer(daily=1, day_in="America/Los_Angeles")
    pacer.reserve(KEY, person=False)
    clock.now += 86_399 * S
    with pytest.raises(Quota, match="2023-07-17 07:00 UTC") as caught:
        pacer.reserve(KEY, person=False)
    assert caught.value.retry_after == 1.0
    clock.now += S
    assert pacer.reserve(KEY, person=False) == 0.0


def test_the_last_of_a_day_are_for_people(open_pacer: Open) -> None:
    """Background work stops before; who waits for a photo gets them, and then it is over."""
    pacer = open_pacer(daily=5, for_people=2)
    for _each in range(3):
        pacer.reserve(KEY, person=False)
    for _each in range(2):
        with pytest.raises(Quota):
            pacer.reserve(KEY, person=False)
    for _each in range(2):
        assert pacer.reserve(KEY, person=True) == 0.0
    with pytest.raises(Quota):
        pacer.reserve(KEY, person=True)
