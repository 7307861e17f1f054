"""All of Google from a clean home, as docs/GOOGLE.md tells it: against the emulated services."""

import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from photofs.assembly import House
from photofs.emulators.flickr.emulator import Emulator as Flickr
from photofs.emulators.google import Account, Emulator, google_in_thread
from photofs.emulators.google.state import Item
from photofs.emulators.hosting.originals import blob_of
from photofs.emulators.pictures import make_jpeg
from photofs.emulators.takeout import Account as Exported
from photofs.emulators.takeout import Item as ExportedItem
from photofs.emulators.takeout import write_export
from photofs.model.exit_codes import TEMPORARY
from tests.support.album_order import in_album_order
from tests.support.chromium import chromium, opened_window
from tests.support.google_login import client_file, log_in
from tests.support.household import PATIENCE, Household, shell
from tests.support.logins import add_flickr
from tests.support.preloaded import later
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.mount, pytest.mark.timeout(900)]

DAY = 86_400
TAKEN = datetime(2026, 8, 1, 10, tzinfo=UTC)
FULL, SINCE = datetime(2026, 8, 20, tzinfo=UTC), datetime(2026, 9, 20, tzinfo=UTC)
FIDELITY = ("getfattr", "-n", "user.photofs.fidelity", "--only-values")
ALBUM = "Lima"
SETTINGS = """
[tree]
timezone = "UTC"
[writing]
grace = 1.0
quiet = 1.0
[google]
pause = 0.1
"""


class Google:
    """An account with a phone's photos, which no program may list, and its own clock."""

    def __init__(self) -> None:
        """It is today."""
        self.later_s = 0
        self.account = Account(clock=lambda: time.time() + self.later_s)
        self.phone = [self._taken_by_phone(number) for number in range(4)]

    def _taken_by_phone(self, number: int) -> Item:
        name, taken = f"PXL_{number}.jpg", TAKEN + timedelta(days=number)
        data = make_jpeg(name, width=64, height=48, taken=taken, offset="+00:00")
        return self.account.add_item(data, name)

    def original(self, item: Item) -> bytes:
        """As it was uploaded: what a Takeout holds."""
        blob = blob_of(item.original, self.account.vault)
        return blob.read(0, blob.size)

    def export(self, folder: Path, items: list[Item], made: datetime) -> list[Path]:
        """A Takeout of these, as one part."""
        told = [
            ExportedItem(
                item_id=item.web_id,
                title=item.filename,
                data=self.original(item),
                taken=datetime.fromisoformat(item.created),
                uploaded=made - timedelta(days=1),
            )
            for item in items
        ]
        return write_export(folder, Exported(items=told), made)

    def uploaded(self) -> list[Item]:
        """What photofs put there, in the order of its album."""
        (album,) = self.account.state.albums.values()
        assert album.title == ALBUM
        return self.account.members(album)


@pytest.fixture
def google() -> Google:
    """The account."""
    return Google()


@pytest.fixture
def served(google: Google) -> Iterator[Emulator]:
    """It, on loopback."""
    with google_in_thread(google.account) as emulator:
        emulator.habits.picker_poll = 1.0
        yield emulator


