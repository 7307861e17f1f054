"""Carries out rules: looks, plans, has each proof read again, looks once more, and wishes.

What a rule wishes is an ordinary wish: in the journal under the rule's name, with its grace, held
if it is too many, taken back by `photofs undo`. The proof of a removal is noted with it.
"""

from collections.abc import Callable, Iterator
from typing import Final

from photofs.catalog.mirrored import CopyRow
from photofs.catalog.rule_rows import Looked
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import Refused
from photofs.model.mirror import CopyState
from photofs.model.moment import Moment
from photofs.model.observation import PhotoSeen
from photofs.model.operation import State
from photofs.model.rule import Rule, RuleVerb
from photofs.model.rule_plan import Limits, Plan, Subject, Trusted, Would, plan, trusted
from photofs.model.wish import Asker
from photofs.wishing.describing import Describing
from photofs.wishing.photo_wishes import PhotoWishes
from photofs.wishing.proof_mirrors import ProofMirrors
from photofs.wishing.recognising import REMEDY
from photofs.wishing.rule_facts import ONCE, record_of, subject_of
from photofs.wishing.wish_desk import WishDesk
from photofs.wishing.wishing import Wishing

PAGE: Final = 500
"""Photos looked at at a time."""

_HELD_AFTER: Final = 50


