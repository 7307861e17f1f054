"""Trash of an export: it is shown, and nobody is asked whether it may be emptied."""

import json
from pathlib import Path

from tests.support.household import Household


def with_export(household: Household) -> None:
    """A catalog with nothing but an export, one photo of which lay in the trash."""
    taken = "photoTakenTime", "creationTime"
    sidecar = {"title": "old.jpg", "trashed": True} | {key: {"timestamp": "1"} for key in taken}
    year = household.folder / "takeout" / "Takeout" / "Google Photos" / "Photos from 1970"
    year.mkdir(parents=True)
    (year / "old.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    (year / "old.jpg.json").write_text(json.dumps(sidecar))
    household.run("library", "add", "takeout", year.parents[2], "--name", "G")


def test_regression_an_export_s_trash_is_refused_before_anybody_is_asked(
    tmp_path: Path,
) -> None:
    """Not "Flickr's delete is final" and --yes; it is named, and `trash list` offers nothing."""
    household = Household(tmp_path)
    with_export(household)
    for more in ((), ("--yes",), ("G",)):
        told = household.run("trash", "empty", *more, code=15)
        assert 'the library "G" cannot be changed: it shows an archive' in told
        assert "Delete" not in told
    listed = household.run("trash", "list")
    assert "G/Trash/old.jpg" in listed
    assert "G cannot be changed" in listed
    assert "trash empty" not in listed
