"""Does random things to one file and compares it with a model, byte by byte (in fsx's manner)."""

import mmap
import os
import random
from collections.abc import Callable
from pathlib import Path

LONGEST = 300_000
PIECE = 70_000
LEAST = 1
STEPS_BETWEEN_REMOUNTS = 2500


class Exerciser:
    """One file, opened anew now and then, and what must be in it. The same seed does the same."""

    def __init__(
        self,
        path: Path,
        seed: int,
        remount: Callable[[], None] | None = None,
        *,
        there: bytes | None = None,
    ) -> None:
        """`remount` is called with the file closed; None: it is never.

        `there`: what the file holds already; None: it is made.
        """
        self._path = path
        self._seed = seed
        self._random = random.Random(seed)
        self._remount = remount
        self._model = bytearray(there or b"")
        self._fd = os.open(path, os.O_RDWR | (os.O_CREAT | os.O_EXCL if there is None else 0))
        self.done: list[str] = []

    def run(self, steps: int) -> None:
        """So many random steps; AssertionError tells the seed and the last of them."""
        acts = [
            *[self._write] * 4,
            *[self._read] * 4,
            *[self._map_and_write] * 3,
            *[self._map_and_read] * 2,
            *[self._truncate] * 2,
            self._append,
            self._reopen,
            self._sync,
            self._move,
            self._write_by_another_handle,
        ]
        for step in range(1, steps + 1):
            self._random.choice(acts)()
            if step % 50 == 0:
                self._compare()
            if self._remount is not None and step % STEPS_BETWEEN_REMOUNTS == 0:
                self._over_a_remount(self._remount)
        self._compare()
        os.close(self._fd)

    def _span(self, longest: int) -> tuple[int, int]:
        """A random offset within the longest file, and a length."""
        offset = self._random.randrange(longest)
        return offset, self._random.randint(LEAST, PIECE)

    def _data(self, length: int) -> bytes:
        return self._random.randbytes(16) * (length // 16 + 1)

    def _note(self, what: str) -> None:
        self.done = [*self.done[-20:], what]

    def _check(self, found: bytes, offset: int, length: int) -> None:
        expected = bytes(self._model[offset : offset + length])
        if found != expected:
            pairs = zip(found, expected, strict=False)
            at = next(
                (n for n, (a, b) in enumerate(pairs) if a != b), min(len(found), len(expected))
            )
            message = f"seed {self._seed}: other bytes from {offset + at} on ({len(found)} read)"
            raise AssertionError("; ".join([message, *self.done]))

    def _put(self, offset: int, data: bytes) -> None:
        if offset > len(self._model):
            self._model.extend(bytes(offset - len(self._model)))
        self._model[offset : offset + len(data)] = data

    def _write(self, fd: int | None = None) -> None:
        offset, length = self._span(LONGEST - PIECE)
        data = self._data(length)[:length]
        self._note(f"write {offset}+{length}")
        assert os.pwrite(self._fd if fd is None else fd, data, offset) == length
        self._put(offset, data)

    def _write_by_another_handle(self) -> None:
        fd = os.open(self._path, os.O_WRONLY)
        self._write(fd)
        os.close(fd)

    def _append(self) -> None:
        if len(self._model) > LONGEST - PIECE:
            return
        data = self._data(self._random.randint(LEAST, PIECE))
        self._note(f"append {len(data)} at {len(self._model)}")
        fd = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        assert os.write(fd, data) == len(data)
        os.close(fd)
        self._model += data

    def _read(self) -> None:
        offset, length = self._span(LONGEST)
        self._note(f"read {offset}+{length}")
        self._check(os.pread(self._fd, length, offset), offset, length)

    def _map_and_read(self) -> None:
        if not self._model:
            return
        offset, length = self._span(len(self._model))
        self._note(f"mapped read {offset}+{length}")
        with mmap.mmap(self._fd, 0, prot=mmap.PROT_READ) as mapped:
            self._check(mapped[offset : offset + length], offset, length)

    def _map_and_write(self) -> None:
        if not self._model:
            return
        offset, length = self._span(len(self._model))
        data = self._data(length)[: min(length, len(self._model) - offset)]
        self._note(f"mapped write {offset}+{len(data)}")
        with mmap.mmap(self._fd, 0) as mapped:
            mapped[offset : offset + len(data)] = data
            if self._random.random() < 0.3:
                mapped.flush()
        self._put(offset, data)

    def _truncate(self) -> None:
        size = self._random.randrange(LONGEST)
        self._note(f"truncate {len(self._model)} to {size}")
        by_path = self._random.random() < 0.5
        os.truncate(self._path if by_path else self._fd, size)
        del self._model[size:]
        self._model.extend(bytes(size - len(self._model)))

    def _reopen(self) -> None:
        self._note("reopen")
        os.close(self._fd)
        self._fd = os.open(self._path, os.O_RDWR)

    def _sync(self) -> None:
        self._note("sync")
        os.fsync(self._fd)

    def _move(self) -> None:
        self._note("rename")
        other = self._path.with_name(f"{self._random.randrange(10**9)}")
        self._path.rename(other)
        self._path = other

    def _over_a_remount(self, remount: Callable[[], None]) -> None:
        self._note("remount")
        os.close(self._fd)
        remount()
        self._fd = os.open(self._path, os.O_RDWR)
        self._compare()

    def _compare(self) -> None:
        """The whole file, its length, and what its length is told to be."""
        self._check(os.pread(self._fd, LONGEST + PIECE, 0), 0, LONGEST + PIECE)
        assert os.fstat(self._fd).st_size == self._path.stat().st_size == len(self._model)
