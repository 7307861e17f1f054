"""A Google account from the command line: logging in, listing, mounting, reading, logging out."""

import os
import pty
import signal
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from photofs.assembly import House
from photofs.catalog.journal import Wish
from photofs.emulators.google import (
    CLIENT_ID,
    CLIENT_SECRET,
    Emulator,
    Refusal,
)
from photofs.emulators.google.errors import ApiError
from photofs.emulators.google.state import EDIT, App
from photofs.emulators.takeout.demo import demo_takeout
from photofs.model.errors import Misconfigured
from photofs.model.exit_codes import exit_code
from photofs.providers.google.account import keep, stored_login
from tests.support.google_library import Uploads, add_google
from tests.support.google_login import client_file, log_in
from tests.support.household import PATIENCE, Household, shell

OTHER_CLIENT = "210987654321-another.apps.googleusercontent.com"


def test_an_account_is_logged_in_to_listed_mounted_and_read(
    household: Household, google: Emulator, made: Uploads, tmp_path: Path
) -> None:
    """From the client's file to the bytes in an album, a date folder, and Favorites."""
    code, told = log_in(household, google, "--client-file", client_file(tmp_path), pasted=("x",))
    assert code == 0, told
    assert "logged in to google as ada@example.org" in told
    assert "not the address" in told
    assert "Publish app" in told
    assert CLIENT_SECRET not in told
    status = household.ask("status")["libraries"][0]
    assert (status["name"], status["counts"]["photos"]) == ("google", 5)
    assert status["sources"][0]["account"] == "ada@example.org"
    with household.mounted() as photos:
        root = photos / "google"
        sea = sorted(path.name for path in (root / "Albums" / "Sea").iterdir())
        assert sea == ["IMG_0000.jpg", "IMG_0002.jpg", "MOV_0001.MOV"]
        picture = root / "Albums" / "Sea" / "IMG_0000.jpg"
        assert picture.read_bytes() == made.given(made.pictures[0])
        assert (root / "Albums" / "Sea" / "MOV_0001.MOV").read_bytes() == made.given(made.videos[0])
        assert [path.name for path in (root / "Favorites").iterdir()] == ["IMG_0001.jpg"]
        assert (root / "Dates" / "2019" / "2019-07" / "IMG_0003.jpg").stat().st_size > 0
        fidelity = shell("getfattr", "-n", "user.photofs.fidelity", "--only-values", picture)
        assert fidelity.startswith("recompressed")
        assert "recompressed" in household.run("info", picture)
    assert CLIENT_SECRET not in household.run("status")


def test_an_account_joins_the_library_that_a_takeout_made(
    household: Household, google: Emulator, tmp_path: Path
) -> None:
    """One library of two sources, each with what it tells."""
    demo_takeout(tmp_path / "takeout")
    household.run("library", "add", "takeout", tmp_path / "takeout")
    before = household.ask("status")["libraries"][0]["counts"]["photos"]
    code, told = log_in(household, google, "--client-file", client_file(tmp_path))
    assert code == 0, told
    (library,) = household.ask("status")["libraries"]
    assert [source["provider"] for source in library["sources"]] == ["takeout", "google"]
    assert library["counts"]["photos"] == before + 5


def test_an_account_does_not_join_another_service_s_library(
    household: Household, google: Emulator, tmp_path: Path
) -> None:
    """Refused before anything is asked of anybody."""
    with House(household.environ).catalog() as catalog:
        catalog.add_library("mine", "flickr", {"user": "1@N00"}, account="1@N00")
    given = ("--client-file", client_file(tmp_path), "--endpoint", google.url)
    assert "--name" in household.run("login", "google", "--name", "mine", *given, code=15)
    assert google.calls["oauth.token"] == 0


