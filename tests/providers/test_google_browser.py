"""The hand in the browser, in a real Chromium, on the emulated photos.google.com."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from photofs.emulators.google import Emulator, SiteHabits
from photofs.emulators.google.site_faults import (
    PHOTO,
    TRASHING,
    captcha,
    led_to,
    said_not_done,
    signed_out,
)
from photofs.emulators.hosting.faults import done_and_denied, server_error
from photofs.emulators.pictures import make_video
from photofs.model.errand import Found
from photofs.model.wish import WishVerb
from photofs.providers.google.browser.walk import Waits
from photofs.providers.google.browser.window import ChromiumWindow
from tests.support.chromium import WAITS, Photos, errand_for, opened_window, served

pytestmark = pytest.mark.xdist_group("chromium")
"""One browser on one of the tests' processes."""

IMPATIENT = WAITS._replace(answer=1.0)
"""For pages that never answer a key."""


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromiumWindow]:
    """One browser for all of them."""
    with opened_window(tmp_path_factory.mktemp("chromium")) as window:
        yield window


@pytest.fixture
async def photos(window: ChromiumWindow) -> AsyncIterator[Photos]:
    """Four photos, and a hand that waits for them."""
    async with served(window) as photos:
        yield photos


def trashed(photos: Photos) -> list[int]:
    """Which of the photos are in the trash, by their number."""
    return [number for number, item in enumerate(photos.items) if item.trashed]


def deeds(photos: Photos) -> list[str]:
    """What was done on the pages, as the service heard it."""
    return [
        call.path.rpartition("/")[2]
        for call in photos.emulator.ledger.history
        if call.verb == "POST" and call.path.startswith("/photo/")
    ]


async def test_a_photo_is_trashed_with_proof(photos: Photos) -> None:
    """The trash's own page shows it, its address leads there, and no other is touched."""
    outcome = await photos.do(WishVerb.TRASH, photos.items[1])
    assert outcome.found is Found.DONE, outcome.text
    for seen in ("2027-01-15 08:00:00 UTC", "/trash shows it", photos.items[1].web_id):
        assert seen in outcome.text
    assert trashed(photos) == [1]
    assert deeds(photos) == ["trash"]


async def test_done_once_it_is_found_so_again(photos: Photos) -> None:
    """Whoever looks a second time presses nothing, wherever the site has the page by then."""
    item = photos.items[0]
    assert (await photos.do(WishVerb.TRASH, item)).found is Found.DONE
    for page in ("trash", "none"):
        photos.emulator.habits.site = SiteHabits(trashed_page=page)
        outcome = await photos.do(WishVerb.TRASH, item)
        assert outcome.found is Found.ALREADY, outcome.text
        assert "/trash" in outcome.text
    assert deeds(photos) == ["trash"]
    assert trashed(photos) == [0]


@pytest.mark.parametrize("verb", [WishVerb.TRASH, WishVerb.FAVORITE, WishVerb.ARCHIVE])
async def test_a_dry_run_presses_nothing(photos: Photos, verb: WishVerb) -> None:
    """It finds the photo, says by what, and which keys it would press."""
    outcome = await photos.do(verb, photos.items[2], dry=True)
    assert outcome.found is Found.WOULD, outcome.text
    assert "its address, file name and date" in outcome.text
    assert deeds(photos) == []


@pytest.mark.parametrize(
    ("verb", "fact"),
    [(WishVerb.FAVORITE, "favorite"), (WishVerb.ARCHIVE, "archived")],
)
async def test_marks_are_proven_by_their_lists(photos: Photos, verb: WishVerb, fact: str) -> None:
    """Done once; a second time the list shows it, and no key is pressed."""
    item = photos.items[3]
    first = await photos.do(verb, item)
    assert first.found is Found.DONE, first.text
    assert [getattr(each, fact) for each in photos.items] == [False, False, False, True]
    again = await photos.do(verb, item)
    assert again.found is Found.ALREADY, again.text
    assert len(deeds(photos)) == 1


async def test_a_favorite_far_down_is_found_and_taken_back(window: ChromiumWindow) -> None:
    """Lists are turned to their end before what they do not show counts as not there."""
    async with served(window, 24, WAITS._replace(settle=1.0, still=5.0)) as photos:
        photos.emulator.habits.site = SiteHabits(per_page=4, forgets=True)
        for item in photos.items:
            item.favorite = True
        oldest = photos.items[0]
        outcome = await photos.do(WishVerb.UNFAVORITE, oldest)
        assert outcome.found is Found.DONE, outcome.text
        assert [item.favorite for item in photos.items] == [False] + [True] * 23


async def test_what_the_site_does_not_have_is_a_surprise(photos: Photos) -> None:
    """Neither at its address nor in the trash: another account may be signed in."""
    item = photos.items[0]
    del photos.emulator.account.state.items[item.id]
    outcome = await photos.do(WishVerb.TRASH, item)
    assert outcome.found is Found.SURPRISE, outcome.text
    assert "another account" in outcome.text


