"""`photofs trash empty --last-copies`: lets go of what no source has any more, by its number.

What it would let go of is shown first, with what speaks for it (a copy in a mirror) and what stays
and why. Nothing goes unless its number is typed, or given as --count.
"""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.cli.house import find_house, recognised
from photofs.cli.output import confirm_number, counted, human_size, print_json, safe_text
from photofs.model.errors import Refused
from photofs.model.exit_codes import SOME_FAILED
from photofs.model.wish import Asker
from photofs.wishing.erasing import Erased
from photofs.wishing.letting_go import NOT_HERE, LastCopy, last_copy, let_go
from photofs.wishing.recognising import check_no_doubt

EMPTY_LAST: Final = Asker(0, "photofs trash empty --last-copies")
NAMED: Final = 20
"""Photos that are named before it is asked; the others are counted."""


class Candidates(NamedTuple):
    """What may be let go, and how many stay for which reason."""

    copies: list[LastCopy]
    left: Counter[str]

    @property
    def bytes(self) -> int:
        """The lengths of all that may go, together."""
        return sum(each.size for each in self.copies)


def empty_last_copies(libraries: tuple[str, ...], count: int | None, *, as_json: bool) -> None:
    """The command; exits with 6 if something stays, in Trash or on the disk."""
    house = find_house()
    with recognised(house) as catalog, house.erasing(catalog) as erasing:
        erasing.go()  # what a killed command has begun; in doubt it goes back to Kept
        check_no_doubt(catalog)
        found = find_last_copies(house, catalog, libraries)
        gone: list[LastCopy] = []
        if found.copies:
            _agree(catalog, found, count)
            gone = let_go(catalog, house.wishing(catalog), found.copies, EMPTY_LAST, time.time_ns())
        if len(gone) < len(found.copies):
            found.left["it was changed meanwhile"] += len(found.copies) - len(gone)
        erased = erasing.go()
    if as_json:
        print_json({"let_go": len(gone), **erased._asdict(), "left": dict(found.left)})
    else:
        _tell(found.left, len(gone), erased)
    sys.exit(SOME_FAILED if found.left or erased.waiting else 0)


def find_last_copies(house: House, catalog: Catalog, names: tuple[str, ...]) -> Candidates:
    """What lies in Trash of the libraries named, or of all, and no source has; NotFound."""
    store = house.store()
    found = Candidates([], Counter())
    for row in [catalog.library(name) for name in names] or catalog.libraries():
        for photo in catalog.sourceless_in_trash(row.library_id):
            copy = last_copy(catalog, photo)
            if isinstance(copy, str):
                found.left[copy] += 1
            elif store.has_sealed(copy.sha256) is None:
                found.left[NOT_HERE] += 1
            else:
                found.copies.append(copy)
    return found


def _agree(catalog: Catalog, found: Candidates, count: int | None) -> None:
    """Show what would go, and have its number typed; Refused where another one was given."""
    number = len(found.copies)
    if count is not None:
        if count != number:
            raise Refused(
                f"{counted(number, 'photo')} would go, and not {count:,}",
                safe="nothing was changed",
                remedy="leave --count out: then they are named",
            )
        return
    for line in (*_names(catalog, found.copies), *_mirror_lines(catalog, found.copies)):
        print(safe_text(line), file=sys.stderr)
    confirm_number(
        f"{counted(number, 'photo')} ({human_size(found.bytes)}) in Trash:"
        " no source has them any more, and these are the last copies known here."
        " Once removed from this disk nobody can bring them back.",
        number,
        f"--count {number}",
    )


def _names(catalog: Catalog, copies: Sequence[LastCopy]) -> list[str]:
    """Where the first of them stand."""
    lines = [f"  {catalog.path_of_photo(each.photo) or each.name}" for each in copies[:NAMED]]
    more = len(copies) - NAMED
    return [*lines, f"  and {more:,} more"] if more > 0 else lines


def _mirror_lines(catalog: Catalog, copies: Sequence[LastCopy]) -> list[str]:
    """Which mirrors have a proven copy of how many."""
    proven = Counter(root for each in copies for root in catalog.mirrors_proven(each.sha256))
    return [
        f"{number:,} of them had a good copy in the mirror {root} when it was last verified;"
        " that stays"
        for root, number in proven.items()
    ]


def _tell(left: Counter[str], gone: int, erased: Erased) -> None:
    """What went, what waits, and what stays."""
    for why, number in left.items():
        print(f"{counted(number, 'photo')} left in Trash: {safe_text(why)}")
    if gone:
        print(f"{counted(gone, 'photo')} let go ({human_size(erased.bytes)} removed from here)")
    elif not left:
        print("nothing in Trash is a last copy")
    if erased.waiting:
        print(
            f"the bytes of {counted(erased.waiting, 'photo')} are removed later: a file of the"
            " same length was just written"
        )
