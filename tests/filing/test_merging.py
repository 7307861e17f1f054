"""Photos of several sources of one library: merged on evidence, left apart in doubt."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photofs.catalog.journal import Wish
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.errors import Refused
from photofs.model.incoming import Stage
from photofs.model.observation import PhotoGone, PhotoSeen
from photofs.model.photo import Fidelity, PixelSize
from photofs.model.trace import TraceKind
from tests.support.filed import album, photo
from tests.support.several import Several, crc, sha

NOON = TakenFact(by=TakenBy.SERVICE, instant=datetime(2020, 5, 1, 12, 0, 0, tzinfo=UTC))
SIZE = PixelSize(4000, 3000)
MONTH = "Dates/2020/2020-05"


def exported(remote_id: str, **facts: object) -> PhotoSeen:
    """What an export says of a photo."""
    usual: dict[str, object] = {
        "content_key": f"e-{remote_id}",
        "taken": NOON,
        "as_of_ns": 5,
        "size": 1000,
    }
    return photo(remote_id, **{**usual, **facts})


def online(remote_id: str, **facts: object) -> PhotoSeen:
    """What a service says of a photo that it encodes anew for whoever downloads it."""
    usual: dict[str, object] = {
        "content_key": f"o-{remote_id}",
        "taken": NOON,
        "as_of_ns": 9,
        "fidelity": Fidelity.RECOMPRESSED,
        "fidelity_note": "encoded anew, without its place",
    }
    return photo(remote_id, **{**usual, **facts})


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Several]:
    """An export, and an account."""
    several = Several(tmp_path / "catalog.db")
    yield several
    several.catalog.close()


ALIKE = [
    ({"hash": sha("ab" * 32)}, {"hash": sha("ab" * 32)}, TraceKind.SHA256),
    ({"hash": crc("0a0b0c0d")}, {"hash": crc("0a0b0c0d"), "size": 1000}, TraceKind.CRC32),
    ({"page_url": "https://x/p"}, {"page_url": "https://x/p"}, TraceKind.PAGE),
    (
        {"file_name": "IMG.JPG", "pixels": SIZE},
        {"file_name": "img.jpg", "pixels": PixelSize(3000, 4000)},
        TraceKind.LOOK,
    ),
]


@pytest.mark.parametrize(("first", "second", "kind"), ALIKE)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_two_sources_tell_alike_is_one_photo(
    library: Several,
    first: dict[str, object],
    second: dict[str, object],
    kind: TraceKind,
    order: tuple[int, int],
) -> None:
    """By hash, by the service's page, or by name, second and pixels; the evidence is kept."""
    words = [exported("a", **first), online("b", **second)]
    for source in order:
        library.tell(source, words[source])
    assert library.groups() == {frozenset({(0, "a"), (1, "b")})}
    assert library.catalog.counts(1).photos == 1
    later = library.catalog.observation(library.ids[order[1]], words[order[1]].remote_id)
    assert later is not None
    row = library.catalog.merge_of(later.observation_id)
    assert row is not None
    assert row.evidence.trace.kind is kind


DIFFERENT = [
    ({"hash": sha("ab" * 32)}, {"hash": sha("cd" * 32)}),
    ({"hash": crc("0a0b0c0d")}, {"hash": crc("0a0b0c0d"), "size": 999}),
    ({"hash": crc("0a0b0c0d")}, {"hash": crc("0a0b0c0d"), "size": None}),
    ({"hash": crc("00000000"), "size": 0}, {"hash": crc("00000000"), "size": 0}),
    ({"file_name": "i.jpg", "pixels": SIZE}, {"file_name": "i.jpg"}),
    ({"file_name": "i.jpg", "pixels": SIZE}, {"file_name": "j.jpg", "pixels": SIZE}),
    ({"file_name": "i.jpg", "pixels": SIZE}, {"file_name": "i.jpg", "pixels": PixelSize(1, 1)}),
    (
        {"page_url": "https://x/p", "set_key": "s", "set_role": "edited"},
        {"page_url": "https://x/p"},
    ),
]


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_what_is_not_alike_stays_two(
    library: Several, first: dict[str, object], second: dict[str, object]
) -> None:
    """Another length, no pixels, another name, or another file of the shot: no evidence."""
    library.tell(0, exported("a", **first))
    library.tell(1, online("b", **second))
    assert library.groups() == {frozenset({(0, "a")}), frozenset({(1, "b")})}


