"""The Picker: sessions in which the owner picks on Google's page what a program may have.

A session lives some days and tells, once its owner pressed Done, up to 2,000 items, with addresses
that are good for an hour (google.md 2.8).
"""

from collections.abc import AsyncGenerator
from typing import NamedTuple

from photofs.model.errors import Temporary
from photofs.providers.google.answers import KEPT, Failure, Record
from photofs.providers.google.api import Api
from photofs.providers.google.pages import ITEMS, PHOTOS_A_PAGE, Page, Query, pages
from photofs.providers.google.records import number, part, text

MOST = 2000
"""What a session holds at the most."""

USUAL_POLL, USUAL_TIMEOUT = 5.0, 1800.0
"""Seconds, where a session says nothing."""

LEAST_POLL = 1.0

OVER = frozenset({"NOT_FOUND", "PERMISSION_DENIED", "INVALID_ARGUMENT"})
"""How the service may say that a session is none, or none of this login's. Which of them it says of
one that has ended is not documented; asking anew costs its owner a minute."""


class Session(NamedTuple):
    """A session as it is now; `done` once something was picked.

    Seconds: it is looked at every `poll`, and for `timeout` from now at the most. It holds `most`
    items at the most.
    """

    session_id: str
    uri: str
    poll: float
    timeout: float
    done: bool
    most: int = MOST

    @property
    def is_live(self) -> bool:
        """Whether it has, or may yet have, something to fetch."""
        return self.done or self.timeout > 0


async def open_session(api: Api, most: int = MOST) -> Session:
    """A new one. Raises as `Api.change` does."""
    body = {"pickingConfig": {"maxItemCount": str(most)}}
    return _session(await api.change("sessions.create", {"body": body}, again=False))


async def look(api: Api, session_id: str) -> Session | None:
    """The session; None if it is over, or another client's or account's."""
    try:
        return _session(await api.call("sessions.get", {"sessionId": session_id}, person=True))
    except Failure as error:
        if error.status in OVER:
            return None
        raise


async def close_session(api: Api, session_id: str) -> None:
    """End it; one that is over already is no error."""
    try:
        await api.change("sessions.delete", {"sessionId": session_id})
    except Failure as error:
        if error.status not in OVER:
            raise


def picked(api: Api, session_id: str) -> AsyncGenerator[Page, None]:
    """What was picked, page by page, with addresses of now."""
    query = Query("mediaItems.list", ITEMS, {"sessionId": session_id}, PHOTOS_A_PAGE)
    return pages(api, query)


def _session(answer: Record) -> Session:
    session_id, uri = text(answer, "id"), text(answer, "pickerUri")
    if session_id is None or uri is None:
        raise Temporary("Google's answer does not say where to pick", safe=KEPT)
    polling = part(answer, "pollingConfig") or {}
    return Session(
        session_id,
        uri,
        max(LEAST_POLL, seconds(polling.get("pollInterval"), USUAL_POLL)),
        seconds(polling.get("timeoutIn"), USUAL_TIMEOUT),
        answer.get("mediaItemsSet") is True,
        number((part(answer, "pickingConfig") or {}).get("maxItemCount")) or MOST,
    )


def seconds(value: object, usual: float) -> float:
    """A duration such as "5s" or "3.5s"."""
    if not isinstance(value, str) or not value.endswith("s"):
        return usual
    number = value[:-1]
    plain = number.replace(".", "", 1)
    return float(number) if plain.isascii() and plain.isdecimal() else usual
