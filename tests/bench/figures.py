"""Figures, what they are held against, and the table that is printed of them."""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROUNDS = 5
"""Every figure is the median of so many at least."""


class Line(NamedTuple):
    """One row: what was measured, both figures, their ratio, the target, and whether it holds."""

    what: str
    ours: str
    reference: str
    ratio: str
    target: str
    holds: bool | None


def _told(value: float, unit: str) -> str:
    """A figure with its unit, to three digits."""
    if value >= 1000:
        return f"{value:,.0f} {unit}"
    return f"{value:.3g} {unit}"


def at_most(what: str, ours: float, unit: str, reference: tuple[str, float], limit: float) -> Line:
    """Ours may be so many times the reference: a time."""
    return _compared(what, ours, unit, reference, f"at most {limit:g}x", lambda r: r <= limit)


def at_least(what: str, ours: float, unit: str, reference: tuple[str, float], limit: float) -> Line:
    """Ours must be so many times the reference: a rate."""
    return _compared(what, ours, unit, reference, f"at least {limit:g}x", lambda r: r >= limit)


def _compared(
    what: str,
    ours: float,
    unit: str,
    reference: tuple[str, float],
    target: str,
    holds: Callable[[float], bool],
) -> Line:
    name, theirs = reference
    ratio = ours / theirs
    told = f"{name} {_told(theirs, unit)}"
    return Line(what, _told(ours, unit), told, f"{ratio:.2f}", target, holds(ratio))


def bounded(what: str, ours: float, unit: str, *, below: float) -> Line:
    """Ours must be below a bound that is no ratio."""
    return Line(what, _told(ours, unit), "", "", f"under {_told(below, unit)}", ours < below)


def floored(what: str, ours: float, unit: str, *, above: float) -> Line:
    """Ours must reach a figure that is no ratio."""
    return Line(what, _told(ours, unit), "", "", f"at least {_told(above, unit)}", ours >= above)


def plain(what: str, ours: float, unit: str) -> Line:
    """A figure without a target."""
    return Line(what, _told(ours, unit), "", "", "", None)


def medians(
    measures: Mapping[str, Callable[[], float]], *, rounds: int = ROUNDS
) -> dict[str, float]:
    """The median of each measure; in every round each takes its turn, so that they share moods."""
    seen: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            seen[name].append(measure())
    for name, values in seen.items():
        told = " ".join(f"{value:.4g}" for value in sorted(values))
        print(f"    {name}: {told}", file=sys.stderr, flush=True)
    return {name: statistics.median(values) for name, values in seen.items()}


def table(lines: Sequence[Line]) -> str:
    """The lines as a Markdown table."""
    verdicts = {True: "yes", False: "**no**", None: ""}
    rows = [("measured", "photofs", "reference", "ratio", "target", "holds")]
    rows += [(*line[:5], verdicts[line.holds]) for line in lines]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    shown = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    shown.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(shown)


def peak_memory() -> float:
    """MB that this process has held at most.

    Not getrusage's figure: that begins with the memory of whoever started the program (execve(2)
    keeps it), here of the process that has just written the photos.
    """
    text = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = [each for each in text.splitlines() if each.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024 / 1e6
