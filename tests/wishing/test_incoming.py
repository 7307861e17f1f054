"""Files that programs write: from their first byte to the photo at the service."""

from datetime import datetime
from pathlib import Path

import pytest

from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.errors import Exists, ReadOnly, Refused
from photofs.model.incoming import Stage
from photofs.model.judgement import Broken, Other
from photofs.model.operation import Event
from tests.support.filed import photo
from tests.support.wished import EVERYTHING, SHELL, Wished, whole

DAY = "Dates/2019/2019-07"
IN_MAY = TakenFact(by=TakenBy.EXIF, local=datetime(2017, 5, 2, 12, 0))  # noqa: DTZ001 - wall time


def test_a_copy_stands_where_it_was_put_until_it_is_judged(wished: Wished) -> None:
    """One name, its own inode, nothing to be sent."""
    ino = wished.write("Albums/Trip/New One.JPG")
    assert wished.links("Albums/Trip/New One.JPG") == 1
    assert wished.open_verbs() == []
    wished.judge(whole("n"), "Albums/Trip/New One.JPG")
    assert wished.filed.ino("Albums/Trip/New One.JPG") == ino
    assert wished.links("Albums/Trip/New One.JPG") == 2
    assert f"{DAY}/New One.jpg" in wished.files()
    assert wished.open_verbs() == ["upload", "join"]


def test_where_there_are_no_favorites_no_file_is_put_there(tmp_path: Path) -> None:
    """Refused at once: what was accepted there could never be done."""
    can = tuple(name for name in EVERYTHING if name != "favorite")
    made = Wished(tmp_path / "other.db", can=can)
    made.filed.scan(photo("p0", favorite=True))
    made.write("Unsorted/u.jpg")
    for verb in (made.link, made.rename):
        with pytest.raises(Refused, match="mark favorites"):
            verb("Unsorted/u.jpg", "Favorites/u.jpg")
    with pytest.raises(Refused, match="mark favorites"):
        made.write("Favorites/f.jpg")
    made.judge(whole("u"), "Unsorted/u.jpg")
    assert made.open_verbs() == ["upload"]
    made.catalog.close()


def test_a_copy_into_unsorted_or_favorites_is_uploaded(wished: Wished) -> None:
    """Into Favorites it is marked as well; the names given stay."""
    wished.write("Unsorted/u.jpg")
    wished.write("Favorites/f.jpg")
    wished.judge(whole("u"), "Unsorted/u.jpg")
    wished.judge(whole("f"), "Favorites/f.jpg")
    assert wished.open_verbs() == ["upload", "upload", "favorite"]
    assert wished.files() >= {"Unsorted/u.jpg", "Favorites/f.jpg", "Unsorted/f.jpg"}


def test_what_is_written_again_and_taken_out_of_its_album_joins_it_no_more(wished: Wished) -> None:
    """The bytes before were to join; where it stands by its date it is uploaded."""
    wished.write("Albums/Trip/n.jpg")
    wished.judge(whole("n"), "Albums/Trip/n.jpg")
    wished.write("Albums/Trip/n.jpg")
    wished.unlink("Albums/Trip/n.jpg")
    (left,) = [path for path in wished.files() if path.endswith("/n.jpg")]
    wished.judge(whole("other"), left)
    assert wished.open_verbs() == ["upload"]
    assert not any(path.startswith("Albums/") for path in wished.files() if "n.jpg" in path)


def test_what_is_written_again_and_moved_joins_the_other_album_alone(wished: Wished) -> None:
    """The bytes before were to join the first one."""
    wished.write("Albums/Trip/n.jpg")
    wished.judge(whole("n"), "Albums/Trip/n.jpg")
    wished.write("Albums/Trip/n.jpg")
    wished.rename("Albums/Trip/n.jpg", "Albums/Home/n.jpg")
    wished.judge(whole("other"), "Albums/Home/n.jpg")
    assert wished.open_verbs() == ["upload", "join"]
    assert "Albums/Home/n.jpg" in wished.files()
    assert "Albums/Trip/n.jpg" not in wished.files()


