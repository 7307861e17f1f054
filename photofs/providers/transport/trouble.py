"""Errors of a line and of the host at its end, with what is safe and what to do."""

from photofs.model.errors import Temporary

KEPT = "what has arrived is kept, and what is on this disk can be read"


LOOK = "check this machine's network and try again"


def of_line(what: str, kind: type[Temporary] = Temporary) -> Temporary:
    """The line is at fault, as far as can be seen from here."""
    return kind(what, safe=KEPT, remedy=LOOK)


def of_host(
    what: str, kind: type[Temporary] = Temporary, retry_after: float | None = None
) -> Temporary:
    """The host answered, but not with what was asked."""
    remedy = "it is asked again when the photo is read again; if it lasts, see `photofs status`"
    return kind(what, safe=KEPT, remedy=remedy, retry_after=retry_after)
