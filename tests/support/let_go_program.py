"""A program that lets all last copies go: `python -m tests.support.let_go_program FOLDER`."""

import sys
from pathlib import Path

from tests.support.last_copies import LastCopies


def main() -> None:
    """As the command does once its number was typed."""
    made = LastCopies(Path(sys.argv[1]), opened_anew=True)
    made.let_all_go()
    made.catalog.close()


if __name__ == "__main__":
    main()
