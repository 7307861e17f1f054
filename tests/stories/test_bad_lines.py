"""A live account over a bad line: right bytes or an error, and nothing fetched twice.

The account is emulated on loopback, with its faults on; the mount, its fetcher and the scan are the
real processes.
"""

import errno
import hashlib
import os
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.faults import (
    Fails,
    clock_refused,
    empty_page,
    login_failed,
    not_found,
    token_rejected,
    too_many,
    unavailable,
    unavailable_as_broken_json,
)
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.flickr.state import Photo
from photofs.emulators.hosting.faults import (
    Answer,
    Effect,
    Faults,
    drop,
    html_page,
    server_error,
    stall,
    truncate,
)
from photofs.emulators.hosting.originals import Painted, Random
from tests.support.held_port import held
from tests.support.household import Household
from tests.support.logins import add_flickr

pytestmark = pytest.mark.mount

SIZE = 3_000_000
DEADLINE = 14.0
"""Seconds until a reader gets an error: more than the first round of tries takes, on a busy
machine too, and less than all five rounds do."""

LONG = 80.0
"""Seconds that are never over where bytes, or an error of another kind, come in time."""

STATIC = "/static/*"
API = "flickr.*"


def truth(emulator: Emulator, photo: Photo) -> bytes:
    """The original's bytes."""
    blob = Darkroom(emulator.account.vault).original(photo)
    return blob.read(0, blob.size)


def short_timeouts(household: Household, deadline: float = DEADLINE) -> None:
    """Seconds instead of minutes before a silent line is given up."""
    config = household.home / "config" / "config.toml"
    config.write_text(
        f"[network]\nread_timeout = 1.0\nopen_deadline = {deadline}\nread_deadline = {deadline}\n"
    )


def one_photo() -> Account:
    """An account with one picture of three megabytes."""
    account = Account()
    account.add_photo(
        Random(kind="jpg", seed=7, size=SIZE), taken="2020-05-05 10:00:00", title="Large"
    )
    return account


def the_file(point: Path) -> Path:
    """The one picture's file in Dates/."""
    (path,) = (path for path in (point / "flickr" / "Dates").rglob("*") if path.is_file())
    return path


@pytest.mark.parametrize("reset", [False, True])
def test_a_line_that_drops_all_the_time_ends_with_right_bytes_fetched_once(
    household: Household, *, reset: bool
) -> None:
    """Every 300 kB the connection ends; the copy is right, and no byte that arrived comes again."""
    with flickr_in_thread(one_photo()) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        emulator.faults.add(drop(300_000, reset=reset), "/static/*", times=None)
        (photo,) = emulator.account.stream()
        with household.mounted() as point:
            copied = the_file(point).read_bytes()
        assert hashlib.sha256(copied).digest() == hashlib.sha256(truth(emulator, photo)).digest()
        served = [path for path in emulator.ledger.served if path.startswith("/static/")]
        repeated = sum(emulator.ledger.bytes_repeated(path) for path in served)
    # with RST, bytes that had been handed to the connection may be lost: those are sent again
    assert reset or repeated == 0


@pytest.mark.parametrize(
    "effect",
    [
        pytest.param(too_many(0.2), id="429"),
        pytest.param(server_error(500), id="500", marks=pytest.mark.soak),
        pytest.param(server_error(502), id="502"),
        pytest.param(html_page(), id="HTML with 200", marks=pytest.mark.soak),
        pytest.param(truncate(100_000), id="truncated"),
        pytest.param(stall(after=100_000), id="stall"),
        pytest.param(stall(), id="silence", marks=pytest.mark.soak),
    ],
)
def test_a_fault_on_the_static_host_is_overcome(household: Household, effect: Effect) -> None:
    """Twice the fault, then the line is well: the read waits, and its bytes are right."""
    short_timeouts(household, LONG)
    with flickr_in_thread(one_photo()) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        fault = emulator.faults.add(effect, "/static/*", times=2)
        (photo,) = emulator.account.stream()
        with household.mounted() as point:
            assert the_file(point).read_bytes() == truth(emulator, photo)
        assert fault.hits == 2
        household.run("check", "--read")


