"""A program that writes files and notes what was acknowledged to it.

`python -m tests.support.file_writer FOLDER SEED LEDGER` goes on until a call fails. A line of the
ledger is a list of names that are about to be changed, or tells what stands under them now that the
call or the close has returned: the SHA-256 of the bytes, or null for nothing.
"""

import hashlib
import json
import os
import random
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

LONGEST = 300_000


class FileWriter:
    """Works in one folder on a dozen names."""

    def __init__(self, folder: Path, seed: int, ledger: TextIO) -> None:
        self._folder = folder
        self._random = random.Random(seed)
        self._ledger = ledger
        self._model: dict[str, bytes] = {}

    def run(self) -> None:
        """Until a call fails."""
        acts = [self._write, self._write, self._replace, self._append, self._remove, self._move]
        try:
            while True:
                self._random.choice(acts)()
        except OSError:
            return

    def _name(self) -> str:
        return f"{self._random.randrange(12)}.jpg"

    def _data(self) -> bytes:
        return self._random.randbytes(16) * self._random.randrange(LONGEST // 16)

    def _begin(self, *names: str) -> None:
        self._note([*names])

    def _done(self, **now: bytes | None) -> None:
        for name, data in now.items():
            if data is None:
                self._model.pop(name, None)
            else:
                self._model[name] = data
        self._note(
            {
                name: None if data is None else hashlib.sha256(data).hexdigest()
                for name, data in now.items()
            }
        )

    def _note(self, line: object) -> None:
        self._ledger.write(json.dumps(line) + "\n")
        self._ledger.flush()

    def _put(self, path: Path, data: bytes, flags: int) -> None:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | flags)
        try:
            for start in range(0, len(data), 70_000):
                os.write(fd, data[start : start + 70_000])
        finally:
            os.close(fd)

    def _write(self) -> None:
        name, data = self._name(), self._data()
        self._begin(name)
        self._put(self._folder / name, data, os.O_TRUNC)
        self._done(**{name: data})

    def _append(self) -> None:
        name, data = self._name(), self._data()
        self._begin(name)
        self._put(self._folder / name, data, os.O_APPEND)
        self._done(**{name: self._model.get(name, b"") + data})

    def _replace(self) -> None:
        name, data = self._name(), self._data()
        temporary = f".{name}.tmp"
        self._begin(name, temporary)
        self._put(self._folder / temporary, data, os.O_TRUNC)
        (self._folder / temporary).rename(self._folder / name)
        self._done(**{name: data, temporary: None})

    def _remove(self) -> None:
        name = self._name()
        if name in self._model:
            self._begin(name)
            (self._folder / name).unlink()
            self._done(**{name: None})

    def _move(self) -> None:
        old, new = self._name(), self._name()
        if old in self._model and old != new:
            self._begin(old, new)
            (self._folder / old).rename(self._folder / new)
            self._done(**{new: self._model[old], old: None})


def acknowledged(ledger: Path) -> Mapping[str, str | None]:
    """What must be there, by name: a hash, or None for nothing; not what was being changed."""
    told: dict[str, str | None] = {}
    for line in ledger.read_text().splitlines():
        record = json.loads(line)
        if isinstance(record, list):
            for name in record:
                told.pop(name, None)
        else:
            told.update(record)
    return told


def missing(folder: Path, ledger: Path) -> list[str]:
    """The names under which something else stands than was acknowledged."""
    found = []
    for name, sha256 in acknowledged(ledger).items():
        path = folder / name
        here = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
        if here != sha256:
            found.append(f"{name}: {here} instead of {sha256}")
    return found


if __name__ == "__main__":
    with Path(sys.argv[3]).open("w", encoding="utf-8") as file:
        FileWriter(Path(sys.argv[1]), int(sys.argv[2]), file).run()
