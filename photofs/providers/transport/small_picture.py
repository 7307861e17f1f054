"""A small picture that a service has made of a photo, read at one go."""

import trio

from photofs.model.errors import Corrupt, Gone, Temporary
from photofs.model.verdict import Verdict
from photofs.providers.port import Pacer
from photofs.providers.transport.client import Client
from photofs.providers.transport.pace import KEPT, tell, verdict_of
from photofs.providers.transport.retrying import Retrying, Throttled
from photofs.providers.transport.stream import HttpStream, Missing, Wanted, open_stream

PATIENT = Retrying(tries=3, deadline=120.0)
"""Nobody waits for it: a host that asks us to slow down may take its time."""

MOST = 4 << 20
"""Bytes of a JPEG of 1024 pixels, amply: at full quality it has some 1.5 MB."""

SLOWLY = 60.0
"""Seconds for which a host is left alone that has throttled us in all tries, and said no time."""

LATER = "it is asked for again later; `photofs cache warm` brings the original"

_JPEG = b"\xff\xd8\xff"


async def get_small(client: Client, wanted: Wanted, pacer: Pacer, key: str) -> bytes:
    """One request for a JPEG, for which the caller has waited; the pacer hears how it went.

    Raises Missing, Throttled and other Temporary, or Corrupt for what is no JPEG.
    """
    try:
        async with open_stream(client, wanted) as stream:
            data = await _read(stream)
    except Missing:
        tell(pacer, key, Verdict.FINE)
        raise
    except Temporary as error:
        tell(pacer, key, verdict_of(error), error.retry_after)
        raise
    tell(pacer, key, Verdict.FINE)
    if not data.startswith(_JPEG):
        raise Corrupt("the service sent something else than a small JPEG", safe=KEPT, remedy=LATER)
    return data


async def _read(stream: HttpStream) -> bytes:
    """All of it; Corrupt if it is too much for a small picture."""
    data = bytearray()
    async for chunk in stream:
        data += chunk
        if len(data) > MOST:
            raise Corrupt(
                "the service sent far more than a small picture has", safe=KEPT, remedy=LATER
            )
    await trio.lowlevel.checkpoint()
    return bytes(data)


def told_when(error: Throttled) -> Temporary:
    """The same, with a time before which the host should not be asked."""
    later = error.retry_after or SLOWLY
    return Temporary(error.what, safe=KEPT, remedy=error.remedy, retry_after=later)


def refused(service: str) -> Gone:
    """The host hands out no small picture of a photo that the service knows."""
    what = f"{service} does not hand out a small picture of it now"
    return Gone(what, safe=KEPT, remedy=LATER)
