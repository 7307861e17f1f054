"""Shortens a walk that ends otherwise than the reference model: what is left shows the cause.

`python -m tests.support.tree_shrink SEED STEPS` walks, drops steps as long as the walk still goes
wrong, and prints those that are left, ready to be pasted into a test.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import trio

from tests.support.tree_walk import Step
from tests.support.tree_walks import Strayed, walk
from tests.support.virtual_time import patched

SILENCE = 0.1
"""Real seconds without a word after which a line counts as silent: a walk's is in its own loop."""


def strays(given: Sequence[Step], steps: int = 0, seed: int = 0) -> Strayed | None:
    """What goes wrong in one walk, in a home of its own; None if nothing does."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        clock = patched(patch, silence=SILENCE)
        try:
            trio.run(walk, Path(folder), steps, seed, given, clock=clock)
        except Strayed as strayed:
            return strayed
    return None


def shrunk(steps: list[Step]) -> list[Step]:
    """Fewer of these steps, of which none can be left out."""
    size = len(steps)
    while True:
        size, before, at = max(1, size // 2), len(steps), 0
        while at < len(steps):
            strayed = strays(steps[:at] + steps[at + size :])
            if strayed is None:
                at += size
            else:
                steps = strayed.steps
        if size == 1 and len(steps) == before:
            return steps


def main() -> None:
    """Walk, and shorten."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("steps", type=int)
    asked = parser.parse_args()
    strayed = strays((), asked.steps, asked.seed)
    if strayed is None:
        print("it ends as the model has it")
        return
    for step in shrunk(strayed.steps):
        print(f"    {step!r},")


if __name__ == "__main__":
    main()
