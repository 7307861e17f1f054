"""Logging in again by code, as the owner or as somebody else."""

import os
import pty
import signal
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2

from photofs.emulators.flickr.account import API_KEY, API_SECRET, Account
from photofs.emulators.flickr.demo import demo_account
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.flickr.state import Person
from tests.support.household import PATIENCE, Household
from tests.support.logins import add_flickr


def code_after_saying_yes(url: str) -> str:
    """The code that the owner's browser shows once the permission was given."""
    with httpx2.Client(trust_env=False, timeout=60) as browser:
        browser.get(url)
        asked = parse_qs(urlsplit(url).query)
        token, perms = asked["oauth_token"][0], asked["perms"][0]
        answered = {"oauth_token": token, "perms": perms, "answer": "approve"}
        page = browser.post(url.partition("?")[0], data=answered).text
    words = page.replace("<", " <").replace(">", "> ").split()
    return next(word for word in words if word.replace("-", "").isdecimal() and "-" in word)


def given_key(emulator: Emulator, folder: Path) -> list[str | Path]:
    """The flags by which nothing but the code is asked for."""
    secret = folder / "secret"
    secret.write_text(API_SECRET)
    return ["--key", API_KEY, "--secret-file", secret, "--endpoint", emulator.url]


def log_in(
    household: Household,
    emulator: Emulator,
    folder: Path,
    *mistyped: str,
    options: tuple[str, ...] = (),
) -> tuple[int, str]:
    """`photofs login flickr --no-browser`; its exit status, and all that it printed.

    The owner types `mistyped` codes before the right one.
    """
    with household.start(
        "login",
        "flickr",
        "--no-browser",
        "--no-scan",
        *given_key(emulator, folder),
        *options,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as login:
        assert login.stdout is not None
        shown = ""
        while emulator.url not in shown:
            shown = login.stdout.readline()
        codes = [*mistyped, code_after_saying_yes(shown.strip())]
        told, _ = login.communicate("".join(f"{code}\n" for code in codes), timeout=60)
    return login.returncode, told


def test_p22_logging_in_as_another_account_is_refused(household: Household, tmp_path: Path) -> None:
    """Named with both accounts; the library, and the login that it had, are as they were."""
    other = Account()
    other.state.me = Person(nsid="99999999@N00", username="eve")
    with flickr_in_thread(demo_account()) as emulator, flickr_in_thread(other) as elsewhere:
        add_flickr(household, emulator)
        household.scanned()
        before = household.ask("status")["libraries"]
        code, told = log_in(household, elsewhere, tmp_path)
        assert code == 15
        assert "99999999@N00" in told
        assert emulator.account.nsid in told
        household.run("scan")
        assert household.ask("status")["libraries"][0]["counts"] == before[0]["counts"]


def test_p22_logging_in_again_helps_after_the_login_was_taken_back(
    household: Household, tmp_path: Path
) -> None:
    """Status 14 and one sentence until then; nothing was lost meanwhile."""
    with flickr_in_thread(demo_account()) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        counts = household.ask("status")["libraries"][0]["counts"]
        for token in [*emulator.account.state.tokens]:
            emulator.account.revoke(token)
        assert "photofs login flickr" in household.run("scan", code=14)
        assert household.ask("status")["libraries"][0]["counts"] == counts
        code, told = log_in(household, emulator, tmp_path)
        assert code == 0, told
        household.run("scan")
        assert household.ask("status")["libraries"][0]["sources"][0]["trouble"] == ""


def test_status_says_that_one_is_logged_out(household: Household, tmp_path: Path) -> None:
    """At once, with the command that goes on with it; not any more after that."""
    with flickr_in_thread(demo_account()) as emulator:
        add_flickr(household, emulator)
        household.run("logout", "flickr")
        assert "! logged out: `photofs login flickr` goes on" in household.run("status")
        assert log_in(household, emulator, tmp_path)[0] == 0
        assert household.ask("status")["libraries"][0]["sources"][0]["trouble"] == ""


def test_more_is_allowed_only_when_asked_for_and_stays(
    household: Household, tmp_path: Path
) -> None:
    """A login may read; --allow write asks for more, says so, and the next login keeps it."""
    with flickr_in_thread(demo_account()) as emulator:
        add_flickr(household, emulator)

        def granted() -> str:
            return [token.perms for token in emulator.account.state.tokens.values()][-1]

        assert log_in(household, emulator, tmp_path)[0] == 0
        assert granted() == "read"
        assert log_in(household, emulator, tmp_path, options=("--allow", "write"))[0] == 0
        assert granted() == "write"
        assert log_in(household, emulator, tmp_path)[0] == 0
        assert granted() == "write"


def test_a_mistyped_code_does_not_end_the_command(household: Household, tmp_path: Path) -> None:
    """It is said to be wrong, and asked for again; the account is logged in to."""
    with flickr_in_thread(demo_account()) as emulator:
        code, told = log_in(household, emulator, tmp_path, "000-000-000", "nonsense")
        assert code == 0, told
        assert told.count("Flickr does not accept this code") == 2
        household.run("scan")


def test_ctrl_c_where_the_code_is_asked_for_ends_the_login(tmp_path: Path) -> None:
    """Status 130 and a word, with a terminal still open; Python once ended itself by an abort."""
    ours, theirs = pty.openpty()
    with flickr_in_thread(demo_account()) as emulator:
        login = Household(tmp_path).start(
            *("login", "flickr", "--no-browser", "--no-scan"),
            *given_key(emulator, tmp_path),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        shown = b""
        while b"Code" not in shown:
            shown += os.read(ours, 4096)
        login.send_signal(signal.SIGINT)
        assert login.wait(PATIENCE) == 130
    shown += os.read(ours, 4096)
    os.close(ours)
    assert b"photofs: stopped" in shown
    assert b"Fatal" not in shown


def test_where_no_browser_opens_the_way_without_one_is_told(tmp_path: Path) -> None:
    """Over SSH no browser elsewhere can bring the answer back; Ctrl-C ends the wait in a word."""
    household = Household(tmp_path, {"BROWSER": "false", "PATH": "/nowhere"})
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        household.environ.pop(name, None)
    with flickr_in_thread(demo_account()) as emulator:
        given = given_key(emulator, tmp_path)
        with household.start("login", "flickr", *given, stderr=subprocess.PIPE) as login:
            assert login.stderr is not None
            assert any("photofs login flickr --no-browser" in line for line in login.stderr)
            login.send_signal(signal.SIGINT)
            assert login.stderr.read().strip() == "photofs: stopped"
        assert login.returncode == 130