@pytest.mark.parametrize("path", [f"{DAY}/x.jpg", "Videos/x.mp4", "Archive/x.jpg", "x.jpg"])
def test_a_copy_elsewhere_is_refused(wished: Wished, path: str) -> None:
    """What follows from the photos cannot be copied into, and the text says where to copy."""
    if path.startswith(("Videos", "Archive")):
        assert path.split("/", maxsplit=1)[0] + "/" in wished.filed.tree()
    with pytest.raises(Refused, match="Unsorted"):
        wished.write(path)


def test_the_service_takes_it_over_under_the_same_inode(wished: Wished) -> None:
    """After the upload it is the source's photo: same inode, same names, same size."""
    ino = wished.write("Albums/Trip/new.jpg", 10)
    wished.judge(whole("n"), "Albums/Trip/new.jpg")
    upload, join = wished.catalog.open_operations()
    wished.uploaded(upload, "77")
    assert wished.stage("Albums/Trip/new.jpg") is None
    wished.send(join)
    wished.filed.scan(photo("77", file_name=None, extension="jpg", title="new"), full=False)
    assert wished.filed.ino("Albums/Trip/new.jpg") == ino
    assert wished.filed.photo_id("77") == ino // 2
    node = wished.catalog.node(ino)
    assert node is not None
    assert (node.size, node.exact) == (10, True)


def test_a_scan_that_is_faster_than_the_reply_makes_no_second_photo(wished: Wished) -> None:
    """Filed as a photo of its own before we knew its id, it becomes ours once we know."""
    ino = wished.write("Albums/Trip/new.jpg")
    wished.judge(whole("n"), "Albums/Trip/new.jpg")
    wished.filed.scan(photo("77", file_name=None, extension="jpg", title="new"), full=False)
    wished.uploaded(wished.catalog.open_operations()[0], "77")
    assert wished.filed.photo_id("77") == ino // 2
    named = [path for path in wished.files() if "new" in path]
    assert sorted(named) == ["Albums/Trip/new.jpg", f"{DAY}/new.jpg"]


def test_bytes_that_the_service_had_are_one_photo(wished: Wished) -> None:
    """Its answer names a photo that the library shows: our names go to that one."""
    wished.write("Albums/Home/again.jpg")
    wished.judge(whole("n"), "Albums/Home/again.jpg")
    upload = wished.catalog.open_operations()[0]
    assert wished.uploaded(upload, "a") == wished.filed.photo_id("a")
    assert wished.filed.ino("Albums/Home/again.jpg") == wished.filed.ino("Albums/Trip/a.jpg")


def test_bytes_that_the_library_has_are_not_uploaded(wished: Wished) -> None:
    """The copy is a second name of the photo, and joins the album where it was put."""
    wished.catalog.sealed(wished.filed.photo_id("a"), "1", "e" * 64, 10)
    wished.write("Albums/Home/copy of a.jpg")
    wished.judge(whole("e" * 64), "Albums/Home/copy of a.jpg")
    assert wished.filed.ino("Albums/Home/copy of a.jpg") == wished.filed.ino("Albums/Trip/a.jpg")
    assert wished.open_verbs() == ["join"]


def test_the_same_bytes_twice_in_one_run_are_uploaded_once(wished: Wished) -> None:
    """The second copy joins the first one, which only waits."""
    wished.write("Albums/Trip/one.jpg")
    wished.write("Albums/Home/two.jpg")
    wished.judge(whole("s"), "Albums/Trip/one.jpg")
    wished.judge(whole("s"), "Albums/Home/two.jpg")
    assert wished.open_verbs() == ["upload", "join", "join"]
    assert wished.filed.ino("Albums/Home/two.jpg") == wished.filed.ino("Albums/Trip/one.jpg")


