"""Bytes that are not in the store are read from a mirror before any source is asked."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from photofs.catalog.mirrored import Readable
from photofs.catalog.sqlite import Catalog
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.mirror import CopyState, Stamp
from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import DraftKey
from photofs.volume.engine import open_engine
from photofs.volume.mirror_copies import MirrorCopies
from tests.support.fake_source import Faults, requests_of, set_faults
from tests.support.log_guard import ExpectLog
from tests.support.mirrored import add_mirror, mirror_row, run_once
from tests.support.stocked import TAKEN, Stock, file_photos, picture, pieces, seen_photo, stock

DATA = picture(7, 3_000_000)


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """One photo."""
    return stock(tmp_path / "home", {"a.jpg": DATA})


async def mirrored(made: Stock, root: Path) -> Path:
    """The photo in a mirror, and nowhere else here; its file."""
    await run_once(made, add_mirror(made, root))
    assert list(made.store().sealed()) == []
    return root / "2019" / "2019-07" / "a.jpg"


async def read_whole(made: Stock) -> bytes:
    """The photo's bytes as fetching brings them."""
    with made.open_catalog() as catalog:
        using = pieces(made, catalog)._replace(copies=MirrorCopies(catalog))
        async with open_engine(using) as engine:
            arrival = await engine.whole(1)
    return stored(made.store(), str(arrival.sha256))


def stored(store: LocalDisk, sha256: str) -> bytes:
    """A sealed original."""
    path = store.sealed_path(sha256)
    assert path is not None
    return path.read_bytes()


def state_of(catalog: Catalog) -> CopyState:
    """What is known of the only file."""
    (copy,) = catalog.copies(1, 0, 9)
    return copy.state


def edit(path: Path, data: bytes, *, quietly: bool) -> None:
    """Other bytes of the same length in place, `quietly` with the times put back."""
    before = path.stat()
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.write(data)
    if quietly:
        os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))


async def test_a_mirror_is_read_instead_of_the_service(made: Stock, tmp_path: Path) -> None:
    """A service that is down is not even asked."""
    await mirrored(made, tmp_path / "nas")
    asked = len(requests_of(made.source))
    set_faults(made.source, Faults(down=True))
    assert await read_whole(made) == DATA
    assert len(requests_of(made.source)) == asked


async def test_a_file_that_was_touched_is_suspect(
    made: Stock, tmp_path: Path, expect_log: ExpectLog
) -> None:
    """Its bytes come from the service, and the file has to be re-read."""
    expect_log(r"its disk tells otherwise")
    path = await mirrored(made, tmp_path / "nas")
    edit(path, b"\0" * 10, quietly=False)
    assert await read_whole(made) == DATA
    with made.open_catalog() as catalog:
        assert state_of(catalog) is CopyState.SUSPECT


async def test_damage_that_the_disk_does_not_tell_of_is_not_served_whole(
    made: Stock, tmp_path: Path, expect_log: ExpectLog
) -> None:
    """The hash is compared before the last byte is told; then the service is asked."""
    expect_log(r"could not be read as it was written")
    path = await mirrored(made, tmp_path / "nas")
    edit(path, b"\0" * 10, quietly=True)
    with made.open_catalog() as catalog, catalog.database.transaction():
        (copy,) = catalog.copies(1, 0, 9)
        now = path.stat()
        told = Stamp(now.st_size, now.st_mtime_ns, now.st_ino, now.st_ctime_ns)
        catalog.set_stamp(copy.copy_id, told)
    assert await read_whole(made) == DATA
    with made.open_catalog() as catalog:
        assert state_of(catalog) is CopyState.SUSPECT


async def test_a_file_that_is_gone_is_absent(
    made: Stock, tmp_path: Path, expect_log: ExpectLog
) -> None:
    """Noted so, and written again by the next run."""
    expect_log(r"its disk tells otherwise")
    path = await mirrored(made, tmp_path / "nas")
    path.unlink()
    assert await read_whole(made) == DATA
    with made.open_catalog() as catalog:
        assert state_of(catalog) is CopyState.ABSENT
        row = mirror_row(catalog)
    await run_once(made, row)
    assert path.read_bytes() == DATA


async def test_a_mirror_that_is_away_says_nothing_of_its_files(made: Stock, tmp_path: Path) -> None:
    """An empty mount point: the service gives the bytes, and no file is called absent."""
    await mirrored(made, tmp_path / "nas")
    (tmp_path / "nas").rename(tmp_path / "unplugged")
    (tmp_path / "nas").mkdir()
    assert await read_whole(made) == DATA
    with made.open_catalog() as catalog:
        assert state_of(catalog) is CopyState.GOOD


