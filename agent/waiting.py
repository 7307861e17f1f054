"""How long to wait before something that did not work is tried again."""

import random
from typing import Final

FIRST_S: Final = 5.0
LONGEST_S: Final = 600.0
SOURCE_LONGEST_S: Final = 60.0
"""A whole source is tried again sooner than a single wish: its line may be back any moment."""

CLOSED_S: Final = 300.0
"""Between two tries at a source that needs its user: a new login, or room in the account."""


def back_off(tries: int, longest: float = LONGEST_S) -> float:
    """Seconds before the next try after so many: 5 s, doubled each time, up to a fifth less."""
    doubled = FIRST_S * 2.0 ** min(max(tries, 1) - 1, 16)
    # spread, so that what failed together is not tried again together
    return min(doubled, longest) * random.uniform(0.8, 1.0)  # noqa: S311 - no secret


def next_try_ns(now_ns: int, tries: int, retry_after: float | None) -> int:
    """When to try again; the service's own wish counts if it is later."""
    return now_ns + int(max(back_off(tries), retry_after or 0.0) * 1e9)
