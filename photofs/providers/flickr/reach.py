"""How far down a list was told, so that a later scan goes on from there and not from the top.

Page numbers do not last: an upload pushes all others down, a deletion pulls them up. What lasts is
the moment by which Flickr sorts: if the list was read from its top without a gap down to some
moment, the rest is what is not newer than that. A gap cannot be excluded where the total fell
(flickr.md 2.2: a deletion makes the next page begin one too late), nor where something stands out
of order; then the reach goes no further, or is none at all.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from photofs.providers.flickr.answers import Record
from photofs.providers.flickr.cursor import Told
from photofs.providers.flickr.values import text


class Reach:
    """Watches the pages of one listing, which begins where `begun` ended."""

    def __init__(self, begun: Told, until: int, moment: Callable[[Record], int]) -> None:
        """`moment` gives the unix second by which the list is sorted, 0 if nobody knows.

        What is newer than `until` is not counted: it may still have been on its way into the list.
        """
        self._begun = begun
        self._until = until
        self._moment = moment
        self._ids: set[str] = set()
        self._at: Counter[int] = Counter()
        self._low = begun.low
        self._in_order = True
        self.begin_pass()

    def begin_pass(self) -> None:
        """The list is read once more from where it began."""
        self._oldest: int | None = None
        self._gap = False

    def take(self, records: Sequence[Record], *, gap: bool) -> None:
        """The next page; `gap`: something may have been skipped before it."""
        self._gap = self._gap or gap
        for record in () if self._gap else records:
            remote_id, moment = text(record.get("id")), self._moment(record)
            if remote_id is None or not moment:
                continue
            self._step(remote_id, moment)
        if self._oldest is not None:
            self._low = min(self._low or self._oldest, self._oldest)

    def _step(self, remote_id: str, moment: int) -> None:
        """One place further down; what an upload pushed down comes a second time."""
        known = remote_id in self._ids
        if self._oldest is None or moment <= self._oldest:
            self._oldest = moment
        elif not known:
            self._in_order = False
        if known:
            return
        self._ids.add(remote_id)
        if moment <= self._until:
            self._at[moment] += 1

    @property
    def told(self) -> Told:
        """How much of the list was told by now."""
        if not self._in_order:
            return Told(again=True)
        at_the_edge = self._at[self._low] + self._at[self._low + 1]
        above = self._begun.above + self._at.total() - at_the_edge
        return Told(low=self._low, above=above, again=self._begun.again)
