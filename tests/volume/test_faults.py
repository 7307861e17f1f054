"""Reading while the source, the line or the disk misbehaves."""

import gc
import weakref
from pathlib import Path

import pytest
import trio
import trio.testing

from photofs.model.errors import (
    Corrupt,
    Full,
    Gone,
    PhotofsError,
    Temporary,
    TimedOut,
    Unauthorised,
    Unreachable,
)
from photofs.model.span import Span
from photofs.originals.port import DraftKey
from photofs.volume.engine import Engine
from photofs.volume.outages import REST
from photofs.volume.volume import Volume
from photofs.volume.waiting import Deadlines
from tests.support.fake_source import Faults, requests_of, set_faults
from tests.support.log_guard import ExpectLog
from tests.support.stocked import (
    Stock,
    engine_over,
    ino_of,
    open_volume,
    picture,
    read_all,
    stock,
)

MIB = 1 << 20
QUICK = Deadlines(open=0.3, read=0.3)


def is_sealed(made: Stock, photo_id: int = 1) -> bool:
    """Whether the photo is whole on this disk."""
    with made.open_catalog() as catalog:
        sha256 = catalog.photo(photo_id).sha256
    return sha256 is not None and made.store().has_sealed(sha256) is not None


async def read_at_last(volume: Volume, path: str) -> bytes:
    """The file's bytes, once its last failure is no longer remembered.

    A fetch may go on after its readers were told, and fail later than they did.
    """
    with trio.fail_after(60):
        while True:
            try:
                return await read_all(volume, path)
            except PhotofsError:
                await trio.sleep(0.1)


@pytest.mark.parametrize("name", ["a.jpg", "a.mp4"])
async def test_p15_a_line_that_keeps_dropping_ends_with_right_bytes(
    tmp_path: Path, name: str
) -> None:
    """Where ranges are honoured no byte that had arrived is sent again."""
    data = picture(1, 4 * MIB)
    made = stock(tmp_path / "stock", {name: data})
    set_faults(made.source, Faults(drop_after=300_000))
    async with open_volume(made) as volume:
        assert await read_all(volume, f"Albums/Lake/{name}") == data
    assert sum(request.sent for request in requests_of(made.source)) == len(data)


async def test_p15_a_host_without_ranges_begins_anew_and_still_gets_there(tmp_path: Path) -> None:
    """The draft keeps what it has; what comes again is passed over."""
    data = picture(1, 2 * MIB)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    set_faults(made.source, Faults(no_ranges=True, drop_after=MIB, drops=2))
    async with open_volume(made) as volume:
        assert await read_all(volume, "Albums/Lake/a.jpg") == data
    assert [request.sent for request in requests_of(made.source)][:2] == [MIB, MIB]


@pytest.mark.parametrize(
    "faults",
    [
        Faults(html=True),
        Faults(short=1000),
        Faults(lie_total=500_000),
        Faults(lie_total=2_000_000, no_total=False),
    ],
    ids=["web page", "short body", "smaller length", "greater length"],
)
async def test_p15_what_is_no_photo_is_never_sealed(
    tmp_path: Path, faults: Faults, autojump_clock: trio.testing.MockClock, expect_log: ExpectLog
) -> None:
    """A web page, a short body, a lying length: an error, and nothing of it in the store.

    What the log says of it names the photo as the user knows it.
    """
    del autojump_clock
    expect_log.maybe(r"photo 1 \(home/Dates/2019/2019-07/a.jpg\): ")
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, MIB)})
    set_faults(made.source, faults)
    async with open_volume(made) as volume:
        with pytest.raises(PhotofsError):
            await read_all(volume, "Albums/Lake/a.jpg")
    assert not is_sealed(made)


async def test_p15_a_short_body_with_a_fitting_length_does_not_look_whole(
    tmp_path: Path, autojump_clock: trio.testing.MockClock, expect_log: ExpectLog
) -> None:
    """Where only the host tells the length, one answer is not believed without a second look."""
    expect_log("another length or version each time")
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, MIB)}, sizes_told=False)
    set_faults(made.source, Faults(cut=500_000))
    async with open_volume(made) as volume:
        with pytest.raises(Corrupt):
            await read_all(volume, "Albums/Lake/a.jpg")
        with pytest.raises(Corrupt):
            await volume._fetching.whole(1)
    assert not is_sealed(made)
    del autojump_clock


