"""When the hand in the browser takes a list for read, and a page for done; in a window of words."""

from photofs.model.errand import Errand, Found
from photofs.model.photo import Media
from photofs.model.wish import WishVerb
from photofs.providers.google.browser.addresses import SITE, Listing
from photofs.providers.google.browser.hand import BrowserHand
from photofs.providers.google.browser.sight import Sight
from photofs.providers.google.browser.walk import Waits, Walk

WEB = "AF1QipMabc_-9"
PAGE = f"{SITE}/photo/{WEB}"
MENU = f" {SITE}/,{SITE}/albums,{SITE}/trash"
WAITS = Waits(page=60.0, settle=0.05, answer=60.0, shows=0.1, still=60.0, again=0.01)


class Words:
    """Keeps `Window`: a photo's page, and lists that show the site's menu long before photos."""

    def __init__(self, *, menu_for: int = 0, sends_for: int = 0) -> None:
        """For so many turns a list is not drawn; for so many looks the page sends after a key."""
        self._menu_for, self._sends_for = menu_for, sends_for
        self._url, self._left, self._sending = "", 0, 0
        self.marked = self.broken_off = False

    @property
    def fetches(self) -> bool:
        """Whether the key's effect is on its way."""
        return self._sending > 0

    async def open(self, url: str) -> None:
        """Go there; what is being sent is broken off."""
        self.broken_off |= self.fetches
        self._url, self._left, self._sending = url, self._menu_for, 0

    async def see(self) -> Sight | None:
        """A page with one picture."""
        if self._sending:
            self._sending -= 1
            self.marked = not self._sending
        return Sight(self._url, "Photo", "", 1, "", False, "", ())

    async def press(self, key: str) -> None:
        """It begins to send."""
        assert key == "f"
        self._sending = self._sends_for

    async def shows(self, web_id: str) -> bool:
        """Once the list is drawn."""
        return web_id == WEB and self.marked and not self._left

    async def scroll(self) -> str:
        """The menu, then photos."""
        if self._left:
            self._left -= 1
            return MENU
        return f"{MENU},{SITE}/photo/{WEB if self.marked else 'AF1QipOther'}"


async def test_a_menu_is_no_list() -> None:
    """A list that is not drawn yet has not been read to its end: what it lacks proves nothing."""
    window = Words(menu_for=40)
    window.marked = True
    looked = await Walk(window, SITE, WAITS).look_in(Listing.FAVORITES, "", WEB)
    assert looked.shows


async def test_what_a_key_sends_is_not_broken_off() -> None:
    """The hand leaves the page once it fetches nothing more."""
    window = Words(sends_for=40)
    hand = BrowserHand(Walk(window, SITE, WAITS), SITE, lambda: 0.0)
    errand = Errand(1, "k", WishVerb.FAVORITE, PAGE, WEB, "a.jpg", None, Media.PICTURE, None, None)
    outcome = await hand.do(errand, dry=False)
    assert outcome.found is Found.DONE, outcome.text
    assert not window.broken_off


class LeadsIntoTrash(Words):
    """Every photo's address leads into the trash, whose list shows another one."""

    async def open(self, url: str) -> None:
        """Go there."""
        await super().open(url.replace("/photo/", "/trash/"))


async def test_an_address_alone_is_no_proof() -> None:
    """The list of the trash must show it, too."""
    walk = Walk(LeadsIntoTrash(), SITE, WAITS)
    errand = Errand(1, "k", WishVerb.TRASH, PAGE, WEB, "a.jpg", None, Media.PICTURE, None, None)
    outcome = await BrowserHand(walk, SITE, lambda: 0.0).do(errand, dry=False)
    assert outcome.found is Found.SURPRISE
    assert "does not show it" in outcome.text
