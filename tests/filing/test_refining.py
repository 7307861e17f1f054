"""Better capture times from the bytes: found for whoever asks, applied only when told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photofs.filing.refining import better_fact
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.photo import Position
from tests.support.filed import HOUR_NS, Filed, photo

NOON = datetime(2019, 7, 1, 0, 30, 0)  # noqa: DTZ001 - naive wall time
TOKYO = timedelta(hours=9)
SERVICE = TakenFact(by=TakenBy.SERVICE, local=NOON)
INSTANT = TakenFact(by=TakenBy.SERVICE, instant=datetime(2019, 6, 30, 15, 30, tzinfo=UTC))
READ = TakenFact(by=TakenBy.EXIF, local=NOON, offset=TOKYO)


@pytest.mark.parametrize(
    ("told", "read", "better"),
    [
        pytest.param(None, READ, READ, id="nothing was known"),
        pytest.param(SERVICE, None, None, id="the bytes say nothing"),
        pytest.param(
            SERVICE,
            READ,
            TakenFact(by=TakenBy.SERVICE, local=NOON, offset=TOKYO),
            id="the camera's offset",
        ),
        pytest.param(
            TakenFact(by=TakenBy.SERVICE, local=datetime(2018, 1, 1)),  # noqa: DTZ001 - naive
            READ,
            None,
            id="the owner mended the date at the service",
        ),
        pytest.param(
            SERVICE, TakenFact(by=TakenBy.EXIF, local=NOON), None, id="no offset in the bytes"
        ),
        pytest.param(READ, READ, None, id="the offset was known"),
    ],
)
def test_the_bytes_add_only_what_the_service_does_not_tell(
    told: TakenFact | None, read: TakenFact | None, better: TakenFact | None
) -> None:
    """Each case of the rule."""
    assert better_fact(told, read) == better


def test_a_refinement_moves_time_and_folder_only_when_applied(filed: Filed) -> None:
    """Found first, with old and new; then the file stands under the local date of its camera."""
    seen = photo("a", taken=INSTANT)
    filed.scan(seen)
    photo_id = filed.photo_id("a")
    with filed.filing.refining(filed.source_id) as refining:
        found = refining.find(photo_id, seen, READ, None)
        assert found is not None
        assert found.new_local == "2019-07-01T00:30:00"
        assert "Dates/2019/2019-06/a.jpg" in filed.files()
        before = filed.catalog.photo(photo_id)
        refining.apply(photo_id, seen, READ, None)
    after = filed.catalog.photo(photo_id)
    assert "Dates/2019/2019-07/a.jpg" in filed.files()
    assert after.mtime_ns == before.mtime_ns, "the instant was known; only the local date moves"
    assert after.ctime_ns > before.ctime_ns
    with filed.filing.refining(filed.source_id) as refining:
        assert refining.find(photo_id, seen, READ, None) is None


def test_a_scan_afterwards_does_not_move_it_back(filed: Filed) -> None:
    """What was refined stays until the service itself tells another date."""
    seen = photo("a", taken=SERVICE)
    filed.scan(seen)
    photo_id = filed.photo_id("a")
    with filed.filing.refining(filed.source_id) as refining:
        refining.apply(photo_id, seen, READ, None)
    moved = filed.catalog.photo(photo_id).mtime_ns
    filed.scan(photo("a", taken=SERVICE, description="new words"))
    assert filed.catalog.photo(photo_id).mtime_ns == moved


def test_a_position_in_the_bytes_tells_nothing_where_the_source_has_one(filed: Filed) -> None:
    """The owner's own position at the service counts before the camera's."""
    seen = photo("a", taken=SERVICE, position=Position(1.0, 1.0))
    filed.scan(seen)
    photo_id = filed.photo_id("a")
    with filed.filing.refining(filed.source_id) as refining:
        assert refining.find(photo_id, seen, None, Position(2.0, 2.0)) is None


def test_a_zone_set_otherwise_moves_times_only_when_applied(tmp_path: Path) -> None:
    """Times that a set zone gave are listed for refining; others, and scans, move nothing."""
    seen, own = photo("a", taken=SERVICE), photo("b", taken=READ)
    filed = Filed(tmp_path / "catalog.db")
    filed.scan(seen, own)
    filed.catalog.close()
    filed = Filed(tmp_path / "catalog.db", zone="Asia/Tokyo")
    photo_id = filed.photo_id("a")
    before = filed.catalog.photo(photo_id).mtime_ns
    filed.scan(seen, own)
    assert filed.catalog.photo(photo_id).mtime_ns == before
    library_id = filed.catalog.library("L").library_id
    assert filed.catalog.filed_by(library_id).zone == "UTC"
    with filed.filing.refining(filed.source_id) as refining:
        assert refining.find(filed.photo_id("b"), own, None, None) is None
        found = refining.find(photo_id, seen, None, None)
        assert found is not None
        assert found.new_ns == before - 9 * HOUR_NS
        refining.apply(photo_id, seen, None, None)
        assert refining.find(photo_id, seen, None, None) is None
    assert filed.catalog.photo(photo_id).mtime_ns == before - 9 * HOUR_NS
    filed.catalog.close()
