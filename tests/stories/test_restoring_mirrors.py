"""`photofs restore` where something goes wrong: damaged files, kills, and what is there already."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.assembly import House
from photofs.emulators.flickr import Account, flickr_in_thread
from photofs.emulators.flickr.emulator import Emulator as Flickr
from photofs.emulators.pictures import make_jpeg, make_png
from photofs.emulators.takeout import demo_takeout
from tests.support.household import Household
from tests.support.logins import add_flickr
from tests.support.mirrored import files_of
from tests.support.proven import flip

pytestmark = [pytest.mark.mount, pytest.mark.timeout(600)]

MANY = 40


@pytest.fixture
def empty() -> Iterator[Flickr]:
    """An account without a photo."""
    with flickr_in_thread(Account()) as emulator:
        yield emulator


@pytest.fixture
def anew(household: Household, empty: Flickr) -> Household:
    """A home with that account as a library."""
    quick = '[tree]\ntimezone = "UTC"\n[writing]\ngrace = 0.5\nquiet = 0.5\n'
    (household.home / "config" / "config.toml").write_text(quick)
    add_flickr(household, empty, name="anew", perms="delete")
    household.scanned()
    return household


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A plain folder with two albums."""
    folder = tmp_path / "pictures"
    for number in range(MANY):
        album = folder / ("Lima" if number % 2 else "Rome")
        album.mkdir(parents=True, exist_ok=True)
        (album / f"{number:02}.jpg").write_bytes(make_jpeg(number, width=32, height=32))
    return folder


def send_all(household: Household) -> None:
    """Have the agent send all of it."""
    with household.mounted(agent=True):
        household.until_done()


def titles(empty: Flickr, title: str) -> list[str]:
    """The titles of an album's photos, in its order."""
    (album,) = [each for each in empty.account.state.albums if each.title == title]
    return [empty.account.state.photos[each].title for each in album.photos]


def test_a_restore_that_is_killed_goes_on_and_sends_nothing_twice(
    anew: Household, empty: Flickr, pictures: Path
) -> None:
    """Killed in the midst, given again, sent, and given once more: each photo is there once."""
    for wanted in (3, 12):
        process = anew.start("restore", pictures, "--to", "anew")
        until = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < until and count(anew) < wanted:
            time.sleep(0.01)
        process.kill()
        process.wait()
    done = anew.ask("restore", pictures, "--to", "anew")
    assert done["failed"] == []
    send_all(anew)
    assert len(empty.account.stream()) == MANY
    assert titles(empty, "Rome") == [f"{number:02}" for number in range(0, MANY, 2)]
    assert titles(empty, "Lima") == [f"{number:02}" for number in range(1, MANY, 2)]
    again = anew.ask("restore", pictures, "--to", "anew")
    assert (again["copied"], again["there"]) == (0, MANY)
    send_all(anew)
    assert len(empty.account.stream()) == MANY
    anew.run("check")


def test_regression_photos_of_one_title_keep_it(
    anew: Household, empty: Flickr, tmp_path: Path
) -> None:
    """On the way in they stand beside each other, and the later ones have a number in their name.

    One that a person has renamed meanwhile is called so.
    """
    folder = tmp_path / "pictures"
    files = ("Lima/Sunset.jpg", "Rome/Sunset.jpg", "Rome/Sunset_2.jpg", "Oslo/Sunset.jpg")
    for number, path in enumerate(files):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(make_jpeg(number, width=32, height=32))
    anew.run("restore", folder, "--to", "anew")
    with anew.mounted() as point:
        (renamed,) = (point / "anew/Albums/Oslo").iterdir()
        renamed.rename(renamed.with_name("Sunset at sea.jpg"))
    send_all(anew)
    assert titles(empty, "Lima") == ["Sunset"]
    assert titles(empty, "Rome") == ["Sunset", "Sunset_2"]
    assert titles(empty, "Oslo") == ["Sunset at sea"]
    anew.run("check")


def count(household: Household) -> int:
    """How many photos the library shows."""
    with House(household.environ).catalog() as catalog:
        (library,) = catalog.libraries()
        return catalog.photos_of(library.library_id)


def test_what_lies_in_trash_comes_out_and_is_not_sent(
    anew: Household, empty: Flickr, pictures: Path
) -> None:
    """A user's own restore overrides that it was put there; a dry run tells of it."""
    anew.run("restore", pictures, "--to", "anew")
    send_all(anew)
    with anew.mounted(agent=True) as point:
        for path in list((point / "anew" / "Dates").rglob("*.jpg")):
            path.unlink()
        anew.until_done()
    assert len(anew.ask("trash", "list")) == MANY
    assert "would be taken out of it" in anew.run("restore", pictures, "--to", "anew", "--dry-run")
    assert anew.ask("restore", pictures, "--to", "anew")["untrashed"] == MANY
    assert anew.ask("trash", "list") == []
    send_all(anew)
    assert empty.calls["upload"] == MANY


