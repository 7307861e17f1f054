"""Nobody reads "1 photos": a number that may be one stands before its noun by model/wording.py."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for room in ("photofs", "agent") for path in (ROOT / room).rglob("*.py"))
NOUNS = (
    "albums|bytes|changes|copies|days|errands|favorites|favourites|files|folders|hours|items|links"
    "|lists|minutes|mirrors|names|originals|parts|people|photos|pictures|places|questions|records"
    "|requests|rules|sidecars|sources|thumbnails|times|uploads|videos|weeks|wishes|years"
)
PLURAL = re.compile(rf" (?:more )?(?:{NOUNS})\b")
FORMATTED = re.compile(rf"%d (?:{NOUNS})\b")
NEVER_ONE = {
    "len(mounts)": "asked only where there are several",
    "albums": "so told where they are more than one",
    "n": "so told where it is more than one",
    "policy.daily": "a day's budget",
    "self._limit": "the cache's size in bytes",
    "self._min_free": "so many bytes are left free",
    "wanted": "bytes that do not fit",
    "size": "a length in bytes, told as wrong",
    "self.size": "a length in bytes, told as wrong",
    "packed": "a length in bytes, told as wrong",
    "upload.size": "a whole file's length in bytes",
    "extension": "no number",
    "total": "told for each hundred",
}
"""What stands before a plural as it is, and why that is never one."""


def plurals(path: Path) -> Iterator[str]:
    """Where a number stands right before a plural, and what the number is."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.expr):
            continue
        if FORMATTED.search(text_of(node)):
            yield f"{path.name}:{node.lineno}: {text_of(node)}"
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        for value, after in pairwise(parts):
            if isinstance(value, ast.FormattedValue) and PLURAL.match(text_of(after)):
                number = ast.unparse(value.value)
                spec = ast.unparse(value.format_spec) if value.format_spec else ""
                if not re.search(r"[fg]'$", spec) and not is_constant(number):  # "1.0 days"
                    yield f"{path.name}:{node.lineno}: {number}{text_of(after)}"


def text_of(node: ast.AST) -> str:
    """What it says, if it is a plain string."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_constant(number: str) -> bool:
    """Whether it is known to be more than one."""
    return number in NEVER_ONE or number.rpartition(".")[2].isupper()


@pytest.mark.parametrize("room", ["photofs", "agent"])
def test_regression_no_number_stands_before_a_plural_by_itself(room: str) -> None:
    """Each is counted by one helper, which says "1 photo"."""
    own = [path for path in SOURCES if path.is_relative_to(ROOT / room)]
    assert [each for path in own if "emulators" not in path.parts for each in plurals(path)] == []


def test_a_plural_behind_a_number_is_found(tmp_path: Path) -> None:
    """In a formatted string and in one for a log; not where the number is a constant."""
    source = tmp_path / "source.py"
    source.write_text('A = f"{n} x {count:,} photos and {MOST} files"\nB = "%d files"\n')
    found = {"source.py:1: count photos and ", "source.py:2: %d files"}
    assert set(plurals(source)) == found
