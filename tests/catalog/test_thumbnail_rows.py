"""The ledger of thumbnails knows what is wanted, what is stale, and what is to go first."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photofs.catalog.sqlite import Catalog
from photofs.catalog.thumbnail_rows import ThumbnailRow, ThumbnailTotals, WantedThumbnail
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.judgement import Other
from photofs.model.node import row_id
from photofs.model.observation import PhotoSeen
from photofs.model.thumbnail import ThumbnailSize
from tests.support.filed import Filed, album, photo
from tests.support.wished import Wished

HERE, ELSEWHERE = b"/home/ada/photos", b"/mnt/photos"
NORMAL, LARGE = ThumbnailSize.NORMAL, ThumbnailSize.LARGE
PLACES = {"/L/Albums/Trip/a.jpg", "/L/Dates/2019/2019-07/a.jpg", "/L/Dates/2019/2019-07/b.jpg"}


def wanted(
    catalog: Catalog, point: bytes = HERE, sizes: Sequence[ThumbnailSize] = (NORMAL,)
) -> list[WantedThumbnail]:
    """Everything that is wanted, whoever opened it."""
    return catalog.wanted_thumbnails(point, sizes, everywhere=True, limit=1000)


def paths(found: Sequence[WantedThumbnail]) -> set[str]:
    """Their paths."""
    return {each.row.path for each in found}


def made(catalog: Catalog, point: bytes = HERE) -> list[ThumbnailRow]:
    """All that is wanted is made, 100 bytes each."""
    rows = [each.row._replace(taken=100) for each in wanted(catalog, point)]
    catalog.begin_thumbnails(rows)
    catalog.thumbnails_made(rows)
    return rows


def everything(catalog: Catalog) -> list[ThumbnailRow]:
    """All rows of both mounts."""
    return [*catalog.thumbnails_at(HERE, 1000), *catalog.thumbnails_at(ELSEWHERE, 1000)]


def two() -> list[PhotoSeen]:
    """The photos that the tests change, as they were seen first."""
    return [photo("a", size=10), photo("b")]


@pytest.fixture
def filed(stocked: Filed) -> Filed:
    """Two photos, one of them in an album."""
    stocked.scan(*two(), album("x", "Trip", "a"), full=False)
    return stocked


def test_each_place_and_size_is_wanted_once(filed: Filed) -> None:
    """Under the path by which a file manager asks for it; then nothing is wanted any more."""
    assert paths(wanted(filed.catalog)) >= PLACES
    both = wanted(filed.catalog, sizes=(NORMAL, LARGE))
    assert len(both) == 2 * len(wanted(filed.catalog))
    row = next(each for each in both if each.row.path == "/L/Albums/Trip/a.jpg").row
    noon = int(datetime(2019, 7, 21, 12, 30, 15, tzinfo=UTC).timestamp())
    assert (row.mtime, row.length, row.file) == (noon, 10, HERE + b"/L/Albums/Trip/a.jpg")
    made(filed.catalog)
    assert wanted(filed.catalog) == []
    assert filed.catalog.stale_thumbnails(1000) == []
    assert len(wanted(filed.catalog, sizes=(LARGE,))) == len(both) / 2


def test_a_length_that_will_change_is_not_told(filed: Filed) -> None:
    """An estimate, and all lengths while --embed shows other first bytes."""
    lengths = {each.row.path: each.row.length for each in wanted(filed.catalog)}
    assert lengths["/L/Dates/2019/2019-07/b.jpg"] is None
    filed.catalog.want_heads(wanted=True)
    assert {each.row.length for each in wanted(filed.catalog)} == {None}


@pytest.mark.parametrize(
    ("nanoseconds", "seconds"), [(1_999_999_999, 1), (0, 0), (-1, -1), (-2_000_000_000, -2)]
)
def test_times_are_whole_seconds_as_stat_tells_them(
    filed: Filed, nanoseconds: int, seconds: int
) -> None:
    """Before 1970, too."""
    with filed.catalog.database.transaction():
        filed.catalog.database.run("UPDATE photo SET mtime_ns = ?", (nanoseconds,))
    assert {each.row.mtime for each in wanted(filed.catalog)} == {seconds}


def test_opened_folders_come_first_and_alone(filed: Filed) -> None:
    """The latest first; what nobody opened only if everything is asked for."""
    trip, dates = (row_id(filed.ino(path)) for path in ("Albums/Trip/", "Dates/2019/2019-07/"))
    catalog = filed.catalog
    assert catalog.wanted_thumbnails(HERE, [NORMAL], everywhere=False, limit=9) == []
    catalog.note_opened(dates, 1)
    catalog.note_opened(trip, 2)
    found = catalog.wanted_thumbnails(HERE, [NORMAL], everywhere=False, limit=9)
    assert found[0].row.path == "/L/Albums/Trip/a.jpg"
    assert paths(found) == PLACES
    catalog.note_opened(dates, 3)
    everywhere = wanted(catalog)
    assert {each.row.path for each in everywhere[:2]} == {
        path for path in PLACES if path.startswith("/L/Dates")
    }
    assert len(everywhere) > len(found)
    assert len(catalog.wanted_thumbnails(HERE, [NORMAL], everywhere=True, limit=1)) == 1


def test_a_renamed_album_takes_its_thumbnails_along(filed: Filed) -> None:
    """The old names are stale; the new ones are wanted once these are forgotten, not before."""
    made(filed.catalog)
    filed.scan(album("x", "Voyage", "a"), full=False)
    (stale,) = filed.catalog.stale_thumbnails(1000)
    assert stale.path == "/L/Albums/Trip/a.jpg"
    assert wanted(filed.catalog) == []
    filed.catalog.forget_thumbnails([stale])
    assert paths(wanted(filed.catalog)) == {"/L/Albums/Voyage/a.jpg"}
    assert filed.catalog.stale_thumbnails(1000) == []


def test_a_date_that_changes_makes_them_anew(filed: Filed) -> None:
    """Where it stays, the same file is wanted again; where it moved, the old one is stale."""
    made(filed.catalog)
    later = TakenFact(by=TakenBy.SERVICE, local=datetime(2020, 1, 2, 3, 4, 5))  # noqa: DTZ001 - naive wall time
    filed.scan(dataclasses.replace(two()[0], taken=later), full=False)
    stale = {row.path for row in filed.catalog.stale_thumbnails(1000)}
    assert stale == {"/L/Albums/Trip/a.jpg", "/L/Dates/2019/2019-07/a.jpg"}
    again = {"/L/Albums/Trip/a.jpg", "/L/Dates/2020/2020-01/a.jpg"}
    assert paths(wanted(filed.catalog)) == again


def test_other_bytes_make_them_anew(filed: Filed) -> None:
    """Another version is another picture."""
    made(filed.catalog)
    filed.scan(dataclasses.replace(two()[0], content_key="2"), full=False)
    changed = {"/L/Albums/Trip/a.jpg", "/L/Dates/2019/2019-07/a.jpg"}
    assert paths(wanted(filed.catalog)) == changed
    assert {row.path for row in filed.catalog.stale_thumbnails(1000)} == changed


def test_a_size_that_is_learnt_makes_nothing_anew(filed: Filed) -> None:
    """What tells no size stays right; what told one is stale once another size is shown."""
    made(filed.catalog)
    filed.catalog.size_learnt(filed.photo_id("b"), "1", 55)
    assert wanted(filed.catalog) == []
    filed.catalog.want_heads(wanted=True)
    changed = {"/L/Albums/Trip/a.jpg", "/L/Dates/2019/2019-07/a.jpg"}
    assert paths(wanted(filed.catalog)) == changed
    assert {row.path for row in filed.catalog.stale_thumbnails(1000)} == changed


def test_a_removed_library_leaves_rows_that_tell_what_to_remove(filed: Filed) -> None:
    """All of them are stale, and known by path, though nothing else of the library is left."""
    rows = made(filed.catalog)
    filed.catalog.note_opened(row_id(filed.ino("Albums/Trip/")), 1)
    filed.catalog.remove_library(filed.catalog.library("L").library_id)
    assert set(filed.catalog.stale_thumbnails(1000)) == set(rows)
    assert wanted(filed.catalog) == []
    filed.catalog.forget_thumbnails(rows)
    assert everything(filed.catalog) == []
    assert filed.catalog.database.one("SELECT count(*) FROM opened") == (0,)


def test_what_a_kill_prevented_is_stale_and_wanted(filed: Filed) -> None:
    """It was begun, and nobody knows whether its file is there."""
    rows = [each.row for each in wanted(filed.catalog)]
    filed.catalog.begin_thumbnails(rows)
    assert set(filed.catalog.stale_thumbnails(1000)) == set(rows)
    assert [each.row for each in wanted(filed.catalog)] == rows


def test_what_cannot_be_had_is_not_asked_for_again(filed: Filed) -> None:
    """Until the photo has other bytes."""
    rows = [each.row for each in wanted(filed.catalog)]
    filed.catalog.thumbnails_made(rows)
    assert wanted(filed.catalog) == []
    assert filed.catalog.thumbnail_totals() == [ThumbnailTotals(HERE, 0, 0, len(rows))]
    assert filed.catalog.coldest_thumbnails([], 1000) == []
    filed.scan(dataclasses.replace(two()[1], content_key="2"), full=False)
    again = {"/L/Dates/2019/2019-07/b.jpg", "/L/Unsorted/b.jpg"}
    assert paths(wanted(filed.catalog)) == again


def test_each_mount_has_its_own(filed: Filed) -> None:
    """Another mount point is another URI, so all of it is wanted there."""
    rows = made(filed.catalog)
    assert paths(wanted(filed.catalog, ELSEWHERE)) == {row.path for row in rows}
    made(filed.catalog, ELSEWHERE)
    assert filed.catalog.thumbnail_totals() == [
        ThumbnailTotals(point, len(rows), 100 * len(rows), 0) for point in (HERE, ELSEWHERE)
    ]


def test_what_is_least_missed_goes_first(filed: Filed) -> None:
    """Of mounts that are none now; then of unopened folders; then of those opened long ago."""
    made(filed.catalog)
    made(filed.catalog, ELSEWHERE)
    trip, dates = (row_id(filed.ino(path)) for path in ("Albums/Trip/", "Dates/2019/2019-07/"))
    filed.catalog.note_opened(trip, 1)
    filed.catalog.note_opened(dates, 2)
    coldest = filed.catalog.coldest_thumbnails([HERE], 1000)
    half = len(coldest) // 2
    assert {row.point for row in coldest[:half]} == {ELSEWHERE}
    assert {row.point for row in coldest[half:]} == {HERE}
    folders = [row.folder for row in coldest[half:]]
    assert folders[-3:] == [trip, dates, dates]
    assert not {trip, dates} & set(folders[:-3])
    assert [row.point for row in filed.catalog.coldest_thumbnails([ELSEWHERE], 1)] == [HERE]


def test_what_was_let_go_is_not_wanted_at_once(filed: Filed) -> None:
    """Its folder counts as opened again when somebody opens it."""
    made(filed.catalog)
    trip = row_id(filed.ino("Albums/Trip/"))
    filed.catalog.note_opened(trip, 1)
    rows = [row for row in everything(filed.catalog) if row.folder == trip]
    filed.catalog.let_thumbnails_go(rows)
    assert rows
    assert filed.catalog.wanted_thumbnails(HERE, [NORMAL], everywhere=False, limit=9) == []
    filed.catalog.note_opened(trip, 2)
    found = filed.catalog.wanted_thumbnails(HERE, [NORMAL], everywhere=False, limit=9)
    assert paths(found) == {"/L/Albums/Trip/a.jpg"}


def test_a_folder_is_opened_with_all_below_it_if_that_is_asked(filed: Filed) -> None:
    """Or alone, as a file manager opens it."""
    albums = row_id(filed.ino("Albums/"))
    filed.catalog.note_opened(albums, 1)
    assert filed.catalog.wanted_thumbnails(HERE, [NORMAL], everywhere=False, limit=9) == []
    filed.catalog.note_opened(albums, 1, below=True)
    found = filed.catalog.wanted_thumbnails(HERE, [NORMAL], everywhere=False, limit=9)
    assert paths(found) == {"/L/Albums/Trip/a.jpg"}


def test_what_nobody_has_is_not_wanted(filed: Filed) -> None:
    """An export names photos that it does not hold."""
    filed.scan(dataclasses.replace(two()[1], missing=True), full=False)
    found = paths(wanted(filed.catalog))
    assert found
    assert not [path for path in found if path.endswith("/b.jpg")]


def test_regression_a_file_that_is_no_photo_is_to_have_no_thumbnail(tmp_path: Path) -> None:
    """Nobody waits for one; a picture of which that is not known yet is wanted."""
    wished = Wished(tmp_path / "catalog.db")
    catalog = wished.catalog
    wished.filed.scan()
    for name in ("notes.txt", "new.jpg"):
        wished.write(f"Unsorted/{name}")
    before = {"/L/Unsorted/notes.txt", "/L/Unsorted/new.jpg"}
    assert paths(wanted(catalog)) == before
    folder = row_id(wished.filed.ino("Unsorted/"))
    catalog.note_opened(folder, 1)
    wished.judge(Other("", 10), "Unsorted/notes.txt")
    assert paths(wanted(catalog)) == {"/L/Unsorted/new.jpg"}
    assert paths(catalog.wanted_in(HERE, (NORMAL,), folder, 0, 9)) == {"/L/Unsorted/new.jpg"}
    assert [each.photos for each in catalog.awaited_folders(HERE, "normal", 9)] == [1]
    wished.unlink("Unsorted/new.jpg")
    assert catalog.folders_lacking(HERE, (NORMAL,), everywhere=True) == []
    assert catalog.awaited_folders(HERE, "normal", 9) == []
    catalog.close()
