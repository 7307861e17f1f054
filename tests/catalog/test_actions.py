"""What one program does at one go is one action, however long a step of it takes."""

import pytest

from photofs.catalog.sqlite import Catalog
from photofs.model.wish import Asker

SECOND = 10**9
NOW = 10**18


def act(catalog: Catalog, at_s: float, age_s: float | None, process: int = 7) -> int:
    """A wish, so long after the first one, of a process of that age; its action."""
    age = None if age_s is None else int(age_s * SECOND)
    with catalog.database.transaction():
        return catalog.act(1, Asker(process, "mogrify", age), NOW + int(at_s * SECOND))


@pytest.mark.parametrize(
    ("begun_at", "pause", "one"),
    [
        (0, 1, True),
        (1, 15, True),
        (19, 19, True),
        (1, 21, False),
        (3600, 1, True),
        (3600, 3, False),
    ],
)
def test_pauses_of_a_new_program_are_its_own(
    catalog: Catalog, begun_at: int, pause: int, *, one: bool
) -> None:
    """Up to 20 seconds; of one that had been running for longer when it began, up to 2."""
    first = act(catalog, 0, begun_at)
    assert (act(catalog, pause, begun_at + pause) == first) is one


def test_a_command_that_works_for_long_is_one_action(catalog: Catalog) -> None:
    """Sixty pictures, ten seconds each."""
    assert len({act(catalog, 10 * number, 1 + 10 * number) for number in range(60)}) == 1


def test_another_process_of_the_same_number_is_another_action(catalog: Catalog) -> None:
    """It was started after the other one's last wish."""
    first = act(catalog, 0, 5)
    assert act(catalog, 10, 3) != first
    assert act(catalog, 10, None, process=8) != act(catalog, 20, None, process=8)


def test_a_long_step_is_told_of(catalog: Catalog) -> None:
    """Closing a film that took a minute to copy: what is copied next is of the same action."""
    first = act(catalog, 0, 1)
    with catalog.database.transaction():
        catalog.go_on(first, NOW + 60 * SECOND)
    assert act(catalog, 61, 62) == first
