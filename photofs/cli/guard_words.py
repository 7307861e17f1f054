"""What the guard refused, in words."""

from photofs.cli.output import counted, safe_text
from photofs.model.guard import Told, short_names
from photofs.volume.guard_rules import Standing


def told_words(told: Told, standing: Standing) -> str:
    """What became of a program's opens, and what holds for it now."""
    counts = f"{counted(told.given, 'open')} given, {told.refused:,} refused"
    if not is_held(told, standing):
        return f"{safe_text(told.name)} was refused before that: {counts}"
    if told.known:
        return (
            f"{safe_text(told.name)} (known to draw or index) is kept from what is not on this"
            f" disk, as is meant: {counts}"
        )
    return (
        f"{safe_text(told.name)} (read only the heads of many photos) may open no more of what is"
        f" not on this disk for now: {counts}"
    )


def is_held(told: Told, standing: Standing) -> bool:
    """Whether the guard goes on with it: it is on, and the program was not allowed since."""
    return standing.on and not short_names((told.name,)) <= standing.free
