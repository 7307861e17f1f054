"""`photofs scan --refine`: better dates from bytes that are on this machine, on demand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from photofs.emulators.pictures import make_jpeg
from photofs.emulators.takeout import Account, Item, write_export
from tests.support.household import Household

NEW_YEAR = datetime(2020, 1, 1, 0, 30, tzinfo=UTC) - timedelta(hours=9)
"""Half past midnight in Tokyo, still 2019 in Lisbon."""


def files(household: Household) -> list[str]:
    """What Dates/ holds, as paths."""
    with household.mounted() as point:
        dates = point / "google" / "Dates"
        return [str(path.relative_to(dates)) for path in dates.rglob("*") if path.is_file()]


def test_refine_lists_what_would_move_and_moves_it_only_with_yes(
    household: Household, tmp_path: Path
) -> None:
    """The camera's offset puts a picture into the year in which it was taken there."""
    local = datetime(2020, 1, 1, 0, 30)  # noqa: DTZ001 - as EXIF has it
    data = make_jpeg("fireworks", taken=local, offset="+09:00")
    item = Item(item_id="AF1QipTokyo", title="fireworks.jpg", data=data, taken=NEW_YEAR)
    write_export(tmp_path / "takeout", Account(items=[item]), datetime(2024, 1, 1, tzinfo=UTC))
    household.run("library", "add", "takeout", tmp_path / "takeout")
    assert files(household) == ["2019/2019-12/fireworks.jpg"]
    (move,) = household.ask("scan", "--refine")
    assert move["new_local"].startswith("2020-01-01T00:30")
    assert move["old_ns"] == move["new_ns"]
    assert files(household) == ["2019/2019-12/fireworks.jpg"]
    assert "1 photo moved" in household.run("scan", "--refine", "--yes")
    assert files(household) == ["2020/2020-01/fireworks.jpg"]
    household.run("scan", "--full")
    assert files(household) == ["2020/2020-01/fireworks.jpg"]
    assert household.ask("scan", "--refine") == []


def test_settings_of_the_tree_that_change_later_count_for_what_is_known(
    household: Household, tmp_path: Path
) -> None:
    """Dates follows its template at the next scan; times follow the zone when told to."""
    data = make_jpeg("fireworks")
    item = Item(item_id="AF1QipTokyo", title="fireworks.jpg", data=data, taken=NEW_YEAR)
    write_export(tmp_path / "takeout", Account(items=[item]), datetime(2024, 1, 1, tzinfo=UTC))
    settings = household.home / "config" / "config.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('[tree]\ntimezone = "Europe/Lisbon"\n')
    household.run("library", "add", "takeout", tmp_path / "takeout")
    assert files(household) == ["2019/2019-12/fireworks.jpg"]
    settings.write_text('[tree]\ntimezone = "Asia/Tokyo"\ndates = "{year}"\n')
    assert "by the zone Europe/Lisbon, new photos' by Asia/Tokyo" in household.run("scan")
    assert files(household) == ["2019/fireworks.jpg"]
    assert "1 photo moved" in household.run("scan", "--refine", "--yes")
    assert files(household) == ["2020/fireworks.jpg"]
    assert "zone" not in household.run("scan")
