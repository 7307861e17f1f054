"""The generator of exports names files as Google's published exports do; it knows no reader's rule.

The pairs stand in public programs' tests and in docs/reference/google.md 3.5 and 3.6.
"""

import ast
from pathlib import Path

import pytest

from photofs.emulators.takeout import Account, Item, account
from photofs.emulators.takeout.languages import ENGLISH
from photofs.emulators.takeout.layout import Layout
from photofs.emulators.takeout.names import FolderNames
from tests.support.takeout_worlds import MADE, item

PORTRAIT = "PXL_20220503_181502789.PORTRAIT-01.COVER"
LONG = "a title that goes on for rather longer than names in archives may be"
NAMES = (
    ("IMG_1.jpg", 1, "IMG_1.jpg", "IMG_1.jpg.json", "IMG_1.jpg.supplemental-metadata.json"),
    ("IMG_1.jpg", 2, "IMG_1(1).jpg", "IMG_1.jpg(1).json",
     "IMG_1.jpg.supplemental-metadata(1).json"),
    ("skytree (2).jpg", 1, "skytree (2).jpg", "skytree (2).jpg.json",
     "skytree (2).jpg.supplemental-metadata.json"),
    ("Negative(1).jpg", 2, "Negative(1)(1).jpg", "Negative(1).jpg(1).json",
     "Negative(1).jpg.supplemental-metadata(1).json"),
    ("PXL_20220503_181502789.NIGHT.jpg", 1, "PXL_20220503_181502789.NIGHT.jpg",
     "PXL_20220503_181502789.NIGHT.jpg.json",
     "PXL_20220503_181502789.NIGHT.jpg.supplemental-.json"),
    (f"{PORTRAIT}.jpg", 1, f"{PORTRAIT}.jpg", f"{PORTRAIT}.jpg.json", f"{PORTRAIT}.jpg.s.json"),
    ("x" * 41 + ".jpg", 1, "x" * 41 + ".jpg", "x" * 41 + ".jpg.json", "x" * 41 + ".jpg..json"),
    ("x" * 43 + ".jpg", 1, "x" * 43 + ".jpg", "x" * 43 + ".jp.json", "x" * 43 + ".jp.json"),
    (f"{LONG}.jpg", 1, f"{LONG[:47]}.jpg", f"{LONG[:46]}.json", f"{LONG[:46]}.json"),
    (f"{LONG}.jpg", 2, f"{LONG[:47]}(1).jpg", f"{LONG[:46]}(1).json", f"{LONG[:46]}(1).json"),
    ("27/06/12 - 1.mov", 1, "27_06_12 - 1.mov", "27_06_12 - 1.mov.json",
     "27_06_12 - 1.mov.supplemental-metadata.json"),
    ('a\\:*?"<>|\r\n.jpg', 1, "a" + "_" * 10 + ".jpg", None, None),
    ("a & b [c] + d ~ 🎆.jpg", 1, "a & b [c] + d ~ 🎆.jpg", None, None),
    ("🎆" * 30 + ".jpg", 1, "🎆" * 24 + ".jpg", "🎆" * 23 + ".json", "🎆" * 23 + ".json"),
    ("20030616", 1, "20030616.jpg", "20030616.json", "20030616.supplemental-metadata.json"),
    ("[UNSET].jpg", 1, "[UNSET].jpg", "[UNSET].jpg.json", None),
)  # fmt: skip


def names_of(*items: Item, supplemental: bool = True) -> list[str]:
    """The names in the folder of the year, as they are written."""
    layout = Layout(Account(items=items), ENGLISH, supplemental, MADE)
    return [file.path.rpartition("/")[2] for file in layout.files() if "Photos from" in file.path]


@pytest.mark.parametrize(("title", "which", "medium", "old", "new"), NAMES)
def test_names_are_those_that_were_published(
    title: str, which: int, medium: str, old: str | None, new: str | None
) -> None:
    """The medium's and the sidecar's name of the first or second item of a title, in both ages."""
    items = [item(title, number) for number in range(which)]
    for supplemental, sidecar in ((False, old), (True, new)):
        written = names_of(*items, supplemental=supplemental)
        assert written[-2] == medium
        assert sidecar is None or written[-1] == sidecar


def test_names_of_copies() -> None:
    """A suffix is cut as the name is; where nothing of it is left the copy is counted."""
    folder = FolderNames()
    for length, wanted in ((5, "y" * 5 + "-edited.jpg"), (43, "y" * 43 + "-edi.jpg"),
                           (44, "y" * 44 + "-ed.jpg"), (46, "y" * 46 + "-.jpg"),
                           (47, "y" * 47 + "(1).jpg")):  # fmt: skip
        assert folder.copy(folder.name("y" * length + ".jpg"), "-edited") == wanted
    second = folder.name("yyyyy.jpg")
    assert second.file == "yyyyy(1).jpg"
    assert folder.copy(second, "-edited") == "yyyyy-edited(1).jpg"


@pytest.mark.parametrize(
    ("title", "extension", "moving"),
    [
        ("IMG_4573.HEIC", ".MP4", "IMG_4573.MP4"),
        ("IMG_4573.JPG", ".MOV", "IMG_4573.MOV"),
        ("PXL_1.MP.jpg", ".MP", "PXL_1.MP"),
        ("PXL_1.MP~2.jpg", ".MP~2", "PXL_1.MP~2"),
        ("PXL_1.MV.jpg", ".MV", "PXL_1.MV"),
        ("MVIMG_20181224.jpg", "", "MVIMG_20181224"),
    ],
)
def test_names_of_moving_parts(title: str, extension: str, moving: str) -> None:
    """Beside the picture, without a sidecar, or with one in newer exports."""
    one = item(title, motion=(extension, b"film"))
    assert names_of(one) == [title, moving, f"{title}.supplemental-metadata.json"]
    newer = item(title, motion=(extension, b"film"), motion_has_sidecar=True)
    assert f"{moving}.supplemental-metadata.json" in names_of(newer)


def test_the_generator_knows_no_reader() -> None:
    """It is written from the facts alone: it imports nothing of the provider that reads it."""
    modules = sorted(Path(account.__file__).parent.glob("*.py"))
    imported = [
        node.module or ""
        for path in modules
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    ]
    assert len(modules) >= 6
    ours = {each for each in imported if each.startswith("photofs.")}
    assert ours
    assert all(each.startswith("photofs.emulators") for each in ours)
