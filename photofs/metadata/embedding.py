"""Copies of pictures with date, place and description in their EXIF, where the original has none.

The original is only read. A JPEG without EXIF gets a block of ours; a picture that has EXIF, or is
of another kind, is written by exiftool, which knows maker notes as no library does. Whoever made
it, a copy counts only once it was read back: it tells the facts, and the compressed pixels of a
JPEG, the decoded ones of others, are the original's.
"""

import hashlib
import os
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from photofs.metadata.exif import read_exif
from photofs.metadata.kind import sniff
from photofs.metadata.stamping import has_exif, stamp_head
from photofs.model.capture_time import Granularity
from photofs.model.errors import Corrupt, Full, PhotofsError, Refused, StoreError
from photofs.model.head import HEAD_LENGTH
from photofs.model.mirror import Cut
from photofs.model.sidecar import SidecarFacts
from photofs.model.splice import AS_IT_IS, Splice, Stamp

KINDS: Final = frozenset({"jpg", "png", "webp", "tif"})
"""What can be written, for its pixels can be compared."""

PATIENCE: Final = 120.0
"""Seconds for exiftool; it writes some 100 MB a second."""

MOST_ADDED: Final = 1 << 20
"""Bytes by which exiftool's copy may be longer than the original, and some more."""

_BLOCK: Final = 1 << 20
_START_OF_SCAN, _APPLICATION, _COMMENT = 0xDA, range(0xE0, 0xF0), 0xFE


def lacking(head: bytes, facts: SidecarFacts) -> Stamp | None:
    """What of these facts a picture's EXIF does not tell; None if nothing can be added to it.

    `head` are its first HEAD_LENGTH bytes. A month or a year alone is no date that EXIF can hold.
    """
    kind = sniff(head)
    if kind is None or kind[1] not in KINDS:
        return None
    told = read_exif(head)
    taken = facts.taken if facts.taken and facts.taken.granularity is Granularity.SECOND else None
    stamp = Stamp(
        taken=taken.fact if taken and not (told and told.taken) else None,
        position=None if told and told.position else facts.position,
        description=None if has_exif(head) else facts.description,
    )
    return stamp if any(stamp) else None


class Made(NamedTuple):
    """How a copy was made: bytes put in at `cut`; None: exiftool wrote it anew."""

    cut: Cut | None


def embed(original: Path, copy: Path, facts: SidecarFacts) -> Made | None:
    """Make `copy` of the original, with the facts that its EXIF lacks; None if it lacks none.

    Then nothing is made. The copy is on the disk when this returns; it must not exist before, and
    is removed if anything fails. Raises Refused if exiftool is needed and not installed, or if the
    picture cannot be written without harm; Corrupt if the outcome is not what it should be;
    StoreError if a disk fails. Blocking: for a worker thread.
    """
    try:
        with original.open("rb") as file:
            head = file.read(HEAD_LENGTH)
        stamp = lacking(head, facts)
        if stamp is None:
            return None
        splice = AS_IT_IS if has_exif(head) else stamp_head(head, stamp)
        _make(original, copy, splice, stamp)
    except OSError as error:
        raise StoreError(
            f"{copy.name} could not be written: {error.strerror}", safe="the original is untouched"
        ) from error
    return Made(None if splice == AS_IT_IS else Cut(splice.skip, splice.grows))


def _make(original: Path, copy: Path, splice: Splice, stamp: Stamp) -> None:
    """Write and prove it; no trace of what failed."""
    if copy.exists():
        raise Refused(f"{copy.name} is there already", safe="nothing was changed")
    try:
        if splice == AS_IT_IS:
            _by_exiftool(original, copy, stamp)
        else:
            _spliced(original, copy, splice)
        _prove(original, copy, stamp)
        with copy.open("rb+") as file:
            os.fsync(file.fileno())
    except (PhotofsError, OSError):
        copy.unlink(missing_ok=True)
        raise


def _spliced(original: Path, copy: Path, splice: Splice) -> None:
    with original.open("rb") as source, copy.open("xb") as target:
        target.write(splice.head)
        source.seek(splice.skip)
        shutil.copyfileobj(source, target, _BLOCK)


