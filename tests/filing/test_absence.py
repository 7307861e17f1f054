"""What may be taken for deleted, and what never."""

import pytest

from photofs.model.errors import Bug, Refused
from photofs.model.observation import Inventory, PhotoGone
from tests.support.filed import HOUR_NS, Filed, album, photo


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
    filed.wait(60 * 10**9 - 24 * HOUR_NS)
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


def test_p23_a_jump_of_the_clock_makes_no_hour(filed: Filed) -> None:
    """Set ahead by a year between two scans a minute apart: still one absence."""
    stocked(filed, 30)
    filed.scan(inventory=ids(29))
    filed.wait(60 * 10**9 - 24 * HOUR_NS)
    filed.now_ns += 365 * 24 * HOUR_NS
    filed.scan(inventory=ids(29))
    assert shown(filed) == 30


def test_p23_a_clock_that_was_ahead_stops_no_removal(filed: Filed) -> None:
    """A day by the clock that nobody sets is a day, though the other one went back by a year."""
    stocked(filed, 30)
    filed.now_ns += 365 * 24 * HOUR_NS
    filed.scan(inventory=ids(29))
    filed.now_ns -= 365 * 24 * HOUR_NS
    filed.scan(inventory=ids(29))
    assert shown(filed) == 29


def restart(filed: Filed, *, up_s: int, clock_s: int) -> None:
    """The machine starts anew; at the next scan it is up for so long, its clock moved so far."""
    filed.boot, filed.boot_ns = "second", (up_s - 24 * 3600) * 10**9
    filed.now_ns += (clock_s - 24 * 3600) * 10**9


@pytest.mark.parametrize(
    ("up_s", "clock_s", "left"),
    [
        (60, 7200, 29),  # off for two hours
        (60, 120, 30),  # started anew at once
        (4000, 10, 29),  # the clock stood still meanwhile; but the machine is up for an hour
        (4000, -(10**8), 29),  # the clock fell back by years; likewise
        (60, -(10**8), 30),  # and up for a minute
    ],
)
def test_p23_across_a_restart_an_hour_is_what_is_sure(
    filed: Filed, up_s: int, clock_s: int, left: int
) -> None:
    """By the wall clock if it can be right, else by how long the machine is up."""
    stocked(filed, 30)
    filed.scan(inventory=ids(29))
    restart(filed, up_s=up_s, clock_s=clock_s)
    filed.scan(inventory=ids(29))
    assert shown(filed) == left


def test_p23_where_only_the_wall_clock_tells_an_absence_in_the_future_is_noted_anew(
    filed: Filed,
) -> None:
    """As of catalogs of before, or where the system does not tell its start."""
    filed.boot = ""
    stocked(filed, 30)
    filed.now_ns += 365 * 24 * HOUR_NS
    filed.scan(inventory=ids(29))
    filed.now_ns -= 365 * 24 * HOUR_NS
    filed.scan(inventory=ids(29))
    assert shown(filed) == 30
    filed.scan(inventory=ids(29))
    assert shown(filed) == 29


def test_p11_the_hour_runs_from_the_first_ones_end_to_the_second_ones_begin(filed: Filed) -> None:
    """A scan that lasts for an hour does not make two inventories apart by its length."""
    stocked(filed, 30)
    filed.scan(inventory=ids(29))
    filed.wait(60 * 10**9 - 24 * HOUR_NS)
    with filed.run() as run:
        filed.wait(2 * HOUR_NS)
        run.file([Inventory(remote_ids=frozenset(ids(29)))])
        run.finish(None, full=True)
    assert shown(filed) == 30


def suspects(filed: Filed, *, gone: bool) -> list[str]:
    """Who is suspected after a scan in which nothing changed; all of them answered alike."""
    with filed.run() as run:
        run.finish(None, full=False)
        asked = run.suspects()
        for each in asked:
            run.answered(each, gone=gone)
        run.conclude()
    return asked


def test_p11_where_the_count_is_wrong_absence_is_a_suspicion(filed: Filed) -> None:
    """Twice apart, and then the source's own word for that id: only all three take a photo out."""
    stocked(filed, 30)
    filed.scan(inventory=ids(29), counted=False)
    assert suspects(filed, gone=True) == []
    filed.scan(inventory=ids(29), counted=False)
    assert shown(filed) == 30
    assert suspects(filed, gone=True) == ["p029"]
    assert shown(filed) == 29
    assert suspects(filed, gone=True) == []


def test_p11_a_suspect_that_is_there_begins_anew(filed: Filed) -> None:
    """The source knows it: it stays, and two more inventories must miss it to ask again."""
    stocked(filed, 30)
    for _ in range(2):
        filed.scan(inventory=ids(29), counted=False)
    assert suspects(filed, gone=False) == ["p029"]
    filed.scan(inventory=ids(29), counted=False)
    assert suspects(filed, gone=True) == []
    assert shown(filed) == 30


def test_p11_a_suspect_that_is_listed_again_is_none(filed: Filed) -> None:
    """Listed in between: nobody is asked for it."""
    stocked(filed, 30)
    for _ in range(2):
        filed.scan(inventory=ids(29), counted=False)
    filed.scan(inventory=ids(30), counted=False)
    assert suspects(filed, gone=True) == []


