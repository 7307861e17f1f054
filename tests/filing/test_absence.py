"""What may be taken for deleted, and what never."""

import pytest

from photofs.model.errors import Bug, Refused
from photofs.model.observation import Inventory, PhotoGone
from tests.support.filed import HOUR_NS, Filed, photo


def ids(count: int) -> list[str]:
    """Remote ids p000, p001 ..."""
    return [f"p{number:03}" for number in range(count)]


def stocked(filed: Filed, count: int) -> None:
    """A first scan of so many photos."""
    filed.scan(*[photo(each) for each in ids(count)], inventory=ids(count))


def shown(filed: Filed) -> int:
    """How many photos stand in Unsorted."""
    return sum(path.startswith("Unsorted/") for path in filed.files())


def test_p11_one_complete_inventory_is_not_enough(filed: Filed) -> None:
    """Absent in one inventory: still shown. Absent in a second one: out of the tree."""
    stocked(filed, 30)
    filed.scan(inventory=ids(29))
    assert shown(filed) == 30
    filed.scan(inventory=ids(29))
    assert shown(filed) == 29


def test_p11_two_inventories_within_the_hour_count_as_one(filed: Filed) -> None:
    """A listing that is wrong now is likely to be wrong in a minute too."""
    stocked(filed, 30)
    filed.scan(inventory=ids(29))
    filed.now_ns -= 24 * HOUR_NS - 60 * 10**9
    filed.scan(inventory=ids(29))
    assert shown(filed) == 30
    filed.scan(inventory=ids(29))
    assert shown(filed) == 29


def test_p11_a_photo_listed_again_in_between_starts_anew(filed: Filed) -> None:
    """Absent, there, absent: that is one absence in a row."""
    stocked(filed, 30)
    filed.scan(inventory=ids(29))
    filed.scan(inventory=ids(30))
    filed.scan(inventory=ids(29))
    assert shown(filed) == 30


def test_p11_told_of_without_being_listed_is_there(filed: Filed) -> None:
    """What came while the listing was taken is not absent; the next absence is the first."""
    stocked(filed, 30)
    filed.scan(photo("p029"), inventory=ids(29), full=False)
    filed.scan(inventory=ids(29), full=False)
    assert shown(filed) == 30


def test_p11_a_scan_without_an_inventory_deletes_nothing(filed: Filed) -> None:
    """Exports and scans of changes tell of few photos; all others stay."""
    stocked(filed, 30)
    for _ in range(3):
        filed.scan(photo("p000"), full=True)
    assert shown(filed) == 30


def test_p11_who_does_not_list_everything_is_not_believed(filed: Filed) -> None:
    """An inventory from such a source is a mistake of ours, and nothing counts as absent."""
    stocked(filed, 30)
    with filed.filing.scan(filed.source_id, lists_everything=False) as run:
        with pytest.raises(Bug, match="does not list everything"):
            run.file([Inventory(remote_ids=frozenset())])
        run.finish(None, full=True)
    assert shown(filed) == 30


def test_p11_a_scan_that_does_not_end_deletes_nothing(filed: Filed) -> None:
    """Inventory and direct word count only once the scan was complete."""
    stocked(filed, 30)
    for _ in range(3):
        with pytest.raises(Bug), filed.run() as run:
            run.file([PhotoGone(remote_id="p000"), "nonsense"])
    assert shown(filed) == 30


def test_p11_a_listing_cut_short_changes_nothing(filed: Filed) -> None:
    """Half the pages and then no `finish`: nothing was absent."""
    stocked(filed, 30)
    for _ in range(3):
        with filed.run() as run:
            run.file([photo(each) for each in ids(15)])
    assert shown(filed) == 30


def test_p23_a_clock_that_jumps_ahead_takes_nothing_out_by_itself(filed: Filed) -> None:
    """A year passes by the clock alone: without a second inventory nothing is out of the tree."""
    stocked(filed, 30)
    filed.scan(inventory=ids(29))
    filed.now_ns += 365 * 24 * HOUR_NS
    filed.scan(full=False)
    filed.scan(photo("p029"), inventory=ids(30))
    assert shown(filed) == 30


def test_p23_a_clock_that_was_ahead_stops_no_removal_for_long(filed: Filed) -> None:
    """An absence that was noted a year ahead is the first one once the clock is right again."""
    stocked(filed, 30)
    filed.now_ns += 365 * 24 * HOUR_NS
    filed.scan(inventory=ids(29))
    filed.now_ns -= 365 * 24 * HOUR_NS
    filed.scan(inventory=ids(29))
    assert shown(filed) == 30
    filed.scan(inventory=ids(29))
    assert shown(filed) == 29


