"""Draws the picture of docs/DESKTOP.md: `python -m tests.support.screenshot FILE`.

An album of an emulated account, of which nothing is on this disk, in Thunar with our thumbnails.
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image

from tests.support.at_the_desk import AtTheDesk, at_the_desk
from tests.support.waiting import wait_until

PHOTOS: Final = 24
WIDTH, HEIGHT = 860, 620
COLOURS: Final = 256
"""Enough for painted landscapes."""

NO_WARNING: Final = """
infobar > revealer > box { padding: 0; min-height: 0; border: none; }
infobar label { font-size: 0; }
"""
"""Thunar warns whoever runs it as root, as tests are in containers."""


def main(target: Path) -> None:
    """Draw it anew."""
    with tempfile.TemporaryDirectory() as folder:
        style = Path(folder) / "desk" / "config" / "gtk-3.0" / "gtk.css"
        style.parent.mkdir(parents=True)
        style.write_text(NO_WARNING)
        with at_the_desk(Path(folder), PHOTOS) as desk:
            picture = drawn(desk)
            assert desk.originals_sent() == 0
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    print(f"{target}: {target.stat().st_size:,} bytes")


def drawn(desk: AtTheDesk) -> Image.Image:
    """The window once every photo in it is drawn."""
    desk.household.run("thumbnails", "fill", desk.album)
    window = desk.thunar.open(desk.album)
    window.resize(WIDTH, HEIGHT)
    seen: list[Image.Image] = []

    def at_rest() -> bool:
        seen.append(window.picture())
        return desk.thunar.has_asked() and seen[-2:-1] == seen[-1:]

    wait_until(at_rest)
    return seen[-1]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
