"""The volume's verbs, without FUSE and in one process."""

import os
from pathlib import Path

import pytest
import trio
import trio.testing

from photofs.model.errors import Corrupt, NotFound, Refused
from photofs.model.node import ROOT_INO
from tests.support.fake_source import Faults, Request, requests_of, set_faults
from tests.support.log_guard import ExpectLog
from tests.support.stocked import (
    Stock,
    engine_over,
    file_photos,
    ino_of,
    open_volume,
    picture,
    read_all,
    seen_photo,
    stock,
)

MIB = 1 << 20


async def bring(made: Stock) -> str:
    """Have photo 1 sealed, by an engine of its own; its hash."""
    async with engine_over(made) as (engine, _):
        return str((await engine.whole(1)).sha256)


async def wait_for_requests(source: Path, count: int) -> None:
    """A stream is logged when it is closed, a moment after its last byte was read."""
    with trio.fail_after(20):
        while len(requests_of(source)) < count:
            await trio.testing.wait_all_tasks_blocked(0.01)


async def test_a_cold_picture_is_read_by_one_request(tmp_path: Path) -> None:
    """Reading from front to back is one streaming GET, and the bytes are right."""
    data = picture(1, 5 * MIB + 17)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    async with open_volume(made) as volume:
        assert await read_all(volume, "Albums/Lake/a.jpg") == data
        await wait_for_requests(made.source, 1)
    assert requests_of(made.source) == [Request("a.jpg", None, None, len(data))]


async def test_a_whole_picture_asks_nothing_of_its_source(tmp_path: Path) -> None:
    """Once sealed it is read from the disk, through a handle that the kernel may cache."""
    data = picture(1, MIB)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    await bring(made)
    set_faults(made.source, Faults(down=True))
    async with open_volume(made) as volume:
        ino = ino_of(volume, "Albums/Lake/a.jpg")
        for _ in range(2):
            opened = await volume.open(ino)
            assert opened.whole
            assert await volume.read(opened.number, 1000, 5000) == data[1000:6000]
            assert await volume.read(opened.number, len(data) - 5, 100) == data[-5:]
            assert await volume.read(opened.number, len(data) + 5, 100) == b""
            assert volume.is_open(ino)
            volume.release(opened.number)
            assert not volume.is_open(ino)


async def test_a_cold_read_returns_once_its_own_range_is_here(tmp_path: Path) -> None:
    """The first bytes of a slow original do not wait for the last."""
    data = picture(1, 4 * MIB)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    set_faults(made.source, Faults(rate=MIB))
    async with open_volume(made) as volume:
        opened = await volume.open(ino_of(volume, "Albums/Lake/a.jpg"))
        assert not opened.whole
        assert await volume.read(opened.number, 0, 4096) == data[:4096]
        assert requests_of(made.source) == []


@pytest.mark.parametrize("name", ["a.jpg", "a.mp4"])
async def test_open_makes_an_unknown_size_exact(tmp_path: Path, name: str) -> None:
    """Before open, stat shows an estimate; after it, the truth."""
    data = picture(1, 3 * MIB + 1)
    made = stock(tmp_path / "stock", {name: data}, sizes_told=False)
    async with open_volume(made) as volume:
        ino = ino_of(volume, f"Albums/Lake/{name}")
        assert not volume.attributes(ino).exact
        opened = await volume.open(ino)
        node = volume.attributes(ino)
        assert (node.exact, node.size) == (True, len(data))
        volume.release(opened.number)


async def test_a_size_that_nobody_tells_is_learnt_by_reading_all(tmp_path: Path) -> None:
    """A host may name no length at all."""
    data = picture(1, 2 * MIB + 3)
    made = stock(tmp_path / "stock", {"a.mp4": data}, sizes_told=False)
    set_faults(made.source, Faults(no_total=True, no_ranges=True))
    async with open_volume(made) as volume:
        assert await read_all(volume, "Albums/Lake/a.mp4") == data


