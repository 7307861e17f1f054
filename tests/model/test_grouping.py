"""Which observations are of one photo, given what they have alike."""

from photofs.model.grouping import Evidence, Kept, Known, group
from photofs.model.trace import Trace, TraceKind


def known(number: int, source: int, *values: str, binned: bool = False) -> Known:
    """An observation with traces "kind:value"."""
    pairs = (value.split(":") for value in values)
    traces = frozenset(Trace(TraceKind(kind), value) for kind, value in pairs)
    return Known(number, source, number, binned, traces)


def members(*all_known: Known, apart: tuple[int, ...] = (), kept: tuple[Kept, ...] = ()) -> object:
    """The groups, by their members' numbers."""
    pairs = {frozenset(apart)} if apart else set()
    groups = group(all_known, pairs, kept)
    return [[each.observation for each in one.members] for one in groups]


def test_a_chain_of_evidence_is_one_photo() -> None:
    """The first and the second have a page, the second and the third their bytes."""
    chain = known(1, 1, "page:p"), known(2, 2, "page:p", "sha256:s"), known(3, 3, "sha256:s")
    assert members(*chain) == [[1, 2, 3]]


def test_a_chain_that_ends_at_its_own_source_is_cut_at_the_weaker_link() -> None:
    """Bytes count for more than the page, whatever the numbers."""
    chain = known(1, 1, "page:p"), known(2, 2, "page:p", "sha256:s"), known(3, 1, "sha256:s")
    assert members(*chain) == [[1], [2, 3]]


def test_who_was_split_is_not_merged_by_way_of_a_third() -> None:
    """A third that fits both is with neither."""
    three = [known(number, number, "page:p") for number in (1, 2, 3)]
    assert members(*three, apart=(1, 2)) == [[1], [2], [3]]


def test_what_is_near_merges_nothing() -> None:
    """It only says where to look."""
    assert members(known(1, 1, "near:n"), known(2, 2, "near:n")) == [[1], [2]]


def test_evidence_that_has_drifted_holds_on() -> None:
    """One of the two does not have the trace any more; with others that do, it decides nothing."""
    kept = Kept(2, Evidence(Trace(TraceKind.LOOK, "l"), 1))
    assert members(known(1, 1, "look:l"), known(2, 2), kept=(kept,)) == [[1, 2]]
    assert members(known(1, 1, "look:l"), known(2, 2)) == [[1], [2]]
    both = known(1, 1, "look:l"), known(2, 2, "look:l"), known(3, 2, "look:l")
    assert members(*both, kept=(kept,)) == [[1], [2], [3]]


def test_one_in_trash_is_not_merged_with_one_that_is_not() -> None:
    """Whoever put one of two there has said that they are two."""
    assert members(known(1, 1, "page:p", binned=True), known(2, 2, "page:p")) == [[1], [2]]
    in_trash = known(1, 1, "page:p", binned=True), known(2, 2, "page:p", binned=True)
    assert members(*in_trash) == [[1, 2]]