class Ruling:
    """The rules of one catalog, on its thread."""

    def __init__(
        self,
        catalog: Catalog,
        wishing: Wishing,
        now: Callable[[], Moment],
        mirrors: ProofMirrors,
    ) -> None:
        """`now` tells both clocks; `mirrors` was looked at, and is closed by who made it."""
        self._catalog, self._wishing, self._now = catalog, wishing, now
        self._mirrors, self._markers = mirrors, mirrors.markers()
        self._actions: dict[str, int] = {}

    def time(self) -> Trusted:
        """What time it is, as far as can be relied upon; noted if it can."""
        now = self._now()
        told = trusted(self._catalog.rule_clock(), now)
        if not told.trouble:
            self._catalog.note_rule_clock(told.base)
        return told

    def believe_clock(self) -> None:
        """Its user has looked: the clock is right as it is."""
        self._catalog.note_rule_clock(self._now())

    def doubt(self, rule: Rule) -> str:
        """Why nothing may be taken away now, a sentence; "" if it may."""
        why = self._catalog.doubt() if rule.removes else ""
        return f"{why}; {REMEDY}" if why else ""

    def plan(self, rule: Rule, now_ns: int) -> Plan:
        """What a rule would do now; NotFound if there is no such library, Refused, ReadOnly."""
        library = self._catalog.library(rule.library).library_id
        desk = self._wishing.desk(library)
        _check_can(rule, desk)
        limits = Limits(
            self._catalog.photos_of(library),
            self._catalog.guarded_today(library, now_ns),
            _HELD_AFTER,
        )
        return plan(rule, self._subjects(rule, desk), limits, now_ns)

    def record(self, rule: Rule, would: Would) -> tuple[int, PhotoSeen] | None:
        """The account's own record that would go, and its source; None if it is of none."""
        library = self._catalog.library(rule.library).library_id
        desk = self._wishing.desk(library)
        looked = self._catalog.rule_photo(library, would.photo)
        account = desk.desk.source_id
        found = record_of(looked.records, account, desk.hand) if looked else None
        return (found.source, found.seen) if found and found.source == account else None

    def reread(self, would: Would) -> CopyRow | None:
        """The proof's row, for `is_still_right`; None if it has none, or that is there no more."""
        return self._catalog.copy(would.proof.copy_id) if would.proof else None

    async def is_still_right(self, copy: CopyRow) -> bool | None:
        """Read a proof again to its end, which takes long; None if its disk is away."""
        return await self._mirrors.is_right(copy)

    def note(self, copy: CopyRow, now_ns: int, *, right: bool | None) -> None:
        """What reading a proof again has shown; one that is away is not taken for damaged."""
        if right:
            self._catalog.note_read(copy.copy_id, copy.stamp, now_ns)
        elif right is not None:
            why = "a rule read it again, and it was not what it should be"
            self._catalog.suspect_copy(copy.copy_id, copy.path, copy.stamp, CopyState.SUSPECT, why)

    def wish(self, rule: Rule, would: Would, now_ns: int) -> str:
        """Wish it, if the photo is still meant; why it is not, "" if that was done."""
        with self._wishing.change():
            library = self._catalog.library(rule.library).library_id
            desk = self._wishing.desk(library)
            looked = self._catalog.rule_photo(library, would.photo)
            if looked is None:
                return "it is there no more"
            limits = Limits(0, 0, _HELD_AFTER)
            now = plan(rule, [self._subject(rule, desk, looked)], limits, now_ns)
            if not now.would:
                return now.left[0][1]
            self._carry_out(rule, now.would[0], desk)
        if rule.do is RuleVerb.PIN:
            self._catalog.set_pinned(would.photo, pinned=True)
        return ""

    def held(self, rule: Rule) -> int:
        """How many of the wishes that a rule has made here wait for the user, for so many."""
        action = self._actions.get(rule.name)
        rows = self._catalog.in_state(State.HELD) if action is not None else []
        return sum(row.wish.action == action for row in rows)

    def action_of(self, rule: Rule) -> int | None:
        """The number of the action with which all that a rule has wished here can be undone."""
        return self._actions.get(rule.name)

    def _carry_out(self, rule: Rule, would: Would, desk: WishDesk) -> None:
        if rule.do is RuleVerb.PIN:
            return  # which is no wish of a service
        action = self._action(rule, desk)
        if rule.do is RuleVerb.FAVORITE:
            PhotoWishes(desk).mark(would.photo, action, favorite=True)
        elif rule.do is RuleVerb.TAG:
            tags = [*self._catalog.photo(would.photo).tags, *rule.tags]
            text = ",".join(dict.fromkeys(tags))
            Describing(desk).set_attribute(would.photo, "user.xdg.tags", text, action)
        else:
            self._trash(rule, would, desk, action)

    def _trash(self, rule: Rule, would: Would, desk: WishDesk, action: int) -> None:
        """Into Trash, with the proof noted beside the wish."""
        before = self._catalog.last_operation()
        PhotoWishes(desk).trash(would.photo, action)
        number = self._catalog.last_operation()
        if number == before or would.proof is None:
            return
        wish = self._catalog.operation(number).wish
        copy = would.proof
        proof = {
            "copy": copy.copy_id,
            "mirror": copy.marker,
            "sha256": copy.sha256,
            "record": copy.record,
            "read_ns": copy.read_ns,
        }
        by_rule = {"rule": rule.name, "rule_text": rule.text, "proven": proof}
        self._catalog.amend(number, {**wish.details, **by_rule})

    def _action(self, rule: Rule, desk: WishDesk) -> int:
        """The one action of a run."""
        if rule.name not in self._actions:
            asker = Asker(0, f"photofs rule {rule.name}")
            now = self._now().wall_ns
            self._actions[rule.name] = self._catalog.act(desk.library_id, asker, now)
        return self._actions[rule.name]

    def _subjects(self, rule: Rule, desk: WishDesk) -> Iterator[Subject]:
        after = 0
        while found := self._catalog.rule_photos(desk.library_id, after, PAGE):
            for looked in found:
                yield self._subject(rule, desk, looked)
            after = found[-1].row.photo_id

    def _subject(self, rule: Rule, desk: WishDesk, looked: Looked) -> Subject:
        source = desk.desk.source_id
        subject = subject_of(looked, source, desk.hand, self._catalog.copy, self._markers)
        if rule.do is RuleVerb.PIN:
            # a pin is of this machine alone: it stands in nobody's way
            why = "it is pinned already" if looked.row.pinned else ""
            return subject._replace(busy=why)
        if rule.removes and looked.row.once and not subject.busy:
            return subject._replace(busy=ONCE)
        return subject


def _check_can(rule: Rule, desk: WishDesk) -> None:
    """Refused, or ReadOnly, if the library cannot be changed so at all."""
    if rule.do is RuleVerb.PIN:
        return
    if rule.do is RuleVerb.TAG:
        desk.need("set_tags", "change tags")
    elif rule.do is RuleVerb.FAVORITE and "favorite" not in desk.hand.deeds:
        desk.need("favorite", "mark favorites")
    desk.check_writable()


def check_seen(rule: Rule, seen: str, found: Plan) -> None:
    """Refused unless `photofs rules check` has shown exactly this rule with this outcome."""
    if seen != found.digest(rule):
        raise Refused(
            f'what the rule "{rule.name}" would do now was not seen yet',
            safe="nothing was changed",
            remedy=f"`photofs rules check '{rule.name}'` shows it; then give this command again",
        )
