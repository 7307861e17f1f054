"""Where an account's state and its uploaded bytes lie: in memory, or in a folder."""

import os
from pathlib import Path
from typing import TypeVar

import msgspec

from photofs.emulators.hosting.blobs import Blob, Held, OnDisk

S = TypeVar("S", bound=msgspec.Struct)


class Vault:
    """Uploaded originals by SHA-256, and `state.json` beside them if there is a folder."""

    def __init__(self, folder: Path | None) -> None:
        """Use `folder`, made if need be; memory if None."""
        self._folder = folder
        self._memory: dict[str, bytes] = {}
        if folder:
            (folder / "originals").mkdir(parents=True, exist_ok=True)

    def put(self, sha256: str, data: bytes) -> None:
        """Keep the bytes."""
        if self._folder:
            replace_file(self._folder / "originals" / sha256, data)
        else:
            self._memory[sha256] = data

    def get(self, sha256: str) -> Blob:
        """The bytes kept under that hash."""
        if self._folder:
            return OnDisk(self._folder / "originals" / sha256)
        return Held(self._memory[sha256])

    def save(self, state: msgspec.Struct) -> None:
        """Write the state down, if there is a folder."""
        if self._folder:
            replace_file(self._folder / "state.json", msgspec.json.encode(state))


def load_state(folder: Path, kind: type[S]) -> S | None:
    """The state of that kind that was saved in the folder, None if none was."""
    path = folder / "state.json"
    return msgspec.json.decode(path.read_bytes(), type=kind) if path.exists() else None


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the old one or the new one."""
    draft = path.with_name(path.name + ".draft")
    draft.write_bytes(data)
    os.replace(draft, path)  # noqa: PTH105 - says what it does
