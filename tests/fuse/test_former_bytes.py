"""A photo that shows other bytes under the same content key, while somebody has the former open."""

import hashlib
import os
from pathlib import Path

import pytest

from photofs.catalog.sqlite import Catalog
from photofs.model.node import row_id
from tests.support.mounting import mounted
from tests.support.stocked import picture, stock
from tests.support.waiting import wait_until
from tests.support.wished import EVERYTHING

pytestmark = pytest.mark.mount

FORMER = picture(1, 200_000)
BETTER = picture(2, len(FORMER))


def show_better(catalog: Catalog, number: int) -> None:
    """As when the original of a photo comes of which the service's copy was read."""
    with catalog.database.transaction():
        sha256 = hashlib.sha256(BETTER).hexdigest()
        facts = catalog.photo_facts(number)
        ctime_ns = facts.ctime_ns + 1
        better = facts._replace(sha256=sha256, size=len(BETTER), size_exact=1, ctime_ns=ctime_ns)
        catalog.set_photo_facts(number, better)
        catalog.bytes_changed(number)


def test_who_opens_it_then_reads_no_former_byte(tmp_path: Path) -> None:
    """Neither while the former ones are open, nor once the kernel was told to forget them."""
    made = stock(tmp_path / "stock", {"a.jpg": FORMER, "b.jpg": BETTER}, can=EVERYTHING)
    with mounted(made) as mount:
        path = mount.lake / "a.jpg"
        assert (mount.lake / "b.jpg").read_bytes() == BETTER
        for _time in range(2):  # the second one through the kernel's cache
            assert path.read_bytes() == FORMER
        with path.open("rb", buffering=0) as former:

            def reads_the_better() -> bool:
                """Though what the former file gives comes into the kernel's cache right before."""
                os.pread(former.fileno(), len(FORMER), 0)
                return path.read_bytes() == BETTER

            with made.open_catalog() as catalog:
                show_better(catalog, row_id(path.stat().st_ino))
            wait_until(reads_the_better)
            assert reads_the_better()
        wait_until(lambda: path.read_bytes() == BETTER)
        assert path.read_bytes() == BETTER
