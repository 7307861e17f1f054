"""A program's hand goes through the errands of a library, one after the other.

Nothing is begun before the one before it is noted, and nothing after a surprise. Cut short at any
moment, the errand in hand is unsure, and the next walk begins with looking at it.
"""

from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from photofs.catalog.journal import OperationRow
from photofs.model.errand import Errand, Found, Outcome
from photofs.model.errors import PhotofsError
from photofs.model.wish import WishVerb
from photofs.providers.port import Hand
from photofs.wishing.handing import EVERY, Handing

Tell = Callable[[Errand, Outcome], None]


class Manner(NamedTuple):
    """How a hand goes: `dry` begins and notes nothing; `verbs` are those that it can do, None: all.

    `before` is asked before each errand is begun, and may wait: its answer ends the walk, but "".
    """

    dry: bool = False
    verbs: AbstractSet[WishVerb] | None = None
    before: Callable[[], Awaitable[str]] | None = None


class Walked(NamedTuple):
    """How many errands ended how; `stopped`: what ended the walk before its end, "" if nothing.

    `without_page`: how many were left alone because no source tells the photo's page any more.
    """

    counts: dict[Found, int]
    stopped: str = ""
    without_page: int = 0


async def walk(
    handing: Handing,
    hand: Hand,
    tell: Tell,
    *,
    most: int,
    dry: bool = False,
    manner: Manner | None = None,
) -> Walked:
    """Do at most so many errands; `tell` hears of each. A dry walk begins and notes nothing.

    What no page is known of is left as it is, and takes no other one's place.
    """
    manner = manner or Manner(dry=dry)
    if not manner.dry:
        handing.recover(hand.name, manner.verbs)
        handing.take_back()
    counts: dict[Found, int] = {}
    left, lost = most, 0
    for row in handing.ready(EVERY, manner.verbs):
        if not left:
            break
        errand = handing.errand(row)
        if errand is None:
            lost += 1
            continue
        left -= 1
        if manner.before is not None and (why := await manner.before()):
            return Walked(counts, why, lost)
        outcome = await _one(handing, hand, row, errand, dry=manner.dry)
        if outcome is None:
            continue
        counts[outcome.found] = counts.get(outcome.found, 0) + 1
        tell(errand, outcome)
        if outcome.found is Found.SURPRISE:
            return Walked(counts, outcome.text, lost)
    return Walked(counts, "", lost)


async def _one(
    handing: Handing, hand: Hand, row: OperationRow, errand: Errand, *, dry: bool
) -> Outcome | None:
    """One errand from its begin to its note; None if it was taken back meanwhile.

    One that is unsure and wished otherwise by now is looked at, and never done.
    """
    if dry:
        return await _done(hand, errand, dry=True)
    if not handing.begin([row], hand.name):
        if not handing.is_opposed(row):
            return None
        return handing.looked(row, await _done(hand, errand, dry=True), hand.name)
    outcome = await _done(hand, errand, dry=False)
    handing.settle(row, outcome, hand.name)
    return outcome


async def _done(hand: Hand, errand: Errand, *, dry: bool) -> Outcome:
    """What the hand says; what it raises is a surprise."""
    try:
        return await hand.do(errand, dry=dry)
    except PhotofsError as error:
        return Outcome(Found.SURPRISE, str(error))
