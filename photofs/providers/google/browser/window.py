"""A Chromium window that a program drives: opens pages, tells what they show, presses keys.

Playwright's own calls block, and belong to the thread that began them; so they have a thread of
their own. That thread takes no SIGINT, nor do the processes that it starts: Ctrl-C in a terminal
reaches the whole group, and must not end the browser in the middle of an errand. If this process
is killed, Playwright's driver notices that its pipe has ended, and closes the browser.
"""

import os
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import trio

from photofs.model.errors import Misconfigured, Temporary, TimedOut, Unreachable
from photofs.providers.google.browser.profile import Profile
from photofs.providers.google.browser.sight import READ_PAGE, SHOWS, STAND, Sight, sight_of

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Request

T = TypeVar("T")
INSTALL: Final = (
    "in the folder of photofs's sources: .venv/bin/pip install '.[browser]', or"
    " pipx install --force '.[browser]'; where pipx has photofs: pipx inject photofs playwright"
)
"""No name of ours: a registry knows another program by it."""

WHEEL: Final = 1500
"""Pixels that a turn of the wheel moves a list: less than two screens."""

TRIES: Final = 3
WENT: Final = ("context was destroyed", "rame was detached", "interrupted by another navigation")
"""What Playwright says if a page makes way for another one."""


class Window(Protocol):
    """What the hand needs of a browser. Temporary if the window or the line to the site ends."""

    @property
    def fetches(self) -> bool:
        """Whether the page was fetching something when it was last looked at."""
        ...

    async def open(self, url: str) -> None:
        """Go there, and wait until the page has come."""
        ...

    async def see(self) -> Sight | None:
        """What it shows now; None while one page makes way for another."""
        ...

    async def press(self, key: str) -> None:
        """Press a key, as Playwright names it ("#", "Shift+A", "Enter")."""
        ...

    async def shows(self, web_id: str) -> bool:
        """Whether any element of the page names that photo."""
        ...

    async def scroll(self) -> str:
        """Turn the wheel once; what the page's place was before."""
        ...


class ChromiumWindow:
    """Keeps `Window`, by Playwright."""

    def __init__(self, executor: ThreadPoolExecutor, page: "Page", patience: float) -> None:
        """`patience` in seconds, for a page to come. Made in the browser's own thread."""
        self._executor, self._page, self._patience = executor, page, patience
        self._came: tuple[str, int] = ("", 0)
        self._fetched: set[Request] = set()
        page.on("request", self._begun)
        page.on("requestfinished", self._over)
        page.on("requestfailed", self._over)

    def _begun(self, request: "Request") -> None:
        self._fetched.add(request)

    def _over(self, request: "Request") -> None:
        self._fetched.discard(request)

    @property
    def fetches(self) -> bool:
        """Whether the page was fetching something when it was last looked at."""
        return bool(self._fetched)

    async def open(self, url: str) -> None:
        """Go there, and wait until the page has come."""

        def go() -> None:
            self._fetched.clear()
            # a page that is about to go on by itself is left first
            self._page.goto("about:blank")
            if self._page.url != "about:blank":
                raise _PageWent("the page went on by itself")
            answer = self._page.goto(url, wait_until="load", timeout=self._patience * 1000)
            self._came = (answer.url, answer.status) if answer is not None else ("", 0)

        for _ in range(TRIES):
            try:
                return await self._do(go)
            except _PageWent:  # it went elsewhere by itself, just now
                continue
        raise Temporary("the page goes elsewhere by itself, again and again")

    async def see(self) -> Sight | None:
        """What it shows now."""

        def look() -> Sight | None:
            if not _is_drawn(self._page):
                return None
            url, status = self._came
            told = self._page.evaluate(READ_PAGE)
            return sight_of(told, status if told["url"] == url else 0)

        try:
            return await self._do(look)
        except _PageWent:
            return None

    async def press(self, key: str) -> None:
        """Press a key."""
        await self._do(partial(self._page.keyboard.press, key))

    async def shows(self, web_id: str) -> bool:
        """Whether any element of the page names that photo."""
        return bool(await self._do(partial(self._page.evaluate, SHOWS, web_id)))

    async def scroll(self) -> str:
        """Turn the wheel over the middle of the page."""

        def turn() -> str:
            stand = str(self._page.evaluate(STAND))
            size = self._page.viewport_size or {"width": 800, "height": 600}
            self._page.mouse.move(size["width"] / 2, size["height"] / 2)
            self._page.mouse.wheel(0, WHEEL)
            return stand

        return await self._do(turn)

    async def _do(self, deed: Callable[[], T]) -> T:
        return await _in_thread(self._executor, partial(_translated, deed))


class _PageWent(Temporary):
    """The page made way while it was read."""


def _is_drawn(page: "Page") -> bool:
    return str(page.evaluate("document.readyState")) == "complete"


def _translated(deed: Callable[[], T]) -> T:
    """Do it; Playwright's errors become ours."""
    from playwright.sync_api import Error
    from playwright.sync_api import TimeoutError as TooLate

    try:
        return deed()
    except TooLate as error:
        raise TimedOut("the page did not come in time") from error
    except Error as error:
        text = error.message.splitlines()[0] if error.message else "no word why"
        if any(sign in text for sign in WENT):
            raise _PageWent("the page made way for another one") from error
        if "net::" in text:
            raise Unreachable(f"the browser has no line to the site: {text}") from error
        raise Temporary(f"the browser says: {text}") from error


async def _in_thread(executor: ThreadPoolExecutor, deed: Callable[[], T]) -> T:
    """Done in the browser's thread; a cancelled caller waits, for each call has its deadline."""
    return await trio.to_thread.run_sync(lambda: executor.submit(deed).result())


@asynccontextmanager
async def open_window(
    executable: Path, profile: Profile, *, headless: bool, patience: float
) -> AsyncIterator[ChromiumWindow]:
    """A window in that profile, closed at the end; `patience` (s) is for a page to come.

    Misconfigured if Playwright is not installed, or the browser does not start.
    """
    executor = ThreadPoolExecutor(1, "browser", initializer=_without_sigint)
    try:
        context, stop = await _in_thread(
            executor, partial(_begin, executable, profile, headless=headless)
        )
        try:

            def show() -> ChromiumWindow:
                page = context.pages[0] if context.pages else context.new_page()
                return ChromiumWindow(executor, page, patience)

            yield await _in_thread(executor, show)
        finally:
            with trio.CancelScope(shield=True):
                await _in_thread(executor, stop)
    finally:
        executor.shutdown(wait=False)


def _without_sigint() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _begin(
    executable: Path, profile: Profile, *, headless: bool
) -> "tuple[BrowserContext, Callable[[], None]]":
    """The browser's context, and how to end it."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise Misconfigured(
            "the hand in the browser needs Playwright for Python, which is not installed",
            remedy=INSTALL,
        ) from error
    playwright = sync_playwright().start()
    try:
        context = playwright.chromium.launch_persistent_context(
            profile.folder,
            executable_path=executable,
            headless=headless,
            # Chromium's sandbox does not work for root
            chromium_sandbox=os.geteuid() != 0,
            ignore_default_args=profile.not_given,
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
    except Error as error:
        playwright.stop()
        lines = error.message.splitlines()
        raise Misconfigured(
            f"{executable} does not start: {lines[0] if lines else 'no word why'}",
            safe="nothing was done",
            remedy="--headless where there is no desktop; `photofs -v hand browser` tells more",
        ) from error

    def stop() -> None:
        try:
            context.close()
        except Error:
            pass  # whoever closed the window has done it
        finally:
            playwright.stop()

    return context, stop