async def test_in_the_trash_no_key_is_pressed(photos: Photos) -> None:
    """There the same keys would delete for ever."""
    item = photos.items[0]
    item.trashed = True
    for verb, found in ((WishVerb.TRASH, Found.ALREADY), (WishVerb.FAVORITE, Found.NOT_FOUND)):
        assert (await photos.do(verb, item)).found is found
    assert item.id in photos.emulator.account.state.items
    assert not item.favorite


def _captcha(emulator: Emulator) -> None:
    emulator.faults.add(captcha(), PHOTO)


def _signed_out(emulator: Emulator) -> None:
    emulator.habits.site.signed_in = False


def _signed_out_later(emulator: Emulator) -> None:
    emulator.faults.add(signed_out(), PHOTO)


def _other_photo(emulator: Emulator) -> None:
    other = list(emulator.account.state.items.values())[2]
    emulator.faults.add(led_to(f"/photo/{other.web_id}"), "/lr/photo/*")


def _timeline(emulator: Emulator) -> None:
    emulator.faults.add(led_to("/"), "/lr/photo/*")


def _broken(emulator: Emulator) -> None:
    emulator.faults.add(server_error(), PHOTO)


def _habit(**habits: object) -> Callable[[Emulator], None]:
    def switch(emulator: Emulator) -> None:
        emulator.habits.site = SiteHabits(**habits)  # type: ignore[arg-type] # fields by name

    return switch


SURPRISES = {
    "captcha": (_captcha, "429"),
    "signed out": (_signed_out, "sign in"),
    "signed out midway": (_signed_out_later, "sign in"),
    "another photo": (_other_photo, "file name IMG_0002.jpg"),
    "another page": (_timeline, "another page"),
    "an error": (_broken, "502"),
    "a dialog": (_habit(greets=True), "Memories"),
    "for ever": (_habit(question="forever"), "for ever"),
    "a form": (_habit(question="form"), "more than"),
    "a language": (_habit(language="xx"), "no word"),
}


@pytest.mark.parametrize("name", SURPRISES)
async def test_whatever_nobody_foresaw_is_left_alone(window: ChromiumWindow, name: str) -> None:
    """The hand says what it saw; no photo is touched."""
    switch, words = SURPRISES[name]
    await is_left_alone(window, WAITS, switch, words)


async def test_a_dry_run_meets_the_questions_too(window: ChromiumWindow) -> None:
    """One that nobody asked for stands open."""
    await is_left_alone(window, WAITS, _habit(greets=True), "a question stands open", dry=True)


async def is_left_alone(
    window: ChromiumWindow,
    waits: Waits,
    switch: Callable[[Emulator], None],
    words: str,
    *,
    dry: bool = False,
) -> None:
    """A surprise that tells so much, and none of the photos in the trash."""
    async with served(window, waits=waits) as photos:
        switch(photos.emulator)
        outcome = await photos.do(WishVerb.TRASH, photos.items[1], dry=dry)
        assert outcome.found is Found.SURPRISE, outcome.text
        assert words in outcome.text
        assert deeds(photos) == []
        assert trashed(photos) == []


async def test_a_key_that_nobody_hears_is_a_surprise(window: ChromiumWindow) -> None:
    """It was looked for in the trash, too."""
    dead = _habit(dead_keys=frozenset("#"))
    await is_left_alone(window, IMPATIENT, dead, "nothing was asked")


async def test_a_page_that_never_draws_its_photo_is_a_surprise(window: ChromiumWindow) -> None:
    """Whatever its address says."""
    empty = _habit(draws_after=600.0)
    await is_left_alone(window, WAITS._replace(page=2.0), empty, "no photo was shown")


async def test_another_photo_than_that_of_the_address_is_left_alone(photos: Photos) -> None:
    """Of a photo that Takeout tells the address is Google's own id, and must stay as it is."""
    first, second, *_ = photos.items
    photos.emulator.habits.site = SiteHabits(shows_name=False, shows_date=False)
    photos.emulator.faults.add(led_to(f"/photo/{second.web_id}"), f"/photo/{first.web_id}")
    errand = errand_for(first, photos.emulator.url, WishVerb.TRASH)
    page = f"https://photos.google.com/photo/{first.web_id}"
    outcome = await photos.hand.do(errand._replace(page=page), dry=False)
    assert outcome.found is Found.SURPRISE
    assert "another photo" in outcome.text
    assert deeds(photos) == []


