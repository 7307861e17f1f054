"""The emulated Google behind its one port: which path leads where, and which fault strikes."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import trio

from photofs.emulators.google import albums, items, picker
from photofs.emulators.google.account import Account
from photofs.emulators.google.asking import Ask, Method
from photofs.emulators.google.errors import ApiError, json_response, no_api, no_scope, unknown
from photofs.emulators.google.files import Files, file_kind
from photofs.emulators.google.habits import Habits
from photofs.emulators.google.oauth import Caller, OAuth
from photofs.emulators.google.quotas import Quotas
from photofs.emulators.google.site import Site
from photofs.emulators.google.state import APPEND, Item
from photofs.emulators.google.uploads import Uploads
from photofs.emulators.hosting.faults import Answer, Deaf, Effect, Faults, Hit, Line, server_error
from photofs.emulators.hosting.ledger import Call, Ledger
from photofs.emulators.hosting.request import Request, Response, instead
from photofs.emulators.hosting.wire import Conversation

_log = logging.getLogger(__name__)
SMOOTH = Line()
ROUTES = [
    (verb, re.compile(path), method)
    for table in (albums.METHODS, items.METHODS, picker.METHODS)
    for (verb, path), method in table.items()
]
RESULTS = "newMediaItemResults"


@dataclass(frozen=True)
class Refusal(Effect):
    """An API error in the APIs' own form; nothing is done."""

    error: ApiError


