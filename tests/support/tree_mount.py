"""The same walk through a real mount: the kernel's calls, real commands, agents that are killed.

The agent runs at quiet points alone, so that what the tree must be in between is certain.
"""

import errno
import os
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trio

from photofs.assembly import House
from photofs.catalog.check import check
from photofs.catalog.sqlite import Catalog
from photofs.emulators.flickr import Account, flickr_in_thread
from photofs.emulators.flickr.habits import Habits
from tests.support.household import PATIENCE, Household
from tests.support.logins import add_flickr
from tests.support.tree_hand import tree_of
from tests.support.tree_model import Refusal

SETTINGS = """
[agent]
scan_every = 1e6
census = false
[writing]
quiet = 0.1
grace = 0.0
held_after = 1000000
"""


class MountHand:
    """Keeps what `tree_hand.Hand` offers to a walk."""

    def __init__(self, household: Household, point: Path, catalog: Catalog, seed: int) -> None:
        """`seed` decides when the agent is killed."""
        self.household, self.library, self.catalog = household, point / "flickr", catalog
        self._dice = random.Random(seed)

    def copy(self, path: str, data: bytes) -> None:
        """`cp x path`."""
        with _refusing():
            (self.library / path).write_bytes(data)

    def link(self, path: str, new: str) -> None:
        """`ln path new`."""
        with _refusing():
            os.link(self.library / path, self.library / new)

    def unlink(self, path: str) -> None:
        """`rm path`."""
        with _refusing():
            (self.library / path).unlink()

    def move(self, path: str, new: str) -> None:
        """`mv path new`."""
        with _refusing():
            (self.library / path).rename(self.library / new)

    rename_album = move

    def make_album(self, path: str) -> None:
        """`mkdir path`."""
        with _refusing():
            (self.library / path).mkdir()

    def remove_album(self, path: str) -> None:
        """`rmdir path`."""
        with _refusing():
            (self.library / path).rmdir()

    def restore(self, path: str) -> None:
        """`photofs trash restore path`."""
        self.household.run("trash", "restore", self.library / path)

    async def judge(self) -> None:
        """Nothing: who judges sends as well."""
        await trio.lowlevel.checkpoint()

    async def send(self) -> None:
        """Agents work, and are killed, until nothing is open."""
        for _ in range(self._dice.randrange(3)):
            await trio.to_thread.run_sync(self._work, self._dice.uniform(0.3, 2.0))
        await trio.to_thread.run_sync(self._work, None)

    def _work(self, killed_after: float | None) -> None:
        """An agent for so many seconds, or until nothing is open."""
        agent = self.household.start("agent", stdin=subprocess.PIPE)
        try:
            self._until_done(PATIENCE if killed_after is None else killed_after)
        finally:
            agent.kill()
            agent.communicate()
        if killed_after is None:
            assert self._is_done(), self.catalog.open_operations()

    def _until_done(self, patience: float) -> None:
        until = time.monotonic() + patience
        while not self._is_done() and time.monotonic() < until:
            time.sleep(0.05)

    def _is_done(self) -> bool:
        left = {row.wish.verb for row in self.catalog.open_operations()}
        return left <= {"make album"} and not self.catalog.quiet_incoming(2**62, 1)

    async def scan(self, *, full: bool = False) -> None:
        """`photofs scan`."""
        more = ["--full"] if full else []
        command = ["scan", "flickr", *more]
        await trio.to_thread.run_sync(lambda: self.household.run(*command))

    def tree(self) -> dict[str, int]:
        """What the mount shows, once it shows what the catalog says."""
        until = time.monotonic() + PATIENCE
        while True:
            shown, said = dict(_walked(self.library)), tree_of(self.catalog, "flickr")
            if shown == said:
                return shown
            assert time.monotonic() < until, f"{shown.items() ^ said.items()}"
            time.sleep(0.1)

    def digest(self, _inode: int) -> str | None:
        """Not looked at here: reading would fetch, and so change what is known."""
        return None

    def problems(self) -> list[str]:
        """What `photofs check` says."""
        return [str(problem) for problem in check(self.catalog)]


def _walked(library: Path) -> Iterator[tuple[str, int]]:
    """Every path below the library; folders end with a slash."""
    for folder, folders, files in os.walk(library):
        if folder == str(library):
            folders.remove("Scratch")
        for name in folders:
            path = Path(folder, name)
            yield f"{path.relative_to(library)}/", path.stat().st_ino
        for name in files:
            path = Path(folder, name)
            yield str(path.relative_to(library)), path.stat().st_ino


@contextmanager
def _refusing() -> Iterator[None]:
    """The kernel's errno as the model says it."""
    try:
        yield
    except OSError as error:
        raise Refusal(errno.errorcode[error.errno or 0]) from error


@contextmanager
def mount_hand_on(folder: Path, account: Account, seed: int) -> Iterator[MountHand]:
    """A home below that folder with that account, mounted, with no agent."""
    household = Household(folder)
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(SETTINGS)
    with flickr_in_thread(account, habits=Habits()) as emulator:
        add_flickr(household, emulator, perms="delete")
        house = House(household.environ)
        with household.mounted() as point, house.catalog() as catalog:
            yield MountHand(household, point, catalog, seed)
