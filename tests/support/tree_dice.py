"""Chooses the steps of a random walk: such as a person, a program, or somebody elsewhere may do."""

import random
from collections.abc import Callable

from tests.support.tree_model import Stage
from tests.support.tree_walk import Step, Walk

Choose = Callable[[], Step | None]
"""Makes a step, if there is anything to make it of."""


class Dice:
    """Chooses steps that may mean something."""

    def __init__(self, walk: Walk, seed: int, *, mounted: bool = False) -> None:
        """The same seed chooses the same steps; `mounted`: such as need no clock of the test's."""
        self.walk, self._dice, self._mounted = walk, random.Random(seed), mounted

    def step(self) -> Step:
        """The next step."""
        while True:
            step = self._any()
            if not self._mounted or not _needs_a_clock(step):
                return step

    def _any(self) -> Step:
        choices: list[tuple[int, Choose]] = [
            (12, self._copy),
            (4, self._copy_again),
            (6, self._overwrite),
            (12, self._link),
            (14, self._unlink),
            (16, self._move),
            (6, self._retitle),
            (3, self._mkdir),
            (2, self._rmdir),
            (3, self._rename),
            (6, self._restore),
            (6, lambda: ("judge",)),
            (5, lambda: ("send",)),
            (6, lambda: ("scan", self._dice.random() < 0.3)),
            (16, self._remote),
        ]
        weights = [weight for weight, _ in choices]
        while True:
            ((_, choose),) = self._dice.choices(choices, weights)
            step = choose()
            if step is not None:
                return step

    def _copy(self) -> Step:
        return ("copy", f"{self._folder()}/{self._fresh('n')}.jpg", self._seed())

    def _copy_again(self) -> Step | None:
        known = {each.bytes_shown for each in self.walk.tree.photos if each.whole}
        seeds = [step[2] for step in self.walk.steps if step[0] == "copy"]
        known_seeds = [seed for seed in seeds if isinstance(seed, int)]
        if not known or not known_seeds:
            return None
        return ("copy", f"{self._folder()}/{self._fresh('s')}.jpg", self._dice.choice(known_seeds))

    def _overwrite(self) -> Step | None:
        path = self._path()
        return None if path is None else ("copy", path, self._seed())

    def _link(self) -> Step | None:
        path = self._path()
        return None if path is None else ("link", path, f"{self._folder()}/{self._like(path, 'l')}")

    def _unlink(self) -> Step | None:
        path = self._path()
        return None if path is None else ("unlink", path)

    def _move(self) -> Step | None:
        path = self._path()
        return (
            None
            if path is None
            else ("move", path, f"{self._any_folder()}/{self._like(path, 'm')}")
        )

    def _retitle(self) -> Step | None:
        path = self._path()
        return (
            None
            if path is None
            else ("move", path, f"{path.rpartition('/')[0]}/{self._fresh('t')}.jpg")
        )

    def _mkdir(self) -> Step:
        return ("mkdir", f"Albums/{self._fresh('A')}")

    def _rmdir(self) -> Step | None:
        albums = self._albums()
        return ("rmdir", self._dice.choice(albums)) if albums else None

    def _rename(self) -> Step | None:
        albums = self._albums()
        return (
            ("rename", self._dice.choice(albums), f"Albums/{self._fresh('B')}") if albums else None
        )

    def _restore(self) -> Step | None:
        trashed = [path for path, photo in self.walk.tree.paths() if photo.trashed]
        return ("restore", self._dice.choice(sorted(trashed))) if trashed else None

    def _remote(self) -> Step | None:
        numbers = [each.number for each in self.walk.tree.account if each.number]
        titles = [each.title for each in self.walk.tree.account_albums if each.number]
        if not numbers:
            return None
        number = self._dice.choice(numbers)
        title = self._dice.choice([*titles, "none"])
        taken = f"20{self._dice.randrange(10, 20)}-0{self._dice.randrange(1, 9)}-03 04:05:06"
        return self._dice.choice(
            [
                ("remote", "photo", self._fresh("R"), self._seed()),
                ("remote", "delete", number),
                ("remote", "title", number, self._fresh("T")),
                ("remote", "date", number, taken),
                ("remote", "favorite", number),
                ("remote", "album", self._fresh("C"), number),
                ("remote", "album_title", title, self._fresh("D")),
                ("remote", "album_delete", title),
                ("remote", "join", title, number),
                ("remote", "leave", title, number),
            ]
        )

    def _like(self, path: str, letter: str) -> str:
        """The same name, or another one."""
        name = path.rpartition("/")[2]
        photo = self.walk.tree.at(path)
        same = photo is not None and photo[2].stage is Stage.WRITTEN
        return name if same or self._dice.random() < 0.5 else f"{self._fresh(letter)}.jpg"

    def _folder(self) -> str:
        return self._dice.choice([*self._albums(), "Unsorted", "Favorites"])

    def _any_folder(self) -> str:
        folders = sorted(set(self.walk.tree.folders().values()))
        return self._dice.choice([self._folder(), self._folder(), self._dice.choice(folders)])

    def _albums(self) -> list[str]:
        found = {
            path
            for place, path in self.walk.tree.folders().items()
            if self.walk.tree.album_at(place)
        }
        return sorted(found)

    def _path(self) -> str | None:
        paths = sorted(path for path, _ in self.walk.tree.paths() if "Replaced" not in path)
        return self._dice.choice(paths) if paths else None

    def _fresh(self, letter: str) -> str:
        self.walk.numbers += 1
        return f"{letter}{self.walk.numbers}"

    def _seed(self) -> int:
        self.walk.numbers += 1
        return self.walk.numbers


def _needs_a_clock(step: Step) -> bool:
    """Whether it is only seen hours later, or if judging and sending are two things."""
    return step == ("judge",) or step[:2] in {("scan", True), ("remote", "delete")}
