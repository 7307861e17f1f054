"""What a no to a change means, in the port's words."""

from photofs.model.errors import Gone, Refused
from photofs.providers.google.answers import Failure

OTHERS = frozenset({"PERMISSION_DENIED", "FAILED_PRECONDITION"})


def declined(error: Failure, what: str) -> Gone | Refused:
    """Gone if there is no such thing; else Refused: Google does not `what`."""
    if error.not_there:
        return Gone(
            "Google has no such photo or album (any more) that this OAuth client made",
            safe="nothing was changed",
        )
    said = f': "{error.message[:200]}"' if error.message else ""
    remedy = "do it on Google's own pages"
    if error.status in OTHERS:
        remedy += ": an app may change only what it made itself"
    return Refused(f"Google does not {what}{said}", safe="nothing was changed", remedy=remedy)
