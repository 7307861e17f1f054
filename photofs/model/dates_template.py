"""The setting `tree.dates`, and `--layout`: what folders by date are called; which texts say it."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from photofs.model.errors import Misconfigured
from photofs.model.naming import MAX_NESTING, folder_name

USUAL_DATES: Final = "{year}/{year}-{month}"

_PART: Final = re.compile(r"\{(year|month|day)\}")
_SAMPLE: Final = {"year": "2019", "month": "07", "day": "21"}


@lru_cache(maxsize=16)
def template_steps(template: str, given_as: str = "tree.dates") -> tuple[str, ...]:
    """The template's steps; Misconfigured if one would be no folder's name, or none has a date.

    `given_as` is what the user has to mend: the setting, or an option.
    """
    steps = tuple(template.split("/"))
    names = [filled(step, _SAMPLE) or "" for step in steps]
    wrong = any(folder_name(name) != name or set("{}") & set(name) for name in names)
    asked = set(_PART.findall(template))
    gap = "month" not in asked and "day" in asked  # {day} alone would mix those of twelve months
    if wrong or gap or len(steps) > MAX_NESTING or not asked:
        raise Misconfigured(
            f"{given_as}: {template!r} does not make folders by date",
            remedy=f'use {{year}}, {{month}}, {{day}} and "/", as in "{USUAL_DATES}"',
        )
    return steps


def filled(step: str, parts: Mapping[str, str]) -> str | None:
    """The step with its parts put in; None if it asks for a part that is not known."""
    if not set(_PART.findall(step)) <= parts.keys():
        return None
    return _PART.sub(lambda found: parts[found[1]], step)
