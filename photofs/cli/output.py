"""What commands print: sentences and tables for people, one JSON document for programs."""

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from shutil import which
from typing import Any, TypeVar

import click

from photofs.model import terminal, wording
from photofs.model.errors import Refused
from photofs.model.exit_codes import OTHER
from photofs.scratch.usage import Held

Function = TypeVar("Function", bound=Callable[..., Any])


class _JsonOption(click.Option):
    """Its variable is called as the flag is, `..._JSON`; click would call it as the argument is."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        return os.environ.get(f"{ctx.auto_envvar_prefix}_JSON") or None


json_option: Callable[[Function], Function] = click.option(
    "--json", "as_json", cls=_JsonOption, is_flag=True, help="Print JSON, for programs."
)
"""The flag of every command that prints."""


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    print(json.dumps(document, ensure_ascii=False, indent=2))


def safe_text(text: str) -> str:
    """Text without characters that could steer a terminal (titles come from strangers)."""
    return terminal.safe_text(text)


def shell_word(text: str) -> str:
    """The text as one word of a command line that a person may copy: quoted if it has to be."""
    return shlex.quote(safe_text(text))


def logged_out(service: str, name: str) -> str:
    """What is wrong with a source whose login was given back: `name` is the library's."""
    named = "" if name == service else f" --name {shell_word(name)}"
    return (
        f"logged out: `photofs login {service}{named}` goes on with it; what is cached stays"
        " readable, what was copied in stays here"
    )


def own_name() -> str:
    """What to type to run photofs: its name, or its path where the shell would not find it."""
    beside = Path(sys.executable).with_name("photofs")
    if which("photofs") or not beside.is_file():
        return "photofs"
    return shell_word(str(beside))


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


def human_age(seconds: int) -> str:
    """How long ago, in the largest unit of which there are two: "90 s ago", "2 days ago"."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{counted(seconds // length, unit)} ago"
    return f"{seconds} s ago"


def counted(number: int, noun: str) -> str:
    """A number and its noun: "1 photo", "1,204 photos"."""
    return wording.counted(number, noun)


def held_words(held: Held) -> str:
    """What a Scratch holds: "1 file (3 B)"."""
    return f"{counted(held.files, 'file')} ({human_size(held.bytes)})"


def confirm(question: str) -> None:
    """Ask, and end the command on a no; Refused where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise Refused(f"nobody is here to ask: {question}", remedy="add --yes to mean it")
    if not click.confirm(question, err=True):
        print("photofs: nothing was changed", file=sys.stderr)
        sys.exit(OTHER)


def confirm_number(question: str, number: int, option: str) -> None:
    """Ask for a number to be typed, and end the command on anything else; Refused with nobody.

    `option` is what gives the number without being asked.
    """
    if not sys.stdin.isatty():
        raise Refused(f"nobody is here to ask: {question}", remedy=f"add {option} to mean it")
    typed = click.prompt(f"{question}\nType {number} to mean it", default="", err=True)
    if typed.replace(",", "").strip() != str(number):
        print("photofs: nothing was changed", file=sys.stderr)
        sys.exit(OTHER)
