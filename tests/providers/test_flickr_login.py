"""Logging in: the browser comes back, or the code is typed in; what else knocks is sent away."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
import trio

from photofs.emulators.flickr import API_KEY, API_SECRET, Account, Emulator, flickr_in_thread
from photofs.emulators.flickr import faults as bad
from photofs.emulators.hosting import faults as net
from photofs.model.errors import Misconfigured, Refused, TimedOut, Unauthorised
from photofs.providers.flickr.account import forget, keep, login_of, stored_login
from photofs.providers.flickr.callback import open_callback
from photofs.providers.flickr.endpoint import endpoint_at
from photofs.providers.flickr.login import (
    AGAIN,
    ANEW,
    begin,
    finish,
    login,
    wait_for_callback,
)
from tests.support.provider_tools import SecretsInMemory


@pytest.fixture
def service() -> Iterator[Emulator]:
    """The service with an empty account."""
    with flickr_in_thread(Account()) as service:
        yield service


async def say_yes(url: str, perms: str = "read") -> httpx2.Response:
    """What the owner's browser gets after the owner has said yes on the service's page."""
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as browser:
        await browser.get(url)
        token = parse_qs(urlsplit(url).query)["oauth_token"][0]
        page = url.partition("?")[0]
        answered = {"oauth_token": token, "perms": perms, "answer": "approve"}
        return await browser.post(page, data=answered)


async def knock(url: str, **headers: str) -> httpx2.Response:
    """One GET of a local address, redirects not followed."""
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as browser:
        return await browser.get(url, headers=headers)


async def test_the_callback_takes_only_its_own() -> None:
    """Other paths, hosts, verbs and tokens are sent away; then the right one is taken."""
    async with open_callback() as callback, trio.open_nursery() as nursery:
        brought: list[str] = []

        async def wait() -> None:
            brought.append(await callback.verifier("right-token", 100))

        nursery.start_soon(wait)
        base = "http://" + urlsplit(callback.url).netloc
        good = urlencode({"oauth_token": "right-token", "oauth_verifier": "v-1"})
        wrong = urlencode({"oauth_token": "wrong-token", "oauth_verifier": "v-2"})
        assert (await knock(f"{base}/favicon.ico")).status_code == 404
        assert (await knock(f"{base}/?{good}")).status_code == 404
        assert (await knock(f"{callback.url}?{wrong}")).status_code == 400
        assert (await knock(f"{callback.url}?{good}", Host="evil.org")).status_code == 400
        async with httpx2.AsyncClient(trust_env=False, timeout=60) as browser:
            assert (await browser.post(f"{callback.url}?{good}")).status_code == 400
        assert brought == []
        answer = await knock(f"{callback.url}?{good}")
    assert answer.status_code == 200
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "v-1" not in answer.text
    assert brought == ["v-1"]


async def test_garbage_does_not_end_the_wait() -> None:
    """Connections that say nothing sensible are dropped, and the login is still waited for."""
    async with open_callback() as callback, trio.open_nursery() as nursery:
        brought: list[str] = []

        async def wait() -> None:
            brought.append(await callback.verifier("t", 100))

        nursery.start_soon(wait)
        port = urlsplit(callback.url).port
        assert port is not None
        for garbage in (
            b"",
            b"\x16\x03\x01",
            b"GET\r\n\r\n",
            b"x" * 9000,
            b"GET //[ HTTP/1.1\r\n\r\n",
        ):
            async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
                await stream.send_all(garbage)
        assert (await knock(f"{callback.url}?oauth_token=t&oauth_verifier=v")).status_code == 200
    assert brought == ["v"]


async def test_a_refusal_is_refused() -> None:
    """A browser that comes back without a verifier means that the owner said no."""
    async with open_callback() as callback:
        outcome: list[Refused] = []

        async def wait() -> None:
            try:
                await callback.verifier("t", 100)
            except Refused as error:
                outcome.append(error)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await knock(f"{callback.url}?denied=t")
    assert len(outcome) == 1


async def test_nobody_comes_back(autojump_clock: trio.testing.MockClock) -> None:
    """After five minutes the wait ends as TimedOut."""
    del autojump_clock
    async with open_callback() as callback:
        with pytest.raises(TimedOut):
            await callback.verifier("t")


@pytest.mark.parametrize("permissions", ["read", "write"])
async def test_login_through_the_browser(service: Emulator, permissions: str) -> None:
    """The whole way by loopback: whose account it is, what was granted, and a token that works."""
    endpoint = endpoint_at(service.url)
    async with open_callback() as callback:
        pending = await begin(
            API_KEY, API_SECRET, endpoint=endpoint, callback=callback.url, permissions=permissions
        )
        verifier: list[str] = []

        async def wait() -> None:
            verifier.append(await wait_for_callback(callback, pending, 100))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            back = await say_yes(pending.url, permissions)
            if back.is_redirect:
                await knock(back.headers["location"])
    done = await finish(pending, verifier[0])
    assert done.user == service.account.nsid
    assert done.username == "ada"
    assert done.permissions == permissions
    assert done.stored.token in service.account.state.tokens
    secrets = SecretsInMemory()
    keep(secrets, done.user, done.stored)
    assert login_of(secrets, done.user).account.token == done.stored.token
    assert API_SECRET not in repr((done, done.stored, pending, login_of(secrets, done.user)))
    forget(secrets, done.user)
    with pytest.raises(Unauthorised, match="photofs login flickr"):
        login_of(secrets, done.user)


async def test_login_by_code(service: Emulator) -> None:
    """Without a browser here the owner types in the code that the service shows."""
    shown: list[str] = []

    async def ask(wrong: str) -> str:
        assert wrong == ""
        page = await say_yes(shown[0])
        found = [
            word
            for word in page.text.replace("<", " <").replace(">", "> ").split()
            if word.count("-") == 2 and word.replace("-", "").isdecimal()
        ]
        return f" {found[0]} \n"

    done = await login(
        API_KEY, API_SECRET, show=shown.append, ask_code=ask, endpoint=endpoint_at(service.url)
    )
    assert done.user == service.account.nsid


@pytest.mark.parametrize("between", ["", " ", "-"])
async def test_a_code_is_taken_with_and_without_dashes(service: Emulator, between: str) -> None:
    """Nine digits are the code, however they are typed."""
    pending = await begin(API_KEY, API_SECRET, endpoint=endpoint_at(service.url))
    page = await say_yes(pending.url)
    (found,) = re.findall(r"\d{3}-\d{3}-\d{3}", page.text)
    done = await finish(pending, found.replace("-", between))
    assert done.user == service.account.nsid


async def test_a_wrong_code_is_unauthorised(service: Emulator) -> None:
    """A mistyped code is named, and a new login helps."""
    pending = await begin(API_KEY, API_SECRET, endpoint=endpoint_at(service.url))
    await say_yes(pending.url)
    with pytest.raises(Unauthorised):
        await finish(pending, "000-000-000")


class Typist:
    """An owner who says yes to every address shown, and mistypes the first codes."""

    def __init__(self, mistakes: int, *, late: bool = False) -> None:
        """`mistakes` codes are wrong; `late`: the owner says yes only after the first of them."""
        self.shown: list[str] = []
        self.told: list[str] = []
        self._mistakes = mistakes
        self._late = late

    async def code(self, wrong: str) -> str:
        """What is typed in."""
        self.told.append(wrong)
        if self._late and len(self.told) == 1:
            return "111-111-111"
        page = await say_yes(self.shown[-1])
        right = re.search(r"\d{3}-\d{3}-\d{3}", page.text)
        return right[0] if right and len(self.told) > self._mistakes else "not the code"

    async def log_in(self, service: Emulator) -> str:
        """Whose account it is."""
        done = await login(
            API_KEY,
            API_SECRET,
            show=self.shown.append,
            ask_code=self.code,
            endpoint=endpoint_at(service.url),
        )
        return done.user


@pytest.mark.parametrize("mistakes", [1, 4])
async def test_a_mistyped_code_is_asked_for_again(service: Emulator, mistakes: int) -> None:
    """While the address is good, only the code: told what was wrong, five times in all."""
    typist = Typist(mistakes)
    assert await typist.log_in(service) == service.account.nsid
    assert len(typist.shown) == 1
    assert typist.told == ["", *[AGAIN] * mistakes]


async def test_a_code_before_the_yes_is_asked_for_again(service: Emulator) -> None:
    """Nobody has said yes on the page yet: it is named, and nothing is lost."""
    typist = Typist(0, late=True)
    assert await typist.log_in(service) == service.account.nsid
    assert len(typist.shown) == 1


async def test_an_address_that_is_over_is_followed_by_a_new_one(service: Emulator) -> None:
    """If a wrong code makes the address void, the next try says so and shows another at once."""
    service.habits.wrong_codes = 0
    typist = Typist(1)
    assert await typist.log_in(service) == service.account.nsid
    assert typist.told == ["", AGAIN, ANEW]
    assert len(set(typist.shown)) == len(typist.shown) == 2


async def test_too_many_wrong_codes_end_the_login(service: Emulator) -> None:
    """After five the command ends, and says what to do."""
    typist = Typist(5)
    with pytest.raises(Unauthorised, match="does not accept the code"):
        await typist.log_in(service)
    assert len(typist.told) == 5


async def test_what_is_not_the_codes_fault_ends_the_login_at_once(service: Emulator) -> None:
    """A clock that Flickr refuses is not mended by another code."""
    service.faults.add(bad.clock_refused(), "oauth.access_token")
    typist = Typist(0)
    with pytest.raises(Unauthorised, match="clock"):
        await typist.log_in(service)
    assert len(typist.told) == 1


async def test_wrong_keys_are_named(service: Emulator) -> None:
    """An unknown key and a wrong secret are told apart from a login that has run out."""
    endpoint = endpoint_at(service.url)
    with pytest.raises(Unauthorised, match="key"):
        await begin("f" * 32, API_SECRET, endpoint=endpoint)
    with pytest.raises(Unauthorised, match="secret"):
        await begin(API_KEY, "0" * 16, endpoint=endpoint)


async def test_less_than_asked_for_is_refused(service: Emulator) -> None:
    """If the owner allows less than was asked for, the login is not taken."""
    pending = await begin(
        API_KEY, API_SECRET, endpoint=endpoint_at(service.url), permissions="write"
    )
    token = service.account.grant("read")
    pending.api.flickr_oauth.resource_owner_key = token.token
    body = b'{"oauth":{"perms":{"_content":"read"}},"stat":"ok"}'
    answer = net.Answer(status=200, body=body, kind="application/json")
    service.faults.add(answer, "flickr.auth.oauth.checkToken")
    form = f"oauth_token={token.token}&oauth_token_secret={token.secret}"
    access = f"{form}&user_nsid=1%40N01&username=ada&fullname=".encode()
    service.faults.add(net.Answer(status=200, body=access, kind="text/plain"), "oauth.access_token")
    with pytest.raises(Refused, match="write"):
        await finish(pending, "123-456-789")


async def test_the_clock_is_named_at_login(service: Emulator) -> None:
    """P23: a login that fails for the clock says so."""
    service.faults.add(bad.clock_refused())
    with pytest.raises(Unauthorised, match="clock"):
        await begin(API_KEY, API_SECRET, endpoint=endpoint_at(service.url))


def test_only_safe_addresses_are_taken() -> None:
    """Plain http is for this machine alone, and an address is one."""
    assert endpoint_at(None).rest == "https://api.flickr.com/services/rest/"
    assert endpoint_at("https://flickr.example.org/").rest.endswith(".org/services/rest/")
    for base in ("http://example.org", "ftp://127.0.0.1", "nowhere", "http://[", "https://a@b"):
        with pytest.raises(Misconfigured):
            endpoint_at(base)


def test_spoilt_logins_count_as_none() -> None:
    """What cannot be read in the store of secrets is a login that is not there."""
    secrets = SecretsInMemory({"flickr 1@N01": "{", "flickr 2@N01": '{"key": 1}'})
    assert stored_login(secrets, "1@N01") is None
    assert stored_login(secrets, "2@N01") is None
