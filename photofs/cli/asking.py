"""Asking a person for a line, while the loop goes on."""

import os
import sys

import trio

from photofs.model.errors import Refused


async def ask_line(prompt: str, wrong: str = "") -> str:
    """A line that is typed or pasted in; before it, what was wrong with the one before."""
    if wrong:
        print(wrong, file=sys.stderr, flush=True)
    line = ""
    while not line:
        print(f"{prompt}: ", end="", file=sys.stderr, flush=True)
        line = await trio.to_thread.run_sync(_typed_line, abandon_on_cancel=True)
    return line


def _typed_line() -> str:
    """A line from standard input; Refused at its end.

    Not by sys.stdin: a thread left waiting there holds its lock, and Python then aborts at exit.
    """
    typed = bytearray()
    while (byte := os.read(sys.stdin.fileno(), 1)) != b"\n":
        if not byte:
            raise Refused(
                "nobody is here to ask: standard input has ended",
                safe="nothing was changed",
                remedy="give this command on a terminal, where the answer can be typed in",
            )
        typed += byte
    return typed.decode(errors="replace").strip()
