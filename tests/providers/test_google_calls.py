"""The one door to Google's APIs: each refusal in our words, and what is tried again."""

import time
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from photofs.catalog.pacing import CatalogPacer, PacePolicy
from photofs.catalog.sqlite import open_catalog
from photofs.emulators.google import CLIENT_ID, PROJECT, Refusal
from photofs.emulators.google.errors import (
    ApiError,
    at_once,
    invalid,
    over_the_day,
    over_the_minute,
)
from photofs.emulators.google.state import APPEND, PICK, READ
from photofs.emulators.hosting import faults as net
from photofs.emulators.hosting.faults import Answer, Effect
from photofs.model.errors import Quota, RemoteError, Temporary, TimedOut, Unauthorised
from photofs.model.verdict import Verdict
from photofs.providers.google.account import login_of
from photofs.providers.google.answers import Failure, OauthRefused, is_for_the_day, seconds_to_reset
from photofs.providers.google.api import Api, open_api
from photofs.providers.google.discovery import Service
from photofs.providers.google.endpoint import BUDGETS, GOOGLE, endpoint_at, key_of
from photofs.providers.port import Tools
from tests.support.google_library import Emulated, emulated, emulated_for, uploads
from tests.support.provider_tools import FreePacer, make_tools

BATCH = "mediaItems.batchGet"


@pytest.fixture
def tools() -> Tools:
    """With a pacer that notes."""
    return replace(make_tools(), read_timeout=30.0)


@pytest.fixture
def service(tools: Tools) -> Iterator[Emulated]:
    """The service with a small account."""
    with emulated(uploads().account, tools=tools) as service:
        yield service


def opened(service: Emulated, api: Service = Service.LIBRARY) -> AbstractAsyncContextManager[Api]:
    """The calls of the account."""
    stored = login_of(service.tools.secrets, service.account.state.email, CLIENT_ID)
    endpoint = endpoint_at(service.emulator.url)
    tools = service.tools
    return open_api(endpoint, stored, tools.pacer, tools.read_timeout, api)


async def ask(service: Emulated, method: str = "albums.list", **arguments: object) -> object:
    """One call's answer."""
    async with opened(service) as api:
        return await api.call(method, arguments, person=True)


def verdicts(service: Emulated) -> list[Verdict]:
    """What the pacer was told."""
    pacer = service.tools.pacer
    assert isinstance(pacer, FreePacer)
    return pacer.verdicts


PASSING: dict[str, Effect] = {
    "500": net.server_error(500),
    "503": Refusal(error=ApiError("UNAVAILABLE", "The service is currently unavailable.")),
    "408": net.server_error(408),
    "429 of some kind": Refusal(error=ApiError("RESOURCE_EXHAUSTED", "Quota exceeded for x.")),
    "429 with a time": Answer(status=429, headers=(("Retry-After", "2"),)),
    "a page": net.html_page(),
    "nothing": Answer(status=200, kind="application/json"),
    "a list": Answer(status=200, body=b"[1]", kind="application/json"),
    "stalled": net.stall(),
    "cut before": net.drop(),
    "cut within": net.drop(20),
    "reset": net.drop(20, reset=True),
}


@pytest.mark.parametrize("name", PASSING)
async def test_passing_trouble_is_overcome(
    service: Emulated, name: str, autojump_clock: MockClock
) -> None:
    """A read that meets it is asked again, and gets its answer."""
    del autojump_clock
    if name == "stalled":  # the client's limits on silence are in real time
        service.tools = replace(service.tools, read_timeout=5.0)
    fault = service.emulator.faults.add(PASSING[name], "albums.list")
    answer = await ask(service)
    assert isinstance(answer, dict)
    assert answer["albums"][0]["title"] == "Sea"
    assert (fault.hits, service.calls("albums.list")) == (1, 2)
    bad = Verdict.THROTTLED if "429" in name else Verdict.FAILED
    assert verdicts(service) == [bad, Verdict.FINE]


@pytest.mark.parametrize("trouble", ["401", "ended"])
async def test_an_access_token_that_ended_is_renewed_once(service: Emulated, trouble: str) -> None:
    """In the middle of a run, the call is made again under a new token, and others go on by it."""
    async with opened(service) as api:
        await api.call("albums.list", {})
        if trouble == "401":
            service.account.state.accesses.clear()
        else:
            for access in service.account.state.accesses.values():
                access.ends = 0.0
        await api.call("albums.list", {})
        await api.call("albums.list", {})
    assert service.calls("oauth.token") == 2
    assert service.calls("albums.list") == 4


