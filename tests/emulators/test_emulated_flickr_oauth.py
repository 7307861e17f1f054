"""Signatures, logins and permissions of the emulated Flickr."""

from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
import pytest

from photofs.emulators.flickr import API_KEY, Account, Habits, demo_account
from photofs.emulators.flickr.oauth import base_string, header_pairs, signature
from tests.support.flickr_raw import header, oauth, raw_client, signed


def test_rfc_5849_base_string() -> None:
    """The base string of RFC 5849 section 3.4.1.1 comes out letter by letter."""
    pairs = [("b5", "=%3D"), ("a3", "a"), ("c@", ""), ("a2", "r b"), ("c2", ""), ("a3", "2 q")]
    pairs += [
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
    ]
    assert base_string("post", "http://example.com/request", pairs) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q"
        "%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_"
        "key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m"
        "ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk"
        "9d7dh3k39sjv7"
    )


def test_oauth_core_photos_example() -> None:
    """The signature of OAuth Core 1.0 appendix A.5 comes out."""
    pairs = [
        ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
        ("oauth_token", "nnch734d00sl2jdk"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "1191242096"),
        ("oauth_nonce", "kllo9940pd9333jh"),
        ("oauth_version", "1.0"),
        ("file", "vacation.jpg"),
        ("size", "original"),
    ]
    base = base_string("GET", "http://photos.example.net/photos", pairs)
    assert signature(base, "kd94hf93k423kf44", "pfkkdhi9sl3r4s00") == "tR3+Ty81lMeYAr/Fid0kMTYa/WM="


@pytest.mark.parametrize(
    ("token_secret", "expected"),
    [("", "lNBTzyWRRHBuoXmgK13Nht5oiKs="), ("keyboard cat", "pytjoWTzMmvq13/Bai9YVX1tV9c=")],
)
def test_vectors_of_the_service_s_own_kit(token_secret: str, expected: str) -> None:
    """The two signatures that Flickr's own development kit is tested with come out."""
    base = base_string("GET", "http://www.example.com", [("foo", "123"), ("bar", "456")])
    assert signature(base, "consumer secret", token_secret) == expected


def test_every_reserved_character_is_encoded() -> None:
    """Characters that other encoders leave alone are encoded too."""
    base = base_string("GET", "http://www.example.com", [("foo", "!'()*")])
    assert base == "GET&http%3A%2F%2Fwww.example.com&foo%3D%2521%2527%2528%2529%252A"


def test_header_is_read_without_its_realm() -> None:
    """An Authorization header gives its decoded parameters, but not the realm."""
    given = 'OAuth realm="Photos", oauth_nonce="a%20b", oauth_token=""'
    assert header_pairs(given) == [("oauth_nonce", "a b"), ("oauth_token", "")]
    assert header_pairs("Basic realm") == []


@pytest.mark.parametrize("path", ["/services/rest/", "/services/rest"])
@pytest.mark.parametrize("place", ["query", "form", "header"])
async def test_signature_is_found_wherever_it_is(place: str, path: str) -> None:
    """Query, form and header are all good, for the path with and without its last slash."""
    async with raw_client(demo_account()) as client:
        assert client.token
        url = client.emulator.url + path
        verb = "GET" if place == "query" else "POST"
        plain = {"method": "flickr.test.login", "format": "json", "nojsoncallback": "1"}
        protocol = oauth(client.token.token)
        whole = signed(verb, url, {**plain, "x": "a b&c=d/é+~", **protocol}, client.token.secret)
        mine = {k: v for k, v in whole.items() if k.startswith("oauth_")}
        rest = {k: v for k, v in whole.items() if not k.startswith("oauth_")}
        if place == "query":
            answer = await client.http.get(url, params=whole)
        elif place == "form":
            answer = await client.http.post(url, data=whole)
        else:
            answer = await client.http.post(url, data=rest, headers=header(mine))
    assert answer.json()["user"]["username"]["_content"] == "ada"


async def test_signature_for_another_url_is_refused() -> None:
    """A signature made for the path without its slash is none for the path with it."""
    async with raw_client(demo_account()) as client:
        assert client.token
        url = client.emulator.url + "/services/rest"
        plain = {"method": "flickr.test.login", **oauth(client.token.token)}
        whole = signed("GET", url, plain, client.token.secret)
        answer = await client.http.get(url + "/", params=whole)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("oauth_problem=signature_invalid&debug_sbs=GET&http%3A%2F%2F127")


async def test_changed_argument_is_refused() -> None:
    """An argument that was not signed spoils the signature."""
    async with raw_client(demo_account()) as client:
        plain = {"method": "flickr.test.login"}
        whole = client.pairs(client.rest, "GET", plain)
        answer = await client.http.get(client.rest, params={**whole, "page": "2"})
    assert (answer.status_code, answer.text[:31]) == (401, "oauth_problem=signature_invalid")


