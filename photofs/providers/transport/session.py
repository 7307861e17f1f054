"""A session of requests for clients of other makes, with limits of ours on size and time.

It uses no proxies, cookies or logins of the environment, and threads may share it.
"""

import http.cookiejar
import os
import time
from collections.abc import Callable
from typing import TypeVar

import requests
import urllib3
from requests.adapters import HTTPAdapter

from photofs.model.errors import Temporary, TimedOut, Unreachable
from photofs.providers.transport.trouble import LOOK

Answer = TypeVar("Answer")

CONNECT_TIMEOUT = 10.0
CALL_LIMIT = 120.0
"""Seconds for an answer's whole body."""

ANSWER_LIMIT = 32 * 2**20
PIECE = 64 * 1024

BLOCK = 128 * 1024
"""Bytes of an upload that go out at once; with urllib3's own 16 KiB it takes a third longer."""


class TooMuch(Exception):
    """An answer that is too long, or takes too long."""


class _Adapter(HTTPAdapter):
    """What requests sends through, in larger blocks."""

    def init_poolmanager(
        self,
        connections: int,
        maxsize: int,
        block: bool = False,  # noqa: FBT001, FBT002 - requests' own form
        **pool: object,
    ) -> None:
        """Make the pool."""
        super().init_poolmanager(connections, maxsize, block, blocksize=BLOCK, **pool)


def open_session() -> requests.Session:
    """A session of its own; nothing is connected yet."""
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter())
    session.trust_env = False
    session.verify = os.environ.get("SSL_CERT_FILE") or True
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    return session


def translated(call: Callable[[], Answer], service: str, safe: str) -> Answer:
    """What `call` gives; the foreign errors of requests and urllib3 become ours, naming `service`.

    Raises TimedOut, Unreachable, Temporary.
    """
    try:
        return call()
    except (requests.Timeout, urllib3.exceptions.TimeoutError, TooMuch) as error:
        raise TimedOut(f"{service} did not answer in time", safe=safe, remedy=LOOK) from error
    except requests.ConnectionError as error:
        raise Unreachable(f"{service} cannot be reached", safe=safe, remedy=LOOK) from error
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise Temporary(f"the line to {service} broke", safe=safe, remedy=LOOK) from error


def read_body(raw: urllib3.BaseHTTPResponse) -> bytes:
    """The whole body, unpacked; TooMuch beyond the limits of size and time."""
    ends = time.monotonic() + CALL_LIMIT
    pieces: list[bytes] = []
    held = 0
    while piece := raw.read1(PIECE, decode_content=True):
        pieces.append(piece)
        held += len(piece)
        if held > ANSWER_LIMIT or time.monotonic() > ends:
            raise TooMuch
    return b"".join(pieces)
