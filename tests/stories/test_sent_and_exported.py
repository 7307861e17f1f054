"""Copied into Google, exported by Takeout, gone from Kept: the tree is as it was all the while."""

from pathlib import Path

from tests.support.exported_home import exported_home
from tests.support.household import Household, shell
from tests.support.waiting import wait_until

ALBUM = Path("google/Albums/Trip")


def test_the_tree_is_the_same_when_only_the_takeout_has_the_bytes(tmp_path: Path) -> None:
    """The agent lets go of them by itself; bytes, sizes and times stay, a copy sends nothing."""
    with exported_home(tmp_path) as home:
        household = Household(tmp_path)
        before = tmp_path / "before"
        with household.mounted() as photos:
            shell("cp", "-rp", photos / ALBUM, before)
        with household.mounted(agent=True) as photos:

            def is_released() -> bool:
                (library,) = household.ask("status")["libraries"]
                return bool(library["archived"]["files"] == 2)

            wait_until(is_released)
            household.run("cache", "clear", "--yes")
            assert set(home.rooms().values()) == {None}
            listed = shell("rsync", "-anic", f"{photos / ALBUM}/", f"{before}/")
            assert listed.strip() == ""
            for name, data in home.made.files.items():
                assert (photos / ALBUM / name).read_bytes() == data
            uploads = home.made.emulator.calls["uploads"]
            shell("cp", "-p", *sorted(before.iterdir()), photos / ALBUM)
            household.run("wait")
            assert home.made.emulator.calls["uploads"] == uploads
            names = sorted(each.name for each in (photos / ALBUM).iterdir())
            assert names == sorted(home.made.files)
        household.run("check")