def test_a_login_that_was_taken_back_stops_no_cached_read(
    household: Household, google: Emulator, made: Uploads, tmp_path: Path
) -> None:
    """Scanning names the command; what was read is read on; logging in again mends it."""
    add_google(household, google)
    household.scanned()
    with household.mounted() as photos:
        picture = photos / "google" / "Albums" / "Sea" / "IMG_0000.jpg"
        right = made.given(made.pictures[0])
        assert picture.read_bytes() == right
        for grant in [*made.account.state.grants.values()]:
            made.account.revoke(grant)
        assert "photofs login google" in household.run("scan", code=14)
        trouble = household.ask("status")["libraries"][0]["sources"][0]["trouble"]
        assert "photofs login google" in trouble
        assert picture.read_bytes() == right
        code, told = log_in(household, google, "--client-file", client_file(tmp_path))
        assert code == 0, told
        assert household.ask("status")["libraries"][0]["sources"][0]["trouble"] == ""
        other = photos / "google" / "Albums" / "Sea" / "IMG_0002.jpg"
        assert other.read_bytes() == made.given(made.pictures[2])


def test_the_days_of_a_login_that_ends_are_counted(
    household: Household, google: Emulator, tmp_path: Path
) -> None:
    """An app in testing has seven; `status` says so, and how to end that; a later login forgets."""
    given = ("--client-file", client_file(tmp_path), "--no-scan")
    code, told = log_in(household, google, *given, "--testing")
    assert code == 0, told
    assert "ends in 7 days" in told
    assert "the login ends in 6 days: `photofs login google`" in household.run("status")
    left = household.ask("status")["libraries"][0]["sources"][0]["login_ends_in"]
    assert 6 * 86400 < left <= 7 * 86400
    code, told = log_in(household, google, *given, "--in-production")
    assert code == 0, told
    assert "Publish app" not in told
    assert household.ask("status")["libraries"][0]["sources"][0]["login_ends_in"] is None


def test_what_was_not_granted_is_told(
    household: Household, google: Emulator, tmp_path: Path
) -> None:
    """Each box that was not ticked, with what does not work for it."""
    google.habits.unticked = frozenset({EDIT})
    code, told = log_in(household, google, "--client-file", client_file(tmp_path), "--no-scan")
    assert code == 0, told
    assert "photoslibrary.edit.appcreateddata: descriptions and albums cannot be changed" in told


def test_an_api_that_is_not_enabled_is_told_at_the_login(
    household: Household, google: Emulator, made: Uploads, tmp_path: Path
) -> None:
    """With the page to enable it at; the login is kept, and works once that is done."""
    made.account.state.apps[CLIENT_ID].api_enabled = False
    code, told = log_in(household, google, "--client-file", client_file(tmp_path))
    assert code == 14, told
    assert "console.cloud.google.com/apis/library/photoslibrary.googleapis.com" in told
    made.account.state.apps[CLIENT_ID].api_enabled = True
    household.run("scan")
    assert household.ask("status")["libraries"][0]["counts"]["photos"] == 5


def test_another_account_is_refused(
    household: Household, google: Emulator, made: Uploads, tmp_path: Path
) -> None:
    """The library keeps its own, and its login."""
    add_google(household, google)
    made.account.state.email = "eve@example.org"
    code, told = log_in(household, google, "--client-file", client_file(tmp_path))
    assert code == 15, told
    assert "eve@example.org" in told
    house = House(household.environ)
    assert stored_login(house.secrets(), "eve@example.org", CLIENT_ID) is None
    assert stored_login(house.secrets(), "ada@example.org", CLIENT_ID) is not None
    assert [grant.revoked for grant in made.account.state.grants.values()] == [False, True]


def test_a_login_that_another_library_uses_is_not_given_back(
    household: Household, google: Emulator, made: Uploads, tmp_path: Path
) -> None:
    """Refused for one library; Google would take back all that the account granted the client."""
    add_google(household, google)
    made.account.state.email = "eve@example.org"
    add_google(household, google, "eve")
    code, told = log_in(household, google, "--client-file", client_file(tmp_path))
    assert code == 15, told
    assert not any(grant.revoked for grant in made.account.state.grants.values())


