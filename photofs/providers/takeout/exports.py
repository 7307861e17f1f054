"""Where a file stands in an export: which export, which product, which folder; pure.

Exports are told apart by their moment, which stands in the names of their parts; what has no such
name (unpacked, renamed) is one export more, or belongs to the only named one that there is.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from photofs.providers.archives.parts import ZIP, Part, Parts

UNNAMED = ""
TOP = "Takeout"
PRODUCTS = frozenset(
    (
        "Google Photos",
        "Google Fotos",
        "Google Foto",
        "Google Фото",
        "Google Снимки",
        "Fotky Google",
        "Google Kuvat",
        "Google フォト",
        "Google 相册",
        "Google 相簿",
        "Google Fotoğraflar",
    )
)
_PART = re.compile(
    r"takeout-(\d{8}T\d{6}Z)(?:-(\d+))?-(\d{3,})(?:\.zip|\.tgz|\.tar\.gz)?", re.IGNORECASE
)
_NUMBER = re.compile(r"-\d{3,}\.")
_MOST_LACKING = 999
"""Parts told as lacking at most: an export has at most some hundreds."""

_YEAR = re.compile(r"(?<!\d)(1[89]|20|21)\d\d(?!\d)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PartName(NamedTuple):
    """What a part's name tells: its export's moment as text, the series within it, its number."""

    moment: str
    series: str
    number: int


class ExportPlace(NamedTuple):
    """Where a file stands: `product` is "" where the path does not tell; `folder` is NFC.

    `top` marks the product's own folder, whose JSON files are no albums.
    """

    export: str
    product: str
    folder: str
    top: bool


def part_name(name: str) -> PartName | None:
    """Of a file or folder named as Google names parts; None for other names."""
    found = _PART.fullmatch(name)
    return PartName(found[1].upper(), found[2] or "", int(found[3])) if found else None


def moment_ns(moment: str) -> int | None:
    """The moment in a part's name, in nanoseconds since 1970-01-01 UTC; None for an impossible."""
    try:
        when = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return (when - _EPOCH) // timedelta(microseconds=1) * 1000


def place_of(part: str, folder: str) -> ExportPlace:
    """The place of a file in `folder` of a part (or of the unpacked tree, where part is "")."""
    steps = unicodedata.normalize("NFC", folder).split("/") if folder else []
    export = _export_of(part, steps)
    if TOP in steps:
        inner = steps[steps.index(TOP) + 1 :]
        product = inner[0] if inner else ""
        return ExportPlace(export, product, "/".join(inner), len(inner) <= 1)
    return ExportPlace(
        export, "", "/".join(step for step in steps if not part_name(step)), top=False
    )


def _export_of(part: str, steps: list[str]) -> str:
    names = [part.rpartition("/")[2]] if part else steps
    for name in names:
        told = part_name(name)
        if told is not None and moment_ns(told.moment) is not None:
            return told.moment
    return UNNAMED


def marks_of(parts: Parts) -> dict[str, str]:
    """By each export's moment what changes with its parts; empty unless all is in named parts."""
    by_export: dict[str, list[Part]] = defaultdict(list)
    for part in parts.archives:
        by_export[_export_of(part.path, [])].append(part)
    if parts.tree or parts.troubles or UNNAMED in by_export:
        return {}
    return {
        export: hashlib.sha256(
            repr([tuple(one) for one in of_it]).encode("utf-8", "surrogateescape")
        ).hexdigest()
        for export, of_it in by_export.items()
    }


def added_parts(before: Mapping[str, str], parts: Parts) -> Parts | None:
    """The zips of exports that came after all that were read `before`; None if more has changed."""
    now = marks_of(parts)
    added = now.keys() - before.keys()
    if not before or not added or not before.items() <= now.items() or min(added) < max(before):
        return None
    archives = [part for part in parts.archives if _export_of(part.path, []) in added]
    if not all(part.path.lower().endswith(ZIP) for part in archives):
        return None  # a tgz tells no checksums, by which files of other exports are known again
    return parts._replace(archives=archives)


def names_a_year(folder: str) -> bool:
    """Whether a folder's own name holds a year, as those of Takeout's year folders do."""
    return _YEAR.search(folder.rpartition("/")[2]) is not None


def lacking_parts(parts: list[str]) -> list[str]:
    """The names of parts that must exist, for parts with higher numbers do, but are not here."""
    held: dict[tuple[str, str], dict[int, str]] = {}
    for path in parts:
        name = path.rpartition("/")[2]
        told = part_name(name)
        if told is not None:
            held.setdefault((told.moment, told.series), {})[told.number] = name
    return [
        _NUMBER.sub(f"-{number:03}.", names[max(names)])
        for names in held.values()
        for number in range(1, min(max(names), len(names) + _MOST_LACKING))
        if number not in names
    ]
