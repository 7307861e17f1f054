"""Last copies: photos in Trash that no source has any more, whose bytes lie on this disk alone.

They go by a command that names their number, and by nothing else. The journal has the wish before
the bytes leave (LET_GO, no source's): it is `sent` while they do, and `done` once they are gone, so
that whatever is cut short is ended by `wishing/erasing.py`, and never begun by it.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from photofs.catalog.journal import Wish
from photofs.catalog.photo_writes import PhotoFacts
from photofs.catalog.sqlite import Catalog
from photofs.filing.facts import first_facts
from photofs.model.incoming import Stage
from photofs.model.operation import FINAL, Event
from photofs.model.wish import Asker, WishVerb
from photofs.wishing.wish_desk import WishDesk
from photofs.wishing.wishing import Wishing

NOT_SCANNED: Final = (
    "a source of its library was not scanned to its end, and may have it; see `photofs status`"
)
WITHDRAWN: Final = (
    "a source that had it was taken away from its library, and may still have it: add that one"
    " again, and scan it"
)
NOT_HERE: Final = "its original is not on this disk"

_LOOKED_AT: Final = frozenset({Stage.LOCAL, Stage.WAITING})
"""The second: its upload was given up for Trash, or taken back by undo."""


class LastCopy(NamedTuple):
    """A photo that nobody else is known to have, and its bytes here: hash and length."""

    photo: int
    library: int
    name: str
    sha256: str
    size: int


def last_copy(catalog: Catalog, photo: int) -> LastCopy | str:
    """A photo in Trash as what may be let go, by the catalog alone; or a sentence why it may not.

    It is asked before the user is, and once more within the transaction that lets it go.
    """
    facts = catalog.photo_facts(photo)
    unfit = _unfit(catalog, photo, facts)
    if unfit:
        return unfit
    if facts.sha256 is None:
        return "nobody has read its bytes to their end; `rm` in Trash removes such a file"
    return LastCopy(photo, facts.library, facts.name, facts.sha256, facts.size)


def _unfit(catalog: Catalog, photo: int, facts: PhotoFacts) -> str:
    """Why a photo may not be let go, whatever its bytes are; empty if it may."""
    file = catalog.incoming(photo)
    wishes = catalog.unsettled_of_photo(photo)
    reasons = {
        "it is not in Trash": facts.gone == 1 or not catalog.stands_in_trash_alone(photo),
        "a source still has it": bool(catalog.origins(photo)),
        "it is somebody else's": not facts.owned,
        NOT_SCANNED: not catalog.all_scanned(facts.library),
        WITHDRAWN: catalog.was_of_withdrawn(photo),
        "it is pinned; see `photofs unpin`": catalog.photo(photo).pinned,
        "something is still to be sent for it; see `photofs queue`": any(
            row.state not in FINAL for row in wishes
        ),
        # what a hand is told to have done proves nothing, until a source has a word on it
        "what was ticked off for it is not proven yet": any(
            row.wish.source is None for row in wishes
        ),
        "nobody has looked at it yet, or it is no whole photo; `rm` in Trash removes such a file": (
            file is not None and (file.stage not in _LOOKED_AT or file.draft != "")
        ),
    }
    return next((why for why, so in reasons.items() if so), "")


def let_go(
    catalog: Catalog, wishing: Wishing, copies: Iterable[LastCopy], asker: Asker, now_ns: int
) -> list[LastCopy]:
    """Let go of what was shown, and was agreed to; those for which all still holds.

    One action a library; each photo a transaction. `wishing` is the catalog's.
    """
    by: dict[int, int] = {}
    gone = []
    for copy in copies:
        with wishing.change():
            if copy.library not in by:
                by[copy.library] = catalog.act(copy.library, asker, now_ns)
            if LettingGo(wishing.desk(copy.library)).wish(copy, by[copy.library]):
                gone.append(copy)
    return gone


class LettingGo:
    """For one library; each method within a transaction."""

    def __init__(self, desk: WishDesk) -> None:
        """`desk` is the library's."""
        self._desk = desk
        self._catalog = desk.catalog

    def wish(self, copy: LastCopy, by: int) -> bool:
        """Out of the tree, with the wish in the journal; False if it is not as it was told.

        Its bytes are to leave after this is durable (`wishing/erasing.py`). `by`: the action.
        """
        if last_copy(self._catalog, copy.photo) != copy:
            return False
        now = self._desk.desk.now_ns()
        details = {
            "sha256": copy.sha256,
            "size": copy.size,
            "name": copy.name,
            "mirrors": self._catalog.mirrors_proven(copy.sha256),
        }
        wish = Wish(copy.library, WishVerb.LET_GO.value, details, now, photo=copy.photo, action=by)
        number = self._catalog.plan(wish, now)
        for event in (Event.CLAIM, Event.SEND):
            self._catalog.happen(number, event, now)
        self._catalog.settle(number)  # it is laid over nothing, and no hand's
        self._take_out(copy.photo, now)
        return True

    def _take_out(self, photo: int, now: int) -> None:
        """Out of all folders; its row stays, for a source may have the photo again one day."""
        old = self._catalog.photo_facts(photo)
        if self._catalog.incoming(photo) is not None:
            for entry in self._catalog.photo_entries(photo):
                self._desk.desk.placing.unname(entry)
            self._catalog.end_incoming(photo)
        self._catalog.forget_sent(photo)
        facts = self._as_told(photo, old)
        ctime = max(now, old.ctime_ns + 1)
        self._catalog.set_photo_facts(photo, facts._replace(gone=1, ctime_ns=ctime))
        self._desk.desk.placing.replace(photo)

    def _as_told(self, photo: int, old: PhotoFacts) -> PhotoFacts:
        """Its bytes are those that its service told of last, should it ever have it again."""
        seen = self._catalog.last_told(photo)
        if seen is None:
            return old._replace(sha256=None)
        told = first_facts(seen, old.library, self._desk.desk.resolve, old.ctime_ns)
        return old._replace(
            sha256=None,
            size=told.size,
            size_exact=told.size_exact,
            content_key=told.content_key,
        )
