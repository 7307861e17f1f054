"""Whether the disks of mirrors are there now, as `photofs mirror status` says.

Each is asked in a thread of its own: one that hangs is not waited for longer than that.
"""

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from photofs.catalog.mirrors import MirrorRow
from photofs.mirrors.opening import open_mirror
from photofs.model.errors import PhotofsError

PATIENCE_S: Final = 10.0
"""For all of them together: a disk that sleeps needs some eight seconds to turn again."""

SILENT: Final = "its disk does not answer"


def away_now(rows: Sequence[MirrorRow], patience_s: float = PATIENCE_S) -> dict[int, str]:
    """Why mirrors cannot be worked on just now, by their numbers; those that can are left out."""
    answers: SimpleQueue[tuple[int, str]] = SimpleQueue()
    for row in rows:
        threading.Thread(target=_ask, args=(row, answers), daemon=True).start()
    end = time.monotonic() + patience_s
    away = {row.mirror_id: SILENT for row in rows}
    for _ in rows:
        try:
            number, why = answers.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            break
        away[number] = why
    return {number: why for number, why in away.items() if why}


def _ask(row: MirrorRow, answers: "SimpleQueue[tuple[int, str]]") -> None:
    """In a thread: one of them."""
    try:
        with closing(open_mirror(Path(row.root), row.marker, row.traits, writing=False)):
            answers.put((row.mirror_id, ""))
    except PhotofsError as error:
        answers.put((row.mirror_id, error.what))
