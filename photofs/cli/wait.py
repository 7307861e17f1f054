"""`photofs wait`: until all that was accepted so far is done."""

import sys
import time
from typing import Final, NamedTuple

import click

from photofs.assembly import House
from photofs.catalog.errand_rows import is_errand
from photofs.catalog.sqlite import Catalog
from photofs.cli.house import elsewhere, find_house
from photofs.cli.open_work import OpenWork, agent_works, open_work, work_words
from photofs.cli.output import counted, json_option, print_json
from photofs.cli.place import find_place, photos_at
from photofs.cli.suggestions import places
from photofs.model.exit_codes import SOME_FAILED, TEMPORARY
from photofs.model.incoming import Stage
from photofs.model.operation import FINAL, State

LOOK_EVERY = 0.25
"""Seconds between two looks at the catalog; a look takes a millisecond."""

ALONE: Final = 60.0
"""Seconds that are waited for an agent to begin: a mount begins one anew within a second."""

BEGINS: Final = 20.0
"""Seconds that the agent of a mount may take to begin, on a slow machine; it is not missed before.

Right after `photofs mount --daemon` it is about to.
"""

NOT_DONE: Final = "not done yet: "

NOBODY_WORKS: Final = "no agent works for this catalog: mount, or run `photofs agent`"


class Outcome(NamedTuple):
    """How a wait ended. `open`: what still goes on; `stuck`: what waits for a person.

    `by_hand`: errands, which nobody need wait for: they may be open for months.
    """

    open: int
    stuck: int
    by_hand: int
    words: str


@click.command
@click.argument("path", required=False, shell_complete=places)
@click.option("--timeout", type=float, help="Seconds to wait at most (default: for ever).")
@click.option("--hands", is_flag=True, help="6, too, if something waits for a hand.")
@json_option
def wait(path: str | None, timeout: float | None, *, hands: bool, as_json: bool) -> None:
    """Wait until all that was accepted so far is done; with PATH, what is about photos there.

    Exits with 0 once it is, 5 if the time is over, 6 if something is held, unsure or failed. What
    waits for a hand is told of, and is no reason for 6 but with --hands. While no agent works, it
    waits for one for a minute (with --timeout for that long), and exits with 5.
    """
    ways = []
    if path is None:
        house = find_house()
        ways = elsewhere(house, "wait")
        with house.catalog(read_only=True) as catalog:
            outcome = await_work(house, catalog, None, timeout)
    else:
        with find_place(path) as place:
            photos = photos_at(place)
            outcome = await_work(place.house, place.catalog, photos, timeout)
    stuck = outcome.stuck + (outcome.by_hand if hands else 0)
    if as_json:
        done = not (outcome.open or stuck)
        print_json({"done": done, **outcome._asdict()})
    else:
        is_over = not (outcome.open or outcome.stuck)
        print("; ".join(filter(None, ("all is done" if is_over else "", outcome.words))))
        print("".join(f"{way}\n" for way in ways), end="")
    if outcome.open:
        sys.exit(TEMPORARY)
    sys.exit(SOME_FAILED if stuck else 0)


def await_work(
    house: House,
    catalog: Catalog,
    photos: list[int] | None,
    timeout: float | None,
    alone: float = ALONE,
) -> Outcome:
    """Wait for all, or for what is about those photos; how it ended.

    Without a timeout that is for ever, but for `alone` seconds during which no agent works.
    """
    until = None if timeout is None else time.monotonic() + timeout
    begins = BEGINS if house.own_points() else 0.0
    outcome = _look(catalog, photos)
    seen = time.monotonic()
    is_said = False
    while outcome.open:
        works, now = agent_works(house), time.monotonic()
        seen = now if works else seen
        if not is_said and (works or now - seen >= begins):
            left = seen + alone - now if until is None else None
            _say_for_what(outcome, left, works=works)
            is_said = True
        if until is None and now - seen > alone:
            return outcome._replace(words=f"{outcome.words}; {NOBODY_WORKS}")
        if until is not None and now >= until:
            break
        time.sleep(LOOK_EVERY)
        outcome = _look(catalog, photos)
    return outcome


def _say_for_what(outcome: Outcome, left: float | None, *, works: bool) -> None:
    """What is waited for; `left`: for how many seconds at most while no agent works."""
    if not works:
        most = "" if left is None else f"; without one this ends in {left:.0f} s"
        print(f"{NOBODY_WORKS}{most}", file=sys.stderr, flush=True)
    elif sys.stderr.isatty():  # a script's log need not hear of each wait
        words = outcome.words.removeprefix(NOT_DONE)
        print(
            f"waiting: {words} (`photofs queue` says for what; Ctrl-C stops no work)",
            file=sys.stderr,
            flush=True,
        )


def _look(catalog: Catalog, photos: list[int] | None) -> Outcome:
    """How it stands just now."""
    if photos is None:
        work = open_work(catalog)
        return Outcome(work.going_on, _stuck(work), work.errands, _words(work))
    going = stuck = errands = 0
    for photo in photos:
        row = catalog.incoming(photo)
        stage = row.stage if row else None
        rows = catalog.unsettled_of_photo(photo)
        states = [row.state for row in rows if not is_errand(row)]
        errands += any(is_errand(row) and row.state not in FINAL for row in rows)
        open_states = [state for state in states if state not in FINAL]
        waiting = [state for state in open_states if state not in {State.HELD, State.UNSURE}]
        going += stage is Stage.OPEN or bool(waiting)
        stuck += stage is Stage.FAILED or len(open_states) > len(waiting)
    words = []
    if going:
        words.append(f"{NOT_DONE}{counted(going, 'photo')}")
    if stuck:
        words.append(f"held, unsure or failed: {counted(stuck, 'photo')}, see `photofs queue`")
    if errands:
        words.append(_for_a_hand(errands, "photo"))
    return Outcome(going, stuck, errands, "; ".join(words))


def _for_a_hand(number: int, noun: str) -> str:
    """How many wait for a hand, and where the links are."""
    waits = "waits" if number == 1 else "wait"
    return f"{counted(number, noun)} {waits} for a hand: `photofs hand list` has the links"


def _stuck(work: OpenWork) -> int:
    """What does not go on by itself."""
    return work.held + work.unsure + work.failed


def _words(work: OpenWork) -> str:
    """How it stands, for people."""
    words = [f"{NOT_DONE}{work_words(work)}"] if work.going_on else []
    if work.errands:
        words.append(_for_a_hand(work.errands, "errand"))
    if work.held + work.unsure + work.failed:
        words.append(
            f"{work.held:,} held, {work.unsure:,} unsure, {work.failed:,} failed:"
            " see `photofs queue` and `photofs held list`"
        )
    return "; ".join(words)
