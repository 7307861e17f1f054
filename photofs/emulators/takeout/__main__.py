"""`python -m photofs.emulators.takeout FOLDER`: the demo's export, in parts, as files."""

import argparse
import sys
from pathlib import Path

from photofs.emulators.takeout.demo import demo_takeout


def main(arguments: list[str] | None = None) -> int:
    """Write the parts into the folder, made if need be, and print their paths."""
    parser = argparse.ArgumentParser(
        prog="python -m photofs.emulators.takeout", description=__doc__
    )
    parser.add_argument("folder", type=Path, help="where the parts are written")
    folder: Path = parser.parse_args(arguments).folder
    for path in demo_takeout(folder):
        print(path)  # noqa: T201 - what was made
    return 0


if __name__ == "__main__":
    sys.exit(main())