@pytest.mark.parametrize("dry", [False, True])
@pytest.mark.parametrize(
    ("change", "words"),
    [({"name": "OTHER.jpg"}, "OTHER.jpg"), ({"taken_local": "2003-07-02T12:00:00"}, "2003")],
)
async def test_a_page_that_tells_another_name_or_date_is_left_alone(
    photos: Photos, change: dict[str, str], words: str, *, dry: bool
) -> None:
    """What the errand knows of the photo must not speak against the page; a dry run says so."""
    errand = errand_for(photos.items[0], photos.emulator.url, WishVerb.TRASH)
    outcome = await photos.hand.do(errand._replace(**change), dry=dry)  # type: ignore[arg-type] # fields by name
    assert outcome.found is Found.SURPRISE
    assert words in outcome.text
    assert deeds(photos) == []


async def test_a_page_that_tells_nothing_is_known_by_its_address(photos: Photos) -> None:
    """The panel with the name may be closed."""
    photos.emulator.habits.site = SiteHabits(shows_name=False, shows_date=False)
    outcome = await photos.do(WishVerb.TRASH, photos.items[0])
    assert outcome.found is Found.DONE
    assert "found by its address," in outcome.text


@pytest.mark.parametrize("language", ["de", "ja"])
async def test_the_question_is_known_in_other_languages(photos: Photos, language: str) -> None:
    """By its role, its focus, and the word for the trash."""
    photos.emulator.habits.site = SiteHabits(language=language)
    outcome = await photos.do(WishVerb.TRASH, photos.items[1])
    assert outcome.found is Found.DONE, outcome.text
    assert trashed(photos) == [1]


async def test_what_the_site_could_not_do_is_not_done(photos: Photos) -> None:
    """The page says so, and the photo is where it was."""
    photos.emulator.faults.add(server_error(), TRASHING)
    outcome = await photos.do(WishVerb.TRASH, photos.items[0])
    assert outcome.found is Found.NOT_DONE, outcome.text
    assert "Something went wrong" in outcome.text
    assert trashed(photos) == []


async def test_the_pages_word_alone_is_no_proof(photos: Photos) -> None:
    """It says that it is done; the list of the trash knows nothing of it."""
    photos.emulator.faults.add(said_not_done(), TRASHING)
    outcome = await photos.do(WishVerb.TRASH, photos.items[0])
    assert outcome.found is Found.NOT_DONE, outcome.text
    assert "Moved to trash" in outcome.text


async def test_what_was_done_in_spite_of_an_error_is_done(photos: Photos) -> None:
    """The lists count, and not what the page says."""
    photos.emulator.faults.add(done_and_denied(), TRASHING)
    outcome = await photos.do(WishVerb.TRASH, photos.items[0])
    assert outcome.found is Found.DONE, outcome.text
    assert trashed(photos) == [0]


async def test_a_slow_page_is_waited_for(window: ChromiumWindow) -> None:
    """Also where it did not hear the key the first time: it is looked before the second."""
    async with served(window, waits=WAITS._replace(answer=4.0, shows=20.0)) as photos:
        photos.emulator.habits.site = SiteHabits(draws_after=0.5, hears_after=0.8)
        outcome = await photos.do(WishVerb.TRASH, photos.items[0])
        assert outcome.found is Found.DONE, outcome.text
    assert trashed(photos) == [0]


async def test_a_page_that_asks_nothing_loses_no_other_photo(window: ChromiumWindow) -> None:
    """It trashes at the key, and shows the next photo: the key is not pressed again there."""
    async with served(window, waits=IMPATIENT) as photos:
        photos.emulator.habits.site = SiteHabits(question="none")
        outcome = await photos.do(WishVerb.TRASH, photos.items[1])
        assert outcome.found is Found.DONE, outcome.text
        assert trashed(photos) == [1]


async def test_a_mark_without_effect_is_a_surprise(photos: Photos) -> None:
    """The key is pressed once in a run: a second time at once might take it back."""
    photos.emulator.habits.site = SiteHabits(dead_keys=frozenset("f"))
    outcome = await photos.do(WishVerb.FAVORITE, photos.items[0])
    assert outcome.found is Found.SURPRISE
    assert "does not show it" in outcome.text


async def test_what_no_key_is_known_for_is_not_done(photos: Photos) -> None:
    """Nor is anything on another site's pages."""
    item = photos.items[0]
    for verb in (WishVerb.RESTORE, WishVerb.DATE, WishVerb.UNARCHIVE):
        assert (await photos.do(verb, item)).found is Found.NOT_DONE
    errand = errand_for(item, "https://photos.example.org", WishVerb.TRASH)
    assert (await photos.hand.do(errand, dry=False)).found is Found.NOT_DONE
    assert deeds(photos) == []


async def test_a_video_is_recognised_too(photos: Photos) -> None:
    """Its page has no picture."""
    film = make_video(1, taken=None)
    item = photos.emulator.account.add_item(film, "film.mp4", created="2019-07-01T12:00:00Z")
    outcome = await photos.do(WishVerb.TRASH, item)
    assert outcome.found is Found.DONE, outcome.text
