"""Uploads to Google over loopback: the calls that an album takes, and the rate of its bytes."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import trio

from agent.judging import Judge
from agent.scanning import scan
from photofs.emulators.google import CLIENT_ID, Account, Emulator, google_in_thread
from photofs.emulators.google.state import APPEND
from photofs.model.spot import Spot
from photofs.model.wish import Asker
from photofs.providers.google.sending import AT_ONCE
from tests.bench.dataset import house_at
from tests.bench.figures import Line, at_least, at_most, medians
from tests.bench.place import Place
from tests.bench.writing_sending import pictures_in
from tests.support.google_library import config_of, log_in

MIB = 1 << 20
PHOTOS = 1000
SETS = (
    ("1 file of 100 MiB", 1, 100 * MIB),
    ("50 files of 8 MiB", 50, 8 * MIB),
    ("100 files of 2 MiB", 100, 2 * MIB),
    ("300 files of 200 KiB", 300, 200 << 10),
)
CP = Asker(4711, "cp")
READING = {"oauth.token", "mediaItems.list", "mediaItems.search", "albums.list"}
BLOCK = 1 << 17
BATCH = 50


def run(place: Place) -> Iterator[Line]:
    """By the agent's sender, beside one POST a file, four at once, and one for 50.

    Each to an emulator of its own.
    """
    with google_in_thread(Account()) as emulator:
        _by_agent(place, emulator, pictures_in(place.root / "many", PHOTOS, 8192), album=True)
        created = emulator.calls["mediaItems.batchCreate"]
        calls = sum(n for name, n in emulator.calls.items() if name not in READING)
    least = PHOTOS // 50
    what = f"{PHOTOS:,} photos into an album"
    yield at_most(f"batchCreate, {what}", created, "calls", ("least", least), 1.05)
    yield at_most(f"all calls, {what}", calls, "calls", ("least", 1 + PHOTOS + 2 * least), 1.1)
    for told, count, size in SETS:
        files = pictures_in(place.root / f"to-google-{size}", count, size)
        seen = medians({"photofs": partial(_timed, place, files), "HTTP": partial(_plainly, files)})
        ours, plain = (count * size / 1e6 / seen[way] for way in ("photofs", "HTTP"))
        yield at_least(
            f"upload to Google over loopback, {told}", ours, "MB/s", ("POSTs", plain), 0.7
        )


def _timed(place: Place, files: Path) -> float:
    with google_in_thread(Account()) as emulator:
        return _by_agent(place, emulator, files)


def _by_agent(place: Place, emulator: Emulator, files: Path, *, album: bool = False) -> float:
    """Seconds for all of them, once they are judged and wished, in a process of its own."""
    home = place.root / "sending-google"
    shutil.rmtree(home, ignore_errors=True)
    try:
        _accept(home, emulator, files, album=album)
        command = [sys.executable, "-m", "tests.bench.writing_sender", "agent", str(home)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        return float(done.stdout)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _accept(home: Path, emulator: Emulator, files: Path, *, album: bool) -> None:
    """A home in which these files were copied, perhaps into an album, and judged; none was sent."""
    house = house_at(home)
    house.make_folders()
    log_in(house.secrets(), emulator.account)
    with house.catalog() as catalog:
        config = {**config_of(emulator), "lull": 0}
        catalog.add_library("google", "google", config, account=emulator.account.state.email)
        (source,) = catalog.sources()
        trio.run(scan, house, catalog, source, lambda _progress: None)
        wishing, store = house.wishing(catalog), house.store()
        top = catalog.library("google").folder_id
        entry = catalog.entry_named(top, "Albums" if album else "Unsorted")
        assert entry is not None
        folder = (entry.subfolder or 0) * 2
        if album:
            folder = wishing.mkdir(Spot(folder, "Trip"), CP)
        for path in sorted(files.iterdir()):
            written = wishing.create(Spot(folder, path.name), CP)
            fd = store.written.open_for_writing(written.draft, fresh=True)
            with path.open("rb") as source_file:
                while os.sendfile(fd, source_file.fileno(), None, 1 << 30):
                    pass
            os.close(fd)
            wishing.written(written.ino, path.stat().st_size, path.stat().st_mtime_ns)
        judge = Judge(catalog, wishing, store, quiet_s=0.0)
        while trio.run(judge.round):
            pass


def _plainly(files: Path) -> float:
    """Seconds for raw uploads over as many connections as ours has, from another process."""
    account = Account()
    token = account.access(account.grant([APPEND], CLIENT_ID)).token
    with google_in_thread(account) as emulator:
        facts = json.dumps({"url": emulator.url, "token": token})
        command = [sys.executable, "-m", "tests.bench.writing_google", str(files), facts]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        assert emulator.calls["mediaItems.batchCreate"] == -(-len([*files.iterdir()]) // BATCH)
    return float(done.stdout)


class Plain:
    """The same requests as ours makes for uploads, and nothing else: no hash, no note, no look."""

    def __init__(self, facts: dict[str, str]) -> None:
        """Each thread has a connection of its own, which stays."""
        self._host = urlsplit(facts["url"]).netloc
        self._login = {"Authorization": f"Bearer {facts['token']}"}
        self._own = threading.local()

    def post_all(self, files: Path) -> float:
        """Send them, and have photos made of each fifty, while others go out; the seconds."""
        began = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            tokens: list[str] = []
            for token in pool.map(self._upload, sorted(files.iterdir())):
                tokens.append(token)
                if len(tokens) == BATCH:
                    self._create(tokens)
                    tokens = []
            if tokens:
                self._create(tokens)
        return time.perf_counter() - began

    def _upload(self, path: Path) -> str:
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(path.stat().st_size),
            "X-Goog-Upload-Content-Type": "image/jpeg",
            "X-Goog-Upload-Protocol": "raw",
        }
        with path.open("rb") as file:
            return self._post("/v1/uploads", file, headers).decode()

    def _create(self, tokens: list[str]) -> None:
        items = [{"simpleMediaItem": {"uploadToken": each}} for each in tokens]
        body = json.dumps({"newMediaItems": items})
        self._post("/v1/mediaItems:batchCreate", body, {"Content-Type": "application/json"})

    def _post(self, path: str, body: IO[bytes] | str, headers: dict[str, str]) -> bytes:
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection(self._host, blocksize=BLOCK)
        connection: http.client.HTTPConnection = self._own.connection
        connection.request("POST", path, body, {**headers, **self._login})
        answer = connection.getresponse()
        data = answer.read()
        assert answer.status == 200, data
        return data


if __name__ == "__main__":
    print(Plain(json.loads(sys.argv[2])).post_all(Path(sys.argv[1])))
