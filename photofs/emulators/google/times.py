"""Moments as Google's APIs write them."""

from datetime import UTC, datetime


def instant(unix: float) -> str:
    """RFC 3339 in UTC, to the second, of unix seconds."""
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
