"""The trash of the mount, by wishes alone: what is put there, and every way back."""

from pathlib import Path

import pytest

from photofs.model.discard import TrashSpot
from photofs.model.errors import Across, Busy, Exists, NotFound, ReadOnly, Refused
from photofs.model.incoming import Stage
from photofs.model.judgement import Other
from photofs.model.node import row_id
from photofs.model.observation import PhotoGone
from photofs.model.operation import Event, State
from photofs.model.photo import Media
from photofs.wishing.discarded_albums import DiscardedAlbums
from photofs.wishing.standing import standing_at
from tests.support.filed import album, photo
from tests.support.wished import SHELL, Wished, whole

DAY = "Dates/2019/2019-07"
ME = 1000


def bin_spot(name: str) -> TrashSpot:
    """A name in my trash."""
    return TrashSpot(ME, name.encode())


def put(wished: Wished, path: str, name: str = "") -> None:
    """`gio trash path`; `check` finds nothing after it."""
    name = name or path.rpartition("/")[2]
    wished.wishing.discarding.put(wished.spot(path), bin_spot(name), SHELL)
    assert wished.filed.problems() == []


def back(wished: Wished, name: str, path: str) -> None:
    """Restore it to a path; `check` finds nothing after it."""
    wished.wishing.discarding.bring_back(bin_spot(name), wished.spot(path), SHELL)
    assert wished.filed.problems() == []


def lying(wished: Wished) -> list[str]:
    """The names in my trash."""
    return [each.name.decode() for each in wished.catalog.discards(ME, 0, 1000)]


def wishes(wished: Wished) -> list[tuple[str, State]]:
    """All that was ever wished, with what became of it."""
    actions = [each.action_id for each in reversed(wished.catalog.actions(100))]
    return [
        (row.wish.verb, row.state) for each in actions for row in wished.catalog.of_action(each)
    ]


def later(wished: Wished) -> None:
    """A minute passes, so that what follows is another action."""
    wished.filed.now_ns += 60 * 10**9


@pytest.mark.parametrize(
    ("path", "verb"),
    [
        (f"{DAY}/a.jpg", "trash"),
        ("Albums/Trip/a.jpg", "leave"),
        ("Favorites/c.jpg", "unfavorite"),
    ],
)
@pytest.mark.parametrize("sent", [False, True], ids=["not sent", "sent"])
def test_a_photo_comes_back_to_where_it_was(
    wished: Wished, path: str, verb: str, *, sent: bool
) -> None:
    """It is gone as by `rm`, and is moved back with its places; unsent, nothing is left to send."""
    before = wished.files()
    put(wished, path)
    assert wished.open_verbs() == [verb]
    assert path not in wished.files()
    assert lying(wished) == [path.rpartition("/")[2]]
    if sent:
        wished.send_all()
    back(wished, path.rpartition("/")[2], path)
    assert wished.files() == before
    assert lying(wished) == []
    if not sent:
        assert wished.open_verbs() == (["restore"] if verb == "trash" else [])


def test_what_rm_means_is_what_it_means(wished: Wished) -> None:
    """Out of an album the photo stays in Dates; out of Dates it stands in Trash alone."""
    put(wished, "Albums/Trip/a.jpg")
    assert f"{DAY}/a.jpg" in wished.files()
    put(wished, f"{DAY}/a.jpg", "a.2.jpg")
    assert [path for path in wished.files() if "a.jpg" in path] == ["Trash/a.jpg"]


def test_an_unsent_photo_is_not_uploaded_while_it_lies_there(wished: Wished) -> None:
    """Its upload is taken back, and wished again when it comes back."""
    wished.write("Unsorted/new.jpg")
    wished.judge(whole("n"), "Unsorted/new.jpg")
    put(wished, "Unsorted/new.jpg")
    assert wished.open_verbs() == ["trash"]
    back(wished, "new.jpg", "Unsorted/new.jpg")
    assert "upload" in wished.open_verbs()
    assert "Unsorted/new.jpg" in wished.files()