def test_p12_a_wrong_count_is_no_way_round_the_guard(filed: Filed) -> None:
    """Too many at once stop the scan, whether or not the source's count agrees."""
    stocked(filed, 150)
    for _ in range(2):
        with pytest.raises(Refused, match="20 of 150 photos"):
            filed.scan(inventory=ids(130), counted=False)
    assert suspects(filed, gone=True) == []


def scan_without(filed: Filed, left: list[str]) -> None:
    """A full scan of a service that keeps what was archived out of its list; these it lists."""
    inventory = Inventory(remote_ids=frozenset(left), counted=False, leaves_out=True)
    filed.scan(inventory)


def test_p12_what_was_archived_stops_no_scan(filed: Filed) -> None:
    """Absent from such a list are as many as the owner likes; each is asked for, and all stay."""
    stocked(filed, 150)
    for _ in range(2):
        scan_without(filed, ids(50))
    assert suspects(filed, gone=False) == ids(150)[50:]
    scan_without(filed, ids(50))
    assert shown(filed) == 150


def test_p12_too_many_that_the_service_calls_gone_stay_and_it_is_told(filed: Filed) -> None:
    """A login by a wrong client hears "no such photo" of each: nothing goes, not by and by."""
    stocked(filed, 300)
    for _ in range(2):
        scan_without(filed, [])
    with pytest.raises(Refused, match="of 100 of 300 photos the service says"):
        suspects(filed, gone=True)
    for _ in range(4):
        with pytest.raises(Refused):
            suspects(filed, gone=True)
    assert shown(filed) == 300
    assert "of 300 of 300 photos" in filed.catalog.sources()[0].trouble


def test_p12_none_goes_while_too_many_may_yet_be_called_gone(filed: Filed) -> None:
    """The first hundred of 200 suspects are no sign for the others: all are asked for first."""
    stocked(filed, 1500)
    for _ in range(2):
        scan_without(filed, ids(1500)[200:])
    assert len(suspects(filed, gone=True)) == 100
    assert shown(filed) == 1500
    assert len(suspects(filed, gone=False)) == 100
    assert shown(filed) == 1400


def test_p12_a_service_that_was_wrong_once_is_asked_of_all_again(filed: Filed) -> None:
    """What it called gone is there: its other such words count for nothing."""
    stocked(filed, 150)
    for _ in range(2):
        scan_without(filed, ids(130))
    with pytest.raises(Refused, match="of 20 of 150"):
        suspects(filed, gone=True)
    again = suspects(filed, gone=False)
    assert len(again) == 3
    assert sorted([*suspects(filed, gone=False), *again]) == ids(150)[130:]
    assert suspects(filed, gone=True) == []
    assert shown(filed) == 150


def test_p12_a_service_that_lists_them_again_ends_the_alarm(filed: Filed) -> None:
    """What was called gone and is listed is there, and no trouble is left."""
    stocked(filed, 150)
    for _ in range(2):
        scan_without(filed, ids(130))
    with pytest.raises(Refused):
        suspects(filed, gone=True)
    scan_without(filed, ids(150))
    assert suspects(filed, gone=True) == []
    assert (shown(filed), filed.catalog.sources()[0].trouble) == (150, "")


def test_p12_the_user_can_accept_what_the_service_calls_gone(filed: Filed) -> None:
    """What it called gone goes at once; what it was not asked for yet goes by its word alone."""
    stocked(filed, 300)
    for _ in range(2):
        scan_without(filed, ids(50))
    with pytest.raises(Refused):
        suspects(filed, gone=True)
    filed.scan(full=False, accept_removals=True)
    assert shown(filed) == 200
    assert suspects(filed, gone=True) == ids(300)[150:250]
    assert shown(filed) == 100
    assert len(suspects(filed, gone=False)) == 50
    assert (shown(filed), filed.catalog.sources()[0].trouble) == (100, "")


@pytest.mark.parametrize("albums_counted", [True, False])
def test_albums_go_by_their_own_count(filed: Filed, *, albums_counted: bool) -> None:
    """Whether photos are as many as the service says tells nothing of albums, nor the other way."""
    both = [album("a", "Trip", "p000"), album("b", "Walk", "p000")]
    filed.scan(photo("p000"), *both, inventory=ids(1))
    for _ in range(2):
        listed = Inventory(
            remote_ids=frozenset(ids(1)), counted=not albums_counted, albums_counted=albums_counted
        )
        filed.scan(both[0], listed)
    assert "Albums/Trip/p000.jpg" in filed.files()
    assert ("Albums/Walk/p000.jpg" in filed.files()) is not albums_counted


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


def test_p12_a_stopped_scan_is_not_gone_on_with(filed: Filed) -> None:
    """What it had reached is forgotten: the next one looks at everything again, and asks again."""
    stocked(filed, 150)
    with filed.run() as run:
        run.finish("before", full=True)
    with filed.run() as run:
        run.reached("halfway")
        run.file([Inventory(remote_ids=frozenset(ids(130)))])
        with pytest.raises(Refused):
            run.finish("after", full=True)
    assert filed.catalog.sources()[0].cursor == "before"


def test_a_scan_that_is_cut_short_leaves_how_far_it_was(filed: Filed) -> None:
    """The next scan begins at the last checkpoint; nothing else tells that this one was there."""
    with filed.run() as run:
        run.file([photo("p000")])
        run.reached("halfway")
        run.file([photo("p001")])
    (source,) = filed.catalog.sources()
    assert (source.cursor, source.scan_ns) == ("halfway", None)
    assert shown(filed) == 2


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
