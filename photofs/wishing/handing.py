"""Hands errands out, and notes what became of them; each step durable before the next.

Planned, then claimed and sent (one step) before a hand touches anything; then done, planned again,
unsure or given up, as model/operation.py has it. What was begun and not told of is unsure: a hand
looks first, and so does the next one. An errand that is done changes no source's word: it is laid
over those words until a later one tells of the same fact (photofs/filing/claims.py).
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Final

from photofs.catalog.errand_rows import is_errand
from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errand import Errand, Found, Outcome
from photofs.model.errors import Refused
from photofs.model.operation import BACK, Event, State
from photofs.model.photo import Media
from photofs.model.wish import WishVerb
from photofs.wishing.errands import OTHERWISE, Errands
from photofs.wishing.hand_page import HandPage, barred, kept_back, page_of, same_on_page
from photofs.wishing.proof_disks import ProofDisks
from photofs.wishing.recognising import waits_in_doubt
from photofs.wishing.rule_fit import RuleFit, Rules
from photofs.wishing.rule_proof import is_proven_still
from photofs.wishing.wishing import Wishing

AT_A_TIME: Final = 25
"""Errands in one transaction."""

EVERY: Final = 1_000_000
"""More errands than anybody has."""

NOT_DONE_NS: Final = 3_600 * 10**9
"""How long an errand that could not be done just now is left alone."""

BY_LIST: Final = "list"
"""The hand that is the user: what it tells is a claim, no proof."""

STOPPED: Final = "the hand was stopped while it did this"

_PROVEN: Final = frozenset({Found.DONE, Found.ALREADY})


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says that an errand is done: the hand's name, and what it saw; "" is a claim alone."""

    hand: str
    proof: str