async def test_a_part_from_the_service_is_not_joined_with_a_mirrors(
    made: Stock, tmp_path: Path
) -> None:
    """A draft that a service began is begun anew from the mirror."""
    await mirrored(made, tmp_path / "nas")
    with made.open_catalog() as catalog:
        key = catalog.shown_key(1)
    store = made.store()
    draft = store.open_draft(DraftKey(1, key), len(DATA))
    draft.set_validator('"etag"')
    draft.write(0, b"\0" * 1000)
    draft.close()
    set_faults(made.source, Faults(down=True))
    assert await read_whole(made) == DATA


def answering(
    monkeypatch: pytest.MonkeyPatch, path: Path, answer: Callable[[], bytes]
) -> list[int]:
    """Have reads of that file answered so; the lengths that were asked for."""
    asked: list[int] = []
    wanted, read = path.stat().st_ino, os.pread

    def pread(fd: int, count: int, offset: int) -> bytes:
        if os.fstat(fd).st_ino != wanted:
            return read(fd, count, offset)
        asked.append(count)
        return answer()

    monkeypatch.setattr(os, "pread", pread)
    return asked


async def test_a_disk_that_fails_makes_no_file_suspect(
    made: Stock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service gives the bytes, and the file counts as what it was."""

    def fail() -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    asked = answering(monkeypatch, await mirrored(made, tmp_path / "nas"), fail)
    assert await read_whole(made) == DATA
    assert asked
    with made.open_catalog() as catalog:
        assert state_of(catalog) is CopyState.GOOD


async def test_a_file_that_ends_early_is_suspect(
    made: Stock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    """Its disk has told the whole length, and gave no more bytes."""
    expect_log(r"could not be read as it was written")
    asked = answering(monkeypatch, await mirrored(made, tmp_path / "nas"), bytes)
    assert await read_whole(made) == DATA
    assert asked
    with made.open_catalog() as catalog:
        assert state_of(catalog) is CopyState.SUSPECT


class LookedUp(NamedTuple):
    """A catalog in which files were looked up a while ago."""

    copies: list[Readable]
    catalog: Catalog

    def readable_copies(self, sha256: str) -> list[Readable]:
        """What it was then."""
        del sha256
        return self.copies

    def suspect_copy(
        self, copy_id: int, path: str, stamp: Stamp, state: CopyState, why: str
    ) -> None:
        """As of now."""
        self.catalog.suspect_copy(copy_id, path, stamp, state, why)


@pytest.mark.parametrize("change", ["moved", "retimed"])
async def test_a_file_that_the_agent_moves_meanwhile_stays_good(
    made: Stock, tmp_path: Path, expect_log: ExpectLog, change: str
) -> None:
    """Who looked it up before does not find it, and blames nobody."""
    expect_log(r"its disk tells otherwise")
    await mirrored(made, tmp_path / "nas")
    seen = seen_photo("a.jpg", len(DATA))
    later = TakenFact(by=TakenBy.SERVICE, local=TAKEN.replace(tzinfo=None, second=59))
    told = {"moved": replace(seen, file_name="b.jpg"), "retimed": replace(seen, taken=later)}
    with made.open_catalog() as catalog:
        (copy,) = catalog.copies(1, 0, 9)
        before = LookedUp(catalog.readable_copies(copy.sha256), catalog)
        (source,) = catalog.sources()
        file_photos(catalog, source.source_id, [told[change]])
        row = mirror_row(catalog)
    await run_once(made, row)
    with made.open_catalog() as catalog:
        assert await MirrorCopies(before._replace(catalog=catalog)).find(copy.sha256) is None
        assert state_of(catalog) is CopyState.GOOD
        assert catalog.copies(1, 0, 9)[0].stamp != copy.stamp


async def test_a_file_that_is_about_to_move_is_not_blamed(
    made: Stock, tmp_path: Path, expect_log: ExpectLog
) -> None:
    """Its move is noted before it is made; what is seen in between says nothing."""
    expect_log(r"its disk tells otherwise")
    path = await mirrored(made, tmp_path / "nas")
    with made.open_catalog() as catalog:
        (copy,) = catalog.copies(1, 0, 9)
        before = LookedUp(catalog.readable_copies(copy.sha256), catalog)
        with catalog.database.transaction():
            catalog.begin_move(copy.copy_id, "2019/2019-07/b.jpg")
        path.rename(path.with_name("b.jpg"))
        assert await MirrorCopies(before).find(copy.sha256) is None
        assert state_of(catalog) is CopyState.GOOD
