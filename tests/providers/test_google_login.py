"""Logging in to Google: the browser comes back, or the address is pasted; all else is sent away."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import httpx2
import pytest
import trio

from photofs.emulators.google import (
    CLIENT_ID,
    CLIENT_SECRET,
    Account,
    Emulator,
    google_in_thread,
)
from photofs.emulators.google.state import APPEND, EDIT, PICK, READ
from photofs.emulators.hosting import faults as net
from photofs.model.errors import Misconfigured, Refused, Temporary, TimedOut, Unauthorised
from photofs.providers.google.account import ALLOWED, IDENTITY, forget, keep, login_of
from photofs.providers.google.answers import OauthRefused
from photofs.providers.google.client_file import client_in
from photofs.providers.google.endpoint import GOOGLE, Endpoint, endpoint_at
from photofs.providers.google.line import Line
from photofs.providers.google.login import NO_ADDRESS, OTHER_LOGIN, Login, begin, finish, login
from photofs.providers.google.oauth import Client, revoke
from tests.support.provider_tools import SecretsInMemory

CLIENT = Client(CLIENT_ID, CLIENT_SECRET)
ALL = ALLOWED["write"]


@pytest.fixture
def service() -> Iterator[Emulator]:
    """The service with an empty account."""
    with google_in_thread(Account()) as service:
        yield service


@pytest.fixture
def endpoint(service: Emulator) -> Endpoint:
    """Where it is."""
    return endpoint_at(service.url)


async def answered(url: str, answer: str = "yes") -> str:
    """The address that the browser is sent to once the owner has answered."""
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as browser:
        assert "wants access" in (await browser.get(url)).text
        sent = await browser.get(f"{url}&agree={answer}")
    assert sent.status_code == 302, sent.text
    location: str = sent.headers["location"]
    return location


async def knock(url: str) -> httpx2.Response:
    """One GET of a local address."""
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as browser:
        return await browser.get(url)


async def by_browser(endpoint: Endpoint, answer: str = "yes") -> Login:
    """The whole way by loopback."""
    done: list[Login] = []
    shown, told = trio.open_memory_channel[str](1)

    async def log_in() -> None:
        done.append(await login(CLIENT, ALL, show=shown.send_nowait, endpoint=endpoint))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(log_in)
        page = await knock(await answered(await told.receive(), answer))
        assert page.status_code == 200
        assert "code=" not in page.text
    return done[0]


async def test_what_is_asked_for(endpoint: Endpoint) -> None:
    """A code by PKCE S256 and state, a lasting login, the consent page, whose account it is."""
    pending = begin(CLIENT, ALL, "http://127.0.0.1:50000/", endpoint)
    asked = dict(parse_qsl(urlsplit(pending.url).query))
    digest = hashlib.sha256(pending.verifier.encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert asked["code_challenge_method"] == "S256"
    assert (asked["access_type"], asked["prompt"]) == ("offline", "consent")
    assert set(asked["scope"].split()) == {APPEND, READ, EDIT, PICK, *IDENTITY}
    assert asked["state"] == pending.state
    assert min(len(pending.state), len(pending.verifier)) >= 43
    assert CLIENT_SECRET not in pending.url + repr(pending)
    other = begin(CLIENT, ALL, "http://127.0.0.1:50000/", endpoint)
    assert {other.state, other.verifier}.isdisjoint({pending.state, pending.verifier})


async def test_login_through_the_browser(service: Emulator, endpoint: Endpoint) -> None:
    """Whose account it is, what was granted, and a login that is kept without being shown."""
    done = await by_browser(endpoint)
    assert done.email == service.account.state.email
    assert done.lacking == frozenset()
    assert done.lifetime is None
    assert done.stored.refresh_token in service.account.state.grants
    assert all(done.stored.allows(scope) for scope in ALL)
    secrets = SecretsInMemory()
    keep(secrets, done.stored)
    assert login_of(secrets, done.email, CLIENT_ID) == done.stored
    assert done.stored.refresh_token not in repr((done, done.stored))
    forget(secrets, done.email, CLIENT_ID)
    with pytest.raises(Unauthorised, match="photofs login google"):
        login_of(secrets, done.email, CLIENT_ID)


async def test_a_refusal_in_the_browser_is_refused(endpoint: Endpoint) -> None:
    """The owner says no, and the command says that."""
    with pytest.RaisesGroup(pytest.RaisesExc(Refused, match="not given")):
        await by_browser(endpoint, "no")


async def test_what_else_knocks_is_sent_away(service: Emulator, endpoint: Endpoint) -> None:
    """Another login's state, none at all, another path: the wait goes on until the right one."""
    shown, told = trio.open_memory_channel[str](1)
    done: list[Login] = []

    async def log_in() -> None:
        done.append(await login(CLIENT, ALL, show=shown.send_nowait, endpoint=endpoint))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(log_in)
        right = urlsplit(await answered(await told.receive()))
        query = parse_qs(right.query)
        for wrong in ({"code": "4/x", "state": "guess"}, {"code": query["code"][0]}, {}):
            url = urlunsplit(right._replace(query=urlencode(wrong)))
            assert (await knock(url)).status_code == 400
        assert (await knock(urlunsplit(right._replace(path="/favicon.ico")))).status_code == 404
        assert service.calls["oauth.token"] == 0
        await knock(urlunsplit(right))
    assert done[0].email == service.account.state.email


