"""Going from page to page: to a photo's own, and through a list, until what was looked for shows.

Every wait has a deadline. A page that is none of those foreseen raises `Strange`: nothing more is
pressed there.
"""

import re
from collections.abc import Callable
from enum import Enum, auto
from typing import Final, NamedTuple, TypeVar

import trio

from photofs.model.errors import Unreachable
from photofs.providers.google.browser.addresses import (
    Asked,
    Listing,
    Shown,
    list_url,
    plain,
    shown,
)
from photofs.providers.google.browser.sight import Sight
from photofs.providers.google.browser.window import Window

GONE: Final = frozenset({404, 410})
BAD: Final = 400
"""HTTP's answers from here on are errors."""

_SIGN_IN = re.compile(r"accounts\.google\.|/signin|/ServiceLogin", re.IGNORECASE)

_LISTED = re.compile(r"/(?:photo|trash)/[\w-]")
"""A link to a photo: those of the site's own menu tell nothing of whether its list is drawn."""

T = TypeVar("T")


class Waits(NamedTuple):
    """Seconds. `page`: until a page shows what it is for. `settle`: from then until a key counts.

    `answer`: for the page to say something to a key. `shows`: for what was done to show in a list.
    `still`: a list that stood still for so long is at its end, or for `settle` if it has shown
    photos and nothing is fetched. `again`: between two looks. `turns`: how often a list is turned
    on at the most.
    """

    page: float = 30.0
    settle: float = 1.5
    answer: float = 20.0
    shows: float = 20.0
    still: float = 6.0
    again: float = 0.2
    turns: int = 300


class Strange(Exception):
    """A page that nobody foresaw; its text says what was seen."""


class PageKind(Enum):
    """What the address of a photo led to."""

    PHOTO = auto()
    TRASH = auto()
    NOTHING = auto()


class Arrival(NamedTuple):
    """Where the hand is: the page's `sight`, and which photo its address is of, if it is one's."""

    place: PageKind
    sight: Sight
    shown: Shown | None


class Looked(NamedTuple):
    """Whether a list shows a photo; `whole`: it was gone through to its end."""

    shows: bool
    whole: bool
    url: str


class Walk:
    """Goes about in a window, on one site."""

    def __init__(self, window: Window, site: str, waits: Waits) -> None:
        """`site`: scheme, host and port."""
        self.window, self._site, self.waits = window, site, waits

    async def arrive(self, asked: Asked) -> Arrival:
        """Open a photo's page; Strange where it is anything but that, the trash, or nothing."""
        await self.window.open(asked.url)
        arrival = await self.wait_for(lambda sight: self._arrival(sight, asked), self.waits.page)
        if arrival is not None:
            return arrival
        sight = await self.window.see()
        raise Strange(f"no photo was shown within {self.waits.page:g} s; {told(sight)}")

    async def wait_for(self, found: Callable[[Sight], T | None], seconds: float) -> T | None:
        """What `found` makes of the first sight of which it makes anything, None if of none."""
        with trio.move_on_after(seconds):
            while True:
                sight = await self.window.see()
                if sight is not None and (one := found(sight)) is not None:
                    return one
                await trio.sleep(self.waits.again)
        return None

    def _arrival(self, sight: Sight, asked: Asked) -> Arrival | None:
        """What has come; None while it is on its way."""
        self._refuse_foreign(sight)
        here = shown(sight.url, self._site)
        if sight.status in GONE and (here is not None or plain(sight.url) == asked.url):
            return Arrival(PageKind.NOTHING, sight, here)
        if here is None:
            if plain(sight.url) != asked.url:
                raise _other_page(sight)
            return None
        if asked.web_id is not None and here.web_id != asked.web_id:
            raise Strange(f"another photo came than the one asked for; {told(sight)}")
        if sight.dialogs:
            raise Strange(f'a question stands open: "{_short(sight.dialogs[0].text)}"')
        if sight.status >= BAD:
            raise Strange(f"the site answered with HTTP status {sight.status}; {told(sight)}")
        if not sight.media:
            return None
        return Arrival(PageKind.TRASH if here.in_trash else PageKind.PHOTO, sight, here)

    def _refuse_foreign(self, sight: Sight) -> None:
        """Strange for a sign-in page, and for any page of another host."""
        if sight.asks_login or _SIGN_IN.search(plain(sight.url)):
            raise Strange(
                "Google asks to sign in (`photofs hand browser --sign-in`);"
                f" the page is {plain(sight.url)}"
            )
        if not sight.url.startswith(f"{self._site}/") and sight.url != "about:blank":
            raise _other_page(sight)

    async def look_in(self, listing: Listing, user: str, web_id: str) -> Looked:
        """Go through a list until it shows the photo, or to its end."""
        url = list_url(self._site, user, listing)
        await self.window.open(url)
        await self._list_is_there(url)
        stand, since = "", trio.current_time()
        for _ in range(self.waits.turns):
            if await self.window.shows(web_id):
                return Looked(shows=True, whole=False, url=url)
            now = await self.window.scroll()
            if now != stand:
                stand, since = now, trio.current_time()
            idle = trio.current_time() - since
            quiet = idle > self.waits.settle and _LISTED.search(stand) and not self.window.fetches
            if quiet or idle > self.waits.still:
                return Looked(shows=False, whole=True, url=url)
            await trio.sleep(self.waits.again)
        return Looked(shows=False, whole=False, url=url)

    async def _list_is_there(self, url: str) -> None:
        """Wait until the list's page has come; Strange for any other."""
        sight = await self.wait_for(lambda sight: sight, self.waits.page)
        if sight is None:
            raise Unreachable(f"{url} did not come within {self.waits.page:g} s")
        self._refuse_foreign(sight)
        if sight.dialogs or sight.status >= BAD or plain(sight.url) != url:
            raise Strange(f"another page came than {url}; {told(sight)}")

    async def let_end(self) -> None:
        """Wait until the page has sent what a key made it send: to leave it might break that off.

        A page may fetch for ever for reasons of its own, so it has `answer` seconds.
        """
        await trio.sleep(self.waits.settle)
        await self.wait_for(lambda _: None if self.window.fetches else True, self.waits.answer)

    async def look_until(self, listing: Listing, user: str, web_id: str, *, shows: bool) -> Looked:
        """Look again and again until the list shows the photo, or shows it no more."""
        ends = trio.current_time() + self.waits.shows
        while True:
            looked = await self.look_in(listing, user, web_id)
            if looked.shows is shows or trio.current_time() >= ends:
                return looked
            await trio.sleep(self.waits.again)


def _other_page(sight: Sight) -> Strange:
    return Strange(f"another page came than the photo's; {told(sight)}")


def told(sight: Sight | None) -> str:
    """A page in few words, for a person and the journal; nothing of an address but its path."""
    if sight is None:
        return "the page is on its way"
    question = f'; it asks "{_short(sight.dialogs[0].text)}"' if sight.dialogs else ""
    return f'the page is {plain(sight.url)}, "{_short(sight.title)}"{question}'


def _short(text: str) -> str:
    return " ".join(text.split())[:120]