async def test_p15_a_wrong_hash_is_never_read_to_the_end(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """Where a hash is named, the last byte is told only after the hash was found right."""
    expect_log("do not have the sha256")
    data = picture(1, MIB)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    set_faults(made.source, Faults(wrong_hash=True))
    async with open_volume(made) as volume:
        with pytest.raises(Corrupt):
            await read_all(volume, "Albums/Lake/a.jpg")
        assert not is_sealed(made)
        set_faults(made.source, Faults(tell_hash=True))
        assert await read_at_last(volume, "Albums/Lake/a.jpg") == data


async def test_p16_a_fetch_goes_on_where_another_process_left_it(tmp_path: Path) -> None:
    """What had arrived before a restart is not sent again, and the whole is right."""
    data = picture(1, 3 * MIB)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    set_faults(made.source, Faults(rate=2 * MIB))
    async with open_volume(made) as volume:
        opened = await volume.open(ino_of(volume, "Albums/Lake/a.jpg"))
        await volume.read(opened.number, MIB - 10, 10)
    set_faults(made.source, Faults())
    async with open_volume(made) as volume:
        assert await read_all(volume, "Albums/Lake/a.jpg") == data
    first, second = requests_of(made.source)
    assert MIB <= first.sent < len(data)
    assert first.sent + second.sent == len(data)


@pytest.mark.parametrize("same_length", [True, False])
async def test_p16_another_version_begins_at_zero(
    tmp_path: Path, expect_log: ExpectLog, *, same_length: bool
) -> None:
    """Bytes that were left by an older version are thrown away, not gone on from."""
    expect_log("was replaced at the source")
    old, new = picture(1, 2 * MIB), picture(2, 2 * MIB if same_length else MIB)
    made = stock(tmp_path / "stock", {"a.jpg": old}, sizes_told=False)
    set_faults(made.source, Faults(rate=4 * MIB))
    async with open_volume(made) as volume:
        opened = await volume.open(ino_of(volume, "Albums/Lake/a.jpg"))
        await volume.read(opened.number, 500_000, 10)
    set_faults(made.source, Faults())
    changed = new if not same_length else b"\xff\xd8\xff\xe0" + new[4:]
    (made.source / "originals" / "a.jpg").write_bytes(changed)
    async with open_volume(made) as volume:
        await volume._fetching.whole(1)
        assert await read_all(volume, "Albums/Lake/a.jpg") == changed


async def test_p19_a_hung_source_hangs_no_listing_and_reads_time_out(tmp_path: Path) -> None:
    """Names and attributes come from the catalog; every wait has its deadline."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, MIB)})
    set_faults(made.source, Faults(hang=True))
    async with open_volume(made, deadlines=QUICK) as volume:
        opened = await volume.open(ino_of(volume, "Albums/Lake/a.jpg"))
        with trio.fail_after(30), pytest.raises(TimedOut):
            await volume.read(opened.number, 0, 10)
        assert volume.listing(1, 0, 10)
        set_faults(made.source, Faults())


async def test_p19_an_unknown_size_that_does_not_come_ends_open(tmp_path: Path) -> None:
    """Open waits for the size, and not for ever."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, MIB)}, sizes_told=False)
    set_faults(made.source, Faults(hang=True))
    async with open_volume(made, deadlines=QUICK) as volume:
        with pytest.raises(TimedOut):
            await volume.open(ino_of(volume, "Albums/Lake/a.jpg"))


async def test_p19_forty_stuck_readers_stall_nobody_else(tmp_path: Path) -> None:
    """A whole photo is read at once while others wait for a dead line."""
    originals = {f"{number}.jpg": picture(number, 1000) for number in range(40)}
    data = picture(99, 300_000)
    made = stock(tmp_path / "stock", {"warm.jpg": data, **originals})
    async with engine_over(made) as (engine, _):
        await engine.whole(1)
    set_faults(made.source, Faults(hang=True))
    deadlines = Deadlines(open=100, read=100)
    async with open_volume(made, deadlines=deadlines) as volume, trio.open_nursery() as nursery:
        for name in originals:
            nursery.start_soon(read_all, volume, f"Albums/Lake/{name}")
        await trio.testing.wait_all_tasks_blocked()
        with trio.fail_after(20):
            assert await read_all(volume, "Albums/Lake/warm.jpg") == data
        nursery.cancel_scope.cancel()


async def test_p22_a_refused_login_leaves_what_is_here_readable(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """Listing and cached photos go on; `status` says why; a new login is used at once."""
    expect_log("Unauthorised")
    warm, cold = picture(1, 1000), picture(2, 2000)
    made = stock(tmp_path / "stock", {"warm.jpg": warm, "cold.jpg": cold})
    async with engine_over(made) as (engine, _):
        await engine.whole(1)
    set_faults(made.source, Faults(error="Unauthorised"))
    async with open_volume(made) as volume:
        with pytest.raises(Unauthorised):
            await read_all(volume, "Albums/Lake/cold.jpg")
        assert await read_all(volume, "Albums/Lake/warm.jpg") == warm
        with made.open_catalog() as catalog:
            assert "Unauthorised" in catalog.sources()[0].trouble
        set_faults(made.source, Faults())
        assert await read_at_last(volume, "Albums/Lake/cold.jpg") == cold
        await volume._fetching.whole(2)
        with made.open_catalog() as catalog:
            assert catalog.sources()[0].trouble == ""


async def test_p26_stopping_ends_every_wait_at_once(tmp_path: Path) -> None:
    """A mount that is told to stop does not wait for the network."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, MIB)})
    set_faults(made.source, Faults(hang=True))
    async with open_volume(made) as volume, trio.open_nursery() as nursery:
        opened = await volume.open(ino_of(volume, "Albums/Lake/a.jpg"))

        async def read() -> None:
            with pytest.raises(Temporary, match="being closed"):
                await volume.read(opened.number, 0, 10)

        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        with trio.fail_after(20):
            volume.stop()
            await read()


async def test_no_line_is_an_error_in_time_and_works_again_with_the_line(
    tmp_path: Path, autojump_clock: trio.testing.MockClock, expect_log: ExpectLog
) -> None:
    """An uncached photo cannot be read; once the line is back it can."""
    expect_log("cannot be reached")
    data = picture(1, 1000)
    made = stock(tmp_path / "stock", {"a.mp4": data})
    set_faults(made.source, Faults(down=True))
    async with open_volume(made) as volume:
        began = trio.current_time()
        with pytest.raises(Unreachable):
            await read_all(volume, "Albums/Lake/a.mp4")
        assert trio.current_time() - began < 15
        set_faults(made.source, Faults())
        await trio.sleep(REST)
        assert await read_all(volume, "Albums/Lake/a.mp4", 100) == data
    del autojump_clock


async def test_a_thousand_readers_of_a_failing_photo_ask_once(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """The failure of a moment ago is told again instead of being sought again."""
    expect_log("Gone")
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 1000)})
    set_faults(made.source, Faults(error="Gone"))
    async with engine_over(made) as (engine, catalog):
        for _ in range(1000):
            with pytest.raises(Gone):
                await engine.ensure(1, Span(0, 10))
        assert "Gone" in catalog.photo(1).trouble
    assert len(expect_log.lines) <= 3


async def test_a_failure_is_held_on_to_only_for_a_moment(
    tmp_path: Path,
    autojump_clock: trio.testing.MockClock,
    expect_log: ExpectLog,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An error keeps all that was going on when it was raised: many of them would fill memory."""
    del autojump_clock
    expect_log("Gone")
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 1000), "b.jpg": picture(2, 1000)})
    set_faults(made.source, Faults(error="Gone"))
    async with engine_over(made) as (engine, _):
        first = weakref.ref(await failure_of(engine, 1))
        await trio.sleep(60)
        assert first() is not None
        await failure_of(engine, 2)
        for record in [*caplog.records, *expect_log.records]:  # they have the errors as arguments
            record.msg, record.args = record.getMessage(), None
        gc.collect()
        assert first() is None