def test_a_copy_of_what_lies_in_trash_brings_it_back(wished: Wished) -> None:
    """A user's own copy overrides the trash."""
    wished.catalog.sealed(wished.filed.photo_id("a"), "1", "e" * 64, 10)
    wished.unlink(f"{DAY}/a.jpg")
    wished.write("Albums/Home/a.jpg")
    wished.judge(whole("e" * 64), "Albums/Home/a.jpg")
    assert wished.files() >= {"Albums/Home/a.jpg", "Albums/Trip/a.jpg"}
    assert "Trash/a.jpg" not in wished.files()


def test_other_files_and_broken_pictures_stay_here(wished: Wished) -> None:
    """They keep name, place and bytes, and are never sent; written again they are judged anew."""
    wished.write("Albums/Trip/notes.txt")
    wished.write("Albums/Trip/half.jpg")
    wished.judge(Other("no picture"), "Albums/Trip/notes.txt")
    wished.judge(Broken("cut short"), "Albums/Trip/half.jpg")
    assert wished.stage("Albums/Trip/notes.txt") is Stage.LOCAL
    assert wished.stage("Albums/Trip/half.jpg") is Stage.FAILED
    assert wished.open_verbs() == []
    wished.filed.scan(photo("a", favorite=False), full=False)
    wished.write("Albums/Trip/half.jpg")
    wished.judge(whole("h"), "Albums/Trip/half.jpg")
    assert wished.open_verbs() == ["upload", "join"]


