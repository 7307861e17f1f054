"""What two sources of one library tell alike of one photo, and by which it is known again; pure.

The kinds stand from the surest to the least sure. Equal bytes are the same photo; a page of the
service is one photo's; a CRC is 32 bits, and says as much only together with the length; name,
capture second and pixels are what a camera gives to one picture alone, but for copies and edited
versions. Of what was sent from here the length is known as well: then that has to agree, or a file
that was edited and copied in would be taken for the original that an export has. An edit may leave
the length as it was: likeness says nothing where a hash or a checksum says that they are two.
"""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from photofs.model.capture_time import Granularity, TakenFact
from photofs.model.naming import fold
from photofs.model.observation import ContentHash, HashKind, PhotoSeen
from photofs.model.photo import Fidelity, PixelSize


class TraceKind(StrEnum):
    """Which fact it is. `NEAR` merges nothing: it says of whom the pixels are worth a look."""

    SHA256 = "sha256"
    MD5 = "md5"
    PAGE = "page"
    CRC32 = "crc32"
    SIZED = "sized"
    LOOK = "look"
    NEAR = "near"


MERGING: Final = tuple(kind for kind in TraceKind if kind is not TraceKind.NEAR)
"""The kinds that can show that two observations are of one photo, the surest first."""


SURE: Final = frozenset({TraceKind.SHA256, TraceKind.MD5, TraceKind.PAGE})
"""By which two records are of one photo for certain: hashes, the service's own page."""


class Trace(NamedTuple):
    """One such fact."""

    kind: TraceKind
    value: str


class Sent(NamedTuple):
    """The bytes that were sent as the photo of an observation; `crc32`: if it is known."""

    sha256: str
    size: int
    crc32: str | None = None


class Learnt(NamedTuple):
    """What photofs knows of the bytes of an observation beside what is told; None: not yet.

    `sha256`: of what the source gives. `sent`: if it was sent from here.
    """

    sha256: str | None = None
    pixels: PixelSize | None = None
    sent: Sent | None = None


NOTHING: Final = Learnt()
_MAIN: Final = "main"
"""The role of a shot's only file, as providers name it where there are several."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


def traces_of(seen: PhotoSeen, learnt: Learnt = NOTHING) -> frozenset[Trace]:
    """All by which the photo of an observation can be known again at another source."""
    traces = set()
    for sha256 in (learnt.sha256, learnt.sent and learnt.sent.sha256):
        if sha256 is not None:
            traces.add(Trace(TraceKind.SHA256, sha256))
    if learnt.sent is not None and learnt.sent.crc32 is not None:
        sent = ContentHash(HashKind.CRC32, learnt.sent.crc32)
        traces |= _of_hash(sent, learnt.sent.size)
    if seen.hash is not None and seen.size != 0:
        traces |= _of_hash(seen.hash, seen.size)
    if seen.page_url:
        # the files of one shot share a page
        traces.add(Trace(TraceKind.PAGE, f"{seen.page_url}#{seen.set_role or _MAIN}"))
    return frozenset(traces | _of_look(seen, learnt))


def _of_hash(told: ContentHash, size: int | None) -> set[Trace]:
    """A hash that the source tells; a CRC counts only with a length."""
    match told.kind:
        case HashKind.SHA256:
            return {Trace(TraceKind.SHA256, told.digest)}
        case HashKind.MD5:
            return {Trace(TraceKind.MD5, told.digest)}
        case _ if size is not None:
            return {Trace(TraceKind.CRC32, f"{told.digest}:{size}")}
        case _:
            return set()


def _of_look(seen: PhotoSeen, learnt: Learnt) -> set[Trace]:
    """By name, capture second and pixels, and by what of these is known."""
    second, pixels = _second(seen.taken), seen.pixels or learnt.pixels
    if second is None or not seen.file_name:
        return set()
    near = f"{seen.media}|{fold(seen.file_name)}|{second}"
    found = {Trace(TraceKind.NEAR, near)}
    if pixels is not None:
        # one source may tell them as stored, the other as shown upright
        short, long = sorted((pixels.width, pixels.height))
        look = f"{near}|{short}x{long}"
        size = learnt.sent.size if learnt.sent else seen.size
        if size is not None and (learnt.sent or seen.fidelity is Fidelity.ORIGINAL):
            found.add(Trace(TraceKind.SIZED, f"{look}|{size}"))
        if learnt.sent is None:
            found.add(Trace(TraceKind.LOOK, look))
    return found


def contradict(one: AbstractSet[Trace], other: AbstractSet[Trace]) -> bool:
    """Whether the bytes behind these traces are known to be of two originals.

    What is likened by length is an original, or was sent; of all else a SHA-256 may be of bytes
    that a service made of its original.
    """
    kinds = [TraceKind.MD5, TraceKind.CRC32]
    if _has(one, TraceKind.SIZED) and _has(other, TraceKind.SIZED):
        kinds += [TraceKind.SHA256, TraceKind.SIZED]
    told = ((_has(one, kind), _has(other, kind)) for kind in kinds)
    return any(here and there and not here & there for here, there in told)


def _has(traces: AbstractSet[Trace], kind: TraceKind) -> set[Trace]:
    return {each for each in traces if each.kind is kind}


def _second(taken: TakenFact | None) -> str | None:
    """The second of capture, if it is known to the second; a wall time is not an instant."""
    if taken is None or taken.granularity is not Granularity.SECOND:
        return None
    if taken.instant is not None:
        return str((taken.instant - _EPOCH) // _SECOND)
    if taken.local is None:
        return None
    if taken.offset is not None:
        return str(((taken.local - taken.offset).replace(tzinfo=UTC) - _EPOCH) // _SECOND)
    return taken.local.replace(microsecond=0).isoformat()