def test_the_bytes_that_a_photo_had_before_are_not_sent_as_another_photo(
    anew: Household, empty: Flickr, pictures: Path, tmp_path: Path
) -> None:
    """What stands in Trash/Replaced is in the mirror, and its list says that it lies in Trash."""
    anew.run("restore", pictures, "--to", "anew")
    send_all(anew)
    root = tmp_path / "nas"
    root.mkdir()
    anew.run("mirror", "add", "anew", root, "--albums", "none")
    with anew.mounted(agent=True) as point:
        (point / "anew" / "Albums" / "Lima" / "01.jpg").write_bytes(
            make_jpeg(1, width=48, height=48)
        )
        anew.until_done()
        (former,) = (point / "anew" / "Trash" / "Replaced").iterdir()
        old = former.read_bytes()
    assert (pictures / "Lima" / "01.jpg").read_bytes() == old
    anew.run("mirror", "run")
    assert old in files_of(root).values()
    done = anew.ask("restore", root, "--to", "anew")
    assert (done["copied"], done["there"], done["left"]) == (0, MANY, 1)
    send_all(anew)
    assert len(empty.account.stream()) == MANY


def test_a_damaged_file_of_a_mirror_is_left_and_told_of(
    anew: Household, empty: Flickr, tmp_path: Path
) -> None:
    """One flipped bit, and the file is neither copied nor sent; all others are."""
    demo_takeout(tmp_path / "export")
    anew.run("library", "add", "takeout", tmp_path / "export", "--name", "old")
    root = tmp_path / "nas"
    root.mkdir()
    anew.run("mirror", "add", "old", root)
    anew.run("mirror", "run", code=None)
    would = anew.ask("restore", root, "--to", "anew", "--dry-run")
    assert would["failed"] == []
    (victim, *_) = sorted(path for path in root.rglob("*.jpg") if not path.is_symlink())
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.chmod(0o600)
    victim.write_bytes(data)
    done = anew.ask("restore", root, "--to", "anew", code=6)
    (failed,) = done["failed"]
    assert failed.startswith(victim.relative_to(root).as_posix())
    assert "damaged" in failed
    assert done["copied"] + done["there"] == would["copied"] + would["there"] - 1
    assert empty.account.stream() == []


def test_what_no_service_takes_is_told(anew: Household, tmp_path: Path) -> None:
    """People, places that the picture itself does not tell, and the archive: of how many photos."""
    demo_takeout(tmp_path / "export")
    anew.run("library", "add", "takeout", tmp_path / "export", "--name", "old")
    root = tmp_path / "nas"
    root.mkdir()
    anew.run("mirror", "add", "old", root)
    anew.run("mirror", "run", code=None)
    sidecars = [path.read_text(encoding="utf-8") for path in root.rglob("*.xmp")]
    with_people = sum("PersonInImage" in each for each in sidecars)
    with_place = sum("GPSLatitude" in each for each in sidecars)
    would = anew.ask("restore", root, "--to", "anew", "--dry-run")
    untold = {why.partition(":")[0]: number for why, number in would["untold"].items()}
    assert 0 < untold["people"] <= with_people
    assert 0 < untold["positions"] < with_place
    done = anew.ask("restore", root, "--to", "anew")
    untold = {why.partition(":")[0]: number for why, number in done["untold"].items()}
    assert untold["archive"] > 0
    assert done["copied"] == would["copied"]


def test_a_mirror_with_facts_in_its_copies_gives_the_originals_back(
    anew: Household, empty: Flickr, tmp_path: Path
) -> None:
    """What was put into a JPEG is left out of the upload; what was written anew is told of."""
    plain = tmp_path / "plain"
    plain.mkdir()
    for number in range(3):
        (plain / f"20190712_18300{number}.jpg").write_bytes(make_jpeg(number, width=32, height=32))
        (plain / f"20190712_18310{number}.png").write_bytes(make_png(number, width=32, height=32))
    anew.run("library", "add", "folder", plain, "--name", "old")
    roots = {flag: tmp_path / f"nas{flag}" for flag in ("", "--embed")}
    would = {}
    for flag, root in roots.items():
        root.mkdir()
        anew.run("mirror", "add", "old", root, *([flag] if flag else []))
        anew.run("mirror", "run", root, code=None)
        would[flag] = files_of(root)
    changed = {path for path, data in would[""].items() if would["--embed"][path] != data}
    assert changed
    with House(anew.environ).catalog() as catalog:
        (number,) = [each.mirror_id for each in catalog.mirrors() if each.settings]
        made = [each for each in catalog.copies(number, 0, 10_000) if each.embedded]
    cut = {each.original for each in made if each.embedded and each.embedded.cut}
    assert cut
    assert cut <= {sha256_of(data) for data in would[""].values()}
    done = anew.ask("restore", roots["--embed"], "--to", "anew")
    assert done["failed"] == []
    told = [number for why, number in done["untold"].items() if why.startswith("originals")]
    assert (told, len(cut)) == ([3], 3)
    written = House(anew.environ).store().written
    waiting = {sha256_of((written.folder / name).read_bytes()) for name in written.names()}
    assert cut <= waiting
    assert not {each.sha256 for each in made if each.original in cut} & waiting
    assert empty.account.stream() == []


def sha256_of(data: bytes) -> str:
    """A SHA-256."""
    return hashlib.sha256(data).hexdigest()


def test_photos_that_no_list_names_yet_are_restored(anew: Household, tmp_path: Path) -> None:
    """A run was killed before it wrote albums.json: they come in; what is former does not."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in "abcd":
        (pictures / f"{name}.jpg").write_bytes(make_jpeg(ord(name), width=32, height=32))
    anew.run("library", "add", "folder", pictures, "--name", "old")
    root = tmp_path / "nas"
    root.mkdir()
    anew.run("mirror", "add", "old", root, "--albums", "none")
    anew.run("mirror", "run")
    files = {path.name: path for path in root.rglob("*.jpg")}
    listed = (root / "albums.json").read_text(encoding="utf-8").splitlines()
    named = [line for line in listed if '"file"' not in line or "/d.jpg" in line]
    (root / "albums.json").write_text("\n".join(named).replace("},\n]", "}\n]"), encoding="utf-8")
    files["b.jpg"].rename(files["b.jpg"].with_name("b (until 2026-11-21).jpg"))
    files["c.jpg"].chmod(0o600)
    files["c.jpg"].write_bytes(make_jpeg(9, width=32, height=32))
    done = anew.ask("restore", root, "--to", "anew", "--dry-run", code=6)
    assert (done["copied"], done["unlisted"], done["left"]) == (2, 2, 1)
    (failed,) = done["failed"]
    assert "c.jpg: its bytes are not those that the mirror's list names" in failed


def test_what_a_restore_leaves_or_lacks_is_named(anew: Household, tmp_path: Path) -> None:
    """Files in Damaged are left, by name; one that is listed and lost is told of by its name (6).

    A photo that somebody gave another name comes in, and what the mirror lacks is counted.
    """
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in "abcd":
        (pictures / f"{name}.jpg").write_bytes(make_jpeg(ord(name), width=32, height=32))
    anew.run("library", "add", "folder", pictures, "--name", "old")
    root = tmp_path / "nas"
    root.mkdir()
    anew.run("mirror", "add", "old", root)
    anew.run("mirror", "run")
    files = {path.name: path for path in root.rglob("*.jpg") if not path.is_symlink()}
    flip(files["a.jpg"])
    anew.run("mirror", "verify", code=6)
    anew.run("mirror", "repair")
    files["b.jpg"].unlink()
    files["c.jpg"].rename(root / "renamed.jpg")
    listed = root / "albums.json"
    told = listed.read_text(encoding="utf-8")
    listed.write_text(told.replace('"old",', '"old",\n"lacking": 7,', 1), encoding="utf-8")
    done = anew.ask("restore", root, "--to", "anew", "--dry-run", code=6)
    (lost,) = done["failed"]
    assert lost.startswith(files["b.jpg"].relative_to(root).as_posix() + ": ")
    assert (done["copied"], done["left"], done["unlisted"], done["lacking"]) == (3, 1, 1, 7)
    assert done["left_such_as"][0].startswith("Damaged/")
    words = anew.run("restore", root, "--to", "anew", "--dry-run", code=6)
    assert "(such as Damaged/" in words
    assert "it had no file of 7 photos of its library" in words


def test_a_restore_into_no_library_reads_nothing(anew: Household, pictures: Path) -> None:
    """It says at once that there is none, and how one is made."""
    told = anew.run("restore", pictures, "--to", "typo", code=4)
    assert "nothing was read" in told
    assert "photofs login flickr --name typo" in told