async def failure_of(engine: Engine, photo_id: int) -> BaseException:
    """The error itself that fetching a photo ends with; each who waits gets a copy of it."""
    with pytest.raises(Gone) as raised:
        await engine.ensure(photo_id, Span(0, 10))
    cause = raised.value.__cause__
    assert cause is not None
    return cause


async def test_a_failure_reaches_everybody_who_waits(tmp_path: Path, expect_log: ExpectLog) -> None:
    """No waiter is left behind."""
    expect_log("Gone")
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 1000)})
    set_faults(made.source, Faults(error="Gone"))
    failed = []
    async with engine_over(made) as (engine, _):

        async def ask() -> None:
            with pytest.raises(Gone):
                await engine.ensure(1, Span(0, 10))
            failed.append(1)

        async with trio.open_nursery() as nursery:
            for _ in range(20):
                nursery.start_soon(ask)
    assert len(failed) == 20


async def test_no_room_is_said_and_nothing_else_harmed(tmp_path: Path) -> None:
    """A photo larger than the cache's limit is refused with the remedy."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, MIB)})
    async with open_volume(made, limit=100_000) as volume:
        with pytest.raises(Full, match="limit"):
            await read_all(volume, "Albums/Lake/a.jpg")


async def test_bytes_that_another_process_fetches_are_waited_for(tmp_path: Path) -> None:
    """A draft that is locked elsewhere is watched; when its writer goes, we go on from there."""
    data = picture(1, 600_000)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    other = made.store().open_draft(DraftKey(1, "1"), len(data))
    async with open_volume(made) as volume, trio.open_nursery() as nursery:
        opened = await volume.open(ino_of(volume, "Albums/Lake/a.jpg"))

        async def write() -> None:
            await trio.testing.wait_all_tasks_blocked(0.02)
            other.write(0, data[:200_000])

        nursery.start_soon(write)
        assert await volume.read(opened.number, 1000, 1000) == data[1000:2000]
        assert requests_of(made.source) == []
        other.close()
        assert await volume.read(opened.number, 500_000, 1000) == data[500_000:501_000]
    assert requests_of(made.source)[0].start == 200_000


async def test_bytes_that_another_process_seals_go_on_being_read(tmp_path: Path) -> None:
    """Between another's sealing and its note in the catalog no reader is told of a replacement."""
    data = picture(1, 600_000)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    other = made.store().open_draft(DraftKey(1, "1"), len(data))
    other.write(0, data[:200_000])
    got: list[bytes] = []
    async with open_volume(made) as volume, trio.open_nursery() as nursery:
        opened = await volume.open(ino_of(volume, "Albums/Lake/a.jpg"))
        assert await volume.read(opened.number, 1000, 1000) == data[1000:2000]

        async def read() -> None:
            got.append(await volume.read(opened.number, 500_000, 1000))

        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked(0.01)
        other.write(200_000, data[200_000:])
        sealed = other.seal(None)
        while (new := made.store().read_draft(DraftKey(1, "1"))) is None:
            await trio.testing.wait_all_tasks_blocked(0.01)
        new.close()
        with made.open_catalog() as catalog:
            catalog.sealed(1, "1", sealed.sha256, sealed.size)
    assert got == [data[500_000:501_000]]
    assert requests_of(made.source) == []


