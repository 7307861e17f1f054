"""What a client asked, taken apart; and what it is told."""

from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl

from photofs.emulators.hosting.blobs import Blob, Held
from photofs.emulators.hosting.faults import Answer
from photofs.emulators.hosting.multipart import Parts, read_multipart

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names are in lower case, `target` is as it stood on the wire."""

    verb: str
    target: str
    headers: dict[str, str]
    body: bytes

    @cached_property
    def path(self) -> str:
        """The path exactly as requested, a trailing slash included."""
        return self.target.partition("?")[0]

    @cached_property
    def host(self) -> str:
        """Host and port as the client named them."""
        return self.headers.get("host", "").lower()

    @cached_property
    def query(self) -> Pairs:
        """The query's parameters, decoded, in order."""
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    @cached_property
    def multipart(self) -> Parts | None:
        """The multipart body, None if it is none that can be read."""
        return read_multipart(self.headers.get("content-type", ""), self.body)

    @cached_property
    def form(self) -> Pairs:
        """The body's parameters, files excepted, decoded, in order."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/x-www-form-urlencoded":
            return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return self.multipart.fields if self.multipart else []

    @cached_property
    def arguments(self) -> dict[str, str]:
        """Query and body parameters together; the body wins."""
        return dict(self.query + self.form)

    @property
    def base_url(self) -> str:
        """The URL before its query, as the client must have signed it (RFC 5849, 3.4.1.2)."""
        host = self.host.removesuffix(":80")
        return f"http://{host}{self.path}"


@dataclass(frozen=True, kw_only=True)
class Response:
    """One answer: `start` to `stop` of `body` are sent, without their length if `chunked`."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: Blob = field(default_factory=lambda: Held(b""))
    start: int = 0
    stop: int | None = None
    chunked: bool = False

    @property
    def end(self) -> int:
        """Where in the body sending stops."""
        return self.body.size if self.stop is None else self.stop


def text_response(
    status: int, text: str, kind: str = "text/plain; charset=utf-8", *more: tuple[str, str]
) -> Response:
    """An answer of known length with a short text."""
    return Response(
        status=status, headers=(("Content-Type", kind), *more), body=Held(text.encode())
    )


def instead(answer: Answer) -> Response:
    """What a fault has said in place of the service's own answer."""
    headers = (("Content-Type", answer.kind), *answer.headers)
    return Response(status=answer.status, headers=headers, body=Held(answer.body))
