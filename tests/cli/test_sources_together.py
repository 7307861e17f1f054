"""Two Takeouts behind one library: added, merged, told of by `info` and `report`, and split."""

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from photofs.emulators.pictures import make_jpeg
from photofs.emulators.takeout.account import Account, Album, Item
from photofs.emulators.takeout.export import write_export
from tests.support.household import Household

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
SECOND = datetime(2025, 3, 1, tzinfo=UTC)
MONTH = "google/Dates/2024/2024-05"


def at(minute: int) -> datetime:
    """A moment in May."""
    return datetime(2024, 5, 1, 12, minute, tzinfo=UTC)


def item(item_id: str, minute: int, data: bytes, **facts: object) -> Item:
    """A picture of that minute, named for its id."""
    usual: dict[str, object] = {"title": f"{item_id}.jpg", "taken": at(minute), "data": data}
    return Item(item_id=item_id, **{**usual, **facts})  # type: ignore[arg-type]


def encoded_anew(picture: bytes) -> bytes:
    """The same pixels, as a service gives them to whoever downloads them."""
    made = io.BytesIO()
    Image.open(io.BytesIO(picture)).save(made, "JPEG", quality=40)
    return made.getvalue()


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two exports of one account; the second, made by another way, has lost ids and bytes."""
    folder = tmp_path_factory.mktemp("exports")
    paint = [make_jpeg(number) for number in range(6)]
    write_export(
        folder / "one",
        Account(
            items=[
                item("page", 1, paint[0], description="old words"),
                item("bytes", 2, paint[1]),
                item("look", 3, paint[2]),
                item("doubt", 4, paint[3], url="none"),
            ],
            albums=[Album(title="Trip", item_ids=["page", "look"])],
        ),
        FIRST,
    )
    write_export(
        folder / "two",
        Account(
            items=[
                item("page", 1, paint[0], description="new words", favorite=True),
                item("again", 2, paint[1], title="bytes.jpg", url="none"),
                item("worse", 3, encoded_anew(paint[2]), title="look.jpg"),
                item("doubt-1", 5, paint[3]),
                item("doubt-2", 6, paint[3]),
                item("new", 7, paint[4]),
            ],
        ),
        SECOND,
    )
    return folder


@pytest.fixture
def household(tmp_path: Path, exports: Path) -> Household:
    """Both behind the library google."""
    household = Household(tmp_path)
    household.run("library", "add", "takeout", exports / "one")
    told = household.run("library", "add", "takeout", exports / "two", "--to", "google")
    assert "added to google" in told
    household.run("check")
    return household


def sources_of(household: Household, name: str) -> list[dict[str, object]]:
    """What `info` tells of the sources of a photo."""
    told: list[dict[str, object]] = household.ask("info", f"{MONTH}/{name}")["sources"]
    return told


def test_two_exports_are_one_library(household: Household) -> None:
    """Merged by page, by checksum, and by name, second and pixels; what is new is there as well."""
    (library,) = household.ask("library", "list")
    assert library["sources"] == ["takeout", "takeout"]
    assert (library["photos"], library["albums"]) == (7, 1)
    evidence = {
        name: [source.get("merged_by") for source in sources_of(household, f"{name}.jpg")]
        for name in ("page", "bytes", "look", "new")
    }
    assert {name: len(told) for name, told in evidence.items()} == {
        "page": 2,
        "bytes": 2,
        "look": 2,
        "new": 1,
    }
    assert "their page at the service" in evidence["page"]
    assert "length and checksum (CRC-32)" in evidence["bytes"]
    assert "name, capture second and size in pixels" in evidence["look"]


def test_info_tells_from_which_source_each_fact_comes(household: Household) -> None:
    """The latest words are the second's; what only one tells is that one's."""
    facts = household.ask("info", f"{MONTH}/page.jpg")
    assert (facts["description"], facts["favorite"]) == ("new words", True)
    tells = {str(source["of"]).rpartition("/")[2]: source["tells"] for source in facts["sources"]}
    assert {"description", "favorite"} <= set(tells["two"])
    assert "description" not in tells["one"]
    assert facts["albums"] == ["Trip"]
    words = household.run("info", f"{MONTH}/page.jpg")
    assert "merged with that of" in words
    assert "their page at the service" in words


def test_what_is_in_doubt_is_reported_and_left_apart(household: Household) -> None:
    """Three photos with the same bytes, two of them of one source: none is merged."""
    (line,) = [
        each
        for each in household.ask("library", "report", "google")
        if each["kind"] == "not merged"
    ]
    assert "doubt" in line["path"]
    assert "3 photos fit" in line["why"]
    assert "length and checksum" in line["why"]


def test_a_split_outlives_scans_and_can_be_undone(household: Household) -> None:
    """Two photos, also after both sources were scanned anew; undone, it is one again."""
    told = household.ask("library", "split", f"{MONTH}/page.jpg")
    assert len(told["photos"]) == 2
    assert all(path.startswith(MONTH) for path in told["photos"])
    household.run("scan", "--full")
    household.run("check")
    assert household.ask("library", "list")[0]["photos"] == 8
    assert household.run("library", "split", told["photos"][1], code=None).count("only one source")
    household.run("library", "split", "--undo", told["photos"][1])
    household.run("check")
    assert household.ask("library", "list")[0]["photos"] == 7
    assert len(sources_of(household, "page.jpg")) == 2


def test_a_scan_says_of_which_source(household: Household, exports: Path) -> None:
    """Of a library of several each line names one."""
    told = household.run("scan", "--full")
    for name in ("one", "two"):
        assert f"the scan of takeout {exports / name} found" in told


def test_a_library_to_add_to_must_be_there(tmp_path: Path, exports: Path) -> None:
    """An unknown one, and both flags at once, are refused; without one the remedy names --to."""
    household = Household(tmp_path)
    told = household.run("library", "add", "takeout", exports / "one", "--to", "x", code=None)
    assert 'there is no library "x"' in told
    household.run("library", "add", "takeout", exports / "one", "--no-scan")
    both = ("--to", "google", "--name", "other")
    assert "give one" in household.run(
        "library", "add", "takeout", exports / "two", *both, code=None
    )
    assert "--to 'google'" in household.run("library", "add", "takeout", exports / "two", code=None)
    assert "already" in household.run(
        "library", "add", "takeout", exports / "one", "--to", "google", code=None
    )


def test_each_of_two_exports_can_be_moved(tmp_path: Path, exports: Path) -> None:
    """Which of them lies in the new folder is told by its files."""
    household = Household(tmp_path)
    for name, more in (("one", ()), ("two", ("--to", "google"))):
        shutil.copytree(exports / name, tmp_path / name)
        household.run("library", "add", "takeout", tmp_path / name, *more)
    (tmp_path / "two").rename(tmp_path / "elsewhere")
    told = household.ask("library", "move", "google", tmp_path / "elsewhere")
    assert told["from"] == str(tmp_path / "two")
    household.run("scan", "--full")
    (tmp_path / "nothing").mkdir()
    household.run("library", "move", "google", tmp_path / "nothing", code=15)
