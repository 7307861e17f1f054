"""The file in which a user writes rules."""

from pathlib import Path
from typing import Final

from photofs.model.errors import Misconfigured
from photofs.model.rule import LARGEST, Rule, read_rules

NAME: Final = "rules.toml"
"""Beside config.toml."""


def rules_in(config: Path) -> list[Rule]:
    """The rules in a folder of settings, none if there is no file; Misconfigured names it."""
    path = config / NAME
    try:
        return read_rules(_text(path))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        what = f"{path} cannot be read: {error}"
        raise Misconfigured(what, remedy="it must be text in UTF-8 that you may read") from error
    except Misconfigured as error:
        raise Misconfigured(
            f"{path}: {error.what}",
            safe="no rule does anything until that is mended",
            remedy="docs/KEEPER.md tells what a rule may say",
        ) from error


def _text(path: Path) -> str:
    with path.open("rb") as file:
        told = file.read(LARGEST + 1)
    if len(told) > LARGEST:
        raise Misconfigured("it is longer than any list of rules", remedy="write fewer")
    return told.decode("utf-8")
