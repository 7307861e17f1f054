"""How far a hand reaches in a library: what it can do on photos' pages, and on which pages."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from photofs.model.errand import ON_PAGE, PAGES


class HandReach(NamedTuple):
    """`deeds`: values of model.errand.Deed. `pages`: how the addresses begin that count as pages.

    Another service's page, of an export that was added to the library, is none of these.
    """

    deeds: frozenset[str]
    pages: tuple[str, ...]


NO_HAND: Final = HandReach(frozenset(), ())
"""None is set up, or there is nothing for it to do."""


def reach_of(noted: Iterable[str]) -> HandReach:
    """What the catalog notes of a source (`agent.scanning.names_of`)."""
    names = tuple(noted)
    deeds = frozenset(name.removeprefix(ON_PAGE) for name in names if name.startswith(ON_PAGE))
    pages = tuple(name.removeprefix(PAGES) for name in names if name.startswith(PAGES))
    return HandReach(deeds, pages) if deeds and pages else NO_HAND
