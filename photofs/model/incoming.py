"""How far a file is that a program wrote through the mount (docs/decisions/0008)."""

from enum import StrEnum


class Stage(StrEnum):
    """Where such a file is on its way to a service."""

    OPEN = "open"
    """It may still be written, or was written a moment ago."""

    WAITING = "waiting"
    """A whole photo, sealed; its wishes are in the journal."""

    LOCAL = "local"
    """No photo, or not meant to be sent: kept here, and here alone."""

    FAILED = "failed"
    """No service can take it as it is, or none would: kept here, `why` says what is wrong."""
