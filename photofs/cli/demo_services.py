"""The emulated services of the demo: processes that end with it, and where each of them is."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from photofs.model.errors import Bug

FLICKR: Final = "flickr"
GOOGLE: Final = "google"

_NAMES: Final = {FLICKR: "Flickr", GOOGLE: "Google"}
_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {FLICKR: (), GOOGLE: ("--demo",)}

Facts = dict[str, str]
"""Where a service is, and a login to it, as it tells them itself."""


@contextmanager
def emulated_service(home: Path, service: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of them as a process for the length of a block; its account is in a folder of `home`."""
    with (home / f"{service}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [
                sys.executable,
                "-m",
                f"photofs.emulators.{service}",
                "--until-eof",
                "--state",
                str(home / service),
                *_OPTIONS[service],
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def facts_of(process: subprocess.Popen[bytes], home: Path, service: str) -> Facts:
    """What a service tells once it is ready; Bug if it ends instead."""
    line = process.stdout.readline() if process.stdout else b""
    if not line:
        log = home / f"{service}.log"
        raise Bug(f"the emulated {_NAMES[service]} did not start; see {log}")
    facts: Facts = json.loads(line)
    return facts
