"""The emulated photos.google.com in a real Chromium: its keys, its question, its traps."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import trio

from photofs.emulators.google import Account, Emulator, SiteHabits, serve_google
from photofs.emulators.google.site_faults import PHOTO, captcha, said_not_done
from photofs.emulators.google.state import Item
from photofs.providers.google.browser.sight import Dialog, Sight
from photofs.providers.google.browser.window import ChromiumWindow
from tests.support.chromium import account_of, opened_window

pytestmark = pytest.mark.xdist_group("chromium")
"""One browser on one of the tests' processes."""


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromiumWindow]:
    """One browser for all of them."""
    with opened_window(tmp_path_factory.mktemp("chromium")) as window:
        yield window


@pytest.fixture
async def site() -> AsyncIterator[Emulator]:
    """Three photos of somebody who is signed in."""
    async with serve_google(account_of(3)) as emulator:
        yield emulator


def items(account: Account) -> list[Item]:
    """What the account holds, in the order in which it was put in."""
    return list(account.state.items.values())


async def until(window: ChromiumWindow, fits: Callable[[Sight], bool]) -> Sight:
    """What the page shows once that fits."""
    with trio.fail_after(30):
        while True:
            sight = await window.see()
            if sight is not None and fits(sight):
                return sight
            await trio.sleep(0.02)


async def seen(window: ChromiumWindow, *, dialogs: int = 0, media: int = 1) -> Sight:
    """What the page shows once it shows so much."""
    return await until(window, lambda s: (len(s.dialogs), s.media) == (dialogs, media))


async def said(window: ChromiumWindow) -> str:
    """What the page says of a deed."""
    return (await until(window, lambda sight: bool(sight.said))).said


async def test_the_key_asks_and_enter_moves_to_the_trash(
    window: ChromiumWindow, site: Emulator
) -> None:
    """The focus stands on yes; then the next photo comes."""
    first, second, third = items(site.account)
    await window.open(f"{site.url}/photo/{second.web_id}")
    assert "IMG_0001.jpg" in (await seen(window)).text
    await window.press("#")
    sight = await seen(window, dialogs=1)
    (question,) = sight.dialogs
    assert question == Dialog(
        text="Move to Trash?\n\nCancelMove to Trash",
        buttons=("Cancel", "Move to Trash"),
        fields=0,
        focused="Move to Trash",
    )
    assert not second.trashed
    await window.press("Enter")
    await until(window, lambda sight: first.web_id in sight.url)
    assert [each.trashed for each in (first, second, third)] == [False, True, False]


async def test_escape_leaves_it(window: ChromiumWindow, site: Emulator) -> None:
    """The question goes, and nothing is done."""
    await window.open(f"{site.url}/photo/{items(site.account)[0].web_id}")
    await seen(window)
    await window.press("#")
    await seen(window, dialogs=1)
    await window.press("Escape")
    await seen(window)
    assert not any(each.trashed for each in items(site.account))


async def test_in_the_trash_the_same_keys_delete_for_ever(
    window: ChromiumWindow, site: Emulator
) -> None:
    """That is the trap: whoever presses them there loses the photo."""
    item = items(site.account)[0]
    item.trashed = True
    await window.open(f"{site.url}/photo/{item.web_id}")
    assert (await seen(window)).url == f"{site.url}/trash/{item.web_id}"
    await window.press("#")
    await seen(window, dialogs=1)
    await window.press("Enter")
    assert await said(window) == "Deleted for ever"
    assert item.id not in site.account.state.items


@pytest.mark.parametrize(("key", "list_name"), [("f", "favorites"), ("Shift+A", "archive")])
async def test_marks_show_in_their_lists(
    window: ChromiumWindow, site: Emulator, key: str, list_name: str
) -> None:
    """The lists are read anew with each page."""
    item = items(site.account)[2]
    await window.open(f"{site.url}/photo/{item.web_id}")
    await seen(window)
    await window.press(key)
    await said(window)
    await window.open(f"{site.url}/{list_name}")
    assert await window.shows(item.web_id)
    assert not await window.shows(items(site.account)[0].web_id)


async def test_the_keys_are_listed(window: ChromiumWindow, site: Emulator) -> None:
    """As on the real page, by Shift+?."""
    await window.open(f"{site.url}/photo/{items(site.account)[0].web_id}")
    await seen(window)
    await window.press("?")
    (keys,) = (await seen(window, dialogs=1)).dialogs
    assert "Shift+A" in keys.text


async def test_a_page_hears_no_key_before_it_is_ready(
    window: ChromiumWindow, site: Emulator
) -> None:
    """It is drawn late, and listens later."""
    site.habits.site = SiteHabits(draws_after=0.3, hears_after=600.0)
    await window.open(f"{site.url}/photo/{items(site.account)[0].web_id}")
    await seen(window, media=0)
    await seen(window, media=1)
    await window.press("#")
    assert (await seen(window)).dialogs == ()


async def test_a_list_draws_more_as_one_scrolls(window: ChromiumWindow) -> None:
    """The oldest photo is not there at first, and the newest no more at the end."""
    async with serve_google(account_of(30)) as long:
        long.habits.site = SiteHabits(per_page=5, forgets=True)
        newest, *_, oldest = long.account.everything()
        await window.open(f"{long.url}/")
        assert await window.shows(newest.web_id)
        assert not await window.shows(oldest.web_id)
        with trio.fail_after(60):
            while not await window.shows(oldest.web_id):
                await window.scroll()
        assert not await window.shows(newest.web_id)


async def test_a_robot_is_asked_for_proof(window: ChromiumWindow, site: Emulator) -> None:
    """At the photo's own address; and a lying page says what it did not do."""
    site.faults.add(captcha(), PHOTO)
    site.faults.add(said_not_done(), "/photo/*/trash")
    item = items(site.account)[0]
    await window.open(f"{site.url}/photo/{item.web_id}")
    assert (await seen(window, media=0)).status == 429
    await window.open(f"{site.url}/photo/{item.web_id}")
    await seen(window)
    await window.press("#")
    await seen(window, dialogs=1)
    await window.press("Enter")
    assert await said(window) == "Moved to trash"
    assert not item.trashed
