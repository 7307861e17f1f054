"""How much work SQLite has with what is asked, by its own count: the same on any machine."""

from collections.abc import Callable
from typing import Any

import apsw

from photofs.catalog.sqlite import Catalog


def steps_of(catalog: Catalog, work: Callable[[], object]) -> int:
    """The steps of SQLite's virtual machine (sqlite.org/c3ref/c_stmtstatus_counter.html)."""
    steps = 0

    def note(event: dict[str, Any]) -> None:
        nonlocal steps
        steps += event["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"]

    connection = catalog.database.connection
    connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, note)
    try:
        work()
    finally:
        connection.trace_v2(0, None)
    return steps
