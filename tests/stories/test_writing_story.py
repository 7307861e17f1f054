"""README's own command lines for putting in and changing, run on the demo; the agent is killed."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from photofs.emulators.flickr.state import State
from photofs.emulators.hosting.vault import load_state
from photofs.emulators.pictures import make_jpeg
from tests.support.household import PATIENCE, Household, shell

pytestmark = pytest.mark.mount

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
PICTURES = ("one.jpg", "two.jpg", "three.jpg")


class Demo:
    """The demo, mounted with its agent, and a shell that stands beside three pictures."""

    def __init__(self, folder: Path) -> None:
        """Nothing is mounted yet."""
        self.household = Household(folder)
        del self.household.environ["PHOTOFS_HOME"]
        path = f"{Path(sys.executable).parent}:{self.household.environ['PATH']}"
        self.environ = {**self.household.environ, "PATH": path}
        self.point = folder / "photos"
        self.point.mkdir()
        self.card = folder / "card"
        self.card.mkdir()
        taken = datetime(2021, 12, 31, 20, 15)  # noqa: DTZ001 - wall time, as in EXIF
        for name in PICTURES:
            picture = make_jpeg(name, taken=None if name == "two.jpg" else taken)
            (self.card / name).write_bytes(picture)

    def do(self, line: str) -> str:
        """Run a line of README; what it printed."""
        words = line.replace("~/photos", str(self.point))
        return shell("bash", "-c", words, cwd=self.card, env=self.environ)

    def service(self) -> State:
        """The emulated account, as the emulator itself has written it down."""
        state = load_state(Path.home() / ".cache" / "photofs" / "demo" / "flickr", State)
        assert state is not None
        return state

    def kill_agent_at_the_first_upload(self) -> None:
        """Between an upload and what follows it."""
        agent, before = self.household.agent(), len(self.service().photos)
        until = time.monotonic() + PATIENCE
        while len(self.service().photos) == before:
            assert time.monotonic() < until
            time.sleep(0.002)
        os.kill(agent, signal.SIGKILL)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """It, mounted; taken away without waiting."""
    demo = Demo(tmp_path)
    demo.household.run("mount", "--demo", "--daemon", demo.point)
    try:
        yield demo
    finally:
        demo.household.run("umount", "--no-wait", demo.point, code=None)
        if os.path.ismount(demo.point):
            subprocess.run(["fusermount3", "-uz", str(demo.point)], check=False)
            raise AssertionError("the mount had to be forced away")


def lines() -> list[str]:
    """README's lines on putting in, without their comments."""
    (block,) = re.findall(r"## Putting in and changing.*?```console\n(.*?)```", README, re.DOTALL)
    return [re.sub(r"\s+#.*$", "", line.removeprefix("$ ")) for line in block.splitlines()]


def test_p3_what_readme_tells_ends_as_meant_though_the_agent_is_killed(demo: Demo) -> None:
    """Three uploads come once, with album, second album and mark; what was taken back is back."""
    before = demo.service()
    script = lines()
    told: dict[str, str] = {}
    for line in script:
        if line == "photofs wait" and line not in told:
            demo.kill_agent_at_the_first_upload()
        told[line] = demo.do(line)
    assert told["photofs wait"] == "all is done\n"
    after = demo.service()
    new = {photo.title: photo for key, photo in after.photos.items() if key not in before.photos}
    assert sorted(new) == ["one", "three", "two"]
    assert len(after.photos) == len(before.photos) + 3
    assert not any(photo.public for photo in new.values())
    albums = {album.title: album.photos for album in after.albums}
    were = {album.title: album.photos for album in before.albums}
    assert sorted(albums["Lima"]) == sorted(were["Lima"] + [photo.id for photo in new.values()])
    assert sorted(albums["Family"]) == sorted([*were["Family"], new["one"].id])
    others = albums.keys() - {"Lima", "Family"}
    assert {title: albums[title] for title in others} == {title: were[title] for title in others}
    assert [tag.raw for tag in new["two"].tags if "favorite" in tag.raw]
    assert [new[title].taken for title in ("one", "three")] == ["2021-12-31 20:15:00"] * 2


def test_p25_the_log_tells_each_step_of_readme_by_program(demo: Demo) -> None:
    """The undone one is called so, and undo's own action stands above it."""
    script = lines()
    for line in script[: script.index("photofs wait")]:
        demo.do(line)
    steps = script[script.index("photofs wait") + 1 :]
    for line in steps[: steps.index("photofs undo 9") + 1]:
        demo.do(line)
    rows = demo.household.ask("log")
    assert [row["program"] for row in reversed(rows)] == [
        "cp", "rsync", "gio", "cp", "rm", "gio", "photofs trash restore", "mv", "rm",
        "photofs undo",
    ]  # fmt: skip
    assert [(row["action"], row["undone_by"]) for row in rows[:2]] == [(10, None), (9, 10)]
    assert (demo.point / "flickr" / "Albums" / "Lima" / "CON.jpg").exists()