async def test_p15_a_short_body_without_a_length_does_not_look_whole(
    tmp_path: Path, autojump_clock: trio.testing.MockClock, expect_log: ExpectLog
) -> None:
    """A host that tells no length and honours no ranges is asked for all of it a second time."""
    del autojump_clock
    expect_log.maybe("photo 1")
    data = picture(1, MIB)
    made = stock(tmp_path / "stock", {"a.jpg": data}, sizes_told=False)
    set_faults(made.source, Faults(cut=500_000, cuts=1, no_total=True, no_ranges=True))
    async with open_volume(made) as volume:
        arrival = await volume._fetching.whole(1)
        assert arrival.size == MIB
        assert await read_all(volume, "Albums/Lake/a.jpg") == data


async def test_pictures_that_were_looked_into_are_completed(tmp_path: Path) -> None:
    """Whoever read only the head finds the whole picture here the next time."""
    originals = {f"{number}.jpg": picture(number, 400_000) for number in range(12)}
    made = stock(tmp_path / "stock", originals)
    async with open_volume(made) as volume:
        for name in originals:
            opened = await volume.open(ino_of(volume, f"Albums/Lake/{name}"))
            await volume.read(opened.number, 0, 1000)
            volume.release(opened.number)
        with trio.fail_after(30):
            while not all(is_sealed(made, number + 1) for number in range(12)):
                await trio.testing.wait_all_tasks_blocked(0.02)