async def test_a_token_is_asked_for_by_one_alone(service: Emulated) -> None:
    """Ten calls at once renew the login once."""
    async with opened(service) as api, trio.open_nursery() as nursery:
        for _each in range(10):
            nursery.start_soon(api.call, "albums.list", {})
    assert service.calls("oauth.token") == 1


async def test_a_login_that_ended_says_what_to_do(service: Emulated) -> None:
    """Revoked or expired, it is Unauthorised, with the command and the cure of the seven days."""
    service.account.revoke(service.grant)
    with pytest.raises(OauthRefused) as caught:
        await ask(service)
    assert isinstance(caught.value, Unauthorised)
    assert caught.value.problem == "invalid_grant"
    assert "photofs login google" in caught.value.remedy
    assert "Publish app" in caught.value.remedy
    assert "cached stays readable" in caught.value.safe
    assert service.calls("albums.list") == 0


async def test_a_login_of_an_app_in_testing_ends_after_seven_days(service: Emulated) -> None:
    """Its refresh token is refused then, and so is all that was asked with it."""
    service.account.state.apps[CLIENT_ID].testing = True
    week, clock = 7 * 86400.0, service.account.clock
    async with opened(service) as api:
        await api.call("albums.list", {})
        service.account.clock = lambda: clock() + week
        with pytest.raises(Unauthorised):
            await api.call("albums.list", {})


async def test_a_deleted_client_is_named(service: Emulated) -> None:
    """The OAuth client is not known any more, or has another secret: both say so."""
    service.account.state.apps[CLIENT_ID].secret = "another"
    with pytest.raises(OauthRefused, match="OAuth client"):
        await ask(service)


async def test_a_service_that_cannot_renew_is_asked_again(
    service: Emulated, autojump_clock: MockClock
) -> None:
    """Trouble at the token endpoint passes, too."""
    del autojump_clock
    service.emulator.faults.add(net.server_error(503), "oauth.token", times=2)
    await ask(service)
    assert service.calls("oauth.token") == 3


async def test_too_small_a_login_says_so(tools: Tools) -> None:
    """Insufficient scopes are Unauthorised, with the boxes to tick; once is enough to know."""
    async with emulated_for(uploads().account, tools=tools, scopes=(APPEND,)) as service:
        with pytest.raises(Unauthorised, match="does not allow") as caught:
            await ask(service)
        assert "tick all boxes" in caught.value.remedy
        assert service.calls("albums.list") == 1


async def test_a_login_that_may_not_look_asks_for_nothing(tools: Tools) -> None:
    """An empty list or a "there is none" that it got could be taken for deletions."""
    async with emulated_for(uploads().account, tools=tools, scopes=(PICK, APPEND)) as service:
        with pytest.raises(Unauthorised, match="cannot list or read") as caught:
            async with service.provider():
                pass
        assert "tick all boxes" in caught.value.remedy
        assert (service.api_calls, service.calls("oauth.token")) == (0, 0)


async def test_an_api_that_is_not_enabled_says_where_to_enable_it(service: Emulated) -> None:
    """With the address of the console's page, and that it takes some minutes."""
    service.account.state.apps[CLIENT_ID].api_enabled = False
    with pytest.raises(Unauthorised, match="Library API is not enabled") as caught:
        await ask(service)
    assert "photoslibrary.googleapis.com" in caught.value.remedy


@pytest.mark.parametrize("where", ["mediaItems.get", "albums.get"])
async def test_what_is_not_there_is_a_failure_that_says_so(service: Emulated, where: str) -> None:
    """And is not asked for twice."""
    name = {"mediaItems.get": "mediaItemId", "albums.get": "albumId"}[where]
    with pytest.raises(Failure) as caught:
        await ask(service, where, **{name: "AKCnXU" + "x" * 60})
    assert caught.value.not_there
    assert service.calls(where) == 1


async def test_a_senseless_call_is_a_failure_with_the_service_s_words(service: Emulated) -> None:
    """They are kept for telling refusals apart, and are not shown."""
    service.emulator.faults.add(Refusal(error=invalid("Secret title")), "albums.list")
    with pytest.raises(Failure) as caught:
        await ask(service)
    assert (caught.value.status, caught.value.message) == ("INVALID_ARGUMENT", "Secret title")
    assert "Secret" not in str(caught.value)


