"""A program that fetches one original into a store, for tests that kill it on the way.

    python -m tests.support.draft_writer ROOT [--seal] [--seed N]

Writes the original's chunks in an order drawn from the seed, telling each on a line once `write`
has returned, then seals (or waits for its end with the draft open).
"""

import argparse
import hashlib
import random
import sys
from pathlib import Path

from photofs.model.observation import ContentHash, HashKind
from photofs.model.span import Span
from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import DraftKey

KEY = DraftKey(3, "version")
CHUNK = 5000
CHUNKS = 12
ORIGINAL = random.Random(11).randbytes(CHUNK * CHUNKS - 123)
EXPECTED = ContentHash(HashKind.SHA256, hashlib.sha256(ORIGINAL).hexdigest())


def store_at(root: Path, boot: str | None = None) -> LocalDisk:
    """The store that the program writes to."""
    return LocalDisk(root / "kept", root / "cache", limit=1 << 30, min_free=0, boot=boot)


def chunk_span(index: int) -> Span:
    """Which bytes the chunk of that number covers."""
    return Span(index * CHUNK, min((index + 1) * CHUNK, len(ORIGINAL)))


def main() -> None:
    """Fetch."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("--seal", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    draft = store_at(arguments.root).open_draft(KEY, len(ORIGINAL))
    order = list(range(CHUNKS))
    random.Random(arguments.seed).shuffle(order)
    for index in order:
        for gap in draft.missing(chunk_span(index)):
            draft.write(gap.start, ORIGINAL[gap.start : gap.stop])
        print(index, flush=True)
    if arguments.seal:
        draft.seal(EXPECTED)
    else:
        sys.stdin.read()


if __name__ == "__main__":
    main()
