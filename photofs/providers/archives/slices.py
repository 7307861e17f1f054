"""Driving a scan, a plain generator, slice by slice from a worker thread."""

import time
from collections.abc import Iterator
from functools import partial

from photofs.model.observation import Observation
from photofs.providers.archives.told import Note


def next_slice(
    steps: Iterator[Observation | Note | None], seconds: float
) -> tuple[list[Observation | Note], bool]:
    """What the next steps yield until the time is up; whether they have ended."""
    until = time.monotonic() + seconds
    batch: list[Observation | Note] = []
    for one in steps:
        if one is not None:
            batch.append(one)
        if time.monotonic() >= until:
            return batch, False
    return batch, True


in_worker = partial(next_slice, seconds=0.05)
"""A slice long enough to make a thread's start (0.1 ms) nothing, short enough to stop quickly."""
