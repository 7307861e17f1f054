"""A program that reads backups as soon as they are there: `python -m ... FOLDER NUMBER SIZE`.

Ends with 1 if one of them, or its length, was ever another than the photo that was put away; else,
once the file "done" stands beside it, with 0 if it read each of them.
"""

import sys
from contextlib import suppress
from pathlib import Path

from tests.support.stocked import picture


def main(folder: Path, number: int, size: int) -> int:
    """Read all of them again and again."""
    right = {folder / f"{each}.jpg_original": picture(each, size) for each in range(number)}
    seen: set[Path] = set()
    while not (folder / "done.txt").exists() or seen != set(right):
        for path, expected in right.items():
            with suppress(FileNotFoundError):
                told = path.stat().st_size
                if told != size:  # of a stat that was under way (decisions/0012): the next is right
                    told = path.stat().st_size
                data = path.read_bytes()
                if data != expected or told != size:
                    print(f"{path.name}: {told} and {len(data)} bytes, wrong", file=sys.stderr)
                    return 1
                seen.add(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
