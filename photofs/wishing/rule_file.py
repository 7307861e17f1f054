"""The file in which a user writes rules, and for which library each of them was seen."""

import hashlib
from pathlib import Path
from typing import Final

from photofs.catalog.port import LibraryReads
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
            remedy="`photofs rules --help` tells what a rule may say",
        ) from error


def rules_of(config: Path, catalog: LibraryReads) -> list[Rule]:
    """The same, each with the digest of its words and of what stands behind its library's name.

    So what was seen, run and armed counts for that library and those sources: another account under
    the same name, or one more source, makes it another rule that nobody has looked at.
    """
    behind = {
        each.name: (each.library_id, _sources(catalog, each.library_id))
        for each in catalog.libraries()
    }
    return [_bound(rule, behind.get(rule.library)) for rule in rules_in(config)]


def _sources(catalog: LibraryReads, library_id: int) -> list[tuple[int, str | None]]:
    return sorted((each.source_id, each.account) for each in catalog.sources(library_id))


def _bound(rule: Rule, behind: object) -> Rule:
    told = repr((rule.digest, behind))
    return rule._replace(digest=hashlib.sha256(told.encode()).hexdigest())


def _text(path: Path) -> str:
    with path.open("rb") as file:
        told = file.read(LARGEST + 1)
    if len(told) > LARGEST:
        raise Misconfigured("it is longer than any list of rules", remedy="write fewer")
    return told.decode("utf-8")