async def test_missing_parameters_are_named() -> None:
    """A request without a token is HTTP 400 and names what is absent."""
    async with raw_client(demo_account()) as client:
        whole = signed("GET", client.rest, {"method": "flickr.test.login", **oauth()})
        answer = await client.http.get(client.rest, params=whole)
    assert answer.status_code == 400
    assert answer.text == "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_token"


@pytest.mark.parametrize(
    ("changed", "status", "problem"),
    [
        ({"oauth_signature_method": "PLAINTEXT"}, 400, "signature_method_rejected"),
        ({"oauth_version": "2.0"}, 400, "version_rejected"),
        ({"oauth_timestamp": "1"}, 401, "timestamp_refused"),
        ({"oauth_timestamp": "soon"}, 400, "parameter_rejected"),
        ({"oauth_consumer_key": "f" * 32}, 401, "consumer_key_unknown"),
        ({"oauth_token": "1-2"}, 401, "token_rejected"),
    ],
)
async def test_each_check_bites(changed: dict[str, str], status: int, problem: str) -> None:
    """Each protocol parameter is checked and has a refusal of its own."""
    async with raw_client(demo_account()) as client:
        assert client.token
        plain = {"method": "flickr.test.login", **oauth(client.token.token), **changed}
        whole = signed("GET", client.rest, plain, client.token.secret)
        answer = await client.http.get(client.rest, params=whole)
    assert answer.status_code == status
    assert answer.text.partition("&")[0] == f"oauth_problem={problem}"


async def test_nonce_counts_once() -> None:
    """The same request again is refused, unless nonces are not looked at."""
    for strict, expected in ((True, 401), (False, 200)):
        async with raw_client(demo_account(), habits=Habits(check_nonces=strict)) as client:
            whole = client.pairs(client.rest, "GET", {"method": "flickr.test.login"})
            assert (await client.http.get(client.rest, params=whole)).status_code == 200
            again = await client.http.get(client.rest, params=whole)
        assert again.status_code == expected


async def test_any_clock_will_do_if_told_so() -> None:
    """With no clock tolerance set, an old timestamp is good."""
    async with raw_client(demo_account(), habits=Habits(clock_tolerance=None)) as client:
        assert client.token
        plain = {"method": "flickr.test.login", **oauth(client.token.token, oauth_timestamp="7")}
        whole = signed("GET", client.rest, plain, client.token.secret)
        assert (await client.http.get(client.rest, params=whole)).status_code == 200


async def _login(account: Account, callback: str, answer: str = "approve") -> httpx2.Response:
    """The first two steps of a login; gives the answer to the owner's decision."""
    async with raw_client(account, perms=None) as client:
        return await _decide(client.emulator.url, client.http, callback, answer)


async def _decide(
    base: str, http: httpx2.AsyncClient, callback: str, answer: str
) -> httpx2.Response:
    url = base + "/services/oauth/request_token"
    wish = await http.get(url, params=signed("GET", url, oauth(oauth_callback=callback)))
    token = parse_qs(wish.text)["oauth_token"][0]
    consent = {"oauth_token": token, "perms": "write"}
    page = await http.get(base + "/services/oauth/authorize", params=consent)
    assert "<form" in page.text
    assert token in page.text
    choice = {**consent, "answer": answer}
    return await http.post(base + "/services/oauth/authorize", data=choice)


async def test_login_by_callback() -> None:
    """The three steps with a callback end in a token with the permission agreed to."""
    account = demo_account()
    async with raw_client(account, perms=None) as client:
        url = client.emulator.url + "/services/oauth/request_token"
        first = signed("POST", url, oauth(oauth_callback="http://127.0.0.1:1/back?x=1"))
        wish = dict(parse_qsl((await client.http.post(url, data=first)).text))
        assert wish["oauth_callback_confirmed"] == "true"
        page = client.emulator.url + "/services/oauth/authorize"
        choice = {"oauth_token": wish["oauth_token"], "perms": "write", "answer": "approve"}
        sent_back = (await client.http.post(page, data=choice)).headers["location"]
        assert sent_back.startswith("http://127.0.0.1:1/back?x=1&")
        query = dict(parse_qsl(urlsplit(sent_back).query))
        url = client.emulator.url + "/services/oauth/access_token"
        third = oauth(wish["oauth_token"], oauth_verifier=query["oauth_verifier"])
        done = await client.http.get(
            url, params=signed("GET", url, third, wish["oauth_token_secret"])
        )
    facts = dict(parse_qsl(done.text))
    assert facts["user_nsid"] == account.nsid
    assert "user_nsid=66956608%40N06" in done.text
    assert account.state.tokens[facts["oauth_token"]].perms == "write"


