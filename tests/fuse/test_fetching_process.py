"""Fetching through another process."""

import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing

from photofs.fetcher.child import serve
from photofs.fetcher.messages import Ask, Failed, Forget, Message, Told, read_messages, to_frame
from photofs.fetcher.parent import ChildFetching, open_child_fetching
from photofs.model.errors import Bug, Quota, Temporary, Unreachable
from photofs.model.span import Span
from photofs.providers.transport.retrying import Throttled
from photofs.volume.fetching import Arrival
from photofs.volume.volume import Volume
from tests.support.fake_source import Faults, requests_of, set_faults
from tests.support.log_guard import ExpectLog
from tests.support.stocked import Stock, ino_of, picture, pieces, read_all, stock, volume_over

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
    with trio.fail_after(60):
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
    set_faults(made.source, Faults(rate=MIB / 2))  # it is killed seconds before all is there
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
        with trio.fail_after(60), pytest.raises(Temporary, match="keeps ending"):
            await fetching.size(1)


async def test_a_process_that_talks_nonsense_ends_no_mount(expect_log: ExpectLog) -> None:
    """It is started anew; who waits for a photo gets an error, and may ask again."""
    expect_log("started anew: the fetching process and the mount disagree")
    expect_log("ended")
    nonsense = "import os, sys; os.write(int(sys.argv[1]), bytes([255] * 16)); sys.stdin.read()"
    async with open_child_fetching([sys.executable, "-c", nonsense]) as fetching:
        with trio.fail_after(60):
            for _ in range(2):
                with pytest.raises(Temporary, match="keeps ending"):
                    await fetching.size(1)


async def test_a_process_that_cannot_work_says_why_in_one_sentence(
    tmp_path: Path, expect_log: ExpectLog, capfd: pytest.CaptureFixture[str]
) -> None:
    """The product's own program, over a catalog that is none: no traceback, no secret, an error."""
    expect_log("ended")
    catalog = tmp_path / "oauth_token=canary-12345" / "state" / "catalog.db"
    catalog.parent.mkdir(parents=True)
    catalog.write_bytes(b"no catalog at all, but long enough to be taken for one" * 100)
    environ = {**os.environ, "PHOTOFS_HOME": str(catalog.parents[1])}
    async with open_child_fetching(environ=environ) as fetching:
        with trio.fail_after(60), pytest.raises(Temporary, match="keeps ending"):
            await fetching.size(1)
    told = capfd.readouterr().err
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d.* the fetching process cannot work", told)
    assert "canary" not in told
    assert "Traceback" not in told


async def test_the_process_ends_when_the_mount_is_gone(tmp_path: Path) -> None:
    """The other end of its socket is closed, by whatever death: it goes."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 1000)})
    async with child_volume(made) as (_, fetching):
        await fetching.size(1)
        pid = await pid_of(fetching)
    assert not is_running(pid)


async def test_regression_the_process_ends_though_a_question_is_open(tmp_path: Path) -> None:
    """kill -9 of a mount whose reader waits: the process goes too, and lets go of the draft."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 1000)})
    set_faults(made.source, Faults(hang=True))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = [sys.executable, "-m", "tests.support.fetch_server", str(made.root)]
        process = await trio.lowlevel.open_process(
            [*command, str(theirs.fileno())], pass_fds=[theirs.fileno()]
        )
        theirs.close()
        ours.sendall(to_frame(Ask(1, "ensure", 1, 0, 10)))
        drafts = made.root / "cache" / "drafts"
        try:
            with trio.fail_after(60):
                while not [*drafts.glob("*.part")]:
                    await trio.testing.wait_all_tasks_blocked(0.01)
                ours.close()
                assert await process.wait() == 0
        finally:
            process.kill()
            await process.wait()


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


def test_a_rooms_own_error_arrives_as_the_one_that_it_is_a_kind_of() -> None:
    """A class that the other process need not know is no mistake of ours there."""
    error = Failed.of(1, Throttled("slow down", retry_after=3.0)).error()
    assert type(error) is Temporary
    assert error.retry_after == 3.0


@pytest.mark.parametrize("noise", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x02hi"])
async def test_noise_is_no_message(noise: bytes) -> None:
    """What cannot be a message is our own mistake, and said so."""
    ours, theirs = trio.testing.memory_stream_one_way_pair()
    await ours.send_all(noise)
    with pytest.raises(Bug, match="disagree"):
        async for _ in read_messages(theirs):
            pass


async def test_a_question_taken_back_is_not_answered(tmp_path: Path) -> None:
    """Who has gone is not told; who asked after it, is."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, MIB)})
    ours, theirs = (
        trio.SocketStream(trio.socket.from_stdlib_socket(end)) for end in socket.socketpair()
    )
    asked: list[Message] = [Ask(1, "ensure", 1, 0, 10), Forget(1), Ask(2, "ensure", 1, 0, 10)]
    with made.open_catalog() as catalog, trio.fail_after(60):
        async with ours, theirs, trio.open_nursery() as nursery:
            nursery.start_soon(serve, theirs, pieces(made, catalog))
            await ours.send_all(b"".join(map(to_frame, asked)))
            async with aclosing(read_messages(ours)) as messages:
                told = await anext(messages)
            nursery.cancel_scope.cancel()
    assert isinstance(told, Told | Failed)
    assert told.number == 2
