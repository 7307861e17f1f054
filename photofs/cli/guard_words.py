"""What the guard refused, in words."""

from photofs.cli.output import counted, safe_text
from photofs.model.guard import Told


def told_words(told: Told) -> str:
    """What became of a program's opens."""
    why = "known to draw or index" if told.known else "read only the heads of many photos"
    return (
        f"{safe_text(told.name)} ({why}) may open no more of what is not on this disk for now:"
        f" {counted(told.given, 'open')} given, {told.refused:,} refused"
    )
