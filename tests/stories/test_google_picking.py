"""Picking from the command line: the address, Done on the page, and the photos in the mount."""

import json
import os
import pty
import signal
import subprocess
from typing import Any

import httpx2

from photofs.assembly import House
from photofs.emulators.google import Emulator, Refusal
from photofs.emulators.google.errors import ApiError
from photofs.emulators.google.picker import pick
from photofs.emulators.google.state import READ, Item
from photofs.emulators.hosting import faults as net
from photofs.model.exit_codes import TEMPORARY
from tests.support.google_library import Uploads, add_google, log_in
from tests.support.household import PATIENCE, Household
from tests.support.waiting import wait_until


def start(household: Household, *options: str) -> subprocess.Popen[str]:
    """`photofs pick google`, its words on standard error."""
    pipes: dict[str, Any] = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE}
    return household.start("pick", "google", *options, **pipes)


def address(picking: subprocess.Popen[str], google: Emulator) -> str:
    """The address that it prints."""
    assert picking.stderr is not None
    for line in picking.stderr:
        if google.url in line:
            return line.strip()
    raise AssertionError("no address was printed")


def press_done(made: Uploads, items: list[Item]) -> None:
    """The owner ticks these on the page of the only session, as many as it takes, and is done."""
    (session,) = made.account.state.pickings
    pick(made.account, session, items)


def phone_of(made: Uploads) -> list[Item]:
    """What a phone uploaded, which no list of the client has."""
    return [item for item in made.account.everything() if not item.owner]


def test_what_is_picked_on_the_page_is_in_the_library(
    household: Household, google: Emulator, made: Uploads
) -> None:
    """Photos that no program may list: picked, fetched, mounted and read; the session is closed."""
    add_google(household, google)
    phone = phone_of(made)
    with start(household) as picking:
        url = address(picking, google)
        with httpx2.Client(trust_env=False, timeout=60) as browser:
            assert "phone.jpg" in browser.get(url).text
            chosen = {"item": [item.id for item in phone]}
            assert "Done" in browser.post(url, data=chosen).text
        _out, told = picking.communicate(timeout=PATIENCE)
    assert picking.returncode == 0, told
    assert "2 photos fetched" in told
    assert made.account.state.pickings == {}
    (library,) = household.ask("status")["libraries"]
    assert [source["provider"] for source in library["sources"]] == ["google", "picker"]
    assert library["counts"]["photos"] == 7
    with household.mounted() as photos:
        dates = (photos / "google" / "Dates").rglob("phone*.jpg")
        read = sorted(path.read_bytes() for path in dates)
    assert read == sorted(made.given(item) for item in phone)


def test_whoever_is_killed_goes_on_without_picking_again(
    household: Household, google: Emulator, made: Uploads
) -> None:
    """kill -9 in the middle of a download: the next run asks nobody, and fetches the rest."""
    add_google(household, google)
    stalled = google.faults.add(net.stall(after=200), "bytes", skip=2)
    with start(household) as picking:
        address(picking, google)
        (session,) = made.account.state.pickings
        pick(made.account, session, made.pictures)
        wait_until(lambda: stalled.hits > 0)
        picking.send_signal(signal.SIGKILL)
        picking.communicate(timeout=PATIENCE)
    told = household.run("pick", "google", "--no-scan")
    assert "Open this address" not in told
    assert made.account.state.pickings == {}
    household.run("scan")
    with household.mounted() as photos:
        found = list((photos / "google" / "Dates").rglob("IMG_*.jpg"))
        assert {path.read_bytes() for path in found} == {made.given(one) for one in made.pictures}


def test_one_command_picks_more_than_a_session_holds(
    household: Household, google: Emulator, made: Uploads
) -> None:
    """While sessions are full it opens the next; killed in one of them, it goes on with that."""
    add_google(household, google)
    google.habits.picker_most = 2
    items = made.account.everything()
    with start(household, "--sessions", "4") as picking:
        assert "/picker/" in address(picking, google)
        press_done(made, items[:3])
        assert "/picker/" in address(picking, google)
        stalled = google.faults.add(net.stall(after=200), "bytes", skip=1)
        press_done(made, items[2:4])
        wait_until(lambda: stalled.hits > 0)
        picking.send_signal(signal.SIGKILL)
        picking.communicate(timeout=PATIENCE)
    opened = google.calls["sessions.create"]
    with start(household, "--sessions", "4") as picking:
        url = address(picking, google)
        assert google.calls["sessions.create"] == opened + 1, "the killed one asks nobody anew"
        press_done(made, items[4:5])
        _out, told = picking.communicate(timeout=PATIENCE)
    assert picking.returncode == 0, told
    assert url not in told, "one that is not full is the last"
    picked = list((household.home / "data" / "picked").rglob("*.bytes"))
    assert {each.read_bytes() for each in picked} == {made.given(each) for each in items[:5]}
    (library,) = household.ask("status")["libraries"]
    assert [source["provider"] for source in library["sources"]] == ["google", "picker"]


