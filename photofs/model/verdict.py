"""What became of one request, as far as pacing cares."""

from enum import StrEnum


class Verdict(StrEnum):
    """How a host answered a request."""

    FINE = "fine"
    THROTTLED = "throttled"
    FAILED = "failed"