def test_two_photos_of_one_source_are_never_one(library: Several) -> None:
    """Equal in everything, and told twice by the same source: two photos, also beside another."""
    library.tell(0, exported("a", hash=sha("1")), exported("b", hash=sha("1")))
    assert len(library.groups()) == 2
    library.tell(1, online("c", hash=sha("1")))
    assert len(library.groups()) == 3


def test_with_two_that_fit_none_is_guessed(library: Several) -> None:
    """A second one that fits takes a merge back; once it is gone, the merge is there again."""
    library.tell(0, exported("a", page_url="p"))
    library.tell(1, online("b", page_url="p"))
    assert len(library.groups()) == 1
    library.tell(1, online("c", page_url="p"), full=False)
    assert len(library.groups()) == 3
    (alike,) = library.catalog.alike(1)
    assert alike.trace.kind is TraceKind.PAGE
    library.tell(1, PhotoGone(remote_id="c"), full=False)
    assert library.groups() == {frozenset({(0, "a"), (1, "b")})}
    assert list(library.catalog.alike(1)) == []


def test_surer_evidence_decides_between_two(library: Several) -> None:
    """Two with the same name, second and pixels, one of them with the same bytes: that one."""
    look = {"file_name": "i.jpg", "pixels": SIZE}
    library.tell(0, exported("a", hash=sha("1"), **look))
    library.tell(1, online("b", **look), online("c", hash=sha("1"), **look))
    assert library.groups() == {frozenset({(0, "a"), (1, "c")}), frozenset({(1, "b")})}


def test_the_best_bytes_and_the_latest_words_are_shown(library: Several) -> None:
    """The original's bytes, name and time; what the owner said last; albums of both."""
    late = NOON.__class__(by=TakenBy.SERVICE, instant=datetime(2021, 1, 1, tzinfo=UTC))
    library.tell(
        1,
        online("b", page_url="p", file_name="x.jpg", taken=late, favorite=True, description="new"),
        album("s", "Shared", "b"),
    )
    library.tell(
        0,
        exported("a", page_url="p", file_name="IMG.jpg", favorite=False, description="old"),
        album("t", "Trip", "a"),
    )
    assert library.files() == {
        f"{MONTH}/IMG.jpg",
        "Favorites/IMG.jpg",
        "Albums/Shared/IMG.jpg",
        "Albums/Trip/IMG.jpg",
    }
    row = library.catalog.photo(library.photo_of(0, "a"))
    assert row.fidelity is Fidelity.ORIGINAL
    assert (row.size, row.size_exact, row.description) == (1000, True, "new")
    assert set(row.albums) == {"Shared", "Trip"}


def test_a_date_that_was_refined_stays_when_another_source_tells_the_photo(
    library: Several,
) -> None:
    """What `photofs scan --refine` moved is told otherwise by nobody."""
    library.tell(0, exported("a", page_url="p"))
    photo_id = library.photo_of(0, "a")
    with library.catalog.tree_transaction():
        facts = library.catalog.photo_facts(photo_id)
        library.catalog.set_photo_facts(photo_id, facts._replace(mtime_ns=77))
    library.tell(1, online("b", page_url="p", favorite=True))
    assert library.catalog.photo_facts(photo_id).mtime_ns == 77


def test_a_word_that_is_told_again_may_be_the_latest_by_now(library: Several) -> None:
    """Nothing is otherwise at the account; but that it is so is newer than the export's word."""
    library.tell(0, exported("a", page_url="p", favorite=True))
    library.tell(1, online("b", page_url="p", favorite=False, as_of_ns=3))
    assert "Favorites/a.jpg" in library.files()
    library.tell(1, online("b", page_url="p", favorite=False, as_of_ns=9))
    assert "Favorites/a.jpg" not in library.files()


