"""Small PNGs of a picture, upright and labelled, made in a guarded process of its own.

For the desktop's thumbnails: the child gets the picture and one empty file in memory for each size,
so nothing of it reaches a disk before it is whole.
"""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Final, NamedTuple

from photofs.metadata.decoding import DECODED
from photofs.metadata.guarded_child import GuardedChild, program
from photofs.metadata.kind import sniff
from photofs.model.photo import Media

PATIENCE: Final = 60.0
"""Seconds for one picture."""

CHILD: Final = "photofs.metadata.shrinking_child"
MADE: Final = "made"
_HEAD: Final = 4096


class Shrunk(NamedTuple):
    """A PNG for each size that was asked for, in that order; or none, and why."""

    pngs: tuple[bytes, ...] = ()
    why: str = ""


class Shrinker:
    """Shrinks one picture at a time; for one thread. `close` ends its child."""

    def __init__(self, command: Sequence[str] | None = None, patience: float = PATIENCE) -> None:
        """The child is begun when a picture needs it. `command` stands in for it in tests."""
        self._child = GuardedChild(command or program(CHILD), patience)

    def shrink(
        self, fd: int, sides: Sequence[int], texts: Mapping[str, str], held: int | None = None
    ) -> Shrunk:
        """PNGs of an open picture whose longest side is so many pixels, or its own if shorter.

        `texts` stand in each. `held`: how it was held, as EXIF counts (1: it is upright), where
        that is known better than by its own EXIF. Raises OSError if the picture's disk fails, or
        memory for the PNGs cannot be had.
        """
        kind = sniff(os.pread(fd, _HEAD, 0))
        if kind is None or kind[0] is not Media.PICTURE or kind[1] not in DECODED:
            return Shrunk(why=f"nothing here decodes {kind[1] if kind else 'its kind'}")
        question = json.dumps(
            {"kind": kind[1], "sides": list(sides), "texts": dict(texts), "held": held}
        )
        with ExitStack() as stack:
            outs = [os.memfd_create("thumbnail") for _ in sides]
            for out in outs:
                stack.callback(os.close, out)
            said = self._child.ask(question.encode(), [fd, *outs])
            if said == MADE:
                return Shrunk(tuple(os.pread(out, os.fstat(out).st_size, 0) for out in outs))
        return Shrunk(why=said or "decoding it takes more memory or time than it may")

    def close(self) -> None:
        """End the child."""
        self._child.close()