def test_a_file_that_nobody_has_judged_is_not_judged_there(wished: Wished) -> None:
    """It stands in Trash, nobody looks at it, and it comes back as it was."""
    wished.write("Albums/Trip/new.jpg")
    put(wished, "Albums/Trip/new.jpg")
    assert wished.stage("Trash/new.jpg") is Stage.OPEN
    later(wished)
    assert wished.catalog.quiet_incoming(wished.filed.now_ns, 10) == []
    assert wished.catalog.count_incoming() == {}
    back(wished, "new.jpg", "Albums/Trip/new.jpg")
    assert wished.open_verbs() == []
    later(wished)
    assert len(wished.catalog.quiet_incoming(wished.filed.now_ns, 10)) == 1
    assert [path for path in wished.files() if "new" in path] == ["Albums/Trip/new.jpg"]
    assert wished.judge(whole("n"), "Albums/Trip/new.jpg")
    assert wished.open_verbs() == ["upload", "join"]


def test_a_file_that_nobody_has_judged_cannot_be_removed_from_trash(wished: Wished) -> None:
    """It may be a photo, and would be lost; one that is none can be removed."""
    wished.write("Unsorted/new.jpg")
    put(wished, "Unsorted/new.jpg")
    with pytest.raises(Refused):
        wished.unlink("Trash/new.jpg")
    wished.write("Unsorted/notes.txt")
    wished.judge(Other("text"), "Unsorted/notes.txt")
    put(wished, "Unsorted/notes.txt")
    wished.unlink("Trash/notes.txt")
    assert lying(wished) == ["new.jpg"]


@pytest.mark.parametrize("way", ["command", "mv", "undo", "undo of what was done"])
def test_a_file_that_nobody_has_judged_comes_back_by_other_ways(wished: Wished, way: str) -> None:
    """`photofs trash restore` and undo put it where it was, `mv` where it is moved to."""
    ino = wished.write("Albums/Trip/new.jpg")
    later(wished)
    put(wished, "Albums/Trip/new.jpg")
    if way == "mv":
        wished.rename("Trash/new.jpg", "Albums/Trip/new.jpg")
    elif "undo" in way:
        if "done" in way:
            wished.send_all()
        wished.wishing.undo(wished.catalog.actions(1)[0].action_id, SHELL)
    else:
        assert wished.wishing.restore([row_id(ino)], SHELL) == 1
    assert [path for path in wished.files() if "new" in path] == ["Albums/Trip/new.jpg"]
    assert wished.filed.ino("Albums/Trip/new.jpg") == ino
    assert lying(wished) == []
    assert wished.filed.problems() == []


def test_one_of_two_names_of_a_file_comes_back(wished: Wished) -> None:
    """The other name stays meanwhile, and the file is judged as any other."""
    wished.write("Unsorted/new.jpg")
    wished.link("Unsorted/new.jpg", "Albums/Trip/new.jpg")
    put(wished, "Albums/Trip/new.jpg")
    later(wished)
    assert len(wished.catalog.quiet_incoming(wished.filed.now_ns, 10)) == 1
    back(wished, "new.jpg", "Albums/Trip/new.jpg")
    assert {path for path in wished.files() if "new" in path} == {
        "Unsorted/new.jpg",
        "Albums/Trip/new.jpg",
    }


def test_a_second_name_in_one_folder_wishes_nothing(wished: Wished) -> None:
    """It goes and comes back, and the photo stays in the album."""
    wished.link(f"{DAY}/d.jpg", "Albums/Trip/d.jpg")
    wished.link(f"{DAY}/d.jpg", "Albums/Trip/again.jpg")
    before = wished.open_verbs()
    put(wished, "Albums/Trip/again.jpg")
    assert wished.open_verbs() == before
    back(wished, "again.jpg", "Albums/Trip/again.jpg")
    assert {"Albums/Trip/again.jpg", "Albums/Trip/d.jpg"} <= wished.files()


