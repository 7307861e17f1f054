"""Anything is put into the trash of the mount and taken out again, in any order, without loss."""

import random
from contextlib import suppress

import pytest

from photofs.model.discard import TrashSpot
from photofs.model.errors import Busy, Exists, NotFolder, NotFound, Refused
from photofs.model.node import row_id
from tests.support.wished import SHELL, Wished, whole

ME = 1000
STEPS = 200


class Storm:
    """Random steps; after each, `check` finds nothing and every photo stands somewhere."""

    def __init__(self, wished: Wished, seed: int) -> None:
        """`seed`: the same storm again."""
        self.wished = wished
        self.random = random.Random(seed)
        self.photos = {wished.filed.photo_id(name) for name in "abd"}
        self.was: dict[bytes, str] = {}
        self.done = dict.fromkeys(("put", "back", "forget", "undo", "send", "write", "link"), 0)

    def lying(self) -> list[bytes]:
        """The names in the trash."""
        return [each.name for each in self.wished.catalog.discards(ME, 0, 1000)]

    def put(self) -> None:
        """Any photo, file or folder."""
        path = self.random.choice(sorted(self.wished.filed.tree()))
        name = f"{self.random.randrange(10**9)} {path.rstrip('/').rpartition('/')[2]}".encode()
        spot = self.wished.spot(path.rstrip("/"))
        self.wished.wishing.discarding.put(spot, TrashSpot(ME, name), SHELL)
        self.was[name] = path.rstrip("/")

    def back(self) -> None:
        """Where it was, or anywhere."""
        name = self.random.choice(self.lying())
        path = self.was[name]
        if self.random.random() < 0.2:
            path = self.random.choice([*self.was.values(), "Albums/Else", "Albums/Home/x.jpg"])
        self.wished.wishing.discarding.bring_back(
            TrashSpot(ME, name), self.wished.spot(path), SHELL
        )

    def forget(self) -> None:
        """Any of what lies there."""
        name = self.random.choice(self.lying())
        self.wished.wishing.discarding.forget(TrashSpot(ME, name))

    def undo(self) -> None:
        """The latest action, or one before it."""
        action = self.random.choice(self.wished.catalog.actions(3)).action_id
        self.wished.wishing.undo(action, SHELL)

    def send(self) -> None:
        """All that is no upload is done at the service."""
        for row in self.wished.catalog.open_operations():
            if row.wish.verb not in {"upload", "replace"}:
                self.wished.send(row)

    def write(self) -> None:
        """A new picture, or one that nobody has judged yet."""
        name = f"Unsorted/{self.random.randrange(10**9)}.jpg"
        ino = self.wished.write(name)
        self.photos.add(row_id(ino))
        if self.random.random() < 0.5:
            self.wished.judge(whole(f"{ino:x}"), name)

    def link(self) -> None:
        """A photo joins an album."""
        tree = self.wished.filed.tree()
        path = self.random.choice(
            [each for each in tree if each.startswith("Dates/") and each[-1] != "/"]
        )
        album = self.random.choice(
            [each for each in tree if each.startswith("Albums/") and each[-1] == "/"]
        )
        self.wished.link(path, f"{album.rstrip('/')}/{self.random.randrange(10**9)}.jpg")

    def step(self) -> None:
        """One of all these, a minute after the one before."""
        self.wished.filed.now_ns += 60 * 10**9
        weights = (6, 6, 1, 1, 1, 1, 2)
        (name,) = self.random.choices([*self.done], weights)
        with suppress(Refused, Exists, NotFound, NotFolder, Busy, IndexError, KeyError):
            getattr(self, name)()
            self.done[name] += 1
        self.check()

    def check(self) -> None:
        """Nothing is lost, and nothing is counted wrong."""
        assert self.wished.filed.problems() == []
        for photo in self.photos:
            assert not self.wished.catalog.photo_facts(photo).gone
            assert self.wished.catalog.photo_entries(photo)


@pytest.mark.parametrize("seed", [0, 1, 15])
def test_nothing_is_lost_in_a_storm_on_the_trash(wished: Wished, seed: int) -> None:
    """Photos, files and albums, sent and unsent, put there, taken back, forgotten and undone."""
    storm = Storm(wished, seed)
    for _ in range(STEPS):
        storm.step()
    assert all(storm.done.values()), storm.done


def test_regression_a_wish_is_not_taken_back_twice(wished: Wished) -> None:
    """Undo takes back many wishes; one of them may have taken back another one with it."""
    wished.unlink("Albums/Trip/a.jpg")
    (row,) = wished.catalog.open_operations()
    with wished.wishing.change():
        planning = wished.wishing.desk(row.wish.library).planning
        assert planning.cancel(row, "undone")
        assert not planning.cancel(row, "undone")
