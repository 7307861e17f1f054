"""The one table from our errors to a command's exit status.

0 to 10 mean what rclone's mean, 14 and 15 what s3ql's do, 78 is sysexits' EX_CONFIG: a person has
to mend something, and a service must not be restarted over it; 130 is 128 + SIGINT, as
shells have it. docs/COMMANDS.md lists them.

Our units set PHOTOFS_SERVICE=1. Then all that a person has to mend is 78, over which systemd does
not start us anew (RestartPreventExitStatus=), and what passes is 75, sysexits' EX_TEMPFAIL.
"""

from collections.abc import Mapping

from photofs.model import errors

OK = 0
OTHER = 1
USAGE = 2
NOT_FOUND = 4
TEMPORARY = 5
SOME_FAILED = 6
FATAL = 7
LOGIN = 14
REFUSED = 15
TRY_LATER = 75
NEEDS_A_PERSON = 78
INTERRUPTED = 130

_SERVICE_VARIABLE = "PHOTOFS_SERVICE"
"""Set by our units."""

_BY_ERROR: tuple[tuple[type[errors.PhotofsError], int], ...] = (
    (errors.Misconfigured, NEEDS_A_PERSON),
    (errors.NotFound, NOT_FOUND),
    (errors.Refused, REFUSED),
    (errors.Busy, TEMPORARY),
    (errors.Unauthorised, LOGIN),
    (errors.Gone, NOT_FOUND),
    (errors.RemoteError, TEMPORARY),
    (errors.StoreError, FATAL),
)


def exit_code(error: errors.PhotofsError) -> int:
    """The exit status for an error; OTHER for a Bug."""
    for kind, code in _BY_ERROR:
        if isinstance(error, kind):
            return code
    return OTHER


def by_service(environ: Mapping[str, str]) -> bool:
    """Whether a service manager has started us."""
    return bool(environ.get(_SERVICE_VARIABLE))


def service_exit_code(error: errors.PhotofsError, environ: Mapping[str, str]) -> int:
    """The same, or what it means to a service manager if one has started us."""
    code = exit_code(error)
    if not by_service(environ):
        return code
    if isinstance(error, errors.Busy | errors.Temporary | errors.Quota | errors.Full):
        return TRY_LATER
    return NEEDS_A_PERSON if code in {NOT_FOUND, LOGIN, REFUSED} else code