class Lasting(NamedTuple):
    """A fault that does not end: what befalls which calls, and what is told of it."""

    where: str
    effect: Effect
    errno: int
    told: str


NOT_BEFORE_AN_HOUR = (("Retry-After", "3600"),)

LASTING = {
    "429": Lasting(STATIC, too_many(3600), errno.EIO, "asks us to slow down"),
    "503": Lasting(STATIC, Answer(status=503, headers=NOT_BEFORE_AN_HOUR), errno.EIO, "status 503"),
    "500": Lasting(STATIC, server_error(500), errno.ETIMEDOUT, "status 500"),
    "HTML with 200": Lasting(STATIC, html_page(), errno.ETIMEDOUT, "sent a page instead"),
    "silence": Lasting(STATIC, stall(), errno.ETIMEDOUT, ""),
    "login taken back": Lasting(API, token_rejected(), errno.EACCES, "photofs login flickr"),
    "login of no use": Lasting(API, login_failed(), errno.EACCES, "photofs login flickr"),
    "clock": Lasting(API, clock_refused(), errno.EACCES, "clock"),
    "deleted": Lasting(
        API, Fails(code=1, message="Photo not found"), errno.ENODATA, "does not have this file"
    ),
}


def errno_of_reading(path: Path) -> int | None:
    """With which errno reading a file to its end fails; None if it does not."""
    try:
        path.read_bytes()
    except OSError as error:
        return error.errno
    return None


def read_at_last(path: Path) -> bytes:
    """The file's bytes, once its last failure is no longer remembered."""
    until = time.monotonic() + 180
    while errno_of_reading(path) is not None:
        assert time.monotonic() < until, "it never worked again"
    return path.read_bytes()


def troubles(household: Household) -> str:
    """All that `status` names of one library's sources and photos."""
    library = household.ask("status")["libraries"][0]
    return " ".join(
        [source["trouble"] for source in library["sources"]] + library["troubles"]
    ).strip()


ALIKE = {"503", "HTML with 200", "login of no use"}
"""What is told apart in providers/ and is the same to a mount: in `make soak`."""


@pytest.mark.parametrize(
    "lasting",
    [
        pytest.param(lasting, id=name, marks=[pytest.mark.soak] * (name in ALIKE))
        for name, lasting in LASTING.items()
    ],
)
def test_a_fault_that_lasts_ends_in_its_own_errno_and_is_named(
    household: Household, lasting: Lasting
) -> None:
    """Within the deadline, never with wrong bytes; `status` has the cause; then it works again."""
    deadline = DEADLINE if lasting.errno == errno.ETIMEDOUT else LONG
    short_timeouts(household, deadline)
    with flickr_in_thread(one_photo()) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        emulator.faults.add(lasting.effect, lasting.where, times=None)
        if lasting.where == API:  # which is asked once the host of the pictures says no
            emulator.faults.add(not_found(), STATIC, times=None)
        (photo,) = emulator.account.stream()
        with household.mounted() as point:
            path = the_file(point)
            began = time.monotonic()
            assert errno_of_reading(path) == lasting.errno
            assert time.monotonic() - began < deadline + 20.0
            assert [entry.name for entry in point.iterdir()] == ["flickr"]
            assert lasting.told in troubles(household)
            emulator.faults.clear()
            if lasting.errno != errno.EIO:  # those say when to come again: in an hour
                assert read_at_last(path) == truth(emulator, photo)
                assert troubles(household) == ""
    log = (household.home / "state" / "mount.log").read_text()
    assert "Traceback" not in log
    assert lasting.told in log or lasting.errno == errno.ETIMEDOUT


