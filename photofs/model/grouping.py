"""Which observations are of one photo: a rule that does not depend on their order; pure.

Observations of different sources are of one photo if they share a trace; the surer kinds of traces
come first. One photo has at most one observation of a source. Where what shares a trace would break
that, or what the user has said, that trace merges nothing: with two that fit, neither is guessed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations
from typing import NamedTuple

from photofs.model.trace import MERGING, Trace, TraceKind, contradict


class Known(NamedTuple):
    """An observation, as far as that matters: `photo` is the photo that it tells of now.

    `binned`: that one lies in Trash by a mark of the user's.
    """

    observation: int
    source: int
    photo: int
    binned: bool
    traces: frozenset[Trace]


class Evidence(NamedTuple):
    """Why an observation is of one photo with another one: both have that trace."""

    trace: Trace
    other: int


class Kept(NamedTuple):
    """Evidence of an earlier day, by which two observations were merged."""

    observation: int
    evidence: Evidence


class Group(NamedTuple):
    """The observations of one photo, and for each of several its surest evidence."""

    members: tuple[Known, ...]
    evidence: dict[int, Evidence]


Pair = frozenset[int]
"""Two observations that are not of one photo, as the user said."""


def group(
    known: Sequence[Known], apart: AbstractSet[Pair], kept: Iterable[Kept] = ()
) -> list[Group]:
    """All observations in groups, each of one photo, by their lowest numbers.

    `known` holds, with each, all that share a trace with it. `kept` holds on where a source tells
    otherwise by now: a photo that was renamed at one service is still the same.
    """
    grouping = _Grouping(known, apart)
    for each in kept:
        if grouping.has_drifted(each):
            members = [each.observation, each.evidence.other]
            grouping.merge(members, each.evidence.trace)
    for kind in MERGING:
        for trace, members in sorted(grouping.sharing(kind)):
            grouping.merge(members, trace)
    return sorted(grouping.groups(), key=lambda each: each.members[0].observation)


class _Grouping:
    """Groups on their way."""

    def __init__(self, known: Sequence[Known], apart: AbstractSet[Pair]) -> None:
        self._known = {each.observation: each for each in known}
        self._apart = apart
        self._group_of = {each.observation: [each.observation] for each in known}
        self._evidence: dict[int, Evidence] = {}

    def has_drifted(self, kept: Kept) -> bool:
        """Whether both are there, and one of them does not have that trace any more."""
        pair = (kept.observation, kept.evidence.other)
        if not all(each in self._known for each in pair):
            return False
        return any(kept.evidence.trace not in self._known[each].traces for each in pair)

    def sharing(self, kind: TraceKind) -> Iterator[tuple[Trace, list[int]]]:
        """The traces of a kind that several have."""
        having: dict[Trace, list[int]] = defaultdict(list)
        for each in self._known.values():
            for trace in each.traces:
                if trace.kind is kind:
                    having[trace].append(each.observation)
        return ((trace, sorted(members)) for trace, members in having.items() if len(members) > 1)

    def merge(self, members: Sequence[int], trace: Trace) -> None:
        """Have all of them, and those merged with them before, in one group, if that may be."""
        lists = {id(self._group_of[each]): self._group_of[each] for each in members}
        together = sorted(each for one in lists.values() for each in one)
        if not self._fits(together):
            return
        # of LOOK one is often encoded anew; equal lengths say that both are the original
        if trace.kind is TraceKind.SIZED and self._contradict(together):
            return
        for each in together:
            self._group_of[each] = together
        for each in members:
            other = next(one for one in members if one != each)
            self._evidence.setdefault(each, Evidence(trace, other))

    def _fits(self, together: Sequence[int]) -> bool:
        """Whether they can be one photo."""
        known = [self._known[each] for each in together]
        if len({each.source for each in known}) < len(known):
            return False
        # who put one of two into Trash, and not the other, has said that they are two
        if len({each.binned for each in known}) > 1:
            return False
        return not any(pair <= set(together) for pair in self._apart)

    def _contradict(self, together: Sequence[int]) -> bool:
        """Whether the bytes of two of them are known to be others, however alike they look."""
        traces = [self._known[each].traces for each in together]
        return any(contradict(one, other) for one, other in combinations(traces, 2))

    def groups(self) -> Iterator[Group]:
        """What came of it."""
        for members in {id(one): one for one in self._group_of.values()}.values():
            evidence = {each: self._evidence[each] for each in members if each in self._evidence}
            yield Group(tuple(self._known[each] for each in members), evidence)
