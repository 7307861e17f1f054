"""`photofs restore` into an account of which nobody here has read a byte: no photo comes twice."""

import json
import os
import stat
import time
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from photofs.assembly import House
from photofs.emulators.flickr import Account, flickr_in_thread
from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.emulator import Emulator as Flickr
from photofs.emulators.flickr.faults import Fails
from photofs.emulators.google import CLIENT_ID, google_in_thread
from photofs.emulators.google import Account as GoogleAccount
from photofs.emulators.pictures import make_jpeg
from photofs.kernel.lock import hold
from photofs.model.album_list import AlbumList, ListedAlbum, ListedPhoto, write_album_list
from photofs.model.mirror import MARKER_NAME
from tests.support.google_library import add_google
from tests.support.household import Household
from tests.support.logins import add_flickr

pytestmark = pytest.mark.timeout(600)

WIDTH, HEIGHT = 32, 24
TAKEN = datetime(2019, 7, 12, 18, 30, 5)  # noqa: DTZ001 - wall time, as in EXIF


def picture(number: int) -> bytes:
    """One of some pictures, each taken at a minute of its own."""
    return make_jpeg(number, width=WIDTH, height=HEIGHT, taken=TAKEN.replace(minute=number))


def put_there(flickr: Flickr, number: int, data: bytes = b"", **facts: object) -> str:
    """A photo of the account, as another program uploaded it; its id."""
    account = flickr.account
    stored, _ = account.store(data or picture(number))
    taken = TAKEN.replace(minute=number).isoformat(" ")
    said = {"taken": taken, "title": f"{number:02}", "format": "jpg", **facts}
    said |= {"width": WIDTH, "height": HEIGHT}
    return account.add_photo(stored, **said).id  # type: ignore[arg-type] # fields by name