def test_an_account_is_known_by_its_subject(
    household: Household, google: Emulator, made: Uploads, tmp_path: Path
) -> None:
    """Of an old login learnt at a renewal; under another address it is the same account."""
    assert log_in(household, google, "--client-file", client_file(tmp_path), "--no-scan")[0] == 0
    house = House(household.environ)
    state, ada = made.account.state, "ada@example.org"
    before = stored_login(house.secrets(), ada, CLIENT_ID)
    assert before is not None
    with house.catalog() as catalog:  # as it was kept by earlier versions
        (source,) = catalog.sources()
        assert source.config["subject"] == before.subject == state.subject
        config = {key: value for key, value in source.config.items() if key != "subject"}
        catalog.set_config(source.source_id, config)
    keep(house.secrets(), replace(before, subject=""))
    household.run("scan")
    learnt = stored_login(house.secrets(), ada, CLIENT_ID)
    assert learnt is not None
    assert (learnt.subject, learnt.refresh_token) == (state.subject, before.refresh_token)
    state.email = "lovelace@example.org"
    code, told = log_in(household, google, "--client-file", client_file(tmp_path))
    assert code == 0, told
    (library,) = household.ask("status")["libraries"]
    assert len(library["sources"]) == 1
    again = stored_login(house.secrets(), ada, CLIENT_ID)
    assert again is not None
    assert again.refresh_token != before.refresh_token
    household.run("scan")
    state.email, state.subject = ada, "another person's"
    code, told = log_in(household, google, "--client-file", client_file(tmp_path))
    assert code == 15
    assert "another one of that address" in told
    assert stored_login(house.secrets(), ada, CLIENT_ID) == again


def test_a_kept_login_that_is_of_another_account_by_now_is_not_used(
    household: Household, google: Emulator, made: Uploads, tmp_path: Path
) -> None:
    """Of what it shows nothing is taken for the library's."""
    assert log_in(household, google, "--client-file", client_file(tmp_path))[0] == 0
    made.account.state.subject = "another person's"
    told = household.run("scan", "--full", code=14)
    assert "is another one's" in told
    assert household.ask("status")["libraries"][0]["counts"]["photos"] == 5


def test_that_an_app_is_in_testing_is_remembered(
    household: Household, google: Emulator, tmp_path: Path
) -> None:
    """Said once, the days are counted after each login, until it is said to be in production."""
    given = ("--client-file", client_file(tmp_path), "--no-scan")
    assert "ends in 7 days" in log_in(household, google, *given, "--testing")[1]
    assert "ends in 7 days" in log_in(household, google, *given)[1]
    assert "ends in" not in log_in(household, google, *given, "--in-production")[1]
    assert "ends in" not in log_in(household, google, *given)[1]


def test_another_client_is_asked_about_and_loses_nothing_from_sight(
    household: Household, google: Emulator, made: Uploads, tmp_path: Path
) -> None:
    """It says what the new one will not see; the former's photos stay, and are read."""
    add_google(household, google)
    household.scanned()
    app = App(client_id=OTHER_CLIENT, secret="other-secret-0123456789", project="210987654321")
    made.account.state.apps[OTHER_CLIENT] = app
    given = ("--client-file", client_file(tmp_path, OTHER_CLIENT, app.secret))
    code, told = log_in(household, google, *given)
    assert code == 15
    assert "5 photos to the former one alone" in told
    assert google.calls["oauth.auth"] == 0
    code, told = log_in(household, google, *given, "--yes")
    assert code == 0, told
    (library,) = household.ask("status")["libraries"]
    assert [source["provider"] for source in library["sources"]] == ["google", "google"]
    assert library["counts"]["photos"] == 5
    with household.mounted() as photos:
        picture = photos / "google" / "Albums" / "Sea" / "IMG_0000.jpg"
        assert picture.read_bytes() == made.given(made.pictures[0])
    household.run("scan")
    with House(household.environ).catalog() as catalog:
        first, second = catalog.sources()
        assert catalog.writes_of_library(first.library_id)[0] == second.source_id
    code, told = log_in(household, google, "--client-file", client_file(tmp_path), "--yes")
    assert code == 0, told
    with House(household.environ).catalog() as catalog:
        first, second = catalog.sources()
    assert (first.config.get("former"), second.config.get("former")) == (None, True)


