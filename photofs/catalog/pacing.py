"""When the next request to a host may go out: shared by all processes, kept in the catalog.

Each key (host and API key) has an interval between requests. It doubles when the host throttles and
comes back slowly while all is well; after ten throttled requests in a row nobody asks for twenty
minutes. A person's request takes its own next place and has background work step aside for a moment
after it. Times are wall-clock, for they must hold across processes and restarts; a moment that lies
further ahead than any wait of ours can only come from a clock that was set, and is dropped.

A key whose interval is zero and that was never throttled costs one read and no write.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from photofs.catalog.database import BRIEFLY_MS, Database
from photofs.model.errors import Quota
from photofs.model.verdict import Verdict

_S: Final = 10**9
DAY_NS: Final = 86_400 * _S
NAP_NS: Final = 20 * 60 * _S
"""How long nobody asks after STRAIGHT throttled requests in a row."""

STRAIGHT: Final = 10
QUIET_NS: Final = 2 * _S
"""How long background work steps aside after a person's request."""

FIRST_STEP_NS: Final = _S // 4
"""The interval that throttling gives to a key that had none."""

RECOVERY: Final = 0.97
"""Each fine request makes a raised interval this much shorter: 23 of them halve it."""


class PacePolicy(NamedTuple):
    """How a key is paced: seconds between requests, the most they may grow to, requests a day.

    `for_people`: so many of the day's requests are left to those that a person waits for.
    `day_in`: the zone at whose midnight the day begins.
    """

    interval: float = 0.0
    slowest: float = 60.0
    daily: int | None = None
    for_people: int = 0
    day_in: str = "UTC"


class _Pace(NamedTuple):
    """A row of the pacing table."""

    interval_ns: int
    free_ns: int
    person_ns: int
    quiet_ns: int
    closed_ns: int
    throttled: int


