"""Whether a picture or video can be decoded to its end, found out once, in a process of its own.

A picture's decoder meets bytes that nobody checked: it runs in a child with little memory and time,
which is begun anew when it dies (reliability.md 5.4). Three answers: it is whole, it is broken, or
nothing here decodes it, which is no word against it. Structure is asked first
(metadata/wholeness.py), which also knows kinds that nothing here decodes.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Final, NamedTuple

from photofs.metadata.guarded_child import PIECE, GuardedChild, program
from photofs.metadata.kind import sniff
from photofs.metadata.wholeness import what_is_missing
from photofs.model.photo import Media
from photofs.model.pieces import between_pieces

PATIENCE: Final = 120.0
"""Seconds for one file: a TIFF of 50 megapixels takes two."""

HEAD: Final = 4096
CHILD: Final = "photofs.metadata.decoding_child"
_MOST_SAID: Final = 300

DECODED: Final = frozenset({"jpg", "png", "gif", "webp", "bmp", "tif", "avif"})
"""Kinds of pictures that Pillow decodes here; raw files and HEIC are none."""


class Verdict(StrEnum):
    """What decoding told."""

    WHOLE = "whole"
    BROKEN = "broken"
    UNCHECKED = "unchecked"


class Decoded(NamedTuple):
    """A verdict, and why it is not WHOLE."""

    verdict: Verdict
    why: str = ""


WHOLE: Final = Decoded(Verdict.WHOLE)


class Decoder:
    """Decodes one file at a time; for one thread. `close` ends its child."""

    def __init__(self, command: Sequence[str] | None = None, patience: float = PATIENCE) -> None:
        """The child is begun when a picture needs it. `command` stands in for it in tests."""
        self._child = GuardedChild(command or program(CHILD), patience)
        self._patience = patience

    def decode(self, fd: int) -> Decoded:
        """What an open file turns out to be. Raises OSError if its disk fails."""
        size = os.fstat(fd).st_size
        kind = sniff(os.pread(fd, HEAD, 0))
        if kind is None:
            return Decoded(Verdict.UNCHECKED, "its kind is not known")
        media, extension = kind
        missing = what_is_missing(lambda at, length: os.pread(fd, length, at), size, extension)
        if missing:
            return Decoded(Verdict.BROKEN, missing)
        if media is Media.VIDEO:
            return probe_video(fd, self._patience)
        if extension not in DECODED:
            return Decoded(Verdict.UNCHECKED, f"nothing here decodes {extension}")
        return self._ask(fd, extension)

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def _ask(self, fd: int, extension: str) -> Decoded:
        """Hand the file to the child; one that dies or hangs over it is no word against it."""
        said = self._child.ask(extension.encode(), [fd])
        word, _, why = (said or "").partition(" ")
        if word in set(Verdict):
            return Decoded(Verdict(word), why[:_MOST_SAID])
        self.close()
        return Decoded(Verdict.UNCHECKED, "decoding it takes more memory or time than it may")


def probe_video(fd: int, patience: float) -> Decoded:
    """Have ffprobe read all packets of a video, if it is installed."""
    found = shutil.which("ffprobe")
    if found is None:
        return Decoded(Verdict.UNCHECKED, "ffprobe is not installed, which would read videos")
    wanted = ["-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"]
    command = [found, "-v", "error", "-protocol_whitelist", "file", *wanted]
    with subprocess.Popen(  # noqa: S603 - the program found above, and no shell
        [*command, f"file:/dev/fd/{fd}"],
        pass_fds=[fd],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            told = _output(process, patience)
        finally:
            process.kill()
    if told is None:
        return Decoded(Verdict.UNCHECKED, f"ffprobe did not read it in {patience:.0f} seconds")
    read = any(part.strip(",").isdigit() and int(part.strip(",")) for part in _words(told[0]))
    if process.returncode == 0 and read:
        return WHOLE
    if process.returncode < 0:
        return Decoded(Verdict.UNCHECKED, f"ffprobe ended by signal {-process.returncode}")
    said = _words(told[1])
    return Decoded(Verdict.BROKEN, f"ffprobe: {' '.join(said)[:_MOST_SAID] or 'no packets'}")


def _output(process: "subprocess.Popen[bytes]", patience: float) -> tuple[bytes, bytes] | None:
    """What a program says until its end; None if that takes too long."""
    until = time.monotonic() + patience
    while (left := until - time.monotonic()) > 0:
        between_pieces()
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=min(left, PIECE))
    return None


def _words(output: bytes) -> list[str]:
    return output.decode("utf-8", "replace").split()
