"""On which page a hand does an errand, and why one is kept back: a page may be of more than it."""

from typing import Final, NamedTuple

from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.model.fusing import Word, bytes_order
from photofs.model.operation import FINAL, State
from photofs.model.trace import SURE
from photofs.model.wish import WishVerb
from photofs.wishing.hand_reach import HandReach

_OWN: Final = frozenset({WishVerb.DATE})
"""What is done to each file by itself: two of a page may be given two dates."""


class HandPage(NamedTuple):
    """A photo's page and the id that the same source has for it."""

    address: str
    remote_id: str


def page_of(catalog: Catalog, hand: HandReach, photo: int) -> HandPage | None:
    """The page of what is shown: of the source that has its bytes, or one surely of the same."""
    words = dict(zip(catalog.observations_of(photo), catalog.words(photo), strict=True))
    if not words:
        return None
    sure = _surely_of_shown(catalog, words)
    for number in sorted(sure, key=lambda each: bytes_order(words[each])):
        seen = words[number].seen
        if seen.page_url is not None and seen.page_url.startswith(hand.pages):
            return HandPage(seen.page_url, seen.remote_id)
    return None


def _surely_of_shown(catalog: Catalog, words: dict[int, Word]) -> set[int]:
    """The observations that a hash or a page joins to that whose bytes are shown."""
    sure = {min(words, key=lambda each: bytes_order(words[each]))}
    if len(words) == 1:
        return sure
    traces = {
        number: {each for each in catalog.traces(number) if each.kind in SURE} for number in words
    }
    for _ in words:
        known = set().union(*(traces[each] for each in sure))
        sure |= {number for number in words if traces[number] & known}
    return sure


def kept_back(catalog: Catalog, page: HandPage, row: OperationRow, now_ns: int) -> str:
    """Why an errand is not to be handed out now, a sentence; empty if it may be."""
    if why := barred(catalog, page, row, now_ns):
        return why
    same = same_on_page(catalog, page, row)
    first = next((each for each in same if each.operation_id < row.operation_id), None)
    return "" if first is None else f"operation {first.operation_id} on the same page does both"


def barred(catalog: Catalog, page: HandPage, row: OperationRow, now_ns: int) -> str:
    """The same, but for what another errand on the same page does: what its user has to know."""
    if row.wish.verb != WishVerb.TRASH:
        return ""
    others = _others(catalog, page, row)
    staying = next((each for each in others if not _goes_too(catalog, each, now_ns)), None)
    if staying is None:
        return ""
    name = catalog.name_of_subject(staying, None)
    return (
        f"its page is that of {name}, too, which would go with it; it waits until that is put into"
        " Trash as well, and is neither held nor within its grace"
    )


def same_on_page(catalog: Catalog, page: HandPage, row: OperationRow) -> list[OperationRow]:
    """The errands of the page's other files that are open, and that one deed does with this one."""
    if row.wish.verb in _OWN:
        return []
    return [
        each
        for other in _others(catalog, page, row)
        for each in catalog.errands_of_photo(other)
        if each.wish.verb == row.wish.verb and each.state not in FINAL
    ]


def _others(catalog: Catalog, page: HandPage, row: OperationRow) -> list[int]:
    return catalog.others_on_page(row.wish.library, row.wish.photo or 0, page.address)


def _goes_too(catalog: Catalog, photo: int, now_ns: int) -> bool:
    """Whether a photo is in Trash, or surely wished there: nothing of it held or within grace."""
    facts = catalog.photo_facts(photo)
    waits = any(
        each.wish.verb == WishVerb.TRASH
        and (each.state is State.HELD or each.wish.not_before_ns > now_ns)
        for each in catalog.unsettled_of_photo(photo)
    )
    return bool(facts.gone) or (bool(facts.trashed) and not waits)
