"""Notes wishes in the journal: their action, their grace, and the guard that holds too many.

The guard: more than `held_after` wishes that take away or alter within ten minutes, or within a day
more than a twentieth of the library and at least `held_after`, are accepted, shown, and held: none
of them is sent, those of the same burst that were planned before included, until the user says so.
What only adds neither waits nor counts, and neither do title, description, tags and date of what
its service does not have yet, or what the same action uploads: nothing there is altered by them. So
a thousand photos can be restored with all that was known of them.

So that the guard sees a burst as a whole, however slow the program is, each of these wishes begins
the grace anew of those before it in the same library, for at most as long as the guard looks back:
none is sent while others follow it more closely than the grace, and none waits longer than that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from photofs.catalog.journal import OperationRow, Wish
from photofs.catalog.sqlite import Catalog
from photofs.model.operation import Event, State
from photofs.model.wish import GUARDED, OF_NEW, Asker, WishVerb

BURST_NS: Final = 600 * 10**9
DAY_NS: Final = 86_400 * 10**9
SHARE_OF_DAY: Final = 20
"""One in so many photos of a library."""

SOONER: Final = 10
"""The grace of those before begins anew only after this part of it: 2,000 wishes may come in a
second, and each look at those before takes as long as they are many."""

RECOUNT_NS: Final = 30 * 10**9
"""How long a day's count is gone on with before it is counted anew."""


_OF_NEW: Final = frozenset({WishVerb.RETITLE, WishVerb.DESCRIBE, WishVerb.TAG, WishVerb.DATE})
"""What may be told of a photo that nobody has yet, and alters nothing of anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`grace_ns`: how long what takes away or alters waits. `held_after`: see the guard.

    `hands`: whether a hand does what a service's API cannot (docs/decisions/0017).
    """

    grace_ns: int = 30 * 10**9
    held_after: int = 50
    hands: bool = True


class Planning:
    """Plans wishes into one catalog; inside the caller's transaction."""

    def __init__(self, catalog: Catalog, policy: Policy, now_ns: Callable[[], int]) -> None:
        """Nothing is counted yet."""
        self._catalog = catalog
        self._policy = policy
        self._now_ns = now_ns
        self._days: dict[int, tuple[int, int, int]] = {}
        self._begun_anew: dict[int, int] = {}

    def plan(
        self,
        library_id: int,
        source_id: int | None,
        verb: WishVerb,
        by: Asker | int,
        details: Mapping[str, object],
        *,
        photo: int | None = None,
        album: int | None = None,
    ) -> int:
        """Note one wish; its operation's id. `by`: the program, or the action it is part of.

        What undo wishes back has its grace and is not held: a person has just asked for it.
        """
        now = self._now_ns()
        action = by if isinstance(by, int) else self._catalog.act(library_id, by, now)
        guarded = verb in GUARDED
        fresh = verb in _OF_NEW and photo is not None and self._is_new(photo, action)
        wish = Wish(
            library=library_id,
            verb=verb.value,
            details={**details, OF_NEW: True} if fresh else details,
            not_before_ns=now + self._policy.grace_ns if guarded else now,
            source=source_id,
            photo=photo,
            album=album,
            action=action,
        )
        number = self._catalog.plan(wish, now)
        if guarded and not fresh and "undoes" not in details:
            self._guard(library_id, number, now)
        return number

    def hold_if_many(self, library_id: int, number: int, things: int) -> None:
        """Hold a wish that stands for so many, as if each of them had been taken away by itself."""
        now = self._now_ns()
        before = self._catalog.guarded_since(library_id, now - BURST_NS, self._policy.held_after)
        planned = self._catalog.operation(number).state is State.PLANNED
        if planned and before + things > self._policy.held_after:
            self._hold([number], now)

    def cancel(self, row: OperationRow, why: str) -> bool:
        """Take a wish back that was not sent; False if it is under way or over.

        Its state is asked anew: to take back one wish may have taken back another one already.
        """
        if self._catalog.operation(row.operation_id).state not in {State.PLANNED, State.HELD}:
            return False
        self._catalog.happen(row.operation_id, Event.CANCEL, self._now_ns(), why)
        return True

    def _is_new(self, photo: int, action: int) -> bool:
        """Whether no source has told of a photo, and its upload is to come, or of this action."""
        if self._catalog.observations_of(photo) or self._catalog.was_told(photo):
            return False
        upload = self._catalog.last_of_photo(photo, WishVerb.UPLOAD)
        if upload is None:
            return self._catalog.is_incoming(photo)
        return upload.state in {State.PLANNED, State.HELD} or upload.wish.action == action

    def _guard(self, library_id: int, number: int, now_ns: int) -> None:
        """Hold the wish, and with the first one too many those that were planned before it.

        If there are not too many yet, those before it wait along.
        """
        most = self._policy.held_after
        burst = self._catalog.guarded_since(library_id, now_ns - BURST_NS, most + 2) - most
        today = self._over_today(library_id, now_ns)
        if today == 1:
            self._hold(self._catalog.guarded_planned(library_id, now_ns - DAY_NS), now_ns)
        elif burst == 1:
            self._hold(self._catalog.guarded_planned(library_id, now_ns - BURST_NS), now_ns)
        elif max(burst, today) > 1:
            self._hold([number], now_ns)
        else:
            self._wait_along(library_id, now_ns)

    def _wait_along(self, library_id: int, now_ns: int) -> None:
        """Begin the grace anew of all that still wait for it."""
        grace = self._policy.grace_ns
        if now_ns - self._begun_anew.get(library_id, 0) > grace // SOONER:
            self._begun_anew[library_id] = now_ns
            self._catalog.wait_along(library_id, now_ns + grace, BURST_NS, now_ns)

    def _over_today(self, library_id: int, now_ns: int) -> int:
        """By how many a day's share was passed: counted twice a minute, in between gone on with."""
        count, most, until = self._days.get(library_id, (0, 0, 0))
        if now_ns >= until or now_ns < until - RECOUNT_NS:
            photos = self._catalog.photos_of(library_id)
            most = max(self._policy.held_after, photos // SHARE_OF_DAY)
            count = self._catalog.guarded_since(library_id, now_ns - DAY_NS, most + 2)
            until = now_ns + RECOUNT_NS
        else:
            count += 1
        self._days[library_id] = (count, most, until)
        return count - most

    def _hold(self, numbers: list[int], now_ns: int) -> None:
        for number in numbers:
            self._catalog.happen(
                number, Event.HOLD, now_ns, "too many changes at once: it waits for you"
            )