def test_logging_out_gives_the_login_back(
    household: Household, google: Emulator, made: Uploads
) -> None:
    """At the service and here; the library stays, and a second time there is nothing to give."""
    add_google(household, google)
    household.scanned()
    told = household.ask("logout", "google")
    assert (told["forgotten"], told["given_back"]) == ("ada@example.org", True)
    assert all(grant.revoked for grant in made.account.state.grants.values())
    assert "photofs login google" in household.run("scan", code=14)
    assert household.ask("status")["libraries"][0]["counts"]["photos"] == 5
    assert household.ask("logout", "google")["given_back"] is False


def test_logging_out_says_what_stays_and_how_to_return(
    household: Household, google: Emulator, tmp_path: Path
) -> None:
    """The way back is the same client, whose secret is forgotten with the login."""
    add_google(household, google)
    household.scanned()
    told = household.run("logout", "google")
    for each in ("files that were copied in", "are cached", "photofs login google", CLIENT_ID):
        assert each in told
    assert "! logged out: `photofs login google` goes on with it" in household.run("status")
    assert "--client-file" in household.run("login", "google", "--endpoint", google.url, code=78)
    code, told = log_in(household, google, "--client-file", client_file(tmp_path))
    assert code == 0, told
    (library,) = household.ask("status")["libraries"]
    assert (len(library["sources"]), library["counts"]["photos"]) == (1, 5)


def test_an_account_is_not_added_like_an_export(household: Household, tmp_path: Path) -> None:
    """The command to type is named, and that for a Takeout if a folder was."""
    assert "`photofs login google`" in household.run("library", "add", "google", code=15)
    told = household.run("library", "add", "google", tmp_path, code=15)
    assert "`library add takeout`" in told


def test_without_a_terminal_the_flags_are_named(household: Household) -> None:
    """There is nobody to show the steps to."""
    told = household.run("login", "google", code=78)
    assert "--client-file" in told
    assert "on a terminal, which shows how" in told


def test_a_picker_that_is_not_enabled_is_told_and_no_hindrance(
    household: Household, google: Emulator, tmp_path: Path
) -> None:
    """A line with the page to enable it at; the account is listed all the same."""
    message = "Google Photos Picker API has not been used in project 1 before or it is disabled."
    google.faults.add(Refusal(error=ApiError("PERMISSION_DENIED", message)), "sessions.get")
    code, told = log_in(household, google, "--client-file", client_file(tmp_path))
    assert code == 0, told
    assert "! the Google Photos Picker API is not enabled" in told
    assert household.ask("status")["libraries"][0]["counts"]["photos"] == 5


AGREEING = """\
#!{python}
import sys, urllib.request
page = urllib.request.urlopen(sys.argv[1] + "&agree=yes", timeout=60).read()
sys.exit(b"photofs may now use this account" not in page)
"""


def test_a_browser_that_runs_in_the_foreground_brings_the_answer(
    google: Emulator, tmp_path: Path
) -> None:
    """What it is sent back to answers while it runs, for it ends only after that."""
    browser = tmp_path / "browser"
    browser.write_text(AGREEING.format(python=sys.executable))
    browser.chmod(0o755)
    household = Household(tmp_path, {"BROWSER": str(browser)})
    given = ("--client-file", client_file(tmp_path), "--endpoint", google.url, "--no-scan")
    told = household.run("login", "google", *given)
    assert "logged in to google as ada@example.org" in told
    assert "No browser" not in told


