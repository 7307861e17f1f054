"""Every error that photofs raises on purpose, drawn once.

PhotofsError
├── NotFound                 what was asked for is not there
├── Refused                  we will not do that; `remedy` says what to do instead
│   └── Misconfigured        a setting cannot be right; nothing works until a person mends it
├── Busy                     somebody else holds it; trying later helps
├── RemoteError              a service or its line did not do what was asked
│   ├── Temporary            trying again may help, not before `retry_after`
│   │   ├── Unreachable      no line to the service
│   │   └── TimedOut         no answer within the deadline
│   ├── Unauthorised         the login is not valid (any more)
│   ├── Gone                 the service says that it does not have the thing
│   └── Quota                the service's limit is used up
├── StoreError               our own disk
│   ├── Full                 no room
│   └── Corrupt              bytes are not what they were, or not what they claim to be
└── Bug                      our own mistake; the text names what was assumed

Foreign exceptions (httpx2, apsw, zipfile, OSError ...) are turned into these on floor 2 with
`raise ... from exc` and never seen above it. Each message is a sentence that says what happened;
`safe` says what is unharmed; `remedy` says what the user can do. No message carries a secret.
"""


class PhotofsError(Exception):
    """Base of all; never raised itself."""

    def __init__(self, what: str, *, safe: str = "", remedy: str = "") -> None:
        """Keep what happened, what is safe, and the remedy: sentences without a final stop."""
        super().__init__(what)
        self.what = what
        self.safe = safe
        self.remedy = remedy

    def __str__(self) -> str:
        """All that a user should read, in one line."""
        return "; ".join(part for part in (self.what, self.safe, self.remedy) if part)


class NotFound(PhotofsError):
    """What was asked for is not there."""


class Refused(PhotofsError):
    """We will not do that."""


class Misconfigured(Refused):
    """A setting cannot be right."""


class Busy(PhotofsError):
    """Somebody else holds it."""


class RemoteError(PhotofsError):
    """A service or its line did not do what was asked."""


class Temporary(RemoteError):
    """Trying again may help."""

    def __init__(
        self, what: str, *, safe: str = "", remedy: str = "", retry_after: float | None = None
    ) -> None:
        """As PhotofsError; `retry_after` in seconds from now, None if the service said none."""
        super().__init__(what, safe=safe, remedy=remedy)
        self.retry_after = retry_after


class Unreachable(Temporary):
    """There is no line to the service."""


class TimedOut(Temporary):
    """No answer came within the deadline."""


class Unauthorised(RemoteError):
    """The login is not valid (any more)."""


class Gone(RemoteError):
    """The service says that it does not have the thing."""


class Quota(RemoteError):
    """The service's limit is used up."""


class StoreError(PhotofsError):
    """Our own disk did not do what was asked."""


class Full(StoreError):
    """No room on the disk, or within the set limit."""


class Corrupt(StoreError):
    """Bytes are not what they were, or not what they claim to be."""


class Bug(PhotofsError):
    """Our own mistake."""
