"""What was sent to Google and lies here alone, when its sources are taken away, or lose it."""

from pathlib import Path

from photofs.catalog.check import check
from photofs.catalog.sqlite import Catalog
from photofs.originals.port import Room
from tests.support.exported_home import ExportedHome, exported_home, sha256_of
from tests.support.google_home import files
from tests.support.google_library import config_of
from tests.support.household import Household

FIRST, SECOND = "IMG_0000.jpg", "IMG_0001.jpg"


def source_of(catalog: Catalog, provider: str) -> int:
    """The number of the source of that kind."""
    (found,) = (each for each in catalog.sources() if each.provider == provider)
    return found.source_id


def withdraw(home: ExportedHome, provider: str) -> None:
    """As `photofs library remove --source` does."""
    with home.house.catalog() as catalog:
        home.house.filing(catalog).withdraw(source_of(catalog, provider))
        assert [str(each) for each in check(catalog)] == []


def stand(home: ExportedHome) -> dict[str, set[str]]:
    """By hash the kinds of folders in which what was sent stands, under any name."""
    with home.house.catalog() as catalog:
        found: dict[str, set[str]] = {}
        for name, data in home.made.files.items():
            rows = catalog.database.all(
                "SELECT id FROM photo WHERE sha256 = ? AND gone = 0", (sha256_of(data),)
            )
            found[name] = {each.kind for (number,) in rows for each in catalog.names_of(number)}
        return found


def test_what_was_sent_stays_in_trash_without_its_source(tmp_path: Path) -> None:
    """What the Takeout has as well stays where it is; added again, the source has it as before."""
    with exported_home(tmp_path, exported={FIRST: files(2)[FIRST]}) as home:
        in_tree = {"album", "date"}
        assert stand(home)[SECOND] == in_tree
        withdraw(home, "google")
        assert stand(home)[SECOND] == {"trash"}
        assert home.rooms()[SECOND] is Room.KEPT
        with home.house.catalog() as catalog:
            assert sha256_of(home.made.files[SECOND]) in catalog.only_here()
            assert [name for _, _, name, *_ in catalog.in_trash()] == [SECOND]
            (both,) = (each.photo_id for each in catalog.known_ids(source_of(catalog, "takeout")))
            assert {each.kind for each in catalog.names_of(both)} == {"date", "unsorted"}
            add_again(home, catalog)
        home.scan("google")
        assert stand(home)[SECOND] == in_tree
        with home.house.catalog() as catalog:
            assert catalog.in_trash() == []


def add_again(home: ExportedHome, catalog: Catalog) -> None:
    """As `photofs login google` does after it was taken away."""
    library = catalog.library("google").library_id
    config = {**config_of(home.made.emulator), "lull": 0}
    catalog.add_source(library, "google", config, account=home.made.emulator.account.state.email)


def test_what_two_sources_had_is_found_when_both_are_gone(tmp_path: Path) -> None:
    """First Google lost it, and the Takeout had the same bytes; then that was taken away."""
    with exported_home(tmp_path) as home:
        item = home.made.items[0]
        item.trashed = True
        for _time in range(3):
            home.scan("google")
        assert "trash" not in stand(home)[FIRST]
        withdraw(home, "takeout")
        assert stand(home) == {FIRST: {"trash"}, SECOND: {"album", "date"}}
        assert home.rooms() == {FIRST: Room.KEPT, SECOND: Room.KEPT}


def test_the_other_way_round_it_is_found_as_well(tmp_path: Path) -> None:
    """The Takeout is taken away first: what was sent is shown again, and then lost by Google."""
    with exported_home(tmp_path) as home:
        withdraw(home, "takeout")
        assert stand(home) == {FIRST: {"album", "date"}, SECOND: {"album", "date"}}
        home.made.items[0].trashed = True
        for _time in range(3):
            home.scan("google")
        assert stand(home) == {FIRST: {"trash"}, SECOND: {"album", "date"}}


def test_a_library_with_originals_that_are_nowhere_else_is_not_forgotten(tmp_path: Path) -> None:
    """What Google deleted, and what it gives back otherwise; not what the Takeout has as well."""
    with exported_home(tmp_path, 3, exported={FIRST: files(3)[FIRST]}) as home:
        home.made.items[2].trashed = True
        for _time in range(3):
            home.scan("google")
        with home.house.catalog() as catalog:
            library = catalog.library("google").library_id
            sizes = [len(data) for name, data in home.made.files.items() if name != FIRST]
            assert catalog.here_alone(library) == (2, sum(sizes))
        household = Household(tmp_path)
        refused = household.run("library", "remove", "google", "--yes", code=None)
        assert "2 files" in refused
        assert "gives back" in refused


def test_the_command_says_what_stays(tmp_path: Path) -> None:
    """It counts what stands in Trash from then on, and not among what leaves the tree."""
    with exported_home(tmp_path, exported={FIRST: files(2)[FIRST]}):
        household = Household(tmp_path)
        asked = household.run("library", "remove", "google", "--source", "google", code=None)
        assert "1 original that went there from this disk" in asked
        told = household.ask("library", "remove", "google", "--source", "google", "--yes")
        assert (told["gone"], told["stay"], told["trash"]) == (0, 1, 1)