async def pasted(endpoint: Endpoint, *addresses: str) -> tuple[Login, list[str]]:
    """A login by pasting these addresses, then the right one; what was said to be wrong."""
    shown: list[str] = []
    wrongs: list[str] = []
    left = list(addresses)

    async def ask(wrong: str) -> str:
        wrongs.append(wrong)
        return left.pop(0) if left else await answered(shown[0])

    done = await login(CLIENT, ALL, show=shown.append, ask_address=ask, endpoint=endpoint)
    return done, wrongs


async def test_a_pasted_address_logs_in(service: Emulator, endpoint: Endpoint) -> None:
    """After what is no address, and another login's, each named."""
    stale = "http://127.0.0.1:50000/?state=other&code=4/0x"
    done, wrongs = await pasted(endpoint, "4/0abc", "http://[", stale)
    assert done.email == service.account.state.email
    assert wrongs == ["", NO_ADDRESS, NO_ADDRESS, OTHER_LOGIN]


async def test_after_five_wrong_addresses_it_ends(service: Emulator, endpoint: Endpoint) -> None:
    """With what to do, and nothing was asked of the service."""
    with pytest.raises(Refused, match="not the address") as caught:
        await pasted(endpoint, *["nonsense"] * 5)
    assert "photofs login google" in caught.value.remedy
    assert service.calls["oauth.token"] == 0


async def test_a_pasted_refusal_is_refused(endpoint: Endpoint) -> None:
    """The owner said no on the page, and pastes what came of it."""
    shown: list[str] = []

    async def ask(wrong: str) -> str:
        assert wrong == ""
        return await answered(shown[0], "no")

    with pytest.raises(Refused, match="not given"):
        await login(CLIENT, ALL, show=shown.append, ask_address=ask, endpoint=endpoint)


async def test_nobody_comes_back(endpoint: Endpoint) -> None:
    """The wait has an end."""
    with pytest.raises(TimedOut):
        await login(CLIENT, ALL, show=lambda _url: None, endpoint=endpoint, time_limit=0.05)


async def test_boxes_that_were_not_ticked_are_named(service: Emulator, endpoint: Endpoint) -> None:
    """What was granted is compared with what was asked."""
    service.habits.unticked = frozenset({EDIT, PICK})
    done = await by_browser(endpoint)
    assert done.lacking == {EDIT, PICK}
    assert done.stored.allows(READ)
    assert not done.stored.allows(EDIT)


async def test_no_box_at_all_is_refused(service: Emulator, endpoint: Endpoint) -> None:
    """Nothing works with such a login, and it is not kept."""
    service.habits.unticked = frozenset(ALL)
    with pytest.RaisesGroup(pytest.RaisesExc(Refused, match="none of its boxes")):
        await by_browser(endpoint)


async def test_the_end_of_a_login_is_told_where_the_service_tells_it(
    service: Emulator, endpoint: Endpoint
) -> None:
    """Seconds, for `photofs status` to count the days."""
    service.account.state.apps[CLIENT_ID].testing = True
    assert (await by_browser(endpoint)).lifetime is None
    service.habits.tells_login_end = True
    assert (await by_browser(endpoint)).lifetime == 7 * 86400


