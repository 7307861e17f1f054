"""Whether a rule still means a photo that it has put into Trash, asked until a hand has done it.

Between the wish and the hand may lie weeks, in which an export tells that the photo is a favorite,
or archived no more, or its user changes the rule. What does not fit any more is taken back. What
fits by facts that have grown too old for a rule that takes away waits for newer ones.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from photofs.catalog.errand_rows import TAKEN_BACK
from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import Misconfigured
from photofs.model.operation import NOT_SENT
from photofs.model.rule import Rule
from photofs.model.rule_plan import misfit
from photofs.wishing.rule_facts import subject_of
from photofs.wishing.wishing import Wishing

log = logging.getLogger(__name__)

AT_ONCE: Final = 25
"""Errands that are judged without a pause: some 10 ms."""

Rules = Callable[[], Sequence[Rule]]
"""The rules as their user has written them now; Misconfigured."""

GONE: Final = "there is no such rule any more"
CHANGED: Final = "the rule was changed since"


class RuleFit:
    """For the errands of one library; the rules are read once, when they are first needed."""

    def __init__(
        self, catalog: Catalog, wishing: Wishing, rules: Rules, now_ns: Callable[[], int]
    ) -> None:
        """`wishing` is the same catalog's."""
        self._catalog, self._wishing, self._read, self._now_ns = catalog, wishing, rules, now_ns

    def why_not(self, row: OperationRow) -> str:
        """Why a wish must not be carried out now, a sentence; "" if it may, or is no rule's."""
        name = row.wish.details.get("rule")
        if name is None:
            return ""
        if isinstance(self._rules, Misconfigured):
            return f"the rule {name} put it into Trash, and {self._rules.what}"
        why = self._misfit(row, (True, False))
        return f"the rule {name} put it into Trash, and {why}" if why else ""

    def take_back(self, library_id: int) -> int:
        """Take back what no hand has begun and its rule does not mean any more; how many it was."""
        return sum(self.take_back_in_parts(library_id))

    def take_back_in_parts(self, library_id: int) -> Iterator[int]:
        """The same, `AT_ONCE` errands at a time; how many of these it was."""
        after = 0
        while rows := self._catalog.errands_of_rules(library_id, after, AT_ONCE):
            if isinstance(self._rules, Misconfigured):
                return  # which waits until that is mended
            yield sum(self._taken_back(row) for row in rows)
            after = rows[-1].operation_id

    def _taken_back(self, row: OperationRow) -> bool:
        why = self._misfit(row, (True,)) if row.state in NOT_SENT else ""
        if not why:
            return False
        with self._wishing.change():
            outcomes = self._wishing.outcomes(row.wish.library)
            if not outcomes.cancel([row], f"{TAKEN_BACK}{why}"):
                return False  # a hand has begun it meanwhile
        name = self._catalog.name_of_subject(row.wish.photo, None)
        log.warning("%s is out of Trash again: %s%s", name, TAKEN_BACK, why)
        return True

    @cached_property
    def _rules(self) -> dict[str, Rule] | Misconfigured:
        try:
            return {rule.name: rule for rule in self._read()}
        except Misconfigured as error:
            return error

    def _misfit(self, row: OperationRow, however_old: Iterable[bool]) -> str:
        """Why its rule does not mean a photo now; "" if it does, or none put it there.

        Asked with each of `however_old` in turn (`rule_plan.misfit`), the photo looked up once.
        """
        name, text = row.wish.details.get("rule"), row.wish.details.get("rule_text")
        if name is None or isinstance(self._rules, Misconfigured):
            return ""
        rule = self._rules.get(str(name))
        if rule is None:
            return GONE
        if text not in {None, rule.text}:
            return CHANGED
        looked = self._catalog.rule_photo(row.wish.library, row.wish.photo or 0)
        if looked is None:
            return ""
        desk = self._wishing.desk(row.wish.library)
        facts = looked._replace(copies=())  # the proof is rule_proof's matter
        subject = subject_of(facts, desk.desk.source_id, desk.hand, self._catalog.copy, {})
        now_ns = self._now_ns()
        whys = (misfit(rule, subject, now_ns, however_old=each) for each in however_old)
        return next((why for why in whys if why), "")
