"""What is done on a photo's page, deed by deed: look, press, and look for the proof.

`#` and Enter put a photo into the trash (google.md 5, marked S there). F and Shift+A for favorite
and archive are known from memory alone (R): they are pressed once, and only the account's own list
of favorites or of the archive counts afterwards. In the trash nothing is ever pressed: what `#`
means there is not known, and might be for good.
"""

import trio

from photofs.model.errand import Errand, Found, Outcome
from photofs.model.wish import WishVerb
from photofs.providers.google.browser.addresses import Asked, Listing, Shown, plain
from photofs.providers.google.browser.question import objection
from photofs.providers.google.browser.recognising import recognise
from photofs.providers.google.browser.sight import Sight
from photofs.providers.google.browser.walk import Arrival, Looked, PageKind, Strange, Walk, told

MARKS = {
    WishVerb.FAVORITE: ("f", Listing.FAVORITES, True),
    WishVerb.UNFAVORITE: ("f", Listing.FAVORITES, False),
    WishVerb.ARCHIVE: ("Shift+A", Listing.ARCHIVE, True),
}
"""The key, the list that proves it, and whether the photo is to stand there."""

KNOWN = frozenset({WishVerb.TRASH, *MARKS})
"""The wishes that this hand can do. There is no key known for the others."""

TRIES = (1.0, 5.0)
"""# is pressed a second time where the page did not hear it, once it was looked whether it was
done; the page is then given so many times longer until it should hear."""

NOTHING_PRESSED = "nothing was pressed"


