"""A library of a service whose API can little, and whose pages can more: errands for a hand."""

from pathlib import Path
from typing import TYPE_CHECKING

from photofs.catalog.journal import OperationRow
from photofs.model.errand import ON_PAGE, PAGES, Deed, Errand, Found, Outcome
from photofs.model.node import row_id
from photofs.model.observation import PhotoGone, PhotoSeen
from photofs.model.wish import Asker
from photofs.wishing.handing import Handing
from tests.support.filed import photo
from tests.support.wished import Wished

if TYPE_CHECKING:
    from photofs.model.rule import Rule

PAGE = "https://photos.example/photo/"
API = ("upload", "join", "leave", "make_album", "set_description")
REACH = (*(f"{ON_PAGE}{deed}" for deed in Deed), f"{PAGES}{PAGE}")
MINUTE_NS = 60 * 10**9
DAY_NS = 86_400 * 10**9
DAY = "Dates/2019/2019-07"


def shot(name: str, as_of_ns: int = 10**18 - DAY_NS, **facts: object) -> PhotoSeen:
    """What an export tells of a photo that is nothing special."""
    usual = {"favorite": False, "archived": False, "trashed": False, "page_url": f"{PAGE}{name}"}
    return photo(name, as_of_ns=as_of_ns, **{**usual, **facts})


class ByHand:
    """Photos a to d with pages, and e of which none is known; told by an export, so live is off."""

    def __init__(self, folder: Path, *, opened_anew: bool = False) -> None:
        """An empty journal; `opened_anew`: what was left there, days after the wishes."""
        self.wished = Wished(folder / "catalog.db", can=(*API, *REACH))
        self.filed, self.catalog = self.wished.filed, self.wished.catalog
        self.filed.live = False
        self.rules: list[Rule] = []
        if opened_anew:
            self.later(2 * DAY_NS)
        else:
            self.filed.scan(*self.usual(), shot("e", page_url=None))
        self.handing = Handing(
            self.catalog, self.wished.wishing, 1, lambda: self.rules, lambda: self.filed.now_ns
        )

    def usual(self, as_of_ns: int = 10**18 - DAY_NS, **facts: object) -> list[PhotoSeen]:
        """All photos that have a page, each told the same."""
        return [shot(name, as_of_ns, **facts) for name in "abcd"]

    def tell(self, *seen: PhotoSeen | PhotoGone) -> None:
        """A later export."""
        self.filed.scan(*seen)
        assert self.filed.problems() == []

    def later(self, ns: int = MINUTE_NS) -> None:
        """Time passes: the grace is over."""
        self.filed.wait(ns)

    def hand_out(self, hand: str = "list") -> list[OperationRow]:
        """All that may be handed out, begun."""
        return self.handing.begin(self.handing.ready(100), hand)

    def claim_all(self) -> None:
        """The user ticks all off that was handed out."""
        for row in self.handing.begun():
            self.handing.claimed(row)
        assert self.filed.problems() == []

    def verbs(self) -> list[str]:
        """All errands that are not over, in order: verb and state."""
        rows = self.catalog.errands_open(1)
        return [f"{row.wish.verb}: {row.state.value}" for row in rows]

    def facts(self, path: str) -> tuple[bool, bool, bool]:
        """Whether the photo at a path is shown as favorite, archived, trashed."""
        shown = self.catalog.photo(row_id(self.filed.ino(path)))
        return shown.favorite, shown.archived, shown.trashed

    def undo(self) -> None:
        """`photofs undo` of the last action."""
        self.wished.wishing.undo(self.catalog.actions(1)[0].action_id, Asker(0, "photofs undo"))
        assert self.filed.problems() == []


class FakeHand:
    """A hand that answers as it is told, by the photo's id, and notes what it was given."""

    name = "fake"

    def __init__(self, **answers: Found) -> None:
        """What is not named is done."""
        self.answers = answers
        self.given: list[Errand] = []
        self.dry: list[bool] = []

    async def do(self, errand: Errand, *, dry: bool) -> Outcome:
        """One errand."""
        self.given.append(errand)
        self.dry.append(dry)
        found = Found.WOULD if dry else self.answers.get(errand.remote_id, Found.DONE)
        return Outcome(found, f"the page of {errand.remote_id}")
