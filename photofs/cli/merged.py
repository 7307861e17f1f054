"""What people are told of photos of several sources: what each tells, and what keeps two apart."""

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Final

from photofs.catalog.merge_rows import Alike
from photofs.catalog.port import OriginRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.output import counted
from photofs.model.fusing import FACTS, Word, teller
from photofs.model.observation import FindingKind
from photofs.model.trace import TraceKind

ALIKE: Final = MappingProxyType(
    {
        TraceKind.SHA256: "all their bytes (SHA-256)",
        TraceKind.MD5: "all their bytes (MD5)",
        TraceKind.PAGE: "their page at the service",
        TraceKind.CRC32: "length and checksum (CRC-32)",
        TraceKind.SIZED: "name, capture second, size in pixels and length",
        TraceKind.LOOK: "name, capture second and size in pixels",
        TraceKind.NEAR: "name and capture second",
    }
)
"""What two of them have in common, in words."""

NAMED: Final = 3
"""So many of others that are alike are named."""


def told_by(
    catalog: Catalog, origins: Sequence[OriginRow], shown: str, sha256: str | None
) -> list[dict[str, object]]:
    """For each of several origins: its bytes, what it is believed in, and why it is of this photo.

    `shown`: the content key of the bytes that are shown; `sha256`: their hash, if it is known.
    """
    words = [Word(each.source_id, each.seen) for each in origins]
    believed = {fact: teller(words, fact) for fact in FACTS}
    told = []
    for origin, word in zip(origins, words, strict=True):
        facts: dict[str, object] = {
            "fidelity": origin.seen.fidelity,
            "shown": origin.seen.content_key == shown,
            "as_sent": sha256 is not None and catalog.sent_as(origin.observation_id) == sha256,
            "tells": [fact for fact, by in believed.items() if by is word],
        }
        told.append(facts | _merged_by(catalog, origin))
    return told


def _merged_by(catalog: Catalog, origin: OriginRow) -> dict[str, object]:
    """By which evidence it came to the others, if it did."""
    row = catalog.merge_of(origin.observation_id)
    if row is None:
        return {}
    other = catalog.told_of(row.evidence.other)
    sources = {each.source_id: each for each in catalog.sources()}
    if other is None or other.source not in sources:  # its source may have been taken away since
        return {}
    source = sources[other.source]
    return {
        "merged_by": ALIKE[row.evidence.trace.kind],
        "merged_value": row.evidence.trace.value,
        "merged_with": f"{source.provider} {source.account or source.config.get('path')}",
        "merged_with_id": other.seen.remote_id,
        "merged_ns": row.merged_ns,
    }


def unmerged(catalog: Catalog, library_id: int) -> Iterator[tuple[str, str, str]]:
    """Lines for the report: what may be one photo, and was left apart because more than two fit."""
    for alike in catalog.alike(library_id):
        alone = _alone(catalog, alike)
        if len({source for source, _ in alone}) > 1:
            path, *others = [catalog.path_of(photo) for _, photo in alone]
            more = len(others) - NAMED
            named = ", ".join(others[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
            why = (
                f"may be the same photo as {named}: {ALIKE[alike.trace.kind]} are equal, but"
                f" {counted(len(alone), 'photo')} fit, so none was merged"
            )
            yield FindingKind.UNMERGED.value, path, why


def _alone(catalog: Catalog, alike: Alike) -> list[tuple[int, int]]:
    """Source and photo of those that nothing else has merged."""
    rows = [catalog.told_of(each) for each in alike.observations]
    return [
        (row.source, row.photo)
        for row in rows
        if row is not None and len(catalog.observations_of(row.photo)) == 1
    ]