def test_a_photo_can_be_moved_into_another_album_instead(wished: Wished) -> None:
    """It has left the one, as was wished, and joins the other."""
    put(wished, "Albums/Trip/a.jpg")
    back(wished, "a.jpg", "Albums/Home/a.jpg")
    assert wished.open_verbs() == ["leave", "join"]
    assert "Albums/Home/a.jpg" in wished.files()
    assert "Albums/Trip/a.jpg" not in wished.files()


def test_a_photo_that_left_an_album_is_not_moved_into_dates(wished: Wished) -> None:
    """There it stands already, and nothing else would be meant."""
    put(wished, "Albums/Trip/a.jpg")
    with pytest.raises(Refused):
        back(wished, "a.jpg", f"{DAY}/other.jpg")
    assert lying(wished) == ["a.jpg"]


@pytest.mark.parametrize("path", ["Archive/a.jpg", "Videos/v.mp4"])
def test_from_archive_and_videos_it_goes_to_trash(wished: Wished, path: str) -> None:
    """`rm` has no meaning there, but to put something into the trash has one."""
    wished.filed.scan(
        photo("a", archived=True), photo("v", file_name="v.mp4", media=Media.VIDEO), full=False
    )
    put(wished, path)
    name = path.rpartition("/")[2]
    assert {each for each in wished.files() if name in each} == {f"Trash/{name}"}
    back(wished, name, path)
    assert path in wished.files()


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("Dates/2019", Refused),
        ("Albums", Refused),
        ("Trash", Refused),
        (f"{DAY}/none.jpg", NotFound),
    ],
)
def test_what_cannot_be_put_there(wished: Wished, path: str, error: type[Exception]) -> None:
    """Folders that follow from what photos are; what is not there."""
    with pytest.raises(error):
        put(wished, path)
    assert lying(wished) == []
    assert wished.open_verbs() == []


def test_somebody_elses_photo_leaves_favorites_and_comes_back(wished: Wished) -> None:
    """But it is put into no album."""
    put(wished, "Favorites/c.jpg")
    with pytest.raises(Refused):
        back(wished, "c.jpg", "Albums/Trip/c.jpg")
    back(wished, "c.jpg", "Favorites/c.jpg")
    assert "Favorites/c.jpg" in wished.files()


def test_an_archive_takes_nothing(tmp_path: Path) -> None:
    """A library that cannot be changed says so, and nothing lies in the trash."""
    made = Wished(tmp_path / "catalog.db", can=())
    made.filed.scan(photo("a"), album("x", "Trip", "a"))
    for path in (f"{DAY}/a.jpg", "Albums/Trip"):
        with pytest.raises(ReadOnly):
            put(made, path)
    assert lying(made) == []
    made.catalog.close()


def test_names_there_are_taken_once(wished: Wished) -> None:
    """File managers number the second of one name; a name that is taken is refused."""
    put(wished, "Albums/Trip/a.jpg")
    with pytest.raises(Exists):
        put(wished, "Albums/Trip/b.jpg", "a.jpg")
    wished.wishing.discarding.rename(bin_spot("a.jpg"), b"\xff.jpg")
    assert [each.name for each in wished.catalog.discards(ME, 0, 1000)] == [b"\xff.jpg"]
    put(wished, "Albums/Trip/b.jpg", "a.jpg")
    with pytest.raises(Exists):
        wished.wishing.discarding.rename(bin_spot("a.jpg"), b"\xff.jpg")
    assert wished.catalog.discards(ME + 1, 0, 1000) == []


def test_the_folder_of_a_month_stays_for_its_only_photo(wished: Wished) -> None:
    """Else it could not be moved back to it; forgotten there, the folder goes."""
    wished.filed.scan(photo("e", taken=None, uploaded_ns=1), full=False)
    put(wished, "Dates/Unknown/e.jpg")
    assert "Dates/Unknown/" in wished.filed.tree()
    back(wished, "e.jpg", "Dates/Unknown/e.jpg")
    put(wished, "Dates/Unknown/e.jpg")
    wished.wishing.discarding.forget(bin_spot("e.jpg"))
    assert "Dates/Unknown/" not in wished.filed.tree()
    assert wished.filed.problems() == []