def test_a_missing_original_gives_way_to_lesser_bytes(library: Several) -> None:
    """Its facts stay; what is shown is what can be had, and says so; once back, it is best."""
    library.tell(0, exported("a", page_url="p", file_name="IMG.jpg"))
    library.tell(1, online("b", page_url="p", size=300))
    library.tell(0, exported("a", page_url="p", file_name="IMG.jpg", missing=True, as_of_ns=6))
    row = library.catalog.photo(library.photo_of(0, "a"))
    assert (row.fidelity, row.size, row.missing) == (Fidelity.RECOMPRESSED, 300, False)
    assert f"{MONTH}/IMG.jpg" in library.files()
    library.tell(0, exported("a", page_url="p", file_name="IMG.jpg", as_of_ns=7))
    row = library.catalog.photo(library.photo_of(0, "a"))
    assert (row.fidelity, row.size) == (Fidelity.ORIGINAL, 1000)


def test_absence_at_one_source_takes_nothing_that_another_tells(library: Several) -> None:
    """Gone at the service: shown as the export tells it, with its inode; then gone for good."""
    library.tell(0, exported("a", page_url="p", description="mine"))
    library.tell(1, online("b", page_url="p", favorite=True, description="theirs"))
    ino = library.ino_of(0, "a")
    library.tell(1, PhotoGone(remote_id="b"), full=False)
    assert library.files() == {f"{MONTH}/a.jpg", "Unsorted/a.jpg"}
    assert library.ino_of(0, "a") == ino
    assert library.catalog.photo(library.photo_of(0, "a")).description == "mine"
    library.tell(0, PhotoGone(remote_id="a"), full=False)
    assert library.files() == set()


def learn(library: Several, source: int, remote_id: str, sha256: str) -> None:
    """An original was fetched, and has that hash."""
    photo_id = library.photo_of(source, remote_id)
    key = library.catalog.shown_key(photo_id)
    library.catalog.sealed(photo_id, key, sha256, 1000)


def merge_waiting(library: Several) -> None:
    """What the agent does now and then."""
    library.filing.merge_waiting(1)
    assert library.problems() == []


def test_a_hash_that_is_learnt_late_merges_without_loss(library: Several) -> None:
    """The inode that was shown longer stays, with albums, pin, given names and wishes of both."""
    library.catalog.set_writes(library.ids[1], ["favorite", "join"])
    library.tell(
        1, online("b", file_name="b.jpg"), album("s", "Shared", "b"), album("u", "Trip", "b")
    )
    library.tell(0, exported("a", file_name="a.jpg"), album("t", "Trip", "a"))
    stays, goes = library.photo_of(1, "b"), library.photo_of(0, "a")
    assert stays < goes
    library.catalog.set_pinned(goes, pinned=True)
    with library.catalog.tree_transaction():
        folder = library.tree()["Albums/Trip/"] // 2
        library.catalog.add_given_entry(folder, goes, "My name.jpg")
        library.catalog.set_places(goes, 3)
        wish = Wish(1, "favorite", {"before": {"favorite": 0}, "owned": True}, 0, library.ids[1])
        wished = library.catalog.plan(wish._replace(photo=goes), library.now_ns)
        shared = library.catalog.album(library.ids[1], "s")
        assert shared is not None
        leave = wish._replace(verb="leave", details={}, photo=goes, album=shared.album_id)
        left = library.catalog.plan(leave, library.now_ns)
        library.catalog.wish_member(goes, shared.album_id, left, joined=False)
    learn(library, 1, "b", "5" * 64)
    learn(library, 0, "a", "5" * 64)
    merge_waiting(library)
    assert library.photo_of(0, "a") == library.photo_of(1, "b") == stays
    assert library.catalog.photo(stays).pinned
    assert library.catalog.operation(wished).wish.photo == stays
    assert library.files() == {
        f"{MONTH}/a.jpg",
        "Favorites/a.jpg",
        "Albums/Trip/a.jpg",
        "Albums/Trip/My name.jpg",
    }
    assert library.catalog.photo(stays).sha256 == "5" * 64


