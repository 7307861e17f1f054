"""The emulated Google's hosts of bytes, its Picker and its quotas."""

import io

import pytest
from PIL import ExifTags, Image

from photofs.emulators.google import CLIENT_ID, Account, Habits
from photofs.emulators.google.picker import pick
from photofs.emulators.google.state import PICK, READ
from photofs.emulators.pictures import make_jpeg, make_video
from tests.support.google_raw import GoogleClient, error_of, google_client

NOON = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC, 14:13:20 in California
PICTURE = make_jpeg("sea", width=640, height=480, taken=None, position=(38.7, -9.1))


async def test_a_download_is_not_the_original() -> None:
    """`=d` has no position and is compressed anew; the EXIF's other facts stay."""
    async with google_client() as client:
        item = await client.put(PICTURE, "sea.jpg")
        answer = await client.http.get(item["baseUrl"] + "=d", headers=client.login)
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert not picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        assert picture.size == (640, 480)
    assert answer.content != PICTURE


async def test_previews_fit_or_fill() -> None:
    """`=wX-hY` fits inside, `-c` fills; an address without suffix gives nothing."""
    async with google_client() as client:
        item = await client.put(PICTURE, "sea.jpg")
        sizes = []
        for suffix in ("=w100-h100", "=w100-h100-c"):
            answer = await client.http.get(item["baseUrl"] + suffix, headers=client.login)
            with Image.open(io.BytesIO(answer.content)) as picture:
                sizes.append(picture.size)
        bare = await client.http.get(item["baseUrl"], headers=client.login)
    assert sizes == [(100, 75), (100, 100)]
    assert (bare.status_code, bare.headers["content-type"]) == (404, "image/jpeg")