def test_the_services_own_word_counts_at_once(filed: Filed) -> None:
    """PhotoGone takes a photo out of the tree; an unknown id is ignored."""
    stocked(filed, 30)
    filed.scan(PhotoGone(remote_id="p000"), PhotoGone(remote_id="unknown"), full=False)
    assert shown(filed) == 29
    assert filed.catalog.counts(1).photos == 29


def test_the_last_word_of_a_scan_counts(filed: Filed) -> None:
    """Gone and then told of in the same scan: it is there."""
    stocked(filed, 30)
    filed.scan(PhotoGone(remote_id="p000"), photo("p000"), full=False)
    assert shown(filed) == 30


@pytest.mark.parametrize("listed_only", [True, False])
def test_a_photo_that_comes_back_is_the_same_inode(filed: Filed, *, listed_only: bool) -> None:
    """Deleted and undeleted at the service: the same name, the same inode, what was learnt kept."""
    stocked(filed, 30)
    number = filed.photo_id("p000")
    filed.catalog.size_learnt(number, "1", 777)
    before = filed.tree()
    filed.scan(PhotoGone(remote_id="p000"), full=False)
    assert filed.tree() != before
    if listed_only:
        filed.scan(inventory=ids(30))
    else:
        filed.scan(photo("p000"), full=False)
    assert filed.tree() == before
    assert filed.catalog.photo(number).size == 777


def test_p12_a_sharply_smaller_listing_stops_and_asks(filed: Filed) -> None:
    """More than a tenth, at least 20: nothing changes, the cursor stays, trouble says why."""
    stocked(filed, 150)
    with filed.run() as run:
        run.finish("before", full=True)
    for _ in range(3):
        with pytest.raises(Refused, match="20 of 150 photos"):
            filed.scan(inventory=ids(130))
    assert shown(filed) == 150
    (source,) = filed.catalog.sources()
    assert source.cursor == "before"
    assert "20 of 150 photos" in source.trouble


def test_p12_no_absence_is_counted_by_a_scan_that_was_stopped(filed: Filed) -> None:
    """After a stopped scan, one inventory without a photo is still the first."""
    stocked(filed, 150)
    with pytest.raises(Refused):
        filed.scan(inventory=ids(100))
    filed.scan(inventory=ids(149))
    assert shown(filed) == 150


def test_p12_direct_words_go_through_the_same_guard(filed: Filed) -> None:
    """A service that calls everything gone is not believed."""
    stocked(filed, 100)
    with pytest.raises(Refused):
        filed.scan(*[PhotoGone(remote_id=each) for each in ids(25)], full=False)
    assert shown(filed) == 100


def test_p12_an_empty_listing_is_never_believed(filed: Filed) -> None:
    """Also a small library does not vanish as a whole."""
    stocked(filed, 3)
    for _ in range(3):
        with pytest.raises(Refused):
            filed.scan(inventory=[])
    assert shown(filed) == 3


@pytest.mark.parametrize(("count", "left"), [(30, 11), (300, 270)])
def test_p12_few_photos_gone_are_no_alarm(filed: Filed, count: int, left: int) -> None:
    """Fewer than 20, or not more than a tenth, go by the usual rule."""
    stocked(filed, count)
    for _ in range(2):
        filed.scan(inventory=ids(left))
    assert shown(filed) == left


def test_p12_the_user_can_accept_it(filed: Filed) -> None:
    """Asked and answered: the removals go by the usual rule, and the trouble is over."""
    stocked(filed, 100)
    with pytest.raises(Refused):
        filed.scan(inventory=ids(50))
    for _ in range(2):
        filed.scan(inventory=ids(50), accept_removals=True)
    assert shown(filed) == 50
    assert filed.catalog.sources()[0].trouble == ""


def test_p18_a_lost_catalog_is_filed_anew_with_the_same_names(filed: Filed) -> None:
    """The same listing gives the same tree, clashes included."""
    seen = [photo(str(number), file_name=f"IMG_{number % 7}.jpg") for number in range(40)]
    filed.scan(*seen)
    other = Filed(filed.path.with_name("other.db"))
    other.scan(*seen)
    assert other.files() == filed.files()
    other.catalog.close()
