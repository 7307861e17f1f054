"""A still of a video, by ffmpeg where that is installed.

The video is any bytes, so ffmpeg is told what it is (it would follow the addresses in what it takes
for a playlist), opens nothing but that file, writes to no disk, and has little memory and time.
"""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from photofs.metadata.guarded_child import PIECE
from photofs.metadata.kind import sniff
from photofs.model.photo import Media
from photofs.model.pieces import between_pieces

PATIENCE: Final = 30.0
"""Seconds for one video; a film of 4K takes some two."""

SECONDS: Final = 30
"""Of processor time."""

MEMORY: Final = 2 << 30
"""Bytes of address space: a film of 8K takes 1.1 GB."""

MOST: Final = 1024
"""Pixels of the longest side: no thumbnail is larger."""

LOOKED_AT: Final = 12
"""Frames, of which the one is taken that is most like the others: many films begin in black."""

_HEAD: Final = 4096
_DEMUXERS: Final = {
    **dict.fromkeys(("mp4", "mov", "3gp", "3g2"), "mov"),
    **dict.fromkeys(("mkv", "webm"), "matroska"),
    **dict.fromkeys(("ts", "mts"), "mpegts"),
    "avi": "avi",
    "mpg": "mpeg",
    "wmv": "asf",
    "flv": "flv",
    "ogv": "ogg",
}
"""ffmpeg's names for kinds of videos."""


def is_shown(media: Media) -> bool:
    """Whether anything here may show that: no video without ffmpeg."""
    return media is Media.PICTURE or _program() is not None


def still_of(fd: int) -> int | None:
    """An open file, on no disk, with a JPEG of a video, upright; the caller closes it.

    None for what is no video, or shows nothing. Raises OSError if the video's disk fails.
    """
    program, kind = _program(), sniff(os.pread(fd, _HEAD, 0))
    if program is None or kind is None or kind[0] is not Media.VIDEO:
        return None
    demuxer = _DEMUXERS.get(kind[1])
    if demuxer is None:
        return None
    still = os.memfd_create("still")
    shown = False
    try:
        ended_well = _succeeds(_command(program, demuxer, fd), fd, still)
        shown = ended_well and os.fstat(still).st_size > 0
    finally:
        if not shown:
            os.close(still)
    return still if shown else None


def _program() -> str | None:
    return shutil.which("ffmpeg")


def _command(program: str, demuxer: str, fd: int) -> list[str]:
    fit = f"scale=w='min({MOST},iw)':h='min({MOST},ih)':force_original_aspect_ratio=decrease"
    source = ["-protocol_whitelist", "file", "-f", demuxer, "-i", f"file:/dev/fd/{fd}"]
    still = ["-map", "0:v:0", "-frames:v", "1", "-vf", f"thumbnail={LOOKED_AT},{fit}"]
    told = ["-c:v", "mjpeg", "-q:v", "3", "-f", "image2pipe", "pipe:1"]
    return [program, "-v", "quiet", "-nostdin", "-threads", "1", *source, *still, *told]


def _succeeds(command: list[str], fd: int, output: int) -> bool:
    """Whether the program ends well, and in time."""
    with subprocess.Popen(  # noqa: S603 - the program that was found, and no shell
        command,
        pass_fds=[fd],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            with suppress(ProcessLookupError):  # it has ended already
                resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
                resource.prlimit(process.pid, resource.RLIMIT_CPU, (SECONDS, SECONDS))
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (MOST**2 * 4, MOST**2 * 4))
            return _ended(process.wait) == 0
        finally:
            process.kill()


def _ended(wait: Callable[[float], int]) -> int | None:
    """The exit status; None if that takes too long. By pieces, for who asks may be ended."""
    until = time.monotonic() + PATIENCE
    while (left := until - time.monotonic()) > 0:
        between_pieces()
        with suppress(subprocess.TimeoutExpired):
            return wait(min(left, PIECE))
    return None