def test_a_split_holds_and_can_be_taken_back(library: Several) -> None:
    """Two photos, each with its inode of before; scans leave them so; undone, they are one."""
    words = [exported("a", file_name="a.jpg"), online("b", file_name="b.jpg")]
    for source in (0, 1):
        library.tell(source, words[source])
    inos = [library.ino_of(0, "a"), library.ino_of(1, "b")]
    learn(library, 0, "a", "5" * 64)
    learn(library, 1, "b", "5" * 64)
    merge_waiting(library)
    assert library.ino_of(1, "b") == inos[0]
    library.split(1, "b")
    assert [library.ino_of(0, "a"), library.ino_of(1, "b")] == inos
    dated = {path for path in library.files() if path.startswith(MONTH)}
    assert dated == {f"{MONTH}/a.jpg", f"{MONTH}/b.jpg"}
    for source in (1, 0):
        library.tell(source, words[source])
    assert len(library.groups()) == 2
    library.unsplit(0, "a")
    assert library.groups() == {frozenset({(0, "a"), (1, "b")})}
    assert library.ino_of(1, "b") == inos[0]


def test_a_photo_that_was_never_apart_can_be_split(library: Several) -> None:
    """The later source's gets a new inode, and what waits to be sent there goes with it."""
    library.catalog.set_writes(library.ids[1], ["favorite"])
    library.tell(0, exported("a", page_url="p"))
    library.tell(1, online("b", page_url="p", file_name="b.jpg"), album("s", "Shared", "b"))
    ino = library.ino_of(0, "a")
    with library.catalog.tree_transaction():
        wish = Wish(1, "favorite", {"before": {"favorite": 0}, "owned": True}, 0, library.ids[1])
        wish = wish._replace(photo=library.photo_of(0, "a"))
        wished = library.catalog.plan(wish, library.now_ns)
    library.split(0, "a")
    assert library.ino_of(0, "a") == ino
    assert library.ino_of(1, "b") > ino
    assert library.catalog.operation(wished).wish.photo == library.photo_of(1, "b")
    assert library.files() == {
        f"{MONTH}/a.jpg",
        "Unsorted/a.jpg",
        f"{MONTH}/b.jpg",
        "Albums/Shared/b.jpg",
        "Favorites/b.jpg",
    }


def test_what_one_source_tells_cannot_be_split(library: Several) -> None:
    """Refused, with what to look at."""
    library.tell(0, exported("a"))
    with pytest.raises(Refused, match="only one source"):
        library.split(0, "a")


def test_a_photo_that_is_being_written_is_left_as_it_is(library: Several) -> None:
    """Until its bytes are settled nothing is merged with it; then it is."""
    library.tell(0, exported("a", page_url="p"))
    with library.catalog.tree_transaction():
        library.catalog.set_incoming(library.photo_of(0, "a"), Stage.WAITING, "", 1)
    library.tell(1, online("b", page_url="p"))
    assert len(library.groups()) == 2
    with library.catalog.tree_transaction():
        library.catalog.end_incoming(library.photo_of(0, "a"))
    merge_waiting(library)
    assert len(library.groups()) == 1


def test_who_put_one_of_two_into_trash_keeps_the_other(library: Several) -> None:
    """A photo in Trash is not merged with one that was left out of it; taken out, it is."""
    library.catalog.set_writes(library.ids[1], ["favorite"])
    library.tell(0, exported("a", file_name="a.jpg"))
    library.tell(1, online("b", file_name="b.jpg"))
    with library.catalog.tree_transaction():
        library.catalog.set_binned(library.photo_of(1, "b"), 1)
    library.tell(0, exported("a", page_url="p", file_name="a.jpg", as_of_ns=6))
    library.tell(1, online("b", page_url="p", file_name="b.jpg"))
    assert len(library.groups()) == 2
    with library.catalog.tree_transaction():
        library.catalog.set_binned(library.photo_of(1, "b"), None)
    merge_waiting(library)
    assert len(library.groups()) == 1


def test_a_name_that_changes_at_one_service_parts_nothing(library: Several) -> None:
    """Evidence of an earlier day holds on where a source tells otherwise by now."""
    library.tell(0, exported("a", file_name="i.jpg", pixels=SIZE))
    library.tell(1, online("b", file_name="i.jpg", pixels=SIZE))
    library.tell(1, online("b", file_name="renamed.jpg", pixels=SIZE, as_of_ns=10))
    assert len(library.groups()) == 1