async def test_a_code_is_good_once(endpoint: Endpoint) -> None:
    """A second login with it is Unauthorised, and so is another verifier."""
    pending = begin(CLIENT, ALL, "http://127.0.0.1:50000/", endpoint)
    code = parse_qs(urlsplit(await answered(pending.url)).query)["code"][0]
    assert (await finish(pending, code)).email
    with pytest.raises(OauthRefused):
        await finish(pending, code)


async def test_a_wrong_secret_is_named(endpoint: Endpoint) -> None:
    """The client is not known, or its secret is another."""
    pending = begin(Client(CLIENT_ID, "wrong"), ALL, "http://127.0.0.1:50000/", endpoint)
    code = parse_qs(urlsplit(await answered(pending.url)).query)["code"][0]
    with pytest.raises(OauthRefused, match="OAuth client"):
        await finish(pending, code)


@pytest.mark.parametrize(
    "effect",
    [
        net.server_error(503),
        net.html_page(),
        net.drop(),
        net.Answer(status=200, body=b'{"access_token": 7}', kind="application/json"),
        net.Answer(status=400, body=b"[]", kind="application/json"),
    ],
)
async def test_trouble_at_the_token_endpoint_is_temporary(
    service: Emulator, endpoint: Endpoint, effect: net.Effect
) -> None:
    """And the code is not sent a second time, for it is used up."""
    pending = begin(CLIENT, ALL, "http://127.0.0.1:50000/", endpoint)
    service.faults.add(effect, "oauth.token")
    with pytest.raises(Temporary):
        await finish(pending, "4/0code")
    assert service.calls["oauth.token"] == 1


async def test_a_login_is_given_back(service: Emulator, endpoint: Endpoint) -> None:
    """Its grant ends at the service; a second time says that it had ended."""
    done = await by_browser(endpoint)
    line = Line(30.0)
    await revoke(line, endpoint, done.stored.refresh_token)
    assert service.account.state.grants[done.stored.refresh_token].revoked
    with pytest.raises(OauthRefused):
        await revoke(line, endpoint, done.stored.refresh_token)
    line.close()


def test_the_downloaded_client_is_read(tmp_path: Path) -> None:
    """A desktop client's JSON, as the console gives it."""
    path = tmp_path / "client_secret_1.json"
    told = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "project_id": "p"}
    path.write_text(json.dumps({"installed": told}))
    assert client_in(path) == CLIENT
    assert CLIENT_SECRET not in repr(client_in(path))


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"installed": {}}', '{"installed": {"client_id": 1}}', "\xff", "[" * 10**5],
)
def test_what_is_no_client_says_where_to_get_one(tmp_path: Path, content: str) -> None:
    """Misconfigured, with the console's page, and nothing of the file in it."""
    path = tmp_path / "client.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(Misconfigured, match="Desktop app"):
        client_in(path)


def test_a_client_for_web_sites_is_refused_by_its_type(tmp_path: Path) -> None:
    """It could not come back to a port of this machine."""
    path = tmp_path / "client.json"
    path.write_text('{"web": {"client_id": "x", "client_secret": "y"}}')
    with pytest.raises(Misconfigured, match="Web application"):
        client_in(path)


@pytest.mark.parametrize(
    "base", ["http://example.org", "ftp://127.0.0.1", "http://a@127.0.0.1", "x"]
)
def test_an_endpoint_must_be_safe(base: str) -> None:
    """Plain http is for this very machine."""
    with pytest.raises(Misconfigured):
        endpoint_at(base)


def test_the_real_service_is_the_usual_one() -> None:
    """Its hosts are Google's own, and nobody else's is shown a token."""
    assert endpoint_at(None) is GOOGLE
    assert GOOGLE.hosts.allows("https://lh3.googleusercontent.com/x=d")
    assert GOOGLE.hosts.allows("https://video-downloads.googleusercontent.com/x")
    for strange in (
        "https://googleusercontent.com.evil.org/",
        "http://lh3.googleusercontent.com/x",
    ):
        assert not GOOGLE.hosts.allows(strange)