def test_the_folder_of_a_month_goes_with_a_photo_that_is_deleted_meanwhile(wished: Wished) -> None:
    """It stayed for that photo alone."""
    wished.filed.scan(photo("e", taken=None, uploaded_ns=1), full=False)
    put(wished, "Dates/Unknown/e.jpg")
    wished.filed.scan(PhotoGone(remote_id="e"), full=False)
    assert "Dates/Unknown/" in wished.filed.tree()
    assert wished.wishing.discarding.sweep(ME) == [b"e.jpg"]
    assert "Dates/Unknown/" not in wished.filed.tree()
    assert wished.filed.problems() == []


def test_what_lies_there_is_told_in_portions(wished: Wished) -> None:
    """Each goes on behind the one before, in the order in which it came there."""
    for name in ("b", "a", "d"):
        put(wished, f"{DAY}/{name}.jpg")
    two = wished.catalog.discards(ME, 0, 2)
    assert [each.name for each in two] == [b"b.jpg", b"a.jpg"]
    assert [each.name for each in wished.catalog.discards(ME, two[1].discard_id, 2)] == [b"d.jpg"]


def test_emptying_forgets_names_and_wishes_nothing(wished: Wished) -> None:
    """The photos are where `rm` had put them, the album is gone as was wished."""
    put(wished, f"{DAY}/a.jpg")
    put(wished, "Albums/Home")
    before = wishes(wished), wished.files()
    for name in ("a.jpg", "Home"):
        wished.wishing.discarding.forget(bin_spot(name))
    assert lying(wished) == []
    assert (wishes(wished), wished.files()) == before
    assert "Trash/a.jpg" in wished.files()
    with pytest.raises(NotFound):
        wished.wishing.discarding.forget(bin_spot("a.jpg"))


@pytest.mark.parametrize("path", [f"{DAY}/a.jpg", "Albums/Trip/a.jpg", "Albums/Trip"])
def test_undo_takes_it_out_of_the_trash(wished: Wished, path: str) -> None:
    """And so do all other ways back; `info` is told of it once."""
    before = wished.files()
    put(wished, path, "x")
    wished.wishing.undo(wished.catalog.actions(1)[0].action_id, SHELL)
    assert wished.files() == before
    assert lying(wished) == []
    assert wished.wishing.discarding.sweep(ME) == [b"x"]
    assert wished.wishing.discarding.sweep(ME) == []
    with pytest.raises(NotFound):
        back(wished, "x", path)


def test_what_is_put_back_by_hand_lies_there_no_more(wished: Wished) -> None:
    """`ln` into the album, `mv` out of Trash, `photofs trash restore`."""
    put(wished, "Albums/Trip/a.jpg")
    wished.link(f"{DAY}/a.jpg", "Albums/Trip/a.jpg")
    put(wished, f"{DAY}/b.jpg")
    wished.rename("Trash/b.jpg", f"{DAY}/b.jpg")
    put(wished, f"{DAY}/d.jpg")
    wished.wishing.restore([wished.filed.photo_id("d")], SHELL)
    assert lying(wished) == []


def test_more_than_fifty_are_held(wished: Wished) -> None:
    """As by `rm`: nothing of them is sent."""
    names = [f"p{number}" for number in range(51)]
    wished.filed.scan(*(photo(name) for name in names), full=False)
    for name in names:
        put(wished, f"{DAY}/{name}.jpg")
    states = {row.state for row in wished.catalog.open_operations()}
    assert states == {State.HELD}


def test_an_album_of_more_than_fifty_is_held(wished: Wished) -> None:
    """For each of its photos is taken out of it, as `rm -r` would do one by one."""
    names = [f"p{number}" for number in range(51)]
    wished.filed.scan(*(photo(name) for name in names), album("z", "Many", *names), full=False)
    put(wished, "Albums/Home")
    put(wished, "Albums/Many")
    states = [(row.wish.verb, row.state) for row in wished.catalog.open_operations()]
    assert states == [("remove album", State.PLANNED), ("remove album", State.HELD)]


