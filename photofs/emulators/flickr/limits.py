"""How much is too much: queries an hour of the API, and the static host's temper."""

from collections import defaultdict, deque

from photofs.emulators.flickr.habits import Habits

HOUR = 3600.0


class Limits:
    """Counts requests as they come; `now` in seconds."""

    def __init__(self, habits: Habits) -> None:
        """Limits as the habits have them at the moment of each request."""
        self._habits = habits
        self._queries: defaultdict[str, deque[float]] = defaultdict(deque)
        self._files: deque[float] = deque()
        self._angry_until = float("-inf")

    def query_is_too_many(self, api_key: str, now: float) -> bool:
        """Whether this API call goes over the key's hour."""
        if self._habits.api_per_hour is None:
            return False
        return _over(self._queries[api_key], now, HOUR, self._habits.api_per_hour)

    def file_is_too_many(self, now: float) -> bool:
        """Whether the static host refuses; a try while it refuses prolongs that."""
        if self._habits.static_burst is None:
            return False
        over = _over(self._files, now, self._habits.static_window, self._habits.static_burst)
        if over or now < self._angry_until:
            self._angry_until = now + self._habits.static_penalty
            return True
        return False


def _over(times: deque[float], now: float, window: float, most: int) -> bool:
    while times and times[0] <= now - window:
        times.popleft()
    if len(times) >= most:
        return True
    times.append(now)
    return False