async def test_an_address_lasts_an_hour() -> None:
    """Then it is a page that says 403; one that was never given is a picture with 404."""
    moment = [NOON]
    account = Account(clock=lambda: moment[0])
    async with google_client(account) as client:
        item = await client.put(PICTURE, "sea.jpg")
        moment[0] += 3600
        client.token = account.access(next(iter(account.state.grants.values()))).token
        old = await client.http.get(item["baseUrl"] + "=d", headers=client.login)
        wrong = await client.http.get(item["baseUrl"][:-3] + "000=d", headers=client.login)
    assert (old.status_code, old.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert (wrong.status_code, wrong.headers["content-type"]) == (404, "image/jpeg")


@pytest.mark.parametrize(
    ("ranges", "status", "lengths"),
    [("part", 206, 1), ("whole", 200, 1), ("no length", 200, 0)],
)
async def test_a_range_may_be_heeded_or_not(ranges: str, status: int, lengths: int) -> None:
    """As the habit is: a part, the whole, or that without a length."""
    habits = Habits(ranges=ranges)  # type: ignore[arg-type] # one of the three
    async with google_client(habits=habits) as client:
        item = await client.put(PICTURE, "sea.jpg")
        headers = {**client.login, "Range": "bytes=10-19"}
        answer = await client.http.get(item["baseUrl"] + "=d", headers=headers)
    assert answer.status_code == status
    assert len(answer.headers.get_list("content-length")) == lengths
    assert (len(answer.content) == 10) == (status == 206)


async def picking(client: GoogleClient, **body: object) -> dict[str, str]:
    """A new picker session."""
    session: dict[str, str] = await client.told("POST", "/v1/sessions", dict(body))
    return session


async def test_the_owner_picks_and_the_client_reads() -> None:
    """Any of the owner's photos, in ids of the Picker's own, its sizes as numbers."""
    account = Account()
    phone = account.add_item(PICTURE, "phone.jpg")
    film = account.add_item(make_video(1, taken=None), "film.mp4")
    async with google_client(account, scopes=(PICK,)) as client:
        session = await picking(client)
        early = await client.ask("GET", "/v1/mediaItems", sessionId=session["id"])
        page = await client.http.get(session["pickerUri"])
        await client.http.post(session["pickerUri"], data={"item": [phone.id, film.id]})
        done = await client.told("GET", f"/v1/sessions/{session['id']}")
        told = await client.told("GET", "/v1/mediaItems", sessionId=session["id"])
        (item,) = [each for each in told["mediaItems"] if each["type"] == "PHOTO"]
        address = item["mediaFile"]["baseUrl"] + "=d"
        answers = [await client.http.get(address, headers=h) for h in (client.login, {})]
        await client.told("DELETE", f"/v1/sessions/{session['id']}")
        gone = await client.ask("GET", f"/v1/sessions/{session['id']}")
    assert error_of(early)[1] == "FAILED_PRECONDITION"
    assert "phone.jpg" in page.text
    assert not session["mediaItemsSet"]
    assert done["mediaItemsSet"]
    assert "pollingConfig" in session
    assert "pollingConfig" not in done
    assert item["mediaFile"]["mediaFileMetadata"]["width"] == 640
    assert item["id"] != phone.id
    assert [answer.status_code for answer in answers] == [200, 401]
    assert gone.status_code == 404


async def test_no_more_are_picked_than_were_asked_for() -> None:
    """The session's limit holds; a limit beyond 2000 is refused."""
    account = Account()
    items = [account.add_item(make_jpeg(n, width=8, height=8), f"{n}.jpg") for n in range(3)]
    async with google_client(account) as client:
        session = await picking(client, pickingConfig={"maxItemCount": "2"})
        pick(account, session["id"], items)
        told = await client.told("GET", "/v1/mediaItems", sessionId=session["id"])
        refused = await client.ask(
            "POST", "/v1/sessions", {"pickingConfig": {"maxItemCount": "2001"}}
        )
    assert len(told["mediaItems"]) == 2
    assert refused.status_code == 400


async def test_too_many_sessions_are_refused() -> None:
    """Until old ones are deleted."""
    async with google_client(habits=Habits(max_pickings=1)) as client:
        first = await picking(client)
        answer = await client.ask("POST", "/v1/sessions", {})
        await client.told("DELETE", f"/v1/sessions/{first['id']}")
        await picking(client)
    assert error_of(answer)[:2] == (429, "RESOURCE_EXHAUSTED")


async def test_a_day_s_calls_end_at_midnight_in_california() -> None:
    """They are counted for the project, and stay counted over a restart."""
    moment = [NOON]
    account = Account(clock=lambda: moment[0])
    async with google_client(account, habits=Habits(calls_per_day=2)) as client:
        for _ in range(2):
            await client.told("GET", "/v1/albums")
        over = await client.ask("GET", "/v1/albums")
        resets = client.emulator.quotas.resets_at()
    async with google_client(account, habits=Habits(calls_per_day=2)) as client:
        still = await client.ask("GET", "/v1/albums")
        moment[0] = resets
        client.token = account.access(next(iter(account.state.grants.values()))).token
        again = await client.ask("GET", "/v1/albums")
    assert error_of(over)[:2] == error_of(still)[:2] == (429, "RESOURCE_EXHAUSTED")
    assert "limit 'All requests per day'" in error_of(over)[2]
    info = over.json()["error"]["details"][0]["metadata"]
    assert info["quota_limit"] == "ApiCallsPerProjectPerDay"
    assert again.status_code == 200


async def test_writes_have_a_minute_of_their_own() -> None:
    """Reads go on meanwhile."""
    moment = [NOON]
    habits = Habits(writes_per_minute=1)
    async with google_client(Account(clock=lambda: moment[0]), habits=habits) as client:
        body = {"album": {"title": "Sea"}}
        await client.told("POST", "/v1/albums", body)
        over = await client.ask("POST", "/v1/albums", body)
        await client.told("GET", "/v1/albums")
        moment[0] += 61
        await client.told("POST", "/v1/albums", body)
    assert "Write requests per minute per user" in error_of(over)[2]


async def test_bytes_are_counted_by_themselves() -> None:
    """Each request for bytes, whatever it brings, is one of the day's."""
    async with google_client(habits=Habits(bytes_per_day=1)) as client:
        item = await client.put(PICTURE, "sea.jpg")
        first = await client.http.get(item["baseUrl"] + "=w10-h10", headers=client.login)
        over = await client.http.get(item["baseUrl"] + "=d", headers=client.login)
        await client.told("GET", "/v1/albums")
    assert (first.status_code, over.status_code) == (200, 429)


async def test_searches_find_favorites_and_days() -> None:
    """What has no capture date matches no day; album and filters exclude each other."""
    account = Account()
    item = account.add_item(PICTURE, "sea.jpg", CLIENT_ID, created="2019-07-21T10:00:00Z")
    item.dated = True
    account.add_item(make_jpeg(2, width=8, height=8, taken=None), "b.jpg", CLIENT_ID, favorite=True)
    account.add_item(make_jpeg(3, width=8, height=8, taken=None), "c.jpg", CLIENT_ID, archived=True)
    day: dict[str, object] = {"dateFilter": {"dates": [{"year": 2019, "month": 7}]}}
    days = {"startDate": {"year": 2019}, "endDate": {"year": 2020}}
    searches: list[tuple[dict[str, object], list[str]]] = [
        ({"featureFilter": {"includedFeatures": ["FAVORITES"]}}, ["b.jpg"]),
        (day, ["sea.jpg"]),
        ({"dateFilter": {"ranges": [days]}}, ["sea.jpg"]),
        ({"mediaTypeFilter": {"mediaTypes": ["VIDEO"]}}, []),
        ({"includeArchivedMedia": True}, ["b.jpg", "c.jpg", "sea.jpg"]),
    ]
    async with google_client(account, scopes=(READ,)) as client:
        found = [
            sorted(
                each["filename"]
                for each in (
                    await client.told("POST", "/v1/mediaItems:search", {"filters": filters})
                ).get("mediaItems", [])
            )
            for filters, _ in searches
        ]
        both = {"albumId": "x", "filters": {}}
        bad = [
            await client.ask("POST", "/v1/mediaItems:search", {**both, "filters": day}),
            await client.ask(
                "POST",
                "/v1/mediaItems:search",
                {"filters": {"dateFilter": {"dates": [{"day": 1}]}}},
            ),
            await client.ask("POST", "/v1/mediaItems:search", {"orderBy": "name"}),
        ]
    assert found == [names for _, names in searches]
    assert {answer.status_code for answer in bad} == {400}
