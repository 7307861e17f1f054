"""Reads config.toml; what is wrong in it is told by its line, in the file's own words."""

import re
from pathlib import Path
from typing import Final

from photofs.model.errors import Misconfigured
from photofs.model.settings import Settings, check_settings


def read_settings(path: Path) -> Settings:
    """config.toml, or the defaults if there is none; Misconfigured names file and line or key."""
    import msgspec

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"{path} cannot be read: {error}",
            remedy="it must be text in UTF-8 that you may read; move it away to use the defaults",
        ) from error
    try:
        settings = msgspec.toml.decode(text, type=Settings)
        check_settings(settings)
        _check_zone(settings.tree.timezone)
    except msgspec.DecodeError as error:
        raise _in_file(path, _wrong_setting(error, text), "") from error
    except Misconfigured as error:
        raise _in_file(path, error.what, error.remedy) from error
    return settings


def _in_file(path: Path, what: str, remedy: str) -> Misconfigured:
    """What is wrong in the settings, with the file's name and a way out."""
    mend = remedy or "mend the file"
    return Misconfigured(
        f"{path}: {what}", remedy=f"{mend}; or move the file away to use the defaults"
    )


def _wrong_setting(error: Exception, text: str) -> str:
    """What msgspec says of a wrong key or value, in the file's own words, with its line."""
    told = str(error)
    unknown = re.search(r"unknown field `(\w+)`(?: - at `\$\.(\w+)`)?", told)
    wrong = re.search(r"Expected `(\w+)`, got `\w+` - at `\$\.([\w.]+)(\[[\d.]+\])?`", told)
    if unknown:
        key, section = unknown[1], unknown[2]
        known = getattr(Settings(), section) if section else Settings()
        where = f"[{section}]" if section else "the file"
        there = ", ".join(known.__struct_fields__)
        return f"{_line_of(key, text)}{where} has no setting {key}; it has {there}"
    if wrong:
        key = wrong[2].rpartition(".")[2]
        each = "each of " if wrong[3] else ""
        return f"{_line_of(key, text)}{each}{wrong[2]} must be {_NEEDED.get(wrong[1], 'a section')}"
    return told


_NEEDED: Final = {
    "str": "a text in quotes",
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "array": 'a list of texts, such as ["/usr/local/bin/tell-me", "photofs"]',
}
"""What a setting must be, by the name that msgspec has for its type."""


def _line_of(key: str, text: str) -> str:
    """The line of a key, as the beginning of a sentence; empty if it is not found."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[?{re.escape(key)}\b", line):
            return f"line {number}: "
    return ""


def _check_zone(name: str) -> None:
    """Refuse a configured zone of which this machine has no rules; raises Misconfigured."""
    from photofs.metadata.timezone import is_zone

    if name and not is_zone(name):
        raise Misconfigured(
            f'tree.timezone: there is no time zone "{name}", only such as "Europe/Berlin"'
        )
