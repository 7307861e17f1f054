"""A clock that was years ahead, and is set back: what was noted meanwhile does not wait for it."""

from pathlib import Path

import trio

from agent.posting import judge_and_send
from tests.support.sending_home import Home, home

YEARS_NS = 4 * 365 * 86_400 * 10**9
PATIENCE = 180


def noted_ahead(made: Home) -> None:
    """All that is open was noted four years from now."""
    with made.house.catalog() as catalog:
        catalog.database.run("UPDATE incoming SET changed_ns = changed_ns + ?", (YEARS_NS,))
        catalog.database.run(
            "UPDATE operation SET changed_ns = changed_ns + ?1, planned_ns = planned_ns + ?1,"
            " not_before_ns = not_before_ns + ?1",
            (YEARS_NS,),
        )


async def work(made: Home) -> None:
    """Judge and send as the agent does, until all is over."""
    with made.house.catalog() as catalog, trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(judge_and_send, made.house, catalog)
            while not made.is_over():  # noqa: ASYNC110 - the catalog tells nobody
                await trio.sleep(0.1)
            nursery.cancel_scope.cancel()


def test_p23_what_was_noted_by_a_clock_that_was_ahead_is_sent(tmp_path: Path) -> None:
    """P23: files are judged, and wishes sent, after the waits that they had, not years later."""
    with home(tmp_path / "home", lose=False) as made:
        noted_ahead(made)
        trio.run(work, made)
        made.check()
