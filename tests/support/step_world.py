"""A library of the emulated Flickr in which step_program works, and its looks at each step.

`World.golden` is made once, with nobody killed: after each step, all that the tree shows and all
that is wished. What is there after a death must be one of two neighbours of it.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import trio

from photofs.assembly import House
from photofs.catalog.check import check
from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.habits import Habits
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.flickr.state import State
from photofs.emulators.hosting.originals import Painted
from photofs.model.incoming import Stage
from photofs.model.node import row_id
from photofs.model.operation import State as Of
from tests.support.household import Household
from tests.support.last_call import LastCall
from tests.support.logins import add_flickr
from tests.support.send_program import send
from tests.support.step_program import Step, Steps

ROOT: Final = Path(__file__).parents[2]
WITHIN: Final = 90
"""Seconds in which a mount comes up or goes, and a program on it ends."""

CONFIG: Final = '[cache]\nmin_free = "0 MB"\n[network]\nread_timeout = 2.0\n'
PHOTOS: Final = ("Andes", "Beach", "City", "Dog")
STAYS: Final = ("local", "failed")
HOURS: Final = 12
THIS_TIME: Final = "2023-11-14 22:13:20"
THIS_TIME_S: Final = 1_700_000_000
"""Later times are those of the test itself."""


class Shown(NamedTuple):
    """What a path leads to; a folder has no hash. A time only if a program set it."""

    ino: int
    sha256: str
    state: str
    links: int
    set_s: int


class Look(NamedTuple):
    """All of a library, and the wishes of its journal that are open."""

    tree: dict[str, Shown]
    wishes: list[tuple[str, int | None, int | None, str]]

    def without(self, path: str) -> "Look":
        """The same, without a file, by all its names, and without what is said of its folders."""
        ino = self.tree[path].ino if path in self.tree else 0
        return Look({name: it for name, it in self.tree.items() if it.ino != ino}, self.wishes)

    def fits(self, golden: "Look", step: Step | None, before: "Look | None" = None) -> bool:
        """Whether it is the same; of what a step writes, only that its bytes are no others.

        `before` the power was cut: a file that was not closed since may be as it was then.
        """
        if step is None or not step.writes:
            return self == golden
        if self.without(step.writes) != golden.without(step.writes):
            return False
        fitting = {sha256_of(step.data[:end]) for end in range(len(step.data) + 1)}
        if before is not None:
            fitting.add(before.hash_of(step.writes))
        return self.hash_of(step.writes) in fitting

    def hash_of(self, path: str) -> str:
        """That of a file's bytes; "" if there is none."""
        return self.tree[path].sha256 if path in self.tree else ""


class Service(NamedTuple):
    """What an account holds: albums with their photos' hashes, and each photo's facts by hash."""

    albums: dict[str, list[str]]
    photos: list[tuple[str, str, str, str, tuple[str, ...]]]


class World:
    """A library that nobody has changed yet, to be copied for each death."""

    def __init__(self, folder: Path) -> None:
        """Scanned, its originals here."""
        self.folder = folder
        account = Account()
        with flickr_in_thread(account) as emulator:
            self.port = int(emulator.url.rpartition(":")[2])
            self._fill(account, emulator)
            self.state = msgspec.json.encode(account.state)
        self.golden: list[Look] = []
        self.sent = Service({}, [])

    def _fill(self, account: Account, emulator: Emulator) -> None:
        ids = [
            account.add_photo(
                Painted("jpg", number, 64, 48), taken=f"2020-05-0{number + 1} 10:00:00", title=title
            ).id
            for number, title in enumerate(PHOTOS)
        ]
        account.add_album("Lima", ids[:3])
        household = Household(self.folder)
        config = household.home / "config" / "config.toml"
        config.parent.mkdir()
        config.write_text(CONFIG)
        add_flickr(household, emulator, perms="delete")
        household.run("scan")
        with household.mounted() as point:
            look_at(point / "flickr")

    @contextmanager
    def begun(self, folder: Path, disk: Path | None = None) -> Iterator["Begun"]:
        """A copy of the home in that folder, and an account of its own that ignores dedup_check.

        `disk`: where the home lies instead.
        """
        disk = disk or folder
        shutil.copytree(self.folder / "home", disk / "home", dirs_exist_ok=True)
        account = Account(msgspec.json.decode(self.state, type=State))
        habits = Habits(dedup=False)
        with flickr_in_thread(account, port=self.port, habits=habits) as emulator:
            begun = Begun(self, folder, Household(disk), emulator)
            try:
                yield begun
            finally:
                begun.end()