def in_order(wished: Wished, title: str) -> list[str]:
    """The photos that an album of that title is told or wished to hold, in order."""
    folder = wished.filed.ino(f"Albums/{title}/")
    facts = wished.catalog.folder_facts(row_id(folder))
    assert facts is not None
    assert facts.album is not None
    told = wished.catalog.member_photos(facts.album)
    joins = [
        row.wish.photo
        for row in wished.catalog.unsettled_of_album(facts.album)
        if row.wish.verb == "join"
    ]
    return [wished.catalog.photo_facts(each or 0).name for each in [*told, *joins]]


@pytest.fixture
def ordered(wished: Wished) -> Wished:
    """The album Trip, in another order than by name."""
    wished.filed.scan(album("x", "Trip", "d", "b", "a"), full=False)
    return wished


def test_an_album_goes_alone(ordered: Wished) -> None:
    """Its photos stay, in Unsorted if they are in no other album; one wish says it."""
    put(ordered, "Albums/Trip")
    assert ordered.open_verbs() == ["remove album"]
    assert {f"{DAY}/a.jpg", "Unsorted/a.jpg", "Albums/Home/d.jpg"} <= ordered.files()
    assert "Albums/Trip/" not in ordered.filed.tree()


def test_an_unsent_removal_is_taken_back(ordered: Wished) -> None:
    """The same album, with the same photos in the same order; nothing is left to send."""
    before = ordered.files()
    put(ordered, "Albums/Trip")
    back(ordered, "Trip", "Albums/Trip")
    assert ordered.files() == before
    assert ordered.open_verbs() == []
    assert in_order(ordered, "Trip") == ["d.jpg", "b.jpg", "a.jpg"]


def test_an_album_that_the_service_removed_is_made_anew(ordered: Wished) -> None:
    """With its photos in its order; undo of the removal then knows that it is undone."""
    put(ordered, "Albums/Trip")
    removal = ordered.catalog.actions(1)[0].action_id
    ordered.send_all()
    later(ordered)
    back(ordered, "Trip", "Albums/Trip")
    assert ordered.open_verbs() == ["make album", "join", "join", "join"]
    assert in_order(ordered, "Trip") == ["d.jpg", "b.jpg", "a.jpg"]
    assert ordered.catalog.action(removal).undone_by is not None
    assert lying(ordered) == []


def test_undo_of_a_sent_removal_takes_the_album_out_of_the_trash(ordered: Wished) -> None:
    """It is made anew, and once only."""
    put(ordered, "Albums/Trip")
    ordered.send_all()
    later(ordered)
    ordered.wishing.undo(ordered.catalog.actions(1)[0].action_id, SHELL)
    assert in_order(ordered, "Trip") == ["d.jpg", "b.jpg", "a.jpg"]
    assert lying(ordered) == []


def test_an_album_that_is_just_being_removed_is_busy(ordered: Wished) -> None:
    """Nobody knows yet what there is to be made; it stays in the trash."""
    put(ordered, "Albums/Trip")
    (row,) = ordered.catalog.open_operations()
    with ordered.wishing.change():
        for event in (Event.CLAIM, Event.SEND):
            ordered.catalog.happen(row.operation_id, event, ordered.filed.now_ns)
    with pytest.raises(Busy):
        back(ordered, "Trip", "Albums/Trip")
    assert lying(ordered) == ["Trip"]


def test_an_album_that_was_never_sent_comes_back(wished: Wished) -> None:
    """Nothing was wished of it but what is taken back; it is made anew from what it held."""
    wished.mkdir("Albums/New")
    for name in ("b", "a"):
        wished.link(f"{DAY}/{name}.jpg", f"Albums/New/{name}.jpg")
    put(wished, "Albums/New")
    assert wished.open_verbs() == []
    assert not any("New" in path for path in wished.filed.tree())
    later(wished)
    back(wished, "New", "Albums/New")
    assert wished.open_verbs() == ["make album", "join", "join"]
    assert in_order(wished, "New") == ["b.jpg", "a.jpg"]


