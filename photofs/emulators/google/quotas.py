"""The quotas of a project and a user: calls and bytes a day, writes a minute, one write at once."""

from collections import defaultdict, deque
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from photofs.emulators.google.account import Account
from photofs.emulators.google.errors import at_once, over_the_day, over_the_minute
from photofs.emulators.google.habits import Habits
from photofs.emulators.google.state import App

MINUTE = 60.0
# When a quota's day begins: midnight Pacific Time, as for all of Google Cloud's daily quotas.
RESETS_IN = ZoneInfo("America/Los_Angeles")


class Quotas:
    """Counts; the daily counts stand in the account's state, for a restart does not end a day."""

    def __init__(self, account: Account, habits: Habits) -> None:
        """Limits as the habits have them at the moment of each call."""
        self._account = account
        self._habits = habits
        self._writes: defaultdict[str, deque[float]] = defaultdict(deque)
        self._writing: set[str] = set()

    def call(self, app: App) -> None:
        """An API call; ApiError if it goes over the project's day."""
        self._count(app, "calls", self._habits.calls_per_day)

    def read_bytes(self, app: App) -> None:
        """A request for bytes; ApiError likewise."""
        self._count(app, "bytes", self._habits.bytes_per_day)

    def write(self, app: App) -> None:
        """A write; ApiError if there were too many in the last minute."""
        most = self._habits.writes_per_minute
        now, times = self._account.clock(), self._writes[app.client_id]
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if most is not None and len(times) >= most:
            raise over_the_minute(app.project, most)
        times.append(now)

    def begin(self, app: App) -> None:
        """A write is under way; ApiError if another is."""
        if self._habits.serial_writes and app.client_id in self._writing:
            raise at_once()
        self._writing.add(app.client_id)

    def end(self, app: App) -> None:
        """It is over."""
        self._writing.discard(app.client_id)

    def used(self, app: App, kind: str) -> int:
        """How many of today's `calls` or `bytes` are used."""
        return self._account.state.counts.get(self._key(app, kind), 0)

    def resets_at(self) -> float:
        """When the next day of quotas begins, in unix seconds."""
        today = datetime.fromtimestamp(self._account.clock(), UTC).astimezone(RESETS_IN)
        midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
        return (midnight + timedelta(days=1)).timestamp()

    def _count(self, app: App, kind: str, most: int) -> None:
        key = self._key(app, kind)
        used = self._account.state.counts.get(key, 0)
        if used >= most:
            raise over_the_day(app.project, most)
        self._account.state.counts[key] = used + 1

    def _key(self, app: App, kind: str) -> str:
        today = datetime.fromtimestamp(self._account.clock(), UTC).astimezone(RESETS_IN)
        return f"{app.project} {kind} {today:%Y-%m-%d}"
