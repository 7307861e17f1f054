"""What becomes of a photo's facts, name and times from scan to scan."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.errors import Bug
from photofs.model.photo import Fidelity, Media, PixelSize, Position
from tests.support.filed import SUMMER, Filed, album, photo

WINTER = TakenFact(by=TakenBy.SERVICE, local=datetime(2020, 1, 2, 3, 4, 5))  # noqa: DTZ001 - naive wall time


def test_a_new_photo_stands_in_dates_and_unsorted_as_one_inode(filed: Filed) -> None:
    """A photo in no album is one inode in two folders, and counts two links."""
    filed.scan(photo("a"))
    tree = filed.tree()
    assert tree["Dates/2019/2019-07/a.jpg"] == tree["Unsorted/a.jpg"]
    node = filed.catalog.node(tree["Unsorted/a.jpg"])
    assert node is not None
    assert node.links == 2


def test_standing_folders_are_there_before_any_photo(filed: Filed) -> None:
    """An empty library shows its top folders, and nothing else."""
    filed.scan()
    tops = "Albums Archive Collections Dates Favorites Trash Unsorted Videos"
    assert sorted(filed.tree()) == [f"{name}/" for name in tops.split()]


@pytest.mark.parametrize(
    ("facts", "paths"),
    [
        ({"favorite": True}, {"Dates/2019/2019-07/a.jpg", "Unsorted/a.jpg", "Favorites/a.jpg"}),
        ({"archived": True}, {"Dates/2019/2019-07/a.jpg", "Unsorted/a.jpg", "Archive/a.jpg"}),
        ({"trashed": True}, {"Trash/a.jpg"}),
        ({"owned": False, "favorite": True}, {"Favorites/a.jpg"}),
        ({"taken": None}, {"Dates/Unknown/a.jpg", "Unsorted/a.jpg"}),
    ],
)
def test_facts_decide_on_folders(filed: Filed, facts: dict[str, object], paths: set[str]) -> None:
    """A photo moves with its facts, and back again."""
    filed.scan(photo("a", **facts))
    assert filed.files() == paths
    filed.scan(photo("a", favorite=False, archived=False, trashed=False))
    assert filed.files() == {"Dates/2019/2019-07/a.jpg", "Unsorted/a.jpg"}


def test_equal_names_get_a_suffix_from_the_id_whatever_the_order(filed: Filed) -> None:
    """Who came first keeps the plain name; a later listing in another order changes nothing."""
    one, two = photo("1", file_name="IMG.JPG"), photo("2", file_name="img.jpg")
    filed.scan(one, two)
    before = filed.tree()
    names = sorted(path for path in before if path.startswith("Unsorted/") and path[-1] != "/")
    assert len({name.casefold() for name in names}) == 2
    assert "Unsorted/IMG.JPG" in names
    filed.scan(two, one)
    assert filed.tree() == before


def test_a_rename_at_the_service_renames_here_and_keeps_the_inode(filed: Filed) -> None:
    """The name follows the service in every folder; the inode stays."""
    filed.scan(photo("a"))
    before = filed.ino("Unsorted/a.jpg")
    filed.scan(photo("a", file_name="b.jpg"))
    assert filed.files() == {"Dates/2019/2019-07/b.jpg", "Unsorted/b.jpg"}
    assert filed.ino("Unsorted/b.jpg") == before


def test_another_case_of_its_own_name_is_no_clash(filed: Filed) -> None:
    """A photo renamed from a.jpg to A.jpg gets that name without a suffix."""
    filed.scan(photo("a"))
    filed.scan(photo("a", file_name="A.jpg"))
    assert "Unsorted/A.jpg" in filed.files()


def test_the_extension_is_that_of_the_bytes(filed: Filed) -> None:
    """A photo with a title only gets the extension that the source told."""
    filed.scan(photo("a", file_name=None, title="Sunset", extension="png"))
    assert "Unsorted/Sunset.png" in filed.files()


def test_nothing_changes_where_the_same_is_told_again(filed: Filed) -> None:
    """A second scan that tells the same makes no change row for the mount to follow."""
    seen = [photo(str(number), title="x" * number) for number in range(1, 40)]
    filed.scan(*seen)
    before = filed.catalog.last_change()
    filed.scan(*seen)
    assert filed.catalog.last_change() == before


def test_mtime_moves_when_the_service_changes_its_date(filed: Filed) -> None:
    """Another date at the service moves mtime, ctime and the folder."""
    filed.scan(photo("a"))
    before = filed.catalog.photo(filed.photo_id("a"))
    filed.scan(photo("a", taken=WINTER))
    after = filed.catalog.photo(filed.photo_id("a"))
    assert after.mtime_ns > before.mtime_ns
    assert after.ctime_ns > before.ctime_ns
    assert "Dates/2020/2020-01/a.jpg" in filed.files()
    assert "Dates/2019/" not in filed.tree()


@pytest.mark.parametrize("by", [TakenBy.EXIF, TakenBy.VIDEO])
def test_mtime_stays_when_only_more_bytes_were_read(filed: Filed, by: TakenBy) -> None:
    """A date read from the bytes later does not move what was shown before."""
    filed.scan(photo("a"))
    before = filed.catalog.photo(filed.photo_id("a"))
    filed.scan(photo("a", taken=replace(WINTER, by=by)))
    after = filed.catalog.photo(filed.photo_id("a"))
    assert (after.mtime_ns, after.ctime_ns) == (before.mtime_ns, before.ctime_ns)


def test_a_date_from_the_bytes_counts_when_it_is_there_first(filed: Filed) -> None:
    """A photo shown for the first time has the date that its bytes tell."""
    filed.scan(photo("a", taken=replace(WINTER, by=TakenBy.EXIF)))
    assert "Dates/2020/2020-01/a.jpg" in filed.files()


@pytest.mark.parametrize(
    "facts",
    [
        {"title": "t"},
        {"description": "d"},
        {"tags": ("x",)},
        {"favorite": True},
        {"fidelity": Fidelity.PREVIEW},
        {"content_key": "2"},
    ],
)
def test_ctime_moves_with_what_is_shown(filed: Filed, facts: dict[str, object]) -> None:
    """A change of anything shown moves ctime."""
    filed.scan(photo("a"))
    before = filed.catalog.photo(filed.photo_id("a")).ctime_ns
    filed.scan(photo("a", **facts))
    assert filed.catalog.photo(filed.photo_id("a")).ctime_ns > before


@pytest.mark.parametrize(
    "facts",
    [
        {"ref": '{"zip": "other"}'},
        {"as_of_ns": 2},
        {"missing": True},
        {"size": 77},
        {"changed_ns": 5},
        {"position": Position(1.0, 2.0)},
    ],
)
def test_ctime_stays_when_we_only_learn(filed: Filed, facts: dict[str, object]) -> None:
    """What photofs learns, or where the bytes lie, moves neither ctime nor mtime."""
    filed.scan(photo("a"))
    before = filed.catalog.photo(filed.photo_id("a"))
    filed.scan(photo("a", **facts))
    after = filed.catalog.photo(filed.photo_id("a"))
    assert (after.mtime_ns, after.ctime_ns) == (before.mtime_ns, before.ctime_ns)


def test_other_bytes_forget_size_and_hash(filed: Filed) -> None:
    """A new content key makes the size unknown, clears the hash, and tells of new content."""
    filed.scan(photo("a"))
    number = filed.photo_id("a")
    filed.catalog.sealed(number, "1", "ab" * 32, 12345)
    mark = filed.catalog.last_change()
    filed.scan(photo("a", content_key="2"))
    row = filed.catalog.photo(number)
    assert (row.sha256, row.size_exact) == (None, False)
    changes = filed.catalog.changes_since(mark, 100)
    assert any(change.content and change.ino == number * 2 + 1 for change in changes)


def test_a_learnt_size_is_kept_for_ever(filed: Filed) -> None:
    """A scan that tells no size, or another one for the same bytes, leaves the learnt size."""
    filed.scan(photo("a"))
    filed.catalog.size_learnt(filed.photo_id("a"), "1", 12345)
    filed.scan(photo("a", title="new"))
    filed.scan(photo("a", title="new", size=9))
    row = filed.catalog.photo(filed.photo_id("a"))
    assert (row.size, row.size_exact) == (12345, True)


def test_sizes_are_estimated_from_pixels_or_guessed(filed: Filed) -> None:
    """Where no size is told, an inexact one is shown that is not 0."""
    filed.scan(
        photo("a", pixels=PixelSize(4000, 3000)),
        photo("b"),
        photo("c", media=Media.VIDEO),
        photo("d", size=5),
    )
    shown = {name: filed.catalog.photo(filed.photo_id(name)) for name in "abcd"}
    assert shown["a"].size == 4_200_000
    assert not shown["a"].size_exact
    assert 0 < (shown["b"].size or 0) < (shown["c"].size or 0)
    assert (shown["d"].size, shown["d"].size_exact) == (5, True)


def test_facts_that_a_source_does_not_tell_stay(filed: Filed) -> None:
    """None means that the source does not say; a favourite stays one."""
    filed.scan(photo("a", favorite=True))
    filed.scan(photo("a", favorite=None, title="t"))
    assert filed.catalog.photo(filed.photo_id("a")).favorite


def test_an_older_word_changes_nothing(filed: Filed) -> None:
    """Facts of an export with an earlier as-of time do not replace later ones."""
    filed.live = False
    filed.scan(photo("a", as_of_ns=10, title="new"))
    filed.scan(photo("a", as_of_ns=5, title="old"))
    assert filed.catalog.photo(filed.photo_id("a")).title == "new"


def test_p23_a_clock_that_was_ahead_hides_no_change_of_a_live_account(filed: Filed) -> None:
    """What a service tells now is the newer word, whatever time stood beside its last one."""
    filed.scan(photo("a", as_of_ns=10**19 // 2, title="old"), album("x", "Old", "a", as_of_ns=9))
    filed.scan(photo("a", as_of_ns=5, title="new"), album("x", "New", as_of_ns=5, count=0))
    assert filed.catalog.photo(filed.photo_id("a")).title == "new"
    assert "Albums/New/" in filed.tree()
    assert "Albums/New/a.jpg" not in filed.files()


@pytest.mark.parametrize(
    "again",
    [{"missing": False}, {"missing": True, "ref": "2"}, {"missing": True, "content_key": "2"}],
)
def test_bytes_that_can_be_had_again_are_in_no_trouble(
    filed: Filed, again: dict[str, object]
) -> None:
    """What kept a photo from being read is forgotten once its bytes lie elsewhere, or again."""
    filed.scan(photo("a", missing=True))
    filed.catalog.photo_trouble(filed.photo_id("a"), "put the part back")
    filed.scan(photo("a", missing=True, title="t"))
    assert filed.catalog.photo(filed.photo_id("a")).trouble
    filed.scan(photo("a", **{"title": "t", **again}))
    assert filed.catalog.photo(filed.photo_id("a")).trouble == ""


def test_missing_bytes_are_found_again_in_an_older_export(filed: Filed) -> None:
    """A photo whose archive went is missing, and no longer so when an older archive has it."""
    filed.live = False
    filed.scan(photo("a", as_of_ns=10))
    filed.scan(photo("a", as_of_ns=20, missing=True))
    assert filed.catalog.photo(filed.photo_id("a")).missing
    assert "Unsorted/a.jpg" in filed.files()
    filed.scan(photo("a", as_of_ns=5))
    assert not filed.catalog.photo(filed.photo_id("a")).missing


def test_what_the_user_deleted_is_not_brought_back(filed: Filed) -> None:
    """A buried id stays out of the tree, however often a scan tells of it."""
    with filed.catalog.database.transaction():
        filed.catalog.bury(filed.source_id, "a", None, filed.now_ns)
    filed.scan(photo("a"), photo("b"))
    assert "Unsorted/b.jpg" in filed.files()
    assert "Unsorted/a.jpg" not in filed.files()


def test_an_unknown_observation_is_our_mistake(filed: Filed) -> None:
    """Something that is no observation is told as a Bug, and nothing of its slice stays."""
    with pytest.raises(Bug), filed.run() as run:
        run.file([photo("a"), "nonsense"])
    assert filed.files() == set()


def test_all_facts_come_back_as_they_were_told(filed: Filed) -> None:
    """An origin holds every fact of the observation, whatever it is."""
    full = photo(
        "a",
        taken=replace(SUMMER, offset=None),
        position=Position(47.5, -8.25),
        pixels=PixelSize(3, 4),
        tags=("ä", "b"),
        people=("P",),
        page_url="https://example.org/1",
        description='say "as_of_ns":1',
        as_of_ns=123456789,
    )
    filed.scan(full)
    (origin,) = filed.catalog.origins(filed.photo_id("a"))
    assert origin.seen == full


def test_another_template_of_dates_moves_the_photos_of_a_known_library(tmp_path: Path) -> None:
    """The next scan of any kind places all photos anew; the inodes stay, empty folders go."""
    names = [f"p{number:03}" for number in range(450)]
    filed = Filed(tmp_path / "catalog.db")
    filed.scan(*[photo(name) for name in names], album("x", "Trip", "p000"))
    before = filed.ino("Dates/2019/2019-07/p000.jpg")
    filed.catalog.close()
    filed = Filed(tmp_path / "catalog.db", dates="{year}-{month}-{day}")
    filed.scan(full=False)
    dates = {path for path in filed.tree() if path.startswith("Dates/")}
    assert dates == {
        "Dates/",
        "Dates/2019-07-21/",
        *(f"Dates/2019-07-21/{name}.jpg" for name in names),
    }
    assert filed.ino("Dates/2019-07-21/p000.jpg") == before == filed.ino("Albums/Trip/p000.jpg")
    mark = filed.catalog.last_change()
    filed.scan(full=False)
    assert filed.catalog.last_change() == mark
    filed.catalog.close()


def test_a_missing_photo_of_no_known_size_takes_no_room(filed: Filed) -> None:
    """What an export left out is not guessed to be large: it has no byte, until its file comes."""
    filed.scan(photo("a", missing=True))
    row = filed.catalog.photo(filed.photo_id("a"))
    assert (row.size, row.size_exact) == (0, False)
    assert filed.catalog.totals() == (1, 0)
    filed.scan(photo("a", content_key="2", size=7, as_of_ns=2))
    assert filed.catalog.totals() == (1, 7)