async def test_fifty_ids_are_asked_for_by_the_documented_form(service: Emulated) -> None:
    """A GET of more than 2,048 characters stays a GET: 50 items come with one call."""
    ids = [item.id for item in service.account.items_of(CLIENT_ID)]
    unknown = [f"AKCnXU{number:06d}" + "x" * 58 for number in range(50 - len(ids))]
    answer = await ask(service, BATCH, mediaItemIds=[*ids, *unknown])
    assert isinstance(answer, dict)
    assert len(answer["mediaItemResults"]) == 50
    (call,) = [one for one in service.emulator.ledger.history if one.name == BATCH]
    assert call.verb == "GET"


# Limits


async def test_the_day_s_limit_is_quota_until_midnight_pacific_time(service: Emulated) -> None:
    """It is told when requests begin anew, is not asked again, and closes the key until then."""
    service.emulator.faults.add(Refusal(error=over_the_day(PROJECT, 10_000)), "albums.list")
    with pytest.raises(Quota, match="requests a day") as caught:
        await ask(service)
    assert caught.value.retry_after == pytest.approx(seconds_to_reset(time.time()), abs=60)
    assert "begin anew" in caught.value.remedy
    assert service.calls("albums.list") == 1


NOONS = [
    (1_700_078_400, 12 * 3600),  # 2023-11-15, Pacific Standard Time
    (1_689_447_600, 12 * 3600),  # 2023-07-15, Pacific Daylight Time
    (1_699_171_200, 24 * 3600),  # 2023-11-05 01:00, the day on which clocks go back
]


@pytest.mark.parametrize(("now", "wait"), NOONS)
def test_the_day_ends_at_midnight_pacific_time(now: int, wait: int) -> None:
    """Also in summer, and on a day of 25 hours."""
    assert seconds_to_reset(now) == wait


SLOWLY: dict[str, ApiError] = {
    "writes a minute": over_the_minute(PROJECT, 30),
    "writes at once": at_once(),
}


@pytest.mark.parametrize("name", SLOWLY)
async def test_a_write_too_many_waits_and_is_made_again(
    service: Emulated, name: str, autojump_clock: MockClock
) -> None:
    """Also one that must not be made twice: the service has said that it did nothing."""
    service.emulator.faults.add(Refusal(error=SLOWLY[name]), "albums.create")
    began = autojump_clock.current_time()
    async with opened(service) as api:
        await api.change("albums.create", {"body": {"album": {"title": "New"}}}, again=False)
    assert autojump_clock.current_time() - began >= 30
    assert [album.title for album in service.account.state.albums.values()] == ["Sea", "New"]
    writes = key_of(endpoint_at(service.emulator.url).writes_key, CLIENT_ID)
    pacer = service.tools.pacer
    assert isinstance(pacer, FreePacer)
    assert pacer.reserved.count(writes) == 2


async def test_writes_go_one_after_the_other(service: Emulated) -> None:
    """Five at once are never two at the service, which would refuse one."""
    service.emulator.habits.write_takes = 0.01

    async def make(number: int) -> None:
        await api.change("albums.create", {"body": {"album": {"title": str(number)}}})

    async with opened(service) as api, trio.open_nursery() as nursery:
        for number in range(5):
            nursery.start_soon(make, number)
    assert service.calls("albums.create") == 5


@pytest.mark.parametrize("effect", [net.done_and_denied(), net.drop()])
async def test_a_write_of_which_nobody_knows_is_not_made_again(
    service: Emulated, effect: Effect
) -> None:
    """Unless it may be: then Temporary says that nobody knows."""
    service.emulator.faults.add(effect, "albums.create")
    async with opened(service) as api:
        with pytest.raises(Temporary):
            await api.change("albums.create", {"body": {"album": {"title": "New"}}}, again=False)
    assert service.calls("albums.create") == 1


async def test_a_silent_service_ends_in_timed_out(
    service: Emulated, autojump_clock: MockClock
) -> None:
    """After all tries, within the time that a person waits."""
    service.tools = replace(service.tools, read_timeout=1.0)
    service.emulator.faults.add(net.stall(), "albums.list", times=None)
    with pytest.raises(TimedOut):
        await ask(service)
    assert autojump_clock.current_time() <= 61


