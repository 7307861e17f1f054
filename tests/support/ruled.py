"""A library of an emulated account with a mirror that was run and verified, and rules."""

from functools import partial
from pathlib import Path
from typing import Any

import trio

from agent.proof_rounds import Asked, verify_mirrors
from photofs.assembly import House
from photofs.emulators.flickr.emulator import Emulator as Flickr
from photofs.model.exit_codes import OK
from tests.support.household import Household
from tests.support.logins import add_flickr

RULE = """
[[rule]]
name = "tokyo"
library = "flickr"
when = {{ album = "Japan / Tokyo", favorite = false{more} }}
do = "{do}"
"""


class Kept:
    """A library with a mirror that was run and verified, and rules."""

    def __init__(self, household: Household, flickr: Flickr, root: Path) -> None:
        self.household, self.root, self.rule = household, root, RULE
        add_flickr(household, flickr, perms="delete")
        household.scanned()
        household.run("mirror", "add", "flickr", root)
        household.run("mirror", "run", code=None)
        self.verify()

    def verify(self) -> None:
        """What `photofs mirror verify` does, in this process: all copies are read again."""
        house = House(self.household.environ)
        assert trio.run(partial(verify_mirrors, house, [], Asked(), as_json=True)) == OK

    def write(self, do: str = "trash", more: str = "", text: str = RULE) -> None:
        """The rule, anew."""
        config = self.household.home / "config" / "rules.toml"
        config.parent.mkdir(exist_ok=True)
        config.write_text(text.format(do=do, more=more), encoding="utf-8")

    def check(self) -> dict[str, Any]:
        """What it would do."""
        (told,) = self.household.ask("rules", "check")
        assert isinstance(told, dict)
        return told

    def arm(self, more: str) -> None:
        """The rule with these lines besides, run by hand once, and armed."""
        self.write(text=self.rule + more)
        self.check()
        self.household.run("rules", "run", "tokyo")
        self.check()
        self.household.run("rules", "arm", "tokyo")

    def in_trash(self) -> list[str]:
        """The names of what lies there."""
        return sorted(Path(row["path"]).name for row in self.household.ask("trash", "list"))