class Begun:
    """A library, perhaps mounted, and its account."""

    def __init__(
        self, world: World, folder: Path, household: Household, emulator: Emulator
    ) -> None:
        """Not mounted yet; the mount point is in that folder."""
        self.world, self.folder = world, folder
        self.household, self.emulator = household, emulator
        self.house = House(household.environ)
        self.point = folder / "photos"
        self.library = self.point / "flickr"
        self.ledger = folder / "ledger"
        self.mount: subprocess.Popen[str] | None = None

    def begin(self, last_call: LastCall | None = None) -> int:
        """Mount it; the process id of the mount."""
        with suppress(FileExistsError):
            self.point.mkdir(parents=True)
        environ = {**self.household.environ, **(last_call.environ if last_call else {})}
        with (self.folder / "log").open("a") as log:
            self.mount = subprocess.Popen(
                [sys.executable, "-m", "photofs", "mount", "--no-agent", str(self.point)],
                cwd=ROOT,
                env=environ,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert self.mount.stdout is not None
        assert self.mount.stdout.readline(), self.log
        return self.mount.pid

    @property
    def log(self) -> str:
        """What the mounts have said."""
        return (self.folder / "log").read_text()

    def end(self) -> None:
        """Take the mount away, dead or alive."""
        if self.mount is not None:
            self.mount.send_signal(signal.SIGTERM)
            try:
                self.mount.wait(WITHIN)
            finally:
                self.mount.kill()
                self.mount.wait(WITHIN)
                if self.mount.stdout is not None:
                    self.mount.stdout.close()
                self.mount = None
        subprocess.run(["fusermount3", "-uzq", self.point], check=False, capture_output=True)

    def lose_power(self) -> None:
        """Kill the mount and its children, now.

        A child that lived on would close what it has open of the disk as it was, and by that delete
        the write-ahead log, by its path: that of the disk as it is when the power is back.
        """
        assert self.mount is not None
        session, until = self.mount.pid, time.monotonic() + WITHIN
        with suppress(ProcessLookupError):
            os.killpg(session, signal.SIGKILL)
        while running_in(session):
            assert time.monotonic() < until
            time.sleep(0.01)

    def bury(self) -> None:
        """Wait for the end of a mount that was killed; it stays in the way of the next one."""
        if self.mount is not None and self.mount.stdout is not None:
            assert self.mount.wait(WITHIN) == -signal.SIGKILL, self.log
            self.mount.stdout.close()
            self.mount = None

    def walk(self, first: int = 0) -> int:
        """Do the steps from that one on, until the end or a call that fails; the next one then.

        TimeoutExpired if the program hangs: it is not killed then, for it may wait for the mount.
        """
        program = [sys.executable, "-m", "tests.support.step_program"]
        command = [*program, str(self.library), str(self.ledger), str(first)]
        walking = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        walking.wait(WITHIN)
        lines = self.ledger.read_text().count("\n") if self.ledger.exists() else 0
        self.ledger.unlink(missing_ok=True)
        return first + lines

    def look(self) -> Look:
        """All that there is now."""
        with self.house.catalog() as catalog:
            wishes = [
                (row.wish.verb, row.wish.photo, row.wish.album, row.state.value)
                for row in catalog.open_operations()
            ]
        return Look(look_at(self.library), wishes)

    def look_twice(self) -> Look:
        """The same, once the kernel has forgotten what was."""
        until, before, now = time.monotonic() + WITHIN, None, self.look()
        while before != now:
            assert time.monotonic() < until
            time.sleep(0.01)
            before, now = now, self.look()
        return now

    def send(self) -> None:
        """As the agent does, an hour later each time, until nothing is open."""
        for hours in range(1, HOURS):
            trio.run(send, self.house, 3600 * hours)
            with self.house.catalog() as catalog:
                left = {row.wish.verb for row in catalog.open_operations()}
                # there is no empty album at Flickr: its first photo makes it
                if left <= {"make album"} and not catalog.quiet_incoming(2**62, 1):
                    return
        raise AssertionError("it never ends")

    def service(self) -> Service:
        """What the account holds."""
        account = self.emulator.account
        darkroom = Darkroom(account.vault)
        hashes, photos = {}, []
        for photo in account.stream():
            original = darkroom.original(photo)
            hashes[photo.id] = hashlib.sha256(original.read(0, original.size)).hexdigest()
            tags = tuple(sorted(tag.raw for tag in photo.tags if "favorite" in tag.raw))
            taken = photo.taken if photo.taken < THIS_TIME else ""
            photos.append((hashes[photo.id], photo.title, photo.description, taken, tags))
        albums = {
            album.title: sorted(hashes[photo] for photo in album.photos)
            for album in account.state.albums
        }
        return Service(albums, sorted(photos))

    def problems(self) -> list[str]:
        """What `photofs check --read` complains of; wishes that came to nothing; hidden bytes."""
        store = self.house.store()
        with self.house.catalog() as catalog:
            found = [str(each) for each in check(catalog)]
            found += [f"given up: {row}" for row in catalog.in_state(Of.GAVE_UP)]
            for row in catalog.incoming_in(Stage.LOCAL) + catalog.incoming_in(Stage.FAILED):
                here = store.written.size(row.draft) if row.draft else None
                shown = catalog.photo_facts(row.photo_id).size
                if here not in {None, shown}:
                    found.append(f"{row}: {here} bytes are here, {shown} are shown")
        return found + [str(each) for each in store.verify_all()]

    def _told(self, shown: Shown) -> Shown:
        """As the service has it: a photo stays what it was if writing over it was cut off."""
        if not shown.state.startswith("failed"):
            return shown
        with self.house.catalog() as catalog:
            told = catalog.told_original(row_id(shown.ino))
        return shown if told is None else shown._replace(sha256=told, state="")

    def is_as_shown(self) -> str:
        """Why the account is not what the tree shows; "" if it is."""
        tree = {name: self._told(it) for name, it in look_at(self.library).items() if it.sha256}
        sent = {name: it for name, it in tree.items() if not it.state.startswith(STAYS)}
        albums: dict[str, set[str]] = {}
        for name, it in sent.items():
            top, _, rest = name.partition("/")
            if top == "Albums":
                albums.setdefault(rest.partition("/")[0], set()).add(it.sha256)
        shown = Counter(sha256 for _, sha256 in {(it.ino, it.sha256) for it in sent.values()})
        service = self.service()
        if {title: sorted(each) for title, each in albums.items()} != service.albums:
            return f"albums: {albums} shown, {service.albums} there"
        there = Counter(photo[0] for photo in service.photos)
        return "" if shown == there else f"photos: {shown} shown, {there} there"


def running_in(session: int) -> list[int]:
    """The processes of a session that have not ended."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            state, _, _, its_session, *_ = each.read_text().rpartition(")")[2].split()
            if int(its_session) == session and state != "Z":
                found.append(int(each.parent.name))
    return found


def sha256_of(data: bytes) -> str:
    """As the tree tells it."""
    return hashlib.sha256(data).hexdigest()


def look_at(library: Path) -> dict[str, Shown]:
    """Every path of a library but Scratch, with what it leads to."""
    tree = {}
    for folder, folders, files in os.walk(library):
        if "Scratch" in folders:
            folders.remove("Scratch")
        for name in folders + files:
            path = Path(folder) / name
            told = path.stat()
            found = Shown(told.st_ino, "", "", 0, 0)
            if name in files:
                state = os.getxattr(path, "user.photofs.state").decode()
                sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
                seconds = told.st_mtime_ns // 10**9
                set_s = seconds if seconds < THIS_TIME_S else 0
                found = Shown(told.st_ino, sha256, state, told.st_nlink, set_s)
            tree[path.relative_to(library).as_posix()] = found
    return tree


def record(world: World, folder: Path) -> None:
    """Walk once with nobody killed."""
    with world.begun(folder) as begun:
        begun.begin()
        world.golden = [begun.look_twice()]
        for step in Steps(begun.library).all:
            step.call()
            world.golden.append(begun.look_twice())
        begun.send()
        assert begun.is_as_shown() == ""
        assert begun.problems() == []
        world.sent = begun.service()


def steps() -> list[Step]:
    """The steps of any library."""
    return Steps(Path()).all
