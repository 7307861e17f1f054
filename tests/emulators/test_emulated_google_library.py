"""The emulated Library API: items and albums of one client, with the real one's limits."""

import pytest

from photofs.emulators.google import CLIENT_ID, Account, Habits
from photofs.emulators.google.state import APPEND, EDIT, READ, SCOPE, App
from photofs.emulators.pictures import make_jpeg, make_video
from tests.support.google_raw import BATCH_CREATE, GoogleClient, error_of, google_client

PICTURES = [make_jpeg(f"g{number}", width=32, height=24, taken=None) for number in range(6)]


async def ids_of(client: GoogleClient, count: int) -> list[str]:
    """So many new items."""
    tokens = [(await client.upload(PICTURES[number]), f"{number}.jpg") for number in range(count)]
    return [each["mediaItem"]["id"] for each in await client.create(*tokens)]


@pytest.mark.parametrize(
    ("scopes", "verb", "path", "body"),
    [
        ((APPEND, EDIT), "GET", "/v1/albums", None),
        ((APPEND, EDIT), "GET", "/v1/mediaItems", None),
        ((APPEND, EDIT), "POST", "/v1/mediaItems:search", {}),
        ((READ, EDIT), "POST", "/v1/albums", {"album": {"title": "a"}}),
        ((READ, EDIT), "POST", BATCH_CREATE, {}),
        ((READ, EDIT), "POST", "/v1/uploads", {}),
        ((READ, APPEND), "PATCH", "/v1/albums/x", {}),
        ((READ, APPEND), "POST", "/v1/albums/x:batchRemoveMediaItems", {}),
        ((READ,), "POST", "/v1/albums/x:batchAddMediaItems", {}),
        ((SCOPE + "photoslibrary",), "GET", "/v1/mediaItems", None),
        ((SCOPE + "photoslibrary.readonly",), "GET", "/v1/albums", None),
        ((READ, APPEND, EDIT), "POST", "/v1/sessions", {}),
    ],
)
async def test_a_call_needs_its_scope(
    scopes: tuple[str, ...], verb: str, path: str, body: object
) -> None:
    """Also those scopes that could do all until March 2025 open nothing any more."""
    async with google_client(scopes=scopes) as client:
        answer = await client.ask(verb, path, body)
    told = (403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.")
    assert error_of(answer) == told


async def test_nobody_without_a_good_token_is_let_in() -> None:
    """Unknown, ended and revoked tokens are all the same 401."""
    moment = [1_700_000_000.0]
    account = Account(clock=lambda: moment[0])
    async with google_client(account) as client:
        assert (await client.ask("GET", "/v1/albums")).status_code == 200
        moment[0] += 3600
        ended = await client.ask("GET", "/v1/albums")
        client.token = account.access(next(iter(account.state.grants.values()))).token
        assert (await client.ask("GET", "/v1/albums")).status_code == 200
        account.revoke(next(iter(account.state.grants.values())))
        revoked = await client.ask("GET", "/v1/albums")
    assert error_of(ended)[:2] == error_of(revoked)[:2] == (401, "UNAUTHENTICATED")
    assert "Expected OAuth 2 access token" in error_of(ended)[2]


async def test_a_client_sees_only_what_it_made() -> None:
    """Another client's items, and the owner's own, are not there for it at all."""
    account = Account()
    account.state.apps["other"] = App(client_id="other", secret="s", project="7")
    phone = account.add_item(PICTURES[0], "phone.jpg")
    other = account.add_item(PICTURES[1], "other.jpg", "other")
    theirs = account.add_album("Theirs", "other", [other])
    async with google_client(account) as client:
        mine = await client.put(PICTURES[2], "mine.jpg")
        shown = await client.told("GET", "/v1/mediaItems")
        albums = await client.told("GET", "/v1/albums")
        gone = [
            await client.ask("GET", f"/v1/mediaItems/{phone.id}"),
            await client.ask("GET", f"/v1/albums/{theirs.id}"),
        ]
    assert [item["id"] for item in shown["mediaItems"]] == [mine["id"]]
    assert albums["albums"] == []
    assert [error_of(answer)[1] for answer in gone] == ["NOT_FOUND", "NOT_FOUND"]


async def test_an_item_s_shape() -> None:
    """Sizes are text; nothing tells a length, a hash, a place, or whether it is a favorite."""
    async with google_client() as client:
        item = await client.put(
            make_jpeg("s", width=64, height=48, taken=None, position=(38.7, -9.1)), "sea.jpg"
        )
    assert set(item) == {"id", "productUrl", "baseUrl", "mimeType", "filename", "mediaMetadata"}
    metadata = item["mediaMetadata"]
    assert (metadata["width"], metadata["height"], metadata["photo"]) == ("64", "48", {})
    assert metadata["creationTime"].endswith("Z")
    assert len(item["id"]) >= 55
    assert item["productUrl"].endswith(f"/lr/photo/{item['id']}")


async def test_same_bytes_again_are_the_first_item() -> None:
    """With its first name; twice in one batch, the second one fails by itself."""
    async with google_client() as client:
        first = await client.put(PICTURES[0], "first.jpg")
        again = await client.put(PICTURES[0], "again.jpg")
        tokens = [await client.upload(PICTURES[1]) for _ in range(2)]
        both = await client.create((tokens[0], "a.jpg"), (tokens[1], "b.jpg"))
        shown = await client.told("GET", "/v1/mediaItems")
    assert (again["id"], again["filename"]) == (first["id"], "first.jpg")
    assert [result.get("status", {}).get("code") for result in both] == [None, 6]
    assert len(shown["mediaItems"]) == 2


@pytest.mark.parametrize("status", [200, 207])
async def test_one_bad_item_does_not_spoil_its_batch(status: int) -> None:
    """It fails by itself; the whole answer says 207, or 200."""
    habits = Habits(partial_status=status)  # type: ignore[arg-type] # one of the two
    async with google_client(habits=habits) as client:
        good, bad = await client.upload(PICTURES[0]), await client.upload(b"no picture")
        wishes = [{"simpleMediaItem": {"uploadToken": token}} for token in (bad, good)]
        answer = await client.ask("POST", BATCH_CREATE, {"newMediaItems": wishes})
    results = answer.json()["newMediaItemResults"]
    assert answer.status_code == status
    assert (results[0]["status"]["code"], results[0]["uploadToken"]) == (3, bad)
    assert results[1]["mediaItem"]["filename"] == "unnamed"


@pytest.mark.parametrize(
    ("count", "token", "message"),
    [
        (0, None, "at least one"),
        (51, None, "Request must have less than 50 items."),
        (1, "CAISiwrong", "Request must contain a valid upload token."),
    ],
)
async def test_a_batch_that_makes_no_sense_creates_nothing(
    count: int, token: str | None, message: str
) -> None:
    """50 are taken, 51 are not; one wrong token refuses all."""
    async with google_client() as client:
        right = await client.upload(PICTURES[0])
        wishes = [{"simpleMediaItem": {"uploadToken": token or right}} for _ in range(count)]
        answer = await client.ask("POST", BATCH_CREATE, {"newMediaItems": wishes})
    assert error_of(answer)[:2] == (400, "INVALID_ARGUMENT")
    assert message in error_of(answer)[2]
    assert client.emulator.account.state.items == {}


async def test_fifty_items_go_into_an_album_in_order() -> None:
    """In the order of the batch, at the place asked for; the count is text."""
    async with google_client() as client:
        album = await client.told("POST", "/v1/albums", {"album": {"title": "Sea"}})
        assert "mediaItemsCount" not in album
        a, b, c = [(await client.upload(PICTURES[n]), f"{n}.jpg") for n in range(3)]
        await client.create(a, b, albumId=album["id"])
        first = {"position": "FIRST_IN_ALBUM"}
        await client.create(c, albumId=album["id"], albumPosition=first)
        found = await client.told("POST", "/v1/mediaItems:search", {"albumId": album["id"]})
        shown = await client.told("GET", f"/v1/albums/{album['id']}")
    assert [item["filename"] for item in found["mediaItems"]] == ["2.jpg", "0.jpg", "1.jpg"]
    assert shown["mediaItemsCount"] == "3"


async def test_members_come_and_go_all_or_none() -> None:
    """One that is no member, or not this client's, refuses the whole batch."""
    async with google_client() as client:
        ids = await ids_of(client, 3)
        album = await client.told("POST", "/v1/albums", {"album": {"title": "Sea"}})
        path = f"/v1/albums/{album['id']}"
        wrong = await client.ask("POST", f"{path}:batchAddMediaItems", {"mediaItemIds": ["x"]})
        await client.told("POST", f"{path}:batchAddMediaItems", {"mediaItemIds": ids[:2]})
        bad = await client.ask("POST", f"{path}:batchRemoveMediaItems", {"mediaItemIds": ids})
        await client.told("POST", f"{path}:batchRemoveMediaItems", {"mediaItemIds": ids[:1]})
        found = await client.told("POST", "/v1/mediaItems:search", {"albumId": album["id"]})
        shown = await client.told("GET", "/v1/mediaItems")
    assert error_of(wrong)[0] == error_of(bad)[0] == 400
    assert [item["id"] for item in found["mediaItems"]] == ids[1:2]
    assert len(shown["mediaItems"]) == 3


async def test_titles_cover_and_descriptions_can_be_changed() -> None:
    """By mask, and nothing else of them."""
    async with google_client() as client:
        ids = await ids_of(client, 2)
        album = await client.told("POST", "/v1/albums", {"album": {"title": "Sea"}})
        path = f"/v1/albums/{album['id']}"
        await client.told("POST", f"{path}:batchAddMediaItems", {"mediaItemIds": ids})
        body = {"title": "Lake", "coverPhotoMediaItemId": ids[1]}
        mask = "title,coverPhotoMediaItemId"
        album = await client.told("PATCH", path, body, updateMask=mask)
        item_path = f"/v1/mediaItems/{ids[0]}"
        item = await client.told("PATCH", item_path, {"description": "x"}, updateMask="description")
        refused = [
            await client.ask("PATCH", path, {"title": ""}, updateMask="title"),
            await client.ask("PATCH", path, {"title": "a"}),
            await client.ask("PATCH", item_path, {"filename": "a"}, updateMask="filename"),
            await client.ask(
                "PATCH", item_path, {"description": "x" * 1000}, updateMask="description"
            ),
        ]
    assert (album["title"], album["coverPhotoMediaItemId"]) == ("Lake", ids[1])
    assert item["description"] == "x"
    assert {answer.status_code for answer in refused} == {400}


async def test_items_are_got_by_the_fifty() -> None:
    """Each with its item or why not, in the order asked for; none twice."""
    async with google_client() as client:
        ids = await ids_of(client, 2)
        asked = [ids[1], "unknown", ids[0]]
        told = await client.told("GET", "/v1/mediaItems:batchGet", mediaItemIds=asked)
        twice = await client.ask("GET", "/v1/mediaItems:batchGet", mediaItemIds=[ids[0], ids[0]])
        many = await client.ask(
            "GET", "/v1/mediaItems:batchGet", mediaItemIds=[str(n) for n in range(51)]
        )
    results = told["mediaItemResults"]
    assert [each.get("mediaItem", {}).get("id") for each in results] == [ids[1], None, ids[0]]
    assert results[1]["status"]["code"] == 3
    assert twice.status_code == many.status_code == 400


@pytest.mark.parametrize(
    "habits", [Habits(), Habits(short_pages=True), Habits(empty_pages=True), Habits(overlap=True)]
)
async def test_pages_lead_to_everything(habits: Habits) -> None:
    """Only the token tells that there is more: pages may be short, empty, or overlap."""
    async with google_client(habits=habits) as client:
        ids = await ids_of(client, 6)
        seen: list[str] = []
        token, pages = "", 0
        while token or not pages:
            told = await client.told("GET", "/v1/mediaItems", pageSize=2, pageToken=token)
            some = [item["id"] for item in told.get("mediaItems", [])]
            seen += some[1:] if seen and some[:1] == seen[-1:] else some
            token, pages = told.get("nextPageToken", ""), pages + 1
    assert sorted(seen) == sorted(ids)
    assert pages >= 3


async def test_a_new_video_is_worked_on_for_a_while() -> None:
    """Its bytes cannot be had until it is READY."""
    async with google_client(habits=Habits(video_polls=2)) as client:
        film = make_video(1, taken=None)
        (result,) = await client.create((await client.upload(film, "video/mp4"), "a.mp4"))
        item = result["mediaItem"]
        early = await client.http.get(item["baseUrl"] + "=dv", headers=client.login)
        path = f"/v1/mediaItems/{item['id']}"
        states = [item["mediaMetadata"]["video"]["status"]]
        for _ in range(2):
            item = await client.told("GET", path)
            states.append(item["mediaMetadata"]["video"]["status"])
        ready = await client.http.get(item["baseUrl"] + "=dv", headers=client.login)
    assert states == ["PROCESSING", "PROCESSING", "READY"]
    assert early.status_code == 404
    assert ready.status_code == 200
    assert ready.content != film


async def test_a_full_storage_refuses_each_item_by_itself() -> None:
    """The bytes were taken, the item was not made."""
    account = Account()
    account.state.storage_left = len(PICTURES[0])
    async with google_client(account) as client:
        tokens = [(await client.upload(PICTURES[n]), f"{n}.jpg") for n in range(2)]
        results = await client.create(*tokens)
    assert results[0]["mediaItem"]["filename"] == "0.jpg"
    assert results[1]["status"]["code"] == 3


async def test_a_project_that_never_enabled_the_api_is_told_so() -> None:
    """With words of its own, though scopes are right."""
    account = Account()
    account.state.apps[CLIENT_ID].api_enabled = False
    async with google_client(account) as client:
        answer = await client.ask("GET", "/v1/albums")
    assert error_of(answer)[:2] == (403, "PERMISSION_DENIED")
    assert "has not been used in project" in error_of(answer)[2]


async def test_there_is_no_deleting() -> None:
    """No call of the API removes an item or an album."""
    async with google_client() as client:
        (item,) = await ids_of(client, 1)
        album = await client.told("POST", "/v1/albums", {"album": {"title": "Sea"}})
        answers = [
            await client.ask("DELETE", f"/v1/mediaItems/{item}"),
            await client.ask("DELETE", f"/v1/albums/{album['id']}"),
        ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert item in client.emulator.account.state.items


async def test_an_enrichment_stands_between_items() -> None:
    """After the item that it names."""
    async with google_client() as client:
        ids = await ids_of(client, 2)
        album = await client.told("POST", "/v1/albums", {"album": {"title": "Sea"}})
        path = f"/v1/albums/{album['id']}"
        await client.told("POST", f"{path}:batchAddMediaItems", {"mediaItemIds": ids})
        body = {
            "newEnrichmentItem": {"textEnrichment": {"text": "hello"}},
            "albumPosition": {"position": "AFTER_MEDIA_ITEM", "relativeMediaItemId": ids[0]},
        }
        told = await client.told("POST", f"{path}:addEnrichment", body)
        bad = await client.ask("POST", f"{path}:addEnrichment", {"newEnrichmentItem": {}})
    content = client.emulator.account.state.albums[album["id"]].content
    assert content == [ids[0], told["enrichmentItem"]["id"], ids[1]]
    assert bad.status_code == 400