async def test_the_end_of_a_long_video_costs_little(tmp_path: Path) -> None:
    """Opening a video of 2 GB at its end brings less than 4 MB."""
    size = 2_000_000_000
    made = stock(tmp_path / "stock", {"long.mp4": b""}, sizes_told=False)
    os.truncate(made.source / "originals" / "long.mp4", size)
    async with open_volume(made) as volume:
        opened = await volume.open(ino_of(volume, "Albums/Lake/long.mp4"))
        assert await volume.read(opened.number, size - 4096, 4096) == bytes(4096)
        await volume.read(opened.number, 0, 65536)
        await volume.read(opened.number, size - MIB // 2, 4096)
    assert sum(request.sent for request in requests_of(made.source)) < 4_000_000


async def test_a_video_read_to_its_end_is_three_requests(tmp_path: Path) -> None:
    """Head, one chunk, and the rest in one stream that the reader keeps open."""
    data = picture(1, 24 * MIB)
    made = stock(tmp_path / "stock", {"a.mp4": data})
    async with open_volume(made) as volume:
        assert await read_all(volume, "Albums/Lake/a.mp4") == data
    assert len(requests_of(made.source)) <= 3


async def test_a_video_is_not_fetched_far_ahead_of_its_reader(tmp_path: Path) -> None:
    """A stream that ran ahead waits; what nobody watches is not fetched."""
    made = stock(tmp_path / "stock", {"a.mp4": picture(1, 40 * MIB)})
    async with open_volume(made) as volume:
        opened = await volume.open(ino_of(volume, "Albums/Lake/a.mp4"))
        for offset in range(0, 3 * MIB, MIB):
            await volume.read(opened.number, offset, MIB)
        await trio.testing.wait_all_tasks_blocked(0.1)
    assert sum(request.sent for request in requests_of(made.source)) < 30 * MIB


async def test_many_readers_of_one_photo_are_one_request(tmp_path: Path) -> None:
    """Single flight: 50 readers wait for the same stream."""
    data = picture(1, 2 * MIB)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    async with open_volume(made) as volume, trio.open_nursery() as nursery:

        async def read() -> None:
            assert await read_all(volume, "Albums/Lake/a.jpg", MIB) == data

        for _ in range(50):
            nursery.start_soon(read)
    assert len(requests_of(made.source)) == 1


async def test_a_reader_that_goes_away_does_not_end_the_fetch(tmp_path: Path) -> None:
    """The request is nobody's in particular."""
    data = picture(1, MIB)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    set_faults(made.source, Faults(rate=4 * MIB))
    async with open_volume(made) as volume:
        opened = await volume.open(ino_of(volume, "Albums/Lake/a.jpg"))
        with trio.move_on_after(0.05):
            await volume.read(opened.number, MIB - 10, 10)
        assert await volume.read(opened.number, MIB - 10, 10) == data[-10:]
        await wait_for_requests(made.source, 1)
    assert len(requests_of(made.source)) == 1


@pytest.mark.parametrize("same_length", [True, False])
async def test_p15_two_versions_are_never_mixed(
    tmp_path: Path, expect_log: ExpectLog, *, same_length: bool
) -> None:
    """Who has read the old version gets an error, not the rest of the new one."""
    expect_log("its original was replaced at the source")
    old, new = picture(1, 8 * MIB), picture(2, (7 + same_length) * MIB)
    made = stock(tmp_path / "stock", {"a.mp4": old})
    async with open_volume(made) as volume:
        ino = ino_of(volume, "Albums/Lake/a.mp4")
        opened = await volume.open(ino)
        assert await volume.read(opened.number, 0, 4096) == old[:4096]
        (made.source / "originals" / "a.mp4").write_bytes(new)
        for _ in range(2):
            with pytest.raises(Corrupt, match=r"replaced|changed at the source"):
                await volume.read(opened.number, 5 * MIB, 4096)
        volume.release(opened.number)
        assert await read_all(volume, "Albums/Lake/a.mp4") == new
        assert volume.attributes(ino).size == len(new)


async def test_a_newly_scanned_version_is_another_original(tmp_path: Path) -> None:
    """Another content key: the next open reads the new bytes."""
    old, new = picture(1, 100_000), picture(2, 120_000)
    made = stock(tmp_path / "stock", {"a.jpg": old})
    await bring(made)
    async with open_volume(made) as volume:
        assert await read_all(volume, "Albums/Lake/a.jpg") == old
        (made.source / "originals" / "a.jpg").write_bytes(new)
        with made.open_catalog() as catalog:
            file_photos(catalog, 1, [seen_photo("a.jpg", len(new), key="2")])
            for change in catalog.changes_since(0, 1000):
                volume.changed(change)
        assert await read_all(volume, "Albums/Lake/a.jpg") == new


async def test_an_original_removed_by_hand_is_fetched_again(tmp_path: Path) -> None:
    """The cache may be emptied at any time."""
    data = picture(1, 200_000)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    sha256 = await bring(made)
    async with open_volume(made) as volume:
        assert await read_all(volume, "Albums/Lake/a.jpg") == data
        assert made.store().free(sha256)
        assert await read_all(volume, "Albums/Lake/a.jpg") == data
        await wait_for_requests(made.source, 2)
    assert len(requests_of(made.source)) == 2


async def test_p15_a_sealed_original_that_was_cut_short_is_fetched_again(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """A short file never looks whole."""
    expect_log("not as long as it was")
    expect_log("damaged; it is fetched anew")
    data = picture(1, 200_000)
    made = stock(tmp_path / "stock", {"a.jpg": data})
    path = made.store().sealed_path(await bring(made))
    assert path is not None
    path.chmod(0o600)
    os.truncate(path, 1000)
    async with open_volume(made) as volume:
        assert await read_all(volume, "Albums/Lake/a.jpg") == data


async def test_names_lead_to_nodes(tmp_path: Path) -> None:
    """A photo is one inode under all its names; its links count them."""
    made = stock(tmp_path / "stock", {"a.jpg": b"\xff\xd8"})
    async with open_volume(made) as volume:
        (home,) = volume.listing(ROOT_INO, 0, 10)
        assert volume.lookup(ROOT_INO, "home").ino == home.ino
        node = volume.attributes(ino_of(volume, "Albums/Lake/a.jpg"))
        assert node.ino == ino_of(volume, "Dates/2019/2019-07/a.jpg")
        assert node.links == 2
        assert volume.parent(home.ino) == ROOT_INO
        with pytest.raises(NotFound):
            volume.lookup(home.ino, "nothing")
        with pytest.raises(Refused):
            await volume.open(home.ino)


async def test_a_photo_tells_of_itself(tmp_path: Path) -> None:
    """Extended attributes: ids, state, capture time, tags; listing them asks no source."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 1000)}, sizes_told=False)
    set_faults(made.source, Faults(hang=True))
    async with open_volume(made) as volume:
        ino = ino_of(volume, "Albums/Lake/a.jpg")
        told = {name: volume.get_attribute(ino, name) for name in volume.list_attributes(ino)}
        assert told["user.photofs.id"] == b"a.jpg"
        assert told["user.photofs.state"] == b"remote"
        assert told["user.photofs.size"] == b"estimate"
        assert told["user.photofs.albums"] == b"Lake"
        assert told["user.photofs.taken"].startswith(b"2019-07-21T12:30:15")
        assert told["user.xdg.tags"] == b"lake,summer"
        assert told["user.photofs.sha256"] == b""
        with pytest.raises(NotFound):
            volume.get_attribute(ino, "user.other")
        set_faults(made.source, Faults())
        await bring(made)
        assert volume.get_attribute(ino, "user.photofs.state") == b"cached"
        assert list(told) == volume.list_attributes(ino), "reading a photo adds no name"
        assert len(volume.get_attribute(ino, "user.photofs.sha256")) == 64
        assert volume.list_attributes(volume.lookup(ROOT_INO, "home").ino) == []


async def test_statfs_is_plausible(tmp_path: Path) -> None:
    """What the photos take, and what this disk has free."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 1000), "b.jpg": picture(2, 500)})
    async with open_volume(made) as volume:
        capacity = volume.capacity()
        assert (capacity.photos, capacity.used) == (2, 1500)
        assert capacity.free > 0
