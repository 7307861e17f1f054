"""Tickets of asynchronous uploads: the service works on the file, and tells its photo later."""

from enum import Enum, auto
from typing import NamedTuple

import trio

from photofs.model.errors import Temporary
from photofs.providers.flickr.api import Api
from photofs.providers.flickr.upload_answer import KEEPS
from photofs.providers.flickr.values import flag, number, records, text

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0


class Work(Enum):
    """How far the service is with it."""

    PENDING = auto()
    DONE = auto()
    FAILED = auto()
    UNKNOWN = auto()


class Told(NamedTuple):
    """What the service says of a ticket; `photo` if it is done."""

    work: Work
    photo: str = ""


async def ask_ticket(api: Api, ticket: str) -> Told:
    """What the service says of it now."""
    answer = await api.call("flickr.photos.upload.checkTickets", {"tickets": ticket})
    for record in records(answer.get("uploader"), "ticket"):
        if text(record.get("id")) == ticket:
            return _told(record.get("complete"), record.get("photoid"), record.get("invalid"))
    return Told(Work.UNKNOWN)


def _told(complete: object, photo: object, invalid: object) -> Told:
    photo_id = text(photo)
    if flag(invalid) or number(complete) is None:
        return Told(Work.UNKNOWN)
    if number(complete) == 1 and photo_id:
        return Told(Work.DONE, photo_id)
    return Told(Work.FAILED if number(complete) == 2 else Work.PENDING)  # noqa: PLR2004 - flickr.md 2.2


async def await_ticket(api: Api, ticket: str, seconds: float) -> Told:
    """What became of it; Temporary if that takes longer than `seconds`, or nobody knows it."""
    wait, ends = FIRST_WAIT, trio.current_time() + seconds
    while trio.current_time() < ends:
        told = await ask_ticket(api, ticket)
        if told.work in {Work.DONE, Work.FAILED}:
            return told
        if told.work is Work.UNKNOWN:
            break
        await trio.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT)
    raise still_working()


def still_working() -> Temporary:
    """The service has the file, and does not say yet of which photo."""
    return Temporary(
        "Flickr has the file and is still working on it", safe=KEEPS, retry_after=LONGEST_WAIT
    )
