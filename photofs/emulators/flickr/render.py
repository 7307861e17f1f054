"""One model of an answer, and its two forms.

The model has the JSON's shape: a dict's plain values are XML attributes and JSON keys; a value
`{"_content": text}` is an XML element with that text; dicts and lists of dicts are child elements.
In JSON every "/" is escaped, and numbers come quoted or not, by chance, as the service's do.
"""

import codecs
import json
import random
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

import msgspec

from photofs.emulators.hosting.blobs import Held
from photofs.emulators.hosting.request import Response

Model = dict[str, object]

XML = "text/xml; charset=utf-8"
JSON = "application/json"
# Seen as plain numbers in every recording; every other number is sometimes quoted.
ALWAYS_NUMBERS = frozenset(
    {
        *("page", "pages", "perpage", "per_page", "farm", "ispublic", "isfriend", "isfamily"),
        *("isfavorite", "rotation", "latitude", "longitude", "code"),
    }
)
PLAIN = frozenset({str, int, float})
ESCAPES = "json-escapes"
_XML_SPECIAL = re.compile(r'[&<>"\n\r\t]')
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class ApiError(Exception):
    """A call fails with a code and a message, under HTTP 200."""

    def __init__(self, code: int, message: str) -> None:
        """The service's code and sentence."""
        super().__init__(message)
        self.code = code
        self.message = message


def text(content: str) -> Model:
    """An element that holds text."""
    return {"_content": content}


class Renderer:
    """Turns models into answers; `dice` decide about quotes."""

    def __init__(self, *, jitter: bool, seed: int) -> None:
        """With `jitter`, numbers are quoted by chance from `seed`."""
        self._jitter = jitter
        self.dice = random.Random(seed)  # noqa: S311 - not a secret

    def ok(self, model: Model, arguments: Mapping[str, str]) -> Response:
        """A call that went well."""
        if wants_json(arguments):
            if self._jitter:
                self._quote_some(model)
            return self._json({**model, "stat": "ok"}, arguments)
        return _response(_xml_page("ok", "".join(_children(model))), XML)

    def fail(self, error: ApiError, arguments: Mapping[str, str]) -> Response:
        """A call that did not."""
        if wants_json(arguments):
            body: Model = {"stat": "fail", "code": error.code, "message": error.message}
            return self._json(body, arguments)
        return _response(xml_error(error), XML)

    def _json(self, model: Model, arguments: Mapping[str, str]) -> Response:
        plain = msgspec.json.encode(model).decode().encode("ascii", ESCAPES)
        body = plain.replace(b"/", b"\\/").decode()
        if arguments.get("nojsoncallback") != "1":
            name = arguments.get("jsoncallback", "jsonFlickrApi")
            return _response(f"{name}({body})", "text/javascript; charset=utf-8")
        return _response(body, JSON)

    def _quote_some(self, model: Model) -> None:
        """Quote numbers by chance; a list's photos were already thrown dice for when made."""
        bits = self.dice.getrandbits(len(model) + 1)
        for key, value in model.items():
            bits >>= 1
            if value.__class__ is int:
                if bits & 1 and key not in ALWAYS_NUMBERS:
                    model[key] = str(value)
            elif isinstance(value, dict):
                self._quote_some(value)
            elif isinstance(value, list) and key != "photo":
                for entry in value:
                    self._quote_some(entry)


def wants_json(arguments: Mapping[str, str]) -> bool:
    """Whether the call asks for JSON."""
    return arguments.get("format") == "json"


def check_format(arguments: Mapping[str, str]) -> None:
    """Raises ApiError 111 for a form that the emulator does not speak."""
    if arguments.get("format", "rest") not in {"rest", "json"}:
        raise ApiError(111, f'Format "{arguments["format"]}" not found')


def xml_ok(inside: str) -> Response:
    """An XML answer made by hand, as uploads get it."""
    return _response(_xml_page("ok", inside), XML)


def xml_fail(error: ApiError, beside: str = "") -> Response:
    """An XML failure, with elements beside the error."""
    return _response(xml_error(error, beside), XML)


def xml_error(error: ApiError, beside: str = "") -> str:
    """The page of an XML failure."""
    return _xml_page("fail", f'<err code="{error.code}" msg={quoteattr(error.message)} />{beside}')


def _xml_page(stat: str, inside: str) -> str:
    inside = _NOT_XML.sub("", inside)
    return f'<?xml version="1.0" encoding="utf-8" ?>\n<rsp stat="{stat}">\n{inside}\n</rsp>\n'


def _children(model: Model) -> list[str]:
    made: list[str] = []
    for key, value in model.items():
        if isinstance(value, dict):
            made.append(_element(key, value))
        elif isinstance(value, list):
            made += [_element(key, entry) for entry in value]
    return made


def _element(name: str, model: Model) -> str:
    # `quoteattr` on every value took half of a page's time.
    special = _XML_SPECIAL.search
    plain = "".join(
        [
            f' {key}="{value}"'
            if not special(shown := str(value))
            else f" {key}={quoteattr(shown)}"
            for key, value in model.items()
            if value.__class__ in PLAIN and key != "_content"
        ]
    )
    inside = escape(str(model.get("_content", ""))) + "".join(_children(model))
    return f"<{name}{plain}>{inside}</{name}>" if inside else f"<{name}{plain} />"


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Characters beyond ASCII as JSON escapes, as PHP writes them."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error(ESCAPES, _escaped)


def _response(body: str, kind: str) -> Response:
    headers = (("Content-Type", kind), ("x-robots-tag", "noindex"), ("Vary", "Accept-Encoding"))
    return Response(headers=headers, body=Held(body.encode("utf-8", "replace")), chunked=True)
