"""Wishes in a library of several sources: sent to the one that can be changed, shown for all."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import pytest

from photofs.catalog.journal import Wish
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.discard import TrashSpot
from photofs.model.errors import Refused
from photofs.model.observation import ContentHash, HashKind, PhotoGone
from photofs.model.operation import Event, State
from photofs.model.photo import Fidelity, PixelSize
from photofs.model.wish import WishVerb
from photofs.wishing.deleting import to_delete
from tests.support.filed import album, photo
from tests.support.wished import SHELL, Wished, whole

SHAPE = {"file_name": "m.jpg", "pixels": PixelSize(4, 3)}


class Both(Wished):
    """An account that can be changed, and an export of it."""

    def __init__(self, path: Path) -> None:
        """Photo m in both, in the album Trip of both; b and an album Old in the export alone."""
        super().__init__(path)
        self.account = self.filed.source_id
        library = self.catalog.library("L").library_id
        self.export = self.catalog.add_source(library, "service", {}).source_id
        self.tell_account()
        self.tell_export()

    def tell_account(self) -> None:
        """A scan of the account as it was."""
        self.filed.source_id = self.account
        self.filed.scan(
            photo("m1", content_key="m1", page_url="m", as_of_ns=9, **SHAPE),
            photo("a1", content_key="a1", file_name="a.jpg", as_of_ns=9),
            album("t1", "Trip", "m1", as_of_ns=9),
        )

    def tell_export(self, as_of_ns: int = 5) -> None:
        """A scan of the export."""
        self.filed.source_id, self.filed.live = self.export, False
        self.filed.scan(
            photo("m2", content_key="m2", page_url="m", size=10, as_of_ns=as_of_ns, **SHAPE),
            photo("b2", content_key="b2", file_name="b.jpg", as_of_ns=as_of_ns),
            album("t2", "Trip", "m2", as_of_ns=as_of_ns),
            album("o2", "Old", "b2", as_of_ns=as_of_ns),
        )
        self.filed.live = True

    def settle(self) -> None:
        """A complete scan of the account that began after all was done has ended."""
        with self.wishing.change():
            outcomes = self.wishing.outcomes(self.catalog.library("L").library_id)
            outcomes.settle(self.account, self.filed.now_ns + 1)
        assert self.filed.problems() == []


def sha(word: str) -> ContentHash:
    """The hash that `whole` has of a word."""
    return ContentHash(HashKind.SHA256, word.ljust(64, "0"))


def checksum(word: str) -> ContentHash:
    """The checksum of the same, as archives tell it."""
    return ContentHash(HashKind.CRC32, f"{crc32(word.encode()):08x}")


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    """It."""
    made = Both(tmp_path / "catalog.db")
    yield made
    made.catalog.close()


def test_an_album_of_the_export_is_made_where_photos_can_join_it(both: Both) -> None:
    """Under its title, in the same folder; what is sent names albums of the account alone."""
    ino = both.filed.ino("Albums/Old/")
    both.link("Unsorted/a.jpg", "Albums/Old/a.jpg")
    assert both.filed.ino("Albums/Old/") == ino
    assert {"Albums/Old/a.jpg", "Albums/Old/b.jpg"} <= both.files()
    rows = both.catalog.open_operations()
    assert [row.wish.verb for row in rows] == ["make album", "join"]
    assert {row.wish.source for row in rows} == {both.account}
    assert {both.catalog.source_of_album(row.wish.album or 0) for row in rows} == {both.account}


def test_what_is_in_the_folder_already_joins_nothing(both: Both) -> None:
    """Whichever source tells that it is in the album."""
    both.link("Albums/Trip/m.jpg", "Albums/Trip/again.jpg")
    assert both.open_verbs() == []


def test_what_leaves_an_album_of_both_leaves_it_for_both(both: Both) -> None:
    """At once, and after it was done; the export, which is older, does not bring it back."""
    both.unlink("Albums/Trip/m.jpg")
    assert "Albums/Trip/m.jpg" not in both.files()
    (row,) = both.catalog.open_operations()
    assert both.catalog.source_of_album(row.wish.album or 0) == both.account
    both.send(row)
    both.settle()
    both.tell_export()
    assert "Albums/Trip/m.jpg" not in both.files()
    both.tell_export(as_of_ns=both.filed.now_ns + 10**12)
    assert "Albums/Trip/m.jpg" in both.files()


def test_undo_puts_it_back_for_both(both: Both) -> None:
    """As if it had never left."""
    shown = both.files()
    both.unlink("Albums/Trip/m.jpg")
    both.wishing.undo(both.catalog.actions(1)[0].action_id, SHELL)
    assert both.files() == shown
    assert both.filed.problems() == []


def test_what_only_the_export_has_is_refused(both: Both) -> None:
    """Nothing is wished that could never be sent; Trash is a mark here, and stays possible."""
    shown = both.files()
    for wish in (
        lambda: both.link("Albums/Old/b.jpg", "Favorites/b.jpg"),
        lambda: both.link("Albums/Old/b.jpg", "Albums/Trip/b.jpg"),
        lambda: both.unlink("Albums/Old/b.jpg"),
        lambda: both.rename("Dates/2019/2019-07/b.jpg", "Dates/2019/2019-07/c.jpg"),
        lambda: both.rename("Albums/Old", "Albums/New"),
        lambda: both.write("Albums/Old/b.jpg"),
    ):
        with pytest.raises(Refused, match="only an export"):
            wish()
    assert both.files() == shown
    assert both.open_verbs() == []
    both.wishing.set_mtime(both.filed.ino("Albums/Old/b.jpg"), 1, SHELL)
    both.unlink("Dates/2019/2019-07/b.jpg")
    assert "Trash/b.jpg" in both.files()
    assert both.open_verbs() == ["trash"]


@pytest.mark.parametrize("album_of_copy", ["Trip", "Old"])
def test_a_copy_of_what_only_the_export_has_is_uploaded_and_becomes_one_with_it(
    both: Both, album_of_copy: str
) -> None:
    """It is sent though its bytes are known; its name stays, beside the other one as well."""
    copy = f"Albums/{album_of_copy}/copy.jpg"
    exported = both.filed.ino("Albums/Old/b.jpg")
    both.catalog.sealed(exported // 2, "b2", "ab".ljust(64, "0"), 10)
    both.write(copy)
    both.judge(whole("ab"), copy)
    made = ["make album"] if album_of_copy == "Old" else []
    assert sorted(both.open_verbs()) == sorted(["upload", "join", *made])
    rows = {row.wish.verb: row for row in both.catalog.open_operations()}
    upload, join = rows["upload"], rows["join"]
    both.uploaded(upload, "b1", content_key="b1", fidelity=Fidelity.RECOMPRESSED)
    both.filed.filing.merge_waiting(1)
    assert both.filed.problems() == []
    assert both.filed.ino(copy) == both.filed.ino("Albums/Old/b.jpg") == exported
    assert both.catalog.operation(join.operation_id).wish.photo == exported // 2
    assert both.catalog.photo_facts(exported // 2).content_key == "b2"
    origin = both.catalog.first_observation(exported // 2)
    assert origin is not None
    assert origin[:2] == (both.account, "b1")


def test_what_was_sent_and_the_export_shows_stands_in_no_trash(both: Both) -> None:
    """Cropped at the account: the very same bytes are shown by the export, as before."""
    exported = both.filed.ino("Albums/Old/b.jpg") // 2
    both.catalog.sealed(exported, "b2", "ab".ljust(64, "0"), 10)
    both.write("Albums/Trip/copy.jpg")
    both.judge(whole("ab"), "Albums/Trip/copy.jpg")
    upload = next(each for each in both.catalog.open_operations() if each.wish.verb == "upload")
    both.uploaded(upload, "b1", content_key="b1", fidelity=Fidelity.RECOMPRESSED)
    both.filed.filing.merge_waiting(1)
    both.send_all()
    both.filed.source_id = both.account
    before = both.files()
    for key in ("crop", "crop again"):
        crop = photo("b1", content_key=key, fidelity=Fidelity.RECOMPRESSED, file_name=None)
        both.filed.scan(crop, full=False)
    assert both.files() == before
    assert both.catalog.photo(exported).sha256 == "ab".ljust(64, "0")


def test_a_photo_of_two_sources_is_not_deleted_and_the_way_is_named(both: Both) -> None:
    """Split, the one that the account has can be."""
    number = both.filed.ino("Dates/2019/2019-07/m.jpg") // 2
    both.catalog.sealed(number, "m1", "ab".ljust(64, "0"), 10)
    both.unlink("Dates/2019/2019-07/m.jpg")
    both.send_all()
    why = to_delete(both.catalog, number)
    assert isinstance(why, str)
    assert "`photofs library split`" in why
    with both.filed.filing.merging(1) as merging:
        parted = merging.split(number)
    assert all(to_delete(both.catalog, each) != why for each in parted)


def test_wishes_are_given_up_when_the_account_loses_a_photo_that_the_export_has(
    both: Both,
) -> None:
    """It stays as the export tells it, and nothing waits for ever."""
    both.link("Dates/2019/2019-07/m.jpg", "Favorites/m.jpg")
    both.filed.source_id = both.account
    both.filed.scan(PhotoGone(remote_id="m1"), full=False)
    assert both.open_verbs() == []
    assert "Albums/Trip/m.jpg" in both.files()
    row = both.catalog.operation(1)
    assert (row.state, row.reason) == (State.GAVE_UP, "the service no longer has the photo")


def test_nothing_is_sent_under_an_id_that_the_account_does_not_know(both: Both) -> None:
    """Also if a wish stands in the journal already: it is not among those that may be sent."""
    photo_id = both.filed.ino("Albums/Old/b.jpg") // 2
    with both.wishing.change():
        wish = Wish(1, "favorite", {}, 0, both.account, photo_id)
        both.catalog.plan(wish, both.filed.now_ns)
    assert both.open_verbs() == ["favorite"]
    assert both.catalog.claimable(both.account, both.filed.now_ns, bytes_too=False) == []


def test_a_wish_names_the_account_though_the_export_came_first(tmp_path: Path) -> None:
    """Of several sources that have a photo the one that can be changed is asked."""
    made = Both(tmp_path / "catalog.db")
    made.catalog.set_writes(made.account, ())
    made.catalog.set_writes(made.export, ("favorite",))
    origin = made.catalog.first_observation(made.filed.ino("Albums/Trip/m.jpg") // 2)
    assert origin is not None
    assert origin[:2] == (made.export, "m2")
    named = made.catalog.first_observation(made.filed.ino("Albums/Trip/m.jpg") // 2, made.account)
    assert named is not None
    assert named[:2] == (made.account, "m1")
    made.catalog.close()


def test_new_bytes_part_a_photo_from_the_old_ones_of_all_sources(both: Both) -> None:
    """Swapped for a new photo of the account: that is shown, and the old one is in Trash, whole."""
    ino = both.filed.ino("Albums/Trip/m.jpg")
    both.write("Albums/Trip/m.jpg")
    both.judge(whole("new"), "Albums/Trip/m.jpg")
    (row,) = [each for each in both.catalog.open_operations() if each.wish.verb == "replace"]
    seen = photo("m3", content_key="m3", fidelity=Fidelity.RECOMPRESSED, **SHAPE)
    with both.wishing.change():
        for event in (Event.CLAIM, Event.SEND):
            both.catalog.happen(row.operation_id, event, both.filed.now_ns)
        both.wishing.outcomes(row.wish.library).swapped(row, "m3", seen)
    assert both.filed.problems() == []
    assert both.filed.ino("Albums/Trip/m.jpg") == ino
    new = both.catalog.observations_of(ino // 2)
    assert len(new) == 1
    assert both.catalog.photo_facts(ino // 2).content_key == "m3"
    old = both.filed.ino("Trash/m.jpg") // 2
    assert len(both.catalog.observations_of(old)) == 2
    both.tell_export()
    both.filed.filing.merge_waiting(1)
    assert WishVerb.TRASH in both.open_verbs()
    both.rename("Trash/m.jpg", "Unsorted/m.jpg")
    both.filed.source_id = both.account
    both.filed.scan(PhotoGone(remote_id="m1"), full=False)
    both.filed.filing.merge_waiting(1)
    assert len(both.catalog.observations_of(ino // 2)) == 1


NOON = TakenFact(by=TakenBy.SERVICE, instant=datetime(2020, 5, 1, 12, 0, tzinfo=UTC))
LOOK = {"file_name": "e.jpg", "taken": NOON, "pixels": PixelSize(4, 3)}


@pytest.mark.parametrize(("size", "photos"), [(10, 1), (11, 2)])
def test_a_file_that_was_edited_and_copied_in_is_not_its_original(
    both: Both, size: int, photos: int
) -> None:
    """Name, second and pixels are the same: only if the length is, too, they are one photo."""
    both.filed.source_id, both.filed.live = both.export, False
    both.filed.scan(photo("e2", content_key="e2", size=size, **LOOK), full=False)
    both.write("Albums/Trip/e.jpg", size=10)
    both.judge(whole("edited", size=10), "Albums/Trip/e.jpg")
    upload = both.catalog.open_operations()[0]
    both.uploaded(upload, "e1", content_key="e1", fidelity=Fidelity.RECOMPRESSED, **LOOK)
    both.filed.filing.merge_waiting(1)
    assert both.filed.problems() == []
    found = {
        both.catalog.observation(source, remote_id)
        for source, remote_id in ((both.account, "e1"), (both.export, "e2"))
    }
    assert len({row.photo_id for row in found if row}) == photos


@pytest.mark.parametrize(("original", "photos"), [("edited", 1), ("other", 2)])
@pytest.mark.parametrize("hashed", [sha, checksum])
def test_a_file_that_was_edited_in_place_is_not_its_original_of_the_same_length(
    both: Both, original: str, photos: int, hashed: Callable[[str], ContentHash]
) -> None:
    """Hash or checksum say that the bytes are others: then they stay two photos."""
    both.filed.source_id, both.filed.live = both.export, False
    exported = photo("e2", content_key="e2", size=10, hash=hashed(original), **LOOK)
    both.filed.scan(exported, full=False)
    both.write("Albums/Trip/e.jpg", size=10)
    both.judge(whole("edited", size=10), "Albums/Trip/e.jpg")
    upload = both.catalog.open_operations()[0]
    both.uploaded(upload, "e1", content_key="e1", fidelity=Fidelity.RECOMPRESSED, **LOOK)
    both.filed.filing.merge_waiting(1)
    assert both.filed.problems() == []
    rows = (both.catalog.observation(*each) for each in ((both.account, "e1"), (both.export, "e2")))
    assert len({row.photo_id for row in rows if row}) == photos


@pytest.mark.parametrize(("facts", "put_away"), [({}, True), ({"hash": sha("edited")}, False)])
def test_what_was_sent_of_a_merged_photo_that_its_service_lost_is_put_away(
    both: Both, facts: dict[str, object], *, put_away: bool
) -> None:
    """Shown or not, it stands in Trash/Replaced, unless another source has these very bytes."""
    both.filed.source_id, both.filed.live = both.export, False
    both.filed.scan(photo("e2", content_key="e2", size=10, **facts, **LOOK), full=False)
    both.write("Albums/Trip/e.jpg", size=10)
    both.judge(whole("edited", size=10), "Albums/Trip/e.jpg")
    upload = both.catalog.open_operations()[0]
    both.uploaded(upload, "e1", content_key="e1", fidelity=Fidelity.RECOMPRESSED, **LOOK)
    both.filed.filing.merge_waiting(1)
    merged = both.filed.photo_id("e2")
    both.filed.source_id, both.filed.live = both.account, True
    assert both.filed.photo_id("e1") == merged
    both.filed.scan(PhotoGone(remote_id="e1"), full=False)
    both.filed.filing.merge_waiting(1)
    assert both.filed.problems() == []
    kept = [path for path in both.files() if path.startswith("Trash/Replaced/")]
    hashes = [both.catalog.photo_facts(both.filed.ino(path) // 2).sha256 for path in kept]
    assert hashes == ([whole("edited").sha256] if put_away else [])


@pytest.mark.parametrize(("size", "photos"), [(10, 1), (11, 2)])
def test_a_scan_that_is_faster_than_the_answer_merges_nothing_for_good(
    both: Both, size: int, photos: int
) -> None:
    """It cannot know the length that was sent: once the answer is there, that decides."""
    both.filed.source_id, both.filed.live = both.export, False
    both.filed.scan(photo("e2", content_key="e2", size=size, **LOOK), full=False)
    exported = both.filed.photo_id("e2")
    both.write("Albums/Trip/e.jpg", size=10)
    both.judge(whole("edited", size=10), "Albums/Trip/e.jpg")
    both.filed.source_id, both.filed.live = both.account, True
    facts = {"content_key": "e1", "fidelity": Fidelity.RECOMPRESSED, **LOOK}
    both.filed.scan(photo("e1", **facts), full=False)
    assert both.filed.photo_id("e1") == exported
    both.uploaded(both.catalog.open_operations()[0], "e1", **facts)
    both.filed.filing.merge_waiting(1)
    assert both.filed.problems() == []
    assert both.catalog.observation(both.export, "e2")
    assert (both.filed.photo_id("e1") == exported) is (photos == 1)
    assert both.catalog.photo_facts(exported).content_key == "e2"
    assert both.filed.ino("Albums/Trip/e.jpg") // 2 == both.filed.photo_id("e1")


def test_new_bytes_for_a_photo_that_the_account_lost_part_it_from_the_export(both: Both) -> None:
    """They become a new photo of the account; the old one stays as the export tells it."""
    ino = both.filed.ino("Albums/Trip/m.jpg")
    both.write("Albums/Trip/m.jpg")
    both.judge(whole("new"), "Albums/Trip/m.jpg")
    (row,) = both.catalog.open_operations()
    with both.wishing.change():
        for event in (Event.CLAIM, Event.SEND):
            both.catalog.happen(row.operation_id, event, both.filed.now_ns)
        both.wishing.outcomes(row.wish.library).photo_gone(row)
    assert both.filed.problems() == []
    both.filed.source_id = both.export
    old = both.filed.photo_id("m2")
    assert old != ino // 2
    upload = next(each for each in both.catalog.open_operations() if each.wish.verb == "upload")
    both.uploaded(upload, "m3", content_key="m3", fidelity=Fidelity.RECOMPRESSED)
    both.filed.filing.merge_waiting(1)
    assert both.catalog.photo_facts(ino // 2).content_key == "m3"
    assert both.catalog.photo_facts(old).content_key == "m2"
    assert both.catalog.photo_facts(old).gone == 0


def test_what_lies_in_the_trash_of_the_mount_comes_back_after_a_merge(both: Both) -> None:
    """Taken out of an album, merged with what the export has, and restored by the file manager."""
    both.filed.source_id = both.export
    exported = both.filed.photo_id("b2")
    both.filed.source_id, both.filed.live = both.account, True
    both.filed.scan(
        photo("n1", content_key="n1", file_name="n.jpg", as_of_ns=9),
        album("n", "New", "n1", "a1", as_of_ns=9),
        full=False,
    )
    spot = TrashSpot(1000, b"n.jpg")
    both.wishing.discarding.put(both.spot("Albums/New/n.jpg"), spot, SHELL)
    assert "Albums/New/n.jpg" not in both.files()
    both.catalog.sealed(exported, "b2", "cd".ljust(64, "0"), 10)
    both.catalog.sealed(both.filed.photo_id("n1"), "n1", "cd".ljust(64, "0"), 10)
    both.filed.filing.merge_waiting(1)
    assert both.filed.problems() == []
    assert both.filed.photo_id("n1") == exported
    both.wishing.discarding.bring_back(spot, both.spot("Albums/New/n.jpg"), SHELL)
    assert both.filed.problems() == []
    assert both.filed.ino("Albums/New/n.jpg") // 2 == exported
