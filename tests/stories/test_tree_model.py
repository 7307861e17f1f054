"""Random walks over a live library, held against a reference model of what docs/SEMANTICS.md says.

A walk copies, overwrites, links, moves, retitles, removes, restores, makes and renames albums,
while photos and albums come, change and go at the service; in between files are judged, wishes
sent and the account scanned. After each step the tree is the model's, and `photofs check` clean;
after each sending the account is the model's, too. What fails prints the steps that it took;
`python -m tests.support.tree_shrink SEED STEPS` shortens them to those that it takes.
"""

import hashlib
from pathlib import Path

import pytest
from trio.testing import MockClock

from photofs.emulators.flickr import Account
from tests.support.tree_dice import Dice
from tests.support.tree_hand import hand_on
from tests.support.tree_walk import Step, Walk, picture
from tests.support.tree_walks import go, mounted_walk, walk

FIRST: tuple[Step, ...] = (
    ("copy", "Albums/One/first.jpg", 50),
    ("link", "Albums/One/first.jpg", "Favorites/first.jpg"),
    ("judge",),
    ("copy", "Unsorted/same.jpg", 50),
    ("unlink", "Dates/2015/2015-01/Old 0.jpg"),
    ("remote", "title", "50000000074", "Told"),
    ("scan", False),
    ("restore", "Trash/Old 0.jpg"),
    ("copy", "Albums/One/Told.jpg", 51),
    ("send",),
    ("scan", True),
)
"""A walk that everybody can follow: copy, link, the same bytes, Trash and back, overwriting."""

ONCE: tuple[Step, ...] = (
    ("copy", "Albums/One/a.jpg", 50),
    ("send",),
    ("copy", "Albums/One/a.jpg", 51),
    ("send",),
    ("copy", "Albums/One/b.jpg", 50),
    ("send",),
    ("copy", "Albums/One/b.jpg", 52),
    ("send",),
)
"""Two photos that had the same bytes, one after the other, get other ones."""

TWICE_WRITTEN: tuple[Step, ...] = (
    ("remote", "delete", "50000000111"),
    ("scan", True),
    ("copy", "Dates/2017/2017-03/Old 2.jpg", 57),
    ("scan", True),
    ("copy", "Dates/2017/2017-03/Old 2.jpg", 53),
    ("judge",),
    ("copy", "Dates/2017/2017-03/Old 2.jpg", 54),
    ("send",),
)
"""New bytes, and newer ones, of other years, for a photo that was deleted at the service."""


async def test_a_walk_that_everybody_can_follow(tmp_path: Path, hurry: MockClock) -> None:
    """Tree and account are the model's after each step."""
    del hurry
    await walk(tmp_path, 0, 0, FIRST)


async def test_regression_old_bytes_of_two_photos_stand_in_trash_once(
    tmp_path: Path, hurry: MockClock
) -> None:
    """They are whole in Trash/Replaced, under the first one's name."""
    del hurry
    account = Account()
    async with hand_on(tmp_path, account) as hand:
        walked = Walk(hand, account)
        await go(walked, Dice(walked, 0), 0, ONCE)
        replaced = {path: ino for path, ino in hand.tree().items() if "Replaced/" in path}
        assert set(replaced) == {"Trash/Replaced/", "Trash/Replaced/a.jpg"}
        old = hashlib.sha256(picture(50)[0]).hexdigest()
        assert hand.digest(replaced["Trash/Replaced/a.jpg"]) == old


async def test_regression_bytes_not_judged_yet_keep_the_date_of_a_photo_deleted_there(
    tmp_path: Path, hurry: MockClock
) -> None:
    """However often they are written before they are sent, here and at the service."""
    del hurry
    account = Account()
    async with hand_on(tmp_path, account) as hand:
        walked = Walk(hand, account)
        await go(walked, Dice(walked, 0), 0, TWICE_WRITTEN)
        shown = {path for path in hand.tree() if path.endswith("/Old 2.jpg")}
        assert "Dates/2017/2017-03/Old 2.jpg" in shown


@pytest.mark.parametrize("seed", [8])
async def test_a_random_walk_ends_with_what_was_wished(
    seed: int, tmp_path: Path, hurry: MockClock
) -> None:
    """Verbs here, and somebody else's at the service: nothing is lost, nothing made up."""
    del hurry
    await walk(tmp_path, 25, seed)


@pytest.mark.mount
@pytest.mark.parametrize("seed", [2])
def test_p3_a_random_walk_through_a_mount_ends_with_what_was_wished(
    seed: int, tmp_path: Path
) -> None:
    """P3: the kernel's calls and real commands, with agents that are killed while they send."""
    mounted_walk(tmp_path, 5, seed)


@pytest.mark.soak
@pytest.mark.mount
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2000, 2020))
def test_p3_many_random_walks_through_a_mount_end_with_what_was_wished(
    seed: int, tmp_path: Path
) -> None:
    """P3: the same, longer and more often."""
    mounted_walk(tmp_path, 80, seed)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(1, 41))
async def test_many_random_walks_end_with_what_was_wished(
    seed: int, tmp_path: Path, hurry: MockClock
) -> None:
    """The same, longer and more often."""
    del hurry
    await walk(tmp_path, 60, seed)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1004, 1034, 1050, 1056, 1067, 1070, 1102, 1115])
async def test_long_random_walks_end_with_what_was_wished(
    seed: int, tmp_path: Path, hurry: MockClock
) -> None:
    """Twice as long: each of these seeds has led to a fault of its own once."""
    del hurry
    await walk(tmp_path, 120, seed)
