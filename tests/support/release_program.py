"""A program that does one round of letting go: `python -m tests.support.release_program HOME`."""

import os
import sys

import trio

from agent.releasing import Releasing
from photofs.assembly import HOME_VARIABLE, House


def main() -> None:
    """One round."""
    house = House({**os.environ, HOME_VARIABLE: sys.argv[1]})
    with house.catalog() as catalog:
        trio.run(Releasing(catalog, house.store(), house.open_provider).take)


if __name__ == "__main__":
    main()