def test_a_judgement_of_what_was_touched_since_does_not_count(wished: Wished) -> None:
    """The file is judged anew."""
    ino = wished.write("Unsorted/u.jpg")
    row = wished.catalog.incoming(ino // 2)
    assert row is not None
    wished.filed.now_ns += 1
    wished.wishing.written(ino, 20, 5)
    assert not wished.wishing.judged(ino // 2, row.changed_ns, whole("u"))
    assert wished.stage("Unsorted/u.jpg") is Stage.OPEN


def test_temporaries_become_photos_by_their_last_name(wished: Wished) -> None:
    """Write and rename, as rsync does: name and album at the end are what counts."""
    ino = wished.write("Albums/Trip/.x.jpg.AbCdEf")
    wished.rename("Albums/Trip/.x.jpg.AbCdEf", "Albums/Home/x.jpg")
    wished.judge(whole("x"), "Albums/Home/x.jpg")
    upload, join = wished.catalog.open_operations()
    assert upload.wish.details["name"] == "x.jpg"
    assert join.wish.album == wished.catalog.albums_of(ino // 2)[0]


def test_a_file_renamed_over_a_photo_overwrites_it(wished: Wished) -> None:
    """The photo keeps its inode, id and albums, and gets the bytes; it is to be replaced."""
    ino = wished.filed.ino("Albums/Trip/a.jpg")
    wished.write("Albums/Trip/.a.jpg.tmp", 33)
    done = wished.rename("Albums/Trip/.a.jpg.tmp", "Albums/Trip/a.jpg")
    assert done.ino == ino
    node = wished.catalog.node(ino)
    assert node is not None
    assert node.size == 33
    wished.judge(whole("new", 33), "Albums/Trip/a.jpg")
    assert wished.open_verbs() == ["replace"]
    wished.filed.scan(photo("a", favorite=False, title="told again"), full=False)
    after = wished.catalog.node(ino)
    assert after is not None
    assert after.size == 33


def test_a_photo_overwritten_with_its_own_bytes_is_what_it_was(wished: Wished) -> None:
    """Nothing is sent, and size and time are as before."""
    wished.catalog.sealed(wished.filed.photo_id("a"), "1", "e" * 64, 10)
    ino = wished.filed.ino("Albums/Trip/a.jpg")
    before = wished.catalog.node(ino)
    wished.write("Albums/Trip/a.jpg", 10)
    wished.judge(whole("e" * 64), "Albums/Trip/a.jpg")
    after = wished.catalog.node(ino)
    assert wished.open_verbs() == []
    assert before is not None
    assert after is not None
    assert (after.size, after.mtime_ns) == (before.size, before.mtime_ns)


def test_undo_of_an_overwriting_shows_the_told_bytes_again(wished: Wished) -> None:
    """The replace is not sent; size and hash are those of the service's original."""
    wished.catalog.sealed(wished.filed.photo_id("a"), "1", "e" * 64, 10)
    wished.write("Albums/Trip/a.jpg", 33)
    wished.judge(whole("new", 33), "Albums/Trip/a.jpg")
    wished.wishing.undo(wished.catalog.actions(1)[0].action_id, SHELL)
    row = wished.catalog.photo(wished.filed.photo_id("a"))
    assert (row.size, row.sha256) == (10, "e" * 64)
    assert wished.filed.problems() == []


def test_a_backup_name_and_a_new_file_are_an_overwriting(wished: Wished) -> None:
    """exiftool's way: x.jpg -> x.jpg_original, then a new x.jpg; the backup is a local file."""
    wished.catalog.sealed(wished.filed.photo_id("a"), "1", "e" * 64, 10)
    ino = wished.filed.ino("Albums/Trip/a.jpg")
    wished.write("Albums/Trip/a.jpg_exiftool_tmp", 12)
    wished.rename("Albums/Trip/a.jpg", "Albums/Trip/a.jpg_original")
    wished.rename("Albums/Trip/a.jpg_exiftool_tmp", "Albums/Trip/a.jpg")
    assert wished.filed.ino("Albums/Trip/a.jpg") == ino
    assert wished.stage("Albums/Trip/a.jpg_original") is Stage.LOCAL
    backup = wished.catalog.photo(wished.filed.ino("Albums/Trip/a.jpg_original") // 2)
    assert backup.sha256 == "e" * 64
    wished.judge(whole("new", 12), "Albums/Trip/a.jpg")
    assert wished.open_verbs() == ["replace"]


def test_a_backup_name_and_back_is_nothing(wished: Wished) -> None:
    """No title is wished by putting a photo away and back."""
    wished.rename("Albums/Trip/a.jpg", "Albums/Trip/a.jpg~")
    wished.rename("Albums/Trip/a.jpg~", "Albums/Trip/a.jpg")
    assert wished.open_verbs() == []


def test_rm_of_a_file_that_is_not_judged_sends_nothing(wished: Wished) -> None:
    """It is gone, its row is no photo, and its draft may be swept."""
    wished.write("Unsorted/u.jpg")
    wished.unlink("Unsorted/u.jpg")
    assert "Unsorted/u.jpg" not in wished.files()
    assert wished.catalog.drafts_in_use() == frozenset()


def test_rm_of_what_waits_for_its_upload_goes_to_trash(wished: Wished) -> None:
    """Its upload is not sent; restored, it is uploaded after all."""
    wished.write("Unsorted/u.jpg")
    wished.judge(whole("u"), "Unsorted/u.jpg")
    wished.unlink("Unsorted/u.jpg")
    assert "Trash/u.jpg" in wished.files()
    assert "upload" not in wished.open_verbs()
    wished.rename("Trash/u.jpg", "Unsorted/u.jpg")
    assert "upload" in wished.open_verbs()


def test_a_time_set_by_a_copying_program_is_shown_and_kept(wished: Wished) -> None:
    """Through judging, upload and scans, so that a second rsync finds nothing to do."""
    ino = wished.write("Albums/Trip/new.jpg")
    wished.wishing.set_mtime(ino, 123_000_000_000, SHELL)
    wished.judge(whole("n"), "Albums/Trip/new.jpg")
    upload, join = wished.catalog.open_operations()
    wished.uploaded(upload, "77")
    wished.send(join)
    wished.filed.scan(photo("77", file_name=None, extension="jpg", title="new"), full=False)
    node = wished.catalog.node(ino)
    assert node is not None
    assert node.mtime_ns == 123_000_000_000


def test_a_copy_that_tells_no_time_keeps_the_time_of_its_coming(wished: Wished) -> None:
    """Neither judging nor the upload moves it, and its date stays unknown; a title tells one."""
    for name in ("old scan.jpg", "IMG_20190712_183005.jpg"):
        ino = wished.write(f"Albums/Trip/{name}")
        before = wished.catalog.node(ino)
        wished.judge(whole(name[:3], taken=None), f"Albums/Trip/{name}")
        after = wished.catalog.node(ino)
        assert before is not None
        assert after is not None
        dated = after.mtime_ns != before.mtime_ns
        assert dated == (name == "IMG_20190712_183005.jpg")
    assert {f"{DAY}/IMG_20190712_183005.jpg", "Dates/Unknown/old scan.jpg"} <= wished.files()


def test_a_known_capture_date_is_not_changed_by_a_copying_program(wished: Wished) -> None:
    """No error, no wish, the same time."""
    ino = wished.filed.ino("Albums/Trip/a.jpg")
    before = wished.catalog.node(ino)
    wished.wishing.set_mtime(ino, 5, SHELL)
    assert wished.catalog.node(ino) == before
    assert wished.open_verbs() == []


@pytest.mark.parametrize(("later_s", "wished_verbs"), [(-1, ["date"]), (1, [])])
def test_regression_a_touch_is_no_capture_date(
    wished: Wished, later_s: int, wished_verbs: list[str]
) -> None:
    """A photo without a date gets the time that is set, but none after its upload."""
    uploaded_ns = 1_500_000_000 * 10**9
    seen = photo("z", taken=None, file_name="z.jpg", uploaded_ns=uploaded_ns)
    wished.filed.scan(seen, full=False)
    ino = wished.filed.ino("Dates/Unknown/z.jpg")
    wished.wishing.set_mtime(ino, uploaded_ns + later_s * 10**9, SHELL)
    assert wished.open_verbs() == wished_verbs


def test_an_upload_that_the_service_refuses_stays_here(wished: Wished) -> None:
    """Marked failed with the service's reason; what was wished on top of it is not sent."""
    wished.write("Albums/Trip/big.jpg")
    wished.judge(whole("b"), "Albums/Trip/big.jpg")
    upload, _ = wished.catalog.open_operations()
    with wished.wishing.change():
        for event in (Event.CLAIM, Event.SEND):
            wished.catalog.happen(upload.operation_id, event, wished.filed.now_ns)
        wished.wishing.outcomes(upload.wish.library).give_up(upload, "too big")
    assert wished.stage("Albums/Trip/big.jpg") is Stage.FAILED
    assert wished.open_verbs() == []
    assert wished.filed.problems() == []


def test_names_that_differ_by_case_alone_stand_side_by_side(wished: Wished) -> None:
    """Programs get the names that they chose."""
    wished.write("Unsorted/u.jpg")
    wished.write("Unsorted/U.JPG")
    assert wished.files() >= {"Unsorted/u.jpg", "Unsorted/U.JPG"}
    with pytest.raises(Exists):
        wished.wishing.create(wished.spot("Unsorted/U.JPG"), SHELL)


def test_an_archive_takes_no_files(wished: Wished) -> None:
    """ReadOnly, before anything is made."""
    wished.catalog.set_writes(wished.filed.source_id, ())
    with pytest.raises(ReadOnly):
        wished.write("Albums/Trip/new.jpg")


def test_regression_a_month_goes_with_the_last_name_of_a_file_not_judged(wished: Wished) -> None:
    """As it does with the last photo; the file itself stays where else it is."""
    wished.write("Unsorted/n.jpg")
    wished.judge(whole("n", taken=IN_MAY), "Unsorted/n.jpg")
    wished.write("Dates/2017/2017-05/n.jpg")
    wished.unlink("Dates/2017/2017-05/n.jpg")
    assert not {path for path in wished.filed.tree() if "2017" in path}
    assert "Unsorted/n.jpg" in wished.files()


def test_regression_names_that_were_given_stay_when_other_bytes_are_judged(wished: Wished) -> None:
    """A title that was wished meanwhile makes no name anew, and is not made of such a name."""
    wished.write("Unsorted/n.jpg")
    wished.judge(whole("n"), "Unsorted/n.jpg")
    wished.rename(f"{DAY}/n.jpg", f"{DAY}/title.jpg")
    wished.link(f"{DAY}/title.jpg", "Albums/Trip/given.jpg")
    wished.write(f"{DAY}/title.jpg")
    wished.judge(whole("m"), f"{DAY}/title.jpg")
    assert wished.files() >= {f"{DAY}/title.jpg", "Albums/Trip/given.jpg"}
    upload = next(row for row in wished.catalog.open_operations() if row.wish.verb == "upload")
    assert upload.wish.details["title"] == "title"


def test_regression_a_copy_of_a_photo_keeps_its_names_in_album_and_favorites(
    wished: Wished,
) -> None:
    """Wherever the name stood that the library has the bytes of, under whatever name."""
    ino = wished.write("Unsorted/n.jpg")
    wished.judge(whole("n"), "Unsorted/n.jpg")
    wished.write("Albums/Trip/same.jpg")
    wished.link("Albums/Trip/same.jpg", "Favorites/same.jpg")
    wished.judge(whole("n"), "Albums/Trip/same.jpg")
    assert wished.filed.ino("Albums/Trip/same.jpg") == ino
    assert wished.filed.ino("Favorites/same.jpg") == ino


@pytest.mark.parametrize("last", ["rename", "link"])
def test_regression_a_file_is_called_by_the_name_that_it_has_got_last(
    wished: Wished, last: str
) -> None:
    """Of several names; in whichever folder."""
    wished.write("Unsorted/first.jpg")
    wished.link("Unsorted/first.jpg", "Albums/Trip/second.jpg")
    if last == "rename":
        wished.rename("Unsorted/first.jpg", "Unsorted/last.jpg")
    else:
        wished.link("Unsorted/first.jpg", "Albums/Home/last.jpg")
    wished.judge(whole("n"), "Albums/Trip/second.jpg")
    upload = wished.catalog.open_operations()[0]
    assert upload.wish.details["title"] == "last"


def test_regression_what_lies_in_trash_not_judged_is_linked_nowhere(wished: Wished) -> None:
    """It would stand in Trash and in an album."""
    wished.write("Unsorted/n.jpg")
    wished.wishing.undo(wished.catalog.actions(1)[0].action_id, SHELL)
    with pytest.raises(Refused, match="stands nowhere else"):
        wished.link("Trash/n.jpg", "Albums/Trip/n.jpg")
    assert {path for path in wished.files() if path.endswith("n.jpg")} == {"Trash/n.jpg"}


def test_regression_dated_bytes_for_an_undated_photo_that_was_deleted_date_it(
    wished: Wished,
) -> None:
    """They are a new photo, and the service tells its date from them."""
    wished.filed.scan(photo("u", favorite=False, taken=None), full=False)
    wished.write("Dates/Unknown/u.jpg")
    wished.judge(whole("n", taken=IN_MAY), "Dates/Unknown/u.jpg")
    for _ in range(2):
        wished.filed.scan(inventory=["a", "b", "c", "d"], full=False)
    (upload,) = wished.catalog.open_operations()
    assert "Dates/Unknown/u.jpg" in wished.files()
    wished.uploaded(upload, "new", taken=IN_MAY)
    assert {path for path in wished.files() if path.endswith("/u.jpg")} >= {
        "Dates/2017/2017-05/u.jpg"
    }