def test_what_is_not_sent_yet_is_told_before_another_client_is_taken(
    household: Household, google: Emulator, made: Uploads, tmp_path: Path
) -> None:
    """It was wished of the former one's account, and the new one never sends it."""
    add_google(household, google)
    app = App(client_id=OTHER_CLIENT, secret="other-secret-0123456789", project="210987654321")
    made.account.state.apps[OTHER_CLIENT] = app
    with House(household.environ).catalog() as catalog:
        (source,) = catalog.sources()
        wish = Wish(source.library_id, "make album", {"title": "Sea"}, 0, source.source_id)
        catalog.plan(wish, now_ns=1)
    code, told = log_in(household, google, "--client-file", client_file(tmp_path, OTHER_CLIENT))
    assert code == 15
    assert "not sent yet (1 change)" in told
    assert "photofs wait" in told


def test_the_login_goes_to_no_other_service_than_the_account_s(
    household: Household, google: Emulator, tmp_path: Path
) -> None:
    """What that one does not have would look deleted: refused, with what to give."""
    add_google(household, google)
    given = ("login", "google", "--client-file", client_file(tmp_path), "--no-browser")
    told = household.run(*given, code=15)
    assert f"--endpoint {google.url}" in told
    told = household.run(*given, "--endpoint", "http://127.0.0.1:9", code=15)
    assert f"--endpoint {google.url}" in told
    assert google.calls["oauth.token"] == 0


@pytest.mark.parametrize("typed", ["~nobody-of-this-name/client.json", "/no\x01such/file", "/"])
def test_a_typed_file_that_cannot_be_read_is_told(
    google: Emulator, tmp_path: Path, typed: str
) -> None:
    """Where to get one, and no traceback."""
    household = Household(tmp_path, {"BROWSER": "false"})
    ours, theirs = pty.openpty()
    login = household.start(
        *("login", "google", "--no-browser", "--endpoint", google.url),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    read_until(ours, "client_secret_....json")
    os.write(ours, f"{typed}\n".encode())
    assert "cannot be read as an OAuth client" in read_until(ours, "type Desktop app")
    assert login.wait(PATIENCE) == exit_code(Misconfigured(""))
    os.close(ours)


def test_a_login_without_anybody_to_paste_the_address_says_so(
    household: Household, google: Emulator, tmp_path: Path
) -> None:
    """By cron, or with standard input closed: nobody has stopped it, and a terminal helps."""
    given = ("login", "google", "--client-file", client_file(tmp_path), "--no-browser")
    told = household.run(*given, "--endpoint", google.url, code=15)
    assert "standard input has ended" in told
    assert "on a terminal" in told
    assert "stopped" not in told
    assert household.ask("library", "list") == []


def test_on_a_terminal_the_steps_are_shown_and_the_file_is_asked_for(
    google: Emulator, tmp_path: Path
) -> None:
    """All screens in order, then the way to Google's page; Ctrl-C ends it in a word."""
    household = Household(tmp_path, {"BROWSER": "false"})
    ours, theirs = pty.openpty()
    login = household.start(
        *("login", "google", "--no-browser", "--endpoint", google.url),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = read_until(ours, "client_secret_....json")
    screens = ("projectcreate", "photoslibrary", "photospicker", "auth/overview", "Publish app")
    places = [shown.index(screen) for screen in (*screens, "Desktop app")]
    assert places == sorted(places)
    os.write(ours, f"{client_file(tmp_path)}\n".encode())
    assert f"{google.url}/o/oauth2/v2/auth" in read_until(ours, "Address")
    login.send_signal(signal.SIGINT)
    assert login.wait(PATIENCE) == 130
    os.close(ours)


def read_until(terminal: int, text: str) -> str:
    """What a terminal shows, up to that text."""
    shown = b""
    while text.encode() not in shown:
        shown += os.read(terminal, 4096)
    return shown.decode()
