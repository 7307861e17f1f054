"""What commands print: sentences and tables for people, one JSON document for programs."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click

from photofs.model.errors import Refused

Function = TypeVar("Function", bound=Callable[..., Any])

json_option: Callable[[Function], Function] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, for programs."
)
"""The flag of every command that prints."""


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    print(json.dumps(document, ensure_ascii=False, indent=2))


def safe_text(text: str) -> str:
    """Text without characters that could steer a terminal (titles come from strangers)."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table, columns by their widest cell."""
    cells = [[safe_text(str(cell)) for cell in row] for row in rows]
    cells.insert(0, list(heads))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(padded).rstrip())


def human_size(size: int) -> str:
    """Bytes for people, by powers of 1000 as file managers show them."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:  # noqa: PLR2004 - the units' own base
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.2f} TB"


def counted(number: int, noun: str) -> str:
    """A number and its noun: "1 photo", "1,204 photos"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def confirm(question: str) -> None:
    """Ask, and end the command on a no; Refused where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise Refused(f"nobody is here to ask: {question}", remedy="add --yes to mean it")
    click.confirm(question, abort=True, err=True)