@pytest.fixture
def flickr() -> Iterator[Flickr]:
    """An account without a photo."""
    with flickr_in_thread(Account()) as emulator:
        yield emulator


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures."""
    made = tmp_path / "pictures"
    made.mkdir()
    for number in range(6):
        (made / f"{number:02}.jpg").write_bytes(picture(number))
    return made


def put_list(folder: Path, photos: tuple[ListedPhoto, ...], *albums: ListedAlbum) -> None:
    """Make a mirror of it, with that list."""
    (folder / "albums.json").write_bytes(write_album_list(AlbumList("old", photos, albums)))
    marker = {"format": "photofs mirror", "version": 1, "mirror": "m", "library": "old"}
    (folder / MARKER_NAME).write_text(json.dumps(marker))


def listed(household: Household, flickr: Flickr) -> Household:
    """The account as a library that was listed, and no more."""
    (household.home / "config").mkdir(exist_ok=True)
    (household.home / "config" / "config.toml").write_text('[tree]\ntimezone = "UTC"\n')
    add_flickr(household, flickr, name="anew", perms="delete")
    household.run("scan")
    flickr.calls.clear()
    return household


def fetched(flickr: Flickr) -> list[str]:
    """Of which photos the original was asked for, each time."""
    files = [call.path.rpartition("/")[2] for call in flickr.ledger.history]
    return sorted(name.partition("_")[0] for name in files if "_o." in name)


def test_what_the_account_has_is_compared_and_not_sent(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """By second or by name; what is like none of the files is not asked for, nor twice."""
    there = [put_there(flickr, number) for number in range(3)]
    there.append(put_there(flickr, 3, title="renamed"))
    there.append(put_there(flickr, 4, taken=None))
    there.append(put_there(flickr, 5, picture(5) + b"edited"))
    put_there(flickr, 30)
    home = listed(household, flickr)
    would = home.ask("restore", folder, "--to", "anew", "--dry-run")
    assert (would["copied"], would["there"], would["alike"], would["unread"]) == (0, 0, 6, 7)
    told = home.run("restore", folder, "--to", "anew", "--dry-run")
    assert "of 7 photos of the library nobody here has read the original: 6 of the files" in told
    assert fetched(flickr) == []
    done = home.ask("restore", folder, "--to", "anew")
    assert (done["copied"], done["there"], done["unsure"]) == (1, 5, [])
    looked = fetched(flickr)
    assert set(looked) == set(there)
    again = home.ask("restore", folder, "--to", "anew")
    assert (again["copied"], again["there"], again["waiting"]) == (0, 6, 1)
    assert fetched(flickr) == looked
    assert flickr.calls["upload"] == 0


def test_what_lies_in_trash_unread_comes_out_of_it(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """It is known by its bytes once they were fetched, and restored rather than sent."""
    for number in range(6):
        put_there(flickr, number)
    home = listed(household, flickr)
    with House(home.environ).catalog() as catalog:
        (library,) = catalog.libraries()
        for row in catalog.unread(library.library_id, catalog.sources()[0].source_id):
            catalog.set_binned(row.photo_id, 10**18)
            facts = catalog.photo_facts(row.photo_id)
            catalog.set_photo_facts(row.photo_id, facts._replace(trashed=1))
    done = home.ask("restore", folder, "--to", "anew")
    assert (done["copied"], done["there"], done["untrashed"]) == (0, 6, 6)
    assert home.ask("trash", "list") == []


@pytest.mark.mount
def test_regression_what_was_deleted_there_does_not_count_as_there(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """No listing has lacked it yet: its service is asked, and it is brought in again, once."""
    ids = [put_there(flickr, number) for number in range(6)]
    home = listed(household, flickr)
    quick = '[tree]\ntimezone = "UTC"\n[writing]\ngrace = 0.2\nquiet = 0.2\n'
    (home.home / "config" / "config.toml").write_text(quick)
    assert home.ask("restore", folder, "--to", "anew")["there"] == 6
    flickr.account.remove_photo(ids[0])
    for waiting in (0, 1):
        done = home.ask("restore", folder, "--to", "anew")
        told = (done["copied"], done["there"], done["waiting"], done["failed"])
        assert told == (1 - waiting, 5 + waiting, waiting, [])
    with home.mounted(agent=True):
        home.until_done()
    assert len(flickr.account.stream()) == 6
    (anew,) = {photo.id for photo in flickr.account.stream()} - set(ids)
    done = home.ask("restore", folder, "--to", "anew")
    assert (done["copied"], done["there"], done["waiting"]) == (0, 6, 0)
    flickr.account.remove_photo(anew)
    assert home.ask("restore", folder, "--to", "anew")["copied"] == 1


def test_a_service_that_cannot_say_what_it_has_is_told_of(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """What is known here counts as there, and the command ends with 6: it may not be."""
    for number in range(6):
        put_there(flickr, number)
    home = listed(household, flickr)
    home.ask("restore", folder, "--to", "anew")
    flickr.faults.add(Fails(code=2, message="Denied"), "flickr.photos.getInfo", times=None)
    told = home.run("restore", folder, "--to", "anew", code=6)
    assert "6 were there already" in told
    assert "could not be asked whether it still has those there" in told


def test_a_scan_that_was_stopped_for_what_is_missing_is_told(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """Nothing is taken for deleted then; what is gone is brought in again all the same."""
    ids = [put_there(flickr, number) for number in range(6)]
    home = listed(household, flickr)
    home.ask("restore", folder, "--to", "anew")
    for each in ids:
        flickr.account.remove_photo(each)
    home.run("scan", "--full", code=None)
    told = home.run("restore", folder, "--to", "anew")
    assert "6 photos" in told
    assert "had trouble, so what the library shows may be old" in told


def test_what_nobody_can_compare_is_left_and_told_of(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """A free account gives no originals: what may be there is sent with --unsure alone."""
    flickr.account.state.pro = False
    put_there(flickr, 0)
    put_there(flickr, 1, title="00", taken="2001-01-01 00:00:00")
    (folder / "Lima").mkdir()
    (folder / "00.jpg").rename(folder / "Lima" / "00.jpg")
    home = listed(household, flickr)
    done = home.ask("restore", folder, "--to", "anew", code=6)
    assert (done["copied"], done["there"]) == (5, 0)
    assert "make album" not in verbs(home)
    (why,) = done["unsure"]
    assert why.startswith("Lima/00.jpg may be there as anew/")
    assert "gives back other bytes than were sent" in why
    assert "1 file not copied" in home.run("restore", folder, "--to", "anew", code=6)
    done = home.ask("restore", folder, "--to", "anew", "--unsure")
    assert (done["copied"], done["there"], done["unsure"]) == (1, 5, [])


def test_the_id_that_a_mirror_names_is_asked_first_and_not_believed(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """Its title and date were changed there: the id finds it, and the bytes decide."""
    changed: dict[str, Any] = {"title": "another", "taken": "2001-01-01 00:00:00"}
    same = put_there(flickr, 0, **changed)
    other = put_there(flickr, 1, picture(1)[:-1] + b"\0", **changed)
    put_list(folder, (ListedPhoto("00.jpg", id=same), ListedPhoto("01.jpg", id=other)))
    home = listed(household, flickr)
    done = home.ask("restore", folder, "--to", "anew")
    assert (done["copied"], done["there"]) == (5, 1)


def test_regression_what_is_no_file_is_named(
    household: Household, flickr: Flickr, folder: Path, tmp_path: Path
) -> None:
    """Pipes, sockets and links that lead elsewhere are left aloud; a broken picture fails."""
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(picture(40))
    os.mkfifo(folder / "pipe.jpg")
    os.mknod(folder / "sock", stat.S_IFSOCK | 0o600)
    (folder / "out.jpg").symlink_to(outside)
    (folder / "nowhere.jpg").symlink_to("gone.jpg")
    (folder / "same").symlink_to(".")
    (folder / "Lima").mkdir()
    (folder / "Lima" / "00.jpg").symlink_to("../00.jpg")
    home = listed(household, flickr)
    done = home.ask("restore", folder, "--to", "anew", "--dry-run")
    assert (done["copied"], done["failed"]) == (6, [])
    said = [each.partition(":")[0] for each in done["passed_over"]]
    assert sorted(said) == ["nowhere.jpg", "out.jpg", "pipe.jpg", "sock"]
    (folder / "broken.jpg").write_bytes(b"no picture")
    told = home.run("restore", folder, "--to", "anew", code=6)
    assert "left, as nobody looks into them: 4 paths" in told
    assert "  out.jpg: it is a link that leads out of the folder" in told
    assert "not restored: broken.jpg: its bytes are no picture" in told


def test_one_restore_at_a_time(household: Household, flickr: Flickr, folder: Path) -> None:
    """A second one is refused and changes nothing; only to tell what would be done is not."""
    home = listed(household, flickr)
    with House(home.environ).catalog() as catalog:
        (library,) = catalog.libraries()
    lock = home.home / "state" / "locks" / f"restore-{library.library_id}"
    with hold(lock, "a test's"):
        told = home.run("restore", folder, "--to", "anew", code=5)
        assert "photos are being restored to anew in another process" in told
        assert home.ask("restore", folder, "--to", "anew", "--dry-run")["copied"] == 6
    assert home.ask("restore", folder, "--to", "anew")["copied"] == 6


def test_given_twice_it_makes_nothing_twice(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """Before anything was sent, too: no file, no change, no album; and it says that none works."""
    for number in range(6):
        sidecar = folder / f"{number:02}.jpg.xmp"
        sidecar.write_text(SIDECAR.format(title=f"Title {number}"), encoding="utf-8")
    home = listed(household, flickr)
    told = home.run("restore", folder, "--to", "anew")
    assert "no agent works, so nothing is sent yet: `photofs mount` begins one" in told
    assert "`photofs wait anew`" in told
    before = verbs(home)
    assert before["bring in"] == before["retitle"] == 6
    would = home.ask("restore", folder, "--to", "anew", "--dry-run")
    assert (would["copied"], would["there"], would["waiting"]) == (0, 6, 6)
    again = home.run("restore", folder, "--to", "anew")
    assert "6 were there already" in again
    assert "6 of those there are not sent yet: an earlier restore brought them" in again
    assert verbs(home) == before


SIDECAR = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>
 <rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF>
</x:xmpmeta>
"""


