"""Fetching through another process."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing

from photofs.fetcher.messages import Ask, Failed, Message, Told, read_messages, to_frame
from photofs.fetcher.parent import ChildFetching, open_child_fetching
from photofs.model.errors import Bug, Quota, Temporary, Unreachable
from photofs.model.span import Span
from photofs.volume.fetching import Arrival
from photofs.volume.volume import Volume
from tests.support.fake_source import Faults, requests_of, set_faults
from tests.support.log_guard import ExpectLog
from tests.support.stocked import Stock, ino_of, picture, read_all, stock, volume_over

MIB = 1 << 20


@asynccontextmanager
async def child_volume(made: Stock) -> AsyncIterator[tuple[Volume, ChildFetching]]:
    """A volume whose bytes another process fetches."""
    command = [sys.executable, "-m", "tests.support.fetch_server", str(made.root)]
    with made.open_catalog() as catalog:
        async with open_child_fetching(command) as fetching:
            volume = volume_over(made, catalog, fetching)
            try:
                yield volume, fetching
            finally:
                volume.close()


async def pid_of(fetching: ChildFetching) -> int:
    """The process, once there is one."""
    with trio.fail_after(30):
        while fetching.pid is None:
            await trio.testing.wait_all_tasks_blocked(0.01)
    return fetching.pid


def is_running(pid: int) -> bool:
    """Whether the process is there, be it as a zombie."""
    return Path(f"/proc/{pid}").exists()


async def test_another_process_fetches_and_this_one_reads(tmp_path: Path) -> None:
    """Right bytes, by one request, and no process is left."""
    data = picture(1, 3 * MIB)
    made = stock(tmp_path / "stock", {"a.jpg": data}, sizes_told=False)
    async with child_volume(made) as (volume, fetching):
        assert await read_all(volume, "Albums/Lake/a.jpg") == data
        arrival = await fetching.whole(1)
        assert arrival.sha256 is not None
        pid = await pid_of(fetching)
    assert not is_running(pid)
    assert len(requests_of(made.source)) == 1


async def test_what_was_asked_of_a_killed_process_is_asked_of_the_next(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """kill -9 of the fetcher: readers wait a little longer, and no byte is fetched twice."""
    expect_log("ended with status -9")
    data = picture(1, 3 * MIB)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    set_faults(made.source, Faults(rate=2 * MIB))
    async with child_volume(made) as (volume, fetching):
        opened = await volume.open(ino_of(volume, "Albums/Lake/a.jpg"))
        await volume.read(opened.number, MIB, 10)
        first = await pid_of(fetching)
        set_faults(made.source, Faults())
        os.kill(first, signal.SIGKILL)
        assert await volume.read(opened.number, len(data) - 10, 10) == data[-10:]
        assert await volume.read(opened.number, 0, len(data)) == data
        assert await pid_of(fetching) != first
    (second,) = requests_of(made.source)
    assert second.start is not None
    assert second.start >= MIB


async def test_an_error_arrives_as_what_it_is(tmp_path: Path) -> None:
    """Class and sentences travel."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 1000)})
    set_faults(made.source, Faults(error="Quota"))
    async with child_volume(made) as (_, fetching):
        with pytest.raises(Quota, match="the source says Quota"):
            await fetching.ensure(1, Span(0, 10))


async def test_a_process_that_cannot_start_fails_what_is_asked(expect_log: ExpectLog) -> None:
    """Readers get an error instead of waiting for their deadlines."""
    expect_log("ended")
    async with open_child_fetching(["false"]) as fetching:
        with trio.fail_after(30), pytest.raises(Temporary, match="keeps ending"):
            await fetching.size(1)


async def test_the_process_ends_when_the_mount_is_gone(tmp_path: Path) -> None:
    """The other end of its socket is closed, by whatever death: it goes."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 1000)})
    async with child_volume(made) as (_, fetching):
        await fetching.size(1)
        pid = await pid_of(fetching)
    assert not is_running(pid)


async def test_messages_travel_in_any_pieces() -> None:
    """Frames are put together again however the socket cuts them."""
    arrival = Arrival("key", 10, Span(2, 8), None)
    error = Unreachable("no line", safe="all", remedy="wait", retry_after=3.0)
    sent: list[Message] = [Ask(1, "ensure", 7, 2, 8, 44), Told.of(1, arrival), Failed.of(2, error)]
    data = b"".join(to_frame(message) for message in sent)
    ours, theirs = trio.testing.memory_stream_one_way_pair()

    async def send() -> None:
        for at in range(0, len(data), 3):
            await ours.send_all(data[at : at + 3])
        await ours.aclose()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(send)
        received = [message async for message in read_messages(theirs)]
    assert received == sent
    told, failed = received[1], received[2]
    assert isinstance(told, Told)
    assert isinstance(failed, Failed)
    assert told.arrival() == arrival
    again = failed.error()
    assert isinstance(again, Unreachable)
    assert (str(again), again.retry_after) == (str(error), 3.0)


@pytest.mark.parametrize("noise", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x02hi"])
async def test_noise_is_no_message(noise: bytes) -> None:
    """What cannot be a message is our own mistake, and said so."""
    ours, theirs = trio.testing.memory_stream_one_way_pair()
    await ours.send_all(noise)
    with pytest.raises(Bug, match="disagree"):
        async for _ in read_messages(theirs):
            pass