def test_what_is_merged_by_evidence_of_an_earlier_day_takes_no_second_one(
    library: Several,
) -> None:
    """Another one of the same source that has the trace now stays by itself."""
    look = {"file_name": "i.jpg", "pixels": SIZE}
    library.tell(0, exported("a", **look))
    library.tell(1, online("b", **look))
    library.tell(1, online("b", file_name="renamed.jpg", pixels=SIZE, as_of_ns=10), full=False)
    library.tell(1, online("c", **look), full=False)
    assert library.groups() == {frozenset({(0, "a"), (1, "b")}), frozenset({(1, "c")})}


def test_a_hash_that_was_learnt_before_there_was_a_second_source_counts(tmp_path: Path) -> None:
    """The original was here already when the other source came."""
    library = Several(tmp_path / "catalog.db", sources=1)
    library.tell(0, exported("a"))
    learn(library, 0, "a", "5" * 64)
    library.catalog.close()
    library = Several(tmp_path / "catalog.db", sources=2)
    library.tell(1, online("b", hash=sha("5" * 64)))
    assert library.groups() == {frozenset({(0, "a"), (1, "b")})}
    library.catalog.close()


def test_a_source_that_is_added_later_is_held_against_all_that_is_known(tmp_path: Path) -> None:
    """What one source told alone has no traces; with a second source it gets them."""
    library = Several(tmp_path / "catalog.db", sources=1)
    library.tell(0, exported("a", page_url="p"), exported("x"))
    assert library.catalog.database.all("SELECT count(*) FROM trace") == [(0,)]
    library.catalog.close()
    library = Several(tmp_path / "catalog.db", sources=2)
    library.tell(1, online("b", page_url="p"))
    assert frozenset({(0, "a"), (1, "b")}) in library.groups()
    library.catalog.close()


def test_a_source_that_is_added_while_another_one_is_scanned_is_no_blind_spot(
    tmp_path: Path,
) -> None:
    """What that scan filed after it, too, is held against what the new one tells."""
    library = Several(tmp_path / "catalog.db", sources=1)
    with library.run() as run:
        run.file([exported("a", page_url="p")])
        library.catalog.add_source(1, "service", {})
        run.file([exported("b", page_url="q")])
        run.finish(None, full=True)
    library.catalog.close()
    library = Several(tmp_path / "catalog.db")
    library.tell(1, online("c", page_url="p"), online("d", page_url="q"))
    pairs = {frozenset({(0, "a"), (1, "c")}), frozenset({(0, "b"), (1, "d")})}
    assert library.groups() == pairs
    library.catalog.close()


def test_what_waits_is_merged_bit_by_bit(tmp_path: Path) -> None:
    """Who works it out for a moment at a time comes to the end; a scan does not do it at once."""
    library = Several(tmp_path / "catalog.db", sources=1)
    library.tell(0, *(exported(f"a{number}", page_url=f"p{number}") for number in range(30)))
    library.catalog.close()
    library = Several(tmp_path / "catalog.db")
    rounds = 1
    while library.filing.merge_waiting(1, 0):
        rounds += 1
    assert rounds == 31
    library.tell(1, *(online(f"b{number}", page_url=f"p{number}") for number in range(30)))
    assert len(library.groups()) == 30
    library.catalog.close()


def test_of_very_many_that_are_alike_none_is_merged(library: Several) -> None:
    """A page that hundreds share tells nobody apart, and costs nobody's patience."""
    library.tell(0, *(exported(f"a{number}", page_url="p") for number in range(120)))
    library.tell(1, *(online(f"b{number}", page_url="p") for number in range(120)))
    assert len(library.groups()) == 240


def test_a_library_of_several_sources_can_be_removed(library: Several) -> None:
    """Nothing of traces, merges and splits is left, nor in the way."""
    library.tell(0, exported("a", page_url="p"), exported("c", page_url="q"))
    library.tell(1, online("b", page_url="p"), online("d", page_url="q"))
    library.split(0, "a")
    learn(library, 0, "c", "5" * 64)
    library.catalog.remove_library(1)
    for table in ("trace", "merge", "split", "to_merge", "learnt", "observation", "photo"):
        rows = library.catalog.database.all(f"SELECT 1 FROM {table}")  # noqa: S608 - names of ours
        assert rows == [], table