def verbs(home: Household) -> dict[str, int]:
    """How many changes of each kind are open."""
    found: dict[str, int] = {}
    for each in home.ask("queue", "-n", "1000")["operations"]:
        found[each["verb"]] = found.get(each["verb"], 0) + 1
    return found


def test_the_journal_says_what_came_from_where(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """What is brought in from a mirror was in no Trash, and no list says so."""
    home = listed(household, flickr)
    home.run("restore", folder, "--to", "anew")
    log = home.run("log")
    assert "photofs restore: 6 photos brought in" in log
    assert "from Trash" not in log
    assert "bring in anew/Unsorted/00.jpg" in home.run("queue")


def test_what_nobody_has_listed_is_asked_for_first(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """An account that was not listed to its end is refused; one listed long ago is told of."""
    home = listed(household, flickr)
    set_scans(home, "UPDATE source SET scan_ns = scan_ns - 7 * 86400 * 1000000000")
    told = home.run("restore", folder, "--to", "anew", "--dry-run")
    assert "the library was last listed 7 days ago" in told
    set_scans(home, "UPDATE source SET full_scan_ns = NULL")
    told = home.run("restore", folder, "--to", "anew", code=15)
    assert "nobody knows yet all that anew has" in told
    assert "`photofs scan anew`" in told
    home.run("scan", "--full")
    assert "last listed" not in home.run("restore", folder, "--to", "anew")


def test_regression_an_older_catalog_lists_before_it_restores(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """Put back from a backup, it does not know what was sent since: that came a second time."""
    home = listed(household, flickr)
    hours = 2 * 3600 * 10**9
    set_scans(home, f"UPDATE source SET scan_ns = scan_ns - {hours}")  # noqa: S608 - a number
    (home.home / "data").mkdir(exist_ok=True)
    (home.home / "data" / "catalog-seen").write_text("the word of a newer catalog\n")
    put_there(flickr, 0)
    for dry in ([], ["--dry-run"]):
        told = home.run("restore", folder, "--to", "anew", *dry, code=15)
        assert "would be sent a second time" in told
        assert "`photofs scan anew`" in told
    home.run("scan", "anew")
    done = home.ask("restore", folder, "--to", "anew")
    assert (done["copied"], done["there"]) == (5, 1)


def set_scans(home: Household, statement: str, *values: str) -> None:
    """As if the account had been scanned otherwise."""
    with House(home.environ).catalog() as catalog, catalog.database.transaction():
        catalog.database.run(statement, values)


def test_a_folder_that_is_not_there_is_told_as_that(
    household: Household, flickr: Flickr, tmp_path: Path
) -> None:
    """With what can be done about a folder that is to be restored."""
    home = listed(household, flickr)
    told = home.run("restore", tmp_path / "nosuch", "--to", "anew", code=4)
    assert "there is no folder" in told
    assert "nothing was read or copied" in told
    assert "library move" not in told
    (tmp_path / "file").write_text("")
    assert "no folder that you may read" in home.run(
        "restore", tmp_path / "file", "--to", "anew", code=15
    )


def test_albums_go_by_their_titles(household: Household, flickr: Flickr, folder: Path) -> None:
    """Two of one title become one, the account's own gets photos, and so it is told."""
    flickr.account.add_album("Lima", [put_there(flickr, 7)])
    put_list(
        folder,
        (ListedPhoto("00.jpg", favorite=True), *(ListedPhoto(f"0{each}.jpg") for each in "12345")),
        ListedAlbum("Lima", "7", files=("00.jpg",)),
        ListedAlbum("Rome", "8", files=("01.jpg", "02.jpg")),
        ListedAlbum("Rome", "9", files=("03.jpg", "04.jpg")),
    )
    home = listed(household, flickr)
    would = home.ask("restore", folder, "--to", "anew", "--dry-run")
    assert (would["albums"], would["joined"], would["favorites"]) == (3, 2, 1)
    told = home.run("restore", folder, "--to", "anew")
    assert "3 albums got photos" in told
    assert "2 albums of those: the library has one of that title, or two have the same" in told
    assert "marked: 1 favorite, 0 as archived" in told
    with House(home.environ).catalog() as catalog:
        (library,) = catalog.libraries()
        folders = [catalog.folder_of_title(library.library_id, each) for each in ("Lima", "Rome")]
        assert [len(list(catalog.photos_under(each or 0))) for each in folders] == [2, 4]
    assert verbs(home)["make album"] == 1


def test_regression_a_restore_tells_what_the_service_has_no_place_for(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """Flickr has no archive: the dry run says so, too; with nothing to do no album got photos."""
    photos = (ListedPhoto("00.jpg", archived=True), ListedPhoto("01.jpg", archived=True))
    put_list(folder, photos, ListedAlbum("Lima", "7", files=("00.jpg",)))
    home = listed(household, flickr)
    for more, albums in ((["--dry-run"], "1 album would get"), ([], "1 album got")):
        told = home.run("restore", folder, "--to", "anew", *more)
        assert "of 2 photos something was not told: archive: anew has none" in told
        assert "as archived" not in told
        assert f"{albums} photos" in told
    for more, albums in ((["--dry-run"], "0 albums would get"), ([], "0 albums got")):
        assert f"{albums} photos" in home.run("restore", folder, "--to", "anew", *more)


def test_a_restore_of_hundreds_is_not_held(
    household: Household, flickr: Flickr, tmp_path: Path
) -> None:
    """What it tells of the photos that it brings in alters nothing of anybody."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(300):
        name = folder / f"{number:03}.jpg"
        name.write_bytes(make_jpeg(number, width=16, height=16))
        sidecar = folder / f"{name.name}.xmp"
        sidecar.write_text(SIDECAR.format(title=f"Title {number}"), encoding="utf-8")
    home = listed(household, flickr)
    home.run("restore", folder, "--to", "anew")
    assert verbs(home) == {"bring in": 300, "retitle": 300}
    assert home.ask("held", "list") == []


def test_a_mirrors_rendition_is_known_by_the_services(
    household: Household, flickr: Flickr, tmp_path: Path
) -> None:
    """Where neither has the original, what a free account gives shows which photo it is."""
    flickr.account.state.pro = False
    for number in range(2):
        put_there(flickr, number)
    old = listed(Household(tmp_path / "old"), flickr)
    nas = tmp_path / "nas"
    nas.mkdir()
    old.run("mirror", "add", "anew", nas)
    old.run("mirror", "run", code=None)
    home = listed(household, flickr)
    done = home.ask("restore", nas, "--to", "anew")
    assert (done["copied"], done["there"], done["unsure"]) == (0, 2, [])


@pytest.mark.mount
def test_google_knows_the_same_bytes_by_itself(household: Household, folder: Path) -> None:
    """Nothing is compared, nothing is left, and no photo is there twice."""
    quick = '[tree]\ntimezone = "UTC"\n[writing]\ngrace = 0.5\nquiet = 0.5\n'
    (household.home / "config" / "config.toml").write_text(quick)
    with google_in_thread(GoogleAccount()) as google:
        account = google.account
        for number in range(3):
            account.add_item(picture(number), f"{number:02}.jpg", CLIENT_ID)
        add_google(household, google, name="anew")
        household.run("scan")
        told = household.run("restore", folder, "--to", "anew", "--dry-run")
        assert "its service itself takes the same bytes for the photo that it has" in told
        done = household.ask("restore", folder, "--to", "anew")
        assert (done["copied"], done["unread"], done["takes_once"]) == (6, 3, True)
        with household.mounted(agent=True):
            household.until_done()
        assert len(account.state.items) == 6


@pytest.mark.mount
def test_a_kill_beside_the_agent_leaves_no_half_photo(
    household: Household, flickr: Flickr, folder: Path
) -> None:
    """Whatever stood there when it was killed, all are sent whole, and once."""
    for number in range(6, 24):
        (folder / f"{number:02}.jpg").write_bytes(picture(number) + bytes(3 << 20))
    home = listed(household, flickr)
    quick = '[tree]\ntimezone = "UTC"\n[writing]\ngrace = 0.2\nquiet = 0.2\n'
    (home.home / "config" / "config.toml").write_text(quick)
    wanted = {sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.jpg")}
    with home.mounted(agent=True):
        for least in (2, 9):
            process = home.start("restore", folder, "--to", "anew")
            until = time.monotonic() + 120
            while process.poll() is None and brought(home) < least and time.monotonic() < until:
                time.sleep(0.005)
            process.kill()
            process.wait()
        done = home.ask("restore", folder, "--to", "anew")
        assert (done["failed"], done["unsure"]) == ([], [])
        home.until_done()
    vault = Darkroom(flickr.account.vault)
    blobs = [vault.original(photo) for photo in flickr.account.stream()]
    assert sorted(sha256(each.read(0, each.size)).hexdigest() for each in blobs) == sorted(wanted)


def brought(home: Household) -> int:
    """How many files were copied in so far."""
    with House(home.environ).catalog(read_only=True) as catalog:
        return len(catalog.brought_again())
