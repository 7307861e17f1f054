"""The emulated Google as a process, its page for one photo, and what happens at the same time."""

import json
import subprocess
import sys
from pathlib import Path

import httpx2
import trio

from photofs.emulators.google import COOKIE, Account, Habits
from photofs.emulators.pictures import make_jpeg
from tests.support.google_raw import BATCH_CREATE, error_of, google_client

PICTURE = make_jpeg("p", width=16, height=16, taken=None)


async def test_two_writes_at_once_are_refused() -> None:
    """One of them is told to come again; neither is lost or done twice."""
    async with google_client(habits=Habits(write_takes=0.2)) as client:
        tokens = [await client.upload(make_jpeg(n, width=8, height=8)) for n in range(2)]
        answers: list[httpx2.Response] = []

        async def create(token: str) -> None:
            body = {"newMediaItems": [{"simpleMediaItem": {"uploadToken": token}}]}
            answers.append(await client.ask("POST", BATCH_CREATE, body))

        async with trio.open_nursery() as nursery:
            for token in tokens:
                nursery.start_soon(create, token)
    assert sorted(answer.status_code for answer in answers) == [200, 429]
    (refused,) = [answer for answer in answers if answer.status_code == 429]
    assert "concurrent write request" in error_of(refused)[2]
    assert len(client.emulator.account.state.items) == 1


async def test_the_link_of_an_item_leads_to_its_page() -> None:
    """For whoever is signed in; what is in the trash is there, and for the API no more."""
    account = Account()
    async with google_client(account) as client:
        item = await client.put(PICTURE, "a.jpg")
        headers = {"Cookie": COOKIE}
        moved = await client.http.get(item["productUrl"], headers=headers)
        page_url = client.emulator.url + moved.headers["location"]
        page = await client.http.get(page_url, headers=headers)
        stranger = await client.http.get(page_url)
        starred = await client.http.post(f"{page_url}/favorite", headers=headers)
        trashed = await client.http.post(f"{page_url}/trash", headers=headers)
        gone = await client.http.get(page_url, headers=headers)
        lost = await client.ask("GET", f"/v1/mediaItems/{item['id']}")
    assert "AF1Qip" in moved.headers["location"]
    assert "a.jpg" in page.text
    assert (stranger.status_code, stranger.headers["location"]) == (302, "/signin")
    assert starred.json() == {"said": "Favorite", "next": None}
    assert trashed.json() == {"said": "Trash", "next": "/"}
    assert (gone.status_code, gone.headers["location"][:7]) == (302, "/trash/")
    assert lost.status_code == 404
    assert account.state.items[item["id"]].favorite


def test_a_process_keeps_its_account(tmp_path: Path) -> None:
    """The second one knows the login that the first one gave."""
    tokens = []
    for _ in range(2):
        command = [sys.executable, "-m", "photofs.emulators.google", "--state", str(tmp_path)]
        with subprocess.Popen(
            [*command, "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            assert process.stdin
            facts = json.loads(process.stdout.readline())
            tokens.append(facts["refresh_token"])
            form = {
                "grant_type": "refresh_token",
                "refresh_token": facts["refresh_token"],
                "client_id": facts["client_id"],
                "client_secret": facts["client_secret"],
            }
            with httpx2.Client(trust_env=False) as http:
                answer = http.post(f"{facts['url']}/token", data=form)
            process.stdin.close()
            assert process.wait(60) == 0
        assert answer.status_code == 200
    assert tokens[0] == tokens[1]
