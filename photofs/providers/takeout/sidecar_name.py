"""Which sidecar a medium of a Takeout has, by name alone; pure.

One rule explains all 36 published pairs and 481 of 483 of a real listing: with T the medium's name
without its counter, the sidecar is the first 46 UTF-16 units of T + ".supplemental-metadata" (until
November 2024: of T alone), then the counter, then ".json". Names here are without that ".json".
"""

import re
from functools import lru_cache
from typing import NamedTuple

SUPPLEMENT = ".supplemental-metadata"
SIDECAR_UNITS = 46
MEDIUM_UNITS = 51
_STYLES = (SUPPLEMENT, "")
_COUNTER = re.compile(r"^(.*)(\([0-9]+\))$", re.DOTALL)
_FORBIDDEN = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')


class MediumName(NamedTuple):
    """A medium's name taken apart: `stem` + `counter` + `extension`, "(1)" being a counter."""

    stem: str
    counter: str
    extension: str

    @property
    def title(self) -> str:
        """The name without its counter: T of the rule."""
        return self.stem + self.extension


@lru_cache(4096)
def take_apart(name: str) -> MediumName:
    """The parts of a medium's name; the extension begins at the last dot.

    Remembered, for each name is looked at from some fifteen sides within a moment.
    """
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    counted = _COUNTER.match(stem) if stem.endswith(")") else None
    if counted:
        return MediumName(counted[1], counted[2], dot + extension)
    return MediumName(stem, "", dot + extension)


def cut(text: str, units: int) -> tuple[str, ...]:
    """The first `units` UTF-16 units; both ways where that would split a character in two."""
    if len(text) * 2 <= units or (len(text) <= units and text.isascii()):
        return (text,)
    if text.isascii():
        return (text[:units],)
    used = 0
    for index, character in enumerate(text):
        width = 2 if character > "\uffff" else 1
        if used + width > units:
            whole = text[:index]
            return (whole, text[: index + 1]) if used < units else (whole,)
        used += width
    return (text,)


def sidecar_names(title: str, counter: str) -> list[str]:
    """By the rule, for a medium of that T and counter: newer style first."""
    return [short + counter for style in _STYLES for short in cut(title + style, SIDECAR_UNITS)]


def by_rule(name: str) -> list[str]:
    """The names that the rule gives, the counter taken as one."""
    parts = take_apart(name)
    return sidecar_names(parts.title, parts.counter)


def verbatim(name: str) -> list[str]:
    """The names that the rule gives if what looks like a counter belongs to the title."""
    return sidecar_names(name, "") if take_apart(name).counter else []


def by_stem(name: str) -> list[str]:
    """For titles without an extension: Takeout added one to the medium only."""
    parts = take_apart(name)
    names = sidecar_names(parts.stem, parts.counter)
    return [*names, *sidecar_names(parts.stem + parts.counter, "")] if parts.counter else names


def without_last(name: str) -> list[str]:
    """Old exports: where the stem ends in "_n-", "_n" or "_", its last character may be lost."""
    parts = take_apart(name)
    if not parts.stem.endswith(("_n-", "_n", "_")):
        return []
    shorter = parts.stem[:-1]
    return [
        *sidecar_names(shorter, parts.counter),
        *sidecar_names(shorter + parts.extension, parts.counter),
    ]


def sanitised(title: str) -> str:
    """A title as Takeout writes it into names (before cutting)."""
    return _FORBIDDEN.sub("_", title)


def title_fits(name: str, title: str) -> bool:
    """Whether a medium of that name can have had that title."""
    wanted = sanitised(title)
    parts = take_apart(name)
    if wanted in {name, parts.title}:
        return True
    of_title = take_apart(wanted)
    if of_title.extension.lower() != parts.extension.lower():
        return wanted in {parts.stem, parts.stem + parts.counter}
    room = MEDIUM_UNITS - len(of_title.extension)
    stems = cut(of_title.stem + of_title.counter, room)
    return parts.stem in stems or parts.stem + parts.counter in stems


def is_sidecar_of_title(name: str, title: str) -> bool:
    """Whether a JSON file of that name (without .json) is the sidecar of a medium so titled."""
    rule = sidecar_names(sanitised(title), "")
    counted = _COUNTER.match(name)
    return name in rule or (counted is not None and counted[1] in rule)
