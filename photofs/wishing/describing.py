"""Wishes about what a photo says: tags, description, when it was taken.

Each method is called within a transaction. A value that is so already wishes nothing, so that a
program may write back what it read (`rsync -X`, `cp -a`), a shortened text included.
"""

from typing import Final

import msgspec

from photofs.filing.facts import dated
from photofs.model.capture_time import TakenFact
from photofs.model.errors import Refused
from photofs.model.incoming import Stage
from photofs.model.user_date import taken_by_user
from photofs.model.wish import Asker, WishVerb
from photofs.wishing.errands import Errands
from photofs.wishing.outcomes import Outcomes
from photofs.wishing.photo_wishes import title_details
from photofs.wishing.wish_desk import WishDesk

_SHORTENED: Final = "…"
_STAYS_HERE: Final = frozenset({Stage.LOCAL, Stage.FAILED})


class Describing:
    """For one library."""

    def __init__(self, desk: WishDesk) -> None:
        """`desk` is the library's."""
        self._desk = desk
        self._catalog = desk.catalog

    def set_attribute(self, photo: int, name: str, value: str | None, by: Asker | int) -> None:
        """As an extended attribute says it; None: it was removed. Refused for any other name."""
        setters = {
            "user.xdg.tags": self._set_tags,
            "user.xdg.comment": self._set_description,
            "user.photofs.taken": self._set_taken_text,
        }
        if name not in setters:
            raise Refused(
                f"{name} cannot be set here",
                safe="nothing was changed",
                remedy=f"what can be set: {', '.join(setters)}",
            )
        setters[name](photo, value, by)

    def set_taken(self, photo: int, fact: TakenFact, by: Asker | int) -> bool:
        """When it was taken; False if that is so already."""
        self._desk.need_for(WishVerb.DATE, photo, "change when a photo was taken")
        self._check(photo)
        taken = msgspec.to_builtins(fact)
        if taken == self._wished_date(photo):
            return False
        if back := Errands(self._desk).take_back(photo, WishVerb.DATE):
            self._desk.show_without(photo, back)
        facts = self._catalog.photo_facts(photo)
        seen = self._catalog.told(photo)
        before = {
            "taken": msgspec.to_builtins(seen.taken) if seen else None,
            "mtime_ns": facts.mtime_ns,
            "taken_local": facts.taken_local,
            "granularity": facts.granularity,
            "taken_how": facts.taken_how,
        }
        if taken == before["taken"]:
            return bool(back)
        self._desk.wish(WishVerb.DATE, by, {"taken": taken, "before": before}, photo=photo)
        self._catalog.set_given_mtime(photo, None)
        self._desk.show_facts(photo)
        self._desk.touch(photo)
        return True

    def set_title(self, photo: int, title: str, by: Asker | int) -> bool:
        """Another title than that of its name; False if it is so already."""
        self._desk.need("set_title", "give a photo another title")
        self._check(photo)
        facts = self._catalog.photo_facts(photo)
        if title == facts.title:
            return False
        self._desk.wish(WishVerb.RETITLE, by, title_details(facts, title), photo=photo)
        self._desk.show_facts(photo)
        self._desk.touch(photo)
        return True

    def reset_taken(self, photo: int) -> int:
        """Take back date wishes that were not sent, and a time that a copying program set.

        How many of either there were. Afterwards the source's word counts.
        """
        dates = [
            row for row in self._catalog.unsettled_of_photo(photo) if row.wish.verb == WishVerb.DATE
        ]
        count = len(Outcomes(self._desk).cancel(dates, "the date was reset"))
        if self._catalog.marks(photo)[1] is None:
            return count
        self._catalog.set_given_mtime(photo, None)
        seen = self._catalog.told(photo)
        if seen is not None:
            facts = self._catalog.photo_facts(photo)
            told = dated(facts, self._desk.desk.resolve(seen))
            self._catalog.set_photo_facts(photo, told)
        self._desk.show_facts(photo)
        self._desk.touch(photo)
        return count + 1

    def _set_tags(self, photo: int, value: str | None, by: Asker | int) -> None:
        now = self._catalog.photo(photo).tags
        if _same(value, ",".join(now)):
            return
        self._desk.need("set_tags", "change tags")
        self._check(photo)
        tags = [tag.strip() for tag in (value or "").split(",")]
        details = {
            "tags": list(dict.fromkeys(tag for tag in tags if tag)),
            "before": {"tags": list(now)},
        }
        self._desk.wish(WishVerb.TAG, by, details, photo=photo)
        self._desk.touch(photo)

    def _set_description(self, photo: int, value: str | None, by: Asker | int) -> None:
        now = self._catalog.photo(photo).description
        if _same(value, now or ""):
            return
        self._desk.need("set_description", "change descriptions")
        self._check(photo)
        details = {"description": value or None, "before": {"description": now}}
        self._desk.wish(WishVerb.DESCRIBE, by, details, photo=photo)
        self._desk.touch(photo)

    def _set_taken_text(self, photo: int, value: str | None, by: Asker | int) -> None:
        facts = self._catalog.photo_facts(photo)
        shown = "; ".join(part for part in (facts.taken_local, facts.taken_how) if part)
        if value is None:
            raise Refused(
                "when a photo was taken cannot be taken away",
                safe="nothing was changed",
                remedy="`photofs date reset` takes back a time that was set here",
            )
        if value not in {shown, facts.taken_local}:
            self.set_taken(photo, taken_by_user(value), by)

    def _wished_date(self, photo: int) -> object:
        """The capture time as it is wished, None if it is not."""
        wishes = self._catalog.unsettled_of_photo(photo)
        dates = [row for row in wishes if row.wish.verb == WishVerb.DATE]
        return dates[-1].wish.details["taken"] if dates else None

    def _check(self, photo: int) -> None:
        """Refused for others' photos, for what lies in Trash, and for what is never sent."""
        facts, file = self._catalog.photo_facts(photo), self._catalog.incoming(photo)
        if not facts.owned or facts.trashed:
            raise Refused(
                "this photo cannot be described: it is in Trash, or somebody else's",
                safe="nothing was changed",
                remedy="take it out of Trash first, or copy it to a folder of your own",
            )
        if file is not None and file.stage in _STAYS_HERE:
            raise Refused(
                f"this file stays on this disk, so it has no tags: {file.why or file.stage.value}",
                safe="nothing was changed",
                remedy="describe it once it is sent; `photofs queue` tells what keeps it here",
            )


def _same(value: str | None, now: str) -> bool:
    """Whether a value is what is shown now, be it shortened as attributes are."""
    text = value or ""
    shortened = text.endswith(_SHORTENED) and now.startswith(text[: -len(_SHORTENED)])
    return text == now or (shortened and len(text) > 1)
