"""What time it is to rules: no row of small errors of a clock adds up to a large one."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from photofs.model.moment import Moment
from photofs.model.rule import DAY_NS
from photofs.model.rule_plan import LONGEST_AWAY_NS, SLACK_NS, trusted

START = 20_000 * DAY_NS
HOUR_NS = 3_600 * 10**9
MINUTE_NS = 60 * 10**9


class Step(NamedTuple):
    """Until the next look: how long it is, what the clock gains, and whether the machine starts."""

    true_ns: int
    gained_ns: int
    restarts: bool


STEPS = st.builds(
    Step,
    true_ns=st.sampled_from([MINUTE_NS, HOUR_NS, DAY_NS]),
    gained_ns=st.integers(-59, 59).map(lambda minutes: minutes * MINUTE_NS),
    restarts=st.booleans(),
)


def looked(steps: list[Step], boot: str = "boot") -> list[tuple[int, int, str]]:
    """Of each look: what time it truly was, what time it was told to be, and what trouble."""
    true = wall = START
    boots, since, noted = 0, 10 * DAY_NS, trusted(None, Moment(START, boot, 10 * DAY_NS)).base
    told = []
    for step in steps:
        true, wall = true + step.true_ns, wall + step.true_ns + step.gained_ns
        boots, since = (boots + 1, MINUTE_NS) if step.restarts else (boots, since + step.true_ns)
        now = trusted(noted, Moment(wall, f"{boot}{boots or ''}" if boot else "", since))
        told.append((true, now.now_ns, now.trouble))
        if not now.trouble:
            noted = now.base
    return told


@given(st.lists(STEPS.map(lambda step: step._replace(restarts=False)), max_size=60))
def test_a_clock_that_gains_or_loses_at_each_look_is_off_by_an_hour_at_the_most(
    steps: list[Step],
) -> None:
    """Whatever it does within a run of the machine; what is told in trouble is never ahead."""
    for true, told, trouble in looked(steps):
        assert told - true <= SLACK_NS
        assert trouble or abs(told - true) <= SLACK_NS


@given(st.lists(STEPS, max_size=60))
def test_trusted_time_never_goes_back_by_more_than_an_hour(steps: list[Step]) -> None:
    """Across starts of the machine, too: no fact stays new for longer than it is."""
    highest = START
    for _true, told, trouble in looked(steps):
        if not trouble:
            assert told >= highest - 2 * SLACK_NS
            highest = max(highest, told)


def test_a_clock_that_stands_still_is_found_out() -> None:
    """It loses 59 minutes of each hour: the second look is in trouble, and each one after it."""
    steps = [Step(HOUR_NS, -59 * MINUTE_NS, restarts=False)] * 200
    troubles = [bool(trouble) for _, _, trouble in looked(steps)]
    assert troubles == [False, *[True] * 199]


def test_a_clock_that_is_right_is_trusted_for_months() -> None:
    """By a machine that runs on, and by one that starts each day."""
    for restarts in (False, True):
        steps = [Step(DAY_NS, 0, restarts=restarts)] * 200
        assert not any(trouble for _, _, trouble in looked(steps))


def test_without_a_clock_that_cannot_be_set_no_month_is_believed() -> None:
    """Where no start of the machine can be told, each look may be after one."""
    day, month = Step(DAY_NS, 0, restarts=False), Step(LONGEST_AWAY_NS + DAY_NS, 0, restarts=False)
    assert [bool(trouble) for _, _, trouble in looked([day, month], boot="")] == [False, True]
