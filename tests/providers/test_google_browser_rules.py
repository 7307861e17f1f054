"""What the hand in the browser goes by, without a browser: addresses, questions, profiles."""

import os
import socket
import sys
import unicodedata
from pathlib import Path

import pytest

from photofs.emulators.google.site_labels import LABELS, SIGNS, Labels
from photofs.model.errand import Errand
from photofs.model.errors import Busy, Misconfigured, NotFound, Refused
from photofs.model.photo import Media
from photofs.model.wish import WishVerb
from photofs.providers.google.browser.addresses import (
    SITE,
    Listing,
    asked,
    list_url,
    shown,
    site_at,
)
from photofs.providers.google.browser.profile import find_chromium, use_profile
from photofs.providers.google.browser.question import objection
from photofs.providers.google.browser.recognising import recognise
from photofs.providers.google.browser.sight import Dialog, Sight
from photofs.providers.google.browser.trash_words import WORDS
from photofs.providers.google.browser.window import open_window

WEB = "AF1QipMabc_-9"

BUTTONS = {
    "en": ("Move to trash", ("Trash forever", "Empty trash", "Delete from trash")),
    "de": (
        "In den Papierkorb verschieben",
        ("Endgültig in den Papierkorb", "Papierkorb leeren", "Aus dem Papierkorb löschen"),
    ),
    "fr": (
        "Placer dans la corbeille",
        ("Corbeille: définitivement", "Vider la corbeille", "Supprimer de la corbeille"),
    ),
    "es": (
        "Mover a la papelera",
        ("Papelera: definitivamente", "Vaciar papelera", "Eliminar de la papelera"),
    ),
    "pt": (
        "Mover para a lixeira",
        ("Lixeira: definitivamente", "Esvaziar lixeira", "Excluir da lixeira"),
    ),
    "it": (
        "Sposta nel cestino",
        ("Cestino: definitivamente", "Svuota cestino", "Elimina dal cestino"),
    ),
    "nl": (
        "Naar prullenbak verplaatsen",
        ("Prullenbak: definitief", "Prullenbak leegmaken", "Uit prullenbak verwijderen"),
    ),
    "pl": ("Przenieś do kosza", ("Usuń trwale z kosza", "Opróżnij kosz", "Usuń z kosza")),
    "cs": ("Přesunout do koše", ("Trvale z koše", "Vysypat koš", "Smazat z koše")),
    "sv": (
        "Flytta till papperskorgen",
        ("Papperskorgen: för alltid", "Töm papperskorgen", "Radera från papperskorgen"),
    ),
    "da": (
        "Flyt til papirkurven",
        ("Papirkurven: for altid", "Tøm papirkurven", "Slet fra papirkurven"),
    ),
    "fi": (
        "Siirrä roskakoriin",
        ("Poista pysyvästi", "Tyhjennä roskakori", "Poista roskakorin kohde"),
    ),
    "tr": (
        "Çöp kutusuna taşı",  # noqa: RUF001 - Turkish
        ("Kalıcı olarak", "Çöp kutusunu boşalt", "Çöp kutusu: sil"),  # noqa: RUF001 - Turkish
    ),
    "ru": (
        "Переместить в корзину",
        ("Удалить навсегда", "Очистить корзину", "Удалить из корзины"),
    ),
    "uk": (
        "Перемістити в кошик",
        ("Видалити назавжди", "Очистити кошик", "Видалити з кошика"),
    ),
    "ja": ("ゴミ箱に移動", ("完全に削除", "ゴミ箱を空にする", "ゴミ箱から削除")),
    "ko": ("휴지통으로 이동", ("영구 삭제", "휴지통 비우기", "휴지통에서 삭제")),
    "zh": ("移至回收站", ("永久删除", "清空回收站", "从回收站删除")),
}
"""Into the trash; for good, empty it, delete from it."""


def question(label: str, *, fields: int = 0, buttons: int = 2, text: str = "?") -> Dialog:
    """A dialog whose last button has the focus."""
    return Dialog(text, ("Cancel",) * (buttons - 1) + (label,), fields, label)


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_the_sites_own_question_is_answered(labels: Labels) -> None:
    """In every language of the emulated site but that which nobody knows."""
    assert objection((question(labels.trash, text=labels.question),)) == ""
    assert objection((question(SIGNS.trash, text=SIGNS.question),))


