"""Every error that photofs raises on purpose, drawn once.

PhotofsError
├── NotFound                 what was asked for is not there
├── Refused                  we will not do that; `remedy` says what to do instead
│   ├── Outdated             the catalog is an older version's, and a reader does not mend that
│   ├── Misconfigured        a setting cannot be right; nothing works until a person mends it
│   ├── Guarded              the program has had its share of photos that are not on this disk
│   ├── ReadOnly             nothing can be changed there at all
│   ├── Exists               that name is taken
│   ├── NotEmpty             the folder holds something
│   ├── IsFolder             what was asked of a file was asked of a folder
│   ├── NotFolder            what was asked of a folder was asked of a file
│   ├── NameTooLong          no file system here takes such a name
│   ├── BadName              the name is no UTF-8, and no service could show it
│   └── Across               between two libraries files are copied, not moved
├── Busy                     somebody else holds it; trying later helps
├── RemoteError              a service or its line did not do what was asked
│   ├── Temporary            trying again may help, not before `retry_after`
│   │   ├── Unreachable      no line to the service
│   │   ├── NotAttached      the folder that holds the bytes is not there: moved, or its disk away
│   │   └── TimedOut         no answer within the deadline
│   ├── Unauthorised         the login is not valid (any more)
│   ├── Gone                 the service says that it does not have the thing
│   └── Quota                the service's limit is used up, until `retry_after` if it says so
├── StoreError               our own disk
│   ├── Full                 no room
│   │   └── Rationed         no room left of what this user may have of the disk
│   ├── TooLong              no file on this disk can be so long
│   ├── Corrupt              bytes are not what they were, or not what they claim to be
│   └── Native               the ordinary file system below Scratch said no, with its own number
└── Bug                      our own mistake; the text names what was assumed

Foreign exceptions (h11, apsw, zipfile, OSError ...) are turned into these on floor 2 with
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


class Outdated(Refused):
    """The catalog is an older version's, and whoever reads does not bring it up to date."""


class Misconfigured(Refused):
    """A setting cannot be right."""


class Guarded(Refused):
    """The program that asks has had its share of photos that are not on this disk."""


class ReadOnly(Refused):
    """Nothing can be changed there at all."""


class Exists(Refused):
    """That name is taken."""


class NotEmpty(Refused):
    """The folder holds something."""


class IsFolder(Refused):
    """What was asked of a file was asked of a folder."""


class NotFolder(Refused):
    """What was asked of a folder was asked of a file."""


class NameTooLong(Refused):
    """No file system here takes such a name."""


class BadName(Refused):
    """The name is no UTF-8."""


class Across(Refused):
    """Between two libraries files are copied, not moved."""


class Busy(PhotofsError):
    """Somebody else holds it."""


class RemoteError(PhotofsError):
    """A service or its line did not do what was asked."""

    def __init__(
        self, what: str, *, safe: str = "", remedy: str = "", retry_after: float | None = None
    ) -> None:
        """As PhotofsError; `retry_after` in seconds from now, None if the service said none."""
        super().__init__(what, safe=safe, remedy=remedy)
        self.retry_after = retry_after


class Temporary(RemoteError):
    """Trying again may help."""


class Unreachable(Temporary):
    """There is no line to the service."""


class NotAttached(Temporary):
    """The folder that holds the bytes is not there: it was moved, or its disk is not mounted."""


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


class Rationed(Full):
    """No room left of what this user may have of the disk."""


class TooLong(StoreError):
    """No file on this disk can be so long."""


class Corrupt(StoreError):
    """Bytes are not what they were, or not what they claim to be."""


class Native(StoreError):
    """The ordinary file system below Scratch said no."""

    def __init__(
        self, what: str, *, safe: str = "", remedy: str = "", error_number: int | None = None
    ) -> None:
        """As PhotofsError; `error_number` is the errno that programs are to get, None for EIO."""
        super().__init__(what, safe=safe, remedy=remedy)
        self.error_number = error_number


class Bug(PhotofsError):
    """Our own mistake."""


def found_in(error: BaseException) -> PhotofsError | None:
    """The first of ours in an exception, be it bare or in the group of a nursery."""
    if isinstance(error, PhotofsError):
        return error
    if not isinstance(error, BaseExceptionGroup):
        return None
    return next((found for each in error.exceptions if (found := found_in(each))), None)