async def test_the_picker_is_asked_by_its_own_document(service: Emulated) -> None:
    """Its sessions are made, looked at and deleted; the answer of a deletion is empty."""
    async with opened(service, Service.PICKER) as api:
        session = await api.change("sessions.create", {"body": {}})
        shown = await api.call("sessions.get", {"sessionId": session["id"]})
        assert shown["mediaItemsSet"] is False
        assert await api.change("sessions.delete", {"sessionId": session["id"]}) == {}
        with pytest.raises(Failure):
            await api.call("sessions.get", {"sessionId": session["id"]})


async def test_a_login_without_the_picker_s_scope_says_so(tools: Tools) -> None:
    """The Picker has a scope of its own."""
    async with (
        emulated_for(uploads().account, tools=tools, scopes=(READ,)) as service,
        opened(service, Service.PICKER) as api,
    ):
        with pytest.raises(Unauthorised):
            await api.change("sessions.create", {"body": {}})


def test_keys_are_those_of_the_project() -> None:
    """Clients of one project share its day."""
    other = f"{PROJECT}-other.apps.googleusercontent.com"
    assert key_of(GOOGLE.calls_key, CLIENT_ID) == key_of(GOOGLE.calls_key, other)


def test_no_secret_is_shown_by_a_login(service: Emulated) -> None:
    """Neither token nor client secret is in what tracebacks show."""
    stored = login_of(service.tools.secrets, service.account.state.email, CLIENT_ID)
    assert service.grant.refresh not in repr((stored, stored.client))
    assert stored.client_secret not in repr((stored, stored.client))
    assert stored.allows(PICK)


def test_errors_of_the_room_are_ours() -> None:
    """Failure and OauthRefused are caught with all other errors of services."""
    assert issubclass(Failure, RemoteError)
    assert issubclass(OauthRefused, RemoteError)


# The ledger


@pytest.mark.parametrize(("left", "wait"), [(20, 20), (40, 39.9), (3, 2), (0.5, 0.5)])
def test_who_waits_for_the_day_is_told_so_in_its_last_hour_too(left: float, wait: float) -> None:
    """A wait until the day's end, or of an hour and more, is the day's; in hours."""
    end = datetime(2026, 11, 22, 8, tzinfo=UTC).timestamp()  # midnight in California
    assert is_for_the_day(wait * 3600, end - left * 3600)


@pytest.mark.parametrize("left", [20.0, 0.5])
def test_a_throttled_minute_is_not_taken_for_the_day(left: float) -> None:
    """Neither early in the day, nor in its last hour."""
    end = datetime(2026, 11, 22, 8, tzinfo=UTC).timestamp()
    assert not is_for_the_day(61.0, end - left * 3600)


def policies() -> dict[str, PacePolicy]:
    """The service's budgets as assembly hands them to the pacer, but for three requests a day."""
    return {key: PacePolicy(daily=each.daily and 3) for key, each in BUDGETS.items()}


async def test_the_day_is_counted_across_restarts(service: Emulated, tmp_path: Path) -> None:
    """Calls and downloads apart; a new process goes on counting, and asks nothing beyond it."""
    open_catalog(tmp_path / "catalog.db").close()
    asked = []
    for _process in range(2):
        pacer = CatalogPacer(tmp_path / "catalog.db", intervals=policies())
        service.tools = replace(service.tools, pacer=pacer)
        async with opened(service) as api:
            for _call in range(2):
                try:
                    await api.call("albums.list", {})
                except Quota as error:
                    asked.append(error.what)
        pacer.close()
    assert asked == ["today's 3 requests to google-photos-at are used up"]
    assert service.calls("albums.list") == 3


def test_every_budget_is_one_of_a_key_that_is_asked_for() -> None:
    """The real service's and another's: no key is misspelt, and none is counted for another."""
    keys = [
        key_of(stem, CLIENT_ID)
        for endpoint in (GOOGLE, endpoint_at("http://127.0.0.1:1"))
        for stem in (endpoint.calls_key, endpoint.writes_key, endpoint.bytes_key)
    ]
    fitting = [[start for start in BUDGETS if key.startswith(start)] for key in keys]
    assert [len(found) for found in fitting] == [1, 1, 1, 1, 0, 1]
    assert sorted(found[0] for found in fitting if found) == sorted(BUDGETS)
    assert {each.day_in for each in BUDGETS.values() if each.daily} == {"America/Los_Angeles"}
    assert [each.daily for each in BUDGETS.values() if each.daily] == [10_000, 75_000] * 2
