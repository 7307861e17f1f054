"""What a home with an emulated account does: it sends, here or as a program, until all is done."""

import sys
from pathlib import Path

import pytest
import trio

from photofs.assembly import House
from tests.support.send_program import send

HOURS = 12
"""After so many runs, an hour apart, what is open then never ends."""


class Sends:
    """A home in a folder, in which files were accepted."""

    folder: Path
    house: House

    def command(self, later_s: int = 0) -> list[str]:
        """The program that sends."""
        name = "tests.support.send_program"
        return [sys.executable, "-m", name, str(self.folder), "--later", str(later_s)]

    def is_over(self) -> bool:
        """Whether nothing is to be judged or sent any more."""
        with self.house.catalog() as catalog:
            return not catalog.open_operations() and not catalog.quiet_incoming(2**62, 1)

    def run(self, hours: int) -> None:
        """Do once what it does, here, with the clock so many hours ahead."""
        trio.run(send, self.house, 3600 * hours)

    def finish(self) -> None:
        """Run it again and again, an hour later each time, until nothing is open."""
        for hours in range(1, HOURS):
            self.run(hours)
            if self.is_over():
                return
        pytest.fail("it never ends")
