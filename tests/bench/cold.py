"""Originals that are not here yet, from a host on loopback, unshaped and at 1 Gbit/s."""

import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

import httpx2
import trio

from photofs.providers.transport.client import open_client
from photofs.providers.transport.hosts import HostRule
from tests.bench.dataset import ALBUM, LIBRARY, house_at
from tests.bench.figures import Line, at_least, at_most, bounded, medians, plain
from tests.bench.place import Place
from tests.bench.programs import photofs
from tests.bench.remote import picture, remote_library, video
from tests.bench.server import LARGEST, serving

GIGABIT = 1e9 / 8
SMALL = 3_000_000
LARGE = 100_000_000
FIRSTS = 15
WHOLES = 5
AT_END = 65536
SETTLE = 2.0
"""Seconds for a stream that was opened for a stretch to show how far it runs on."""

PAUSE = 0.05
"""Seconds without a request before each first byte: nobody opens photos back to back."""

SEALING = 1.5
"""Seconds for 100 MB that were read to be hashed and synced, so that nothing else pays for it."""


def run(place: Place) -> Iterator[Line]:
    """First bytes, whole files, and the end of a long video."""
    for told, rate in (("unshaped", None), ("1 Gbit/s", GIGABIT)):
        with serving(place.root / "server", rate) as base:
            home = place.root / "cold"
            pieces = [picture(base, f"first{number}", SMALL) for number in range(FIRSTS + 1)]
            pieces += [picture(base, f"whole{number}", LARGE) for number in range(WHOLES)]
            remote_library(home, base, [*pieces, video(LARGEST)])
            with photofs(home, place.point("photofs")) as mounted:
                album = mounted.point / LIBRARY / "Albums" / ALBUM
                yield from _first_bytes(album, base, told)
                yield from _whole_files(home, album, base, told)
                if rate is None:
                    yield from _end_of_video(album, base, home)


def _first_bytes(album: Path, base: str, told: str) -> Iterator[Line]:
    """Open a photo that is not here and read its first 4 KiB."""
    photos = iter(range(FIRSTS + 1))
    _head(album / f"first{next(photos)}.jpg")
    seen = medians(
        {
            "photofs": lambda: _after(PAUSE, partial(_head, album / f"first{next(photos)}.jpg")),
            "HTTP": lambda: _http(base, f"/static/plain_{SMALL}.jpg", first=True),
            "idle HTTP": lambda: _http(base, f"/static/plain_{SMALL}.jpg", first=True, idle=PAUSE),
            "idle h11": lambda: trio.run(_first_by_ours, base, f"/static/plain_{SMALL}.jpg"),
        },
        rounds=FIRSTS,
    )
    ours = seen["photofs"] * 1e3
    what = f"first byte of a 3 MB photo, {told}"
    yield at_most(what, ours, "ms", ("HTTP", seen["HTTP"] * 1e3), 1.5)
    idle = f"HTTP idle for {PAUSE * 1e3:.0f} ms"
    yield at_most(what, ours, "ms", (idle, seen["idle HTTP"] * 1e3), 1.5)
    idle = f"our client idle for {PAUSE * 1e3:.0f} ms"
    yield at_most(what, ours, "ms", (idle, seen["idle h11"] * 1e3), 1.5)


def _whole_files(keep: Path, album: Path, base: str, told: str) -> Iterator[Line]:
    """Read 100 MB that are not here, from front to back."""
    photos = iter(range(WHOLES))
    seen = medians(
        {
            "photofs": lambda: _rate(partial(_whole, album / f"whole{next(photos)}.jpg")),
            "HTTP": lambda: _after(
                SEALING, lambda: _rate(partial(_http, base, f"/static/plain_{LARGE}.jpg"))
            ),
            "kept": lambda: _rate(partial(_http, base, f"/static/plain_{LARGE}.jpg", keep=keep)),
        },
        rounds=WHOLES,
    )
    what = f"100 MB cold, {told}"
    yield at_least(what, seen["photofs"], "MB/s", ("HTTP", seen["HTTP"]), 0.7)
    yield at_least(what, seen["photofs"], "MB/s", ("HTTP into a file", seen["kept"]), 0.7)


def _end_of_video(album: Path, base: str, home: Path) -> Iterator[Line]:
    """Read the last 64 KiB of 2 GB; what came over the line, and what the store has of it."""
    before = _sent(base)
    began = time.perf_counter()
    with (album / "video.mp4").open("rb", buffering=0) as file:
        assert len(os.pread(file.fileno(), AT_END, LARGEST - AT_END)) == AT_END
        spent = time.perf_counter() - began
        time.sleep(SETTLE)
        fetched = (_sent(base) - before) / 1e6
    yield plain("the last 64 KiB of a 2 GB video, cold", spent * 1e3, "ms")
    yield bounded("... sent by the host for it", fetched, "MB", below=4)
    stored = house_at(home).store().usage().drafts / 1e6
    print(f"    drafts hold {stored:.2f} MB", file=sys.stderr)


def _sent(base: str) -> int:
    """Bytes that the host has sent."""
    with urllib.request.urlopen(f"{base}/sent") as answer:  # noqa: S310 - our own host
        return int(answer.read())


def _head(path: Path) -> float:
    """Seconds until the first 4 KiB are here."""
    began = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        assert file.read(4096)
        return time.perf_counter() - began


def _whole(path: Path) -> float:
    """Seconds until all of it is here."""
    began = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass
    return time.perf_counter() - began


def _rate(read: Callable[[], float]) -> float:
    """MB a second."""
    return LARGE / 1e6 / read()


def _after(seconds: float, measure: Callable[[], float]) -> float:
    """The measure after a pause."""
    time.sleep(seconds)
    return measure()


def _http(
    base: str, path: str, *, first: bool = False, idle: float = 0.0, keep: Path | None = None
) -> float:
    """Seconds until the first bytes, or all, have come, over a connection that is open already.

    This is httpx2, a client that many programs use. `idle`: seconds since its last request; `keep`:
    a folder for a file that the bytes are written to, new each time.
    """
    if keep is None:
        return trio.run(_get, base, path, first, idle, None)
    with open(tempfile.mkstemp(dir=keep)[0], "wb") as file:  # noqa: PTH123 - a descriptor
        return trio.run(_get, base, path, first, idle, file)


async def _get(base: str, path: str, first: bool, idle: float, file: IO[bytes] | None) -> float:  # noqa: FBT001 - trio.run takes no keywords
    async with httpx2.AsyncClient(base_url=base, trust_env=False) as client:
        await client.get("/sent")
        await trio.sleep(idle)
        began = time.perf_counter()
        async with client.stream("GET", path) as answer:
            async for chunk in answer.aiter_raw():
                if first:
                    break
                if file is not None:
                    file.write(chunk)
            return time.perf_counter() - began


async def _first_by_ours(base: str, path: str) -> float:
    """Seconds until the first bytes have come to the client that photofs has, idle for PAUSE."""
    hosts = HostRule(names=frozenset({base.removeprefix("http://")}), plain=True)
    async with open_client(hosts, read_timeout=30) as client:
        async with client.get(f"{base}/sent", {}) as answer:
            while await answer.next_chunk():
                pass
        await trio.sleep(PAUSE)
        began = time.perf_counter()
        async with client.get(base + path, {}) as answer:
            assert await answer.next_chunk()
            return time.perf_counter() - began
