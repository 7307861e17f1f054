"""The files of one shot: each tells what it is among them, and which the others are."""

from pathlib import Path

from photofs.catalog.port import SetMember
from photofs.model.observation import PhotoGone
from photofs.volume.xattrs import Facts, attribute_names, attribute_value
from tests.support.filed import Filed, photo
from tests.support.household import Household
from tests.support.takeout_worlds import export, item

NAME = "user.photofs.set"


def shot(filed: Filed) -> None:
    """A picture with an edited copy, both of a name that another photo has, too."""
    filed.scan(
        photo("other", file_name="a.jpg"),
        photo("m", file_name="a.jpg", set_key="m", set_role="main"),
        photo("e", file_name="a-edited.jpg", set_key="m", set_role="edited"),
        photo("r", file_name="a.dng", set_key="m", set_role="raw"),
        photo("alone", set_key="alone", set_role="main"),
    )


def told(filed: Filed, remote_id: str) -> Facts:
    """What the attributes of a photo are made from."""
    photo_id = filed.photo_id(remote_id)
    return Facts(filed.catalog.photo(photo_id), filed.catalog.origins(photo_id)[0], here=False)


def test_each_file_tells_the_others(filed: Filed) -> None:
    """By their roles and by the names that they have in Dates."""
    shot(filed)
    names = [path.rpartition("/")[2] for path in filed.files() if path.startswith("Dates/")]
    (main,) = (name for name in names if name.startswith("a_"))
    edited = filed.catalog.photo(filed.photo_id("e"))
    assert edited.set_role == "edited"
    assert edited.set_others == (SetMember("main", main), SetMember("raw", "a.dng"))
    value = attribute_value(told(filed, "m"), NAME)
    assert value == b"main\nedited a-edited.jpg\nraw a.dng"


def test_a_photo_by_itself_tells_none(filed: Filed) -> None:
    """Also if its source calls it the main one of a set, and when the others are gone."""
    shot(filed)
    for remote_id in ("other", "alone"):
        assert NAME not in attribute_names(told(filed, remote_id))
        assert attribute_value(told(filed, remote_id), NAME) is None
    filed.scan(PhotoGone(remote_id="e"), PhotoGone(remote_id="r"), full=False)
    assert NAME not in attribute_names(told(filed, "m"))


def test_sets_are_found_by_an_index(filed: Filed) -> None:
    """No table is read through, however large the library; a row that is damaged harms nobody."""
    shot(filed)
    filed.catalog.database.run(
        "UPDATE observation SET seen = '{' WHERE id = ?", (filed.photo_id("other"),)
    )
    statements: list[str] = []

    def note(_cursor: object, statement: str, _bindings: object) -> bool:
        statements.append(statement)
        return True

    connection = filed.catalog.database.connection
    connection.set_exec_trace(note)
    assert len(filed.catalog.photo(filed.photo_id("m")).set_others) == 2
    connection.set_exec_trace(None)
    (statement,) = (one for one in statements if "set_role" in one)
    plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", (1, "m", 1, 20)).fetchall()
    assert any("observation_set" in str(row[-1]) for row in plan)
    assert not [row for row in plan if str(row[-1]).startswith("SCAN")]


def test_photofs_info_tells_the_set(tmp_path: Path) -> None:
    """For people as a line, in JSON as an object; a photo by itself has neither."""
    export(tmp_path / "export", item("a.jpg", 1, edited=b"edited"), item("b.jpg", 2))
    house = Household(tmp_path / "home")
    house.run("library", "add", "takeout", tmp_path / "export")
    folder = "google/Dates/2019/2019-07"
    assert "set: edited, beside a.jpg (main)" in house.run("info", f"{folder}/a-edited.jpg")
    facts = house.ask("info", f"{folder}/a.jpg")
    assert facts["set"] == {
        "role": "main",
        "others": [{"role": "edited", "name": "a-edited.jpg"}],
    }
    assert "set" not in house.ask("info", f"{folder}/b.jpg")
