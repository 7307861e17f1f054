"""Libraries that may be changed, for the benches of writing: one of nowhere, one of an emulator."""

import dataclasses
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photofs.providers.flickr.account import Stored, keep
from photofs.providers.port import FACTS, Writes
from tests.bench.dataset import LIBRARY, build, house_at, seen_photos
from tests.bench.place import Place
from tests.bench.programs import photofs

EVERYTHING = tuple(field.name for field in dataclasses.fields(Writes) if field.name not in FACTS)
NOWHERE = {"user": "12037949754@N01", "endpoint": "http://127.0.0.1:9"}


def writable(root: Path, photos: int) -> Path:
    """The home of a Flickr library of so many photos, all in one album."""
    home = root / f"writable-{photos}"
    if not (home / "ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        house = build(home, "flickr", dict(NOWHERE), seen_photos(photos))
        with house.catalog() as catalog:
            (source,) = catalog.sources()
            catalog.set_writes(source.source_id, EVERYTHING)
        (home / "ready").touch()
    return home


@contextmanager
def mounted_anew(place: Place, home: Path) -> Iterator[Path]:
    """A copy of that home, mounted without an agent; the library's Albums. It goes afterwards."""
    used = place.root / "written"
    shutil.rmtree(used, ignore_errors=True)
    shutil.copytree(home, used)
    try:
        with photofs(used, place.point("photofs")) as mounted:
            yield mounted.point / LIBRARY / "Albums"
    finally:
        shutil.rmtree(used)


def client(verb: str, source: Path, target: Path | None = None) -> float:
    """Seconds that the writing program takes (writing_client.py)."""
    command = [sys.executable, "-m", "tests.bench.writing_client", verb, str(source)]
    command += [] if target is None else [str(target)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


@contextmanager
def running_flickr(photos: int = 0) -> Iterator[dict[str, str]]:
    """An account of so many photos in a process of its own; what a client needs to know of it."""
    command = [sys.executable, "-m", "photofs.emulators.flickr", "--photos", str(photos)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            facts: dict[str, str] = json.loads(process.stdout.readline())
            yield facts
        finally:
            process.kill()


def logged_in(home: Path, facts: dict[str, str]) -> None:
    """A home with that account as its library, which may do all; it is not listed yet."""
    house = house_at(home)
    house.make_folders()
    login = Stored(
        key=facts["api_key"],
        secret=facts["api_secret"],
        token=facts["oauth_token"],
        token_secret=facts["oauth_token_secret"],
        permissions="delete",
        username="ada",
    )
    keep(house.secrets(), facts["user"], login)
    with house.catalog() as catalog:
        config = {"user": facts["user"], "endpoint": facts["url"]}
        catalog.add_library(LIBRARY, "flickr", config, account=facts["user"])
