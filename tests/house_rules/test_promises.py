"""Every promise of docs/PROMISES.md is shown by a test that carries its number."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def carried(path: Path) -> Iterator[str]:
    """The numbers in the names, or in the first words of the docstrings, of a module's tests."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            named = re.match(r"test_p(\d+)_", node.name)
            told = re.match(r"P(\d+): ", ast.get_docstring(node) or "")
            yield from (f"P{found[1]}" for found in (named, told) if found)


def test_every_promise_has_its_test_and_no_number_is_unknown() -> None:
    """The numbers that tests carry are exactly those of the list."""
    promised = re.findall(
        r"^\| (P\d+) \|", (ROOT / "docs" / "PROMISES.md").read_text(), re.MULTILINE
    )
    shown = {number for path in (ROOT / "tests").rglob("test_*.py") for number in carried(path)}
    assert set(promised) == shown
    assert len(promised) == len(set(promised))
