"""Has what rules wished of a hand judged anew, when anything may have changed since it was judged.

A rule of 50 photos a run has made thousands of errands after some weeks, and nothing ends them but
a hand. Each is judged once more before a hand gets it (wishing/handing.py); here it is for the
tree, which shows a photo in Trash until then.
"""

from collections.abc import Callable, Sequence
from typing import Final

import trio

from photofs.catalog.sqlite import Catalog
from photofs.model.rule import Rule
from photofs.wishing.handing import Handing

ANEW: Final = 3600.0
"""Seconds after which they are judged in any case: photos are merged and split without a scan."""


class Fitting:
    """For one catalog; nothing was judged yet when it is made."""

    def __init__(self, catalog: Catalog, handing: Callable[[int], Handing]) -> None:
        """`handing` makes that of a library, by the rules as they are written then."""
        self._catalog, self._handing = catalog, handing
        self._judged: dict[int, tuple[object, float]] = {}

    async def take_back(self, rules: Sequence[Rule]) -> None:
        """Take back what `rules`, as they are written now, mean no more; errors of the catalog."""
        texts = tuple((rule.name, rule.digest) for rule in rules)
        waiting = frozenset(self._catalog.libraries_to_merge())
        for library in self._catalog.libraries():
            number = library.library_id
            by = (texts, self._scanned(number), number in waiting)
            known, judged = self._judged.get(number, (None, 0.0))
            if known == by and trio.current_time() - judged < ANEW:
                continue
            for _ in self._handing(number).take_back_in_parts():
                await trio.lowlevel.checkpoint()
            self._judged[number] = (by, trio.current_time())

    def _scanned(self, library_id: int) -> tuple[tuple[int, int | None], ...]:
        """Which sources a library has, and when each was scanned last."""
        return tuple((row.source_id, row.scan_ns) for row in self._catalog.sources(library_id))
