"""Merges what several sources tell of one photo, and takes apart what is of two.

Which observations are of one photo is the rule of model/grouping.py, worked out anew for all that
share a trace with one that came, went or changed: so the order of scans does not matter. Each step
is within one transaction; what waits for its turn stands in the table to_merge, so that a killed
scan loses nothing. Wrongly merging two photos hides one of them; every doubt leaves them apart.
"""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from photofs.catalog.merge_rows import Told
from photofs.filing.desk import Desk
from photofs.filing.regrouping import Regrouped, Regrouping
from photofs.model.errors import Refused
from photofs.model.fusing import Word
from photofs.model.grouping import Evidence, Group, Known, Pair, group
from photofs.model.observation import PhotoSeen
from photofs.model.trace import MERGING, Learnt, Trace, traces_of

NEW = 2**62
"""The number of an observation that has none yet; above all others."""


class Home(NamedTuple):
    """Where a new observation belongs: its traces; the photo and the evidence, if there is one.

    `alone`: nobody else has any of its traces.
    """

    traces: frozenset[Trace]
    photo: int | None
    evidence: Evidence | None
    alone: bool


class Merging:
    """For one library; inside the caller's transaction."""

    def __init__(self, desk: Desk) -> None:
        """`desk` holds what all filing of a scan shares."""
        self._desk = desk
        self._catalog = desk.catalog
        self._regrouping = Regrouping(desk)

    def home_of(self, seen: PhotoSeen) -> Home:
        """The photo that this source's new observation tells of, if another source has told of it.

        None as well if it is not as simple as that: then it is to be queued.
        """
        traces = traces_of(seen)
        found = self._reached(traces, ())
        if not found:
            return Home(traces, None, None, alone=not self._shared(traces))
        new = Known(NEW, self._desk.source_id, 0, binned=False, traces=traces)
        groups = self._group([*found, new])
        mine = next(each for each in groups if new in each.members)
        photos = [{each.photo for each in one.members if each is not new} for one in groups]
        here = photos[groups.index(mine)]
        if len(here) != 1 or sum(len(each) for each in photos) > len(set().union(*photos)):
            return Home(traces, None, None, alone=False)
        return Home(traces, min(here), mine.evidence[NEW], alone=False)

    def enter(self, observation: int, home: Home) -> None:
        """A new observation has been filed with the photo of `home`, or by itself."""
        self._catalog.set_traces(self._desk.library.library_id, observation, home.traces)
        if home.photo is not None and home.evidence is not None:
            self._regrouping.note(observation, home.evidence, None)
        elif not home.alone:
            self._catalog.queue_merging(observation)

    def changed(self, observation: int, seen: PhotoSeen) -> None:
        """A source tells otherwise: whether it is still the same photo is worked out if need be."""
        if self._catalog.traces(observation) != traces_of(seen, self._learnt(observation, seen)):
            self._catalog.queue_merging(observation)

    def touched(self, observation: int, photo: int, since_ns: int, as_of_ns: int) -> None:
        """A source tells the same again: its word may be later now than that of another one."""
        if self._catalog.is_overtaken(photo, observation, since_ns, as_of_ns):
            self._catalog.queue_merging(observation)

    def drain(self, breathe: Callable[[], None], until: float = math.inf) -> bool:
        """Work out all of the library that waits for it; of a single source nothing needs it.

        Till that moment (seconds by time.monotonic()); whether more waits.
        """
        library = self._desk.library.library_id
        if not self._catalog.has_several(library):
            return False
        while (observation := self._catalog.queued_merging(library)) is not None:
            self.settle(observation)
            breathe()
            if time.monotonic() >= until:
                return True
        return False

    def settle(self, observation: int) -> None:
        """Work out of which photo an observation is, and all that depends on it."""
        catalog, library = self._catalog, self._desk.library.library_id
        catalog.unqueue_merging(observation)
        told = catalog.told_of(observation)
        if told is None:
            return
        self._keep_hash(told)
        before, traces = catalog.traces(observation), frozenset[Trace]()
        if not told.gone:
            traces = traces_of(told.seen, self._learnt(observation, told.seen))
        catalog.set_traces(library, observation, traces)
        known = self._reached(before | traces, [observation])
        if told.gone or len(known) > 1:
            self._regroup(known, told.photo)

    def split(self, photo: int) -> list[int]:
        """What each source tells is a photo of its own, and stays one; all of these photos.

        Refused if one source tells of it.
        """
        catalog = self._catalog
        members = catalog.observations_of(photo)
        if len(members) < 2:  # noqa: PLR2004 - two are needed
            raise Refused(
                "only one source tells of this photo, so there is nothing to split",
                safe="nothing was changed",
                remedy="`photofs info PATH` shows which sources tell of a photo",
            )
        if catalog.incoming(photo) is not None:
            raise Refused(
                "other bytes for this photo wait to be sent",
                safe="nothing was changed",
                remedy="run `photofs wait PATH`, then split it",
            )
        for pair in _pairs(members):
            catalog.split(pair, self._desk.now_ns())
        self._regroup(self._reached(frozenset(), members), photo)
        rows = (catalog.told_of(each) for each in members)
        return sorted({row.photo for row in rows if row is not None})

    def unsplit(self, photo: int) -> bool:
        """Let evidence speak again for a photo that was split; whether it was."""
        members = self._catalog.observations_of(photo)
        pairs = {pair for each in members for pair in self._catalog.splits_of(each)}
        for each in {number for pair in pairs for number in pair}:
            self._catalog.queue_merging(each)
        for each in members:
            self._catalog.unsplit(each)
        return bool(pairs)

    def show_best(self, photo: int) -> None:
        """A better source can be read again: its bytes are shown."""
        self._catalog.end_stand_in(photo)
        words = self._catalog.words(photo)
        if words:
            self._regrouping.show(Regrouped(photo, words, same=True))

    def show_anew(self, photo: int, before: Sequence[Word], *, same: bool = False) -> None:
        """Another source tells of a photo, or the `same` ones otherwise; `before` as it was."""
        self._regrouping.show(Regrouped(photo, before, same))

    def _regroup(self, known: Iterable[Known], photo: int) -> None:
        """Bring photos in line with the groups that these observations form."""
        groups = self._group(list(known))
        self._regrouping.apply(groups, {photo})

    def _group(self, known: list[Known]) -> list[Group]:
        numbers = [each.observation for each in known]
        splits: set[Pair] = set()
        for each in numbers:
            splits |= self._catalog.splits_of(each)
        return group(known, splits, self._catalog.kept_evidence(numbers))

    def _reached(self, traces: frozenset[Trace], start: Iterable[int]) -> list[Known]:
        """All observations that share a trace with these, or with one of those, and so on.

        With each, the others of its photo: evidence may have gone since they were merged.
        """
        found: dict[int, Known] = {}
        having: dict[Trace, list[int]] = {}
        waiting = [*start, *self._having(traces, having)]
        while waiting:
            number = waiting.pop()
            known = None if number in found else self._catalog.known(number)
            if known is not None:
                found[number] = known
                waiting += self._having(known.traces, having)
                waiting += self._catalog.observations_of(known.photo)
        # what very many have alike merges none of them, also those that were reached otherwise
        telling = frozenset(trace for trace, members in having.items() if members)
        return [known._replace(traces=known.traces & telling) for known in sorted(found.values())]

    def _having(self, traces: frozenset[Trace], having: dict[Trace, list[int]]) -> list[int]:
        """Who has any of the traces that were not asked for yet."""
        new = [each for each in traces if each.kind in MERGING and each not in having]
        library = self._desk.library.library_id
        having.update((each, self._catalog.having(library, each)) for each in new)
        return [number for each in new for number in having[each]]

    def _shared(self, traces: frozenset[Trace]) -> bool:
        """Whether anybody has one of these traces, though it cannot be merged now."""
        library = self._desk.library.library_id
        return any(self._catalog.having(library, each) for each in traces if each.kind in MERGING)

    def _learnt(self, observation: int, seen: PhotoSeen) -> Learnt:
        """What is known of the bytes of an observation."""
        return self._catalog.learnt(observation, seen.content_key)

    def _keep_hash(self, told: Told) -> None:
        """The hash of what a photo shows is that of the observation that it is shown by."""
        shown = self._catalog.hash_shown(told.photo)
        if shown is not None and shown[0] == told.seen.content_key:
            self._catalog.learn_hash(told.observation, *shown)


def _pairs(members: list[int]) -> list[Pair]:
    """Each with each."""
    return [
        frozenset((one, other))
        for place, one in enumerate(members)
        for other in members[place + 1 :]
    ]