async def test_login_by_code() -> None:
    """Without a callback the owner reads a code of nine digits."""
    page = await _login(demo_account(), "oob")
    code = page.text.partition('<b id="code">')[2].partition("<")[0]
    assert [len(part) for part in code.split("-")] == [3, 3, 3]


async def test_login_can_be_declined() -> None:
    """An owner who says no is not sent back with a verifier."""
    answer = await _login(demo_account(), "http://127.0.0.1:1/", "deny")
    assert answer.status_code == 200
    assert "location" not in answer.headers


async def test_wrong_verifier_is_refused() -> None:
    """A verifier that was made up does not give a token."""
    async with raw_client(demo_account(), perms=None) as client:
        url = client.emulator.url + "/services/oauth/request_token"
        first = signed("GET", url, oauth(oauth_callback="oob"))
        wish = dict(parse_qsl((await client.http.get(url, params=first)).text))
        url = client.emulator.url + "/services/oauth/access_token"
        statuses = []
        for approve in (False, True):
            if approve:
                choice = {"oauth_token": wish["oauth_token"], "perms": "read", "answer": "approve"}
                await client.http.post(
                    client.emulator.url + "/services/oauth/authorize", data=choice
                )
            third = oauth(wish["oauth_token"], oauth_verifier="111-222-333")
            params = signed("GET", url, third, wish["oauth_token_secret"])
            statuses.append((await client.http.get(url, params=params)).text)
    assert statuses == ["oauth_problem=permission_unknown", "oauth_problem=verifier_invalid"]


async def test_request_token_needs_the_consumer_s_secret() -> None:
    """A request token is not given to whoever does not know the secret, nor without a callback."""
    async with raw_client(demo_account(), perms=None) as client:
        url = client.emulator.url + "/services/oauth/request_token"
        wrong = signed("GET", url, oauth(oauth_callback="oob"), secret="wrong")
        assert (await client.http.get(url, params=wrong)).status_code == 401
        missing = await client.http.get(url, params=signed("GET", url, oauth()))
    assert missing.text.endswith("oauth_parameters_absent=oauth_callback")


async def test_revoked_token_is_rejected() -> None:
    """After the owner revokes a token it is HTTP 401."""
    account = demo_account()
    async with raw_client(account) as client:
        assert client.token
        account.revoke(client.token.token)
        answer = await client.get("flickr.test.login")
    assert (answer.status_code, answer.text) == (401, "oauth_problem=token_rejected")


async def test_permissions_nest() -> None:
    """Each method asks for its permission; a higher one includes the lower; none is code 99."""
    account = demo_account()
    photo = account.stream()[0].id
    calls = [
        ("flickr.people.getUploadStatus", {}),
        ("flickr.photos.setMeta", {"photo_id": photo, "title": "x"}),
        ("flickr.photos.delete", {"photo_id": photo}),
    ]
    seen = {}
    for perms in (None, "read", "write", "delete"):
        async with raw_client(account, perms=perms) as client:
            codes = [(await client.write(name, **args)).get("code") for name, args in calls]
        seen[perms] = codes
    assert seen == {
        None: [99, 99, 99],
        "read": [None, 99, 99],
        "write": [None, None, 99],
        "delete": [None, None, None],
    }


async def test_permission_refusal_names_both_levels() -> None:
    """Code 99 says what was needed and what was granted."""
    async with raw_client(demo_account(), perms="write") as client:
        answer = await client.write("flickr.photos.delete", photo_id="1")
    assert "requires delete privileges; write granted" in answer["message"]


async def test_write_needs_post() -> None:
    """A method that changes something does not come by GET."""
    async with raw_client(demo_account()) as client:
        answer = await client.read("flickr.photosets.delete", photoset_id="1")
    assert (answer["stat"], answer["code"]) == ("fail", 112)


async def test_key_must_be_known() -> None:
    """An unsigned call needs a known API key."""
    async with raw_client(demo_account(), perms=None) as client:
        plain = {"method": "flickr.test.echo", "format": "json", "nojsoncallback": "1"}
        none = await client.http.get(client.rest, params=plain)
        good = await client.http.get(client.rest, params={**plain, "api_key": API_KEY})
    assert (none.json()["code"], good.json()["stat"]) == (100, "ok")


async def test_check_token_tells_the_permission() -> None:
    """checkToken says whose token it is and what for."""
    async with raw_client(demo_account(), perms="write") as client:
        answer = await client.read("flickr.auth.oauth.checkToken")
    assert answer["oauth"]["perms"] == {"_content": "write"}
    assert answer["oauth"]["user"]["nsid"] == client.emulator.account.nsid
