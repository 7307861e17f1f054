"""What the export's own files tell of it: their moment, and which of them are not here."""

import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from photofs.model.errors import PhotofsError
from photofs.providers.archives.parts import Part, open_below

_NANO = 1_000_000_000
_FLICKR_BEGAN = (2004, 2, 1)
_ZIP_TIME_LENGTH = 6

# metadata: 72157724905358313_3ac1836c2225_part1.zip; media: data-download-1.zip, data_72..._5.zip
_NUMBERED = re.compile(
    r"(?P<before>(?:.*/)?(?:\d+_[0-9a-f]+_part|data-download-|data_\d+_[0-9a-f]+_))"
    r"(?P<number>\d{1,4})\.zip",
    re.IGNORECASE,
)


def moment_ns(root: Path, part: Part) -> int:
    """For when a part's facts hold: its newest member's time (UTC), at most the file's own mtime.

    Zip times have no zone; a day's error is less harm than the download's date. Where the members
    tell no sensible time, the file's mtime stands.
    """
    newest = _newest_member(root, part) if part.path.lower().endswith(".zip") else None
    return part.mtime_ns if newest is None else min(newest, part.mtime_ns)


def _newest_member(root: Path, part: Part) -> int | None:
    try:
        with (
            os.fdopen(open_below(root, part.path), "rb") as opened,
            zipfile.ZipFile(opened) as archive,
        ):
            times = [one.date_time for one in archive.infolist() if one.filename.endswith(".json")]
        newest = max((time for time in times if time >= _FLICKR_BEGAN), default=None)
        if newest is None or len(newest) != _ZIP_TIME_LENGTH:
            return None
        return int(datetime(*newest, tzinfo=UTC).timestamp()) * _NANO
    except (PhotofsError, OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return None


def lacking_parts(paths: Iterable[str]) -> Iterator[str]:
    """The numbered parts that are not here, though ones with higher numbers are."""
    numbers: dict[str, set[int]] = {}
    for path in paths:
        found = _NUMBERED.fullmatch(path)
        if found:
            numbers.setdefault(found["before"], set()).add(int(found["number"]))
    for before, here in sorted(numbers.items()):
        for number in range(1, max(here)):
            if number not in here:
                yield f"{before}{number}.zip"
