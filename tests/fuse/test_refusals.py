"""What was refused is told in the log, and not a thousand times."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.fuse.refusals import PAUSE_S, SENTENCES, Refusals
from photofs.fuse.whereabouts import whereabouts
from photofs.model.errors import NotFound
from tests.support.household import shell
from tests.support.log_guard import ExpectLog
from tests.support.mounting import Mount, mounted
from tests.support.stocked import picture, stock
from tests.support.wished import EVERYTHING


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """A library that can be changed, mounted."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 200_000)}, can=EVERYTHING)
    with mounted(made) as served:
        yield served


def test_the_same_sentence_is_a_warning_once_in_a_while(expect_log: ExpectLog) -> None:
    """It is said again when the time is over, and other sentences are said beside it."""
    expect_log("sorry")
    now = [0.0]
    refusals = Refusals(lambda: now[0])
    for _ in range(1000):
        refusals.tell("rmdir", "sorry")
    refusals.tell("rmdir", "sorry, too")
    assert expect_log.lines == ["WARNING rmdir: sorry", "WARNING rmdir: sorry, too"]
    now[0] = PAUSE_S
    refusals.tell("mkdir", "sorry")
    assert expect_log.lines[2:] == ["WARNING mkdir: sorry"]


def test_sentences_that_name_each_file_are_not_thousands_of_warnings(
    expect_log: ExpectLog,
) -> None:
    """Only so many are said within the time."""
    expect_log("is no picture")
    refusals = Refusals(lambda: 0.0)
    for number in range(1000):
        refusals.tell("create", f"{number}.txt is no picture")
    assert len(expect_log.lines) == SENTENCES


@pytest.mark.mount
def test_a_refusal_is_a_warning_in_the_log_with_the_cure(mount: Mount) -> None:
    """Whoever makes thirty folders where none can be is told why once, not thirty times."""
    folders = [mount.lake / f"day {number}" for number in range(30)]
    shell("mkdir", *folders, code=1)
    warnings = [line for line in mount.log.splitlines() if line.startswith("WARNING")]
    assert 1 <= len(warnings) < len(folders)
    assert "make a folder in Albums and copy into that" in warnings[0]
    assert "refusals: mkdir home/Albums/Lake/day 0: " in warnings[0]


@pytest.mark.mount
def test_a_refusal_names_what_it_was_of(mount: Mount) -> None:
    """By the path below the mount's folder, in which nothing steers a terminal."""
    shell("mkdir", mount.lake.parents[1] / "Dates" / "x\ny", code=1)
    (told,) = [line for line in mount.log.splitlines() if line.startswith("WARNING")]
    assert "refusals: mkdir home/Dates/x\\x0ay: " in told


class Paths:
    """A side that knows one folder and one photo."""

    def path(self, ino: int) -> str:
        """Nothing else is there."""
        if ino not in {2, 3}:
            raise NotFound("nothing")
        return {2: "home/Dates", 3: "home/Dates/a.jpg"}[ino]


@pytest.mark.parametrize(
    ("verb", "args", "path"),
    [
        ("create", (2, b"b.jpg", 0o644, 0), "home/Dates/b.jpg"),
        ("link", (3, 2, b"b.jpg"), "home/Dates/b.jpg"),
        ("rename", (2, b"a.jpg", 4, b"b.jpg", 0), "home/Dates/a.jpg"),
        ("unlink", (4, b"a.jpg"), "a.jpg"),
        ("unlink", (2, b"\xff"), "home/Dates/\ufffd"),
        ("setattr", (3, None), "home/Dates/a.jpg"),
        ("setxattr", (3, b"user.x", b"secret"), "home/Dates/a.jpg"),
        ("write", (7, 0, b"the bytes"), ""),
    ],
)
def test_the_path_of_each_kind_of_request(verb: str, args: tuple[object, ...], path: str) -> None:
    """Told as far as it is known, and never anything that is no name."""
    assert whereabouts(Paths(), verb, args)() == path


def test_a_side_that_fails_to_tell_its_path_ends_nothing() -> None:
    """Whatever it raises: the line is written without the path."""

    class Broken:
        """A side whose tree is not to be had."""

        def path(self, ino: int) -> str:
            """None."""
            raise RuntimeError(ino)

    assert whereabouts(Broken(), "mkdir", (2, b"x"))() == "x"


def test_a_side_that_knows_no_paths() -> None:
    """The name is better than nothing."""
    assert whereabouts(object(), "mkdir", (2, b"x"))() == "x"
