"""A Google library of two sources: a Takeout's originals and the account's own uploads."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photofs.assembly import House
from photofs.emulators.google import Emulator
from photofs.emulators.google.state import Item as Upload
from photofs.emulators.hosting.originals import blob_of
from photofs.emulators.takeout.account import Account, Album, Item
from photofs.emulators.takeout.export import write_export
from tests.support.google_library import TAKEN, Uploads, add_google, config_of, log_in
from tests.support.household import Household, shell

MADE = datetime(2024, 1, 1, tzinfo=UTC)
SEA = Path("google/Albums/Sea")


def original(made: Uploads, upload: Upload) -> bytes:
    """The bytes as they were uploaded."""
    blob = blob_of(upload.original, made.account.vault)
    return blob.read(0, blob.size)


def export(folder: Path, made: Uploads) -> dict[str, bytes]:
    """A Takeout of all pictures, and of one that no program uploaded; the originals by name."""
    originals = {f"IMG_{n:04}.jpg": original(made, each) for n, each in enumerate(made.pictures)}
    items = [
        Item(
            item_id=f"AF1Qip{number}",
            title=name,
            data=data,
            taken=(TAKEN + timedelta(days=number)).replace(tzinfo=UTC),
        )
        for number, (name, data) in enumerate(originals.items())
    ]
    phone = Item(
        item_id="AF1QipPhone",
        title="PXL_1.jpg",
        data=originals["IMG_0000.jpg"] + b"\0",
        taken=datetime(2019, 8, 1, tzinfo=UTC),
    )
    sea = Album(title="Sea", item_ids=["AF1Qip0", "AF1QipPhone"])
    write_export(folder, Account(items=[*items, phone], albums=[sea]), MADE)
    return originals


@pytest.mark.parametrize("first", ["takeout", "account"])
def test_each_photo_is_one_file_with_its_original_bytes(
    household: Household, google: Emulator, made: Uploads, tmp_path: Path, first: str
) -> None:
    """Whichever was there first: the account's albums and marks, the Takeout's bytes."""
    originals = export(tmp_path / "takeout", made)
    if first == "takeout":
        household.run("library", "add", "takeout", tmp_path / "takeout", "--no-scan")
        add_source(household, google)
    else:
        add_google(household, google)
        household.scanned()
        household.run("library", "add", "takeout", tmp_path / "takeout", "--to", "google")
    household.run("scan")
    household.run("check")
    (library,) = household.ask("status")["libraries"]
    assert library["counts"]["photos"] == len(originals) + 1 + len(made.videos)
    assert household.ask("library", "report", "google") == []
    with household.mounted() as photos:
        names = sorted(path.name for path in (photos / SEA).iterdir())
        assert names == ["IMG_0000.jpg", "IMG_0002.jpg", "MOV_0001.MOV", "PXL_1.jpg"]
        for path in (photos / "google" / "Dates").rglob("IMG_*.jpg"):
            assert path.read_bytes() == originals[path.name]
        fidelity = ("-n", "user.photofs.fidelity", "--only-values")
        assert shell("getfattr", *fidelity, photos / SEA / "IMG_0000.jpg").startswith("original")
        assert [path.name for path in (photos / "google" / "Favorites").iterdir()] == [
            "IMG_0001.jpg"
        ]
        told = household.run("info", photos / SEA / "IMG_0000.jpg")
        assert "merged with that of" in told
        assert "name, capture second and size in pixels" in told


def inodes(photos: Path) -> dict[str, int]:
    """The inode of each file by its place in the tree."""
    found = (path for path in (photos / "google").rglob("*") if path.is_file())
    return {str(path.relative_to(photos)): path.stat().st_ino for path in found}


def add_source(household: Household, google: Emulator) -> None:
    """The account behind the library that is there, as `photofs login google` adds it."""
    house = House(household.environ)
    log_in(house.secrets(), google.account)
    with house.catalog() as catalog:
        library = catalog.library("google").library_id
        catalog.add_source(library, "google", config_of(google), account="ada@example.org")


def test_the_account_stands_in_while_the_export_is_away(
    household: Household, google: Emulator, made: Uploads, tmp_path: Path
) -> None:
    """Its disk is detached: an error once, then what Google gives, marked; back, the original."""
    originals = export(tmp_path / "takeout", made)
    add_google(household, google)
    household.run("library", "add", "takeout", tmp_path / "takeout", "--to", "google", "--no-scan")
    household.run("scan")
    (tmp_path / "takeout").rename(tmp_path / "away")
    with household.mounted() as photos:
        picture = photos / SEA / "IMG_0000.jpg"
        with pytest.raises(OSError, match="Input/output"):
            picture.read_bytes()
        assert picture.read_bytes() == made.given(made.pictures[0])
        assert picture.stat().st_size == len(made.given(made.pictures[0]))
        fidelity = ("-n", "user.photofs.fidelity", "--only-values")
        assert shell("getfattr", *fidelity, picture).startswith("recompressed")
        (tmp_path / "away").rename(tmp_path / "takeout")
        household.run("scan", "--full")
        household.run("check")
    with household.mounted() as photos:
        assert (photos / SEA / "IMG_0000.jpg").read_bytes() == originals["IMG_0000.jpg"]


def test_one_source_is_taken_away_and_comes_back(
    household: Household, google: Emulator, made: Uploads, tmp_path: Path
) -> None:
    """Asked with numbers; the rest stays with its inodes; added again, the same files are back."""
    export(tmp_path / "takeout", made)
    add_google(household, google)
    household.scanned()
    household.run("library", "add", "takeout", tmp_path / "takeout", "--to", "google")
    asked = household.run("library", "remove", "google", "--source", "google", code=15)
    assert "1 photo that only it has leave the tree; 4 that others have" in asked
    with household.mounted() as photos:
        before = inodes(photos)
        told = household.ask("library", "remove", "google", "--source", "takeout", "--yes")
        assert (told["gone"], told["stay"]) == (1, 4)
        left = set(before) - set(inodes(photos))
        assert {Path(each).name for each in left} == {"PXL_1.jpg"}
        assert inodes(photos).items() <= before.items()
        picture = photos / SEA / "IMG_0000.jpg"
        assert picture.read_bytes() == made.given(made.pictures[0])
        household.run("library", "add", "takeout", tmp_path / "takeout", "--to", "google")
        household.run("check")
        assert inodes(photos) == before
        assert picture.read_bytes() == original(made, made.pictures[0])
    told = household.run("library", "remove", "google", "--source", "5", code=4)
    assert "1: google ada@example.org; 2: takeout" in told
