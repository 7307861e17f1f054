"""Logging in again by code, as the owner or as somebody else."""

import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2

from photofs.emulators.flickr.account import API_KEY, API_SECRET, Account
from photofs.emulators.flickr.demo import demo_account
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.flickr.state import Person
from tests.support.household import Household
from tests.support.logins import add_flickr


def code_after_saying_yes(url: str) -> str:
    """The code that the owner's browser shows once the permission was given."""
    with httpx2.Client(trust_env=False) as browser:
        browser.get(url)
        token = parse_qs(urlsplit(url).query)["oauth_token"][0]
        answered = {"oauth_token": token, "perms": "read", "answer": "approve"}
        page = browser.post(url.partition("?")[0], data=answered).text
    words = page.replace("<", " <").replace(">", "> ").split()
    return next(word for word in words if word.replace("-", "").isdecimal() and "-" in word)


def log_in(household: Household, emulator: Emulator, folder: Path) -> tuple[int, str]:
    """`photofs login flickr --no-browser`; its exit status, and all that it printed."""
    secret = folder / "secret"
    secret.write_text(API_SECRET)
    given: list[str | Path] = [
        "--key",
        API_KEY,
        "--secret-file",
        secret,
        "--endpoint",
        emulator.url,
    ]
    with household.start(
        "login",
        "flickr",
        "--no-browser",
        "--no-scan",
        *given,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as login:
        assert login.stdout is not None
        shown = ""
        while emulator.url not in shown:
            shown = login.stdout.readline()
        told, _ = login.communicate(code_after_saying_yes(shown.strip()) + "\n", timeout=60)
    return login.returncode, told


def test_p22_logging_in_as_another_account_is_refused(household: Household, tmp_path: Path) -> None:
    """Named with both accounts; the library, and the login that it had, are as they were."""
    other = Account()
    other.state.me = Person(nsid="99999999@N00", username="eve")
    with flickr_in_thread(demo_account()) as emulator, flickr_in_thread(other) as elsewhere:
        add_flickr(household, emulator)
        household.run("scan")
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
        household.run("scan")
        counts = household.ask("status")["libraries"][0]["counts"]
        for token in [*emulator.account.state.tokens]:
            emulator.account.revoke(token)
        assert "photofs login flickr" in household.run("scan", code=14)
        assert household.ask("status")["libraries"][0]["counts"] == counts
        code, told = log_in(household, emulator, tmp_path)
        assert code == 0, told
        household.run("scan")
        assert household.ask("status")["libraries"][0]["sources"][0]["trouble"] == ""
