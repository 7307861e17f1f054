"""Asking the shared pacer before a request, and telling it afterwards how that went."""

import logging
import math

import trio

from photofs.model.errors import Busy, Temporary
from photofs.model.verdict import Verdict
from photofs.providers.port import Pacer
from photofs.providers.transport.retrying import Retrying, Throttled

log = logging.getLogger(__name__)

COME_AGAIN = 0.5
"""Seconds until a pacer that others write just now is asked again."""

PACER_PATIENCE = 15.0
"""Seconds after which a pacer that others still write is given up."""

KEPT = "what is cached stays readable"


def verdict_of(error: Temporary) -> Verdict:
    """What a passing error means for the pace."""
    return Verdict.THROTTLED if isinstance(error, Throttled) else Verdict.FAILED


async def wait_for_place(
    pacer: Pacer, key: str, policy: Retrying, *, person: bool, service: str
) -> None:
    """Wait for the next free place of the key; raises Quota, or Busy if others write for long.

    A wait longer than the policy's deadline is not begun: Temporary says when to come again.
    """
    wait = await _reserve(pacer, key, person=person)
    if wait >= policy.deadline:
        raise Temporary(
            f"{service} asked us to slow down",
            safe=KEPT,
            remedy=f"try again in {math.ceil(wait / 60)} min",
            retry_after=wait,
        )
    if wait > 0:
        await trio.sleep(wait)


async def _reserve(pacer: Pacer, key: str, *, person: bool) -> float:
    """Take a place; a pacer that others write is asked again, while the loop serves the rest."""
    until = trio.current_time() + PACER_PATIENCE
    while True:
        try:
            return pacer.reserve(key, person=person)
        except Busy:
            if trio.current_time() >= until:
                raise
        await trio.sleep(COME_AGAIN)


def tell(pacer: Pacer, key: str, verdict: Verdict, retry_after: float | None = None) -> None:
    """Tell what became of a request; where others write just now, the next one tells it."""
    try:
        pacer.report(key, verdict, retry_after)
    except Busy:
        log.info("the pace of requests could not be noted: others write the catalog just now")
