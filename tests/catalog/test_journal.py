"""The journal keeps operations as the model's table of states has them."""

import pytest

from photofs.catalog.journal import NOTED_EVERY_NS, PAGE, SAME_ACTION_NS, Wish
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import Bug
from photofs.model.operation import TRANSITIONS, Event, State
from photofs.model.wish import Asker

WISH = Wish(1, "upload", {"name": "ä.jpg"}, 50, source=1, photo=7)


def in_state(catalog: Catalog, state: State) -> int:
    """An operation in that state."""
    number = catalog.plan(WISH, 10)
    catalog.database.run("UPDATE operation SET state = ? WHERE id = ?", (state.value, number))
    return number


def test_a_wish_is_kept_as_it_was_made(catalog: Catalog) -> None:
    """Planned, with a random key of its own."""
    first, second = (catalog.operation(catalog.plan(WISH, 10)) for _ in range(2))
    assert first.wish == WISH
    assert first.state is State.PLANNED
    assert first.key != second.key
    assert [each.operation_id for each in catalog.open_operations()] == [1, 2]


@pytest.mark.parametrize("state", State)
def test_every_cell_of_the_table_holds_on_disk(catalog: Catalog, state: State) -> None:
    """A legal event moves the row; an illegal one is a Bug and changes nothing."""
    for event in Event:
        number = in_state(catalog, state)
        following = TRANSITIONS[state].get(event)
        if following is None:
            with pytest.raises(Bug):
                catalog.happen(number, event, 20)
            assert catalog.operation(number).state is state
            continue
        assert catalog.happen(number, event, 20, "why") is following
        assert catalog.operation(number).state is following
        assert catalog.operation(number).reason == "why"
        still_open = [each.operation_id for each in catalog.open_operations()]
        assert (number in still_open) == bool(TRANSITIONS[following])


def test_wishes_that_follow_each_other_are_one_action(catalog: Catalog) -> None:
    """However many: each counts the time to the next from itself, to a tenth of a second."""
    asker = Asker(4711, "ln")
    step = SAME_ACTION_NS // 40
    actions = {catalog.act(1, asker, number * step) for number in range(200)}
    last = 199 * step
    assert len(actions) == 1
    assert {catalog.act(1, asker, last + SAME_ACTION_NS - NOTED_EVERY_NS)} == actions
    later = last + SAME_ACTION_NS - NOTED_EVERY_NS
    assert catalog.act(1, asker, later + SAME_ACTION_NS + 1) not in actions
    assert catalog.act(1, Asker(4712, "ln"), last) not in actions


def test_the_wishes_for_an_album_are_read_in_order_however_many(catalog: Catalog) -> None:
    """Page by page, each once, also if they are settled while they are read."""
    wish = Wish(1, "join", {}, 50, source=1, photo=7, album=3)
    with catalog.database.transaction():
        made = [catalog.plan(wish, 10) for _ in range(2 * PAGE + 5)]
        other = catalog.plan(wish._replace(album=4), 10)
        read = []
        for row in catalog.unsettled_of_album(3):
            read.append(row.operation_id)
            catalog.settle(row.operation_id)
    assert read == made
    assert list(catalog.unsettled_of_album(3)) == []
    assert [row.operation_id for row in catalog.unsettled_of_album(4)] == [other]
