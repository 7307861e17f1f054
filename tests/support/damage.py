"""Takeouts whose sidecars are lost and found again, scanned into one catalog time after time."""

import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from photofs.model.observation import Observation, PhotoSeen, ScanEnd
from photofs.providers.archives.told import Told
from photofs.providers.takeout.provider import open_provider
from tests.support.filed import Filed
from tests.support.provider_tools import make_tools

_HEADER = 30


def spoil(part: Path, *only: str) -> None:
    """Damage the JSON files of a zip, or those of these names, as a bad download does."""
    data = bytearray(part.read_bytes())
    with zipfile.ZipFile(part) as archive:
        for info in archive.infolist():
            name = info.filename.rpartition("/")[2]
            if name.endswith(".json") and (not only or name in only):
                lengths = data[info.header_offset + 26 : info.header_offset + _HEADER]
                skip = int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
                start = info.header_offset + _HEADER + skip
                data[start : start + 8] = b"\xff" * 8
    part.write_bytes(data)


class Rescanned:
    """A folder of exports, the notes of its scans, and the catalog that they are filed in."""

    def __init__(self, folder: Path, catalog: Path) -> None:
        """Nothing was scanned yet."""
        self.folder = folder
        self.tools = make_tools()
        self.filed = Filed(catalog)
        self.filed.live = False

    async def told(self, cursor: str | None = None) -> list[Observation]:
        """What a scan from there tells; its notes live on."""
        async with open_provider({"path": str(self.folder)}, self.tools) as provider:
            return [one async for one in provider.changes(cursor)]

    async def scan(self) -> list[Observation]:
        """A whole scan, filed."""
        seen = await self.told()
        self.filed.scan(*seen[:-1])
        assert isinstance(seen[-1], ScanEnd)
        return seen

    async def scan_and_stop(self, after: int, unfiled: int = 3) -> None:
        """A scan whose process dies after that many observations, the last of them not filed."""
        batch: list[Observation] = []
        async with open_provider({"path": str(self.folder)}, self.tools) as provider:
            changes = provider.changes(None)
            async for one in changes:
                batch.append(one)
                if len(batch) >= after:
                    break
            await changes.aclose()  # type: ignore[attr-defined] # it is a generator
        with self.filed.run() as run:
            run.file(batch[:-unfiled])

    def note(self, told: Iterable[PhotoSeen]) -> None:
        """Have the notes say that this was told by the last scan, as older versions did."""
        notes = Told(self.tools.small_state)
        for seen in told:
            for note in notes.add(seen):
                self.tools.small_state.put(note.key, note.value)
        for note in notes.end():
            self.tools.small_state.put(note.key, note.value)

    def shown(self) -> dict[str, int]:
        """Paths of photos below Dates, and their inode numbers."""
        tree = self.filed.tree().items()
        return {path: ino for path, ino in tree if path.startswith("Dates/") and path[-1] != "/"}

    def missing(self) -> int:
        """How many photos are marked as missing."""
        return self.filed.catalog.counts(1).missing


def as_missing(told: Iterable[PhotoSeen]) -> list[PhotoSeen]:
    """These, not found any more."""
    return [replace(seen, missing=True) for seen in told]
