"""What is noted of the guard in small files, where mounts and commands meet.

What a user said by `photofs guard` lies beside config.toml; what each mount refused, in a file of
its own. The latter is told to people alone and not synced: a crash loses it, and harms nothing.
"""

import os
from contextlib import suppress
from pathlib import Path

import msgspec

from photofs.kernel.process import Process
from photofs.model.errors import Misconfigured, StoreError
from photofs.model.guard import Told
from photofs.originals.rooms import sync_folder


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What was said: `on` is None where config.toml is to tell; `allowed` are never refused."""

    on: bool | None = None
    allowed: tuple[str, ...] = ()


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What a mount refused. `started` tells its process from a later one of that number."""

    pid: int
    started: int
    told: list[Told]


def read_words(path: Path) -> Words:
    """What was said; nothing if the file is not there, Misconfigured if it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Words)
    except FileNotFoundError:
        return Words()
    except (OSError, msgspec.DecodeError) as error:
        raise Misconfigured(
            f"{path} cannot be read: {error}", remedy="remove it; then `photofs guard allow` anew"
        ) from error


def write_words(path: Path, words: Words) -> None:
    """Put it there for good; StoreError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(path, msgspec.json.encode(words), synced=True)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}",
            safe="nothing was changed",
            remedy="make room on its disk, or see whose file it is",
        ) from error


def note_told(folder: Path, told: list[Told]) -> None:
    """What this process refused so far; where the disk takes no notes, there is none."""
    this = Process.this()
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        note = Note(pid=this.pid, started=this.started, told=told)
        _replace(folder / f"{this.pid}.json", msgspec.json.encode(note))


def read_told(folder: Path) -> list[Told]:
    """What all mounts that still run refused; notes of those that ended are removed."""
    found: list[Told] = []
    for path in sorted(folder.glob("*.json")):
        with suppress(OSError, msgspec.DecodeError):
            note = msgspec.json.decode(path.read_bytes(), type=Note)
            if Process(note.pid, note.started).lives:
                found += note.told
            else:
                path.unlink()
    return found


def _replace(path: Path, data: bytes, *, synced: bool = False) -> None:
    """A file is whole, or the one before; after a power cut as well if it is `synced`."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        file.write(data)
        if synced:
            file.flush()
            os.fsync(file.fileno())
    beside.rename(path)