def test_files_in_an_album_stay_and_come_back_with_it(wished: Wished) -> None:
    """What is no photo, or nobody knows yet, waits in Unsorted meanwhile."""
    wished.write("Albums/Trip/notes.txt")
    put(wished, "Albums/Trip")
    assert "Unsorted/notes.txt" in wished.files()
    back(wished, "Trip", "Albums/Trip")
    assert {path for path in wished.files() if "notes" in path} == {"Albums/Trip/notes.txt"}


def test_an_album_comes_back_under_another_name(ordered: Wished) -> None:
    """Where it is moved to says what it is called."""
    put(ordered, "Albums/Trip")
    back(ordered, "Trip", "Albums/Journey")
    assert ordered.open_verbs() == ["rename album"]
    assert in_order(ordered, "Journey") == ["d.jpg", "b.jpg", "a.jpg"]


def test_an_album_comes_back_below_its_step(wished: Wished) -> None:
    """The folder above stays for it; a step itself cannot be put there."""
    wished.filed.scan(photo("e"), album("z", "Far / Away", "e"), full=False)
    with pytest.raises(Refused):
        put(wished, "Albums/Far")
    put(wished, "Albums/Far/Away")
    assert "Albums/Far/" in wished.filed.tree()
    back(wished, "Away", "Albums/Far/Away")
    assert "Albums/Far/Away/e.jpg" in wished.files()
    assert wished.open_verbs() == []


def test_an_album_goes_into_one_that_was_made_in_its_place(ordered: Wished) -> None:
    """File managers make the folder of a photo that they restore before its album."""
    put(ordered, "Albums/Trip/a.jpg")
    put(ordered, "Albums/Trip")
    ordered.mkdir("Albums/Trip")
    back(ordered, "a.jpg", "Albums/Trip/a.jpg")
    back(ordered, "Trip", "Albums/Trip")
    assert in_order(ordered, "Trip") == ["a.jpg", "d.jpg", "b.jpg"]
    assert lying(ordered) == []


def test_an_album_does_not_take_a_photos_name(wished: Wished) -> None:
    """Nor can it stand where albums do not, or in another library."""
    put(wished, "Albums/Trip")
    for path in ("Albums/Home/d.jpg", f"{DAY}/Trip", "Trip"):
        with pytest.raises((Refused, Exists)):
            back(wished, "Trip", path)
    wished.catalog.add_library("M", "service", {}, folders=())
    other = wished.catalog.library("M")
    spot = wished.spot("Albums/Trip")._replace(folder_ino=other.folder_id * 2)
    with pytest.raises(Across):
        wished.wishing.discarding.bring_back(bin_spot("Trip"), spot, SHELL)
    assert lying(wished) == ["Trip"]


def test_a_restoring_that_was_cut_short_goes_on(ordered: Wished) -> None:
    """After one photo of three it was killed; no second album is made, wherever it is moved to."""
    put(ordered, "Albums/Trip")
    ordered.send_all()
    later(ordered)
    row = ordered.catalog.discard_row(bin_spot("Trip"))
    assert row is not None
    with ordered.wishing.change():
        at = standing_at(ordered.catalog, ordered.spot("Albums/Trip"))
        albums = DiscardedAlbums(ordered.wishing.desk_at(at))
        albums.bring_back(row, at, SHELL)
        assert albums.join_more(row, 0.0)
    assert in_order(ordered, "Trip") == ["d.jpg"]
    assert lying(ordered) == ["Trip"]
    back(ordered, "Trip", "Albums/Elsewhere")
    assert in_order(ordered, "Trip") == ["d.jpg", "b.jpg", "a.jpg"]
    assert ordered.open_verbs().count("make album") == 1
    assert lying(ordered) == []
