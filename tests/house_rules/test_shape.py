"""The shape of the house, measured: short functions, small modules, honest names, told tests."""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = sorted(path for room in ("photofs", "agent") for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "tools"}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, FUNCTIONS):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from `def` to its end, without its docstring and decorators."""
    first = node.body[0]
    told = ast.get_docstring(node, clean=False) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if told else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


def named(path: Path) -> str:
    """A module as a reader finds it."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def comments(path: Path) -> Iterator[tuple[str, str]]:
    """Every comment of a module, with where it stands."""
    with tokenize.open(path) as source:
        for token in tokenize.generate_tokens(source.readline):
            if token.type == tokenize.COMMENT:
                yield f"{named(path)}:{token.start[0]}", token.string


def calls_outside_loops(path: Path, called: str) -> Iterator[str]:
    """Where a module calls a function of that dotted name, but for calls within `while`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    polled = {
        id(node)
        for loop in ast.walk(tree)
        if isinstance(loop, ast.While)
        for node in ast.walk(loop)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or id(node) in polled:
            continue
        if ast.unparse(node.func) == called:
            yield f"{named(path)}:{node.lineno}"


def imports(path: Path) -> Iterator[str]:
    """The first names of all that a module imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_functions_are_short() -> None:
    """Half of all functions have at most 9 lines, nine in ten at most 25."""
    lengths = [length(node) for path in PRODUCT for node in functions(path)]
    assert len(lengths) > 500
    assert median(lengths) <= 9
    assert quantiles(lengths, n=10)[-1] <= 25


def test_no_function_is_long() -> None:
    """None has more than 60 lines."""
    long = [
        f"{named(path)}:{node.lineno} {node.name}: {length(node)} lines"
        for path in PRODUCT
        for node in functions(path)
        if length(node) > 60
    ]
    assert long == []


def test_modules_are_small() -> None:
    """None has more than 400 lines."""
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PRODUCT}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_modules_are_named_for_their_subject() -> None:
    """No module or folder is a drawer for odds and ends."""
    parts = {part for path in PRODUCT for part in path.relative_to(ROOT).with_suffix("").parts}
    assert parts & VAGUE == set()


def test_the_kernels_door_is_thin() -> None:
    """operations.py has at most 300 lines, none of its functions more than 30."""
    door = ROOT / "photofs" / "fuse" / "operations.py"
    assert len(door.read_text(encoding="utf-8").splitlines()) <= 300
    assert [node.name for node in functions(door) if length(node) > 30] == []


def test_nobody_asks_for_a_providers_name() -> None:
    """Above the providers the core asks abilities: no room compares with a provider's name."""
    rooms = ("view", "volume", "filing", "fuse", "catalog", "originals", "fetcher")
    asked = [
        f"{named(path)}:{node.lineno}"
        for path in PRODUCT
        if path.relative_to(ROOT).parts[1] in rooms
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and re.search(r"'(flickr|takeout|flickr_export|google)'", ast.unparse(node))
    ]
    assert asked == []


@pytest.mark.parametrize("path", TESTS, ids=named)
def test_every_test_tells_what_it_shows(path: Path) -> None:
    """Each test function has a docstring, one sentence of behaviour."""
    silent = [
        f"{named(path)}:{node.lineno} {node.name}"
        for node in functions(path)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_loose_ends() -> None:
    """No TODO, FIXME or XXX stands in any comment."""
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    loose = [
        where for path in [*PRODUCT, *TESTS] for where, said in comments(path) if marks.search(said)
    ]
    assert loose == []


def test_silenced_checks_name_the_check_and_the_reason() -> None:
    """No bare `type: ignore`; no `noqa` without its code, and none without its reason."""
    bare = re.compile(r"#\s*type:\s*ignore(?!\[)|#\s*noqa(?!:)")
    unreasoned = re.compile(r"#\s*(?:ruff:\s*)?noqa:\s*[A-Z0-9, ]+$")
    found = [
        f"{where} {said}"
        for path in [*PRODUCT, *TESTS]
        for where, said in comments(path)
        if bare.search(said) or unreasoned.search(said)
    ]
    assert found == []


def test_nothing_is_pickled() -> None:
    """What is read from disk is data and never becomes code (a test may show that it does not)."""
    forbidden = {"pickle", "shelve", "marshal", "dill"}
    users = [named(path) for path in PRODUCT if forbidden & set(imports(path))]
    assert users == []


def test_no_test_sleeps_for_luck() -> None:
    """Tests wait for what they want to see: time.sleep stands only in a loop that looks for it."""
    sleepers = [
        where
        for path in TESTS
        if path.name.startswith("test_")
        for where in calls_outside_loops(path, "time.sleep")
    ]
    assert sleepers == []


def test_a_sleep_for_luck_would_be_found(tmp_path: Path) -> None:
    """The rule above tells a bare sleep from a poll's."""
    source = "import time\ntime.sleep(1)\nwhile not x():\n    time.sleep(1)\n"
    path = tmp_path / "test_x.py"
    path.write_text(source)
    assert list(calls_outside_loops(path, "time.sleep")) == ["test_x.py:2"]


def test_measures_can_fail() -> None:
    """The measure counts a function's lines without its docstring."""
    tree = ast.parse(
        'def f(\n    a,\n):\n    """One.\n\n    Two.\n    """\n    x = 1\n    return x\n'
    )
    (node,) = tree.body
    assert isinstance(node, ast.FunctionDef)
    assert length(node) == 5
