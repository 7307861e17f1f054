"""Rows by key on the disk, for as long as a scan lasts."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from photofs.catalog.pile import AT_ONCE, DiskPile
from photofs.model.pile import Row


@pytest.fixture
def pile() -> Iterator[DiskPile]:
    """An empty one."""
    with closing(DiskPile()) as made:
        yield made


def test_rows_come_back_by_key_in_their_order(pile: DiskPile) -> None:
    """Each key has its rows as they were added, and keys stand by their first ones."""
    for number in range(3 * AT_ONCE):
        pile.add(f"key {number % 7}", (number, number % 2 == 0))
    assert list(pile.keys()) == [f"key {number}" for number in range(7)]
    assert list(pile.rows("key 3")) == [(n, n % 2 == 0) for n in range(3, 3 * AT_ONCE, 7)]
    assert len(pile) == 7


@pytest.mark.parametrize(
    "row",
    [
        (),
        (None, True, 0, -(2**70), 1.5, "", "ä\0"),
        ("main", 3, ("part", 2**40, None), ("title", (48.1, -11.5), ("Ada", "Bo"), False)),
        ("a name of no encoding \udcff", (("within", ()), None)),
    ],
)
def test_a_row_comes_back_as_it_was(pile: DiskPile, row: Row) -> None:
    """All plain values are kept, names of any bytes among them."""
    pile.add("one", row)
    assert list(pile.rows("one")) == [row]


def test_a_key_is_there_from_its_first_row_on(pile: DiskPile) -> None:
    """Whether a key is there is known at once, also of rows that were added after a question."""
    assert "one" not in pile
    pile.add("one", ())
    assert "one" in pile
    assert "other" not in pile
    pile.add("other", ())
    assert "other" in pile


def test_a_removed_key_begins_anew_at_the_end(pile: DiskPile) -> None:
    """Nothing of it is left, and what is added later stands behind the others."""
    for key in ("one", "two", "one"):
        pile.add(key, (key,))
    pile.remove("one")
    assert "one" not in pile
    assert list(pile.rows("one")) == []
    pile.add("one", (1,))
    assert [(key, list(pile.rows(key))) for key in pile.keys()] == [  # noqa: SIM118 - no dict
        ("two", [("two",)]),
        ("one", [(1,)]),
    ]


def test_rows_can_be_read_while_keys_are_gone_through(pile: DiskPile) -> None:
    """A walk over all keys asks for the rows of each."""
    for number in range(100):
        pile.add(str(number), (number,))
    assert [next(pile.rows(key)) for key in pile.keys()] == [(n,) for n in range(100)]  # noqa: SIM118 - no dict


FILL = """
import resource
from contextlib import closing
from photofs.catalog.pile import DiskPile
with closing(DiskPile()) as pile:
    for number in range({count}):
        pile.add(str(number), ("x" * 900,))
    assert sum(1 for key in pile.keys() for row in pile.rows(key)) == {count}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """Sixty megabytes of rows need no more memory than six, and leave no file behind."""
    held = [int(_run(FILL.format(count=count), tmp_path)) for count in (6_000, 60_000)]
    assert held[1] - held[0] < 20_000, held
    assert list(tmp_path.iterdir()) == []


LIMITED = """
import resource
from photofs.catalog.pile import DiskPile
from photofs.model.errors import Full
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
pile = DiskPile()
try:
    for number in range(60_000):
        pile.add(str(number), ("x" * 900,))
except Full as error:
    print(error)
"""


def test_a_disk_without_room_is_told(tmp_path: Path) -> None:
    """Where the file cannot grow, the error says so, what is safe, and what to do."""
    told = _run(LIMITED, tmp_path)
    assert f"cannot be kept in {tmp_path}" in told
    assert "nothing is taken for deleted" in told
    assert "TMPDIR" in told


WHERE = """
import os
for each in os.listdir("/proc/self/fd"):
    try:
        name = os.readlink(f"/proc/self/fd/{each}")
    except FileNotFoundError:
        continue
    if name.endswith(" (deleted)"):
        print("FILE", os.path.dirname(name))
"""


def test_the_disk_that_is_named_is_the_one_that_the_file_is_on(tmp_path: Path) -> None:
    """Also where TMPDIR is not set, or is no folder: who makes room makes it there."""
    for named in (None, tmp_path / "none", tmp_path):
        told = _run(LIMITED + WHERE, named)
        (folder,) = (line[5:] for line in told.splitlines() if line.startswith("FILE "))
        assert f"cannot be kept in {folder}: " in told


CUT = """
import os
from photofs.catalog.pile import DiskPile
from photofs.model.errors import StoreError
pile = DiskPile()
for number in range(60_000):
    pile.add(str(number), ("x" * 90,))
assert "59999" in pile
for each in os.listdir("/proc/self/fd"):
    if os.readlink(f"/proc/self/fd/{each}").endswith(" (deleted)"):
        os.truncate(f"/proc/self/fd/{each}", 4096)
        break
for ask in (lambda: "7" in pile, lambda: len(pile), lambda: list(pile.rows("7")),
            lambda: list(pile.keys()), lambda: pile.remove("7")):
    try:
        ask()
    except StoreError:
        print("ours")
"""


def test_whatever_is_asked_of_a_broken_file_fails_as_ours(tmp_path: Path) -> None:
    """SQLite's own errors pass no question's border."""
    assert set(_run(CUT, tmp_path).split()) == {"ours"}


def _run(program: str, temporary: Path | None) -> str:
    """What a process of its own prints, with its temporary files there; None: not told where."""
    command = [sys.executable, "-c", program]
    environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
    if temporary is not None:
        environment["TMPDIR"] = str(temporary)
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout
