"""The tables of docs/SEMANTICS.md, for the tests that compare them with what the code does."""

import re
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "docs" / "SEMANTICS.md").read_text(encoding="utf-8")

Table = list[list[str]]


def table(first_heading: str) -> Table:
    """The rows of the table whose first column is headed so, the heading first."""
    pattern = rf"^\| {re.escape(first_heading)} \|.*\n\|[-|]+\|\n(?:\|.*\|\n)+"
    found = re.search(pattern, TEXT, re.MULTILINE)
    assert found is not None, f"no table is headed {first_heading!r}"
    heading, _, *rows = found[0].splitlines()
    return [cells(row) for row in (heading, *rows)]


def cells(row: str) -> list[str]:
    """A row's cells without the marks of code."""
    return [cell.strip().strip("`") for cell in row.strip().strip("|").split("|")]