class Doing:
    """One errand on the site."""

    def __init__(self, walk: Walk, errand: Errand, asked: Asked, *, dry: bool) -> None:
        """With `dry` nothing is pressed."""
        self._walk, self._errand, self._asked, self._dry = walk, errand, asked, dry

    async def do(self) -> Outcome:
        """Do it; Strange for what nobody foresaw."""
        arrival = await self._walk.arrive(self._asked)
        if arrival.place is PageKind.NOTHING or arrival.shown is None:
            return await self._nothing_there(arrival)
        if arrival.place is PageKind.TRASH:
            return await self._in_trash(arrival.shown)
        seen = recognise(self._errand, arrival.sight)
        if seen.against:
            raise Strange(f"{seen.against}; nothing was pressed; {told(arrival.sight)}")
        if self._errand.verb is WishVerb.TRASH:
            return await self._trash(arrival.shown, seen.by)
        return await self._mark(arrival.shown, seen.by)

    async def _nothing_there(self, arrival: Arrival) -> Outcome:
        """No page: in the trash it is as wished; else a person must say what became of it."""
        web_id = arrival.shown.web_id if arrival.shown else self._asked.web_id
        user = arrival.shown.user if arrival.shown else ""
        if web_id is not None:
            looked = await self._walk.look_in(Listing.TRASH, user, web_id)
            if looked.shows:
                return self._found_in_trash(f"{looked.url} shows it")
        raise Strange(
            "there is no such photo: it is gone, or another account is signed in;"
            f" {told(arrival.sight)}"
        )

    async def _in_trash(self, shown: Shown) -> Outcome:
        """Its address leads into the trash; that list must show it, too."""
        looked = await self._walk.look_in(Listing.TRASH, shown.user, shown.web_id)
        proof = f"its address leads to /trash/{shown.web_id}"
        if not looked.shows:
            raise Strange(f"{proof}, and {looked.url} does not show it; nothing was pressed")
        return self._found_in_trash(f"{proof}, and {looked.url} shows it")

    def _found_in_trash(self, proof: str) -> Outcome:
        if self._errand.verb is WishVerb.TRASH:
            return Outcome(Found.ALREADY, proof)
        return Outcome(Found.NOT_FOUND, f"it is in the trash: {proof}")

    async def _trash(self, shown: Shown, by: str) -> Outcome:
        if self._dry:
            return self._would(by, "# and Enter")
        said = ""
        for patience in TRIES:
            if await self._ask_for_trash(shown, patience):
                await self._walk.window.press("Enter")
                said = await self._after_enter(shown)
                await trio.sleep(self._walk.waits.settle)
                break
            # no question: it may have been done without one, and then # would hit another photo
            looked = await self._walk.look_in(Listing.TRASH, shown.user, shown.web_id)
            if looked.shows:
                break
            await self._walk.arrive(self._asked)
        else:
            raise Strange("# was pressed, and nothing was asked; the photo is not in the trash")
        return await self._prove_trash(shown, by, said)

    async def _ask_for_trash(self, shown: Shown, patience: float) -> bool:
        """Press # once; whether the right question came. Strange for another question."""
        again = patience != TRIES[0]
        pressed = "# was pressed, and nothing was asked" if again else NOTHING_PRESSED
        await self._make_sure(shown, patience, pressed)
        await self._walk.window.press("#")
        dialogs = await self._walk.wait_for(
            lambda sight: sight.dialogs if _is_at(sight, shown) and sight.dialogs else None,
            self._walk.waits.answer,
        )
        if dialogs and (against := objection(dialogs)):
            raise Strange(f"{against}; it was not answered, and the photo is as it was")
        return bool(dialogs)

    async def _make_sure(
        self, shown: Shown, patience: float = 1.0, pressed: str = NOTHING_PRESSED
    ) -> None:
        """Give the page time to hear keys, and look once more what it shows; Strange."""
        await trio.sleep(patience * self._walk.waits.settle)
        sight = await self._walk.window.see()
        if sight is None or not _is_at(sight, shown) or sight.dialogs or not sight.media:
            raise Strange(f"the page changed by itself; {pressed}; {told(sight)}")
        if against := recognise(self._errand, sight).against:
            raise Strange(f"{against}; {pressed}; {told(sight)}")

    async def _after_enter(self, shown: Shown) -> str:
        """Wait until the page has said something, or made way; what it said."""
        said = await self._walk.wait_for(
            lambda sight: sight.said if sight.said or not _is_at(sight, shown) else None,
            self._walk.waits.answer,
        )
        return said or ""

    async def _prove_trash(self, shown: Shown, by: str, said: str) -> Outcome:
        """The list of the trash shows it, and its own address does not, or leads there."""
        looked = await self._walk.look_until(Listing.TRASH, shown.user, shown.web_id, shows=True)
        arrival = await self._walk.arrive(self._asked)
        word = f'; the page said "{said}"' if said else ""
        if looked.shows and arrival.place is not PageKind.PHOTO:
            now = "leads into the trash" if arrival.place is PageKind.TRASH else "shows it no more"
            return Outcome(Found.DONE, self._proof(shown, by, f"{looked.url} shows it", now))
        if not looked.shows and arrival.place is PageKind.PHOTO and said:
            return Outcome(
                Found.NOT_DONE, f"it is at its address yet, and not in {looked.url}{word}"
            )
        raise Strange(
            f"after # and Enter {looked.url} {'shows it' if looked.shows else 'does not show it'},"
            f" and {told(arrival.sight)}{word}"
        )

    async def _mark(self, shown: Shown, by: str) -> Outcome:
        key, listing, wanted = MARKS[self._errand.verb]
        before = await self._walk.look_in(listing, shown.user, shown.web_id)
        if before.shows is wanted and (wanted or before.whole):
            return Outcome(Found.ALREADY, _of_list(before))
        if not before.shows and not before.whole:
            raise Strange(f"{before.url} is too long to be read to its end; nothing was pressed")
        if self._dry:
            return self._would(by, key)
        await self._walk.arrive(self._asked)
        await self._make_sure(shown)
        await self._walk.window.press(key)
        await self._walk.let_end()
        after = await self._walk.look_until(listing, shown.user, shown.web_id, shows=wanted)
        if after.shows is wanted and (wanted or after.whole):
            return Outcome(Found.DONE, self._proof(shown, by, _of_list(after), "is as it was"))
        raise Strange(
            f"{key} was pressed once, and {_of_list(after)}: what became of it is not known"
        )

    def _would(self, by: str, keys: str) -> Outcome:
        return Outcome(Found.WOULD, f"found by {by}; {keys} would be pressed")

    def _proof(self, shown: Shown, by: str, listed: str, now: str) -> str:
        return f"{listed}; /photo/{shown.web_id}, found by {by}, {now}"


def _is_at(sight: Sight, shown: Shown) -> bool:
    """Whether the page is that photo's yet."""
    return plain(sight.url).endswith(f"/photo/{shown.web_id}")


def _of_list(looked: Looked) -> str:
    if looked.shows:
        return f"{looked.url} shows it"
    return f"{looked.url}, read to its end, does not show it"
