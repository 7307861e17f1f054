"""The thread in which verbs run: one after the other, each to its end."""

import gc
import threading
import weakref
from typing import cast

import pytest
import trio

from photofs.model.errors import Exists
from photofs.volume.wishes import Wishes
from photofs.volume.writer import Writer

PATIENCE = 30.0
WISHES = cast("Wishes", object())
"""What verbs are given; the writer itself asks nothing of it."""


def raising(_: Wishes) -> None:
    """A verb that is refused."""
    raise Exists("it is there already")


async def test_a_verb_gives_what_it_gives_and_raises_what_it_raises() -> None:
    """And is given the wishes; an error ends nothing but its own verb."""
    writer = Writer(WISHES)
    with pytest.raises(Exists):
        await writer.do(raising)
    assert await writer.do(lambda wishes: wishes is WISHES)


async def test_verbs_run_one_after_the_other_in_a_thread_of_their_own() -> None:
    """In the order asked for; the loop goes on meanwhile."""
    writer, first_runs, go_on = Writer(WISHES), threading.Event(), threading.Event()
    told: list[tuple[int, int]] = []

    def first(_: Wishes) -> None:
        first_runs.set()
        go_on.wait(PATIENCE)
        told.append((1, threading.get_ident()))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(writer.do, first)
        with trio.fail_after(PATIENCE):
            while not first_runs.is_set():
                await trio.lowlevel.checkpoint()
        nursery.start_soon(writer.do, lambda _: told.append((2, threading.get_ident())))
        await trio.testing.wait_all_tasks_blocked()
        assert told == []
        go_on.set()
    (one, there), (two, here) = told
    assert (one, two) == (1, 2)
    assert there == here != threading.get_ident()


async def test_a_verb_that_was_begun_ends_and_one_that_waits_is_never_begun() -> None:
    """Whoever is cancelled meanwhile."""
    writer, runs, go_on = Writer(WISHES), threading.Event(), threading.Event()
    told: list[str] = []

    def begun(_: Wishes) -> None:
        runs.set()
        go_on.wait(PATIENCE)
        told.append("begun")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(writer.do, begun)
        with trio.fail_after(PATIENCE):
            while not runs.is_set():
                await trio.lowlevel.checkpoint()
        nursery.start_soon(writer.do, lambda _: told.append("waited"))
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
        go_on.set()
    assert told == ["begun"]
    await writer.do(lambda _: told.append("next"))
    assert told == ["begun", "next"]


async def test_the_thread_ends_with_its_writer() -> None:
    """A mount that went leaves no thread behind."""
    writer = Writer(WISHES)
    threads: list[threading.Thread] = []
    await writer.do(lambda _: threads.append(threading.current_thread()))
    gone = weakref.ref(writer)
    del writer
    gc.collect()
    assert gone() is None
    await trio.to_thread.run_sync(threads[0].join, PATIENCE)
    assert not threads[0].is_alive()
