"""Errors that readers of photos meet say what to do."""

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


@pytest.mark.parametrize("path", READ_BY_PEOPLE, ids=lambda path: path.name)
def test_every_error_says_what_to_do(path: Path) -> None:
    """Each that is raised has a remedy."""
    without = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
        and node.exc.func.id in OURS | DERIVED
        and "remedy" not in {keyword.arg for keyword in node.exc.keywords}
    ]
    assert not without