@dataclass(eq=False)
class Emulator:
    """A running service.

    `url` is where it listens, `http://127.0.0.1:<port>`; `faults` and `habits` may be changed
    while it runs; `ledger` counts what was asked and sent. A kind of call is the API's method
    ("mediaItems.batchCreate"), "uploads", "oauth.token", "oauth.auth", "oauth.revoke", "bytes",
    "picker" or "site".
    """

    account: Account
    url: str
    faults: Faults = field(default_factory=Faults)
    habits: Habits = field(default_factory=Habits)

    def __post_init__(self) -> None:
        """Open the departments."""
        self.ledger = Ledger()
        self.quotas = Quotas(self.account, self.habits)
        self._oauth = OAuth(self.account, self.habits)
        self._files = Files(self.account, self.habits)
        self._uploads = Uploads(self.account, self.habits, self.url)
        self._site = Site(self.account, self.habits)

    @property
    def calls(self) -> dict[str, int]:
        """How many requests came, by kind."""
        return self.ledger.calls

    async def converse(self, stream: trio.SocketStream) -> None:
        """Serve one connection."""
        await Conversation(stream, self).run()

    def time(self) -> float:
        """The account's clock, in unix seconds."""
        return self.account.clock()

    def serve(self, path: str, start: int) -> Callable[[int], None]:
        """A body goes out; noted in the ledger under its item's id, if it is one's."""
        item = self._files.item_of(path)
        return self.ledger.serve(item.id if item else path, start)

    def deafness(self, verb: str, path: str) -> Deaf | None:
        """How much of the body of a call that begins is not listened to."""
        return self.faults.deafness(Hit(name=_kind(path), verb=verb, path=path, arguments={}))

    def broke_off(self, request: Request) -> None:
        """What came of an upload's bytes stays."""
        if _kind(request.path) == "uploads":
            self._uploads.broke_off(request)

    async def answer(self, request: Request) -> tuple[Response, Line]:
        """What a request gets, and how; a mistake of the emulator's own is logged and HTTP 500."""
        await trio.lowlevel.checkpoint()
        name, method, parts = _route(request)
        hit = Hit(
            name=name, verb=request.verb, path=request.path, arguments=dict(request.arguments)
        )
        effect = self.faults.strike(hit)
        try:
            response = await self._respond(request, name, method, parts, effect)
        except Exception:  # noqa: BLE001 - one bad call must not end the service for others
            _log.exception("cannot answer %s %s", request.verb, request.path)
            response = instead(server_error(500))
        self.ledger.note_file(file_kind(request.path))
        self.ledger.note_call(
            Call(name, request.verb, request.path, dict(request.query), response.status)
        )
        return response, effect if isinstance(effect, Line) else SMOOTH

    async def _respond(
        self,
        request: Request,
        name: str,
        method: Method | None,
        parts: dict[str, str],
        effect: Effect | None,
    ) -> Response:
        if isinstance(effect, Answer):
            if effect.done:
                await self._respond(request, name, method, parts, None)
            return instead(effect)
        try:
            if isinstance(effect, Refusal):
                raise effect.error
            if method is not None:
                return await self._call(request, method, parts)
            return self._elsewhere(request, name)
        except ApiError as error:
            return error.response

    def _elsewhere(self, request: Request, name: str) -> Response:
        departments: dict[str, Callable[[Request], Response]] = {
            "oauth.auth": self._oauth.authorize,
            "oauth.token": self._oauth.token,
            "oauth.revoke": self._oauth.revoke,
            "bytes": self._bytes,
            "uploads": self._take_in,
            "picker": partial(picker.picker_page, self.account),
            "none": _no_such_path,
        }
        return departments.get(name, self._site.answer)(request)

    def _take_in(self, request: Request) -> Response:
        caller = self._oauth.caller(request)
        if APPEND not in caller.scopes:
            raise no_scope()
        self.quotas.call(caller.app)
        return self._uploads.answer(request, caller)

    def _bytes(self, request: Request) -> Response:
        item = self._files.item_of(request.path)
        caller = self._reader(request, item)
        if caller is not None:
            self.quotas.read_bytes(caller.app)
        return self._files.answer(request)

    def _reader(self, request: Request, item: Item | None) -> Caller | None:
        """Who asks for bytes; nobody need say so where that is the habit."""
        own = item is not None and item.owner
        if "authorization" in request.headers or self.habits.needs_login or not own:
            return self._oauth.caller(request)
        return None

    async def _call(self, request: Request, method: Method, parts: dict[str, str]) -> Response:
        caller = self._oauth.caller(request)
        if not caller.app.api_enabled:
            raise no_api(caller.app.project)
        if not method.scopes & caller.scopes:
            raise no_scope()
        self.quotas.call(caller.app)
        ask = Ask(self.account, self.habits, caller, request, parts, self.url)
        if not method.is_write:
            return json_response(method.handler(ask))
        self.quotas.write(caller.app)
        self.quotas.begin(caller.app)
        try:
            await trio.sleep(self.habits.write_takes)
            done = method.handler(ask)
        finally:
            self.quotas.end(caller.app)
        return json_response(done, status=self._status(done))

    def _status(self, done: dict[str, object]) -> int:
        results = done.get(RESULTS, [])
        failed = isinstance(results, list) and any("mediaItem" not in each for each in results)
        return self.habits.partial_status if failed else 200


def _route(request: Request) -> tuple[str, Method | None, dict[str, str]]:
    """The kind of call, the method that answers it if it is one of the APIs', and its parts."""
    path = request.path
    if path == "/v1/mediaItems" and "sessionId" in dict(request.query):
        return picker.LIST.name, picker.LIST, {}
    for verb, pattern, method in ROUTES:
        if verb == request.verb and (found := pattern.fullmatch(path)):
            return method.name, method, found.groupdict()
    return _kind(path), None, {}


def _kind(path: str) -> str:
    """What a path leads to that is no method of an API."""
    fixed = {
        "/o/oauth2/v2/auth": "oauth.auth",
        "/token": "oauth.token",
        "/revoke": "oauth.revoke",
        "/v1/uploads": "uploads",
    }
    if path in fixed:
        return fixed[path]
    stem = path.strip("/").partition("/")[0]
    return {"bytes": "bytes", "picker": "picker", "v1": "none"}.get(stem, "site")


def _no_such_path(request: Request) -> Response:
    raise unknown(request.path)
