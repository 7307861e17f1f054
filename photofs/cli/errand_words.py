"""Errands in words, for `photofs status`, `queue`, `info` and `hand`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.wish_words import moment
from photofs.model.operation import FINAL, State
from photofs.model.wish import WishVerb
from photofs.wishing.handing import BY_LIST

TO_DO: Final[Mapping[str, str]] = {
    WishVerb.TRASH: "to put into Google's trash",
    WishVerb.RESTORE: "to take out of Google's trash",
    WishVerb.FAVORITE: "to mark as favorite",
    WishVerb.UNFAVORITE: "to mark as favorite no more",
    WishVerb.ARCHIVE: "to archive",
    WishVerb.UNARCHIVE: "to take out of the archive",
    WishVerb.DATE: "to give another date",
}

_DONE: Final[Mapping[str, str]] = {
    WishVerb.TRASH: "in Google's trash",
    WishVerb.RESTORE: "out of Google's trash",
    WishVerb.FAVORITE: "a favorite at Google",
    WishVerb.UNFAVORITE: "no favorite at Google any more",
    WishVerb.ARCHIVE: "archived at Google",
    WishVerb.UNARCHIVE: "out of Google's archive",
    WishVerb.DATE: "with another date at Google",
}


NOT_SO: Final = "not done by hand"
"""The kind of such lines in the report."""


def errands_in_words(counts: Mapping[str, int]) -> str:
    """How many errands of which verb: "3 to put into Google's trash, 1 to archive"."""
    return ", ".join(f"{number:,} {TO_DO[verb]}" for verb, number in counts.items())


def without_page(catalog: Catalog, rows: Sequence[OperationRow]) -> list[str]:
    """What to do about errands of photos whose page is not known any more, a sentence each."""
    return [
        f"operation {row.operation_id} ({catalog.name_of_subject(row.wish.photo, None)},"
        f" {TO_DO[row.wish.verb]}) is for no hand now: no source tells the photo's page any more,"
        ' or `[google] hand` is "none"; scan an export that holds it, or:'
        f" {_back_first(row)}`photofs undo {row.wish.action}` takes it back"
        for row in rows
    ]


def held_back(catalog: Catalog, rows: Sequence[tuple[OperationRow, str]]) -> list[str]:
    """What to do about errands that must not be done on the page that is known, a sentence each."""
    return [
        f"operation {row.operation_id} ({catalog.name_of_subject(row.wish.photo, None)},"
        f" {TO_DO[row.wish.verb]}) is not handed out: {why};"
        f" {_back_first(row)}`photofs undo {row.wish.action}` takes it back"
        for row, why in rows
    ]


def _back_first(row: OperationRow) -> str:
    """Undo leaves alone what a hand has begun."""
    if row.state in {State.PLANNED, State.HELD}:
        return ""
    return f"`photofs hand back {row.operation_id}`, then "


def why_an_errand_waits(row: OperationRow) -> str:
    """Why one that is past its grace is not over yet, a sentence."""
    number = row.operation_id
    if row.state is State.UNSURE:
        why = row.reason or "nobody knows how it ended"
        return f"{why}; `photofs hand done {number}` or `photofs hand back {number}`"
    if row.state is not State.SENT:
        return f"{row.reason}; waits for a hand" if row.reason else "waits for a hand"
    if row.wish.details.get("hand") != BY_LIST:
        return "in a hand"
    return f"on the list; `photofs hand done {number}` once you did it"


def errands_of(catalog: Catalog, photo_id: int) -> list[str]:
    """What is, and what was told to be, done by a hand with a photo, a sentence each."""
    return [_sentence(row) for row in catalog.errands_of_photo(photo_id)] + [
        f"{row.reason} (found out on {moment(row.changed_ns)})"
        for row in catalog.overruled_of_photo(photo_id)
    ]


def not_so(catalog: Catalog, library_id: int) -> Iterator[tuple[str, str, str]]:
    """Lines for the report: what was told to be done by hand, and a source tells otherwise."""
    for row in catalog.overruled(library_id, 0):
        yield NOT_SO, catalog.name_of_subject(row.wish.photo, None), row.reason


def _sentence(row: OperationRow) -> str:
    if row.state not in FINAL:
        return f"{TO_DO[row.wish.verb]}: operation {row.operation_id}, {row.state.value}"
    told = row.wish.details.get("done_by")
    proof = told.get("proof") if isinstance(told, dict) else ""
    said = f"as was seen ({proof})" if proof else "as you said"
    return f"{_DONE[row.wish.verb]}, {said} on {moment(row.changed_ns)}"
