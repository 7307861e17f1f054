"""The emulated Google's OAuth: consent, codes with PKCE, renewal, and how a login ends."""

import base64
import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from photofs.emulators.google import CLIENT_ID, CLIENT_SECRET, Account, Habits
from photofs.emulators.google.oauth import challenge_of
from photofs.emulators.google.state import APPEND, READ
from tests.support.google_raw import GoogleClient, google_client

VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123"
REDIRECT = "http://127.0.0.1:41234"
DAY = 86_400.0
Form = dict[str, str]


def wish(**more: str) -> Form:
    """What a client asks the owner for."""
    asked = {
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": f"{APPEND} {READ}",
        "state": "s/1",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
        **more,
    }
    return {name: value for name, value in asked.items() if value}


async def consented(client: GoogleClient, **more: str) -> dict[str, list[str]]:
    """What the redirect to the client says."""
    query = urlencode(wish(**{"agree": "yes", **more}))
    answer = await client.http.get(f"{client.emulator.url}/o/oauth2/v2/auth?{query}")
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)


async def exchanged(client: GoogleClient, code: str, **more: str) -> httpx2.Response:
    """The answer of the token endpoint to a code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        **more,
    }
    return await client.http.post(f"{client.emulator.url}/token", data=form)


async def renewed(client: GoogleClient, refresh: str) -> httpx2.Response:
    """The answer of the token endpoint to a refresh token."""
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    return await client.http.post(f"{client.emulator.url}/token", data=form)


async def test_a_code_becomes_tokens_once() -> None:
    """With the scopes that were granted; the second try with it fails."""
    async with google_client() as client:
        told = await consented(client)
        first = await exchanged(client, told["code"][0])
        second = await exchanged(client, told["code"][0])
        client.token = first.json()["access_token"]
        albums = await client.ask("GET", "/v1/albums")
        again = await renewed(client, first.json()["refresh_token"])
    assert told["state"] == ["s/1"]
    assert first.json()["scope"] == " ".join(sorted([APPEND, READ]))
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")
    assert albums.status_code == 200
    assert again.json()["access_token"] != first.json()["access_token"]
    assert "refresh_token" not in again.json()


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "another"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:1"}, "redirect_uri_mismatch"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "wrong"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_code_needs_all_that_it_was_asked_with(changed: Form, error: str) -> None:
    """Verifier, redirect and client are those of the question."""
    async with google_client() as client:
        told = await consented(client)
        answer = await exchanged(client, told["code"][0], **changed)
    assert answer.json()["error"] == error
    assert "access_token" not in answer.json()


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "wrong"},
        {"redirect_uri": "https://example.org/back"},
        {"redirect_uri": "urn:ietf:wg:oauth:2.0:oob"},
        {"response_type": "token"},
        {"scope": ""},
        {"code_challenge_method": "plain"},
    ],
)
async def test_a_wrong_wish_is_a_page_that_leads_nowhere(changed: Form) -> None:
    """The owner is shown an error; nothing goes back to the client."""
    async with google_client() as client:
        query = urlencode(wish(agree="yes", **changed))
        answer = await client.http.get(f"{client.emulator.url}/o/oauth2/v2/auth?{query}")
    assert answer.status_code in {400, 401}
    assert "location" not in answer.headers


async def test_the_owner_may_refuse_or_untick() -> None:
    """A refusal goes back as such; an unticked scope is simply not granted."""
    async with google_client(habits=Habits(unticked=frozenset({READ}))) as client:
        page = await client.http.get(f"{client.emulator.url}/o/oauth2/v2/auth?{urlencode(wish())}")
        refused = await consented(client, agree="no")
        told = await consented(client)
        answer = await exchanged(client, told["code"][0])
    assert re.search(r'<button name="agree" value="yes">', page.text)
    assert refused["error"] == ["access_denied"]
    assert answer.json()["scope"] == APPEND


@pytest.mark.parametrize("changed", [{"access_type": ""}, {"prompt": ""}])
async def test_a_refresh_token_must_be_asked_for(changed: Form) -> None:
    """Only offline access with renewed consent brings one."""
    async with google_client() as client:
        told = await consented(client, **changed)
        answer = await exchanged(client, told["code"][0])
    assert "access_token" in answer.json()
    assert "refresh_token" not in answer.json()


async def test_a_login_of_an_app_in_testing_dies_after_seven_days() -> None:
    """Its refresh and access tokens alike; that of one in production goes on."""
    moment = [1_700_000_000.0]
    account = Account(clock=lambda: moment[0])
    async with google_client(account) as client:
        refresh = next(iter(account.state.grants))
        moment[0] += 7 * DAY
        in_production = await renewed(client, refresh)
        account.state.apps[CLIENT_ID].testing = True
        in_testing = await renewed(client, refresh)
    assert in_production.status_code == 200
    told = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    assert in_testing.json() == told


async def test_a_token_can_be_given_back() -> None:
    """Then neither it nor what was made of it is good any more."""
    async with google_client() as client:
        refresh = next(iter(client.emulator.account.state.grants))
        url = f"{client.emulator.url}/revoke"
        first = await client.http.post(url, data={"token": refresh})
        second = await client.http.post(url, data={"token": refresh})
        after = await client.ask("GET", "/v1/albums")
    assert (first.status_code, second.status_code, after.status_code) == (200, 400, 401)
    assert second.json()["error"] == "invalid_token"


async def test_a_login_says_whose_account_it_is() -> None:
    """Where "openid email" was granted: an id token with the address; "email" by its full name."""
    async with google_client() as client:
        told = await consented(client, scope=f"openid email {READ}")
        answer = (await exchanged(client, told["code"][0])).json()
        plain = await consented(client)
        without = (await exchanged(client, plain["code"][0])).json()
    claims = answer["id_token"].split(".")[1]
    told_of = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert told_of["email"] == client.emulator.account.state.email
    assert "https://www.googleapis.com/auth/userinfo.email" in answer["scope"].split()
    assert "id_token" not in without
