"""How much of an export's texts is taken: what no person wrote would fill the catalog; pure."""

from collections.abc import Iterable

TEXT = 4_000
"""Characters of a description; Google Photos takes 1,000, and real ones have less."""

NAME = 500
"""Characters of a title, a person's name or a tag."""

NAMES = 500
"""People or tags of one photo."""

ADDRESS = 2_000
"""Characters of an address, as many as browsers take."""


def shortened(text: str, most: int = TEXT) -> str:
    """The text, its end an ellipsis where it has more than that many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def few(names: Iterable[str]) -> tuple[str, ...]:
    """Not too many names, none of them too long."""
    taken = (name for _number, name in zip(range(NAMES), names, strict=False))
    return tuple(shortened(name, NAME) for name in taken)
