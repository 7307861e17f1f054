"""The hand `browser`: keeps `providers.port.Hand` in a window of the user's own Chromium."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from photofs.model.errand import Errand, Found, Outcome
from photofs.model.errors import PhotofsError, Refused
from photofs.providers.google.browser.addresses import asked
from photofs.providers.google.browser.deeds import KNOWN, Doing
from photofs.providers.google.browser.profile import Profile
from photofs.providers.google.browser.walk import Strange, Waits, Walk
from photofs.providers.google.browser.window import open_window

NAME: Final = "browser"


class Chosen(NamedTuple):
    """The browser that is used, by which profile, on which site; `headless`: without a window."""

    executable: Path
    profile: Profile
    site: str
    headless: bool


class BrowserHand:
    """Does errands in a window. What it has seen goes into the outcome, with the moment."""

    def __init__(self, walk: Walk, site: str, now: Callable[[], float]) -> None:
        """`now` gives unix seconds."""
        self._walk, self._site, self._now = walk, site, now

    @property
    def name(self) -> str:
        """What the journal calls it."""
        return NAME

    async def do(self, errand: Errand, *, dry: bool) -> Outcome:
        """Do one errand; a dry one presses nothing."""
        if errand.verb not in KNOWN:
            return Outcome(Found.NOT_DONE, f"the browser knows no key for {errand.verb}")
        try:
            outcome = await Doing(self._walk, errand, asked(errand.page, self._site), dry=dry).do()
        except Strange as strange:
            outcome = Outcome(Found.SURPRISE, str(strange))
        except Refused as error:
            outcome = Outcome(Found.NOT_DONE, error.what)
        except PhotofsError as error:
            outcome = Outcome(Found.SURPRISE, str(error))
        moment = datetime.fromtimestamp(self._now(), UTC)
        return outcome._replace(text=f"{moment:%Y-%m-%d %H:%M:%S} UTC: {outcome.text}")


@asynccontextmanager
async def open_hand(
    chosen: Chosen, now: Callable[[], float], waits: Waits | None = None
) -> AsyncIterator[BrowserHand]:
    """The hand, in a window that is closed at the end."""
    waits = waits or Waits()
    window = open_window(
        chosen.executable, chosen.profile, headless=chosen.headless, patience=waits.page
    )
    async with window as opened:
        yield BrowserHand(Walk(opened, chosen.site, waits), chosen.site, now)