def _by_exiftool(original: Path, copy: Path, stamp: Stamp) -> None:
    program = shutil.which("exiftool")
    if program is None:
        raise Refused(
            f"{original.name} has EXIF already, or is no JPEG: changing it needs exiftool",
            safe="nothing was changed",
            remedy="install it (apt install libimage-exiftool-perl), or mirror without --embed",
        )
    command = [program, "-config", "", "-q", "-o", str(copy), *_words(stamp)]
    try:
        done = subprocess.run(  # noqa: S603 - the program found above, and no shell
            [*command, str(original.absolute())],
            capture_output=True,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(
            f"exiftool did not write {original.name} within {PATIENCE:.0f} seconds",
            safe="nothing was changed",
        ) from error
    if done.returncode or not copy.exists():
        _check_room(original, copy)
        why = done.stderr.decode("utf-8", "replace").strip().partition(" - ")[0]
        raise Refused(f"exiftool does not write {original.name}: {why}", safe="nothing was changed")


def _check_room(original: Path, copy: Path) -> None:
    """Full if a copy had no room: exiftool's words for that are those for any other failure."""
    there = os.statvfs(copy.parent)
    written = copy.stat().st_size if copy.exists() else 0
    if there.f_bavail * there.f_frsize + written < original.stat().st_size + MOST_ADDED:
        raise Full(f"{copy.name} could not be written: No space left", safe="nothing was changed")


def _words(stamp: Stamp) -> Iterator[str]:
    """The facts as exiftool's arguments; names without a group would be written to XMP, too."""
    if stamp.taken and stamp.taken.local:
        local = stamp.taken.local
        yield f"-ExifIFD:DateTimeOriginal={local:%Y:%m:%d %H:%M:%S}"
        if stamp.taken.offset is not None:
            minutes = round(stamp.taken.offset / timedelta(minutes=1))
            sign = "-" if minutes < 0 else "+"
            minutes = abs(minutes)
            yield f"-ExifIFD:OffsetTimeOriginal={sign}{minutes // 60:02}:{minutes % 60:02}"
    if stamp.position:
        yield f"-GPS:GPSLatitude={abs(stamp.position.latitude):.10f}"
        yield f"-GPS:GPSLatitudeRef={'S' if stamp.position.latitude < 0 else 'N'}"
        yield f"-GPS:GPSLongitude={abs(stamp.position.longitude):.10f}"
        yield f"-GPS:GPSLongitudeRef={'W' if stamp.position.longitude < 0 else 'E'}"
    if stamp.description:
        clean = stamp.description.replace("\0", "").encode("utf-8", "replace").decode()
        yield f"-IFD0:ImageDescription={clean}"


def _prove(original: Path, copy: Path, stamp: Stamp) -> None:
    """Corrupt unless the copy tells the facts and shows the original's pixels."""
    with copy.open("rb") as file:
        told = read_exif(file.read(HEAD_LENGTH))
    dated = told is not None and told.taken is not None
    placed = told is not None and told.position is not None
    if (stamp.taken and not dated) or (stamp.position and not placed):
        raise Corrupt(
            f"the copy of {original.name} does not tell what was written into it",
            safe="the original is untouched, and the copy was not kept",
        )
    if picture_hash(original) != picture_hash(copy):
        raise Corrupt(
            f"the copy of {original.name} would show other pixels",
            safe="the original is untouched, and the copy was not kept",
        )


def hashes_of(path: Path, cut: Cut | None) -> tuple[str, str]:
    """The SHA-256 of a file, and of the same without what was put in. Raises OSError."""
    whole, without = hashlib.sha256(), hashlib.sha256()
    at = 0
    stop = cut.at + cut.size if cut else 0
    with path.open("rb") as file:
        while part := file.read(_BLOCK):
            whole.update(part)
            start = cut.at if cut else 0
            without.update(part[: max(start - at, 0)])
            without.update(part[max(stop - at, 0) :])
            at += len(part)
    return whole.hexdigest(), without.hexdigest()


def picture_hash(path: Path) -> str:
    """Equal for files that show the same: SHA-256 over all of a JPEG but its metadata segments.

    Of other kinds over the decoded pixels of all frames. Corrupt if it cannot be decoded.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if file.read(2) == b"\xff\xd8":
            for part in _of_jpeg(file):
                digest.update(part)
        else:
            for part in _decoded(path):
                digest.update(part)
    return digest.hexdigest()


def _of_jpeg(file: BinaryIO) -> Iterator[bytes]:
    """Tables, frame and scans: all from the first scan on as it is.

    What stands behind the first picture (an index of more pictures leads there) is in it as well.
    """
    while True:
        marker = file.read(2)
        if len(marker) < 2 or marker[0] != 0xFF:  # noqa: PLR2004 - a marker
            raise Corrupt("a JPEG's segments cannot be told apart")
        if marker[1] == 0xFF:  # noqa: PLR2004 - fills up
            file.seek(-1, os.SEEK_CUR)
            continue
        if marker[1] == _START_OF_SCAN:
            break
        size = file.read(2)
        body = file.read(int.from_bytes(size) - 2)
        if marker[1] not in _APPLICATION and marker[1] != _COMMENT:
            yield marker + size + body
    while part := file.read(_BLOCK):
        yield part


def _decoded(path: Path) -> Iterator[bytes]:
    from PIL import Image, ImageSequence

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                for frame in ImageSequence.Iterator(picture):
                    yield f"{frame.mode} {frame.size}".encode()
                    yield frame.tobytes()
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        raise Corrupt(
            f"{path.name} cannot be decoded, so nothing proves that a copy shows the same",
            safe="nothing was changed",
        ) from error