@pytest.mark.parametrize(
    "dialogs",
    [
        (),
        (question("Move to trash"), question("Move to trash")),
        (question("Move to trash", fields=1),),
        (question("Move to trash", buttons=4),),
        (question("Delete"),),
        (question("Empty trash permanently"),),
        (question("Empty trash"),),
        (question("Delete from trash"),),
        (question("Ich bin einverstanden"),),
        (question("Konto verbinden"),),
        (question("Combine"),),
        (question("Do koszyka"),),
        (question("KALICI OLARAK ÇÖP KUTUSUNDAN SİL"),),
        (question("Endgültig aus dem Papierkorb löschen"),),
        (question("Cancel", text="Move to trash?"),),
        (question("Move to trash")._replace(focused=None),),
    ],
)
def test_any_other_question_is_not(dialogs: tuple[Dialog, ...]) -> None:
    """Enter is pressed only where its button speaks of the trash, and of nothing for good."""
    assert objection(dialogs)


@pytest.mark.parametrize("language", WORDS)
def test_each_languages_words_are_told_apart(language: str) -> None:
    """Into the trash yes; for good, to empty it, or to delete from it: never."""
    into, refused = BUTTONS[language]
    for label in (into, into.upper(), unicodedata.normalize("NFD", into)):
        assert objection((question(label),)) == "", label
    for label in (*refused, *(each.upper() for each in refused)):
        assert "for good" in objection((question(label),)), label
    assert len(refused) == 3, "one for good, one that empties, one that deletes"
    words = WORDS[language]
    kinds = (words.forever, words.empty, words.delete)
    for label, kind in zip(refused, kinds, strict=True):
        assert any(each in label.casefold() for each in kind), label


def test_every_language_is_tried() -> None:
    """None has words for the trash alone."""
    assert BUTTONS.keys() == WORDS.keys()
    assert all(all(words) for words in WORDS.values())


@pytest.mark.parametrize(
    ("page", "url", "web_id"),
    [
        (f"{SITE}/photo/{WEB}", f"{SITE}/photo/{WEB}", WEB),
        (f"{SITE}/u/1/photo/{WEB}?pli=1", f"{SITE}/u/1/photo/{WEB}", WEB),
        (f"{SITE}/lr/photo/AKCnXU9", f"{SITE}/lr/photo/AKCnXU9", None),
    ],
)
def test_pages_of_photos_are_known(page: str, url: str, web_id: str | None) -> None:
    """What stands behind the path is left out; the API's link tells no id of the page."""
    assert tuple(asked(page, SITE)) == (url, web_id)


def test_the_page_of_an_export_is_looked_for_at_the_service_that_is_used() -> None:
    """An emulated service has the pages of its own account."""
    assert (
        asked(f"{SITE}/photo/{WEB}", "http://127.0.0.1:9").url == f"http://127.0.0.1:9/photo/{WEB}"
    )


@pytest.mark.parametrize(
    "page",
    [
        f"https://photos.example.org/photo/{WEB}",
        f"http://photos.google.com/photo/{WEB}",
        f"https://photos.google.com@evil.example/photo/{WEB}",
        f"{SITE}/trash/{WEB}",
        f"{SITE}/photo/",
        f"{SITE}/photo/{WEB}/../..",
        "https://lh3.googleusercontent.com/-abc/s1600/x.jpg",
        "javascript:alert(1)",
    ],
)
def test_other_links_are_never_opened(page: str) -> None:
    """Only a photo's page, and only at Google."""
    with pytest.raises(Refused):
        asked(page, SITE)


def test_an_address_tells_photo_trash_and_user() -> None:
    """Of that site alone."""
    assert shown(f"{SITE}/u/2/trash/{WEB}?x", SITE) == (WEB, True, "/u/2")
    assert shown(f"{SITE}/photo/{WEB}", SITE) == (WEB, False, "")
    assert shown(f"{SITE}/lr/photo/{WEB}", SITE) is None
    assert shown(f"https://evil.example/photo/{WEB}", SITE) is None
    assert list_url(SITE, "/u/2", Listing.TRASH) == f"{SITE}/u/2/trash"


def test_the_site_is_https_or_this_machine() -> None:
    """The cookies of an account go to it."""
    assert site_at(None) == SITE
    assert site_at("http://127.0.0.1:80/x") == "http://127.0.0.1:80"
    for wrong in ("http://photos.google.com", "ftp://127.0.0.1", "file:///etc"):
        with pytest.raises(Misconfigured):
            site_at(wrong)


def sight(text: str = "", medium_text: str = "") -> Sight:
    """A photo's page that tells so much."""
    return Sight(f"{SITE}/photo/{WEB}", "Photo", text, 1, medium_text, False, "", ())


