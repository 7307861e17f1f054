"""The question that the site asks before it moves a photo to the trash; pure.

Enter presses the button that has the focus, so that button must speak of the trash, in one of the
languages of which photofs knows the word, and the question must have nothing else to fill in.
Anything else stays untouched.
"""

from typing import Final

from photofs.providers.google.browser.sight import Dialog

TRASH_WORDS: Final = (
    "trash",
    "bin",
    "papierkorb",
    "corbeille",
    "papelera",
    "lixeira",
    "lixo",
    "cestino",
    "prullenbak",
    "kosz",
    "koš",
    "papperskorg",
    "papirkurv",
    "papelera",
    "roskakori",
    "çöp kutusu",
    "корзин",
    "кошик",
    "ゴミ箱",
    "휴지통",
    "回收站",
    "回收桶",
    "垃圾桶",
)
"""What Takeout calls the trash's folder (google.md 3.2), and what it is called in its sentences."""

FOREVER_WORDS: Final = (
    "forever",
    "for ever",
    "permanent",
    "endgültig",
    "définitive",
    "definitiv",
    "für immer",
    "навсегда",
    "безвозвратно",
    "完全に",
    "永久",
)
"""On a button these are never pressed."""

MOST_BUTTONS: Final = 3


def objection(dialogs: tuple[Dialog, ...]) -> str:
    """Why Enter is not pressed; empty if this is the question whether to trash the photo."""
    if len(dialogs) != 1:
        return f"{len(dialogs)} questions stand open"
    dialog = dialogs[0]
    words = f'the page asks "{_short(dialog.text)}"'
    if dialog.fields or len(dialog.buttons) > MOST_BUTTONS:
        return f"{words}, which is more than whether to trash the photo"
    if dialog.focused is None:
        return f"{words}, and Enter would press no button of it"
    label = dialog.focused.casefold()
    if any(word in label for word in FOREVER_WORDS):
        return f"{words}: that would be for good"
    if not any(word in label for word in TRASH_WORDS):
        return (
            f'{words}, and Enter would press "{_short(dialog.focused)}",'
            " in which photofs knows no word for the trash"
        )
    return ""


def _short(text: str) -> str:
    return " ".join(text.split())[:120]
