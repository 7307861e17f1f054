"""Long writes are cut short, for others wait for them."""

import threading
import time
from pathlib import Path

import pytest

from photofs.catalog.sqlite import open_catalog
from photofs.filing.slices import LIMIT_S, Slices
from tests.support.filed import Filed, album, photo


def test_a_slice_ends_when_its_time_is_over(filed: Filed) -> None:
    """`breathe` commits once the limit has passed, not before, and begins anew."""
    slices = Slices(filed.catalog, lambda: filed.now_ns, lambda: None)
    other = open_catalog(filed.path, read_only=True)
    slices.begin()
    filed.catalog.database.run("UPDATE meta SET value = 1000000")
    slices.breathe()
    assert other.database.one("SELECT value FROM meta") != (1000000,)
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        pass
    slices.breathe()
    assert other.database.one("SELECT value FROM meta") == (1000000,)
    assert filed.catalog.database.connection.in_transaction
    slices.end()
    other.close()


def test_an_abandoned_slice_leaves_nothing(filed: Filed) -> None:
    """What was written since the last cut is undone."""
    slices = Slices(filed.catalog, lambda: filed.now_ns, lambda: None)
    before = filed.catalog.database.all("SELECT * FROM meta")
    slices.begin()
    filed.catalog.database.run("UPDATE meta SET value = 1000000")
    slices.abandon()
    assert filed.catalog.database.all("SELECT * FROM meta") == before


def test_folders_made_by_another_writer_are_met(filed: Filed) -> None:
    """Two scans of one catalog at the same time do not trust folders that the other removed."""
    other = Filed(filed.path)
    with filed.run() as one, other.run() as two:
        one.file([photo("a")])
        two.file([photo("a", taken=None)])
        one.file([photo("b")])
        two.file([photo("b", taken=None)])
        one.file([photo("c")])
    assert "Dates/2019/2019-07/c.jpg" in filed.files()
    other.catalog.close()


@pytest.mark.timeout(60)
def test_p24_another_writer_is_not_starved_by_a_scan(tmp_path: Path) -> None:
    """While thousands of photos are filed, small writes of another connection get their turn."""
    filed = Filed(tmp_path / "catalog.db")
    filed.scan(photo("known"))
    number = filed.photo_id("known")
    filed.catalog.close()
    begun, stop = threading.Event(), threading.Event()

    def scan() -> None:
        busy = Filed(tmp_path / "catalog.db")
        ids = [f"p{index}" for index in range(20_000)]
        with busy.filing.scan(busy.source_id) as run:
            for start in range(0, len(ids), 500):
                run.file([photo(each) for each in ids[start : start + 500]])
                run.file([album(str(start), "T", *ids[start : start + 500])])
                begun.set()
                if stop.is_set():
                    break
        busy.catalog.close()

    worker = threading.Thread(target=scan)
    worker.start()
    begun.wait()
    catalog = open_catalog(tmp_path / "catalog.db")
    for size in range(1, 11):
        catalog.size_learnt(number, "1", size)
    assert not stop.is_set()
    stop.set()
    worker.join()
    assert catalog.photo(number).size == 10
    catalog.close()
