"""What a service refused of late, for `photofs status`: nobody reads a log of hundreds of lines."""

import time
from typing import Final

from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.output import counted
from photofs.cli.wish_words import album_words, operation_facts

OF_LATE_NS: Final = 7 * 86_400 * 10**9
"""For how long `status` tells of a change that was refused."""

NAMED: Final = 3
"""How many of them are named."""


def refused_lines(catalog: Catalog, library_id: int) -> list[str]:
    """Those that are named, each with the reason and the action that tells all; how many more."""
    rows = refused_lately(catalog, library_id)
    lines = []
    for row in rows[:NAMED]:
        more = f"; `photofs log {row.wish.action}` tells more" if row.wish.action else ""
        lines.append(f"{refused_words(catalog, row)}{more}")
    if rows[NAMED:]:
        lines.append(f"and {counted(len(rows) - NAMED, 'change')} more refused; see `photofs log`")
    return lines


def refused_lately(catalog: Catalog, library_id: int) -> list[OperationRow]:
    """What `status` tells of, until it was seen."""
    return catalog.refused(library_id, time.time_ns() - OF_LATE_NS)


def refused_words(catalog: Catalog, row: OperationRow) -> str:
    """What was refused, and why."""
    facts = operation_facts(catalog, row)
    what = f"{facts['verb']} {facts['name']}{album_words(facts)}"
    return f"refused: {what}: {row.reason}"