class CatalogPacer:
    """Keeps `providers.port.Pacer`, on a connection of its own."""

    def __init__(
        self,
        path: Path,
        *,
        intervals: Mapping[str, PacePolicy] | None = None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """`intervals`: a policy for keys that begin with the text, the longest match counts.

        A key that none matches has no interval until it is throttled.
        """
        self._policies = sorted((intervals or {}).items(), key=lambda item: -len(item[0]))
        self._now_ns = now_ns
        self._database = Database(path, patience_ms=BRIEFLY_MS)
        # a place in the queue that a power cut loses costs nothing; all other rows are FULL
        self._database.connection.pragma("synchronous", 1)

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def reserve(self, key: str, *, person: bool) -> float:
        """Take the next free place for `key`; seconds to wait until it.

        Raises Quota when the day's budget is used up; its text says when it begins anew. Busy if
        the catalog is held by another process at this moment: the caller's loop comes again.
        """
        policy = self._policy(key)
        now = self._now_ns()
        if policy.interval <= 0 and policy.daily is None and _is_open(self._pace(key), now):
            return 0.0
        with self._database.transaction():
            self._spend(key, policy, now, person=person)
            pace = self._pace(key) or _first(policy)
            slot, pace = _reserve(_sane(pace, policy, now), now, person=person)
            self._keep(key, pace)
        return (slot - now) / _S

    def report(self, key: str, verdict: Verdict, retry_after: float | None = None) -> None:
        """Tell what became of it; the interval adapts; the key is closed for `retry_after` s.

        Raises Busy as above.
        """
        policy = self._policy(key)
        before = self._pace(key)
        if before is None and verdict is not Verdict.THROTTLED and retry_after is None:
            return
        if before is not None and _adapt(before, verdict, retry_after, policy, 0) == before:
            return
        now = self._now_ns()
        with self._database.transaction():
            pace = self._pace(key) or _first(policy)
            self._keep(key, _adapt(pace, verdict, retry_after, policy, now))

    def _policy(self, key: str) -> PacePolicy:
        for start, policy in self._policies:
            if key.startswith(start):
                return policy
        return PacePolicy()

    def _pace(self, key: str) -> _Pace | None:
        row = self._database.one(
            "SELECT interval_ns, free_ns, person_ns, quiet_ns, closed_ns, throttled"
            " FROM pacing WHERE key = ?",
            (key,),
        )
        return _Pace(*row) if row else None

    def _keep(self, key: str, pace: _Pace) -> None:
        self._database.run(
            "INSERT OR REPLACE INTO pacing(key, interval_ns, free_ns, person_ns, quiet_ns,"
            " closed_ns, throttled) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key, *pace),
        )

    def _spend(self, key: str, policy: PacePolicy, now: int, *, person: bool) -> None:
        """Count one request against the day's budget."""
        if policy.daily is None:
            return
        day, anew_ns = _day_of(now, policy.day_in)
        rows = self._database.all(
            "INSERT INTO quota(key, day, used) VALUES (?, ?, 1)"
            " ON CONFLICT(key, day) DO UPDATE SET used = used + 1 RETURNING used",
            (key, day),
        )
        if rows[0][0] > policy.daily - (0 if person else policy.for_people):
            anew = datetime.fromtimestamp(anew_ns / _S, UTC)
            raise Quota(
                f"today's {policy.daily:,} requests to {key.split(maxsplit=1)[0]} are used up",
                safe="what is on this disk can be read",
                remedy=f"they begin anew at {anew:%Y-%m-%d %H:%M} UTC",
                retry_after=(anew_ns - now) / _S,
            )
        self._database.run("DELETE FROM quota WHERE key = ? AND day < ?", (key, day))


def _day_of(now: int, zone: str) -> tuple[int, int]:
    """The day's number since 1970-01-01 there, and when the next one begins."""
    there = ZoneInfo(zone)
    today = datetime.fromtimestamp(now / _S, there).date()
    midnight = datetime.combine(today + timedelta(days=1), clock_time(), there)
    return (today - date(1970, 1, 1)).days, int(midnight.timestamp()) * _S


def _first(policy: PacePolicy) -> _Pace:
    return _Pace(int(policy.interval * _S), 0, 0, 0, 0, 0)


def _is_open(pace: _Pace | None, now: int) -> bool:
    """Whether nothing is known that would make a request wait."""
    return pace is None or (pace.interval_ns == 0 and pace.closed_ns <= now)


def _sane(pace: _Pace, policy: PacePolicy, now: int) -> _Pace:
    """Moments further ahead than we ever wait are of another clock; so is a longer interval."""
    latest = now + DAY_NS
    cut = pace._replace(interval_ns=min(pace.interval_ns, int(policy.slowest * _S)))
    return cut._replace(
        free_ns=cut.free_ns if cut.free_ns <= latest else 0,
        person_ns=cut.person_ns if cut.person_ns <= latest else 0,
        quiet_ns=cut.quiet_ns if cut.quiet_ns <= latest else 0,
        closed_ns=cut.closed_ns if cut.closed_ns <= latest else 0,
    )


def _reserve(pace: _Pace, now: int, *, person: bool) -> tuple[int, _Pace]:
    """The place taken, and what is left to others."""
    if person:
        slot = max(now, pace.closed_ns, pace.person_ns)
        # those who queued before are not moved; those who come later make up for this one
        return slot, pace._replace(
            person_ns=slot + pace.interval_ns,
            free_ns=max(pace.free_ns, slot) + pace.interval_ns,
            quiet_ns=max(pace.quiet_ns, slot + QUIET_NS if pace.interval_ns else 0),
        )
    slot = max(now, pace.closed_ns, pace.free_ns, pace.quiet_ns)
    return slot, pace._replace(free_ns=slot + pace.interval_ns)


def _adapt(
    pace: _Pace, verdict: Verdict, retry_after: float | None, policy: PacePolicy, now: int
) -> _Pace:
    """The pace after what became of a request."""
    if retry_after is not None:
        wait = min(int(retry_after * _S), DAY_NS)
        pace = pace._replace(closed_ns=max(pace.closed_ns, now + wait))
    if verdict is Verdict.THROTTLED:
        straight = pace.throttled + 1
        longer = max(pace.interval_ns * 2, FIRST_STEP_NS)
        return pace._replace(
            interval_ns=min(longer, int(policy.slowest * _S)),
            throttled=0 if straight >= STRAIGHT else straight,
            closed_ns=max(pace.closed_ns, now + NAP_NS) if straight >= STRAIGHT else pace.closed_ns,
        )
    if verdict is Verdict.FINE:
        shorter = max(int(pace.interval_ns * RECOVERY), int(policy.interval * _S))
        if shorter < _S // 1000 and policy.interval <= 0:
            shorter = 0
        return pace._replace(interval_ns=shorter, throttled=0)
    return pace
