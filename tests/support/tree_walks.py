"""Whole walks of the reference model: by the test's clock, or through a mount."""

from collections.abc import Sequence
from pathlib import Path

import trio

from photofs.emulators.flickr import Account
from tests.support.tree_dice import Dice
from tests.support.tree_hand import hand_on
from tests.support.tree_mount import mount_hand_on
from tests.support.tree_walk import Step, Walk


class Strayed(AssertionError):
    """A walk ended otherwise than the model; `steps` are those that it took, to the wrong one."""

    def __init__(self, error: Exception, steps: Sequence[Step]) -> None:
        """`error`: what went wrong."""
        super().__init__(f"{error!r}; steps: {list(steps)}")
        self.steps = list(steps)


async def walk(folder: Path, steps: int, seed: int, given: Sequence[Step] = ()) -> None:
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


async def go(walked: Walk, dice: Dice, steps: int, given: Sequence[Step] = ()) -> None:
    """Steps that were given, then such as the dice choose; then all is sent, and scanned."""
    await walked.begin()
    try:
        for step in given:
            await walked.do(step)
        for _ in range(steps):
            await walked.do(dice.step())
        for step in (("send",), ("scan", False)):
            await walked.do(step)
    except Exception as error:  # whatever it is: without its steps nobody could go there again
        raise Strayed(error, walked.steps[1:]) from error