@pytest.mark.soak
@pytest.mark.parametrize(
    "effect",
    [
        pytest.param(server_error(500), id="500"),
        pytest.param(html_page(), id="HTML with 200"),
        pytest.param(drop(), id="dropped"),
    ],
)
def test_with_time_for_all_tries_a_fault_of_the_service_is_eio(
    household: Household, effect: Effect
) -> None:
    """The deadline is the default one, and half a minute of tries ends before it."""
    with flickr_in_thread(one_photo()) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        emulator.faults.add(effect, STATIC, times=None)
        with household.mounted() as point:
            assert errno_of_reading(the_file(point)) == errno.EIO


@pytest.mark.soak
def test_with_time_for_all_tries_a_line_that_is_not_there_is_enetunreach(
    household: Household,
) -> None:
    """The same without any service."""
    with flickr_in_thread(one_photo()) as emulator:
        add_flickr(household, emulator)
        household.scanned()
    with household.mounted() as point:
        assert errno_of_reading(the_file(point)) == errno.ENETUNREACH
        assert troubles(household)


@pytest.mark.parametrize(
    "effect",
    [
        pytest.param(too_many(), id="429"),
        pytest.param(server_error(502), id="502", marks=pytest.mark.soak),
        pytest.param(unavailable(), id="201", marks=pytest.mark.soak),
        pytest.param(unavailable_as_broken_json(), id="201 as broken JSON"),
        pytest.param(empty_page(), id="empty page"),
        pytest.param(login_failed(), id="98", marks=pytest.mark.soak),
        pytest.param(token_rejected(), id="401"),
    ],
)
def test_a_scan_that_fails_removes_nothing_and_says_why(
    household: Household, effect: Effect
) -> None:
    """However the service fails, what was catalogued stays, and `status` has a sentence."""
    account = Account()
    for number in range(5):
        picture = Painted("jpg", number, 320, 240, "2020-05-05 10:00:00", None, None)
        account.add_photo(picture, taken="2020-05-05 10:00:00", title=f"Photo {number}")
    with flickr_in_thread(account) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        emulator.faults.add(effect, "flickr.*", times=None)
        # ten refusals in a row make a nap of twenty minutes, and a scan tries five times
        for _ in range(1 if effect == too_many() else 2):
            household.run("scan", "--full", code=None)
        status = household.ask("status")["libraries"][0]
        assert status["counts"]["photos"] == 5
        assert status["sources"][0]["trouble"]
        emulator.faults.clear()
        household.run("scan", "--full")
        status = household.ask("status")["libraries"][0]
        assert status["sources"][0]["trouble"] == ""
        household.run("check")


def test_p19_without_a_line_everything_is_listed_and_what_is_cached_can_be_read(
    household: Household,
) -> None:
    """Listed all, cached bytes there, others an error in time; and again once the line is back."""
    short_timeouts(household)
    account = Account()
    for number in range(2):
        picture = Painted("jpg", number, 320, 240, "2020-05-05 10:00:00", None, None)
        account.add_photo(picture, taken="2020-05-05 10:00:00", title=f"Photo {number}")
    with flickr_in_thread(account, faults=Faults()) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        household.run("cache", "warm", "flickr/Dates/2020/2020-05/Photo 0.jpg")
        rights = [
            truth(emulator, photo) for photo in sorted(account.stream(), key=lambda it: it.title)
        ]
        port = int(emulator.url.rpartition(":")[2])
    with held(port), household.mounted() as point:
        folder = point / "flickr" / "Dates" / "2020" / "2020-05"
        assert sorted(os.listdir(folder)) == ["Photo 0.jpg", "Photo 1.jpg"]  # noqa: PTH208 - as ls
        assert (folder / "Photo 0.jpg").read_bytes() == rights[0]
        assert (folder / "Photo 1.jpg").stat().st_size > 0
        # all tries on a line that refuses at once take about as long as the deadline
        in_time = {errno.ETIMEDOUT, errno.ENETUNREACH}
        assert errno_of_reading(folder / "Photo 1.jpg") in in_time
        assert troubles(household)
        with flickr_in_thread(account, port=port):
            assert read_at_last(folder / "Photo 1.jpg") == rights[1]
            assert troubles(household) == ""
