"""Errors that people meet who read or write photos say what to do."""

import ast
import inspect
from pathlib import Path

import pytest

import photofs
from photofs.model import errors

ROOT = Path(photofs.__file__).parent
OURS = {name for name, _kind in inspect.getmembers(errors, inspect.isclass)} - {"Bug"}
DERIVED = {"Spoiled", "Throttled", "Missing"}
"""Kinds that providers derive from ours."""

READ_BY_PEOPLE = [
    *sorted((ROOT / "providers/transport").glob("*.py")),
    ROOT / "providers/archives/pread.py",
    ROOT / "providers/archives/zip_directory.py",
    ROOT / "providers/archives/zip_member.py",
    ROOT / "providers/archives/tgz.py",
    ROOT / "originals/draft.py",
    ROOT / "volume/handles.py",
]


EXPECTED = {"NotFound", "Exists", "NotEmpty", "IsFolder", "NotFolder", "NameTooLong", "Across"}
"""What programs reckon with, and put into words of their own; some of it has a remedy, too."""

WRITING = [
    path
    for floor in ("fuse", "kernel", "volume", "wishing")
    for path in sorted((ROOT / floor).glob("*.py"))
    if path not in READ_BY_PEOPLE
]


def without_remedy(path: Path, kinds: set[str]) -> list[int]:
    """The lines where an error of these kinds is raised that does not say what to do."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
        and node.exc.func.id in kinds
        and "remedy" not in {keyword.arg for keyword in node.exc.keywords}
    ]


@pytest.mark.parametrize("path", READ_BY_PEOPLE, ids=lambda path: path.name)
def test_every_error_says_what_to_do(path: Path) -> None:
    """Each that is raised has a remedy."""
    assert not without_remedy(path, OURS | DERIVED)


@pytest.mark.parametrize("path", WRITING, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_a_verb_refuses_says_what_to_do(path: Path) -> None:
    """Each that no program reckons with has a remedy."""
    assert not without_remedy(path, OURS - EXPECTED)