class Handing:
    """The errands of one library. One process at a time hands them out: the caller holds a lock."""

    def __init__(
        self,
        catalog: Catalog,
        wishing: Wishing,
        library_id: int,
        rules: Rules,
        now_ns: Callable[[], int] = time.time_ns,
        disks: ProofDisks | None = None,
    ) -> None:
        """`wishing` is the same catalog's; `rules` are those that are written down now.

        `disks` hold what rules have proven by.
        """
        self._disks = disks or ProofDisks()
        self._catalog = catalog
        self._wishing = wishing
        self._library = library_id
        self._now_ns = now_ns
        self._fit = RuleFit(catalog, wishing, rules, now_ns)

    def take_back(self) -> int:
        """Take back what a rule wished and means no more; how many. `ready` has them no more."""
        return self._fit.take_back(self._library)

    def take_back_in_parts(self) -> Iterator[int]:
        """The same, some errands at a time; how many of these."""
        return self._fit.take_back_in_parts(self._library)

    def recover(self, hand: str, verbs: AbstractSet[WishVerb] | None = None) -> None:
        """What that hand left when it was stopped, of these verbs: what it had begun is unsure.

        What another hand has stays with it: the user may be at what stands on the list.
        """
        for some in _parts(self.stopped(hand, verbs)):
            with self._wishing.change():
                for row in some:
                    self._catalog.happen(row.operation_id, Event.CRASH, self._now_ns(), STOPPED)

    def ready(self, most: int, verbs: AbstractSet[WishVerb] | None = None) -> list[OperationRow]:
        """What may be handed out now, at most so many, of these verbs; what is unsure comes first.

        None of the verbs is left out if none are named.
        """
        begun = self._catalog.errands_begun(self._library)
        unsure = [row for row in begun if row.state is State.UNSURE]
        rows = [*unsure, *self._catalog.errands_ready(self._library, self._now_ns(), EVERY)]
        wanted = (row for row in rows if verbs is None or row.wish.verb in verbs)
        wanted = (row for row in wanted if not self.kept_back(row))
        return list(islice((row for row in wanted if self._may_be_done(row)), most))

    def _may_be_done(self, row: OperationRow) -> bool:
        """What a rule wished waits while its proof is not there; what was begun is gone on with."""
        return row.state is State.UNSURE or is_proven_still(self._catalog, row, self._disks)

    def stopped(self, hand: str, verbs: AbstractSet[WishVerb] | None = None) -> list[OperationRow]:
        """What that hand had begun, of these verbs, and told nothing of: it is at work no more."""
        return [
            row
            for row in self.begun()
            if row.state is not State.UNSURE
            and row.wish.details.get("hand") == hand
            and (verbs is None or row.wish.verb in verbs)
        ]

    def begun(self) -> list[OperationRow]:
        """What was handed out, and of which nobody has told yet."""
        return self._catalog.errands_begun(self._library)

    def without_page(self) -> list[OperationRow]:
        """Those that no hand can do any more: no source tells the photo's page by now."""
        rows = self._catalog.errands_open(self._library)
        return [row for row in rows if self._page(row) is None]

    def kept_back(self, row: OperationRow) -> str:
        """Why an errand must not be handed out though its page is known, a sentence; mostly ""."""
        page = self._page(row)
        if page is None:
            return ""
        return kept_back(self._catalog, page, row, self._now_ns()) or self._fit.why_not(row)

    def all_kept_back(self) -> list[tuple[OperationRow, str]]:
        """All open ones of which the user has to know that, each with why."""
        rows = self._catalog.errands_open(self._library)
        paged = [(row, page) for row in rows if (page := self._page(row)) is not None]
        told = ((row, self._barred(row, page)) for row, page in paged)
        return [(row, why) for row, why in told if why]

    def _barred(self, row: OperationRow, page: HandPage) -> str:
        return barred(self._catalog, page, row, self._now_ns()) or self._fit.why_not(row)

    def _page(self, row: OperationRow) -> HandPage | None:
        hand = self._wishing.desk(self._library).hand
        return page_of(self._catalog, hand, row.wish.photo or 0)

    def errand(self, row: OperationRow) -> Errand | None:
        """An operation as a hand gets it; None if no page of the photo is known any more."""
        photo, page = row.wish.photo or 0, self._page(row)
        if page is None:
            return None
        shown, seen = self._catalog.photo_facts(photo), self._catalog.told(photo)
        to_date = row.wish.details.get("taken")
        return Errand(
            number=row.operation_id,
            key=row.key,
            verb=WishVerb(row.wish.verb),
            page=page.address,
            remote_id=page.remote_id,
            name=shown.file_name or shown.name,
            title=shown.title,
            media=Media(shown.media),
            taken_local=_local_before(row) or shown.taken_local,
            pixels=seen.pixels if seen else None,
            to_date=to_date if isinstance(to_date, Mapping) else None,
            begun=row.state is State.UNSURE,
            otherwise=self.is_opposed(row),
        )

    def begin(self, rows: Sequence[OperationRow], hand: str) -> list[OperationRow]:
        """From now on they may be done; those that were taken back meanwhile are not among them.

        Nor is any that is wished otherwise by now: it is called off if it was not begun, else it
        stays unsure (`is_opposed`), for to do it would do what the user does not want any more.
        What takes away waits while the catalog may be an older one.
        """
        begun: list[OperationRow] = []
        for some in _parts(rows):
            with self._wishing.change():
                for row in some:
                    now = self._catalog.operation(row.operation_id)
                    if now.state not in {State.PLANNED, State.UNSURE} or self._is_off(now):
                        continue
                    if self.kept_back(now) or waits_in_doubt(self._catalog, now, self._now_ns()):
                        continue
                    if now.state is State.PLANNED:
                        self._send(now, hand)
                    begun.append(self._catalog.operation(row.operation_id))
        return begun

    def is_opposed(self, row: OperationRow) -> bool:
        """Whether the opposite was wished since, and waits for this one."""
        return bool(self._errands().opposed(row))

    def looked(self, row: OperationRow, outcome: Outcome, hand: str) -> Outcome:
        """Note what a mere look (a dry deed) told of an unsure errand; what became of it.

        Not done proves nothing there: the hand may have been unable to look.
        """
        if outcome.found is Found.WOULD:
            self.settle(row, Outcome(Found.NOT_DONE, outcome.text), hand)
            return Outcome(Found.CALLED_OFF, f"{OTHERWISE}; {outcome.text}")
        unknown = outcome.found is Found.NOT_DONE
        self.settle(row, outcome._replace(found=Found.SURPRISE) if unknown else outcome, hand)
        return outcome

    def settle(self, row: OperationRow, outcome: Outcome, hand: str) -> None:
        """Note how an errand that was begun has ended.

        A scan may have been told meanwhile how it did: then what the hand saw is noted, no more.
        """
        with self._wishing.change():
            now = self._catalog.operation(row.operation_id)
            sent = f"{now.wish.verb}, by the hand {hand!r}"
            answer = f"{outcome.found.value}: {outcome.text}"
            self._catalog.note_exchange(now.operation_id, self._now_ns(), sent, answer)
            if now.state not in BACK:
                return
            if outcome.found in _PROVEN:
                self._done(now, Claim(hand, f"{outcome.found.value}: {outcome.text}"))
            elif outcome.found is Found.NOT_DONE:
                self._back(now, outcome.text, NOT_DONE_NS)
            elif outcome.found is Found.NOT_FOUND:
                why = f"the service has no such photo: {outcome.text}"
                self._wishing.outcomes(self._library).give_up(now, why)
            else:
                self._catalog.happen(now.operation_id, Event.CRASH, self._now_ns(), outcome.text)

    def claimed(self, row: OperationRow) -> None:
        """The user says that it is done: a claim, and nothing that proves it.

        Refused if it was not handed out: nobody can have done what was on no page yet.
        """
        with self._wishing.change():
            now = self._catalog.operation(row.operation_id)
            self._check(now)
            if now.state is State.PLANNED:
                raise not_on_page(now.operation_id)
            at = self._now_ns()
            self._catalog.note_exchange(now.operation_id, at, "", "done, as you said")
            self._done(self._catalog.operation(row.operation_id), Claim(BY_LIST, ""))

    def put_back(self, row: OperationRow) -> bool:
        """The user says that it was not done: it waits again, or can be undone.

        Neither is to be done if the opposite was wished since. False: it waited, or was called off.
        """
        with self._wishing.change():
            now = self._catalog.operation(row.operation_id)
            if now.state is State.CANCELLED:
                return False
            self._check(now)
            if now.state is State.PLANNED:
                return False
            self._catalog.note_exchange(now.operation_id, self._now_ns(), "", "not done, you said")
            self._back(now, "", 0)
        return True

    def _check(self, row: OperationRow) -> None:
        if is_errand(row) and row.state in {*BACK, State.PLANNED}:
            return
        held = row.state is State.HELD
        raise Refused(
            f"operation {row.operation_id} is {row.state.value}"
            if is_errand(row)
            else f"operation {row.operation_id} is no errand",
            safe="nothing was changed",
            remedy="`photofs held release` lets it go on" if held else "see `photofs hand list`",
        )

    def _send(self, row: OperationRow, hand: str) -> None:
        for event in (Event.CLAIM, Event.SEND):
            self._catalog.happen(row.operation_id, event, self._now_ns())
        self._catalog.amend(row.operation_id, {**row.wish.details, "hand": hand})

    def _done(self, row: OperationRow, claim: Claim) -> None:
        told = {"hand": claim.hand, "proof": claim.proof}
        self._wishing.outcomes(self._library).done_by_hand(row, told)
        page = self._page(row)
        for each in same_on_page(self._catalog, page, row) if page else ():
            if each.state is State.PLANNED and each.wish.not_before_ns <= self._now_ns():
                self._send(each, claim.hand)
                now = self._catalog.operation(each.operation_id)
                self._wishing.outcomes(self._library).done_by_hand(now, told)

    def _back(self, row: OperationRow, why: str, pause_ns: int) -> None:
        now = self._now_ns()
        self._catalog.happen(row.operation_id, BACK[row.state], now, why, now + pause_ns)
        self._errands().call_off(self._catalog.operation(row.operation_id))

    def _is_off(self, row: OperationRow) -> bool:
        """Whether it is wished otherwise by now, and so not to be done; if planned, called off."""
        errands = self._errands()
        if row.state is State.PLANNED:
            return errands.call_off(row)
        return bool(errands.opposed(row))

    def _errands(self) -> Errands:
        return Errands(self._wishing.desk(self._library))


def not_on_page(number: int) -> Refused:
    """What to say of an errand that is to be ticked off and was never handed out."""
    return Refused(
        f"operation {number} was on no page yet, so it cannot be ticked off",
        safe="nothing was changed",
        remedy="`photofs hand list` hands out what may be done now; `photofs queue` says why others"
        " wait",
    )


def _parts(rows: Sequence[OperationRow]) -> Iterator[Sequence[OperationRow]]:
    for first in range(0, len(rows), AT_A_TIME):
        yield rows[first : first + AT_A_TIME]


def _local_before(row: OperationRow) -> str | None:
    """What the service still shows as the capture time of a photo that is to have another one."""
    before = row.wish.details.get("before")
    local = before.get("taken_local") if isinstance(before, dict) else None
    return local if isinstance(local, str) else None
