"""An errand that a rule wished is handed out only while the rule still means the photo."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from photofs.catalog.errand_rows import TAKEN_BACK
from photofs.catalog.journal import Wish
from photofs.model.errors import Misconfigured
from photofs.model.rule import Rule
from photofs.wishing.errand_walk import walk
from photofs.wishing.handing import BY_LIST, Handing
from tests.support.by_hand import DAY_NS, FakeHand, shot
from tests.support.log_guard import ExpectLog
from tests.support.proven_by_hand import Mirrored, rule
from tests.support.statement_steps import steps_of

TRASHED = "Trash/a.jpg"
BACK = "Dates/2019/2019-07/a.jpg"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Mirrored]:
    """Photo a, put into Trash by a rule, and past its grace."""
    mirrored = Mirrored(tmp_path)
    assert mirrored.run(rule())["a.jpg"] == "wished"
    mirrored.by_hand.later()
    yield mirrored
    mirrored.catalog.close()


def newer(made: Mirrored, **facts: object) -> None:
    """A newer export tells otherwise of a."""
    told = {"archived": True, **facts}
    made.by_hand.tell(shot("a", made.now_ns, **told))


@pytest.mark.parametrize(
    ("facts", "why"),
    [({"favorite": True}, "it is a favorite"), ({"archived": False}, "it is not archived")],
)
def test_what_a_newer_export_tells_otherwise_is_taken_back(
    made: Mirrored, expect_log: ExpectLog, facts: dict[str, object], why: str
) -> None:
    """It is on no page, stands where it stood, and journal and log say why."""
    expect_log(f"a.jpg is out of Trash again: {TAKEN_BACK}{why}")
    newer(made, **facts)
    assert made.by_hand.hand_out() == []
    assert made.by_hand.handing.take_back() == 1
    assert BACK in made.by_hand.wished.files()
    assert TRASHED not in made.by_hand.wished.files()
    (row,) = made.catalog.taken_back(1, 0)
    assert row.reason == f"{TAKEN_BACK}{why}"
    assert made.by_hand.filed.problems() == []


def test_what_still_fits_is_handed_out(made: Mirrored) -> None:
    """The same facts told anew take nothing back."""
    newer(made)
    assert made.by_hand.handing.take_back() == 0
    assert len(made.by_hand.hand_out()) == 1


async def test_a_programs_hand_presses_nothing_for_it(
    made: Mirrored, expect_log: ExpectLog
) -> None:
    """A walk takes back what does not fit any more before it begins."""
    expect_log("it is a favorite")
    newer(made, favorite=True)
    hand = FakeHand()
    await walk(made.by_hand.handing, hand, lambda *_told: None, most=9)
    assert hand.given == []
    assert BACK in made.by_hand.wished.files()


def test_facts_that_grew_old_wait_for_newer_ones(made: Mirrored) -> None:
    """Eight days later nobody knows whether it is so still: neither handed out nor taken back."""
    made.by_hand.later(8 * DAY_NS)
    assert made.by_hand.handing.take_back() == 0
    assert made.by_hand.hand_out() == []
    ((_row, why),) = made.by_hand.handing.all_kept_back()
    assert "older than the rule allows" in why
    newer(made)
    assert len(made.by_hand.hand_out()) == 1


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ([], "there is no such rule any more"),
        ([rule("archived = true")], "the rule was changed since"),
    ],
)
def test_a_rule_that_is_gone_or_changed_takes_nothing(
    made: Mirrored, expect_log: ExpectLog, now: list[Rule], why: str
) -> None:
    """What it has wished is taken back, though the photo might fit."""
    expect_log(why)
    made.by_hand.rules = now
    assert made.by_hand.hand_out() == []
    assert made.by_hand.handing.take_back() == 1


def test_a_list_of_rules_that_cannot_be_read_concludes_nothing(made: Mirrored) -> None:
    """The errand waits, and it is said why; nothing is taken back."""

    def unreadable() -> list[Rule]:
        raise Misconfigured("rules.toml: line 3", remedy="mend it")

    wishing = made.by_hand.wished.wishing
    handing = Handing(made.catalog, wishing, 1, unreadable, lambda: made.now_ns)
    assert handing.take_back() == 0
    assert handing.ready(9) == []
    ((_row, why),) = handing.all_kept_back()
    assert "rules.toml: line 3" in why


def test_what_is_on_the_page_already_is_told_of(made: Mirrored) -> None:
    """The user may have done it: it is not taken back, and it is said that it fits no more."""
    (row,) = made.by_hand.hand_out(BY_LIST)
    newer(made, favorite=True)
    assert made.by_hand.handing.take_back() == 0
    assert [each for each, _why in made.by_hand.handing.all_kept_back()] == [
        made.catalog.operation(row.operation_id)
    ]


def test_what_was_taken_back_may_be_meant_again(made: Mirrored, expect_log: ExpectLog) -> None:
    """It was photofs that took it out of Trash, not its user: once it fits, a rule may mean it."""
    expect_log("it is a favorite")
    newer(made, favorite=True)
    made.by_hand.handing.take_back()
    made.by_hand.later()
    newer(made, favorite=False)
    assert made.run(rule())["a.jpg"] == "wished"


def test_judging_one_errand_costs_the_same_among_many(made: Mirrored) -> None:
    """SQLite's own count of its steps: a thousand other photos in Trash add none."""
    look = partial(made.catalog.rule_photo, 1, made.photo)
    alone = steps_of(made.catalog, look)
    with made.by_hand.wished.wishing.change():
        for photo in range(10**6, 10**6 + 1_000):
            made.catalog.plan(Wish(1, "trash", {"rule": "r"}, 0, photo=photo), photo)
    assert 0 < steps_of(made.catalog, look) <= alone + 20
