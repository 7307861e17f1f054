"""A client of the emulated Google with no cleverness of its own: it says what a test says."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from photofs.emulators.google import CLIENT_ID, Account, Emulator, Habits, serve_google
from photofs.emulators.google.state import APPEND, EDIT, PICK, READ
from photofs.emulators.hosting.faults import Faults

Query = str | int | list[str]
ALL = (APPEND, READ, EDIT, PICK)


class GoogleClient:
    """Somebody with a token."""

    def __init__(self, emulator: Emulator, http: httpx2.AsyncClient, token: str) -> None:
        """Speak to the emulator with this access token."""
        self.emulator = emulator
        self.http = http
        self.token = token

    @property
    def login(self) -> dict[str, str]:
        """The header that says who asks."""
        return {"Authorization": f"Bearer {self.token}"}

    async def ask(
        self, verb: str, path: str, body: object = None, **query: Query
    ) -> httpx2.Response:
        """One call of an API."""
        content = None if body is None else json.dumps(body).encode()
        return await self.http.request(
            verb, self.emulator.url + path, content=content, params={**query}, headers=self.login
        )

    async def told(self, verb: str, path: str, body: object = None, **query: Query) -> Any:  # noqa: ANN401 - JSON
        """What a call that must succeed says."""
        answer = await self.ask(verb, path, body, **query)
        assert answer.status_code in {200, 207}, answer.text
        return answer.json()

    async def upload(self, data: bytes, mime: str = "image/jpeg") -> str:
        """Bytes in one go; their token."""
        headers = {
            **self.login,
            "Content-Type": "application/octet-stream",
            "X-Goog-Upload-Content-Type": mime,
            "X-Goog-Upload-Protocol": "raw",
        }
        url = f"{self.emulator.url}/v1/uploads"
        answer = await self.http.post(url, content=data, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def create(self, *wishes: tuple[str, str], **more: object) -> list[dict[str, Any]]:
        """Items of (upload token, file name); a result for each."""
        items = [{"simpleMediaItem": {"uploadToken": t, "fileName": n}} for t, n in wishes]
        body = {"newMediaItems": items, **more}
        results: list[dict[str, Any]] = (await self.told("POST", BATCH_CREATE, body))[
            "newMediaItemResults"
        ]
        return results

    async def put(self, data: bytes, name: str) -> dict[str, Any]:
        """An item with these bytes."""
        (result,) = await self.create((await self.upload(data), name))
        item: dict[str, Any] = result["mediaItem"]
        return item


BATCH_CREATE = "/v1/mediaItems:batchCreate"


@asynccontextmanager
async def google_client(
    account: Account | None = None,
    *,
    habits: Habits | None = None,
    faults: Faults | None = None,
    scopes: tuple[str, ...] = ALL,
) -> AsyncIterator[GoogleClient]:
    """A running service, and a client with these scopes."""
    account = account or Account()
    async with (
        serve_google(account, habits=habits, faults=faults) as emulator,
        httpx2.AsyncClient(trust_env=False, timeout=60) as http,
    ):
        token = account.access(account.grant(scopes, CLIENT_ID)).token
        yield GoogleClient(emulator, http, token)


def error_of(answer: httpx2.Response) -> tuple[int, str, str]:
    """HTTP status, the error's name, and its message."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    return answer.status_code, error["status"], error["message"]