def pick(household: Household, served: Emulator, items: list[Item]) -> None:
    """`photofs pick google`, and its owner ticks these on the page and presses Done."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with household.start("pick", "google", **pipes) as picking:
        assert picking.stderr is not None
        url = next(line.strip() for line in picking.stderr if served.url in line)
        with httpx2.Client(trust_env=False, timeout=60) as browser:
            browser.post(url, data={"item": [item.id for item in items]})
        _out, told = picking.communicate(timeout=PATIENCE)
    assert picking.returncode == 0, told
    assert f"picked: {len(items)} photos fetched" in told


def check_sent_once(
    household: Household, google: Google, served: Emulator, album: Path, order: list[str]
) -> None:
    """Each photo of an album once, in its order, at its capture time; the copy is what it was."""
    there = google.uploaded()
    copied = album.parents[2] / "google" / "Albums" / ALBUM
    assert [item.filename for item in there] == order
    times = {path.name: path.stat().st_mtime for path in album.iterdir()}
    created = {item.filename: datetime.fromisoformat(item.created) for item in there}
    assert {name: moment.timestamp() for name, moment in created.items()} == times
    shell("diff", "-r", album, copied)
    before = dict(served.calls)
    shell("cp", "-rp", album, copied.parent)
    household.until_done()
    assert ">f" not in shell("rsync", "-a", "--itemize-changes", f"{album}/", copied)
    household.until_done()
    assert served.calls["uploads"] == before["uploads"] == len(there)


def test_all_of_it_from_a_clean_home(
    household: Household, google: Google, served: Emulator, flickr: Flickr, tmp_path: Path
) -> None:
    """Log in, scan, mount, pick, copy an album in, drop a Takeout, go on the next day, trash three.

    Without a Chromium the last of these is skipped, and told so.
    """
    (household.home / "config" / "config.toml").write_text(SETTINGS)
    add_flickr(household, flickr)
    code, told = log_in(household, served, "--client-file", client_file(tmp_path))
    assert code == 0, told
    household.run("scan")
    takeout = tmp_path / "takeout"
    google.export(takeout, google.phone[:1], FULL)
    household.run("library", "add", "takeout", takeout, "--to", "google")

    with household.mounted(agent=True) as photos:
        dates = photos / "google" / "Dates"
        assert files_of(dates) == ["PXL_0.jpg"]
        pick(household, served, google.phone[:3])
        assert files_of(dates) == ["PXL_0.jpg", "PXL_1.jpg", "PXL_2.jpg"]

        shell("cp", "-rp", photos / "flickr" / "Albums" / ALBUM, photos / "google" / "Albums")
        household.until_done()
        album = photos / "flickr" / "Albums" / ALBUM
        check_sent_once(household, google, served, album, in_album_order(flickr, album))

        (picked,) = dates.rglob("PXL_1.jpg")
        inode = picked.stat().st_ino
        assert shell(*FIDELITY, picked).startswith("recompressed")
        (part,) = google.export(tmp_path, [*google.phone[1:], *google.uploaded()], SINCE)
        part.rename(takeout / part.name)
        wait_until(lambda: shell(*FIDELITY, picked).startswith("original"))
        assert picked.stat().st_ino == inode
        assert picked.read_bytes() == google.original(google.phone[1])
        assert len(files_of(dates)) == len(google.phone) + len(google.uploaded())

        served.habits.calls_per_day = 0
        (tmp_path / "late.jpg").write_bytes(make_jpeg("late", width=64, height=48, taken=TAKEN))
        shell("cp", tmp_path / "late.jpg", photos / "google" / "Unsorted")
        wait_until(lambda: "they begin anew at" in household.run("status"))
        assert "1 upload" in household.run("wait", "--timeout", "1", code=TEMPORARY)
        household.run("umount", "--no-wait", photos)
    household.environ |= later(DAY)
    google.later_s, served.habits.calls_per_day = DAY, 10_000
    with household.mounted(agent=True) as photos:
        household.until_done()
        names = [item.filename for item in google.account.state.items.values() if item.owner]
        assert names.count("late.jpg") == 1
        assert len(names) == len(google.uploaded()) + 1
        assert len(files_of(photos / "google" / "Dates")) == len(google.account.state.items)
        trash_by_browser(household, google, photos / "google")
    household.run("check")


def trash_by_browser(household: Household, google: Google, library: Path) -> None:
    """Three that are put into Trash are put there at the service, by a real Chromium."""
    chromium()
    three = ["PXL_1.jpg", "PXL_3.jpg", "late.jpg"]
    for name in three:
        (path,) = (library / "Dates").rglob(name)
        path.unlink()
    with opened_window(House(household.environ).paths.browser / google.account.state.email):
        pass  # its owner has signed in

    def dry_run() -> list[str]:
        return [each["name"] for each in household.ask("hand", "browser", "--dry-run")["errands"]]

    wait_until(lambda: dry_run() == three)  # once the grace is over
    assert not any(item.trashed for item in google.account.state.items.values())
    assert household.ask("hand", "browser")["counts"] == {"done": 3}
    items = google.account.state.items.values()
    assert sorted(item.filename for item in items if item.trashed) == three
    assert sorted(path.name for path in (library / "Trash").iterdir()) == three


def files_of(folder: Path) -> list[str]:
    """The names of all files in a tree."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())
