"""What all wishes for one library share: its rows, where they are sent, and who asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.filing.desk import Desk
from photofs.filing.facts import places_moved
from photofs.filing.overlay import laid_over, without
from photofs.model.errand import DEED_OF
from photofs.model.errors import ReadOnly, Refused
from photofs.model.wish import Asker, WishVerb
from photofs.wishing.hand_page import page_of
from photofs.wishing.hand_reach import NO_HAND, HandReach
from photofs.wishing.planning import Planning

OURS: Final = Asker(0, "photofs")

_OF_ITS_SOURCE: Final = frozenset(
    {
        WishVerb.REPLACE,
        WishVerb.JOIN,
        WishVerb.LEAVE,
        WishVerb.FAVORITE,
        WishVerb.UNFAVORITE,
        WishVerb.ARCHIVE,
        WishVerb.UNARCHIVE,
        WishVerb.RETITLE,
        WishVerb.DESCRIBE,
        WishVerb.TAG,
        WishVerb.DATE,
    }
)
"""What is done to a photo that the source has."""


@dataclass(slots=True, kw_only=True)
class WishDesk:
    """One library's tools. `can`: names of the functions of port.Writes that its source has.

    `hand`: what a hand can do instead, if one is set up.
    `undoes`: the operation that the wishes made here take back, 0 for a file of which nothing was
    wished; None if they take nothing back.
    """

    catalog: Catalog
    desk: Desk
    planning: Planning
    can: frozenset[str]
    hand: HandReach = NO_HAND
    undoes: int | None = None

    @property
    def library_id(self) -> int:
        """The library's row."""
        return self.desk.library.library_id

    @property
    def takes_dates(self) -> bool:
        """Whether an upload's date can be told to the service where the bytes tell none."""
        return bool(self.can & {"set_taken", "stamps"})

    def check_writable(self) -> None:
        """ReadOnly if nothing can be changed in this library."""
        if not self.can:
            raise ReadOnly(
                f'the library "{self.desk.library.name}" cannot be changed: it shows an archive',
                safe="nothing was changed",
                remedy="copy into the library of an account instead",
            )

    def need(self, function: str, what: str) -> None:
        """Refused unless the service can do that."""
        self.check_writable()
        if function not in self.can:
            raise Refused(
                f"this service cannot {what}",
                safe="nothing was changed",
                remedy="do it on the service's own pages, or log in again if it is the login that"
                " allows too little (`photofs login --help`)",
            )

    def is_for_hand(self, verb: WishVerb, photo: int) -> bool:
        """Whether a wish is an errand: the service cannot, and a hand can on the photo's page."""
        deed = DEED_OF.get(verb)
        if deed is None or deed in self.can or deed not in self.hand.deeds:
            return False
        return page_of(self.catalog, self.hand, photo) is not None

    def need_for(self, verb: WishVerb, photo: int, what: str) -> None:
        """Refused unless the service can do that to a photo, or a hand on the photo's page."""
        self.check_writable()
        if self.is_for_hand(verb, photo):
            return
        deed = DEED_OF[verb]
        if deed not in self.can and deed in self.hand.deeds:
            raise Refused(
                f"no program can {what} here, and of this photo no page is known",
                safe="nothing was changed",
                remedy="an export that holds it tells its page once it is added to this library;"
                " then a hand can do it, and `photofs hand list` has the link",
            )
        self.need(deed, what)

    def check_known(self, photo: int) -> None:
        """Refused if other sources alone have the photo: the one that is changed knows it not."""
        if self.catalog.is_told_elsewhere(photo, self.desk.source_id):
            raise Refused(
                "only an export has this photo: it is unknown to the account's own program",
                safe="nothing was changed",
                remedy="copy the file in as a new one: that uploads it, and the two become one",
            )

    def wish(
        self,
        verb: WishVerb,
        by: Asker | int,
        details: Mapping[str, object],
        *,
        photo: int | None = None,
        album: int | None = None,
        here: bool = False,
    ) -> int:
        """Note one wish; its operation's id. `by`: the program, or the action it is part of.

        `here`: it is a mark here alone, and no errand even where a hand could do it.
        Refused if the source does not have the photo, and it would take that.
        """
        by_hand = photo is not None and not here and self.is_for_hand(verb, photo)
        if photo is not None and verb in _OF_ITS_SOURCE and not by_hand:
            self.check_known(photo)
        noted = {**details, "undoes": self.undoes} if self.undoes is not None else details
        return self.planning.plan(
            self.library_id,
            None if by_hand else self.desk.source_id,
            verb,
            by,
            noted,
            photo=photo,
            album=album,
        )

    def in_one_folder(self, album: int) -> frozenset[int]:
        """The albums that one folder shows together with this one, itself included."""
        return frozenset(self.catalog.albums_led_by(self.catalog.lead_of(album)))

    def show_facts(self, photo_id: int) -> None:
        """Lay wishes and marks over a photo's facts anew, and place it where it belongs."""
        old = self.catalog.photo_facts(photo_id)
        facts = laid_over(self.catalog, photo_id, old, old, self.desk.resolve)
        if facts != old:
            now = max(self.desk.now_ns(), old.ctime_ns + 1)
            self.catalog.set_photo_facts(photo_id, facts._replace(ctime_ns=now))
        if facts.name != old.name:
            self.desk.placing.rename(photo_id, self.catalog.remote_id_of(photo_id), facts.name)
        if places_moved(old, facts):
            self.desk.placing.replace(photo_id)

    def show_without(self, photo_id: int, rows: Sequence[OperationRow]) -> None:
        """A photo's facts and places without some of its wishes, which were taken back."""
        old = self.catalog.photo_facts(photo_id)
        facts = without(self.catalog, photo_id, old, rows, self.desk.resolve)
        now = max(self.desk.now_ns(), old.ctime_ns + 1)
        self.catalog.set_photo_facts(photo_id, facts._replace(ctime_ns=now))
        if facts.name != old.name:
            self.desk.placing.rename(photo_id, self.catalog.remote_id_of(photo_id), facts.name)
        self.desk.placing.replace(photo_id)

    def show_places(self, photo_id: int) -> None:
        """Place a photo anew, because its albums or names changed; its ctime moves."""
        self.desk.placing.replace(photo_id)
        self.catalog.touch_photo(photo_id, self.desk.now_ns())

    def withdraw(self, photo_id: int, why: str) -> None:
        """Take back all that was wished of a photo and not sent; what is shown stays."""
        for row in self.catalog.unsettled_of_photo(photo_id):
            self.planning.cancel(row, why)

    def touch(self, photo_id: int) -> None:
        """Something else that the tree shows of a photo has changed: its ctime moves."""
        self.catalog.touch_photo(photo_id, self.desk.now_ns())


def in_the_name_of(action: int | None) -> Asker | int:
    """By whom what follows from a wish is wished: what the user did, photofs itself if unknown."""
    return OURS if action is None else action
