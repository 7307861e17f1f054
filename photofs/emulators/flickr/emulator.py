"""The emulated service behind its one port: which path leads where, and which fault strikes."""

import logging
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import trio

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.faults import Fails, Page, too_many
from photofs.emulators.flickr.habits import Habits
from photofs.emulators.flickr.limits import Limits
from photofs.emulators.flickr.listing import Ask
from photofs.emulators.flickr.login import Login
from photofs.emulators.flickr.methods import Method, check_permission
from photofs.emulators.flickr.methods_album_writes import METHODS as ALBUM_WRITES
from photofs.emulators.flickr.methods_albums import METHODS as ALBUM_METHODS
from photofs.emulators.flickr.methods_people import METHODS as PEOPLE_METHODS
from photofs.emulators.flickr.methods_photo import METHODS as PHOTO_METHODS
from photofs.emulators.flickr.methods_photos import METHODS as LIST_METHODS
from photofs.emulators.flickr.methods_writes import METHODS as PHOTO_WRITES
from photofs.emulators.flickr.oauth import Caller, Checker, Problem, all_pairs, is_signed
from photofs.emulators.flickr.render import ApiError, Renderer, check_format, wants_json, xml_fail
from photofs.emulators.flickr.static import StaticHost, file_kind
from photofs.emulators.flickr.upload import Desk
from photofs.emulators.hosting.blobs import Held
from photofs.emulators.hosting.faults import Answer, Deaf, Effect, Faults, Hit, Line, server_error
from photofs.emulators.hosting.ledger import Call, Ledger
from photofs.emulators.hosting.request import Request, Response, instead
from photofs.emulators.hosting.wire import Conversation

METHODS: dict[str, Method] = {
    **PEOPLE_METHODS,
    **ALBUM_METHODS,
    **LIST_METHODS,
    **PHOTO_METHODS,
    **PHOTO_WRITES,
    **ALBUM_WRITES,
}
_log = logging.getLogger(__name__)
CHECK_TICKETS = "flickr.photos.upload.checkTickets"
SMOOTH = Line()
COMPRESS_FROM = 1024


