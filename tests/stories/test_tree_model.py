"""Random walks over a live library, held against a reference model of what docs/SEMANTICS.md says.

A walk copies, overwrites, links, moves, retitles, removes, restores, makes and renames albums,
while photos and albums come, change and go at the service; in between files are judged, wishes
sent and the account scanned. After each step the tree is the model's, and `photofs check` clean;
after each sending the account is the model's, too. What fails prints the steps that it took.
"""

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from photofs.emulators.flickr import Account
from tests.support.tree_dice import Dice
from tests.support.tree_hand import hand_on
from tests.support.tree_mount import mount_hand_on
from tests.support.tree_walk import Step, Walk

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


async def walk(folder: Path, steps: int, seed: int, given: tuple[Step, ...] = ()) -> None:
    """Walk by the test's clock; what went wrong is raised with all steps."""
    account = Account()
    async with hand_on(folder, account) as hand:
        walked = Walk(hand, account)
        await go(walked, Dice(walked, seed), steps, given)


def mounted_walk(folder: Path, steps: int, seed: int) -> None:
    """The same through a mount."""
    account = Account()
    with mount_hand_on(folder, account, seed) as hand:
        walked = Walk(hand, account)
        trio.run(go, walked, Dice(walked, seed, mounted=True), steps)


async def go(walked: Walk, dice: Dice, steps: int, given: tuple[Step, ...] = ()) -> None:
    """Steps that were given, then such as the dice choose; then all is sent, and scanned."""
    await walked.begin()
    try:
        for step in given:
            await walked.do(step)
        for _ in range(steps):
            await walked.do(dice.step())
        for step in (("send",), ("scan", False)):
            await walked.do(step)
    except AssertionError as error:
        raise AssertionError(f"{error}; steps: {walked.steps[1:]}") from error


async def test_a_walk_that_everybody_can_follow(tmp_path: Path, hurry: MockClock) -> None:
    """Tree and account are the model's after each step."""
    del hurry
    await walk(tmp_path, 0, 0, FIRST)


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
