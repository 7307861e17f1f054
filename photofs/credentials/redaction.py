"""Takes secrets out of log lines, and the power out of control characters in them.

Two ways, for either can miss: known shapes (OAuth fields, headers, cookies, Flickr's addresses that
open a private photo to whoever has them), and every secret that passed through the store (`hide`).
"""

import logging
import re
import traceback
from urllib.parse import quote

REMOVED = (
    "<removed>"  # in brackets that no pattern below takes for a value: redacting twice is once
)
LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
SHORTEST = 8
"""Characters; a shorter text occurs by chance, and no service's token is that short."""

_known: set[str] = set()

_EQUALS = r"(?:=|%(?:25)*3D)"
_FIELD = (
    r"(?:oauth_(?!problem|parameters_absent|callback_confirmed|signature_method|version|timestamp)"
    r"\w+|\w*token(?:_secret)?|\w*secret|(?:api|consumer)_?key|api_?sig|passw(?:or)?d"
    r"|(?:\w+_)?verifier)"
)
_REST = r"(?:'[^']*'|\"(?:[^\"\\]|\\.)*\"|[^\r\n]+)"
_UP_TO_NEXT = r"(?:(?!%(?:25)*26)[^\s&;,'\"<>)\]}])+"

_NO_MOMENT = r"(?!(?:19|20)\d\d[01]\d[0-3]\d_[0-2]\d[0-5]\d[0-5]\d(?:\d{3})?[_.])"

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        # headers whole, before their parts
        (rf"(\b(?:proxy-)?authorization\b['\"]?\s*[=:,]\s*b?){_REST}", rf"\1{REMOVED}"),
        (
            r"(\b(?:set-)?cookie\b['\"]?\s*[=:,]\s*b?)(?:'[^']*'|\"[^\"]*\"|[^\r\n]+)",
            rf"\1{REMOVED}",
        ),
        (r"\b(bearer|oauth)\s+[\w.~+/=-]{8,}", rf"\1 {REMOVED}"),
        # "field": "value" and field='value', of JSON, XML, dict and keyword arguments
        (rf"(?<!\w)({_FIELD}['\"]?\s*[=:,]\s*b?)\"(?:[^\"\\]|\\.)*\"", rf'\1"{REMOVED}"'),
        (rf"(?<!\w)({_FIELD}['\"]?\s*[=:,]\s*b?)'(?:[^'\\]|\\.)*'", rf"\1'{REMOVED}'"),
        # field=value of addresses and forms, also encoded once or more, as in a signature's base
        (rf"((?<![a-z]){_FIELD}{_EQUALS}){_UP_TO_NEXT}", rf"\1{REMOVED}"),
        (rf"(?<!\w)({_FIELD}:\s*)(?=[\w.~+/=-]*\d)[\w.~%+/=-]{{8,}}", rf"\1{REMOVED}"),
        # the code of an OAuth answer; "code=404" stays
        (
            rf"((?<!\w)(?:code|state){_EQUALS})(?!\d{{1,3}}(?![\w.~%+/-])){_UP_TO_NEXT}",
            rf"\1{REMOVED}",
        ),
        (r"((?<!\w)['\"]code['\"]\s*:\s*)(['\"])[^'\"]*\2", rf"\1\2{REMOVED}\2"),
        (r"([?&]s=)[^\s&'\"<>]+", rf"\1{REMOVED}"),
        # names of Flickr's originals and renditions: 12345678901_0123456789_o.jpg
        # but not IMG_20190712_183005.jpg, a camera's: a day, and a time of six or nine digits
        (rf"((?<!\d){_NO_MOMENT}\d{{5,}}_)[0-9a-f]{{6,}}(?=[_.])", rf"\1{REMOVED}"),
        (r"(/video/\d+/|/play/[\w-]+/)[0-9a-f]{6,}", rf"\1{REMOVED}"),
        # Google's access tokens, client secrets, refresh tokens, uploads, and addresses of bytes
        (r"\bya29\.[\w.-]+", REMOVED),
        (r"\bGOCSPX-[\w-]+", REMOVED),
        (r"(?<![\w/:])1//[\w-]{20,}", REMOVED),
        (r"([?&]upload_id=)[^\s&'\"<>]+", rf"\1{REMOVED}"),
        (r"(googleusercontent\.com/)[^\s'\"<>)\]}]+", rf"\1{REMOVED}"),
        (r"(\w://)[^\s/@:]+:[^\s/@]+@", rf"\1{REMOVED}@"),
        (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", REMOVED),
        (
            r"(\b(?:lat|latitude|lon|lng|longitude)['\"]?\s*[=:]\s*)['\"]?-?\d+\.\d+",
            rf"\1{REMOVED}",
        ),
    )
)

# C0, DEL, C1, line separators, and the marks that turn reading direction around
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def hide(secret: str) -> None:
    """From now on this secret, and each quoted text within it, is removed from every log line.

    But not the names of JSON's fields: with those gone no shape would be known any more.
    """
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"(\s*:)?', secret)
    texts = [secret, *(text for text, names in quoted if not names)]
    _known.update(text for text in texts if len(text) >= SHORTEST and not text.isalpha())


def redact(text: str) -> str:
    """The text without anything that is or looks like a secret."""
    for secret in sorted(_known, key=len, reverse=True):
        for written in {secret, quote(secret, safe=""), repr(secret)[1:-1]}:
            text = text.replace(written, REMOVED)
    for shape, replacement in _SHAPES:
        text = shape.sub(replacement, text)
    return text


def escape(text: str) -> str:
    """Control characters as Python writes them, so that a title cannot speak to a terminal."""
    return _CONTROLS.sub(lambda found: repr(found.group())[1:-1], text)


class Redaction(logging.Filter):
    """Lets every record pass, its message and traceback redacted."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact in place; the arguments are gone afterwards, for they may hold secrets."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = f"{record.msg} {record.args!r}"
        record.msg = escape(redact(message))
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        record.exc_text = _lines(record.exc_text)
        record.stack_info = _lines(record.stack_info)
        return True


def _lines(text: str | None) -> str | None:
    """Redacted, line by line escaped."""
    if text is None:
        return None
    return "\n".join(escape(line) for line in redact(text).split("\n"))


def start_log(level: int) -> None:
    """Log to standard error, redacted, each line with its time; a program's first deed.

    One form for all, for mount, fetcher and agent write into one file.

    A line that cannot be written, for the log's disk is full, is left out without a traceback.
    """
    logging.basicConfig(format=LINE, level=level)
    logging.raiseExceptions = False
    install(logging.getLogger())


def install(logger: logging.Logger) -> None:
    """Redact what this logger and its handlers write; call it after the handlers are there.

    A logger's own filters see only what is logged at it; its handlers' see its children's records.
    """
    for target in (logger, *logger.handlers):
        if not any(isinstance(one, Redaction) for one in target.filters):
            target.addFilter(Redaction())