@dataclass(eq=False)
class Emulator:
    """A running service.

    `url` is where it listens, `http://127.0.0.1:<port>`; `faults` and `habits` may be changed
    while it runs; `ledger` counts what was asked and sent.
    """

    account: Account
    url: str
    faults: Faults = field(default_factory=Faults)
    habits: Habits = field(default_factory=Habits)

    def __post_init__(self) -> None:
        """Open the departments."""
        self.ledger = Ledger()
        self._checker = Checker(self.account, self.habits)
        self._login = Login(self.account, self._checker, self.habits)
        self._static = StaticHost(self.account, self.habits)
        self._desk = Desk(self.account, self.habits)
        self._methods = {**METHODS, CHECK_TICKETS: Method(self._check_tickets)}
        self._limits = Limits(self.habits)
        self._renderer = Renderer(jitter=self.habits.jitter, seed=self.habits.seed)

    @property
    def calls(self) -> dict[str, int]:
        """How many requests came, by kind.

        A kind is an API method, `oauth.<step>`, `upload`, `replace`, `static`, `play` or `video`.
        """
        return self.ledger.calls

    async def converse(self, stream: trio.SocketStream) -> None:
        """Serve one connection."""
        await Conversation(stream, self).run()

    def time(self) -> float:
        """The account's clock, in unix seconds."""
        return self.account.clock()

    def serve(self, path: str, start: int) -> Callable[[int], None]:
        """A body goes out; noted in the ledger."""
        return self.ledger.serve(path, start)

    def deafness(self, verb: str, path: str) -> Deaf | None:
        """How much of the body of a call that begins is not listened to."""
        name = path.rstrip("/").rpartition("/")[2]
        return self.faults.deafness(Hit(name=name, verb=verb, path=path, arguments={}))

    def broke_off(self, request: Request) -> None:
        """Nothing stays of a call that did not come whole."""

    async def answer(self, request: Request) -> tuple[Response, Line]:
        """What a request gets, and how; a mistake of the emulator's own is logged and HTTP 500."""
        await trio.lowlevel.checkpoint()
        try:
            return self._answered(request)
        except Exception:  # noqa: BLE001 - one bad call must not end the service for others
            _log.exception("cannot answer %s %s", request.verb, request.target.partition("?")[0])
            return instead(server_error(500)), SMOOTH

    def _answered(self, request: Request) -> tuple[Response, Line]:
        self._desk.settle()
        name = name_of(request)
        shown = {k: v for k, v in all_pairs(request) if not k.startswith("oauth_")}
        hit = Hit(name=name, verb=request.verb, path=request.path, arguments=shown)
        effect = self.faults.strike(hit)
        response = self._respond(request, name, effect)
        self.ledger.note_file(file_kind(request.path))
        self.ledger.note_call(Call(name, request.verb, request.path, shown, response.status))
        line = effect if isinstance(effect, Line) else SMOOTH
        return self._compressed(request, response), line

    def _respond(self, request: Request, name: str, effect: Effect | None) -> Response:
        if isinstance(effect, Answer):
            if effect.done:
                self._respond(request, name, None)
            return instead(effect)
        if name in {"static", "play", "video"}:
            return self._file(request)
        try:
            if name.startswith("oauth."):
                return self._login.answer(request)
            return self._call(request, name, effect)
        except Problem as problem:
            return problem.response

    def _check_tickets(self, ask: Ask) -> dict[str, object]:
        return self._desk.tickets(ask.need("tickets").split(","))

    def _file(self, request: Request) -> Response:
        if self._limits.file_is_too_many(self.account.clock()):
            return instead(too_many())
        return self._static.answer(request, self.url)

    def _call(self, request: Request, name: str, effect: Effect | None) -> Response:
        caller = self._caller(request)
        if self._limits.query_is_too_many(caller.api_key, self.account.clock()):
            return instead(too_many())
        arguments = dict(all_pairs(request))
        if name in {"upload", "replace"}:
            return self._take_in(request, name, caller, effect)
        try:
            check_format(arguments)
            return self._renderer.ok(self._run(request, name, caller, effect), arguments)
        except ApiError as error:
            return self._renderer.fail(error, arguments)

    def _take_in(
        self, request: Request, name: str, caller: Caller, effect: Effect | None
    ) -> Response:
        if isinstance(effect, Fails):
            return xml_fail(ApiError(effect.code, effect.message))
        take = self._desk.upload if name == "upload" else self._desk.replace
        return take(request, caller)

    def _run(
        self, request: Request, name: str, caller: Caller, effect: Effect | None
    ) -> dict[str, object]:
        if isinstance(effect, Fails):
            raise ApiError(effect.code, effect.message)
        if caller.api_key not in self.account.state.keys:
            raise ApiError(100, "Invalid API Key (Key has invalid format)")
        method = self._methods.get(name)
        if method is None:
            raise ApiError(112, f'Method "{name}" not found')
        check_permission(method, caller, request.verb)
        ask = Ask(
            account=self.account,
            habits=self.habits,
            caller=caller,
            arguments=_plain(request),
            base=self.url,
            darkroom=self._static.darkroom,
            lie=effect.lie if isinstance(effect, Page) else None,
            dice=self._renderer.dice if self._jitters(request) else None,
        )
        with self.account.at_one_go():
            return method.handler(ask)

    def _jitters(self, request: Request) -> bool:
        return self.habits.jitter and wants_json(request.arguments)

    def _caller(self, request: Request) -> Caller:
        if is_signed(request):
            return self._checker.check_user(request)
        return Caller(request.arguments.get("api_key", ""))

    def _compressed(self, request: Request, response: Response) -> Response:
        accepted = "gzip" in request.headers.get("accept-encoding", "")
        api = ("Vary", "Accept-Encoding") in response.headers
        if not (self.habits.gzip and accepted and api and response.body.size >= COMPRESS_FROM):
            return response
        squeezer = zlib.compressobj(1, wbits=31)
        data = squeezer.compress(response.body.read(0, response.end)) + squeezer.flush()
        headers = (*response.headers, ("Content-Encoding", "gzip"))
        return replace(response, headers=headers, body=Held(data))


def name_of(request: Request) -> str:
    """The kind of call: its API method, or which department it goes to."""
    path = request.path.rstrip("/")
    if path == "/services/rest":
        return dict(all_pairs(request)).get("method", "")
    if path in {"/services/upload", "/services/replace"}:
        return path.rpartition("/")[2]
    if path.startswith("/services/oauth/"):
        return "oauth." + path.rpartition("/")[2]
    if path.startswith("/video/"):
        return "video"
    return "play" if path.startswith("/photos/") else "static"


def _plain(request: Request) -> dict[str, str]:
    """The call's own arguments, and those of OAuth that came among them."""
    return dict(all_pairs(request))
