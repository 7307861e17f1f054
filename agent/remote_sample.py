"""Asks services for some originals once more, and compares them with what a mirror holds.

Nothing is written, here or there: the bytes are hashed as they come and forgotten.
"""

import hashlib
import math
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

from photofs.catalog.mirrored import CopyRow
from photofs.catalog.mirrors import MirrorRow
from photofs.catalog.port import OriginRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import PhotofsError
from photofs.model.observation import Progress
from photofs.model.photo import Fidelity
from photofs.providers.port import Provider
from photofs.volume.sources import OpenProvider

HUNDRED: Final = 100.0

Tell = Callable[[Progress], None]


@dataclass
class Sampled:
    """What the services said. Sentences begin with the file's path; `size` in bytes.

    `incomparable`: their service gives back other bytes than it got, so they tell nothing.
    """

    asked: int = 0
    same: int = 0
    size: int = 0
    incomparable: int = 0
    different: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def choose(numbers: Sequence[int], share: float, dice: random.Random) -> list[int]:
    """So many percent of them, one at least."""
    return sorted(dice.sample(list(numbers), math.ceil(len(numbers) * share / HUNDRED)))


async def sample_remote(
    catalog: Catalog, row: MirrorRow, open_provider: OpenProvider, share: float, tell: Tell
) -> Sampled:
    """Compare a sample of the files that are good as far as known; one at a time, as paced."""
    dice = random.Random()  # noqa: S311 - a sample, no secret
    numbers = choose(catalog.good_copies(row.mirror_id), share, dice)
    sampled = Sampled()
    async with AsyncExitStack() as stack:
        providers: dict[int, Provider] = {}
        for number in numbers:
            copy = catalog.copy(number)
            origin = _origin(catalog, copy) if copy is not None else None
            if copy is None or origin is None:
                sampled.incomparable += 1
                continue
            try:
                if origin.source_id not in providers:
                    opened = open_provider(catalog.source(origin.source_id))
                    providers[origin.source_id] = await stack.enter_async_context(opened)
                await _compare(catalog, providers[origin.source_id], copy, origin, sampled)
            except PhotofsError as error:
                sampled.failed.append(f"{copy.path}: {error.what}")
            tell(Progress(done=sampled.asked, total=len(numbers), unit="files asked for"))
    return sampled


def _origin(catalog: Catalog, copy: CopyRow) -> OriginRow | None:
    """Where the file's bytes came from, if its source still tells of that very version."""
    for origin in catalog.origins(copy.photo_id or 0):
        own = copy.observation in {None, origin.observation_id}
        if own and origin.seen.content_key == copy.content_key:
            return origin
    return None


async def _compare(
    catalog: Catalog, provider: Provider, copy: CopyRow, origin: OriginRow, sampled: Sampled
) -> None:
    """One original."""
    exact = provider.abilities.keeps_exact_bytes or origin.seen.fidelity is Fidelity.ORIGINAL
    if not exact and catalog.sent_as(origin.observation_id) == copy.original:
        sampled.incomparable += 1
        return
    digest = hashlib.sha256()
    size = 0
    async with provider.open_original(origin.seen.ref, None, person=False) as stream:
        async for chunk in stream:
            digest.update(chunk)
            size += len(chunk)
        total = stream.total
    sampled.asked += 1
    sampled.size += size
    if total not in {None, size}:
        sampled.failed.append(f"{copy.path}: fewer bytes came than were announced")
    elif digest.hexdigest() == copy.original:
        sampled.same += 1
    else:
        sampled.different.append(
            f"{copy.path}: the service gives {size:,} other bytes than the {copy.stamp.size:,} here"
        )
