"""Makes, changes and removes what stands in a library, one system call a step.

`python -m tests.support.step_program LIBRARY LEDGER FIRST` goes on from that step until a call
fails; the ledger holds a line for each step that was answered.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from photofs.emulators.pictures import make_jpeg

SUMMER_NS: Final = 1_500_000_000 * 10**9
NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
ONE, TWO, THREE, FOUR, FIVE = (make_jpeg(f"step {n}", width=64, height=48) for n in range(5))


class Step(NamedTuple):
    """One call; `writes`: the file that has no certain bytes until the next step that says "".

    `data`: what it is to hold then. `again`: the step to begin with after a death in this one.
    """

    label: str
    call: Callable[[], object]
    writes: str = ""
    data: bytes = b""
    again: int = 0


class Steps:
    """All that the program does, in order, below a library of `step_world`."""

    def __init__(self, library: Path) -> None:
        """Nothing is done yet."""
        self._library = library
        self._fd = -1
        self.all: list[Step] = []
        self._bring_in()
        self._change_what_waits()
        self._change_what_is_told()
        self._overwrite()

    def _bring_in(self) -> None:
        """An album, and files by several ways."""
        self._do("mkdir", os.mkdir, "Albums/Trip")
        self._put("Albums/Trip/.one.jpg.tmp", ONE, sync=True)
        self._do("rename", os.rename, "Albums/Trip/.one.jpg.tmp", "Albums/Trip/one.jpg")
        self._put("Albums/Trip/two.jpg", TWO)
        path = self._library / "Albums/Trip/two.jpg"
        self._add("utime two.jpg", partial(os.utime, path, ns=(SUMMER_NS, SUMMER_NS)))
        self._put("Unsorted/three.jpg", THREE)
        self._put("Albums/Trip/notes.txt", b"the first day\n" * 40)

    def _change_what_waits(self) -> None:
        """Names of files that are not judged yet."""
        self._do("link", os.link, "Albums/Trip/two.jpg", "Albums/Lima/two.jpg")
        self._do("rename", os.rename, "Unsorted/three.jpg", "Albums/Trip/three.jpg")
        self._put("Albums/Trip/spare.jpg", FIVE)
        self._do("unlink", os.unlink, "Albums/Trip/spare.jpg")
        self._put("Albums/Trip/one.jpg", FOUR)

    def _change_what_is_told(self) -> None:
        """Photos that the service has."""
        self._do("link", os.link, "Albums/Lima/Andes.jpg", "Albums/Trip/Andes.jpg")
        self._do("unlink", os.unlink, "Albums/Lima/Beach.jpg")
        self._do("rename", os.rename, "Albums/Lima/Andes.jpg", "Albums/Lima/Mountains.jpg")
        self._do("link", os.link, "Albums/Lima/City.jpg", "Favorites/City.jpg")
        self._do("rename", os.rename, "Unsorted/Dog.jpg", "Trash/Dog.jpg")
        comment = partial(os.setxattr, self._library / "Albums/Lima/City.jpg", "user.xdg.comment")
        self._add("setxattr", partial(comment, b"at night"))
        self._do("mkdir", os.mkdir, "Albums/Spare")
        self._do("rmdir", os.rmdir, "Albums/Spare")
        self._do("rename", os.rename, "Albums/Trip", "Albums/Journey")

    def _overwrite(self) -> None:
        """Other bytes for photos that the service has, in place and by a new file."""
        self._put("Albums/Lima/Mountains.jpg", ONE + b"more")
        self._put("Albums/Lima/.City.jpg.tmp", TWO + b"more")
        self._do("rename", os.rename, "Albums/Lima/.City.jpg.tmp", "Albums/Lima/City.jpg")
        path = self._library / "Albums/Journey/three.jpg"
        self._add("truncate", partial(os.truncate, path, 0))

    def _add(self, label: str, call: Callable[[], object]) -> None:
        self.all.append(Step(label, call, again=len(self.all)))

    def _do(self, label: str, call: Callable[..., object], *paths: str) -> None:
        """A call on names."""
        self._add(f"{label} {paths[0]}", partial(call, *(self._library / each for each in paths)))

    def _put(self, path: str, data: bytes, *, sync: bool = False) -> None:
        """A file, written in two pieces, anew if it is there."""
        first, half = len(self.all), len(data) // 2
        calls: list[tuple[str, Callable[[], object]]] = [
            ("open", partial(self._open, path)),
            ("write", partial(self._write, data[:half])),
            ("write", partial(self._write, data[half:])),
        ]
        self.all += [Step(f"{what} {path}", call, path, data, first) for what, call in calls]
        if sync:
            self.all.append(Step(f"fsync {path}", self._sync, again=first))
        self.all.append(Step(f"close {path}", self._close, again=first))

    def _open(self, path: str) -> None:
        self._fd = os.open(self._library / path, NEW)

    def _write(self, data: bytes) -> None:
        assert os.write(self._fd, data) == len(data)

    def _sync(self) -> None:
        os.fsync(self._fd)

    def _close(self) -> None:
        os.close(self._fd)


def main() -> None:
    """Until the end, or the mount's."""
    with Path(sys.argv[2]).open("a", encoding="utf-8") as ledger:
        for step in Steps(Path(sys.argv[1])).all[int(sys.argv[3]) :]:
            try:
                step.call()
            except OSError as error:
                sys.exit(f"{step.label}: {error}")
            ledger.write(f"{step.label}\n")
            ledger.flush()


if __name__ == "__main__":
    main()
