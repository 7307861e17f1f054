"""Libraries and sources: adding, finding, removing, and whose account they are."""

import pytest

from photofs.catalog.check import check
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import NotFound, Refused
from photofs.model.observation import Finding, FindingKind
from tests.support.filed import Filed, photo


def test_a_library_has_a_folder_and_a_source(catalog: Catalog) -> None:
    """What was added is listed with its configuration."""
    catalog.add_library("Trips", "takeout", {"path": "/x"}, account="me")
    row = catalog.library("Trips")
    assert catalog.libraries() == [row]
    (source,) = catalog.sources(row.library_id)
    assert (source.provider, source.config, source.account) == ("takeout", {"path": "/x"}, "me")
    assert (source.cursor, source.scan_ns, source.trouble) == (None, None, "")
    assert list(check(catalog)) == []


@pytest.mark.parametrize("name", ["L", "l", "ʟ/x", "", ".", " a"])
def test_a_name_that_is_taken_or_impossible_is_refused(catalog: Catalog, name: str) -> None:
    """Also with another case; nothing is added."""
    catalog.add_library("L")
    with pytest.raises(Refused):
        catalog.add_library(name)
    assert len(catalog.libraries()) == 1


def test_unknown_libraries_and_sources_are_not_found(catalog: Catalog) -> None:
    """A sentence with the way to see what there is."""
    for ask in (
        lambda: catalog.library("x"),
        lambda: catalog.library_by_id(7),
        lambda: catalog.source(7),
        lambda: catalog.photo(7),
        lambda: catalog.remove_library(7),
        lambda: catalog.fix_account(7, "me"),
        lambda: catalog.operation(7),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_library_may_have_several_sources(catalog: Catalog) -> None:
    """Their special folders are the library's together."""
    row = catalog.add_library("L", "takeout", {}, folders=["Archive"])
    second = catalog.add_source(row.library_id, "flickr", {"user": "u"}, folders=["Videos"])
    assert len(catalog.sources(row.library_id)) == 2
    assert catalog.folders_of_library(row.library_id) == {"Archive", "Videos"}
    catalog.set_folders(second.source_id, ["Favorites"])
    catalog.set_config(second.source_id, {"user": "v"})
    assert catalog.folders_of_library(row.library_id) == {"Archive", "Favorites"}
    assert catalog.source(second.source_id).config == {"user": "v"}
    with pytest.raises(Refused, match="others"):
        catalog.remove_source(second.source_id)


def test_p12_an_account_once_fixed_is_no_other(catalog: Catalog) -> None:
    """A login that turns out to be somebody else's is refused, with both names."""
    catalog.add_library("L", "flickr", {})
    catalog.fix_account(1, "me")
    catalog.fix_account(1, "me")
    with pytest.raises(Refused, match="account me, not you"):
        catalog.fix_account(1, "you")
    assert catalog.sources()[0].account == "me"


def test_removing_a_library_leaves_the_others(stocked: Filed) -> None:
    """All its rows go, no one else's; tombstones stay; numbers are not used again."""
    catalog = stocked.catalog
    other = catalog.add_library("Other", "service", {})
    stocked.source_id, first = catalog.sources(other.library_id)[0].source_id, stocked.source_id
    stocked.scan(photo("o"))
    with catalog.database.transaction():
        catalog.bury(first, "b", None, 1)
    last = catalog.database.one("SELECT max(id) FROM photo")
    catalog.remove_source(first)
    assert [library.name for library in catalog.libraries()] == ["Other"]
    assert catalog.database.all("SELECT library FROM photo") == [(other.library_id,)]
    assert catalog.database.all("SELECT remote_id FROM tombstone") == [("b",)]
    assert catalog.database.one("SELECT count(*) FROM folder WHERE library = 1") == (0,)
    assert stocked.problems() == []
    catalog.remove_library(other.library_id)
    stocked.source_id = catalog.add_source(
        catalog.add_library("L").library_id, "service", {}
    ).source_id
    stocked.scan(photo("n"))
    assert last is not None
    assert stocked.photo_id("n") > last[0]


def test_counts_tell_what_there_is(stocked: Filed) -> None:
    """Photos, albums, trash, sizes known."""
    counts = stocked.catalog.counts(1)
    assert (counts.photos, counts.albums, counts.trashed, counts.missing) == (3, 1, 1, 0)
    assert (counts.sized, counts.sealed) == (1, 0)
    assert counts.size_total == stocked.catalog.totals()[1]


def test_photos_under_a_folder_are_each_told_once(stocked: Filed) -> None:
    """Although they stand in several folders of the library."""
    found = list(stocked.catalog.photos_under(stocked.catalog.library("L").folder_id))
    assert sorted(found) == sorted(stocked.photo_id(name) for name in "abc")
    assert list(stocked.catalog.photos_under(999_999)) == []


def test_unsized_photos_are_told_in_pages(stocked: Filed) -> None:
    """The census asks on after the last number; learnt ones are left out."""
    b, c = stocked.photo_id("b"), stocked.photo_id("c")
    assert stocked.catalog.unsized(stocked.source_id, 0, 1) == [b]
    assert stocked.catalog.unsized(stocked.source_id, b, 10) == [c]
    stocked.catalog.size_learnt(b, "1", 7)
    assert stocked.catalog.unsized(stocked.source_id, 0, 10) == [c]


def test_findings_are_those_of_the_last_complete_scan(stocked: Filed) -> None:
    """A full scan's report replaces the one before; a scan that was cut short shows none."""
    lost = [
        Finding(kind=FindingKind.NO_SIDECAR, path=f"{name}.jpg", why="no .json") for name in "ba"
    ]
    stocked.scan(*lost)
    told = [(str(each.kind.value), each.path, each.why) for each in lost[::-1]]
    assert list(stocked.catalog.findings(1)) == told
    with stocked.run() as run:
        run.file([Finding(kind=FindingKind.GUESS, path="x", why="y")])
    assert list(stocked.catalog.findings(1)) == told
    stocked.scan(full=False)
    assert list(stocked.catalog.findings(1)) == told
    stocked.scan()
    assert list(stocked.catalog.findings(1)) == []
    assert stocked.catalog.database.all("SELECT * FROM finding") == []


def test_a_source_remembers_its_scans(stocked: Filed) -> None:
    """Cursor and times of the last complete scan, full or not; trouble ends with it."""
    stocked.catalog.source_trouble(stocked.source_id, "the line was down")
    assert stocked.catalog.sources()[0].trouble == "the line was down"
    with stocked.run() as run:
        run.finish("c2", full=False)
    (source,) = stocked.catalog.sources()
    assert (source.cursor, source.scan_ns, source.trouble) == ("c2", stocked.now_ns, "")
    assert source.full_scan_ns is not None
    assert source.full_scan_ns < stocked.now_ns
