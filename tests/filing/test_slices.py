"""Long writes are cut short, for others wait for them."""

import fcntl
import threading
from typing import BinaryIO

from photofs.catalog.sqlite import open_catalog
from photofs.filing.slices import LIMIT_S, Slices
from tests.support.filed import Filed, photo


def test_a_slice_ends_when_its_time_is_over(filed: Filed) -> None:
    """`breathe` commits once the limit has passed, not before, and begins anew."""
    now = 100.0
    slices = Slices(filed.catalog, lambda: filed.now_ns, lambda: None, lambda: now)
    other = open_catalog(filed.path, read_only=True)
    slices.begin()
    filed.catalog.database.run("UPDATE meta SET value = 1000000")
    slices.breathe()
    assert other.database.one("SELECT value FROM meta") != (1000000,)
    now += LIMIT_S
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


def test_p24_a_waiting_writer_comes_before_the_next_slice(filed: Filed) -> None:
    """A scan commits and begins again at once; who waited meanwhile has written in between."""
    number_of = "SELECT value FROM meta WHERE key = 'next_entry'"

    def write() -> None:
        with open_catalog(filed.path) as other, other.database.transaction():
            other.database.run("UPDATE meta SET value = 77")

    filed.catalog.database.begin()
    waiting = threading.Thread(target=write)
    with filed.path.with_name("catalog.db.turn").open("rb") as turn:
        waiting.start()
        while not is_held(turn):
            pass
    filed.catalog.database.commit()
    filed.catalog.database.begin()
    assert filed.catalog.database.one(number_of) == (77,)
    filed.catalog.database.commit()
    waiting.join()


def is_held(lock: BinaryIO) -> bool:
    """Whether somebody has a lock on the file."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(lock, fcntl.LOCK_UN)
    return False