def errand(name: str = "IMG_1.JPG", taken: str | None = "2019-07-12T23:30:00") -> Errand:
    """A photo to be trashed."""
    page = f"{SITE}/photo/{WEB}"
    return Errand(1, "k", WishVerb.TRASH, page, WEB, name, None, Media.PICTURE, taken, None)


@pytest.mark.parametrize(
    ("seen", "by"),
    [
        (sight(), "its address"),
        (sight("Details\nimg_1.jpg\n12 MP"), "its address and file name"),
        (sight(medium_text="Photo - Jul 12, 2019"), "its address and date"),
        (sight(medium_text="Foto vom 13.07.2019, 01:30"), "its address and date"),
        (sight("IMG_1.JPG", "2019年7月12日"), "its address, file name and date"),
        (sight("IMG_1.jpeg"), "its address and file name"),
        (sight(medium_text="Photo - Portrait"), "its address"),
    ],
)
def test_a_photo_is_recognised(seen: Sight, by: str) -> None:
    """By all that the page tells, in whatever language; a day's difference may be the zone's."""
    assert recognise(errand(), seen) == (by, "")


@pytest.mark.parametrize(
    "seen",
    [
        sight("IMG_2.JPG"),
        sight("IMG_1.JPG", "Photo - Jul 14, 2019"),
        sight(medium_text="Photo - Jul 12, 2018"),
        sight(medium_text="Photo - Jul 14, 2019, 12:13 PM"),
        sight(medium_text="Photo - Jul 14, 2019, 12 PM"),
        sight(medium_text="Foto, 15. juli 2019 kl. 12.13"),
        sight(medium_text="Photo, 15 juillet 2019, 12 h 13"),
        sight(medium_text="2019年7月15日 12時13分"),
        sight("IMG_1.png"),
    ],
)
def test_another_photo_is_not(seen: Sight) -> None:
    """One word that speaks against it is enough."""
    assert recognise(errand(), seen).against


def test_a_name_is_the_same_however_it_is_composed() -> None:
    """Takeout's names may come decomposed."""
    assert recognise(errand("Cafe\u0301.jpg"), sight("Caf\u00e9.jpg")).against == ""


def test_an_own_profile_is_closed_to_others(tmp_path: Path) -> None:
    """Whoever could read it would be the user at Google."""
    folder = tmp_path / "browser"
    assert use_profile(folder, own=True) == (folder, True)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_profile_that_a_browser_has_open_is_refused(tmp_path: Path) -> None:
    """Of this machine, or of another one; what a killed one left behind is none."""
    (tmp_path / "Default").mkdir()
    lock = tmp_path / "SingletonLock"
    lock.symlink_to("elsewhere.example-12")
    with pytest.raises(Busy, match="open"):
        use_profile(tmp_path, own=False)
    lock.unlink()
    lock.symlink_to(f"{socket.gethostname()}-{os.getpid()}")
    assert use_profile(tmp_path, own=False) == (tmp_path, False), "this process is no browser"


def test_a_folder_that_is_no_profile_is_refused(tmp_path: Path) -> None:
    """Chromium would make one of it, in which nobody is signed in."""
    with pytest.raises(NotFound):
        use_profile(tmp_path, own=False)


def test_a_browser_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one, the first on the PATH; with none there, it is said what to install."""
    assert find_chromium(sys.executable) == Path(sys.executable)
    with pytest.raises(Misconfigured):
        find_chromium("/no/such/browser")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NotFound) as told:
        find_chromium("")
    assert "apt install chromium" in told.value.remedy


async def test_without_playwright_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra, which not everybody has."""
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    profile = use_profile(tmp_path / "profile", own=True)
    with pytest.raises(Misconfigured) as told:
        async with open_window(Path(sys.executable), profile, headless=True, patience=1.0):
            pytest.fail("a window without Playwright")
    assert "pip install '.[browser]'" in told.value.remedy
    assert "pipx inject photofs playwright" in told.value.remedy
    assert "photofs[browser]" not in told.value.remedy, "another program of that name"


async def test_a_program_that_is_no_browser_is_told(tmp_path: Path) -> None:
    """Such as one that ends at once."""
    pytest.importorskip("playwright", reason="Playwright is not installed (`make test` does)")
    profile = use_profile(tmp_path / "profile", own=True)
    with pytest.raises(Misconfigured, match="does not start"):
        async with open_window(Path("/bin/false"), profile, headless=True, patience=1.0):
            pytest.fail("a window of no browser")
