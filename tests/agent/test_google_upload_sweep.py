"""Sixty photos and their album to Google, interrupted at each request in each way that there is."""

import os
import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from photofs.catalog.check import check
from photofs.emulators.google import PROJECT, Refusal
from photofs.emulators.google.errors import at_once, no_login, over_the_day, over_the_minute
from photofs.emulators.hosting import faults as net
from photofs.emulators.hosting.faults import Deaf, Effect, Fault, Faults, Hit
from photofs.model.operation import State
from photofs.model.wish import WishVerb
from tests.support.google_home import GoogleHome, google_home
from tests.support.log_guard import ExpectLog

ROOT = Path(__file__).parents[2]
SEED = 20261121
PHOTOS = 60
SENDING = "/v1/*"
"""Where all that sends goes; the scan is over by then."""

LEAST = 1 + PHOTOS + 2 * 2
"""The album, the bytes of each, items and members fifty at a time."""

WASTE = 1.05
"""How many times the least may be used, beside what was lost itself."""

BAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
"""A JPEG to look at from outside, which holds no picture."""

WAYS: dict[str, Effect] = {
    "cut before anything was read": Deaf(after=0, reset=True),
    "cut in the request": Deaf(after=100, reset=True),
    "done, and cut before the reply": net.drop(-1, reset=True),
    "done, and cut in the reply": net.truncate(20),
    "done, and denied": net.done_and_denied(502),
    "not done": net.server_error(503),
    "no login": Refusal(error=no_login()),
    "too many writes a minute": Refusal(error=over_the_minute(PROJECT, 30)),
    "two writes at once": Refusal(error=at_once()),
}
SCANNING = {"mediaItems.list", "albums.list", "mediaItems.search", "oauth.token"}


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for half a minute when Google says so waits for a moment."""
    monkeypatch.setattr("photofs.providers.google.answers.CALM_DOWN", 0.1)


def check_sent(made: GoogleHome, lost: int) -> None:
    """Each photo is there once, in order and dated, for hardly more calls than it takes."""
    made.check()
    used = sum(count for name, count in made.emulator.calls.items() if name not in SCANNING)
    assert used <= WASTE * LEAST + lost, made.emulator.calls


def interrupted(folder: Path, way: str, nth: int) -> None:
    """The request of that number goes wrong, from 0 on; then all goes well."""
    plan = Faults()
    with google_home(folder, PHOTOS, plan=plan) as made:
        fault = plan.add(WAYS[way], SENDING, skip=nth)
        made.finish()
        assert fault.hits == 1
        check_sent(made, lost=1)
    shutil.rmtree(folder)


def killed(folder: Path, nth: int, *, done: bool) -> None:
    """The sender is killed while the request of that number is with Google, which may do it."""
    plan, seen = Faults(), 0
    with google_home(folder, PHOTOS, plan=plan) as made:

        def kill(_hit: Hit) -> bool:
            nonlocal seen
            seen += 1
            if seen == nth + 1:
                os.kill(sender.pid, signal.SIGKILL)
            return seen > nth  # nothing of what was on its way beside it is answered either

        effect = net.drop(-1) if done else net.server_error(503)
        plan.plan.append(Fault(effect=effect, where=SENDING, times=None, when=kill))
        with subprocess.Popen(made.command(), cwd=ROOT, env=made.house.environ) as sender:
            assert sender.wait(timeout=180) == -signal.SIGKILL
        lost = plan.plan[0].hits
        assert lost <= 4 + 1  # as many as are on the line at once, and the album's
        plan.clear()
        made.finish()
        check_sent(made, lost=lost)
    shutil.rmtree(folder)


CASES = [(way, nth) for way in WAYS for nth in range(LEAST)]
KILLS = [(nth, done) for nth in range(LEAST) for done in (False, True)]


@pytest.mark.parametrize("way", WAYS)
def test_a_request_that_goes_wrong(tmp_path: Path, way: str) -> None:
    """Each way at a seeded moment: nothing is missing, twice, or out of order, or wasted."""
    interrupted(tmp_path / "home", way, random.Random(f"{SEED} {way}").randrange(LEAST))


@pytest.mark.parametrize("done", [False, True], ids=["not done", "done"])
def test_kill_9_at_a_request(tmp_path: Path, *, done: bool) -> None:
    """At a seeded one: who comes after it sends what is left."""
    nth = random.Random(f"{SEED} {done}").randrange(LEAST)
    killed(tmp_path / "home", nth, done=done)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(16))
def test_any_request_that_goes_wrong(tmp_path: Path, part: int) -> None:
    """Each request in each way; in parts, for time."""
    for number, (way, nth) in enumerate(CASES):
        if number % 16 == part:
            interrupted(tmp_path / str(number), way, nth)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(16))
def test_kill_9_at_any_request(tmp_path: Path, part: int) -> None:
    """At each of them, done or not; in parts, for time."""
    for number, (nth, done) in enumerate(KILLS):
        if number % 16 == part:
            killed(tmp_path / str(number), nth, done=done)


@pytest.mark.parametrize("nth", [0, 30, 62])
def test_a_day_that_ends_in_the_middle(tmp_path: Path, nth: int, expect_log: ExpectLog) -> None:
    """All stops at once, and goes on the next day with what is left."""
    plan = Faults()
    with google_home(tmp_path / "home", PHOTOS, plan=plan) as made:
        expect_log("is used up for this project")
        over = Refusal(error=over_the_day(PROJECT, 10_000))
        fault = plan.add(over, SENDING, skip=nth, times=None)
        made.run(0)
        assert 0 < fault.hits <= 4
        plan.clear()
        with made.house.catalog() as catalog:  # the next day
            catalog.database.run("DELETE FROM pacing")
        made.finish()
        check_sent(made, lost=fault.hits)


def test_one_bad_file_among_sixty(tmp_path: Path) -> None:
    """It is given up with a reason; all others are there, in order, for no call more."""
    with google_home(tmp_path / "home", PHOTOS) as made:
        made.copy("bad.jpg", BAD)
        made.finish()
        assert [item.filename for item in made.items] == list(made.files)
        with made.house.catalog() as catalog:
            assert [str(each) for each in check(catalog)] == []
            given_up = catalog.in_state(State.GAVE_UP)
        assert [row.wish.verb for row in given_up].count(WishVerb.UPLOAD) == 1
        used = sum(count for name, count in made.emulator.calls.items() if name not in SCANNING)
        assert used <= WASTE * (LEAST + 1)