def test_on_a_terminal_it_asks_whether_there_is_more(
    household: Household, google: Emulator, made: Uploads
) -> None:
    """After a session that is full, and no other; without a terminal it names the option."""
    add_google(household, google)
    google.habits.picker_most = 1
    items = made.account.everything()
    ours, theirs = pty.openpty()
    with household.start(
        "pick", "google", "--no-scan", stdin=theirs, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as picking:
        for item, answer in ((items[0], b"y\n"), (items[1], b"n\n")):
            address(picking, google)
            os.write(ours, answer)
            press_done(made, [item])
        _out, told = picking.communicate(timeout=PATIENCE)
    assert picking.returncode == 0, told
    assert "Pick more?" in told
    assert google.calls["sessions.create"] == 2
    with household.start(
        "pick",
        "google",
        "--no-scan",
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as picking:
        address(picking, google)
        press_done(made, [items[2]])
        _out, told = picking.communicate(timeout=PATIENCE)
    assert "or with --sessions" in told
    assert google.calls["sessions.create"] == 3


def test_what_a_session_brought_is_shown_though_the_next_one_fails(
    household: Household, google: Emulator, made: Uploads
) -> None:
    """The scan is done, and the status is that of the failure."""
    add_google(household, google)
    google.habits.picker_most = 2
    phone = phone_of(made)
    with start(household, "--sessions", "2") as picking:
        address(picking, google)
        refusal = Refusal(error=ApiError("INVALID_ARGUMENT", "No."))
        google.faults.add(refusal, "sessions.create", times=None)
        press_done(made, phone)
        _out, told = picking.communicate(timeout=PATIENCE)
    assert picking.returncode == TEMPORARY, told
    (library,) = household.ask("status")["libraries"]
    assert library["counts"]["photos"] == 5 + len(phone)


def test_a_library_that_is_added_anew_has_its_picks_again(
    household: Household, google: Emulator, made: Uploads
) -> None:
    """They lie by account, not by a number of the catalog's: nothing is fetched twice or hidden."""
    phone = phone_of(made)
    for fetched, known in ((2, 0), (0, 2)):
        add_google(household, google)
        with start(household) as picking:
            address(picking, google)
            (session,) = made.account.state.pickings
            pick(made.account, session, phone)
            _out, told = picking.communicate(timeout=PATIENCE)
        assert picking.returncode == 0, told
        assert f"{fetched} photos fetched, {known} here before" in told
        (library,) = household.ask("status")["libraries"]
        assert library["counts"]["photos"] == 5 + len(phone)
        household.run("library", "remove", "google", "--yes")


def test_what_cannot_be_had_ends_with_its_status_and_can_be_left(
    household: Household, google: Emulator, made: Uploads
) -> None:
    """The rest is shown, the status is 6; --new leaves what is left, and asks to pick anew."""
    add_google(household, google)
    phone = phone_of(made)
    fault = google.faults.add(net.Answer(status=403, body=b"<html>"), "bytes", times=None)
    fault.when = lambda hit: phone[0].id in hit.path
    with start(household) as picking:
        address(picking, google)
        (session,) = made.account.state.pickings
        pick(made.account, session, phone)
        _out, told = picking.communicate(timeout=PATIENCE)
    assert picking.returncode == 6, told
    assert "--new" in told
    (library,) = household.ask("status")["libraries"]
    assert library["counts"]["photos"] == 5 + len(phone) - 1
    assert list(made.account.state.pickings) == [session]
    with start(household, "--new") as picking:
        address(picking, google)
        assert session not in made.account.state.pickings
        picking.kill()


def test_a_session_that_serves_no_more_makes_room_for_another(
    household: Household, google: Emulator
) -> None:
    """Refused, or without time left: the command asks to pick anew instead of failing for days."""
    add_google(household, google)
    ended = {
        "id": "pick-1",
        "pickerUri": "https://x.example/",
        "pollingConfig": {"timeoutIn": "0s"},
    }
    answers: list[net.Effect] = [
        net.Answer(status=200, body=json.dumps(ended).encode(), kind="application/json"),
        Refusal(error=ApiError("PERMISSION_DENIED", "No.")),
    ]
    met: list[str] = []
    for answer in (None, *answers):
        if answer is not None:
            google.faults.add(answer, "sessions.get")
        with start(household) as picking:
            met.append(address(picking, google))
            picking.kill()
    assert len(set(met)) == 3


def test_picking_needs_a_login_that_allows_it(household: Household, google: Emulator) -> None:
    """Without an account, or without that box, the command to type is named."""
    assert "photofs login google" in household.run("pick", "google", code=4)
    add_google(household, google)
    log_in(House(household.environ).secrets(), google.account, (READ,))
    assert "tick all boxes" in household.run("pick", "google", code=14)
    assert google.calls["sessions.create"] == 0
