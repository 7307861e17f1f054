"""Photos that are shown with another head: sizes, bytes, and what is told of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.model.errors import Refused
from photofs.model.splice import Splice
from photofs.volume.spliced_handle import SplicedHandle
from photofs.volume.volume import Volume
from tests.support.fake_source import requests_of
from tests.support.headed import BARE, ORIGINALS, headed, look, shown
from tests.support.stocked import Stock, engine_over, ino_of, read_all, volume_over

BARE_PATH, DATED_PATH = "Albums/Lake/bare.jpg", "Albums/Lake/dated.jpg"


@pytest.fixture
async def made(tmp_path: Path) -> Stock:
    """A stock at whose heads the agent has looked."""
    made = headed(tmp_path / "stock")
    await look(made)
    return made


@pytest.fixture
async def volume(made: Stock) -> AsyncIterator[Volume]:
    """A volume as a mount with --embed has it."""
    async with engine_over(made) as (engine, catalog):
        catalog.show_spliced()
        volume = volume_over(made, catalog, engine)
        yield volume
        volume.close()


async def test_sizes_and_bytes_agree_in_every_place(volume: Volume) -> None:
    """By inode, by name and in listings the size is that of the bytes that are read."""
    right = {name: shown(data) if data is BARE else data for name, data in ORIGINALS.items()}
    folder = ino_of(volume, "Albums/Lake")
    listed = {entry.name: entry.size for entry in volume.listing(folder, 0, 10)}
    assert listed == {name: len(data) for name, data in right.items()}
    for name, data in right.items():
        node = volume.lookup(folder, name)
        assert node.size == volume.attributes(node.ino).size == len(data)
        for _again in range(2):  # from its source, then from this disk
            assert await read_all(volume, f"Albums/Lake/{name}") == data


async def test_without_embed_all_is_as_it_is(made: Stock) -> None:
    """A mount that was not told to shows the very originals, whatever the agent has learnt."""
    async with engine_over(made) as (engine, catalog):
        volume = volume_over(made, catalog, engine)
        for name, data in ORIGINALS.items():
            node = volume.lookup(ino_of(volume, "Albums/Lake"), name)
            assert node.size == len(data)
            assert await read_all(volume, f"Albums/Lake/{name}") == data
        volume.close()


async def test_a_cold_range_asks_for_the_originals_own_range(made: Stock, volume: Volume) -> None:
    """Bytes in the middle are those of the shown file, and the head costs the source nothing."""
    asked_before = len(requests_of(made.source))
    opened = await volume.open(ino_of(volume, BARE_PATH))
    head = len(shown(BARE)) - len(BARE)
    assert await volume.read(opened.number, 0, 20 + head) == shown(BARE)[: 20 + head]
    assert len(requests_of(made.source)) == asked_before
    for offset, length in ((30_000, 1000), (len(BARE), 10_000), (5, 4000), (10**6, 10)):
        data = await volume.read(opened.number, offset, length)
        assert data == shown(BARE)[offset : offset + length]
    volume.release(opened.number)


async def test_what_is_told_is_told_of_what_is_shown(volume: Volume) -> None:
    """The original's hash is not given for other bytes, and the fidelity says so."""
    await read_all(volume, BARE_PATH)
    await read_all(volume, DATED_PATH)
    bare, dated = ino_of(volume, BARE_PATH), ino_of(volume, DATED_PATH)
    assert volume.get_attribute(bare, "user.photofs.sha256") == b""
    fidelity = volume.get_attribute(bare, "user.photofs.fidelity")
    assert fidelity == b"original: shown with date or place added to its EXIF"
    assert volume.get_attribute(dated, "user.photofs.fidelity") == b"original"


async def test_bytes_are_not_taken_for_whole_that_are_not_shown(volume: Volume) -> None:
    """What is shown otherwise than it is cannot be a file's beginning that is changed in place."""
    with pytest.raises(Refused, match="--embed"):
        volume.check_as_it_is(ino_of(volume, BARE_PATH))
    volume.check_as_it_is(ino_of(volume, DATED_PATH))


class _Bytes:
    """A handle over bytes."""

    whole = True

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read(self, offset: int, length: int) -> bytes:
        """A slice."""
        assert offset >= 0
        return self._data[offset : offset + length]

    def close(self) -> None:
        """Nothing to give back."""


@given(
    st.binary(max_size=30),
    st.binary(max_size=10),
    st.integers(0, 30),
    st.integers(0, 60),
    st.integers(0, 60),
)
async def test_any_range_is_right(
    data: bytes, head: bytes, skip: int, offset: int, length: int
) -> None:
    """Whatever the head is and whatever is left out, a range is that slice of the whole."""
    skip = min(skip, len(data))
    handle = SplicedHandle(_Bytes(data), Splice(head, skip))
    right = head + data[skip:]
    assert await handle.read(offset, length) == right[offset : offset + length]
