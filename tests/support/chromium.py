"""A real Chromium for tests, started once for a module, and the emulated photos in it."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import trio

from photofs.emulators.google import Account, Emulator, Habits, serve_google
from photofs.emulators.google.state import Item
from photofs.emulators.pictures import make_jpeg
from photofs.model.errand import Errand, Outcome
from photofs.model.errors import NotFound
from photofs.model.photo import Media, PixelSize
from photofs.model.wish import WishVerb
from photofs.providers.google.browser.hand import BrowserHand
from photofs.providers.google.browser.profile import find_chromium, use_profile
from photofs.providers.google.browser.walk import Waits, Walk
from photofs.providers.google.browser.window import ChromiumWindow, open_window

WAITS = Waits(page=60.0, settle=0.4, answer=60.0, shows=1.0, still=2.0, again=0.05)
"""Long where only a broken page lets one wait to the end, for the machine may be slow."""


def chromium() -> Path:
    """The browser; skips where it cannot be had."""
    pytest.importorskip("playwright", reason="Playwright is not installed (`make test` does)")
    try:
        return find_chromium("")
    except NotFound:
        pytest.skip("no Chromium is installed (`make test` does)")


@contextmanager
def opened_window(folder: Path) -> Iterator[ChromiumWindow]:
    """A window without a screen, held open by a thread of its own; the owner is signed in."""
    executable, profile = chromium(), use_profile(folder, own=True)
    ready, windows, ends = threading.Event(), [], trio.Event()
    tokens: list[trio.lowlevel.TrioToken] = []

    async def run() -> None:
        tokens.append(trio.lowlevel.current_trio_token())
        async with open_window(executable, profile, headless=True, patience=20) as window:
            async with serve_google(Account()) as emulator:
                await sign_in(window, emulator.url)
            windows.append(window)
            ready.set()
            await ends.wait()

    def main() -> None:
        try:
            trio.run(run)
        finally:
            ready.set()

    thread = threading.Thread(target=main, name="chromium")
    thread.start()
    ready.wait()
    assert windows, "Chromium did not start"
    try:
        yield windows[0]
    finally:
        trio.from_thread.run_sync(ends.set, trio_token=tokens[0])
        thread.join()


async def sign_in(window: ChromiumWindow, url: str) -> None:
    """Sign in as the owner: cookies do not tell ports apart, so once is enough for a browser."""
    await window.open(f"{url}/")
    with trio.fail_after(60):
        while (sight := await window.see()) is None or sight.url != f"{url}/":
            if sight is not None and sight.asks_login:
                await window.press("Enter")
            await trio.sleep(0.1)


class Photos(NamedTuple):
    """An emulated account, and a hand that works in it."""

    emulator: Emulator
    hand: BrowserHand

    @property
    def items(self) -> list[Item]:
        """What it holds, in the order in which it was put in."""
        return list(self.emulator.account.state.items.values())

    async def do(self, verb: WishVerb, item: Item, *, dry: bool = False) -> Outcome:
        """The errand for an item, by the link that the Library API gives."""
        return await self.hand.do(errand_for(item, self.emulator.url, verb), dry=dry)


def errand_for(item: Item, url: str, verb: WishVerb) -> Errand:
    """What the journal says of it."""
    return Errand(
        number=1,
        key=f"key-{item.id}",
        verb=verb,
        page=f"{url}/lr/photo/{item.id}",
        remote_id=item.id,
        name=item.filename,
        title=None,
        media=Media.PICTURE,
        taken_local=item.created.removesuffix("Z"),
        pixels=PixelSize(item.width, item.height),
    )


def account_of(number: int) -> Account:
    """So many photos, a day apart."""
    account = Account()
    for each in range(number):
        taken = f"2019-07-{each % 28 + 1:02}T12:00:00Z"
        data = make_jpeg(each, width=64, height=48)
        account.add_item(data, f"IMG_{each:04}.jpg", created=taken)
    return account


@asynccontextmanager
async def served(
    window: ChromiumWindow, number: int = 4, waits: Waits = WAITS
) -> AsyncIterator[Photos]:
    """An account of its own, in the window that is open already."""
    async with serve_google(account_of(number), habits=Habits()) as emulator:
        yield Photos(emulator, BrowserHand(Walk(window, emulator.url, waits), emulator.url, _now))


def _now() -> float:
    return 1_800_000_000.0
